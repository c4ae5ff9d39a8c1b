"""Pages of a PDF as pictures for the screen."""

import hashlib
import io
import threading
from functools import lru_cache

import pypdfium2
from PIL import Image

SCALE = 110 / 72  # dots per point: sharp at the width of a desk column, small enough for a phone
SIZE = (910, 1287)  # pixels of an A4 page at that scale
# PDFium may be called by one thread at a time.
_turn = threading.Lock()


@lru_cache(maxsize=32)
def count(pdf: bytes) -> int:
    with _turn, pypdfium2.PdfDocument(pdf) as document:
        return len(document)


@lru_cache(maxsize=32)
def picture(pdf: bytes, number: int) -> bytes:
    """Page `number` (from 1) as PNG; `IndexError` where the document has no such page."""
    with _turn, pypdfium2.PdfDocument(pdf) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        image = document[number - 1].render(scale=SCALE).to_pil()
    out = io.BytesIO()
    # An octree of colors takes a tenth of the time of the usual cut, and the file is smaller.
    image.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


def version(pdf: bytes) -> str:
    """A short name of these bytes, for the pictures' addresses: a browser may keep what never changes."""
    return hashlib.sha256(pdf).hexdigest()[:16]
