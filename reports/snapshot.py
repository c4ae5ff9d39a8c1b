"""What an inspection held when it was submitted, as plain JSON that never changes again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from inspections.checklist import Checklist
from inspections.models import Inspection, Photo, Round
from inspections.submission_rows import StoredAnswer
from organization.models import User

from .next_grade import NextGrade
from .readings import Readings
from .scoring import Result, sections_to_plain

FORMAT = 1


def build(
    *,
    inspection: Inspection,
    checklist: Checklist,
    answers: Mapping[str, StoredAnswer],
    photos: Iterable[Photo],
    inspectors: list[str],
    result: Result,
    better: NextGrade | None,
    by: User,
    now: datetime,
) -> dict[str, Any]:
    """Return everything a page or a document will say about this inspection; decimals are text.

    Words in it are Chinese whatever the submitting person reads, for it is the official record.
    """
    return {
        "format": FORMAT,
        "standard": checklist.derive(_standard),
        "center": _center(inspection),
        "round": _round(inspection.round),
        "inspected_on": timezone.localdate(inspection.began_at or now).isoformat(),
        "submitted_at": now.isoformat(),
        "submitted_by": by.name,
        "inspectors": inspectors,
        "score": _text(result.score),
        "grade": result.grade or "",
        "vetoed": list(result.vetoed),
        "next": better and _next(better),
        "sections": sections_to_plain(result),
        "clauses": checklist.derive(_clauses),
        "items": _items(checklist.derive(Readings), answers, photos, result),
    }


# What is told of the visit itself; a correction is about one item's result.
OF_THE_VISIT = (
    "standard", "center", "round", "inspected_on", "submitted_at", "submitted_by", "inspectors",
)  # fmt: skip


def keep_visit(content: Mapping[str, Any], earlier: Mapping[str, Any], *, corrected: str) -> dict[str, Any]:
    """Return content drawn up anew with the names that `earlier` froze: who was where, and who answered.

    Places and people may be named otherwise by now. `corrected` is the code of the item set right now.
    """
    answered = {item["code"]: item["by"] for item in earlier["items"] if item["code"] != corrected}
    return {
        **content,
        **{name: earlier[name] for name in OF_THE_VISIT if name in earlier},
        "items": [item | {"by": answered.get(item["code"], item["by"])} for item in content["items"]],
    }


def _next(better: NextGrade) -> dict[str, Any]:
    efforts = dict(zip(better.codes, better.efforts, strict=True))
    score = _text(better.score)
    return {"grade": better.grade, "codes": list(better.codes), "score": score, "efforts": efforts}


def _standard(checklist: Checklist) -> dict[str, Any]:
    standard = checklist.standard
    return {
        "code": standard.standard,
        "edition": standard.edition,
        "title": standard.title,
        "document_number": standard.document_number,
        "grades": [{"name": grade.name, "min": _text(grade.min)} for grade in standard.policy.grades],
        "veto_grade": standard.policy.veto_grade,
        "places": standard.policy.rounding_places,
    }


def _round(round: Round) -> dict[str, Any]:
    return {"name": round.name, "kind": round.kind, "plan_number": round.plan_number}


def _clauses(checklist: Checklist) -> dict[str, Any]:
    return {
        entry.clause.code: {"heading": entry.clause.heading, "text": entry.clause.text}
        for entry in checklist.entries
    }


def _center(inspection: Inspection) -> dict[str, Any]:
    """The center's name and the names of the township and county that it is in."""
    region = inspection.region
    township = region.parent if inspection.kind == "village" and region.parent else region
    return {
        "name": inspection.center.name,
        "kind": inspection.kind,
        "region": region.code,
        "region_name": region.name,
        "township": township.name,
        "county": township.parent.name if township.parent else "",
    }


def _items(
    readings: Readings, answers: Mapping[str, StoredAnswer], photos: Iterable[Photo], result: Result
) -> list[dict[str, Any]]:
    pictures: dict[int, list[dict[str, Any]]] = {}
    for photo in photos:
        pictures.setdefault(photo.item_id, []).append(_photo(photo))
    results = {item.code: item for item in result.items}
    times: dict[datetime, str] = {}
    found = []
    for entry in readings.checklist.entries:
        code = entry.item.code
        answer, came_to = answers[code], results[code]
        if answer.at not in times:
            times[answer.at] = answer.at.isoformat()
        found.append(
            {
                **readings.fixed[code],
                "value": answer.value,
                "na": answer.na,
                "reason": answer.reason,
                "note": answer.note,
                "answer": readings.of(entry, answer).words,
                "by": answer.by,
                "at": times[answer.at],
                "status": came_to.status,
                "points": _text(came_to.points),
                "achieved": _text(came_to.achieved),
                "lost": _text(came_to.lost),
                "finding": came_to.finding,
                "requirement": came_to.requirement,
                "photos": pictures.get(entry.pk, []),
            }
        )
    return found


def _photo(photo: Photo) -> dict[str, Any]:
    said = {
        "id": str(photo.pk),
        "sha256": photo.sha256,
        "taken_at": photo.taken_at and photo.taken_at.isoformat(),
        "added_at": photo.added_at.isoformat(),
    }
    return said | ({"of": str(photo.of_id)} if photo.of_id else {})


def _text(value: Any) -> str | None:
    return None if value is None else f"{value:f}"
