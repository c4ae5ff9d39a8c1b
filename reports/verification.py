"""What lets anybody check a printed document: number and digest on each page, a QR code to its page."""

import io
from functools import lru_cache

import segno
from django.conf import settings
from django.urls import reverse

from .document import Document, digest
from .typesetting import Verification

SHOWN = 16  # hexadecimal characters of the digest on paper: 64 bits


def address(token: str) -> str:
    """The whole address of a document's public page."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("reports:verify", args=[token])


def short(digest_text: str) -> str:
    """The beginning of a digest in groups of four, as printed and as the public page shows it."""
    return " ".join(digest_text[place : place + 4] for place in range(0, SHOWN, 4))


def mark(content: Document, token: str) -> Verification | None:
    """What is printed for checking; nothing on a draft, which nobody may rely on."""
    if content.preview or content.number is None:
        return None
    return Verification(f"{content.number.text}　摘要 {short(digest(content))}", code(address(token)))


@lru_cache(maxsize=64)
def code(text: str) -> bytes:
    """A QR code as SVG, black on nothing, one unit a module, with the quiet zone of four that it needs."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, border=4)
    return out.getvalue()
