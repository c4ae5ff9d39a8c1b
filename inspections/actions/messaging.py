"""Telling people what concerns them: each thing once, whoever runs whatever how often."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from organization.audit import record
from organization.codes import ancestors, level_of
from organization.models import Role, User

from ..calendars import working_calendar
from ..deadlines import Alert
from ..models import Finding, Message, MessageChoice
from ..policies import policy_of
from ..workflow import WITH_TOWNSHIP

TOWNSHIP, COUNTY = (Role.TOWNSHIP_STAFF,), (Role.ADMINISTRATOR,)
BATCH = 500
SHORT = 60


def tell(
    *,
    code: str,
    roles: Iterable[str],
    kind: str,
    key: str,
    url: str,
    now: datetime,
    due_on: date | None = None,
    **detail: Any,
) -> int:
    """Tell everybody who holds one of `roles` over the division `code`; returns how many were told.

    Whoever was told the same thing (`key`) before is left alone. Called inside the transaction of
    what is told, so that neither is there without the other.
    """
    people = _people(code, frozenset(roles))
    return tell_people(people=people, kind=kind, key=key, url=url, now=now, due_on=due_on, **detail)


def tell_people(
    *,
    people: Iterable[int],
    kind: str,
    key: str,
    url: str,
    now: datetime,
    due_on: date | None = None,
    **detail: Any,
) -> int:
    """Tell people, by their keys, as `tell` does."""
    told = [
        Message(person_id=pk, key=key, kind=kind, detail=detail, url=url, due_on=due_on, at=now)
        for pk in people
    ]
    Message.objects.bulk_create(told, ignore_conflicts=True)
    return len(told)


def _people(code: str, roles: frozenset[str]) -> list[int]:
    level = level_of(code)
    assert level is not None
    over = [code, *ancestors(code, level)]
    own = User.objects.filter(
        is_active=True, assignments__role__in=roles, assignments__region__in=over
    ).order_by()
    return list(own.values_list("pk", flat=True).distinct())


def page_of(finding: Finding) -> str:
    return reverse("inspections:finding", args=[finding.pk])


def short(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def remind(*, today: date, now: datetime) -> int:
    """Tell of deadlines that are near or over, each alert of each once; returns how many are told now.

    A run that comes days late tells the alert of its own day; no deadline depends on it.
    """
    calendar = working_calendar(today.year - 1, today.year + 1)
    waiting = Finding.objects.filter(state__in=WITH_TOWNSHIP, due_on__isnull=False)
    rule_of = lru_cache(lambda code: policy_of(code).alert_rule)
    told = 0
    for findings in batched(waiting.select_related("center").order_by("pk").iterator(BATCH), BATCH):
        alerts = {}
        for finding in findings:
            assert finding.due_on is not None  # the query asks for it
            if alert := rule_of(finding.region_id).alert(today, finding.due_on, calendar):
                alerts[f"alert:{alert.value}:{finding.pk}:{finding.due_on}"] = (finding, alert)
        known = set(Message.objects.filter(key__in=alerts).values_list("key", flat=True))
        for key in alerts.keys() - known:
            _remind(*alerts[key], key, now)
            told += 1
    return told


def _remind(finding: Finding, alert: Alert, key: str, now: datetime) -> None:
    tell(
        code=finding.region_id,
        # What is long over is the county's to know as well.
        roles=(*TOWNSHIP, *COUNTY) if alert == Alert.RED else TOWNSHIP,
        kind=alert.value,
        key=key,
        url=page_of(finding),
        now=now,
        due_on=finding.due_on,
        center=finding.center.name,
        finding=short(finding.finding),
    )


def batched(rows: Iterable[Finding], size: int) -> Iterator[list[Finding]]:
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


def read_messages(*, by: User, now: datetime) -> int:
    """Mark the person's messages as read; returns how many were not."""
    return Message.objects.filter(person=by, read_at=None).update(read_at=now)


@transaction.atomic
def choose_messages(*, by: User, email: str, mode: str, now: datetime) -> MessageChoice:
    """Keep where a person's messages go besides the portal."""
    choice, _created = MessageChoice.objects.update_or_create(
        person=by, defaults={"email": email, "mode": mode}
    )
    # The address itself is personal and stays out of the trail.
    record("messages.choose", by=by, target=by, region=by.home_code, now=now, mode=mode)
    return choice


def remove_old_messages(*, now: datetime, dry_run: bool = False) -> int:
    """Remove messages of more than `RETAIN_MESSAGE_DAYS` ago; what is still due then is told once more."""
    old = Message.objects.filter(at__lt=now - timedelta(days=settings.RETAIN_MESSAGE_DAYS))
    return old.count() if dry_run else old.delete()[0]
