"""The inspection form, its saves with and without script, and the check before submitting."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from organization.models import User
from organization.problems import Problem
from standards.faults import Faults

from .. import actions, permissions
from ..answers import UNANSWERED, Checked, Given, check, read_given
from ..checklist import Entry, checklist_of
from ..colleagues import colleagues
from ..entrance import find_to_fill
from ..form_page import Progress, clock, page_context
from ..loading import load_entry, load_inspection
from ..merging import Held
from ..models import Answer, Conflict, Inspection, Photo
from ..submission_rows import read_answers
from ..wording import answer_words, fault_words, found_words
from ..workflow import SUBMITTED


@never_cache
@require_safe
def form(request: HttpRequest, pk: UUID) -> HttpResponse:
    inspection = find_to_fill(request.user, pk, for_page=True)
    if inspection.state == SUBMITTED:
        return redirect("reports:score", pk=pk)
    permissions.can_fill(request.user, inspection).enforce(
        action="inspection.fill", target=inspection, region=inspection.region_id
    )
    return render(request, "inspections/form.html", page_context(inspection, csrf=get_token(request)))


@require_POST
def answer_save(request: HttpRequest, pk: UUID, code: str) -> JsonResponse:
    """Save one item as it is filled; the answer says what the database now holds."""
    inspection = load_inspection(request.user, pk)
    entry = load_entry(inspection, code)
    given = read_given(request.POST, entry.prefix, entry.item.measure)
    now = timezone.now()
    try:
        saved = actions.save_answer(inspection=inspection, code=code, given=given, by=request.user, now=now)
    except Faults as faults:
        return JsonResponse({"errors": fault_words(faults)}, status=400)
    except actions.Stale as stale:
        newer = stale.answers[entry]
        said = stale_words(entry, newer, inspection.kind)
        return JsonResponse({"errors": {"value": [said]}, "version": newer.version}, status=400)
    items = checklist_of(inspection)
    done = set(
        Answer.objects.filter(inspection=inspection)
        .exclude(status=UNANSWERED)
        .values_list("item_id", flat=True)
    )
    own = [other.pk for other in items.entries if other.section is entry.section]
    return JsonResponse(
        {
            "saved_at": clock(now, timezone.localtime(now)),
            "version": saved.version,
            "status": saved.status,
            "answered": len(done),
            "total": len(items.entries),
            "section": {
                "code": entry.section.code,
                "answered": len(done.intersection(own)),
                "total": len(own),
            },
        }
    )


def stale_words(entry: Entry, newer: Held, kind: str) -> str:
    """Who answered what since the form was opened; the next save is made knowing it."""
    told = {
        "person": User.objects.get(pk=newer.by).name,
        "time": clock(newer.at, timezone.localtime()),
        "answer": answer_words(entry.item, kind, Checked(**newer.content, status=newer.status)),
    }
    return _("%(person)s已于%(time)s填为“%(answer)s”，没有覆盖。请核对，要改就再填一次。") % told


@require_POST
def section_save(request: HttpRequest, pk: UUID, section: str) -> HttpResponse:
    """Save a whole section at once, for browsers without script; all of it or nothing."""
    inspection = load_inspection(request.user, pk)
    permissions.can_fill(request.user, inspection).enforce(
        action="inspection.fill", target=inspection, region=inspection.region_id
    )
    items = checklist_of(inspection)
    entries = [entry for entry in items.entries if entry.section.code == section]
    if not entries:
        raise Http404
    given = {entry: read_given(request.POST, entry.prefix, entry.item.measure) for entry in entries}
    checked, errors = _check_all(given, inspection.kind)
    now = timezone.now()
    if not errors:
        bases = {entry: value.base for entry, value in given.items() if value.base is not None}
        try:
            actions.save_answers(
                inspection=inspection, checked=checked, bases=bases, by=request.user, now=now
            )
        except actions.Stale as stale:
            errors = {
                entry.pk: stale_words(entry, newer, inspection.kind) for entry, newer in stale.answers.items()
            }
        else:
            errors = _add_photos(request, inspection, entries)
    if errors:
        posted = {entry.pk: value for entry, value in given.items()}
        context = page_context(inspection, posted, errors, csrf=get_token(request))
        return render(request, "inspections/form.html", context, status=400)
    messages.success(request, _("这一部分已保存。"))
    return redirect(f"{request.path.split('/sections/')[0]}/#s-{section}")


def _check_all(given: dict[Entry, Given], kind: str) -> tuple[dict[Entry, Checked], dict[int, str]]:
    checked, errors = {}, {}
    for entry, value in given.items():
        try:
            checked[entry] = check(value, entry.item, kind)
        except Faults as faults:
            errors[entry.pk] = " ".join(line for lines in fault_words(faults).values() for line in lines)
    return checked, errors


def _add_photos(request: HttpRequest, inspection: Inspection, entries: list[Entry]) -> dict[int, str]:
    errors = {}
    for entry in entries:
        for upload in request.FILES.getlist(f"{entry.prefix}-photo"):
            try:
                actions.add_photo(
                    inspection=inspection,
                    code=entry.item.code,
                    upload=upload,
                    size=upload.size,
                    by=request.user,
                    now=timezone.now(),
                )
            except Problem as problem:
                errors[entry.pk] = str(problem.message)
    return errors


@never_cache
@require_safe
def check_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is unanswered, what falls short, and whether it can be submitted."""
    inspection = load_inspection(request.user, pk)
    if inspection.state == SUBMITTED:
        return redirect("reports:score", pk=pk)
    permissions.can_fill(request.user, inspection).enforce(
        action="inspection.fill", target=inspection, region=inspection.region_id
    )
    answers = read_answers(inspection)
    items = checklist_of(inspection)
    photos = set(inspection.photos.kept().values_list("item_id", flat=True))
    disputed = set(Conflict.objects.open().filter(inspection=inspection).values_list("item_id", flat=True))
    rows = [(entry, answers.get(entry.pk)) for entry in items.entries]
    missing = [entry for entry, answer in rows if answer is None or answer.status == UNANSWERED]
    short = [
        {
            "entry": entry,
            "answer": answer,
            "status": answer.status,
            "found": found_words(entry, answer, inspection.kind),
            "has_photo": entry.pk in photos,
        }
        for entry, answer in rows
        if answer and answer.status in ("not_met", "partly", "na")
    ]
    can_submit = permissions.can_submit(request.user, inspection)
    context = {
        "inspection": inspection,
        "progress": Progress(len(items.entries) - len(missing), len(items.entries)),
        "missing": missing,
        "short": [row for row in short if row["status"] != "na"],
        "not_applicable": [row for row in short if row["status"] == "na"],
        "disputed": [entry for entry in items.entries if entry.pk in disputed],
        "on_the_way": Photo.objects.on_the_way().filter(inspection=inspection).count(),
        "digest": actions.digest_of_answers(
            {entry.item.code: answer for entry, answer in rows if answer is not None}
        ),
        "can_submit": can_submit,
        "colleagues": colleagues(inspection, request.user) if can_submit else [],
        "can_settle": permissions.can_settle(request.user, inspection),
    }
    return render(request, "inspections/check.html", context)
