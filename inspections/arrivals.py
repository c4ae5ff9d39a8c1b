"""Photos on their way: what a device announces, and how far the original has come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

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
