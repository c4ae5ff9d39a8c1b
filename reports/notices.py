"""From a document's row and what its inspection or round came to, to the document that is rendered."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from inspections.calendars import working_calendar
from inspections.deadlines import no_earlier_than
from inspections.models import Finding

from . import gathering
from .circular import compose_circular
from .document import Circular, DocumentRefused, Notice, Number, Opinion, SealImage
from .drafting import FindingFacts, InspectionFacts, Office, compose_notice
from .models import OfficialDocument
from .opinion import compose_opinion
from .phrasing import values_of, wording_of
from .wording import Deadline

Numbered = Notice | Circular | Opinion
Kind = OfficialDocument.Kind


def compose(document: OfficialDocument, *, number: int | None, dated: date) -> Numbered:
    """Return the document, a marked draft without `number`; raises `DocumentRefused`."""
    body = document.body
    office = Office(
        name=body.name,
        mark=f"{body.name}文件",
        code=body.number_code,
        contact=document.contact,
        phone=document.phone,
        copy_to=document.copy_to,
        printed_by=body.name,
    )
    common = {
        "office": office,
        "number": Number(body.number_code, dated.year, number),
        "dated": dated,
        "addressed_to": document.addressee,
        "wording": wording_of(document, values_of(document)),
        "seal": document.seal,
        **_sealed(document, draft=number is None),
        "demonstration": body.region.is_demonstration,
        "preview": number is None,
    }
    if document.kind == Kind.CIRCULAR:
        return compose_circular(facts=gathering.round_facts(document.round), **common)
    about = {
        "proof": document.proof,
        "photos": document.with_photos,
        "report_by": Deadline("fixed_term", working_days=document.report_days),
    }
    if document.kind == Kind.OPINION:
        return compose_opinion(facts=_reinspection(document), **common, **about)
    told = facts(
        document.inspection.content, without=_withdrawn(document.inspection_id), repair_by=document.repair_by
    )
    return compose_notice(kind=document.kind, facts=told, **common, **about)


def _withdrawn(inspection: Any) -> frozenset[str]:
    """The items of an inspection whose findings turned out to be none: no document asks for them."""
    return _in_state(inspection, Finding.State.WITHDRAWN)


def _in_state(inspection: Any, state: str) -> frozenset[str]:
    rows = Finding.objects.filter(inspection=inspection, state=state)
    return frozenset(rows.values_list("item__code", flat=True))


def _sealed(document: OfficialDocument, *, draft: bool) -> dict[str, Any]:
    """The office's uploaded picture for this way of signing; without one the place stays empty, and in
    a draft, which nobody has signed."""
    if document.seal == OfficialDocument.Seal.UNSEALED:
        return {}
    row = document.body.seal_images.filter(purpose=document.seal, retired_at=None).first()
    if row is None:
        return {}
    if draft:
        return {"post": row.post}
    image = SealImage(row.sha256, float(row.width_mm), float(row.height_mm))
    return {"seal_image": image, "post": row.post}


def _reinspection(document: OfficialDocument) -> Any:
    """The facts of an opinion: its inspection held against the one of the last notice before it."""
    after = document.inspection
    notice = OfficialDocument.objects.looked_at_again_by(after).first()
    if notice is None:
        raise DocumentRefused("no_notice")
    return gathering.reinspection_facts(
        notice_title=notice.title,
        notice_number=notice.number_text,
        before=notice.inspection.content,
        after=after.content,
        withdrawn=_withdrawn(notice.inspection_id),
        closed=_in_state(notice.inspection_id, Finding.State.CLOSED),
        listed=len(notice.document["findings"]["rows"]),
    )


def facts(
    snapshot: Mapping[str, Any], *, without: Collection[str] = (), repair_by: date | None = None
) -> InspectionFacts:
    """What the notice says of the inspection, from its frozen content, `without` items by their code.

    `repair_by` is the day that takes the place of the terms in working days.
    """
    center, standard = snapshot["center"], snapshot["standard"]
    fixed = _fixed(repair_by) if repair_by else None
    wanting = [item for item in gathering.wanting(snapshot) if item["code"] not in without]
    return InspectionFacts(
        center=center["name"],
        township=center["township"],
        inspected_on=date.fromisoformat(snapshot["inspected_on"]),
        standard_title=standard["title"],
        standard_number=standard["document_number"],
        score=None if snapshot["score"] is None else Decimal(snapshot["score"]),
        grade=snapshot["grade"],
        plan_number=snapshot["round"]["plan_number"],
        findings=tuple(_finding(item, fixed) for item in wanting),
    )


def _fixed(day: date) -> Deadline:
    due = no_earlier_than(day, working_calendar(day.year, day.year + 1))
    return Deadline("fixed_term", due=due.on, provisional=due.provisional)


def _finding(item: Mapping[str, Any], fixed: Deadline | None) -> FindingFacts:
    counted = Deadline(item["mode"], working_days=item["working_days"])
    return FindingFacts(
        section=item["section_title"],
        clause=item["reference"],
        finding=item["finding"],
        requirement=item["requirement"],
        lost=Decimal(item["lost"]),
        deadline=fixed if fixed and counted.mode == "fixed_term" else counted,
        photos=gathering.photos_of(item),
    )
