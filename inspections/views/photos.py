"""Photos of an inspection: added, shown and taken out, always through the inspection's own rules."""

import logging
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from organization.asking import wants_json
from organization.problems import Problem

from .. import actions
from ..form_page import photo_links
from ..loading import load_entry, load_inspection, load_photo

logger = logging.getLogger(__name__)


@require_POST
def photo_add(request: HttpRequest, pk: UUID, code: str) -> JsonResponse:
    inspection = load_inspection(request.user, pk)
    load_entry(inspection, code)
    upload = request.FILES.get("photo")
    if upload is None:
        return JsonResponse({"errors": {"photo": [_("没有收到照片，请重新选择。")]}}, status=400)
    try:
        photo = actions.add_photo(
            inspection=inspection,
            code=code,
            upload=upload,
            size=upload.size,
            by=request.user,
            now=timezone.now(),
        )
    except Problem as problem:
        return JsonResponse({"errors": {"photo": [str(problem.message)]}}, status=400)
    return JsonResponse({"id": str(photo.pk), "sha256": photo.sha256, **photo_links(photo)}, status=201)


# A stored photo never changes, but whether this person may see it does.
@require_safe
@cache_control(private=True, max_age=3600)
def photo(request: HttpRequest, pk: UUID, size: str = "file") -> FileResponse:
    row = load_photo(request.user, pk)
    # Until the original has arrived, there is the small picture.
    file = getattr(row, size) or row.thumbnail
    try:
        answer = FileResponse(file.open(), content_type="image/jpeg")
    except FileNotFoundError:
        logger.error("the file of photo %s is missing", row.pk)
        raise Http404 from None
    if not row.arrived_at:
        add_never_cache_headers(answer)
    return answer


@require_POST
def photo_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = load_photo(request.user, pk)
    actions.remove_photo(photo=row, by=request.user, now=timezone.now())
    if wants_json(request):
        return JsonResponse({"removed": str(row.pk)})
    return redirect("inspections:form", pk=row.inspection_id)
