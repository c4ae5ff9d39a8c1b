"""Official documents: list, draft, page, wording, download."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inspections.loading import load_inspection
from inspections.models import Round
from organization.actions import note_phone_read
from organization.models import User
from organization.problems import Problem

from .. import actions, overview, pages, permissions, phrases, wide, wide_documents, workflow
from ..exports import notice_filename
from ..forms import DocumentFilter, DocumentForm
from ..loading import load_document, load_round_overseen
from ..models import IssuingBody, Job, OfficialDocument
from ..progress import running_jobs
from .document_page import show_document

PER_PAGE = 50
# A draft takes about a tenth of a second, and somebody waits for the page.
DRAFTED_AT_ONCE = 100
REASONS_SHOWN = 5


@require_safe
def document_list(request: HttpRequest) -> HttpResponse:
    """Issued documents and drafts; for those who write them also the inspections that wait for one."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    waiting = [f"to_{move}" for move in workflow.TO_ISSUE if permissions.can_make_some(request.user, move)]
    round = _round_asked(request)
    rows = _filtered(request.user, state, kind)
    if round is not None:
        rows = rows.filter(round=round)
    writes = permissions.can_watch(request.user)
    shown = _wide(request, rows) if wide.watched(request.user) else _county(request, rows)
    context = {
        **shown,
        "state": state,
        "kind": kind,
        "filtered": bool(state or kind or round or shown.get("place")),
        "filters": DocumentFilter(
            {"state": state, "kind": kind, "region": shown.get("place"), "round": round and round.pk},
            places=shown.get("places"),
            waiting=[*waiting, *(["below"] if state == "below" else [])],
            round=round,
        ),
        "writes": writes,
        "jobs": running_jobs(request.user) if writes else [],
        "has_jobs": writes or _has_tables(request.user),
        "drafted_at_once": DRAFTED_AT_ONCE,
        "offices": [_office(request.user, body) for body in shown["bodies"]],
    }
    return render(request, "reports/document_list.html", context)


def _filtered(user: User, state: str, kind: str) -> Any:
    """The documents that the person sees, in a state or waiting for a step of theirs, and of a kind."""
    rows = OfficialDocument.objects.visible_to(user)
    if state in OfficialDocument.State.values:
        rows = rows.filter(state=state)
    elif state in {f"to_{move}" for move in workflow.TO_ISSUE}:
        own = overview.own_offices(user, below=overview.watches_counties(user))
        rows = rows.filter(own).waiting_for(user, state.removeprefix("to_"))
    elif state == "below":
        rows = overview.drafts_below(user)
    return rows.filter(kind=kind) if kind in OfficialDocument.Kind.values else rows


def _round_asked(request: HttpRequest) -> Round | None:
    """The round that the address names, where the person sees a document of it."""
    asked = request.GET.get("round", "")
    if not asked.isdecimal():
        return None
    seen = OfficialDocument.objects.visible_to(request.user).filter(round=OuterRef("pk")).order_by()
    return Round.objects.filter(Exists(seen), pk=int(asked[:18])).first()


def _has_tables(user: User) -> bool:
    """Whether a township's person has long tables among the jobs."""
    return bool(permissions.can_export_tables(user)) and Job.objects.visible_to(user).exists()


def _county(request: HttpRequest, rows: Any) -> dict[str, Any]:
    """A page of the documents, and what there is to do, counted row by row."""
    user = request.user
    writes, drafts = permissions.can_watch(user), permissions.can_draft_some(user)
    rows = rows.select_related("body", "inspection__center")
    rows = rows.defer("document", "inspection__snapshot", "inspection__corrected")
    waiting = overview.awaiting_notice(user) if drafts else None
    return {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "waiting_count": waiting.count() if waiting is not None else 0,
        "waiting": waiting.select_related("center", "round").defer("snapshot", "corrected")[:PER_PAGE]
        if waiting is not None
        else [],
        "reinspected": overview.awaiting_opinion(user)[:PER_PAGE] if drafts else [],
        "exportable": overview.with_issued_notices(user) if permissions.can_export(user) else [],
        "issuable": overview.with_issuable(user) if writes else [],
        "outdated": overview.outdated(user)[:PER_PAGE] if writes else [],
        "rounds": overview.awaiting_circular(user) if writes else [],
        "bodies": IssuingBody.objects.visible_to(user),
    }


def _wide(request: HttpRequest, rows: Any) -> dict[str, Any]:
    """The same for a province or the nation, or for the region of it that is chosen."""
    place = wide_documents.place_asked(request.GET)
    return {
        "is_wide": True,
        "place": place,
        "page": wide_documents.page_of(request.user, rows, place, PER_PAGE, request.GET.get("page")),
        **wide_documents.desk(request.user, place, PER_PAGE),
    }


