"""Centers: the list with its filters, and what is known of one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from .. import actions
from ..codes import Level, level_of
from ..forms import CenterFilter, CenterForm
from ..models import Region, Role, ServiceCenter
from ..permissions import can_edit_center, can_manage_centers
from ..problems import Problem
from ..querysets import within
from ..whereabouts import place_of, places_above

PER_PAGE = 50


@require_safe
def center_list(request: HttpRequest) -> HttpResponse:
    """List the centers in the person's regions; filters: q, region (code), kind, state."""
    can_manage_centers(request.user).enforce(action="center.list", target=request.path)
    chosen = _chosen(request)
    form = CenterFilter(request.GET, regions=_offered(request, chosen))
    form.is_valid()
    wanted = form.cleaned_data
    centers = ServiceCenter.objects.visible_to(request.user).select_related("region__parent")
    if chosen:
        centers = centers.filter(within((chosen.prefix,), "region__code"))
    if wanted.get("q"):
        centers = centers.filter(name__contains=wanted["q"])
    if wanted.get("kind"):
        centers = centers.filter(kind=wanted["kind"])
    if wanted.get("state") != "all":
        centers = centers.filter(closed_on__isnull=wanted.get("state") != "closed")
    page = Paginator(centers.order_by("region_id", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    places = places_above(request.user, [center.region_id for center in page])
    for center in page:
        center.may_edit = can_edit_center(request.user, center)
        center.whereabouts = place_of(places, center.region_id)
    return render(request, "organization/center_list.html", {"page": page, "filter": form})


def _chosen(request: HttpRequest) -> Region | None:
    code = request.GET.get("region")
    if not code:
        return None
    if level_of(code) is None:
        raise Http404
    return get_object_or_404(Region.objects.visible_to(request.user).select_related("parent"), code=code)


def _offered(request: HttpRequest, chosen: Region | None) -> list[Region]:
    """Regions to choose from: one level down, so that a province is not asked for all its towns."""
    own = [grant.region for grant in request.user.grants if grant.role == Role.ADMINISTRATOR]
    around = chosen if chosen and chosen.level < Level.TOWNSHIP else chosen and chosen.parent
    visible = Region.objects.visible_to(request.user)
    below = visible.filter(parent__in=[around] if around else own, level__lte=Level.TOWNSHIP)
    offered = list(below.order_by("code"))
    return offered if chosen in offered or chosen is None else [chosen, *offered]


@require_http_methods(["GET", "HEAD", "POST"])
def center_edit(request: HttpRequest, pk: int) -> HttpResponse:
    center = get_object_or_404(
        ServiceCenter.objects.visible_to(request.user).select_related("region__parent"), pk=pk
    )
    can_edit_center(request.user, center).enforce(
        action="center.edit", target=center, region=center.region_id
    )
    form = CenterForm(request.POST or None, instance=center)
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_center(by=request.user, center=center, **form.cleaned_data)
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, _("已保存。"))
            return redirect("organization:center-list")
    actions.note_phone_read(by=request.user, of=center, phone=center.phone, region=center.region_id)
    facts = [
        (_("类型"), center.get_kind_display()),
        (_("所在地"), f"{center.region.parent or ''}{center.region}"),
        (_("区划代码"), center.region_id),
    ]
    crumbs = [(_("中心名录"), reverse("organization:center-list"))]
    context = {"center": center, "form": form, "facts": facts, "crumbs": crumbs}
    return render(request, "organization/center_edit.html", context)
