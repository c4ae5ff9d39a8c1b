"""Pages for what went wrong, and the same in JSON for scripts; a refusal leaves a row in the trail."""

import sys

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.translation import gettext as _

from config.operations import metrics, request_ids
from config.operations.unavailable import is_outage, kind_of
from organization.asking import wants_json
from organization.audit import record
from organization.problems import NotAllowed


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        errors = [{"path": "", "message": _("请求的内容不完整或太大，没有处理。")}]
        return JsonResponse({"errors": errors}, status=400)
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """Show why, and keep it: the transaction that was refused is over, so the row stays."""
    reason = getattr(exception, "reason", "")
    if isinstance(exception, NotAllowed):
        match, person = request.resolver_match, request.user if request.user.is_authenticated else None
        record(
            exception.action or (match.view_name if match else request.path)[:60],
            by=person,
            target=exception.target or request.path,
            region=exception.region or (person.home_code if person else None),
            refused=True,
            object_name=exception.object_name,
            reason=str(reason),
        )
    if wants_json(request):
        return JsonResponse({"closed": str(reason), **getattr(exception, "told", {})}, status=403)
    return render(request, "403.html", {"reason": reason}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"csrf": True}, status=403)
    return render(request, "403_csrf.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"missing": True}, status=404)
    return render(request, "404.html", status=404)


def gone(request: HttpRequest) -> HttpResponse:
    """Say that a row which the request had found before is there no longer: somebody removed it."""
    if request.method in ("GET", "HEAD"):
        return page_not_found(request, ObjectDoesNotExist())
    if wants_json(request):
        return JsonResponse({"gone": True}, status=409)
    return render(request, "409.html", status=409)


def server_error(request: HttpRequest) -> HttpResponse:
    """Show the plainest page: no database, no context processor, for one of them may be what failed.

    Where the database or the disk is away the page says so, and says of a write that it was not kept. A row
    that went away under the request is no failure; the log of the request holds where it was missed.
    """
    fault = sys.exc_info()[1]
    if isinstance(fault, ObjectDoesNotExist):
        return gone(request)
    context: dict[str, object] = {"request_id": request_ids.current()}
    if wants_json(request):
        return JsonResponse({"failed": True}, status=503 if is_outage(fault) else 500)
    if not is_outage(fault):
        return HttpResponse(loader.get_template("500.html").render(context), status=500)
    kind = kind_of(fault)
    metrics.OUTAGES.labels(kind).inc()
    context |= {"kind": kind, "was_write": request.method not in ("GET", "HEAD")}
    page = loader.get_template("503.html").render(context)
    return HttpResponse(page, status=503, headers={"Retry-After": "30"})
