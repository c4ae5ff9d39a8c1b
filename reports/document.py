"""The rectification notice as frozen data: every text ready to print, nothing left to compute."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

Seal = Literal["sealed", "unsealed"]  # GB/T 9704-2012, 7.3.5.1 and 7.3.5.2
Place = tuple[str | int, ...]


class DocumentRefused(ValueError):
    """A document cannot be made. `code` says why, `params` fill the sentence of reports.refusals.

    Codes: no_findings; empty (place); forbidden_word (place, word); malformed (place);
    missing_glyph (place, character).
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Number:
    """发文字号; `sequence` is None until the notice is issued."""

    code: str
    year: int
    sequence: int | None

    @property
    def text(self) -> str:
        """Return the number as printed: U+3014 and U+3015 round the year, no leading zeros."""
        sequence = "\u3000" if self.sequence is None else str(self.sequence)
        return f"{self.code}〔{self.year}〕{sequence}号"


@dataclass(frozen=True)
class Passage:
    """A heading of the second level with the text that runs on after it, and numbered items."""

    heading: str
    text: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A heading of the first level and its passages."""

    heading: str
    passages: tuple[Passage, ...]


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
class Notice:
    """关于……限期整改的通知, in the order in which GB/T 9704-2012 sets its elements.

    `title` is in pieces: a line may end after any of them. `preview` marks every page as a draft,
    `demonstration` as 演示数据.
    """

    issuer: str
    mark: str
    number: Number
    title: tuple[str, ...]
    addressee: str
    opening: tuple[str, ...]
    parts: tuple[Part, ...]
    attachments: tuple[str, ...]
    signature: str
    dated: str
    seal: Seal
    note: str
    copy_to: str
    printed_by: str
    printed_on: str
    findings: FindingsAnnex
    feedback: FeedbackAnnex
    demonstration: bool = False
    preview: bool = False
    format: int = 1

    @property
    def title_text(self) -> str:
        """Return the title in one piece."""
        return "".join(self.title)


def to_plain(document: Notice) -> dict[str, Any]:
    """Return the document as JSON types, for storing beside the PDF made from it."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(document)))
    return plain


def from_plain(plain: Any) -> Notice:
    """Return the document that `to_plain` wrote.

    Raises DocumentRefused (malformed, with the place) for a missing, unknown or wrongly typed
    field.
    """
    notice: Notice = _read(Notice, plain, ())
    return notice


def digest(document: Notice) -> str:
    """Return the SHA-256 of the document's canonical JSON: sorted keys, no spaces, UTF-8."""
    plain = to_plain(document)
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def texts(document: Notice) -> Iterator[tuple[Place, str]]:
    """Yield each text of the document with its place (field names and positions)."""
    yield from _texts(to_plain(document), ())


def _texts(plain: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(plain, str):
        yield place, plain
    elif isinstance(plain, dict):
        for key, value in plain.items():
            yield from _texts(value, (*place, key))
    elif isinstance(plain, list):
        for position, value in enumerate(plain):
            yield from _texts(value, (*place, position))


def _read(kind: Any, plain: Any, place: Place) -> Any:
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _read_dataclass(kind, plain, place)
    if origin is tuple:
        return _read_tuple(get_args(kind), plain, place)
    allowed = get_args(kind) if origin in (UnionType, Literal) else (kind,)
    # type() and not isinstance(): True is no number here.
    if (plain in allowed) if origin is Literal else (type(plain) in (*allowed, *_none(allowed))):
        return plain
    raise DocumentRefused("malformed", place=place)


def _none(allowed: tuple[Any, ...]) -> tuple[type, ...]:
    return (type(None),) if None in allowed else ()


def _read_dataclass(kind: Any, plain: Any, place: Place) -> Any:
    names = {field.name for field in fields(kind)}
    if not isinstance(plain, dict) or set(plain) != names:
        raise DocumentRefused("malformed", place=place)
    hints = get_type_hints(kind)
    return kind(**{name: _read(hints[name], plain[name], (*place, name)) for name in names})


def _read_tuple(kinds: tuple[Any, ...], plain: Any, place: Place) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise DocumentRefused("malformed", place=place)
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(plain)
    if len(kinds) != len(plain):
        raise DocumentRefused("malformed", place=place)
    pairs = enumerate(zip(kinds, plain, strict=True))
    return tuple(_read(kind, value, (*place, position)) for position, (kind, value) in pairs)
