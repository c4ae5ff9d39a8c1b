"""The feedback form of a whole notice: filled in at once, kept or reported at once."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from organization.problems import NotAllowed, Problem
from organization.templatetags.portal import place

from .. import actions, permissions
from ..feedback_page import Entry, entries_of, filled, prefix_of, sent_before
from ..loading import load_inspection
from ..models import Evidence, Inspection
from ..rectification_forms import ReplyForm
from ..workflow import NOTIFIED
from .attaching import keep_chosen, take_out


@require_safe
def feedback(request: HttpRequest, pk: UUID) -> HttpResponse:
    inspection = _own(request, pk)
    return _page(request, inspection, entries_of(request.user, inspection))


@require_POST
def feedback_save(request: HttpRequest, pk: UUID, *, send: bool = False) -> HttpResponse:
    """Keep what is filled in, with the files chosen and without one removed; with `send`, report it too."""
    inspection = _own(request, pk)
    entries = entries_of(request.user, inspection, request, draft=not send)
    told = list(filled(entries))
    if send and not told and (count := sent_before(entries, request.POST)):
        return _already(request, pk, count)
    # Before the files chosen come in: there may be no room for them yet.
    removed = None if send else take_out(request, [entry.finding for entry in entries if entry.form])
    if removed and not told:
        return _to(pk, removed)
    try:
        # Every form is asked, so that all faults are told at once.
        faults = _keep_files(request, told)
        if faults or [form for _entry, form in told if not form.is_valid()]:
            return _page(request, inspection, _with_files(request, inspection, entries), faults)
        count = _keep(request, told, send)
    except NotAllowed:
        # Reported in this moment, by a second press of the button.
        count = sent_before(entries_of(request.user, inspection), request.POST) if send else 0
        if count < len(told):
            raise
        return _already(request, pk, count)
    except Problem as problem:
        return _page(request, inspection, _with_files(request, inspection, entries), [problem])
    _say_kept(request, count, send)
    return _to(pk, removed)


def _say_kept(request: HttpRequest, count: int, send: bool) -> None:
    if send:
        text = ngettext("%(n)d个问题的整改情况已报送县里。", "%(n)d个问题的整改情况已报送县里。", count)
    else:
        text = ngettext(
            "%(n)d个问题的草稿已保存，还没有报送。", "%(n)d个问题的草稿已保存，还没有报送。", count
        )
    messages.success(request, text % {"n": count})


def _to(pk: UUID, removed: Evidence | None = None) -> HttpResponse:
    """The form anew; whoever took out a file goes on beside the others of that finding."""
    page = reverse("inspections:feedback", args=[pk])
    return redirect(f"{page}#{prefix_of(removed.finding_id)}-files" if removed else page)


def _with_files(request: HttpRequest, inspection: Inspection, entries: list[Entry]) -> list[Entry]:
    """The same forms, with what has just been kept beside them."""
    now = {entry.finding.pk: entry for entry in entries_of(request.user, inspection)}
    # One that the county withdraws in this moment is no longer found; what was typed is shown all the same.
    return [replace(now.get(entry.finding.pk, entry), form=entry.form) for entry in entries]


def _keep_files(request: HttpRequest, told: list[tuple[Entry, ReplyForm]]) -> list[Problem]:
    """Keep the files chosen for each finding; return what is wrong with those that cannot be kept."""
    faults: list[Problem] = []
    now = timezone.now()
    for entry, form in told:
        try:
            keep_chosen(request, entry.finding, form.add_prefix("files"), now=now)
        except Problem as problem:
            faults.append(actions.RowProblem(entry.finding.pk, problem))
    return faults


def _keep(request: HttpRequest, told: list[tuple[Entry, ReplyForm]], send: bool) -> int:
    return actions.save_feedback(
        findings={entry.finding.pk: entry.finding for entry, _form in told},
        replies={entry.finding.pk: form.reply_fields() for entry, form in told},
        send=send,
        by=request.user,
        now=timezone.now(),
    )


def _already(request: HttpRequest, pk: UUID, count: int) -> HttpResponse:
    text = ngettext(
        "%(n)d个问题的整改情况已经报送过了，不用再报。",
        "%(n)d个问题的整改情况已经报送过了，不用再报。",
        count,
    )
    messages.info(request, text % {"n": count})
    return _to(pk)


def _own(request: HttpRequest, pk: UUID) -> Inspection:
    inspection = load_inspection(request.user, pk)
    permissions.can_feed_back(request.user, inspection).enforce(
        action="feedback.fill", target=inspection, region=inspection.region_id
    )
    return inspection


def _page(
    request: HttpRequest, inspection: Inspection, entries: list[Entry], problems: Sequence[Problem] = ()
) -> HttpResponse:
    faults = _faults(entries, problems)
    context = {
        "inspection": inspection,
        "page_url": reverse("inspections:feedback", args=[inspection.pk]),
        "entries": entries,
        "open": sum(entry.form is not None for entry in entries),
        "to_acknowledge": any(entry.finding.state == NOTIFIED for entry in entries),
        "faults": faults,
    }
    return render(request, "inspections/feedback.html", context, status=400 if faults else 200)


def _faults(entries: list[Entry], problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Each fault with where it stands: the number of the finding, the field, what to mend."""
    found = []
    of_row = {one.finding: one for one in problems if isinstance(one, actions.RowProblem)}
    for number, entry in enumerate(entries, start=1):
        form = entry.form
        for name, errors in form._errors.items() if form is not None and form._errors else ():
            words = {"n": number, "label": form[name].label, "error": " ".join(errors)}
            found.append((f"#{place(form[name])}", _("第%(n)d项 %(label)s：%(error)s") % words))
        if problem := of_row.get(entry.finding.pk):
            words = {"n": number, "error": problem.message}
            found.append((f"#finding-{entry.finding.pk}", _("第%(n)d项：%(error)s") % words))
    return found or [("#main", str(problem.message)) for problem in problems]
