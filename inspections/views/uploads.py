"""Photos that devices send in pieces, in JSON."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from organization.problems import Problem

from .. import actions, permissions, sync
from ..arrivals import PIECE_BYTES, DrawingFirst, Reused, WrongOffset
from ..checklist import checklist_of
from ..form_page import photo_links
from ..loading import load_inspection
from ..models import Inspection, Photo
from .syncing import errors, in_json

ANNOUNCEMENT_BYTES = 128 * 1024


@never_cache
@require_POST
@in_json
def photo_announce(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Take in a photo's small picture; repeated, tell how far its original has come."""
    inspection = load_inspection(request.user, pk)
    raw = sync.parse(sync.read_body(request, ANNOUNCEMENT_BYTES))
    items = checklist_of(inspection).by_code
    announced = sync.parse_announcement(raw, items)
    if announced.person != request.user.pk:
        return JsonResponse({"person": True}, status=409)
    try:
        arrival = actions.announce_photo(
            inspection=inspection, announced=announced, by=request.user, now=timezone.now()
        )
    except Reused:
        return JsonResponse({"reused": True}, status=409)
    except DrawingFirst:
        return JsonResponse({"early": True}, status=409)
    return JsonResponse(words(arrival))


@never_cache
@require_http_methods(["GET", "HEAD", "PUT"])
@in_json
def photo_upload(request: HttpRequest, pk: UUID, photo: UUID) -> JsonResponse:
    """The next bytes of an original, or how many have arrived."""
    inspection = load_inspection(request.user, pk)
    row = Photo.objects.filter(inspection=inspection, pk=photo).select_related("inspection__round").first()
    if row is None:
        raise Http404
    if request.method != "PUT" or row.arrived_at or row.removed_at:
        return JsonResponse(words(actions.arrival(row)))
    return _receive(request, inspection, row)


def _receive(request: HttpRequest, inspection: Inspection, row: Photo) -> JsonResponse:
    permissions.can_fill(request.user, inspection).enforce(
        action="photo.add", target=row, region=inspection.region_id
    )
    offset = request.headers.get("upload-offset", "")
    if not offset.isdecimal() or len(offset) > 12:
        return errors([("Upload-Offset", _("请写明从第几个字节开始。"))], 400)
    piece = sync.read_body(request, PIECE_BYTES)
    try:
        arrival = actions.receive_piece(
            photo=row, offset=int(offset), piece=piece, by=request.user, now=timezone.now()
        )
    except WrongOffset as wrong:
        return JsonResponse({"offset": wrong.offset}, status=409)
    except Problem as problem:
        return errors([(problem.field or "", str(problem.message))], 400, offset=actions.arrival(row).offset)
    return JsonResponse(words(arrival))


def words(arrival: actions.Arrival) -> dict[str, Any]:
    """How far a photo has come; its digests once it is here, of the bytes received and of those stored."""
    photo = arrival.photo
    told = {"id": str(photo.pk), "offset": arrival.offset, "done": arrival.done, **photo_links(photo.pk)}
    told["thumbnail_url"] = told["thumbnail"]
    if arrival.done:
        told |= {"sha256": photo.received_sha256, "stored_sha256": photo.sha256, "size": photo.size}
    if photo.removed_at:
        told["removed"] = True
    return told
