"""A photo's likeness is noted when it has arrived, and with it which earlier ones look the same."""

from django.db.models import Q

from organization.querysets import NOTHING

from ..likeness import NEAR, bands, difference_hash, distance, is_plain, joined, telling
from ..models import Photo, PhotoPrint, PhotoTwin

NAMES = ("first", "second", "third", "fourth")
MOST_TWINS = 20


def note_likeness(photo: Photo, picture: bytes) -> int:
    """Keep what a photo is like, from its stored thumbnail's bytes; returns how many look the same.

    One look-up by four indexes, whatever the number of photos. Called inside the transaction by which
    the photo arrives. Of two that arrive in the same moment neither may see the other.
    """
    bits = difference_hash(picture)
    parts = dict(zip(NAMES, bands(bits), strict=True))
    PhotoPrint.objects.update_or_create(photo=photo, defaults={**parts, "plain": is_plain(bits)})
    if is_plain(bits):
        return 0
    near = NOTHING
    for name, part in parts.items():
        if telling(part):
            near |= Q(**{name: part})
    rows = PhotoPrint.objects.filter(near, plain=False).exclude(photo__inspection=photo.inspection_id)
    alike = sorted(
        (apart, other)
        for other, *found in rows.values_list("photo_id", *NAMES)
        if (apart := distance(bits, joined(tuple(found)))) <= NEAR
    )
    twins = [PhotoTwin(photo=photo, other_id=other, distance=apart) for apart, other in alike[:MOST_TWINS]]
    PhotoTwin.objects.bulk_create(twins, ignore_conflicts=True)
    return len(twins)
