"""What the inspection form shows: every item with its state, by section, and how far it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from organization.release import release

from .answers import UNANSWERED, Given
from .checklist import Checklist, checklist
from .fragments import State, fill
from .loading import previous_items
from .models import Answer, AnswerEvent, Inspection, Photo


class Kept(NamedTuple):
    """What the page needs of an answer; a whole row of the model costs twice as much."""

    item_id: int
    value: Any
    na: bool
    reason: str
    note: str
    status: str
    version: int
    updated_at: datetime


def kept_answers(inspection: Inspection) -> dict[int, Kept]:
    rows = Answer.objects.filter(inspection=inspection).values_list(*Kept._fields)
    return {row[0]: Kept(*row) for row in rows}


@dataclass(frozen=True)
class Progress:
    """How many items are answered, of how many."""

    answered: int
    total: int

    @property
    def left(self) -> int:
        return self.total - self.answered

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.total if self.total else 0


def status_names() -> dict[str, str]:
    return {
        "met": _("合格"),
        "partly": _("部分合格"),
        "not_met": _("不合格"),
        "na": _("不适用"),
    }


def page_context(
    inspection: Inspection,
    posted: Mapping[int, Given] | None = None,
    errors: Mapping[int, str] | None = None,
) -> dict[str, Any]:
    """Context of the form page; `posted` and `errors` (by item key) show what could not be saved."""
    items = checklist(inspection.edition_id, inspection.kind)
    cursor = _cursor(inspection)
    answers = kept_answers(inspection)
    states = _states(inspection, items, answers, posted or {}, errors or {})
    language = get_language() or "zh-hans"
    html = fill(items, inspection.edition_id, language, states)
    done = {pk for pk, answer in answers.items() if answer.status != UNANSWERED}
    first_open = next((entry for entry in items.entries if entry.pk not in done), None)
    return {
        "inspection": inspection,
        "cursor": cursor,
        "release": release(),
        "page_url": reverse("inspections:form", args=[inspection.pk]),
        "sections": _sections(inspection, items, html, done),
        "progress": Progress(len(done), len(items.entries)),
        "next_anchor": f"#{first_open.prefix}" if first_open else "",
        "faults": [
            (f"#{entry.prefix}", _("：").join([entry.item.title, (errors or {})[entry.pk]]))
            for entry in items.entries
            if entry.pk in (errors or {})
        ],
    }


def shell_context(inspection: Inspection) -> dict[str, Any]:
    """Context of the form page as a device keeps it: every item, no answer, nobody's name."""
    items = checklist(inspection.edition_id, inspection.kind)
    html = fill(items, inspection.edition_id, get_language() or "zh-hans", {})
    return {
        "inspection": inspection,
        "sections": _sections(inspection, items, html, set()),
        "progress": Progress(0, len(items.entries)),
        "next_anchor": "",
        "release": release(),
    }


def _cursor(inspection: Inspection) -> int:
    """The key of the last change that the page can show; read before the answers, so that none is missed."""
    newest = AnswerEvent.objects.filter(inspection=inspection).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def _sections(
    inspection: Inspection, items: Checklist, html: Sequence[str], done: set[int]
) -> list[dict[str, Any]]:
    """The sections with their cards as HTML, how far each is, and where it is saved without script."""
    return [
        {
            "code": section.code,
            "title": section.title,
            "answered": sum(entry.pk in done for entry in entries),
            "total": len(entries),
            "cards": [html[entry.number - 1] for entry in entries],
            "save_url": reverse("inspections:section-save", args=[inspection.pk, section.code]),
        }
        for section, entries in items.sections()
    ]


def _states(
    inspection: Inspection,
    items: Checklist,
    answers: Mapping[int, Kept],
    posted: Mapping[int, Given],
    errors: Mapping[int, str],
) -> dict[int, State]:
    previous = previous_items(inspection)
    last_words = {code: _("上次：%(result)s") % {"result": name} for code, name in status_names().items()}
    saved_words = _("已保存 %(time)s")
    now = timezone.localtime()
    pictures = _pictures(Photo.objects.kept().filter(inspection=inspection))
    states = {}
    for entry in items.entries:
        answer = answers.get(entry.pk)
        last = previous.get(entry.item.code)
        given = posted.get(entry.pk) or (
            Given(answer.value, answer.na, answer.reason, answer.note) if answer else Given()
        )
        states[entry.pk] = State(
            given=given,
            status=answer.status if answer else UNANSWERED,
            version=answer.version if answer else 0,
            last=last_words.get(last["status"], "") if last else "",
            saved=saved_words % {"time": clock(answer.updated_at, now)}
            if answer and entry.pk not in errors
            else "",
            errors=errors.get(entry.pk, ""),
            photos=pictures.get(entry.pk, ""),
            before=" ".join(photo["id"] for photo in last["photos"]) if last else "",
        )
    return states


def clock(moment: datetime, now: datetime) -> str:
    """The time of day in the zone of `now`, with the date unless it is the same day there."""
    local = moment.astimezone(now.tzinfo)
    return local.strftime("%H:%M" if local.date() == now.date() else "%m-%d %H:%M")


def photo_links(photo: Photo) -> dict[str, str]:
    return {
        "id": str(photo.pk),
        "url": reverse("inspections:photo", args=[photo.pk]),
        "thumbnail": reverse("inspections:photo-thumbnail", args=[photo.pk]),
        "remove_url": reverse("inspections:photo-remove", args=[photo.pk]),
    }


def _pictures(photos: Iterable[Photo]) -> dict[int, str]:
    """The list entries of each item's photos, as HTML."""
    by_item: dict[int, list[Photo]] = {}
    for photo in photos:
        by_item.setdefault(photo.item_id, []).append(photo)
    return {
        item: SafeString(
            "".join(
                render_to_string(
                    "components/item/photo.html", {"photo": photo_links(photo), "number": number}
                )
                for number, photo in enumerate(rows, start=1)
            )
        )
        for item, rows in by_item.items()
    }
