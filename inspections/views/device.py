"""What a device keeps to work without signal: the form's shell, its own page, the service worker, the app."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from organization.context_processors import Frame
from organization.release import release

from .. import permissions
from ..form_page import shell_context
from ..loading import load_inspection

SCRIPTS = settings.BASE_DIR / "static" / "js"
# What only pages that need the network load, and the worker itself.
LEFT_OUT = {
    *("busy.js", "confirm.js", "evidence.js", "idle.js", "job.js", "preview.js", "print.js", "scrollers.js"),
    *("tasks.js", "verify.js", "worker.js"),
}
OTHER_FILES = (
    "vendor/bootstrap.css",
    "css/portal.css",
    "css/inspection.css",
    "css/photos.css",
    "icons.svg",
    "vendor/idb.js",
    "app-192.png",
)


def bare_frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame of a page that is kept on a device: no name, no role, no token."""
    return {"shell": True, "frame": {"is_demonstration": Frame(request).is_demonstration}}


def as_shell(response: HttpResponse) -> HttpResponse:
    """Name the release, by which the device knows which static files the page needs."""
    response["X-Shell"] = release()
    return response


@never_cache
@require_safe
def offline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form without any state, to be kept on the device of somebody who may fill it."""
    inspection = load_inspection(request.user, pk)
    permissions.can_fill(request.user, inspection).enforce(
        action="inspection.fill", target=inspection, region=inspection.region_id
    )
    context = shell_context(inspection) | bare_frame(request)
    return as_shell(render(request, "inspections/form.html", context))


@never_cache
@require_safe
def field(request: HttpRequest) -> HttpResponse:
    """This device: can it work offline, what is prepared on it, what is not sent."""
    context = bare_frame(request) if "shell" in request.GET else {}
    return as_shell(render(request, "inspections/field.html", context | {"release": release()}))


def files() -> list[str]:
    """Names, below static, of what the kept pages need: their scripts, and what these import at any time."""
    scripts = sorted(path.name for path in Path(SCRIPTS).glob("*.js") if path.name not in LEFT_OUT)
    return [*OTHER_FILES, *(f"js/{name}" for name in scripts)]


@login_not_required
@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: its source, below the names of this release's files."""
    addresses = [static(name) for name in files()]
    head = f"const RELEASE = {json.dumps(release())};\nconst FILES = {json.dumps(addresses, indent=1)};\n"
    source = (SCRIPTS / "worker.js").read_text(encoding="utf-8")
    return HttpResponse(head + source, content_type="text/javascript; charset=utf-8")


@login_not_required
@require_safe
@cache_control(private=True, max_age=3600)
def manifest(request: HttpRequest) -> JsonResponse:
    """The portal as an app whose start page is this device's."""
    icons = [
        {"src": static(f"app-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    said = {
        "id": "/field/",
        "name": _("基层便民服务督查平台"),
        "short_name": _("便民督查"),
        "start_url": reverse("inspections:field"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f5f1",
        "theme_color": "#1d4e89",
        "icons": icons,
    }
    return JsonResponse(said, content_type="application/manifest+json")
