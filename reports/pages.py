"""Pages of a PDF as pictures for the screen."""

import io
from functools import lru_cache

import pypdfium2

SCALE = 110 / 72  # dots per point: sharp at the width of a desk column, small enough for a phone
SIZE = (910, 1287)  # pixels of an A4 page at that scale


@lru_cache(maxsize=32)
def count(pdf: bytes) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


@lru_cache(maxsize=32)
def picture(pdf: bytes, number: int) -> bytes:
    """Page `number` (from 1) as PNG; `IndexError` where the document has no such page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        image = document[number - 1].render(scale=SCALE).to_pil()
    finally:
        document.close()
    out = io.BytesIO()
    image.convert("L" if image.mode == "L" else "RGB").quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()
