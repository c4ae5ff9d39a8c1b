"""Pictures that stand for seals in tests: a ring on nothing, as an office would upload one."""

import io
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from organization.models import User
from reports import actions
from reports.models import IssuingBody, SealImage
from tests.small_stage import NOW


def ring(size: tuple[int, int] = (300, 300), **options: Any) -> bytes:
    """A red ring on a transparent ground, as PNG."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((10, 10, size[0] - 10, size[1] - 10), outline=(220, 0, 18, 255), width=8)
    out = io.BytesIO()
    picture.save(out, "PNG", **options)
    return out.getvalue()


def seal_fields(body: bytes | None = None, **changes: Any) -> dict[str, Any]:
    """What the form hands over."""
    fields = {
        "purpose": "sealed", "image": io.BytesIO(body or ring()), "width_mm": Decimal(42), "post": "",
    }  # fmt: skip
    return fields | changes


def add_seal(office: IssuingBody, by: User, **changes: Any) -> SealImage:
    return actions.add_seal(body=office, fields=seal_fields(**changes), by=by, now=NOW)
