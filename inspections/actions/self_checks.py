"""A round asks the townships to fill the same checklist before the county comes."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from organization.audit import record
from organization.codes import Level, ancestors
from organization.counting import counting
from organization.models import Assignment, Role, User
from organization.problems import Problem

from .. import permissions
from ..models import Inspection, Round
from ..tallying import tally_inspections
from ..wording import RECORDED_IN
from .messaging import tell_people

BATCH = 500
LONGEST = 80  # characters of the round's name that go into the self-check's


@counting()
def ask_self_check(*, round: Round, ends_on: date, by: User, now: datetime) -> Round:
    """Make the self-check that precedes `round`, over its centers, and give it to their own people.

    Asked again, it takes in the centers that have come since and moves the day; nobody is told twice.
    A center for which nobody has an account stays unassigned.
    """
    permissions.can_ask_self_check(by, round).enforce(
        action="round.ask_self_check", target=round, region=round.region_id
    )
    Round.objects.select_for_update(no_key=True).get(pk=round.pk)
    asked = _round_before(round, ends_on, by, now)
    rows = _waiting(round, asked)
    people = _give(rows)
    record(
        "round.ask_self_check", by=by, target=asked, region=round.region_id, now=now,
        round=round.name, count=len(rows), until=ends_on.isoformat(),
    )  # fmt: skip
    tell_people(
        people=people,
        kind="self_check",
        key=f"self_check:{asked.pk}",
        url=reverse("reports:our-centers"),
        now=now,
        due_on=ends_on,
        round=asked.name,
    )
    return asked


def _round_before(round: Round, ends_on: date, by: User, now: datetime) -> Round:
    """The self-check of this round, made where there is none yet, to be done by `ends_on`."""
    asked = round.self_checks.first()
    if asked is not None:
        asked.starts_on, asked.ends_on = min(asked.starts_on, ends_on), ends_on
        asked.save(update_fields=["starts_on", "ends_on"])
        return asked
    # A name is a record, in Chinese whatever the asking person reads.
    with translation.override(RECORDED_IN):
        name = _("%(round)s（乡镇自查）") % {"round": round.name[:LONGEST]}
    asked = Round(
        name=name,
        kind=Round.Kind.SELF_CHECK,
        region=round.region,
        edition=round.edition,
        starts_on=min(timezone.localdate(now), ends_on),
        ends_on=ends_on,
        plan_number=round.plan_number,
        precedes=round,
        created_by=by,
        created_at=now,
    )
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError as error:
        raise Problem(_("本地区已经有名为“%(name)s”的轮次。") % {"name": asked.name}, "ends_on") from error
    return asked


def _waiting(round: Round, asked: Round) -> list[Inspection]:
    """The inspections that `asked` still needs, unsaved: one for each center that the county has to visit.

    The centers are held so that none of them closes or moves meanwhile.
    """
    rows = (
        round.inspections.filter(center__closed_on=None)
        .exclude(center__inspections__round=asked)
        .exclude(state=Inspection.State.SUBMITTED)
        .select_related("center")
        .select_for_update(of=("center",), no_key=True)
    )
    return [
        Inspection(
            round=asked,
            center_id=row.center_id,
            region_id=row.region_id,
            kind=row.kind,
            edition_id=row.edition_id,
        )
        for row in rows.order_by("center_id").defer("snapshot", "corrected")
    ]


def _give(rows: list[Inspection]) -> list[int]:
    """Save the inspections, each with the people of its place; returns everybody who got one, by key."""
    people = _people_of({row.region_id for row in rows})
    for row in rows:
        row.lead_id = next(iter(people.get(row.region_id, ())), None)
    Inspection.objects.bulk_create(rows, batch_size=BATCH)
    tally_inspections(rows)
    through = Inspection.inspectors.through
    given = [
        through(inspection_id=row.pk, user_id=person)
        for row in rows
        for person in people.get(row.region_id, ())
    ]
    through.objects.bulk_create(given, batch_size=BATCH)
    return sorted({one.user_id for one in given})


def _people_of(codes: set[str]) -> dict[str, list[int]]:
    """The people who check each place, by its code: a village's own before those of its township."""
    above = {code: [*reversed(ancestors(code, Level.VILLAGE)), code] for code in codes}
    wanted = {code for line in above.values() for code in line}
    held = Assignment.objects.filter(
        role=Role.TOWNSHIP_STAFF, region_id__in=wanted, user__is_active=True
    ).order_by("user_id")
    by_region: dict[str, list[int]] = {}
    for region, person in held.values_list("region_id", "user_id"):
        by_region.setdefault(region, []).append(person)
    return {
        code: list(dict.fromkeys(person for at in (code, *line) for person in by_region.get(at, ())))
        for code, line in above.items()
    }
