"""Gives each request's person the address they came from, for the trail."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def client_address(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.address = address_of(request)
        return get_response(request)

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
