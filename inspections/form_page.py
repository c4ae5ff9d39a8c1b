"""What the inspection form shows: every item with its state, by section, and how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from organization.release import release
from organization.templatetags.portal import day

from .answer_rows import read_held, read_last
from .answers import UNANSWERED, Given
from .checklist import Checklist, checklist_of
from .fragments import State, fill
from .loading import previous_items
from .merging import Held
from .models import Inspection, Photo
from .sheets import Section, fill_sheet


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
    *,
    csrf: str = "",
) -> dict[str, Any]:
    """Context of the form page; `posted` and `errors` (by item key) show what could not be saved.

    `csrf` is the token that its forms send.
    """
    errors = errors or {}
    items = checklist_of(inspection)
    # Read before the answers, so that the page misses none of what comes after it.
    cursor = read_last(inspection)
    answers = read_held(inspection)
    states = _states(inspection, items, answers, posted or {}, errors)
    done = {pk for pk, answer in answers.items() if answer.status != UNANSWERED}
    first_open = next((entry for entry in items.entries if entry.pk not in done), None)
    return {
        **_sheet(inspection, items, states, done, csrf),
        "cursor": cursor,
        "page_url": reverse("inspections:form", args=[inspection.pk]),
        "next_anchor": f"#{first_open.prefix}" if first_open else "",
        "faults": [
            (f"#{entry.prefix}", _("：").join([entry.item.title, errors[entry.pk]]))
            for entry in items.entries
            if entry.pk in errors
        ],
    }


def shell_context(inspection: Inspection) -> dict[str, Any]:
    """Context of the form page as a device keeps it: every item, no answer, nobody's name or token."""
    items = checklist_of(inspection)
    return {**_sheet(inspection, items, {}, set(), ""), "next_anchor": ""}


def _sheet(
    inspection: Inspection, items: Checklist, states: Mapping[int, State], done: set[int], csrf: str
) -> dict[str, Any]:
    """What the page and its shell have in common."""
    edition, language = inspection.edition_id, get_language() or "zh-hans"
    sections = _sections(items, fill(items, edition, language, states), done)
    field = format_html('<input type="hidden" name="csrfmiddlewaretoken" value="{}">', csrf) if csrf else ""
    return {
        "inspection": inspection,
        "release": release(),
        "sections": sections,
        "sheet": fill_sheet(items, edition, language, pk=inspection.pk, csrf=field, sections=sections),
        "progress": Progress(len(done), len(items.entries)),
    }


def _sections(items: Checklist, html: Sequence[SafeString], done: set[int]) -> list[Section]:
    by_number = dict(zip((entry.number for entry in items.entries), html, strict=True))
    return [
        Section(
            code=section.code,
            title=section.title,
            answered=sum(entry.pk in done for entry in entries),
            total=len(entries),
            cards=[by_number[entry.number] for entry in entries],
        )
        for section, entries in items.sections()
    ]


def _states(
    inspection: Inspection,
    items: Checklist,
    answers: Mapping[int, Held],
    posted: Mapping[int, Given],
    errors: Mapping[int, str],
) -> dict[int, State]:
    previous = previous_items(inspection)
    last_words = {code: _("上次：%(result)s") % {"result": name} for code, name in status_names().items()}
    saved_words = _("已保存 %(time)s")
    now = timezone.localtime()
    # What is saved together was saved at one moment.
    said = lru_cache(lambda moment: saved_words % {"time": clock(moment, now)})
    pictures = _pictures(inspection)
    states = {}
    for entry in items.entries:
        answer = answers.get(entry.pk)
        last = previous.get(entry.item.code)
        given = posted.get(entry.pk) or (Given(**answer.content) if answer else Given())
        states[entry.pk] = State(
            given=given,
            status=answer.status if answer else UNANSWERED,
            version=answer.version if answer else 0,
            last=last_words.get(last["status"], "") if last else "",
            saved=said(answer.at) if answer and entry.pk not in errors else "",
            errors=errors.get(entry.pk, ""),
            photos=pictures.get(entry.pk, ""),
            before=" ".join(photo["id"] for photo in last["photos"]) if last else "",
        )
    return states


def clock(moment: datetime, now: datetime) -> str:
    """The time of day in the zone of `now`, with the date unless it is the same day there."""
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{day(local.date())} {local:%H:%M}"


def photo_links(pk: UUID) -> dict[str, str]:
    """The addresses of a photo."""
    return {
        "id": str(pk),
        "url": reverse("inspections:photo", args=[pk]),
        "thumbnail": reverse("inspections:photo-thumbnail", args=[pk]),
        "remove_url": reverse("inspections:photo-remove", args=[pk]),
    }


def _pictures(inspection: Inspection) -> dict[int, str]:
    """The list entries of each item's photos, as HTML."""
    by_item: dict[int, list[UUID]] = {}
    rows = Photo.objects.kept().filter(inspection=inspection).values_list("item_id", "pk")
    for item, pk in rows:
        by_item.setdefault(item, []).append(pk)
    return {
        item: SafeString(
            "".join(
                render_to_string("components/item/photo.html", {"photo": photo_links(pk), "number": number})
                for number, pk in enumerate(keys, start=1)
            )
        )
        for item, keys in by_item.items()
    }
