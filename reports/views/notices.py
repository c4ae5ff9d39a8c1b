"""Rectification notices: list, draft, preview, issue, download."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inspections.loading import load_inspection
from organization.codes import Level
from organization.models import Region, Role
from organization.problems import Problem
from organization.querysets import within
from organization.templatetags.portal import moment, term

from .. import actions, overview, pages, permissions
from ..exports import notice_filename
from ..forms import IssuingBodyForm, NoticeForm
from ..loading import load_notice
from ..models import IssuingBody, Notice

PER_PAGE = 50


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """Issued notices and drafts; for those who write them also the inspections that wait for one."""
    state = request.GET.get("state", "")
    rows = Notice.objects.visible_to(request.user).select_related("body", "inspection__center")
    rows = rows.defer("document", "inspection__snapshot")
    if state in Notice.State.values:
        rows = rows.filter(state=state)
    writes = permissions.can_watch(request.user)
    waiting = overview.awaiting_notice(request.user) if writes else None
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": Notice.State.choices,
        "writes": writes,
        "waiting_count": waiting.count() if waiting is not None else 0,
        "waiting": waiting.select_related("center", "round").defer("snapshot")[:PER_PAGE]
        if waiting is not None
        else [],
        "exportable": overview.with_issued_notices(request.user)
        if permissions.can_export(request.user)
        else [],
    }
    return render(request, "reports/notice_list.html", context)


@require_POST
def notice_draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    inspection = load_inspection(request.user, pk)
    try:
        notice = actions.draft_notice(inspection=inspection, by=request.user, now=timezone.now())
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("reports:score", pk=pk)
    return redirect("reports:notice", pk=notice.pk)


@require_safe
def notice(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = load_notice(request.user, pk)
    count, problem, version = 0, "", ""
    try:
        body = actions.bytes_of(row, now=timezone.now())
        actions.note_view(by=request.user, notice=row)
        count, version = pages.count(body), pages.version(body)
    except Problem as found:
        problem = found.message
    context = {
        "notice": row,
        "problem": problem,
        "problem_title": _("文件现在不能打开")
        if row.state == Notice.State.ISSUED
        else _("这份草稿现在不能印出"),
        "can_edit": permissions.can_edit_notice(request.user, row),
        "can_issue": permissions.can_issue(request.user, row),
        "page_numbers": range(1, count + 1),
        "page_size": pages.SIZE,
        "version": version,
        "steps": _life(row),
        "facts": [
            (_("主送"), row.addressee),
            (_("发文机关"), row.issuer_name),
            (_("抄送"), row.copy_to),
            (_("联系人"), f"{row.contact} {row.phone}".strip()),
            (_("检查"), row.inspection.center.name, reverse("reports:score", args=[row.inspection_id])),
        ],
    }
    return render(request, "reports/notice.html", context)


def _life(notice: Notice) -> list[dict[str, Any]]:
    """The notice's steps as the timeline shows them, up to the reply it asks for."""
    issued = notice.state == Notice.State.ISSUED
    return [
        {"label": _("起草"), "state": "done", "when": moment(notice.drafted_at), "person": notice.drafted_by},
        {
            "label": _("印发"),
            "state": "done" if issued else "now",
            "when": moment(notice.issued_at),
            "person": notice.issued_by or "",
            "note": notice.number_text,
        },
        {
            "label": _("乡镇书面反馈"),
            "state": "now" if issued else "todo",
            "note": term(notice.report_days),
        },
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def notice_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = load_notice(request.user, pk)
    permissions.can_edit_notice(request.user, row).enforce(
        action="notice.edit", target=row, region=row.region_id
    )
    form = NoticeForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_notice(notice=row, fields=form.cleaned_data, by=request.user, now=timezone.now())
        except Problem as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, _("草稿已保存。"))
            return redirect("reports:notice", pk=pk)
    return render(request, "reports/notice_edit.html", {"form": form, "notice": row})


@require_POST
def notice_issue(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = load_notice(request.user, pk)
    try:
        issued = actions.issue_notice(notice=row, by=request.user, now=timezone.now())
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        messages.success(request, _("已印发，文号为%(number)s。") % {"number": issued.number_text})
    return redirect("reports:notice", pk=pk)


@never_cache
@require_safe
def notice_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The issued bytes, or the draft marked as one."""
    row = load_notice(request.user, pk)
    try:
        body = actions.bytes_of(row, now=timezone.now())
    except Problem:
        # The notice's page says why there is none.
        return redirect("reports:notice", pk=pk)
    actions.note_view(by=request.user, notice=row, file=True)
    response = HttpResponse(body, content_type="application/pdf")
    response.headers["Content-Disposition"] = _disposition(notice_filename(row), "download" in request.GET)
    return response


def _disposition(name: str, download: bool) -> str:
    return content_disposition_header(download, name) or "attachment"


@require_safe
def notice_page(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """One page of the notice as a picture, for the screen."""
    row = load_notice(request.user, pk)
    try:
        picture = pages.picture(actions.bytes_of(row, now=timezone.now()), number)
    except (IndexError, Problem):
        raise Http404 from None
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": "private, max-age=60"})


@require_http_methods(["GET", "HEAD", "POST"])
def issuing_body(request: HttpRequest) -> HttpResponse:
    """The office that signs for one of the administrator's regions, the uppermost unless another is asked."""
    permissions.can_export(request.user).enforce(action="issuing_body.set")
    own = within(request.user.prefixes(Role.ADMINISTRATOR), "code")
    regions = list(Region.objects.filter(own, level__lte=Level.COUNTY).order_by("level", "code"))
    wanted = request.GET.get("region")
    region = next((row for row in regions if wanted in (None, row.code)), None)
    if region is None:
        raise Http404
    current = IssuingBody.objects.filter(region=region).first()
    form = IssuingBodyForm(request.POST or None, instance=current)
    if request.method == "POST" and form.is_valid():
        actions.set_issuing_body(region=region, fields=form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("已保存。以后起草的通知使用这些内容，已印发的不变。"))
        return redirect(request.get_full_path())
    context = {"form": form, "region": region, "regions": regions}
    return render(request, "reports/issuing_body.html", context)
