"""What the portal holds of an inspection, to be read, printed, and kept as a signed file."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from .. import holdings, permissions, receipts
from ..checklist import checklist_of
from ..loading import load_inspection
from ..models import Inspection, Photo
from ..paper import number_of


@never_cache
@require_safe
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt as a page, for everybody who may see the inspection, before and after it is submitted."""
    inspection = load_inspection(request.user, pk)
    context = _context(inspection, timezone.now()) | {
        "can_fill": permissions.can_fill(request.user, inspection)
    }
    return render(request, "inspections/receipt.html", context)


@never_cache
@require_safe
def receipt_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt as a file with the portal's signature; `manage.py verify_receipt` reads it."""
    inspection = load_inspection(request.user, pk)
    signed = holdings.receipt_of(inspection, request.user, timezone.now())
    body = json.dumps(signed, ensure_ascii=False, indent=1)
    name = f"receipt-{number_of(inspection)}.json"
    return HttpResponse(
        body,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _context(inspection: Inspection, now: datetime) -> dict[str, Any]:
    held = holdings.held_of(inspection)
    items = checklist_of(inspection)
    answers = {answer["item"]: _timed(answer) for answer in held["answers"]}
    announced = Photo.objects.kept().filter(inspection=inspection)
    photos = [_timed(photo) | {"entry": items.by_code[photo["item"]]} for photo in held["photos"]]
    return {
        "inspection": inspection,
        "number": number_of(inspection),
        "made_at": now,
        # Without time and reader, so that it stays the same as long as what is held does.
        "digest": receipts.digest(held),
        "rows": [(entry, answers[entry.item.code]) for entry in items.entries if entry.item.code in answers],
        "total": len(items.entries),
        "photos": sorted(photos, key=lambda photo: (photo["entry"].number, photo["captured_at"])),
        "photos_held": sum(photo["removed_at"] is None for photo in photos),
        "photos_announced": announced.count(),
    }


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its times as moments, which pages write in the reader's zone.

    Of an answer that was picked, the times are of the answer; `picked_at` is that of the decision.
    """
    picked = row.get("picked")
    if picked:
        row = row | picked | {"picked_by": picked["by"], "picked_at": row["received_at"]}
    times = {
        name: datetime.fromisoformat(value) for name, value in row.items() if name.endswith("_at") and value
    }
    return row | times
