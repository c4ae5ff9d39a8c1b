"""The stored bytes of the pictures that a document names by their SHA-256: photos and seals."""

from collections.abc import Iterator

from django.core.files.storage import default_storage

from inspections.models import Photo

from .document import Document, images
from .models import SealImage


def assets_of(content: Document) -> dict[str, bytes]:
    """Return {SHA-256: bytes} of what is still stored; what is missing the renderer refuses by its place."""
    wanted = images(content)
    return dict(_read(wanted)) if wanted else {}


def _read(wanted: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """A seal that was put out of use is still read: a document drafted before may name it."""
    seals = SealImage.objects.filter(sha256__in=wanted).values_list("sha256", "image")
    photos = Photo.objects.filter(sha256__in=wanted).values_list("sha256", "file")
    for sha256, name in (*seals, *photos):
        try:
            with default_storage.open(name) as file:
                yield sha256, bytes(file.read())
        except FileNotFoundError:
            continue
