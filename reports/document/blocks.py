"""What documents are made of: passages, tables, charts, pictures and annexes."""

import hashlib
import itertools
from dataclasses import dataclass
from typing import Literal

SHORT_ROWS = 8
Align = Literal["left", "center"]
Proof = Literal["none", "receipt", "service"]  # 回执, 送达回证


@dataclass(frozen=True)
class Column:
    """A column of a table; `width` in mm."""

    title: str
    width: int
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A table whose head is repeated on every page; a row of one cell spans it as a heading."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    block: Literal["table"] = "table"

    @property
    def is_short(self) -> bool:
        """Say whether the table may be kept on one page."""
        return len(self.rows) <= SHORT_ROWS

    @property
    def cells(self) -> tuple[tuple[tuple[Column, str], ...], ...]:
        """Return the rows' cells with their columns."""
        return tuple(tuple(zip(self.columns, row, strict=False)) for row in self.rows)


@dataclass(frozen=True)
class Bar:
    """A bar: its label, its length, and the figure printed at its end."""

    label: str
    value: float
    words: str


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars from 0 to `maximum`, with a broken line at `mark` (None: without one)."""

    caption: str
    bars: tuple[Bar, ...]
    maximum: float
    mark: float | None = None
    mark_words: str = ""
    block: Literal["chart"] = "chart"

    @property
    def name(self) -> str:
        """Return the name under which the page asks for the drawn chart."""
        return "chart-" + hashlib.sha256(repr(self).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Photo:
    """A photo: `image` is the SHA-256 of its stored bytes, under which they are handed in."""

    image: str
    caption: str


@dataclass(frozen=True)
class Photos:
    """Photos two in a row, each with its caption below."""

    photos: tuple[Photo, ...]
    block: Literal["photos"] = "photos"

    @property
    def rows(self) -> tuple[tuple[Photo | None, Photo | None], ...]:
        """Return the photos in twos; the last may stand alone."""
        left, right = self.photos[::2], self.photos[1::2]
        return tuple(itertools.zip_longest(left, right))


@dataclass(frozen=True)
class Pair:
    """A finding before and after; a photo that there is none of is None."""

    heading: str
    before: Photo | None
    after: Photo | None

    @property
    def sides(self) -> tuple[tuple[str, Photo | None], ...]:
        """Return both with the words that stand below them."""
        return (("整改前", self.before), ("整改后", self.after))


@dataclass(frozen=True)
class Pairs:
    """Photos before (left) and after (right) rectification."""

    pairs: tuple[Pair, ...]
    block: Literal["pairs"] = "pairs"


Block = Table | BarChart | Photos | Pairs


@dataclass(frozen=True)
class Passage:
    """A heading of the second level with the text that runs on after it, numbered items, and blocks."""

    heading: str
    text: str = ""
    items: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Part:
    """A heading of the first level and its passages."""

    heading: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Annex:
    """An annex of any content: `facts` is the line above, `note` the line below."""

    title: str
    facts: tuple[str, ...]
    blocks: tuple[Block, ...]
    note: str = ""


@dataclass(frozen=True)
class FindingRow:
    """A row of annex 1 (问题清单)."""

    number: int
    section: str
    clause: str
    finding: str
    lost: str
    requirement: str
    deadline: str


@dataclass(frozen=True)
class FindingsAnnex:
    """Annex 1: `facts` is the line above the table (center, date of inspection, score)."""

    title: str
    facts: tuple[str, ...]
    note: str
    rows: tuple[FindingRow, ...]


@dataclass(frozen=True)
class FeedbackAnnex:
    """Annex 2 (整改情况反馈表), to be filled in: one row for each (number, finding)."""

    title: str
    center: str
    number: str
    rows: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class ProofAnnex:
    """回执, which the addressee sends back, or 送达回证, which who delivers has signed."""

    kind: Literal["receipt", "service"]
    title: str
    document: str
    number: str
    recipient: str
    sender: str
