"""What a password must be, and when it must be another one."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organization import actions, passwords
from organization.models import AuditEntry, PreviousPassword, Role, User
from organization.problems import Problem
from tests.factories import PASSWORD, County, make_user

pytestmark = pytest.mark.django_db
NEW = "shan-shui-1024"


@pytest.fixture
def person(county: County) -> User:
    return make_user("lihua", [(Role.INSPECTOR, county.region)], name="李华", password=PASSWORD)


def log_in(
    client: Client, password: str = PASSWORD, username: str = "lihua", address: str = "10.1.2.3"
) -> Any:
    return client.post(reverse("login"), {"username": username, "password": password}, REMOTE_ADDR=address)


# ---- what it must be


@pytest.mark.parametrize(
    ("password", "count"),
    [("", 0), ("abc", 1), ("ABC", 1), ("123", 1), ("-_", 1), ("密码", 1), ("aB", 2), ("aB1", 3), ("aB1-", 4)],
)
def test_classes_are_counted(password: str, count: int) -> None:
    assert passwords.classes(password) == count


@pytest.mark.parametrize(
    ("password", "words"),
    [("aB1-", "至少要8个字符"), ("abcdefghij", "至少3类"), ("abcdefghij1", "至少3类"), (PASSWORD, "最近5次")],
)
def test_password_that_cannot_be_is_refused(person: User, password: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, person)
    assert words in "".join(refused.value.messages)


def test_password_that_can_be_is_taken(person: User) -> None:
    validate_password("Shan-shui-1024", person)


def test_numbers_of_the_rules_are_settings(person: User, settings: Any) -> None:
    settings.PASSWORD_MIN_LENGTH, settings.PASSWORD_CLASSES = 12, 4
    with pytest.raises(ValidationError) as refused:
        validate_password("shan-shui-1", person)
    said = "".join(refused.value.messages)
    assert "至少要12个字符" in said
    assert "至少4类" in said
    assert "最近5次" in passwords.rules()
    settings.PASSWORD_REMEMBERED = 0
    assert "最近" not in passwords.rules()


def test_last_five_passwords_are_not_taken_again(person: User) -> None:
    used = [PASSWORD, *(f"shan-shui-{n}" for n in range(1, 6))]
    for password in used[1:]:
        actions.change_own_password(by=person, password=password)
    person.refresh_from_db()
    for password in used[1:]:
        with pytest.raises(Problem, match="最近5次"):
            actions.change_own_password(by=person, password=password)
    actions.change_own_password(by=person, password=PASSWORD)
    assert PreviousPassword.objects.filter(user=person).count() == 4


def test_previous_passwords_are_kept_as_hashes_and_of_each_person_alone(person: User, county: County) -> None:
    actions.change_own_password(by=person, password=NEW)
    assert PASSWORD not in PreviousPassword.objects.get().password
    other = make_user("other", password="another-1024-x")
    actions.change_own_password(by=other, password=PASSWORD)
    assert other.previous_passwords.count() == 1


# ---- when it must be another one


def test_initial_password_is_changed_before_anything_else(
    client: Client, cast: dict[str, User], county: County
) -> None:
    actions.create_person(
        by=cast["security_administrator"],
        username="new",
        name="新人",
        password=PASSWORD,
        role=Role.ADMINISTRATOR,
        region=county.region,
    )
    log_in(client, username="new")
    client.post(reverse("organization:privacy"))
    account = reverse("organization:account")
    for page in (reverse("home"), reverse("reports:county"), reverse("organization:center-list")):
        assert client.get(page)["Location"] == account
        assert client.post(page)["Location"] == account
    assert "这是初始密码" in client.get(account).content.decode()
    values = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert client.post(account, values)["Location"] == reverse("home")
    assert client.get(reverse("reports:county")).status_code == 200
    assert "这是初始密码" not in client.get(account).content.decode()


def test_language_and_the_way_out_stay_open(client: Client, person: User) -> None:
    User.objects.update(must_change_password=True)
    client.force_login(person)
    assert (
        client.post(reverse("set_language"), {"language": "en", "next": "/account/"})["Location"]
        == "/account/"
    )
    assert client.post(reverse("logout"))["Location"] == reverse("login")


def test_password_that_was_set_again_is_an_initial_one(client: Client, cast: dict[str, User]) -> None:
    person = cast["inspector"]
    actions.set_password(by=cast["security_administrator"], person=person, password=NEW)
    person.refresh_from_db()
    assert person.must_change_password


@pytest.mark.parametrize(("days", "limit", "led"), [(91, 90, True), (89, 90, False), (900, 0, False)])
def test_password_that_is_too_old_is_changed_at_the_login(
    client: Client, person: User, settings: Any, days: int, limit: int, led: bool
) -> None:
    settings.PASSWORD_DAYS = limit
    User.objects.filter(pk=person.pk).update(password_changed_at=timezone.now() - timedelta(days))
    log_in(client)
    answer = client.get(reverse("inspections:task-list"))
    assert answer.status_code == (302 if led else 200)


def test_password_that_gets_old_meanwhile_does_not_stop_the_work(client: Client, person: User) -> None:
    """An inspector out in the field is asked at the next log-in, not in the middle of a form."""
    log_in(client)
    User.objects.filter(pk=person.pk).update(password_changed_at=timezone.now() - timedelta(days=100))
    assert client.get(reverse("inspections:task-list")).status_code == 200


def test_account_that_never_changed_its_password_counts_from_its_beginning(
    client: Client, person: User
) -> None:
    User.objects.filter(pk=person.pk).update(created_at=timezone.now() - timedelta(days=100))
    log_in(client)
    assert User.objects.get(pk=person.pk).must_change_password


def test_administrator_made_on_the_server_is_not_asked(county: County) -> None:
    person = actions.create_administrator(
        username="first",
        name="一",
        password=PASSWORD,
        roles=[Role.SECURITY_ADMINISTRATOR],
        region=county.region,
    )
    assert not person.must_change_password
    assert person.password_changed_at is not None


# ---- guessing


def test_numbers_of_the_wait_are_settings(client: Client, person: User, settings: Any) -> None:
    settings.LOCKOUT_TRIES, settings.LOCKOUT_MINUTES = 2, 30
    assert "连续2次不对，要等30分钟" in log_in(client, "wrong").content.decode()
    log_in(client, "wrong")
    assert "请30分钟后再试" in log_in(client).content.decode()
    later = timezone.now() + timedelta(minutes=31)
    assert not actions.must_wait("lihua", "10.1.2.3", now=later)


def test_address_that_tries_many_names_waits(client: Client, person: User, settings: Any) -> None:
    settings.LOCKOUT_ADDRESS_TRIES = 4
    for n in range(4):
        log_in(client, "wrong", f"name{n}")
    assert "次数太多" in log_in(client).content.decode()
    assert "_auth_user_id" not in client.session
    assert AuditEntry.objects.filter(action="login.wait").count() == 1
    assert log_in(client, address="10.1.2.4").status_code == 302


def test_address_is_not_counted_where_the_setting_says_so(
    client: Client, person: User, settings: Any
) -> None:
    settings.LOCKOUT_ADDRESS_TRIES = 0
    for n in range(32):
        log_in(client, "wrong", f"name{n}")
    assert log_in(client).status_code == 302
