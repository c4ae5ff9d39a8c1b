"""What an office keeps: its usual words, and its pictures of seals."""

import hashlib
import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image

from organization.audit import record
from organization.models import User
from organization.problems import Problem

from .. import permissions, phrases
from ..models import DefaultWording, IssuingBody, SealImage

SEAL_BYTES = 4 * 1024 * 1024
SEAL_EDGE = (200, 4000)  # px
CORNERS = ((0, 0), (-1, 0), (0, -1), (-1, -1))


def set_wording(
    *, body: IssuingBody, kind: str, passages: Mapping[str, str], by: User, now: datetime
) -> DefaultWording:
    """Keep an office's usual words for a kind of document; what is issued stays as it is."""
    permissions.can_edit_wording(by, body).enforce(action="wording.set", target=body, region=body.region_id)
    if any(phrases.faults(text, kind) for text in passages.values()):
        raise Problem(_("有不能使用的占位词，请改正后再保存。"))
    own = phrases.kept(kind, passages, phrases.chosen(kind, {}, {}))
    with transaction.atomic():
        row, _created = DefaultWording.objects.update_or_create(
            body=body, kind=kind, defaults={"passages": own, "edited_by": by, "edited_at": now}
        )
        record("wording.set", by=by, target=body, region=body.region_id, now=now, kind=kind, passages=own)
    return row


def add_seal(*, body: IssuingBody, fields: Mapping[str, Any], by: User, now: datetime) -> SealImage:
    """Take a picture of a seal into use, encoded anew, in the place of the one in use before.

    `fields`: purpose, image (an open file), width_mm, post. Raises `Problem` for anything but a
    PNG of bounded size whose background is transparent.
    """
    permissions.can_keep_seals(by, body).enforce(action="seal.add", target=body, region=body.region_id)
    png, height = _encoded(fields["image"], fields["width_mm"])
    seal = SealImage(
        body=body, purpose=fields["purpose"], post=fields["post"], width_mm=fields["width_mm"],
        height_mm=height, sha256=hashlib.sha256(png).hexdigest(), uploaded_by=by, uploaded_at=now,
    )  # fmt: skip
    with transaction.atomic():
        IssuingBody.objects.select_for_update().get(pk=body.pk)
        in_use = SealImage.objects.filter(body=body, purpose=seal.purpose, retired_at=None)
        in_use.update(retired_at=now)
        seal.image.save(f"{seal.pk}.png", ContentFile(png), save=False)
        seal.save(force_insert=True)
        record(
            "seal.add", by=by, target=body, region=body.region_id, now=now,
            purpose=seal.purpose, sha256=seal.sha256,
        )  # fmt: skip
    return seal


def _encoded(upload: BinaryIO, width_mm: Decimal) -> tuple[bytes, Decimal]:
    """The picture as a PNG of nothing but pixels, and its height in mm at this width."""
    body = upload.read(SEAL_BYTES + 1)
    if len(body) > SEAL_BYTES:
        raise Problem(_("图片太大，最大 4 MB。"))
    try:
        with Image.open(io.BytesIO(body), formats=("PNG",)) as picture:
            if not all(SEAL_EDGE[0] <= edge <= SEAL_EDGE[1] for edge in picture.size):
                raise Problem(_("图片的边长应在 200 至 4000 像素之间。"))
            pixels = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise Problem(_("这不是可以读取的 PNG 图片，请另存为 PNG 后再上传。")) from fault
    width, height = pixels.size
    opacity = pixels.getchannel("A")
    if any(opacity.getpixel((x % width, y % height)) for x, y in CORNERS):
        raise Problem(_("图片的背景不透明，盖在文字上会遮住文字。请上传背景透明的 PNG。"))
    high = (width_mm * height / width).quantize(Decimal("0.1"))
    if not high <= 60:
        raise Problem(_("按这个宽度，图片高度超过 60 毫米，请检查图片和宽度。"))
    out = io.BytesIO()
    pixels.save(out, "PNG", optimize=True)
    return out.getvalue(), high


def retire_seal(*, seal: SealImage, by: User, now: datetime) -> SealImage:
    """Put a picture out of use; documents that were issued with it stay as they are."""
    with transaction.atomic():
        locked = SealImage.objects.select_for_update(of=("self",)).select_related("body").get(pk=seal.pk)
        permissions.can_keep_seals(by, locked.body).enforce(
            action="seal.retire", target=locked.body, region=locked.body.region_id
        )
        if locked.retired_at is None:
            locked.retired_at = now
            locked.save(update_fields=["retired_at"])
            record(
                "seal.retire", by=by, target=locked.body, region=locked.body.region_id, now=now,
                purpose=locked.purpose, sha256=locked.sha256,
            )  # fmt: skip
    return locked
