"""Rounds: creating them, taking centers in and out, assigning inspectors."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from organization.audit import record
from organization.counting import counting
from organization.models import Region, ServiceCenter, User
from organization.problems import Problem

from .. import permissions, workflow
from ..models import AnswerEvent, Inspection, Round
from ..tallying import tally_inspections


def create_round(*, fields: Mapping[str, Any], by: User, now: datetime) -> Round:
    """Create a round from checked form fields; its region and edition were fetched in scope."""
    round = Round(**fields, created_by=by, created_at=now)
    permissions.can_manage_round(by, round).enforce(action="round.create", region=round.region_id)
    if not round.edition.is_published:
        raise Problem(_("这个标准还没有发布，不能用于检查。"), "edition")
    try:
        with transaction.atomic():
            round.save()
            record("round.create", by=by, target=round, region=round.region_id, now=now, name=round.name)
    except IntegrityError as error:
        raise Problem(_("本地区已经有同名的轮次，请换一个名称。"), "name") from error
    return round


@counting()
def add_centers(*, round: Round, region: Region, kinds: Iterable[str], by: User, now: datetime) -> int:
    """Create an inspection for every open center of `region`; returns how many were new."""
    permissions.can_manage_round(by, round).enforce(action="round.add_centers", target=round)
    permissions.can_manage_round(by, Round(region=region)).enforce(action="round.add_centers", target=round)
    if round.kind == Round.Kind.REINSPECTION:
        raise Problem(_("复查从问题的页面安排，不能加入中心。"), "region")
    if not region.code.startswith(round.region.prefix):
        raise Problem(_("只能加入本轮次所在地区的中心。"), "region")
    # `no_key`: who submits only refers to these rows, and does not wait; who closes or moves a center does.
    Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    centers = (
        ServiceCenter.objects.select_for_update(of=("self",), no_key=True)
        .open()
        .filter(region__code__startswith=region.prefix, kind__in=list(kinds))
        .exclude(inspections__round=round)
        .order_by("pk")
    )
    rows = [
        Inspection(
            round=round,
            center=center,
            region_id=center.region_id,
            kind=center.kind,
            edition_id=round.edition_id,
        )
        for center in centers
    ]
    Inspection.objects.bulk_create(rows, batch_size=500)
    tally_inspections(rows)
    record(
        "round.add_centers", by=by, target=round, region=round.region_id, now=now,
        place=region.code, count=len(rows),
    )  # fmt: skip
    return len(rows)


@counting()
def take_out(*, inspections: Iterable[Inspection], by: User, now: datetime) -> int:
    """Take centers out of their round where nobody has begun: all of these, or none; returns how many."""
    keys = [inspection.pk for inspection in inspections]
    # Centers before inspections, each in order; so that one that closes meanwhile is counted once.
    centers = ServiceCenter.objects.select_for_update(of=("self",), no_key=True)
    list(centers.filter(inspections__pk__in=keys).order_by("pk"))
    rows = list(
        Inspection.objects.select_for_update(of=("self",))
        .select_related("round__region", "center")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    for row in rows:
        verdict = permissions.can_manage_round(by, row.round)
        verdict.enforce(action="inspection.take_out", target=row, region=row.region_id)
        if not (verdict := permissions.can_take_out(by, row)):
            raise Problem(verdict.reason)
    # What came from a phone and changed nothing does not begin an inspection; it is kept all the same.
    if came := AnswerEvent.objects.filter(inspection__in=keys).select_related("inspection__center").first():
        raise Problem(permissions.begun(came.inspection).reason)
    tally_inspections([row for row in rows if row.center.closed_on is None], -1)
    for row in rows:
        record(
            "inspection.take_out", by=by, target=row, region=row.region_id, now=now,
            round=row.round.name, center=row.center.name,
        )  # fmt: skip
    Inspection.objects.filter(pk__in=keys).delete()
    return len(rows)


@transaction.atomic
def assign(
    *, inspections: Iterable[Inspection], people: list[User], lead: User, by: User, now: datetime
) -> int:
    """Give inspections to `people` under `lead`, in place of whoever had them; returns how many."""
    people = [lead, *(person for person in people if person.pk != lead.pk)]
    through = Inspection.inspectors.through
    keys = [inspection.pk for inspection in inspections]
    # Ordered, so that two administrators at once cannot wait for each other.
    locked = list(
        Inspection.objects.select_for_update(of=("self",))
        .select_related("round")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    for inspection in locked:
        _check_assignable(inspection, people, lead, by)
    through.objects.filter(inspection_id__in=keys).delete()
    through.objects.bulk_create(
        [through(inspection_id=row.pk, user_id=person.pk) for row in locked for person in people],
        batch_size=500,
    )
    Inspection.objects.filter(pk__in=keys).update(lead=lead)
    for inspection in locked:
        record(
            "inspection.assign", by=by, target=inspection, region=inspection.region_id, now=now,
            lead=lead.username, people=[person.username for person in people],
        )  # fmt: skip
    return len(locked)


def _check_assignable(inspection: Inspection, people: list[User], lead: User, by: User) -> None:
    permissions.can_manage_round(by, inspection.round).enforce(
        action="inspection.assign", target=inspection, region=inspection.region_id
    )
    if inspection.state == workflow.SUBMITTED:
        raise Problem(_("“%(name)s”已经提交，不能再分配。") % {"name": inspection.center})
    if not permissions.can_lead(lead, inspection):
        raise Problem(_("%(person)s不能担任这次检查的组长。") % {"person": lead}, "lead")
    for person in people:
        if not permissions.can_be_assigned(person, inspection):
            raise Problem(_("%(person)s不能参加这次检查。") % {"person": person}, "people")
