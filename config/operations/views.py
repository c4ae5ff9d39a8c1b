"""Addresses for the machines that look after the portal; none of them tells a stranger anything."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from organization.middleware import address_of

from . import metrics
from .health import failing


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether requests may be sent here; why not is in the log."""
    if failing():
        return HttpResponse("unavailable\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Give the figures to the configured addresses; to all others there is no such page."""
    if not metrics.may_read(address_of(request)):
        raise Http404
    body, content_type = metrics.exposition()
    return HttpResponse(body, content_type=content_type)
