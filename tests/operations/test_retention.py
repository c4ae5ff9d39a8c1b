"""What no longer serves a purpose goes at night, and is only named before that if so asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from inspections.models import Message, MessageChoice
from organization.models import AuditEntry, LoginSession, PhoneFactor, PreviousPassword, Role, User
from tests.factories import make_county, make_user

pytestmark = pytest.mark.django_db


def ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days)


def make_message(person: User, key: str, days: int) -> None:
    Message.objects.create(person=person, key=key, kind="red", url="/x/", at=ago(days))


@pytest.fixture
def person() -> User:
    """Disabled so long ago that what was theirs alone goes; beside them somebody who works here."""
    region = make_county().region
    left = make_user("left", [(Role.INSPECTOR, region)], is_active=False)
    User.objects.filter(pk=left.pk).update(disabled_at=ago(181), second_factor_at=ago(200))
    stays = make_user("stays", [(Role.INSPECTOR, region)])
    for one in (left, stays):
        MessageChoice.objects.create(person=one, email=f"{one.username}@example.cn")
        PreviousPassword.objects.create(user=one, password="x", at=ago(300))
        PhoneFactor.objects.create(user=one, name="phone")
    make_message(stays, "old", 366)
    make_message(stays, "young", 364)
    for key, days in (("ended", 1), ("running", -1)):
        Session.objects.create(session_key=key, session_data="", expire_date=ago(days))
    return left


def counts() -> tuple[int, ...]:
    kinds = (Message, MessageChoice, PreviousPassword, PhoneFactor, Session)
    return tuple(kind.objects.count() for kind in kinds)


def test_what_is_past_its_time_goes_and_the_rest_stays(person: User, capsys: Any) -> None:
    assert counts() == (2, 2, 2, 2, 2)
    call_command("remove_expired")
    assert counts() == (1, 1, 1, 1, 1)
    assert Message.objects.get().key == "young"
    assert MessageChoice.objects.get().email == "stays@example.cn"
    assert Session.objects.get().session_key == "running"
    person.refresh_from_db()
    assert (person.username, person.second_factor_at) == ("left", None), "who it was stays known"
    assert (
        "已删除：消息1条，停用账号的内容3条，结束的登录1个，上传残留0个；长期不用而停用的账号0个。"
        in capsys.readouterr().out
    )
    entries = {entry.action: entry.detail for entry in AuditEntry.objects.all()}
    assert entries == {
        "person.expire": {"count": 3},
        "data.expire": {"messages": 1, "accounts": 3, "sessions": 1, "uploads": 0, "disabled": 0},
    }


def test_second_run_finds_nothing_and_leaves_no_row(person: User) -> None:
    call_command("remove_expired")
    before = AuditEntry.objects.count()
    call_command("remove_expired")
    assert AuditEntry.objects.count() == before


def test_dry_run_tells_and_leaves_everything(person: User, capsys: Any) -> None:
    User.objects.filter(pk=person.pk).update(disabled_at=ago(181))
    call_command("remove_expired", dry_run=True)
    assert counts() == (2, 2, 2, 2, 2)
    assert AuditEntry.objects.count() == 0
    assert "将删除：消息1条，停用账号的内容3条，结束的登录1个" in capsys.readouterr().out


def test_account_disabled_by_an_older_release_begins_its_time_now(person: User) -> None:
    User.objects.filter(pk=person.pk).update(disabled_at=None)
    call_command("remove_expired")
    person.refresh_from_db()
    assert person.disabled_at is not None
    assert MessageChoice.objects.count() == 2


def test_password_of_who_left_goes_with_the_rest(person: User) -> None:
    person.set_password("Unvergessen-2026")
    person.save(update_fields=["password"])
    call_command("remove_expired")
    person.refresh_from_db()
    assert not person.has_usable_password()
    assert AuditEntry.objects.get(action="person.expire").detail == {"count": 4}


def test_days_are_settings(person: User, settings: Any) -> None:
    settings.RETAIN_ACCOUNT_DAYS, settings.RETAIN_MESSAGE_DAYS = 400, 400
    call_command("remove_expired")
    assert counts() == (2, 2, 2, 2, 1)


# ---- accounts that nobody uses


def make_guard(username: str, region: Any, last_login: Any) -> User:
    guard = make_user(username, [(Role.SECURITY_ADMINISTRATOR, region)])
    User.objects.filter(pk=guard.pk).update(last_login=last_login, created_at=ago(900))
    return guard


def active() -> set[str]:
    return set(User.objects.filter(is_active=True).values_list("username", flat=True))


@pytest.fixture
def unused(settings: Any) -> None:
    """Everybody came long ago; one is still logged in, one is new, and each place has its guard."""
    settings.STALE_ACCOUNT_DAYS = 90
    county = make_county()
    for username, last, created in (
        ("gone", 91, 900),
        ("recent", 89, 900),
        ("inside", 91, 900),
        ("never", None, 91),
        ("new", None, 1),
    ):
        person = make_user(username, [(Role.INSPECTOR, county.region)])
        at = None if last is None else ago(last)
        User.objects.filter(pk=person.pk).update(last_login=at, created_at=ago(created))
    Session.objects.create(session_key="here", session_data="", expire_date=ago(-5))
    inside = User.objects.get(username="inside")
    LoginSession.objects.create(user=inside, session_key="here", begun_at=ago(100))
    make_guard("county-guard", county.region, ago(400))
    make_guard("town-guard", county.townships[0], ago(400))


def test_account_that_nobody_uses_is_disabled(unused: None, capsys: Any) -> None:
    call_command("remove_expired", dry_run=True)
    assert "停用的账号3个" in capsys.readouterr().out
    assert len(active()) == 7
    call_command("remove_expired")
    assert active() == {"recent", "inside", "new", "county-guard"}
    rows = AuditEntry.objects.filter(action="person.disable")
    assert {row.object_name.split("（")[0] for row in rows} == {"gone", "never", "town-guard"}
    assert {row.by for row in rows} == {None}
    assert User.objects.get(username="gone").disabled_at is not None


def test_last_guard_of_a_place_stays_whatever_the_order(unused: None) -> None:
    """The county's guards the township too; without the county's, the township's own stays."""
    User.objects.filter(username="county-guard").update(is_active=False)
    call_command("remove_expired")
    assert "town-guard" in active()


def test_nobody_is_disabled_unless_it_is_set(unused: None, settings: Any) -> None:
    settings.STALE_ACCOUNT_DAYS = 0
    call_command("remove_expired")
    assert len(active()) == 7
