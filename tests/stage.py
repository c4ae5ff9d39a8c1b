"""A county in the middle of a round, for tests that play whole scenes on the real standard."""

import random
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import timezone

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.checklist import Entry, checklist
from inspections.models import Inspection, Round
from organization.models import User
from reports import actions as reporting
from reports.models import OfficialDocument
from standards.actions import import_standard
from standards.content import StandardData
from standards.measures import Choice, Elements, Number, PerUnit, YesNo
from standards.models import Edition
from standards.reading import read_standard
from tests.factories import County, make_cast, make_county

SHIPPED = Path(__file__).resolve().parent.parent / "standards" / "data" / "shenfuban-2021-13.yaml"


@cache
def shipped() -> StandardData:
    return read_standard(SHIPPED)


@dataclass
class Stage:
    """One county, one person for each role, one round over some of its centers."""

    county: County
    cast: dict[str, User]
    edition: Edition
    round: Round
    inspections: list[Inspection] = field(default_factory=list)


def make_stage(*, townships: int = 2, kinds: tuple[str, ...] = ("township",), **county: Any) -> Stage:
    """Set up a county whose centers of these kinds are assigned to the cast's inspector and lead."""
    place = make_county(townships=townships, **county)
    cast = make_cast(place)
    edition = import_standard(shipped())
    round = make_round(place, edition, cast["administrator"])
    take_in(round, cast, kinds)
    reporting.set_issuing_body(
        region=place.region,
        fields={
            "name": "汤阴县政务服务办公室", "number_code": "汤政服办", "contact": "李明",
            "phone": "0372-6200000", "copy_to": "", "report_days": 15,
        },
        by=cast["administrator"],
        now=timezone.now(),
    )  # fmt: skip
    return Stage(
        place, cast, edition, round, list(round.inspections.select_related("center", "round", "region"))
    )


def make_round(place: County, edition: Edition, by: User, name: str = "2026年第四季度县级检查") -> Round:
    fields = {
        "name": name, "kind": Round.Kind.COUNTY, "region": place.region, "edition": edition,
        "starts_on": date(2026, 10, 1), "ends_on": date(2026, 12, 31), "plan_number": "汤督查〔2026〕4号",
    }  # fmt: skip
    return inspecting.create_round(fields=fields, by=by, now=timezone.now())


def take_in(round: Round, cast: dict[str, User], kinds: tuple[str, ...]) -> None:
    now = timezone.now()
    by = cast["administrator"]
    inspecting.add_centers(round=round, region=round.region, kinds=kinds, by=by, now=now)
    inspecting.assign(
        inspections=round.inspections.all(),
        people=[cast["inspector"]],
        lead=cast["lead_inspector"],
        by=by,
        now=now,
    )


def given(entry: Entry, kind: str, chance: random.Random) -> Given:
    """A plausible answer: mostly in order, some things missing."""
    measure, good = entry.item.measure, chance.random() < 0.7
    match measure:
        case YesNo():
            return Given(good, note="" if good else "现场未见")
        case Choice():
            return Given("met" if good else "partly")
        case Number():
            limit = measure.minimum.of(kind) or 1
            return Given(str(limit if good else limit / 2))
        case Elements():
            codes = [element.code for element in measure.required(kind)]
            return Given(codes if good else codes[1:])
        case PerUnit():
            return Given({"total": "4", "compliant": "4" if good else "3"})
        case _:
            return Given("0" if good else "1")


def fill(inspection: Inspection, by: User, seed: int = 1) -> None:
    chance = random.Random(seed)
    for entry in checklist(inspection.edition_id, inspection.kind).entries:
        inspecting.save_answer(
            inspection=inspection,
            code=entry.item.code,
            given=given(entry, inspection.kind, chance),
            by=by,
            now=timezone.now(),
        )


def submit(stage: Stage, inspection: Inspection, seed: int = 1) -> Inspection:
    """Fill an inspection and submit it, as inspector and lead would."""
    fill(inspection, stage.cast["inspector"], seed)
    reporting.submit(inspection=inspection, by=stage.cast["lead_inspector"], now=timezone.now())
    inspection.refresh_from_db()
    return inspection


def draft(stage: Stage, inspection: Inspection) -> OfficialDocument:
    return reporting.draft_notice(inspection=inspection, by=stage.cast["administrator"], now=timezone.now())
