"""Pages of jobs over a round's documents and of long tables: begun, watched, cancelled, retried, fetched."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from organization.audit import record
from organization.problems import Problem

from .. import actions, permissions, progress
from ..loading import load_job, load_round_of_documents, load_round_overseen
from ..models import Job
from ..models.jobs import Step

PER_PAGE = 50


@require_POST
def round_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue every document of a round that the person may issue."""
    return _start(request, Job.Kind.ISSUE, load_round_overseen(request.user, pk))


@require_POST
def round_export(request: HttpRequest, pk: int) -> HttpResponse:
    """A round's issued documents as a ZIP with an index."""
    return _start(request, Job.Kind.EXPORT, load_round_of_documents(request.user, pk))


@require_POST
def round_print(request: HttpRequest, pk: int) -> HttpResponse:
    """A round's issued documents as one PDF for the printer, or several volumes."""
    return _start(request, Job.Kind.PRINT, load_round_of_documents(request.user, pk))


def _start(request: HttpRequest, kind: Job.Kind, round: Any) -> HttpResponse:
    try:
        job = actions.start_job(kind=kind, round=round, by=request.user, now=timezone.now())
    except Problem as problem:
        messages.info(request, problem.message)
        return redirect("reports:document-list")
    return redirect("reports:job", pk=job.pk)


@never_cache
@require_safe
def job_list(request: HttpRequest) -> HttpResponse:
    """Jobs in the person's regions and their own tables, newest first."""
    permissions.can_export_tables(request.user).enforce(action="jobs.read")
    rows = Job.objects.visible_to(request.user).select_related("round", "started_by")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reports/job_list.html", {"page": page})


@never_cache
@require_safe
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far a job is, its files, and each document in it; failed ones first."""
    row = load_job(request.user, pk)
    state = request.GET.get("state", "")
    items = row.items.select_related("document__body", "document__inspection__center")
    items = items.defer(
        "document__document", "document__inspection__snapshot", "document__inspection__corrected"
    )
    if state in Step.values:
        items = items.filter(state=state)
    steers = permissions.can_steer_job(request.user, row)
    far = progress.progress(row, timezone.now())
    context = {
        "job": row,
        "far": far,
        "again": _again(row),
        "files": list(row.files.all()),
        "kept_until": progress.kept_until(row),
        "page": Paginator(items.order_by("place"), PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": [("", _("全部")), *Step.choices],
        "can_cancel": steers and row.state == Job.State.RUNNING,
        "can_retry": steers and _unfinished(row, far),
    }
    return render(request, "reports/job.html", context)


def _again(job: Job) -> str:
    """Where the same is asked for anew."""
    if not job.is_table:
        return f"{reverse('reports:document-list')}#export"
    name = "finding-list" if job.kind == Job.Kind.FINDINGS else "county"
    return f"{reverse(f'reports:{name}')}?{job.query}"


def _unfinished(job: Job, far: progress.Progress) -> bool:
    """Whether there is something left that no worker will take up by itself."""
    return job.state == Job.State.CANCELLED or bool(far.failed and job.state == Job.State.DONE)


@never_cache
@require_safe
def job_progress(request: HttpRequest, pk: UUID) -> JsonResponse:
    """The same in figures, which the page asks for every two seconds."""
    far = progress.progress(load_job(request.user, pk), timezone.now())
    return JsonResponse(
        {"state": far.state, "percent": far.percent, "count": far.count_words, "left": far.left_words}
    )


@require_POST
def job_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    actions.cancel_job(job=load_job(request.user, pk), by=request.user, now=timezone.now())
    return redirect("reports:job", pk=pk)


@require_POST
def job_retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        actions.retry_job(job=load_job(request.user, pk), by=request.user, now=timezone.now())
    except Problem as problem:
        messages.error(request, problem.message)
    return redirect("reports:job", pk=pk)


@never_cache
@require_safe
def job_file(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """A file that the job has made, streamed from the storage."""
    row = load_job(request.user, pk)
    made = get_object_or_404(row.files.filter(state=Step.DONE), number=number)
    if made.removed_at:
        messages.info(request, _("文件已过保存期，需要时请重新导出。"))
        return redirect("reports:job", pk=pk)
    try:
        body = made.file.open()
    except FileNotFoundError:
        messages.error(request, _("文件不在服务器的存储中，请重新导出。"))
        return redirect("reports:job", pk=pk)
    record(
        "job.download", by=request.user, target=row, region=row.region_id, now=timezone.now(), number=number
    )
    return FileResponse(body, as_attachment=True, filename=made.name)
