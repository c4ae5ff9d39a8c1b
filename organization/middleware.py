"""Who a request comes from: nobody unknown gets in, and each person's address is kept for the trail."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from .asking import wants_json

Handler = Callable[[HttpRequest], HttpResponse]
RENEWED_ON = "renewed_on"


def client_address(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.address = address_of(request)
        return get_response(request)

    return middleware


def renew(session: SessionBase) -> None:
    """Begin the session's weeks anew, once a day: a session is written only when it changes."""
    today = timezone.localdate().isoformat()
    if session.get(RENEWED_ON) != today:
        session[RENEWED_ON] = today


def renewed_session(get_response: Handler) -> Handler:
    """Keep people logged in who come back within the weeks that a session lasts."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # Only what was opened at our own door.
        if request.user.is_authenticated and RENEWED_ON in request.session:
            renew(request.session)
        return get_response(request)

    return middleware


def permissions_policy(get_response: Handler) -> Handler:
    """Let our own pages use the camera (photos of an inspection), and nothing else of the device."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response

    return middleware


def address_of(request: HttpRequest) -> str | None:
    """Return where a request came from; behind our own proxy, what that proxy saw."""
    said = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        # The proxy appends to this header; whatever stands before its word, anybody may have written.
        said = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or said
    try:
        return str(ip_address(said))
    except ValueError:
        return None


class LoginRequired(LoginRequiredMiddleware):
    """Sends strangers to the login page, and afterwards to a page that can be opened; tells scripts so.

    An address that only takes writes cannot: after a write whose session had ended, the way leads
    back to the page it was sent from.
    """

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> HttpResponse:
        if wants_json(request):
            return JsonResponse({"login": True}, status=401)
        if request.method in ("GET", "HEAD"):
            return super().handle_no_permission(request, view_func)
        referrer = request.META.get("HTTP_REFERER", "")
        login = reverse("login")
        if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, request.is_secure()):
            return HttpResponseRedirect(login)
        page = urlsplit(referrer)
        return HttpResponseRedirect(f"{login}?{urlencode({'next': page.path})}")
