"""What comes from devices besides answers: photos on their way, and drafts in files."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from .merging import Mutation

PIECE_BYTES = 256 * 1024
SMALL_PICTURE_BYTES = 60 * 1024


@dataclass(frozen=True, slots=True)
class Announcement:
    """A photo that is to come, with its small picture; `sha256` and `size` are of the original."""

    person: int
    device: UUID
    id: UUID
    item: str
    of: UUID | None
    sha256: str
    size: int
    at: datetime
    thumbnail: bytes


class Reused(Exception):
    """The identifier is known with other bytes, or elsewhere; nothing is replaced."""


class DrawingFirst(Exception):
    """The photo that this one is a drawing on has not been announced."""


class WrongOffset(Exception):
    """The piece does not continue what has arrived; `offset` is how much that is."""

    def __init__(self, offset: int) -> None:
        super().__init__(str(offset))
        self.offset = offset


@dataclass(frozen=True, slots=True)
class DraftPhoto:
    """A photo out of a draft file, whole."""

    announced: Announcement
    original: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What a device could not send, out of a file; `person` made it, `at` is the device's clock."""

    inspection: UUID
    person: int
    device: UUID
    at: datetime
    part: int
    parts: int
    mutations: tuple[Mutation, ...]
    photos: tuple[DraftPhoto, ...]
