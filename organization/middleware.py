"""Who a request comes from: nobody unknown gets in, and each person's address is kept for the trail."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user, logout
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from .asking import wants_json
from .audit import record
from .session_store import person_of

Handler = Callable[[HttpRequest], HttpResponse]
RENEWED_ON = "renewed_on"
SEEN_AT = "seen_at"
# A session is written once a minute at most.
SEEN_EVERY = 60
# Asked by the machines that look after the portal.
UNCOUNTED = {"health/", "ready/", "metrics"}


class Authentication(AuthenticationMiddleware):
    """Takes the person who was read with the session, and asks Django where that settles nothing."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _asking(request))


def _asking(request: Any) -> Any:
    if not hasattr(request, "_cached_user"):
        request._cached_user = person_of(request.session) or get_user(request)
    return request._cached_user


def client_address(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            # The person, no longer the stand-in that looks for one at every word.
            request.user = getattr(request, "_cached_user", request.user)
            request.user.address = address_of(request)
        return get_response(request)

    return middleware


def public_rate(get_response: Handler) -> Handler:
    """Hold requests without a log-in to so many a minute from one address; each web process counts alone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        limit = settings.PUBLIC_REQUESTS_PER_MINUTE
        if not limit or request.user.is_authenticated or request.path_info.lstrip("/") in UNCOUNTED:
            return get_response(request)
        address = address_of(request)
        count = _counted(f"public:{address}:{int(timezone.now().timestamp()) // 60}")
        if count <= limit:
            return get_response(request)
        if count == limit + 1:
            # One row a minute: a flood must not fill the trail.
            record("public.wait", by=None, target=request.path, address=address, refused=True)
        response = render(request, "429.html", status=429)
        response.headers["Retry-After"] = "60"
        return response

    return middleware


def _counted(key: str) -> int:
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key)
    except ValueError:
        # Thrown out of a full cache just now; the minute begins anew.
        return 1


def renew(session: SessionBase) -> None:
    """Begin the session's weeks anew, once a day: a session is written only when it changes."""
    today = timezone.localdate().isoformat()
    if session.get(RENEWED_ON) != today:
        session[RENEWED_ON] = today


def begin(session: SessionBase) -> None:
    """Note in a session that it was opened at our own door, just now."""
    renew(session)
    session[SEEN_AT] = int(timezone.now().timestamp())


def renewed_session(get_response: Handler) -> Handler:
    """Keep people logged in who come back within the weeks that a session lasts."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # Only what was opened at our own door.
        if request.user.is_authenticated and RENEWED_ON in request.session:
            renew(request.session)
        return get_response(request)

    return middleware


def idle_seconds(user: Any, session: SessionBase) -> int:
    """After how many seconds without a request a log-in ends; 0 for roles in the field, which keep theirs."""
    # Only what was opened at our own door.
    if not settings.IDLE_MINUTES or RENEWED_ON not in session or not user.is_authenticated:
        return 0
    return 0 if user.roles & set(settings.IDLE_EXEMPT_ROLES) else settings.IDLE_MINUTES * 60


def idle_logout(get_response: Handler) -> Handler:
    """End a log-in that nobody used for long; who asks then is a stranger, and is led back after the door."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.IDLE_MINUTES and RENEWED_ON in request.session and request.user.is_authenticated:
            now = int(timezone.now().timestamp())
            seen = request.session.get(SEEN_AT, 0)
            # Whoever was here a moment ago is not idle, whatever their roles are; those cost a query.
            if now - seen >= SEEN_EVERY:
                _seen_again(request, now, now - seen if seen else 0)
        return get_response(request)

    return middleware


def _seen_again(request: HttpRequest, now: int, idle: int) -> None:
    by = request.user
    if 0 < idle_seconds(by, request.session) < idle:
        record("logout.idle", by=by, target=by, region=by.home_code, address=address_of(request))
        logout(request)
    else:
        request.session[SEEN_AT] = now


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
