"""From a notice's row and its inspection's snapshot to the document that is rendered."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from standards.measures import MET

from .document import Notice as Document
from .document import Number
from .drafting import FindingFacts, InspectionFacts, Office, compose_notice
from .models import OfficialDocument
from .wording import Deadline

UNSCORED = ("na", "unanswered")


def compose(notice: OfficialDocument, *, number: int | None, dated: date) -> Document:
    """Return the document, a marked draft without `number`; raises `DocumentRefused`."""
    body = notice.body
    return compose_notice(
        office=Office(
            name=body.name,
            mark=f"{body.name}文件",
            code=body.number_code,
            contact=notice.contact,
            phone=notice.phone,
            copy_to=notice.copy_to,
            printed_by=body.name,
        ),
        facts=facts(notice.inspection.snapshot),
        number=Number(body.number_code, dated.year, number),
        dated=dated,
        addressed_to=notice.addressee,
        report_by=Deadline("fixed_term", working_days=notice.report_days),
        demonstration=body.region.is_demonstration,
        preview=number is None,
    )


def facts(snapshot: Mapping[str, Any]) -> InspectionFacts:
    """What the notice says of the inspection, from its frozen content alone."""
    center, standard = snapshot["center"], snapshot["standard"]
    lost = [item for item in snapshot["items"] if item["status"] not in (MET, *UNSCORED)]
    return InspectionFacts(
        center=center["name"],
        township=center["township"],
        inspected_on=date.fromisoformat(snapshot["inspected_on"]),
        standard_title=standard["title"],
        standard_number=standard["document_number"],
        score=None if snapshot["score"] is None else Decimal(snapshot["score"]),
        grade=snapshot["grade"],
        plan_number=snapshot["round"]["plan_number"],
        findings=tuple(_finding(item) for item in lost),
    )


def _finding(item: Mapping[str, Any]) -> FindingFacts:
    return FindingFacts(
        section=item["section_title"],
        clause=item["reference"],
        finding=item["finding"],
        requirement=item["requirement"],
        lost=Decimal(item["lost"]),
        deadline=Deadline(item["mode"], working_days=item["working_days"]),
    )
