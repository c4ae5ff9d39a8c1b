"""Looking again at what an inspection found: a short form of the open items, and what comes of it."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.audit import record
from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.counting import counting
from organization.models import Region, User
from organization.problems import Problem
from standards.measures import MET

from .. import permissions, workflow
from ..answers import NOT_APPLICABLE
from ..checklist import checklist_of
from ..models import Finding, Inspection, Round
from ..querysets import FindingQuerySet
from ..submission_rows import StoredAnswer
from ..tallying import tally_inspections
from ..wording import recorded_words
from .centers import lock_center
from .filling import lock
from .messaging import TOWNSHIP, tell
from .moving import move
from .rounds import assign

NAME_LENGTH = 100


@counting()
def order_reinspection(
    *, inspection: Inspection, people: list[User], lead: User, ends_on: date, by: User, now: datetime
) -> Inspection:
    """Begin the re-inspection of exactly the items still open, and give it to `people` under `lead`.

    It is filled like any inspection, in a round of its own; what the township has reported waits for it.
    """
    center = lock_center(inspection.center_id)
    locked = lock(inspection)
    permissions.can_order_reinspection(by, locked).enforce(
        action="inspection.reinspect", target=locked, region=locked.region_id
    )
    findings = list(open_findings_of(locked).select_for_update(of=("self",)).order_by("pk"))
    if not findings:
        raise Problem(_("没有可以复查的问题：都已销号，或者还没有签收通知。"))
    if ends_on < timezone.localdate(now):
        raise Problem(_("完成日期不能早于今天。"), "ends_on")
    again = Inspection.objects.create(
        round=_round(locked, ends_on, by, now), center_id=locked.center_id, region_id=locked.region_id,
        kind=locked.kind, edition_id=locked.edition_id, reinspects=locked,
        items=sorted(finding.item_id for finding in findings),
    )  # fmt: skip
    if center.closed_on is None:
        tally_inspections([again])
    assign(inspections=[again], people=people, lead=lead, by=by, now=now)
    for finding in findings:
        if finding.state == workflow.REPORTED:
            finding.inspection = locked  # as it is; else each is fetched with its snapshot
            move(finding, "reinspect", by=by, now=now, inspection=str(again.pk))
    record(
        "inspection.reinspect", by=by, target=again, region=again.region_id, now=now,
        of=str(locked.pk), findings=[finding.pk for finding in findings],
    )  # fmt: skip
    _tell(again, "reinspection", now, count=len(findings))
    return again


def open_findings_of(inspection: Inspection) -> FindingQuerySet:
    """What can be looked at again of an inspection."""
    found: FindingQuerySet = Finding.objects.filter(inspection=inspection)
    return found.filter(state__in=workflow.REINSPECTABLE)


def place_of_reinspection(inspection: Inspection) -> Region:
    """Whose round it is: that of the inspection, but no wider than the county, which looks again."""
    region = inspection.round.region
    if region.level >= Level.COUNTY:
        return region
    county = inspection.region_id[: DIGITS[Level.COUNTY]].ljust(CODE_LENGTH, "0")
    return Region.objects.get(code=county)


def _round(inspection: Inspection, ends_on: date, by: User, now: datetime) -> Round:
    """The round of the center's first, second, … re-inspection, which those of other centers share."""
    of, place = inspection.round, place_of_reinspection(inspection)
    for number in count(inspection.reinspections.count() + 1):
        ending = workflow.REINSPECTION_NAME.format(number=number)
        round, _created = Round.objects.get_or_create(
            region=place,
            name=of.name[: NAME_LENGTH - len(ending)] + ending,
            defaults={
                "kind": Round.Kind.REINSPECTION,
                "edition_id": of.edition_id,
                "starts_on": timezone.localdate(now),
                "ends_on": ends_on,
                "plan_number": of.plan_number,
                "created_by": by,
                "created_at": now,
            },
        )
        # Somebody may have given the name to a round of their own, or long names may end alike.
        ours = round.kind == Round.Kind.REINSPECTION and round.edition_id == of.edition_id
        if ours and not round.inspections.filter(center=inspection.center_id).exists():
            break
    if round.ends_on < ends_on:
        round.ends_on = ends_on
        round.save(update_fields=["ends_on"])
    return round


def settle_reinspection(
    *, inspection: Inspection, answers: Mapping[str, StoredAnswer], by: User, now: datetime
) -> dict[str, int]:
    """Close what is put right and hand back the rest, in the submitting transaction; returns how many.

    A finding that was closed or withdrawn meanwhile stays so.
    """
    items = checklist_of(inspection)
    assert inspection.reinspects is not None  # the caller asked
    findings = open_findings_of(inspection.reinspects).filter(item__in=inspection.items or [])
    came_to = {"pass": 0, "fail": 0}
    for finding in findings.select_for_update(of=("self",)).order_by("pk"):
        finding.inspection = inspection.reinspects  # as it is; else each is fetched with its snapshot
        entry = items.by_pk[finding.item_id]
        answer = answers[entry.item.code]
        name = "pass" if answer.status in (MET, NOT_APPLICABLE) else "fail"
        words = answer.note or recorded_words(entry, answer, inspection.kind)
        move(finding, name, by=by, now=now, words=words[:500], inspection=str(inspection.pk))
        came_to[name] += 1
    _tell(inspection, "reinspected", now, passed=came_to["pass"], failed=came_to["fail"])
    return came_to


def _tell(inspection: Inspection, kind: str, now: datetime, **counts: Any) -> None:
    """Tell the township once, however many findings it is about."""
    tell(
        code=inspection.region_id,
        roles=TOWNSHIP,
        kind=kind,
        key=f"{kind}:{inspection.pk}",
        url=reverse("reports:our-centers"),
        now=now,
        center=inspection.center.name,
        **counts,
    )
