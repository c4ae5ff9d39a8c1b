"""A log-in that nobody uses ends; what was typed meanwhile stays on the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from organization.models import AuditEntry, Role
from tests.factories import PASSWORD, make_county, make_user

pytestmark = pytest.mark.django_db
WAIT = 30_000  # ms that a busy machine may take


class Clock:
    """The time of day as the portal sees it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = timezone.now()
        patch.setattr(timezone, "now", lambda: self.now)

    def after(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def log_in(client: Client, *roles: str) -> None:
    region = make_county().region
    make_user("person", [(role, region) for role in roles], password=PASSWORD)
    client.post(reverse("login"), {"username": "person", "password": PASSWORD})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_log_in_that_is_not_used_ends(client: Client, clock: Clock) -> None:
    log_in(client, Role.ADMINISTRATOR)
    assert is_in(client)
    clock.after(31)
    answer = client.get("/county/")
    assert answer["Location"] == "/login/?next=/county/"
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.by.username, entry.address) == ("logout.idle", "person", "127.0.0.1")
    assert "_auth_user_id" not in client.session


def test_log_in_that_is_used_goes_on(client: Client, clock: Clock) -> None:
    log_in(client, Role.ADMINISTRATOR)
    for _ in range(4):
        clock.after(29)
        assert is_in(client)


def test_ping_of_a_page_that_is_typed_on_counts_as_use(client: Client, clock: Clock) -> None:
    log_in(client, Role.ADMINISTRATOR)
    assert is_in(client)
    for _ in range(3):
        clock.after(20)
        client.head("/health/")
    assert is_in(client)


@pytest.mark.parametrize("role", ["inspector", "lead_inspector", "township_staff"])
def test_roles_in_the_field_keep_their_log_in(client: Client, clock: Clock, role: str) -> None:
    log_in(client, role)
    clock.after(60 * 24 * 10)
    assert is_in(client)


def test_setting_says_how_long_and_for_whom(client: Client, clock: Clock, settings: Any) -> None:
    settings.IDLE_MINUTES, settings.IDLE_EXEMPT_ROLES = 10, ["reviewer"]
    log_in(client, Role.INSPECTOR)
    assert is_in(client)
    clock.after(11)
    assert not is_in(client)


def test_without_a_limit_nobody_is_logged_out(client: Client, clock: Clock, settings: Any) -> None:
    settings.IDLE_MINUTES = 0
    log_in(client, Role.ADMINISTRATOR)
    clock.after(600)
    assert is_in(client)


def test_session_is_written_once_a_minute_at_most(client: Client, clock: Clock) -> None:
    log_in(client, Role.ADMINISTRATOR)
    assert is_in(client)
    seen = client.session["seen_at"]
    clock.now += timedelta(seconds=59)
    assert is_in(client)
    assert client.session["seen_at"] == seen
    clock.now += timedelta(seconds=1)
    assert is_in(client)
    assert client.session["seen_at"] == seen + 60


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.INSPECTOR])
def test_what_a_person_may_do_is_asked_once_a_minute_at_most(client: Client, clock: Clock, role: str) -> None:
    """A phone saves every few seconds: each save must not read all roles of its person."""
    log_in(client, role)
    assert is_in(client)
    asked = []
    for seconds in (1, 58, 1, 1):
        clock.now += timedelta(seconds=seconds)
        with CaptureQueriesContext(connection) as seen:
            client.head("/health/")
        asked.append(sum("organization_assignment" in query["sql"] for query in seen))
    assert asked == [0, 0, 1, 0]


def test_page_says_it_only_to_whom_it_concerns(client: Client) -> None:
    log_in(client, Role.ADMINISTRATOR)
    assert 'data-seconds="1800"' in client.get("/account/").content.decode()
    assert 'id="idle"' not in client.get("/login/").content.decode()


def test_exempt_role_that_is_none_is_told_before_the_start(settings: Any) -> None:
    settings.IDLE_EXEMPT_ROLES = ["inspectors"]
    assert "organization.E003" in {check.id for check in run_checks()}


@pytest.mark.django_db(transaction=True)
def test_page_warns_and_keeps_what_was_typed(page: Any, axe: Any) -> None:
    region = make_county().region
    make_user("guard", [(Role.SECURITY_ADMINISTRATOR, region)], password=PASSWORD)
    page.clock.install()
    page.goto("/login/")
    page.get_by_label("用户名").fill("guard")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    # Leaving before the answer is there would drop the log-in with it.
    expect(page.locator("h1")).not_to_have_text("登录", timeout=WAIT)
    page.goto("/people/new/")
    name = page.get_by_label("姓名")
    name.fill("王小明")
    soon, ended = page.get_by_text("2分钟后将自动退出"), page.get_by_text("为了安全已退出登录")
    expect(soon).to_be_hidden()
    page.clock.fast_forward("28:10")
    expect(soon).to_be_visible(timeout=WAIT)
    assert axe(page) == []
    page.get_by_role("button", name="继续使用").click()
    expect(soon).to_be_hidden(timeout=WAIT)
    page.clock.fast_forward("30:10")
    expect(ended).to_be_visible(timeout=WAIT)
    expect(name).to_have_value("王小明")
    expect(page.get_by_role("link", name="在新窗口登录")).to_be_visible()
