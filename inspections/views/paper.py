"""The form on paper, for where no phone works; it is typed in later through the ordinary form."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import permissions
from ..loading import load_inspection
from ..paper import paper_context
from ..workflow import SUBMITTED


@never_cache
@require_safe
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The blank form; `?previous` prints beside each item what the last inspection found."""
    inspection = load_inspection(request.user, pk)
    if inspection.state == SUBMITTED:
        return redirect("reports:score", pk=pk)
    context = paper_context(inspection, previous="previous" in request.GET)
    context["can_fill"] = permissions.can_fill(request.user, inspection)
    return render(request, "inspections/paper.html", context)
