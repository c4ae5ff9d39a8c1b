"""Pictures as they go into a document: known formats, bounded in size, without metadata."""

import io

from PIL import Image

from .document import DocumentRefused

LONG_EDGE = 800  # px; printed at most 74 mm wide, that is 270 dpi
SEAL_EDGE = 1000
MOST_PIXELS = 40_000_000
QUALITY = 78


def printable(key: str, body: bytes) -> bytes:
    """Return a JPEG (or, where it is transparent, a PNG) of nothing but the pixels.

    Raises DocumentRefused (unreadable_image) for anything but a sound JPEG or PNG of bounded size.
    """
    try:
        with Image.open(io.BytesIO(body), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise DocumentRefused("unreadable_image", image=key)
            picture.draft("RGB", (LONG_EDGE, LONG_EDGE))
            picture.load()
            return (
                _seal(picture)
                if "A" in picture.getbands() or "transparency" in picture.info
                else _photo(picture)
            )
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, DocumentRefused):
            raise
        raise DocumentRefused("unreadable_image", image=key) from error


def _photo(picture: Image.Image) -> bytes:
    picture.thumbnail((LONG_EDGE, LONG_EDGE))
    return _saved(picture.convert("RGB"), "JPEG", quality=QUALITY)


def _seal(picture: Image.Image) -> bytes:
    picture.thumbnail((SEAL_EDGE, SEAL_EDGE))
    return _saved(picture.convert("RGBA"), "PNG")


def _saved(picture: Image.Image, form: str, **options: int) -> bytes:
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    out = io.BytesIO()
    clean.save(out, form, **options)
    return out.getvalue()
