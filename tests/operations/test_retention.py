"""What no longer serves a purpose goes at night, and is only named before that if so asked."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from inspections.models import Message, MessageChoice
from organization.models import AuditEntry, PhoneFactor, PreviousPassword, Role, User
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
    assert "已删除：消息1条，停用账号的内容3条，结束的登录1个，上传残留0个。" in capsys.readouterr().out
    entries = {entry.action: entry.detail for entry in AuditEntry.objects.all()}
    assert entries == {
        "person.expire": {"count": 3},
        "data.expire": {"messages": 1, "accounts": 3, "sessions": 1, "uploads": 0},
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


def test_days_are_settings(person: User, settings: Any) -> None:
    settings.RETAIN_ACCOUNT_DAYS, settings.RETAIN_MESSAGE_DAYS = 400, 400
    call_command("remove_expired")
    assert counts() == (2, 2, 2, 2, 1)
