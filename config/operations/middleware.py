"""Around every request: its id, one line in the log, its figures, and the headers every answer carries."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from . import metrics, request_ids

Handler = Callable[[HttpRequest], HttpResponse]
logger = logging.getLogger("portal.access")

# What a page of the portal may ask of the device: the camera, for photos taken over the last ones.
PERMISSIONS = ", ".join(
    [
        *("camera=(self)", "geolocation=()"),
        *(f"{name}=()" for name in ("accelerometer", "autoplay", "display-capture", "encrypted-media")),
        *(f"{name}=()" for name in ("gyroscope", "magnetometer", "microphone", "midi", "payment", "usb")),
        *("publickey-credentials-get=()", "screen-wake-lock=()", "xr-spatial-tracking=()"),
    ]
)
QUIET = ("/health/", "/ready/", "/metrics")


def request_id(get_response: Handler) -> Handler:
    """Give the request its id; the outermost, so that everything below can name it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request_ids.choose(
            request.META.get("HTTP_X_REQUEST_ID", ""), trusted=bool(settings.BEHIND_PROXY)
        )
        # Not taken back at the end: Django logs a 404 or 500 only after this middleware has returned.
        request_ids.set_current(chosen)
        request.request_id = chosen
        response = get_response(request)
        response[request_ids.HEADER] = chosen
        return response

    return middleware


def access(get_response: Handler) -> Handler:
    """Log and count each request: no query string, no name, no address, which are personal data."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = get_response(request)
        seconds = time.perf_counter() - begun
        match = request.resolver_match
        view = match.view_name if match else "(none)"
        metrics.count(view=view, method=request.method or "", status=response.status_code, seconds=seconds)
        if request.path not in QUIET:
            _log(request, response, view, seconds)
        return response

    return middleware


def _log(request: HttpRequest, response: HttpResponse, view: str, seconds: float) -> None:
    # Only a person who was looked up anyway: a line in the log must not cost a query.
    person = getattr(getattr(request, "_cached_user", None), "pk", None)
    fields = {
        "method": request.method,
        "path": request.path[:200],
        "view": view,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
        "user": person,
    }
    text = "%(method)s %(path)s %(status)s %(milliseconds)sms user=%(user)s"
    logger.info(text, fields, extra={"fields": fields})


def protective_headers(get_response: Handler) -> Handler:
    """Keep other sites from embedding our answers, and pages with people's data out of caches."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def well_formed(get_response: Handler) -> Handler:
    """Refuse a NUL in the address or a cookie, which no browser sends and no database takes.

    Fields are not looked at here: the forms name the field to the person.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if any("\x00" in text for text in (request.path_info, *request.COOKIES.values())):
            raise BadRequest("NUL character")
        return get_response(request)

    return middleware
