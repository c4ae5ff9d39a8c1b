"""A county in the middle of a round on a small standard, and the neighboring county beside it."""

import io
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from inspections import actions as inspecting
from inspections.answers import Given, check
from inspections.checklist import checklist
from inspections.models import Inspection, Round
from organization.models import User
from reports import actions as reporting
from reports.models import OfficialDocument
from standards.actions import import_standard
from standards.content import StandardData
from tests.factories import County, make_cast, make_county, make_other_county
from tests.small_standards import every_kind
from tests.stage import Stage, make_round, take_in

# One answer for each item of `every_kind`, by which nothing is wanting at a township's center.
GOOD: dict[str, Given] = {
    "yes": Given(True),
    "choice": Given("met"),
    "area": Given("160"),
    "zones": Given(["guide", "wait", "office"]),
    "windows": Given({"total": "4", "compliant": "4"}),
    "posts": Given("0"),
}
OFFICE = {
    "name": "汤阴县政务服务办公室",
    "number_code": "汤政服办",
    "contact": "李明",
    "phone": "0372-6200000",
    "copy_to": "",
    "report_days": 15,
}
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=timezone.get_fixed_timezone(480))


def small_stage(
    *,
    townships: int = 2,
    villages: int = 0,
    kinds: tuple[str, ...] = ("township",),
    data: StandardData | None = None,
    other: bool = False,
    office: bool = True,
) -> Stage:
    """Set up a county (the neighboring one if `other`) whose centers are assigned to its cast."""
    place = (make_other_county if other else make_county)(townships=townships, villages=villages)
    cast = make_cast(place, suffix="-elsewhere" if other else "")
    edition = import_standard(data or every_kind())
    round = make_round(place, edition, cast["administrator"])
    take_in(round, cast, kinds)
    if office:
        fields = OFFICE | ({"number_code": "滑政服办"} if other else {})
        reporting.set_issuing_body(region=place.region, fields=fields, by=cast["administrator"], now=NOW)
    return Stage(place, cast, edition, round, of(round))


def of(round: Round) -> list[Inspection]:
    return list(round.inspections.select_related("center", "round", "region").order_by("region_id"))


def self_check(place: County, cast: dict[str, User], edition: Any) -> list[Inspection]:
    """A self-check round over the first township, assigned to its own staff."""
    round = make_round(place, edition, cast["administrator"], "2026年乡镇自查")
    Round.objects.filter(pk=round.pk).update(kind=Round.Kind.SELF_CHECK)
    round.refresh_from_db()
    by = cast["administrator"]
    region = place.townships[0]
    inspecting.add_centers(round=round, region=region, kinds=["township"], by=by, now=NOW)
    inspecting.assign(inspections=of(round), people=[], lead=cast["township_staff"], by=by, now=NOW)
    return of(round)


def answer(inspection: Inspection, by: User, **changes: Given | None) -> None:
    """Answer every item well but for `changes`; None leaves an item unanswered."""
    wanted = {**GOOD, **changes}
    checked = {
        entry: check(wanted[entry.item.code], entry.item, inspection.kind)
        for entry in checklist(inspection.edition_id, inspection.kind).entries
        if wanted.get(entry.item.code) is not None
    }
    inspecting.save_answers(inspection=inspection, checked=checked, by=by, now=NOW)


def submitted(stage: Stage, place: int = 0, *, at: datetime = NOW, **changes: Given | None) -> Inspection:
    """Fill the stage's inspection number `place` and submit it."""
    inspection = stage.inspections[place]
    answer(inspection, stage.cast["inspector"], **changes)
    submit_by(inspection, stage.cast["lead_inspector"], at)
    return inspection


def submit_by(inspection: Inspection, by: User, at: datetime = NOW) -> Inspection:
    reporting.submit(inspection=inspection, by=by, now=at)
    inspection.refresh_from_db()
    return inspection


def drafted(stage: Stage, inspection: Inspection) -> OfficialDocument:
    return reporting.draft_notice(inspection=inspection, by=stage.cast["administrator"], now=NOW)


def issued(stage: Stage, inspection: Inspection, at: datetime = NOW) -> OfficialDocument:
    return reporting.issue_document(document=drafted(stage, inspection), by=stage.cast["signatory"], now=at)


def later(days: int = 0, **more: int) -> datetime:
    return NOW + timedelta(days=days, **more)


def jpeg(color: str = "teal", size: tuple[int, int] = (64, 48), **options: Any) -> bytes:
    """A small photo's bytes; `options` go to Pillow (exif=…)."""
    return encoded(Image.new("RGB", size, color), "JPEG", **options)


def encoded(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def add_photo(inspection: Inspection, by: User, body: bytes, code: str = "yes") -> Any:
    return inspecting.add_photo(
        inspection=inspection, code=code, upload=io.BytesIO(body), size=len(body), by=by, now=NOW
    )
