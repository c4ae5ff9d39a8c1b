"""The steps of a document's life, each at an address of its own."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.posted import text_of
from organization.problems import Problem

from .. import actions, permissions, workflow
from ..forms import DeliveryForm
from ..loading import load_document
from .document_page import show_document


def _step(request: HttpRequest, pk: UUID, act: Callable[..., Any], said: Any, **more: Any) -> HttpResponse:
    row = load_document(request.user, pk)
    try:
        done = act(document=row, by=request.user, now=timezone.now(), **more)
    except Problem as problem:
        messages.error(request, problem.message)
        return redirect("reports:document", pk=pk)
    messages.success(request, said % {"number": done.number_text})
    return redirect("reports:document", pk=done.pk)


@require_POST
def document_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.check_document, _("已核稿。"))


@require_POST
def document_sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.sign_document, _("已签发，可以印发。"))


@require_POST
def document_send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    words = text_of(request.POST, "words")
    return _step(request, pk, actions.send_back, _("已退回，起草人可以修改。"), words=words)


@require_POST
def document_issue(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.issue_document, _("已印发，文号为%(number)s。"))


@require_POST
def document_deliver(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = load_document(request.user, pk)
    permissions.can_move(request.user, row, workflow.DELIVER).enforce(
        action="document.deliver", target=row, region=row.region_id
    )
    form = DeliveryForm(request.POST)
    if form.is_valid():
        try:
            actions.deliver(document=row, by=request.user, now=timezone.now(), **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field if problem.field in form.fields else None, problem.message)
        else:
            messages.success(request, _("已记录送达。"))
            return redirect("reports:document", pk=pk)
    return show_document(request, row, delivery=form)


@require_POST
def document_acknowledge(request: HttpRequest, pk: UUID) -> HttpResponse:
    person = text_of(request.POST, "person")
    said = _("已签收%(number)s，何时到期见“整改期限”。")
    return _step(request, pk, actions.acknowledge, said, person=person)


@require_POST
def document_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    words = text_of(request.POST, "words")
    return _step(request, pk, actions.withdraw, _("已撤回%(number)s。"), words=words)


@require_POST
def document_replace(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.replace_document, _("已起草代替的公文，请核对后印发。"))


@require_POST
def document_supersede(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw what a correction has overtaken, and draft what takes its place."""
    return _step(request, pk, actions.supersede_document, _("原公文已撤回。代替的公文已起草，请核对后印发。"))
