"""The draft file of a device that could not send: read whole, or refused with the place."""

import hashlib
from uuid import UUID

from standards.faults import Fault, Faults, join, shown

from ..arrivals import PIECE_BYTES, SMALL_PICTURE_BYTES, Announcement, Draft, DraftPhoto
from ..merging import canonical
from .reading import TooLarge, parse, refuse
from .requests import MOST_KEY, Fields, parse_mutations

FORMAT, VERSION = "portal-field-draft", 1
MOST_BYTES = 48 * 1024 * 1024
MOST_MUTATIONS = 5000
MOST_PHOTOS = 1000
MOST_PARTS = 1000
ORIGINAL_BYTES = 64 * PIECE_BYTES
NAME_LENGTH = 300
_FILE = (
    *("format", "version", "inspection", "center", "round", "person", "device", "release", "at"),
    *("part", "parts", "mutations", "photos", "sha256"),
)
_PHOTO = ("id", "item", "of", "sha256", "size", "at", "thumbnail", "original")


class _AnyCode:
    """Which items there are is known once the inspection is."""

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and 0 < len(code) <= 64


def read_draft(body: bytes) -> Draft:
    """The draft in a file; raises `TooLarge`, or `Faults` where it is no draft or was changed."""
    if len(body) > MOST_BYTES:
        raise TooLarge(MOST_BYTES)
    raw = parse(body, floats=True)
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        refuse("format" if isinstance(raw, dict) else "", "draft", found=shown(raw))
    if raw.get("version") != VERSION:
        refuse("version", "draft_version", found=shown(raw.get("version")))
    faults: list[Fault] = []
    fields = Fields(raw, "", _FILE, faults)
    person, device = fields.whole("person", 1, MOST_KEY), fields.uuid("device")
    photos = _photos(raw.get("photos"), person, device, faults)
    if not faults and raw.get("sha256") != _digest(raw):
        refuse("sha256", "draft_unchanged", found=shown(raw.get("sha256")))
    draft = Draft(
        inspection=fields.uuid("inspection"),
        person=person,
        device=device,
        at=fields.moment("at"),
        part=fields.whole("part", 1, MOST_PARTS),
        parts=fields.whole("parts", 1, MOST_PARTS),
        mutations=parse_mutations(raw.get("mutations"), _AnyCode(), MOST_MUTATIONS),
        photos=photos,
    )
    if faults:
        raise Faults(faults)
    return draft


def _digest(raw: dict[str, object]) -> str:
    """Of everything but the pictures' bytes, for which their own digests speak."""
    photos = raw["photos"]
    assert isinstance(photos, list)
    bare = [{k: v for k, v in one.items() if k not in ("original", "thumbnail")} for one in photos]
    rest = {name: value for name, value in raw.items() if name != "sha256"} | {"photos": bare}
    return hashlib.sha256(canonical(rest)).hexdigest()


def _photos(raw: object, person: int, device: UUID, faults: list[Fault]) -> tuple[DraftPhoto, ...]:
    if not isinstance(raw, list) or len(raw) > MOST_PHOTOS:
        faults.append(Fault("photos", shown(raw), "list"))
        return ()
    return tuple(_photo(one, f"photos[{i}]", person, device, faults) for i, one in enumerate(raw))


def _photo(raw: object, path: str, person: int, device: UUID, faults: list[Fault]) -> DraftPhoto:
    fields = Fields(raw, path, _PHOTO, faults)
    announced = Announcement(
        person=person,
        device=device,
        id=fields.uuid("id"),
        item=fields.item(_AnyCode()),
        of=fields.uuid_or_none("of"),
        sha256=fields.sha256("sha256"),
        size=fields.whole("size", 1, MOST_KEY),
        at=fields.moment("at"),
        thumbnail=fields.picture("thumbnail", SMALL_PICTURE_BYTES),
    )
    original = fields.picture("original", ORIGINAL_BYTES)
    if original and (hashlib.sha256(original).hexdigest(), len(original)) != (
        announced.sha256,
        announced.size,
    ):
        faults.append(Fault(join(path, "original"), "", "draft_unchanged"))
    return DraftPhoto(announced, original)
