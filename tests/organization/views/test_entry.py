"""Log-in, the way home and the own account."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organization.models import AuditEntry, Role, User
from tests.factories import PASSWORD, County, make_assignment, make_user

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "shan-shui-1024"
COOKIE = configured.SESSION_COOKIE_NAME


@pytest.fixture
def person(county: County) -> User:
    return make_user("lihua", [(Role.INSPECTOR, county.region)], name="李华", password=PASSWORD)


def log_in(client: Client, password: str = PASSWORD, username: str = "lihua", **more: str):
    values = {"username": username, "password": password, **more}
    return client.post(reverse("login"), values, REMOTE_ADDR="10.1.2.3")


def test_login_leads_home_and_keeps_the_address(client: Client, person: User) -> None:
    response = log_in(client)
    assert (response.status_code, response["Location"]) == (302, reverse("home"))
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.address, entry.result) == ("login", person, "10.1.2.3", "done")


def test_login_leads_back_inside_only(client: Client, person: User) -> None:
    assert log_in(client, next="/account/")["Location"] == "/account/"
    client.logout()
    assert log_in(client, next="https://elsewhere.example/")["Location"] == reverse("home")


@pytest.mark.parametrize(("username", "password"), [("lihua", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_refused_login_says_what_to_do_and_leaves_a_row(
    client: Client, person: User, username: str, password: str
) -> None:
    response = log_in(client, password, username)
    assert response.status_code == 200
    assert not response.wsgi_request.user.is_authenticated
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.address, entry.result) == ("login", None, "10.1.2.3", "refused")
    if username:
        assert "用户名或密码不对" in response.content.decode()


def test_username_too_long_or_with_nul_is_refused(client: Client, person: User) -> None:
    assert log_in(client, username="x" * 10_000).status_code == 200
    assert log_in(client, username="li\x00hua").status_code == 200


def test_sixth_try_waits_even_with_the_right_password(client: Client, person: User) -> None:
    for _ in range(5):
        log_in(client, "wrong")
    assert "15分钟后再试" in log_in(client).content.decode()
    assert "_auth_user_id" not in client.session


def test_try_while_waiting_is_kept_apart(client: Client, person: User) -> None:
    for _ in range(7):
        log_in(client, "wrong")
    kept = AuditEntry.objects.filter(result="refused").order_by("pk").values_list("action", flat=True)
    assert list(kept) == ["login"] * 5 + ["login.wait"] * 2


def test_session_is_renewed_by_the_first_request_of_a_day(
    client: Client, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = reverse("organization:account")
    log_in(client)
    until = Session.objects.get().expire_date
    assert COOKIE not in client.get(account).cookies
    assert Session.objects.get().expire_date == until
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert client.get(account).cookies[COOKIE]["max-age"] == 14 * 24 * 3600
    assert Session.objects.get().expire_date >= until + timedelta(hours=23)
    assert COOKIE not in client.get(account).cookies


def test_disabled_account_does_not_come_in(client: Client, person: User) -> None:
    User.objects.update(is_active=False)
    assert log_in(client).status_code == 200
    assert "_auth_user_id" not in client.session


def test_session_of_a_person_disabled_meanwhile_ends(client: Client, person: User) -> None:
    log_in(client)
    assert client.get(reverse("organization:account")).status_code == 200
    User.objects.update(is_active=False)
    response = client.get(reverse("organization:account"))
    assert (response.status_code, response["Location"]) == (302, "/login/?next=/account/")


def test_address_is_the_proxys_word_only_behind_one(client: Client, person: User, settings) -> None:
    values = {"username": "lihua", "password": PASSWORD}
    forwarded = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 10.9.8.7"}
    client.post(reverse("login"), values, **forwarded)
    assert AuditEntry.objects.latest("pk").address == "127.0.0.1"
    settings.BEHIND_PROXY = True
    client.logout()
    client.post(reverse("login"), values, **forwarded)
    assert AuditEntry.objects.latest("pk").address == "10.9.8.7"
    client.logout()
    client.post(reverse("login"), values, **{**forwarded, "HTTP_X_FORWARDED_FOR": "<script>"})
    assert AuditEntry.objects.latest("pk").address is None


def test_person_already_inside_is_led_home(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get(reverse("login"))["Location"] == reverse("home")


def test_logout_needs_a_post(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout"))["Location"] == reverse("login")


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.ADMINISTRATOR, "reports:county"),
        (Role.REVIEWER, "reports:county"),
        (Role.SIGNATORY, "reports:county"),
        (Role.INSPECTOR, "inspections:task-list"),
        (Role.LEAD_INSPECTOR, "inspections:task-list"),
        (Role.TOWNSHIP_STAFF, "reports:our-centers"),
        (Role.SECURITY_ADMINISTRATOR, "organization:person-list"),
        (Role.AUDIT_ADMINISTRATOR, "organization:audit"),
    ],
)
def test_home_is_the_roles_own(client: Client, cast: dict[str, User], role: str, home: str) -> None:
    client.force_login(cast[role])
    assert client.get(reverse("home"))["Location"] == reverse(home)


def test_home_of_several_roles_is_the_first(client: Client, cast: dict[str, User], county: County) -> None:
    make_assignment(cast["inspector"], Role.ADMINISTRATOR, county.region)
    client.force_login(cast["inspector"])
    assert client.get(reverse("home"))["Location"] == reverse("reports:county")


def test_home_without_a_role_says_what_to_do(client: Client) -> None:
    client.force_login(make_user("nobody"))
    response = client.get(reverse("home"))
    assert response.status_code == 200
    assert "请联系本县的安全管理员" in response.content.decode()


def test_account_shows_roles_in_words(client: Client, person: User, county: County) -> None:
    make_assignment(person, Role.REVIEWER, county.townships[0])
    client.force_login(person)
    page = client.get(reverse("organization:account")).content.decode()
    for words in ("李华", "lihua", "汤阴县 · 检查员", "城关镇 · 核稿人"):
        assert words in page


def test_account_changes_the_own_password_and_stays_inside(client: Client, person: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(person)
    client.force_login(person)
    values = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post(reverse("organization:account"), values).status_code == 302
    assert client.get(reverse("organization:account")).status_code == 200
    assert elsewhere.get(reverse("organization:account")).status_code == 302
    assert User.objects.get(pk=person.pk).check_password(NEW_PASSWORD)
    assert AuditEntry.objects.get().action == "person.password"


@pytest.mark.parametrize(
    "changes",
    [
        {"old_password": "wrong"},
        {"new_password2": "other-1024"},
        {"new_password1": "1", "new_password2": "1"},
    ],
)
def test_account_refuses_a_password_that_cannot_be(
    client: Client, person: User, changes: dict[str, str]
) -> None:
    client.force_login(person)
    values = {"old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post(reverse("organization:account"), values | changes).status_code == 200
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)


def test_language_is_chosen_before_the_login(client: Client) -> None:
    response = client.post(reverse("set_language"), {"language": "en", "next": "/login/"})
    assert response["Location"] == "/login/"
    assert 'lang="en"' in client.get("/login/").content.decode()


def test_form_without_its_token_is_told_plainly(person: User) -> None:
    response = log_in(Client(enforce_csrf_checks=True))
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_address_that_is_none_is_told_plainly(client: Client, person: User) -> None:
    client.force_login(person)
    response = client.get("/there-is-no-such-page/")
    assert response.status_code == 404
    assert "404.html" in [template.name for template in response.templates]


def test_refusal_shows_its_reason(client: Client, person: User) -> None:
    client.force_login(person)
    response = client.get(reverse("organization:person-list"))
    assert response.status_code == 403
    assert "需要“安全管理员”的权限" in response.content.decode()


def test_failure_shows_a_page_without_the_database(client: Client, person: User, monkeypatch) -> None:
    monkeypatch.setattr("organization.views.centers.can_manage_centers", lambda user: 1 / 0)
    client.raise_request_exception = False
    client.force_login(person)
    response = client.get(reverse("organization:center-list"))
    assert response.status_code == 500
    assert "系统出错了" in response.content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [375, 1280])
def test_the_foot_stands_below_what_is_filled_in(new_page: Callable[..., Any], width: int) -> None:
    page = new_page(width)
    page.goto("/login/")
    form, foot = (page.locator(place).bounding_box() for place in (".gate", ".foot p"))
    assert [foot[side] for side in ("x", "width")] == [form[side] for side in ("x", "width")]
