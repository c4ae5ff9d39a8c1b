"""A finding from the notice to the end: its page, the township's acts on it and the county's."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from organization.permissions import Verdict
from organization.problems import NotAllowed, Problem
from organization.templatetags.portal import place

from .. import actions, permissions
from ..feedback_page import is_sent
from ..finding_page import page_context
from ..loading import load_finding
from ..models import Evidence, Finding, Request
from ..rectification_forms import DecisionForm, ExtensionForm, ObjectionForm, ReplyForm, ReviewForm
from ..way_back import carried, carry
from .attaching import keep_chosen, take_out

logger = logging.getLogger(__name__)


@require_safe
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, load_finding(request.user, pk))


def _page(request: HttpRequest, row: Finding, **bound: Form) -> HttpResponse:
    """The page with the forms that this person may use; `bound` are those with faults."""
    context = page_context(row, request.user)
    draft = row.replies.filter(reported_at=None).first() if context["can_repair"] else None
    forms = {
        "reply": lambda: ReplyForm(instance=draft),
        "extension": ExtensionForm,
        "objection": ObjectionForm,
        "review": lambda: ReviewForm(finding=row),
    }
    context |= {f"{name}_form": bound.get(name) or make() for name, make in forms.items()}
    for asked in context["requests"]:
        form = DecisionForm(asked=asked)
        faulty = bound.get("decision")
        asked.form = faulty if faulty and faulty.auto_id == form.auto_id else form
    context["faulty"] = next(iter(bound.values()), None)
    query = carried(request)
    here = reverse("inspections:finding", args=[row.pk]) + carry(query)
    context |= {"list_query": query and f"?{query}", "carried": carry(query), "page_url": here}
    return render(request, "inspections/finding.html", context, status=400 if bound else 200)


def _enforce(verdict: Verdict, action: str, row: Finding) -> None:
    """Refuse before the form is read: only who may do it is told what is wrong with what they typed."""
    verdict.enforce(action=action, target=row, region=row.region_id)


@require_POST
def finding_reply(request: HttpRequest, pk: int, *, send: bool = False) -> HttpResponse:
    """Keep the draft with the files chosen and without one removed; with `send`, report it as well."""
    row = load_finding(request.user, pk)
    verdict = permissions.can_repair(request.user, row)
    if send and not verdict and _is_sent(request, row):
        return _already(request, row)
    _enforce(verdict, "finding.repair", row)
    form = ReplyForm(request.POST, request.FILES, draft=not send)
    # Before the files chosen come in: there may be no room for them yet.
    removed = None if send else take_out(request, [row])
    who = {"by": request.user, "now": timezone.now()}
    try:
        keep_chosen(request, row, "files", now=who["now"])
        if not form.is_valid():
            return _page(request, load_finding(request.user, pk), reply=form)
        actions.save_reply(finding=row, fields=form.reply_fields(), **who)
        if send:
            actions.report(finding=row, **who)
    except NotAllowed:
        # Reported in this moment, by a second press of the button.
        if not (send and _is_sent(request, row)):
            raise
        return _already(request, row)
    except Problem as problem:
        form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        return _page(request, load_finding(request.user, pk), reply=form)
    messages.success(request, _("已报送县里，等待审核。") if send else _("草稿已保存，还没有报送。"))
    # Whoever took out a file goes on beside the others.
    return _to(request, pk, f"#{place(form['files'])}" if removed else "")


def _to(request: HttpRequest, pk: int, anchor: str = "") -> HttpResponse:
    page = reverse("inspections:finding", args=[pk])
    return redirect(f"{page}{carry(carried(request))}{anchor}")


def _is_sent(request: HttpRequest, row: Finding) -> bool:
    """Whether this person has just reported the same."""
    own = row.replies.filter(reported_at__isnull=False, reported_by=request.user)
    return is_sent(own.last(), request.POST)


def _already(request: HttpRequest, row: Finding) -> HttpResponse:
    messages.info(request, _("已经报送过了，不用再报。"))
    return _to(request, row.pk)


def _act(
    request: HttpRequest, row: Finding, name: str, form: Form, act: Callable[..., Any], said: Any
) -> HttpResponse:
    """Do what a form of the page asks for, or show the page with what is wrong in it."""
    if form.is_valid():
        try:
            act(**form.cleaned_data, by=request.user, now=timezone.now())
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        else:
            messages.success(request, said)
            return _to(request, row.pk)
    return _page(request, row, **{name: form})


@require_POST
def finding_extension(request: HttpRequest, pk: int) -> HttpResponse:
    row = load_finding(request.user, pk)
    allowed = permissions.can_ask_extension(request.user, row, timezone.localdate())
    _enforce(allowed, "request.extension", row)
    said = _("延期申请已提交，县里答复前仍按原期限办理。")
    act = partial(actions.ask_extension, finding=row)
    return _act(request, row, "extension", ExtensionForm(request.POST), act, said)


@require_POST
def finding_objection(request: HttpRequest, pk: int) -> HttpResponse:
    row = load_finding(request.user, pk)
    _enforce(permissions.can_object(request.user, row), "request.objection", row)
    said = _("异议已提交，县里答复前整改期限不变。")
    act = partial(actions.object_to, finding=row)
    return _act(request, row, "objection", ObjectionForm(request.POST), act, said)


@require_POST
def finding_review(request: HttpRequest, pk: int) -> HttpResponse:
    row = load_finding(request.user, pk)
    _enforce(permissions.can_review(request.user, row), "finding.review", row)

    def act(*, move: str, words: str, **who: Any) -> None:
        actions.review(findings=[row], move_name=move, words={row.pk: words}, **who)

    form = ReviewForm(request.POST, finding=row)
    said = _("已办理，乡镇可以看到。")
    if request.POST.get("move") == "reinspect":
        # The state alone sends nobody.
        said = _("已转为待复查，乡镇可以看到。要派检查员到现场的，接着点“安排复查表”。")
    return _act(request, row, "review", form, act, said)


@require_POST
def request_decide(request: HttpRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(Request.objects.visible_to(request.user).select_related("finding"), pk=pk)
    row = load_finding(request.user, asked.finding_id)
    _enforce(permissions.can_decide(request.user, asked, row), "request.decide", row)
    act = partial(actions.decide_request, request=asked)
    return _act(
        request, row, "decision", DecisionForm(request.POST, asked=asked), act, _("已答复，乡镇可以看到。")
    )


@require_safe
@cache_control(private=True, max_age=3600)
def evidence(request: HttpRequest, pk: UUID, size: str = "file") -> FileResponse:
    """A photo on the page, any other paper as a download."""
    row = get_object_or_404(Evidence.objects.visible_to(request.user).kept(), pk=pk)
    file = getattr(row, size)
    if not file:
        raise Http404
    try:
        opened = file.open()
    except FileNotFoundError:
        logger.error("the file of evidence %s is missing", row.pk)
        raise Http404 from None
    if row.kind == Evidence.Kind.PHOTO:
        return FileResponse(opened, content_type="image/jpeg")
    ending = file.name.rpartition(".")[2]
    stem = row.name.rpartition(".")[0] or row.name
    return FileResponse(opened, as_attachment=True, filename=f"{stem}.{ending}")
