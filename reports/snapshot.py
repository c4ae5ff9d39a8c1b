"""What an inspection held when it was submitted, as plain JSON that never changes again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone, translation

from inspections.checklist import Checklist, Entry
from inspections.models import Answer, Inspection, Photo, Round
from inspections.wording import found_words
from organization.models import User
from standards.content import item_to_plain

from .scoring import ItemResult, NextGrade, Result, to_plain

FORMAT = 1


def build(
    *,
    inspection: Inspection,
    checklist: Checklist,
    answers: Mapping[str, Answer],
    photos: Iterable[Photo],
    result: Result,
    better: NextGrade | None,
    by: User,
    now: datetime,
) -> dict[str, Any]:
    """Return everything a page or a document will say about this inspection; decimals are text.

    Words in it are Chinese whatever the submitting person reads, for it is the official record.
    """
    came_to = to_plain(result)
    return {
        "format": FORMAT,
        "standard": _standard(checklist),
        "center": _center(inspection),
        "round": _round(inspection.round),
        "inspected_on": timezone.localdate(inspection.began_at or now).isoformat(),
        "submitted_at": now.isoformat(),
        "submitted_by": by.name,
        "inspectors": [person.name for person in inspection.inspectors.all()],
        "score": came_to["score"],
        "grade": came_to["grade"] or "",
        "vetoed": came_to["vetoed"],
        "next": better and _next(better),
        "sections": came_to["sections"],
        "clauses": _clauses(checklist),
        "items": _items(checklist, answers, photos, result),
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
    checklist: Checklist, answers: Mapping[str, Answer], photos: Iterable[Photo], result: Result
) -> list[dict[str, Any]]:
    pictures: dict[int, list[dict[str, Any]]] = {}
    for photo in photos:
        pictures.setdefault(photo.item_id, []).append(_photo(photo))
    results = {item.code: item for item in result.items}
    with translation.override("zh-hans"):
        return [
            _item(entry, results[entry.item.code], answers[entry.item.code], pictures, checklist.kind)
            for entry in checklist.entries
        ]


def _item(
    entry: Entry,
    result: ItemResult,
    answer: Answer,
    pictures: Mapping[int, list[dict[str, Any]]],
    kind: str,
) -> dict[str, Any]:
    rectify = entry.item.rectify
    return {
        "code": entry.item.code,
        "title": entry.item.title,
        "section": entry.section.code,
        "section_title": entry.section.title,
        "clause": entry.clause.code,
        "reference": entry.reference,
        "measure": _json(item_to_plain(entry.item)["measure"]),
        "value": answer.value,
        "na": answer.na,
        "reason": answer.reason,
        "note": answer.note,
        "answer": found_words(entry, answer, kind),
        "by": answer.updated_by.name,
        "at": answer.updated_at.isoformat(),
        "status": result.status,
        "veto": entry.item.veto,
        "points": _text(result.points),
        "achieved": _text(result.achieved),
        "lost": _text(result.lost),
        "finding": result.finding,
        "requirement": result.requirement,
        "mode": rectify.mode,
        "working_days": rectify.working_days,
        "photos": pictures.get(entry.pk, []),
    }


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


def _json(value: Any) -> Any:
    """Decimals as text, all the way down."""
    if isinstance(value, dict):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | str) else _text(value)
