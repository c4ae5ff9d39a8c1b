"""The form to be filled by pen: every item in order, with the boxes and lines that its measure needs."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from standards.describing import basis_words, threshold_words, unit_words
from standards.measures import Banded, Choice, Elements, Occurrences, PerUnit, YesNo

from .checklist import Entry, checklist_of
from .form_page import status_names
from .loading import previous_items
from .models import Inspection
from .wording import frozen_words


def number_of(inspection: Inspection) -> str:
    """A number short enough to be read out and written down, by which paper finds its inspection."""
    tail = inspection.pk.hex[-8:].upper()
    return f"{tail[:4]}-{tail[4:]}"


def paper_context(inspection: Inspection, *, previous: bool) -> dict[str, Any]:
    """Context of the page; with `previous`, each item says how the center's last inspection found it."""
    items = checklist_of(inspection)
    last = previous_items(inspection) if previous else {}
    return {
        "inspection": inspection,
        "number": number_of(inspection),
        "standard": items.standard,
        "total": len(items.entries),
        "with_previous": previous,
        "sections": [
            {"title": section.title, "rows": [_row(entry, inspection.kind, last) for entry in entries]}
            for section, entries in items.sections()
        ],
    }


def _row(entry: Entry, kind: str, last: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    before = last.get(entry.item.code)
    return {
        "entry": entry,
        "ticks": _ticks(entry, kind),
        "blanks": _blanks(entry),
        "limit": threshold_words(entry.item.measure, kind),
        "na": entry.item.na_allowed,
        "last": status_names().get(before["status"], "") if before else "",
        "last_answer": _last_answer(entry, kind, before),
    }


def _last_answer(entry: Entry, kind: str, before: Mapping[str, Any] | None) -> str:
    """What was found last time, where that says more than the result."""
    shown = before and before["status"] not in ("met", "na")
    return frozen_words(entry, kind, before) if before and shown else ""


def _ticks(entry: Entry, kind: str) -> list[dict[str, Any]]:
    """The boxes to tick; `own` marks words of the standard, which stay Chinese."""
    match entry.item.measure:
        case YesNo():
            words = [_("合格"), _("不合格")]
        case Choice():
            words = [_("合格"), _("部分合格"), _("不合格")]
        case Elements() as measure:
            titles = [{"text": element.title, "own": True} for element in measure.required(kind)]
            return [*titles, {"text": _("一项也没有"), "own": False}]
        case _:
            words = []
    return [{"text": text, "own": False} for text in words]


def _blanks(entry: Entry) -> list[dict[str, str]]:
    """The places for figures: what is written there, and its unit."""
    measure = entry.item.measure
    match measure:
        case PerUnit():
            return [
                {"label": _("总数"), "unit": unit_words(measure.unit)},
                {"label": _("其中符合要求"), "unit": unit_words(measure.unit)},
            ]
        case Banded():
            return [
                {"label": basis_words(measure.basis), "unit": unit_words(measure.basis_unit)},
                {"label": _("实测"), "unit": unit_words(measure.unit)},
            ]
        case Occurrences():
            return [{"label": _("发现次数"), "unit": unit_words(measure.unit)}]
        case YesNo() | Choice() | Elements():
            return []
        case _:
            return [{"label": _("实测"), "unit": unit_words(measure.unit)}]
