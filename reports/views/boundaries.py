"""The boundaries of a region's map: what is there, loading a file, taking them out."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from organization.codes import Level
from organization.models import Region
from organization.problems import Problem

from .. import actions, geojson, permissions
from ..boundaries import lacking, of_map
from ..forms import BoundaryForm
from ..loading import load_region_watched
from ..models import Boundary


@require_http_methods(["GET", "HEAD", "POST"])
def boundaries(request: HttpRequest, code: str) -> HttpResponse:
    """What the region's map is drawn from; a file that is loaded is told of on the answer."""
    place = _place(request, code, "boundary.load")
    form = BoundaryForm(request.POST or None, request.FILES or None)
    loaded = None
    if request.method == "POST" and form.is_valid():
        loaded = _load(request, place, form)
    rows = Boundary.objects.filter(of_map(place)).select_related("region", "loaded_by").defer("path")
    context: dict[str, Any] = {
        "region": place,
        "form": form if loaded is None else BoundaryForm(),
        "loaded": loaded,
        "rows": rows,
        "lacking": lacking(place),
        "most": geojson.MOST_BYTES // 1024**2,
    }
    return render(request, "reports/boundaries.html", context, status=400 if form.errors else 200)


def _load(request: HttpRequest, place: Region, form: BoundaryForm) -> Any:
    file = form.cleaned_data["file"]
    try:
        return actions.load_boundaries(
            region=place, shapes=geojson.read(file, file.size), source=form.cleaned_data["source"],
            by=request.user, now=timezone.now(),
        )  # fmt: skip
    except Problem as problem:
        form.add_error(problem.field, problem.message)
        return None


@require_POST
def boundaries_remove(request: HttpRequest, code: str) -> HttpResponse:
    place = _place(request, code, "boundary.remove")
    actions.remove_boundaries(region=place, by=request.user, now=timezone.now())
    messages.success(request, _("边界已移除，分布图改按区划代码排列。"))
    return redirect("reports:boundaries", code=place.code)


def _place(request: HttpRequest, code: str, action: str) -> Region:
    place = load_region_watched(request.user, code)
    if place.level >= Level.TOWNSHIP:
        raise Http404
    permissions.can_load_boundaries(request.user, place).enforce(
        action=action, target=place, region=place.code
    )
    return place