def _office(user: User, body: IssuingBody) -> dict[str, Any]:
    """An office that the person works for, with the pages about it that they may open."""
    return {
        "body": body,
        "register": permissions.can_read_register(user, body),
        "wording": permissions.can_edit_wording(user, body),
        "seals": permissions.can_keep_seals(user, body),
    }


@require_POST
def notice_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _draft(request, pk, OfficialDocument.Kind.NOTICE)


@require_POST
def opinion_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the opinion about what an inspection found of an earlier notice's findings."""
    return _draft(request, pk, OfficialDocument.Kind.OPINION)


def _draft(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    inspection = load_inspection(request.user, pk)
    try:
        row = actions.draft_notice(inspection=inspection, kind=kind, by=request.user, now=timezone.now())
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("reports:score", pk=pk)
    return redirect("reports:document", pk=row.pk)


@require_POST
def notices_draft(request: HttpRequest) -> HttpResponse:
    """The notices that wait, up to as many as one request can draft."""
    permissions.can_draft_some(request.user).enforce(action="document.draft")
    place = wide_documents.place_asked(request.POST)
    begun, left = actions.draft_notices(
        inspections=_first_waiting(request.user, place), by=request.user, now=timezone.now()
    )
    if begun:
        said = ngettext("已起草%(count)s份，请核对后印发。", "已起草%(count)s份，请核对后印发。", len(begun))
        messages.success(request, said % {"count": len(begun)})
    for inspection, why in left[:REASONS_SHOWN]:
        messages.error(request, f"{inspection.center.name}：{why}")
    return redirect(reverse("reports:document-list") + (f"?region={place}" if place else ""))


def _first_waiting(user: User, place: str) -> Any:
    """As many of those that wait as are drafted at once; whoever watches a province, of the chosen region."""
    if wide.watched(user):
        return wide_documents.awaiting_notice(user, (place,), DRAFTED_AT_ONCE)[0]
    return overview.awaiting_notice(user).select_related("center", "round")[:DRAFTED_AT_ONCE]


@require_POST
def circular_draft(request: HttpRequest, pk: int) -> HttpResponse:
    round = load_round_overseen(request.user, pk)
    try:
        row = actions.draft_circular(round=round, by=request.user, now=timezone.now())
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("reports:document-list")
    return redirect("reports:document", pk=row.pk)


@require_safe
def document(request: HttpRequest, pk: UUID) -> HttpResponse:
    return show_document(request, load_document(request.user, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def document_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = load_document(request.user, pk)
    permissions.can_edit_document(request.user, row).enforce(
        action="document.edit", target=row, region=row.region_id
    )
    form = DocumentForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            actions.edit_document(
                document=row, fields=form.fields_given(), by=request.user, now=timezone.now()
            )
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        else:
            messages.success(request, _("草稿已保存。"))
            return redirect("reports:document", pk=pk)
    note_phone_read(by=request.user, of=row, phone=row.phone, region=row.region_id)
    context = {
        "form": form,
        "document": row,
        "placeholders": phrases.placeholders(form.kind),
        "preview": _preview(request, form),
    }
    return render(request, "reports/document_edit.html", context)


@never_cache
@require_POST
def document_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The text of a draft with the wording that is being typed; nothing is written."""
    row = load_document(request.user, pk)
    permissions.can_edit_document(request.user, row).enforce(
        action="document.edit", target=row, region=row.region_id
    )
    form = DocumentForm(request.POST, instance=row)
    form.is_valid()
    return render(request, "reports/_document_text.html", {"preview": _preview(request, form), "form": form})


def _preview(request: HttpRequest, form: DocumentForm) -> dict[str, Any]:
    """The composed text, or why it cannot be composed."""
    if form.is_bound and form.errors:
        return {"problem": _("改正下面标明的地方后显示预览。")}
    if form.is_bound:
        actions.set_fields(form.instance, form.fields_given())
    try:
        content = actions.compose(form.instance, number=None, dated=timezone.localdate())
    except Problem as problem:
        return {"problem": problem.message}
    return {"content": content}


@never_cache
@require_safe
def document_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The issued bytes, or the draft marked as one."""
    row = load_document(request.user, pk)
    try:
        body = actions.bytes_of(row, now=timezone.now())
    except Problem:
        # The document's page says why there is none.
        return redirect("reports:document", pk=pk)
    actions.note_view(document=row, by=request.user, now=timezone.now(), file=True)
    response = HttpResponse(body, content_type="application/pdf")
    name = content_disposition_header("download" in request.GET, notice_filename(row))
    response.headers["Content-Disposition"] = name or "attachment"
    return response


@require_safe
def document_page(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One page of the document as a picture, for the screen."""
    row = load_document(request.user, pk)
    try:
        picture = pages.picture(actions.bytes_of(row, now=timezone.now()), number)
    except (IndexError, Problem):
        raise Http404 from None
    # What is issued never changes, and its version is part of the pictures' addresses.
    kept = "max-age=31536000, immutable" if row.is_issued and "v" in request.GET else "max-age=60"
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": f"private, {kept}"})
