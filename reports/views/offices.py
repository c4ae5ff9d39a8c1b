"""The office that signs: its names, its usual wording, its seals, its register of numbers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organization.actions import note_phone_read
from organization.problems import Problem
from organization.whereabouts import sees_more_than_counties

from .. import actions, permissions, phrases
from ..forms import IssuingBodyForm, PaperNumbersForm, SealForm, WordingForm
from ..loading import load_body, load_region_signed_for, regions_signed_for
from ..models import GivenNumber, IssuingBody, OfficialDocument, SealImage

PER_PAGE = 100


@require_http_methods(["GET", "HEAD", "POST"])
def issuing_body(request: HttpRequest) -> HttpResponse:
    """The office that signs for one of the administrator's regions, the uppermost unless another is asked."""
    permissions.can_export(request.user).enforce(action="issuing_body.set")
    region = load_region_signed_for(request.user, request.GET.get("region"))
    current = IssuingBody.objects.filter(region=region).first()
    form = IssuingBodyForm(request.POST or None, instance=current)
    if request.method == "POST" and form.is_valid():
        actions.set_issuing_body(region=region, fields=form.cleaned_data, by=request.user, now=timezone.now())
        messages.success(request, _("已保存。以后起草的公文使用这些内容，已印发的不变。"))
        return redirect(request.get_full_path())
    if current is not None:
        note_phone_read(by=request.user, of=current, phone=current.phone, region=region.code)
    context = {
        "form": form,
        "region": region,
        "regions": regions_signed_for(request.user, region),
        "is_wide": sees_more_than_counties(request.user),
        "body": current,
    }
    return render(request, "reports/issuing_body.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def wording(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """An office's usual words for one kind of document."""
    body = load_body(request.user, pk)
    permissions.can_edit_wording(request.user, body).enforce(
        action="wording.set", target=body, region=body.region_id
    )
    if kind not in OfficialDocument.Kind.values:
        raise Http404
    form = WordingForm(request.POST or None, body=body, kind=kind)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        actions.set_wording(
            body=body, kind=kind, passages=form.cleaned_data, by=request.user, now=timezone.now()
        )
        messages.success(request, _("已保存。以后起草的公文和还没有单独修改措辞的草稿使用这些内容。"))
        return redirect("reports:wording", pk=pk, kind=kind)
    context = {
        "form": form,
        "body": body,
        "kind": kind,
        "kinds": OfficialDocument.Kind.choices,
        "placeholders": phrases.placeholders(kind),
        "preview": form.sample(),
    }
    return render(request, "reports/wording.html", context)


@require_POST
def wording_preview(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The passages being typed, with example values; nothing is written."""
    body = load_body(request.user, pk)
    permissions.can_edit_wording(request.user, body).enforce(
        action="wording.set", target=body, region=body.region_id
    )
    if kind not in OfficialDocument.Kind.values:
        raise Http404
    form = WordingForm(request.POST, body=body, kind=kind)
    return render(request, "reports/_wording_text.html", {"preview": form.sample(), "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def seals(request: HttpRequest, pk: int) -> HttpResponse:
    """The office's pictures of seal and signature stamp, put in and out of use by who signs for it."""
    body = load_body(request.user, pk)
    permissions.can_keep_seals(request.user, body).enforce(
        action="seal.add", target=body, region=body.region_id
    )
    form = SealForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_seal(body=body, fields=form.cleaned_data, by=request.user, now=timezone.now())
        except Problem as problem:
            form.add_error("image", problem.message)
        else:
            messages.success(request, _("图片已上传，以后印发的公文使用它。"))
            return redirect("reports:seals", pk=pk)
    rows = SealImage.objects.filter(body=body).select_related("uploaded_by")
    return render(request, "reports/seals.html", {"form": form, "body": body, "rows": rows})


@require_POST
def seal_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    seal = _load_seal(request, pk)
    actions.retire_seal(seal=seal, by=request.user, now=timezone.now())
    messages.success(request, _("图片已停用，已印发的公文不变。"))
    return redirect("reports:seals", pk=seal.body_id)


@require_safe
def seal_image(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The picture itself, for the office's own people who sign."""
    seal = _load_seal(request, pk)
    permissions.can_keep_seals(request.user, seal.body).enforce(
        action="seal.add", target=seal, region=seal.body.region_id
    )
    with seal.image.open() as file:
        body = file.read()
    return HttpResponse(body, content_type="image/png", headers={"Cache-Control": "private, no-store"})


def _load_seal(request: HttpRequest, pk: UUID) -> SealImage:
    visible = IssuingBody.objects.visible_to(request.user)
    return get_object_or_404(SealImage.objects.select_related("body").filter(body__in=visible), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """Every number that the office gave in a year, void ones with their reason."""
    body = load_body(request.user, pk)
    permissions.can_read_register(request.user, body).enforce(
        action="number.list", target=body, region=body.region_id
    )
    if request.method == "POST":
        permissions.can_enter_numbers(request.user, body).enforce(
            action="number.paper", target=body, region=body.region_id
        )
    form = PaperNumbersForm(request.POST or None, initial={"year": timezone.localdate().year})
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.enter_paper_numbers(
                body=body, by=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Problem as problem:
            form.add_error("through", problem.message)
        else:
            messages.success(request, _("已登记 %(count)d 个纸质使用的文号。") % {"count": count})
            return redirect("reports:register", pk=pk)
    return render(request, "reports/register.html", _register(request, body, form))


def _register(request: HttpRequest, body: IssuingBody, form: PaperNumbersForm) -> dict[str, Any]:
    rows = GivenNumber.objects.filter(body=body)
    years = sorted(set(rows.order_by().values_list("year", flat=True)), reverse=True)
    wanted = request.GET.get("year", "")
    year = int(wanted) if wanted.isdecimal() and int(wanted) in years else next(iter(years), None)
    rows = rows.filter(year=year).select_related("document__inspection__center", "given_by", "voided_by")
    rows = rows.defer(
        "document__document", "document__inspection__snapshot", "document__inspection__corrected"
    )
    return {
        "body": body,
        "form": form,
        "years": years,
        "year": year,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "void_count": rows.exclude(voided_at=None).exclude(document=None).count(),
        "paper_count": rows.filter(document=None).count(),
        "can_enter": permissions.can_enter_numbers(request.user, body),
    }
