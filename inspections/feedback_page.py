"""The page on which a township answers a whole notice: a form for each finding that is to be put right."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from organization.models import User

from . import permissions, workflow
from .finding_page import give_dues, links
from .models import Evidence, Finding, Inspection, Reply
from .rectification_forms import ReplyForm


@dataclass
class Entry:
    """A finding with its form (None where it is not to be filled in now), its last report and its papers."""

    finding: Finding
    form: ReplyForm | None
    reply: Reply | None
    drafted: list[dict[str, Any]]


def entries_of(
    user: User, inspection: Inspection, request: HttpRequest | None = None, *, draft: bool = False
) -> list[Entry]:
    """The notice's findings that the person may see, in the notice's order; bound to `request` if given.

    With `draft` the forms may be filled in by halves.
    Four queries for the rows, three for their deadlines.
    """
    rows = list(
        Finding.objects.visible_to(user)
        .filter(inspection=inspection)
        .exclude(state__in=(workflow.FOUND, workflow.WITHDRAWN))
        .select_related("item", "center")
        .order_by("item__position")
    )
    give_dues(rows, timezone.localdate())
    drafts, sent = _replies(rows)
    kept = Evidence.objects.visible_to(user).kept().filter(finding__in=rows, reply=None)
    papers: dict[int, list[dict[str, Any]]] = {}
    for paper in kept:
        papers.setdefault(paper.finding_id, []).append(links(paper))
    found = []
    for row in rows:
        form = None
        if permissions.can_repair(user, row):
            form = _form(row, drafts.get(row.pk), request, draft)
        found.append(Entry(row, form, sent.get(row.pk), papers.get(row.pk, [])))
    return found


def _replies(rows: Sequence[Finding]) -> tuple[dict[int, Reply], dict[int, Reply]]:
    """Drafts and last reports by the key of their finding."""
    drafts, sent = {}, {}
    for reply in Reply.objects.filter(finding__in=rows).order_by("pk"):
        (drafts if reply.reported_at is None else sent)[reply.finding_id] = reply
    return drafts, sent


def prefix_of(finding: int) -> str:
    """What the names of the fields of a finding begin with, and their ids."""
    return f"f{finding}"


def _form(finding: Finding, reply: Reply | None, request: HttpRequest | None, draft: bool) -> ReplyForm:
    how: dict[str, Any] = {"instance": reply, "prefix": prefix_of(finding.pk), "auto_id": "%s"}
    form = ReplyForm(*((request.POST, request.FILES) if request else ()), draft=draft, **how)
    if request and not _is_filled(form):
        # What was left for another time has no faults.
        form = ReplyForm(**how)
    form.use_required_attribute = False
    return form


def _is_filled(form: ReplyForm) -> bool:
    return any(form.data.get(form.add_prefix(name), "").strip() for name in ReplyForm.Meta.fields) or bool(
        form.files.getlist(form.add_prefix("files"))
    )


def is_sent(reply: Reply | None, data: Mapping[str, Any], prefix: str = "") -> bool:
    """Whether a form says what was reported before: a finger that pressed twice sends it again."""
    if reply is None:
        return False
    return all(
        data.get(f"{prefix}{name}", "").strip() == getattr(reply, name)
        for name in ("measure", "responsible", "result")
    )


def sent_before(entries: Sequence[Entry], data: Mapping[str, Any]) -> int:
    """How many of the findings were reported, with the very words that the form now brings again."""
    return sum(
        entry.form is None and is_sent(entry.reply, data, f"{prefix_of(entry.finding.pk)}-")
        for entry in entries
    )


def filled(entries: Sequence[Entry]) -> Iterator[tuple[Entry, ReplyForm]]:
    """Those in which something was written, chosen or attached; the others are left for another time."""
    for entry in entries:
        if entry.form is not None and entry.form.is_bound:
            yield entry, entry.form
