"""The person's own log-ins: listed, and ended from another device."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from organization import actions
from organization.models import AuditEntry, LoginSession, Role, User
from organization.sessions import device_words
from tests.factories import PASSWORD, County, make_user

pytestmark = pytest.mark.django_db
ACCOUNT = "/account/"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0"
PHONE = "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36"


@pytest.fixture
def person(county: County) -> User:
    return make_user("lihua", [(Role.INSPECTOR, county.region)], name="李华", password=PASSWORD)


def inside(agent: str = EDGE, username: str = "lihua", address: str = "10.1.2.3") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=address)
    client.post(reverse("login"), {"username": username, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def listed(client: Client) -> list[tuple[str, bool]]:
    return [(row.device, row.is_current) for row in client.get(ACCOUNT).context["sessions"]]


def test_account_lists_where_one_is_logged_in(person: User) -> None:
    desk, phone = inside(), inside(PHONE, address="10.1.2.9")
    assert listed(desk) == [("Android · Chrome", False), ("Windows · Edge", True)]
    assert listed(phone) == [("Android · Chrome", True), ("Windows · Edge", False)]
    page = desk.get(ACCOUNT).content.decode()
    assert "从 10.1.2.9 登录" in page
    assert "本机" in page


def test_other_device_is_ended(person: User) -> None:
    desk, phone = inside(), inside(PHONE)
    row = LoginSession.objects.get(agent=PHONE)
    assert desk.post(reverse("organization:session-end", args=[row.pk]))["Location"] == ACCOUNT
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert AuditEntry.objects.latest("pk").action == "session.end"


def test_all_other_devices_are_ended(person: User) -> None:
    clients = [inside() for _ in range(3)]
    clients[1].post(reverse("organization:sessions-end"))
    assert [is_in(client) for client in clients] == [False, True, False]


def test_session_of_another_person_is_not_found(person: User) -> None:
    make_user("other", password=PASSWORD)
    mine, theirs = inside(), inside(username="other")
    row = LoginSession.objects.get(user=person)
    assert theirs.post(reverse("organization:session-end", args=[row.pk])).status_code == 404
    assert "Edge" in str(listed(theirs))
    assert len(listed(theirs)) == 1
    assert is_in(mine)


def test_log_out_takes_the_row_off_the_list(person: User) -> None:
    desk, phone = inside(), inside(PHONE)
    phone.post(reverse("logout"))
    assert listed(desk) == [("Windows · Edge", True)]


def test_new_password_ends_the_others_and_keeps_this_one(person: User) -> None:
    desk, phone = inside(), inside(PHONE)
    new = "shan-shui-1024"
    desk.post(ACCOUNT, {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert (is_in(desk), is_in(phone)) == (True, False)
    assert listed(desk) == [("Windows · Edge", True)]
    assert Session.objects.count() == 1


def test_disabled_person_has_no_session_left(cast: dict[str, User], person: User) -> None:
    desk = inside()
    actions.disable(by=cast["security_administrator"], person=person)
    assert not is_in(desk)
    assert not LoginSession.objects.exists()


@pytest.mark.parametrize("sessions", [1, 3])
def test_account_costs_the_same_for_one_and_three(
    person: User, django_assert_num_queries, sessions: int
) -> None:
    clients = [inside() for _ in range(sessions)]
    clients[0].get(ACCOUNT)
    # The person comes with the session.
    with django_assert_num_queries(4):
        assert len(clients[0].get(ACCOUNT).context["sessions"]) == sessions


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (EDGE, "Windows · Edge"),
        (PHONE, "Android · Chrome"),
        ("", "未知设备"),
        ("curl/8", "未知设备"),
        ("<script>", "未知设备"),
    ],
)
def test_device_is_said_in_words(agent: str, words: str) -> None:
    assert device_words(agent) == words


def test_long_word_of_a_browser_is_cut(person: User) -> None:
    inside("x" * 5000)
    assert len(LoginSession.objects.get().agent) == 200
