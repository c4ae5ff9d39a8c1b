"""Turns what a phone sent into a photo that is safe to keep: checked, turned upright, re-encoded."""

import hashlib
import io
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from organization.problems import Problem

ACCEPTED = ("JPEG", "PNG", "WEBP")  # a phone's multi-picture file opens as JPEG
LONG_EDGE = 1600
THUMBNAIL_EDGE = 320
QUALITY = 80
# What Pillow raises at files that are broken, or none of these.
UNREADABLE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error)
EXIF_DIRECTORY, EXIF_TAKEN = 0x8769, 0x9003


@dataclass(frozen=True)
class Prepared:
    """A photo as it is stored: JPEG bytes without metadata, with their SHA-256 and size in pixels.

    `received_sha256` is of the bytes that came in; `taken_at` is what the camera claims.
    """

    body: bytes
    thumbnail: bytes
    sha256: str
    received_sha256: str
    width: int
    height: int
    taken_at: datetime | None


def prepare(upload: BinaryIO, size: int) -> Prepared:
    """Read an uploaded file of `size` bytes; raises `Problem` for anything but a sound photo."""
    if size > settings.PHOTO_MAX_BYTES:
        limit = settings.PHOTO_MAX_BYTES // (1024 * 1024)
        raise Problem(_("照片超过 %(limit)d MB，请缩小后再传。") % {"limit": limit}, "photo")
    received = upload.read()
    try:
        picture, taken_at = _decode(received)
    except Image.DecompressionBombError as error:
        raise Problem(_too_large(settings.PHOTO_MAX_PIXELS), "photo") from error
    except UNREADABLE as error:
        raise Problem(
            _("这个文件不是能识别的照片，请上传 JPEG、PNG 或 WebP 格式的照片。"), "photo"
        ) from error
    body = _encode(picture, LONG_EDGE)
    with Image.open(io.BytesIO(body)) as stored:
        width, height = stored.size
    return Prepared(
        body,
        _encode(picture, THUMBNAIL_EDGE),
        hashlib.sha256(body).hexdigest(),
        hashlib.sha256(received).hexdigest(),
        width,
        height,
        taken_at,
    )


def prepare_small(received: bytes) -> bytes:
    """A small picture as it is stored, made anew without metadata; raises `Problem`."""
    try:
        picture, _taken = _decode(received)
    except (*UNREADABLE, Image.DecompressionBombError) as error:
        raise Problem(_("缩略图不是能识别的照片。"), "thumbnail") from error
    return _encode(picture, THUMBNAIL_EDGE)


def _decode(received: bytes) -> tuple[Image.Image, datetime | None]:
    with Image.open(io.BytesIO(received), formats=ACCEPTED) as picture:
        # Only JPEG can be read at a smaller scale; the other formats unpack in full.
        most = settings.PHOTO_MAX_PIXELS // (1 if picture.format == "JPEG" else 2)
        if picture.width * picture.height > most:
            raise Problem(_too_large(most), "photo")
        taken = picture.getexif().get_ifd(EXIF_DIRECTORY).get(EXIF_TAKEN)
        # Reading at a smaller scale keeps the memory of a large photo down.
        picture.draft("RGB", (LONG_EDGE, LONG_EDGE))
        upright = ImageOps.exif_transpose(picture)
        return _opaque(upright), _taken_at(taken)


def _opaque(picture: Image.Image) -> Image.Image:
    if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


def _encode(picture: Image.Image, edge: int) -> bytes:
    """Encode a fresh copy of the pixels, so that nothing but pixels is kept."""
    scaled = picture.copy()
    scaled.thumbnail((edge, edge))
    clean = Image.new("RGB", scaled.size)
    clean.paste(scaled)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _taken_at(text: object) -> datetime | None:
    """The camera's own clock reading, as local time; it is shown, and decides nothing."""
    try:
        zone = timezone.get_default_timezone()
        return datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
    except ValueError:
        return None


def _too_large(most: int) -> str:
    limit = most // 1_000_000
    return _("照片超过 %(limit)d 百万像素，请缩小后再传。") % {"limit": limit}
