"""Documents as JSON and back, their digest, and their texts with the places where they stand."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import MISSING, asdict, fields, is_dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from .kinds import KINDS, Document

Place = tuple[str | int, ...]
NOT_PRINTED = frozenset({"kind", "block", "image", "seal", "align"})


class DocumentRefused(ValueError):
    """A document cannot be made. `code` says why, `params` fill the sentence of reports.refusals.

    Codes: no_findings; empty (place); forbidden_word (place, word); malformed (place);
    missing_glyph (place, character); missing_image, changed_image, unreadable_image (image);
    too_large (megabytes); too_many_pages (pages); too_slow (seconds); nothing_submitted.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(f"{code} {params}")
        self.code = code
        self.params = params


def to_plain(document: Document) -> dict[str, Any]:
    """Return the document as JSON types, for storing beside the PDF made from it."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(document)))
    return plain


def from_plain(plain: Any) -> Document:
    """Return the document that `to_plain` wrote, now or when it had fewer fields.

    Raises DocumentRefused (malformed, with the place) for a missing, unknown or wrongly typed
    field.
    """
    named = plain.get("kind", "notice") if isinstance(plain, dict) else None
    kind = KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        raise DocumentRefused("malformed", place=("kind",))
    document: Document = _read(kind, plain, ())
    return document


def digest(document: Document) -> str:
    """Return the SHA-256 of the document's canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(to_plain(document), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def texts(document: Document) -> Iterator[tuple[Place, str]]:
    """Yield each text of the document that is printed, with its place (field names and positions)."""
    yield from _found(asdict(document), (), str, NOT_PRINTED)


def images(document: Document) -> tuple[str, ...]:
    """Return the SHA-256 of each picture that the document needs, in the order of first use."""
    found = _found(asdict(document), (), str, frozenset())
    return tuple(dict.fromkeys(text for place, text in found if place[-1] == "image"))


def _found(plain: Any, place: Place, kind: type, left_out: frozenset[str]) -> Iterator[tuple[Place, Any]]:
    if isinstance(plain, kind):
        yield place, plain
    elif isinstance(plain, dict):
        for key, value in plain.items():
            if key not in left_out:
                yield from _found(value, (*place, key), kind, left_out)
    elif isinstance(plain, list | tuple):
        for position, value in enumerate(plain):
            yield from _found(value, (*place, position), kind, left_out)


def _read(kind: Any, plain: Any, place: Place) -> Any:
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _read_dataclass(kind, plain, place)
    if origin is tuple:
        return _read_tuple(get_args(kind), plain, place)
    if origin is UnionType and any(map(is_dataclass, get_args(kind))):
        return _read_one_of(get_args(kind), plain, place)
    # type() and not isinstance(): True is no number here.
    if origin is Literal:
        if type(plain) is str and plain in get_args(kind):
            return plain
    elif type(plain) in (get_args(kind) if origin is UnionType else (kind,)):
        return plain
    raise DocumentRefused("malformed", place=place)


def _read_one_of(kinds: tuple[Any, ...], plain: Any, place: Place) -> Any:
    """Read the dataclass that `block` names, the only one there is, or nothing where that is allowed."""
    if plain is None and type(None) in kinds:
        return None
    known: list[Any] = [kind for kind in kinds if is_dataclass(kind)]
    if len(known) > 1:
        named = plain.get("block") if isinstance(plain, dict) else None
        known = [kind for kind in known if kind.block == named]
    if not known:
        raise DocumentRefused("malformed", place=(*place, "block"))
    return _read_dataclass(known[0], plain, place)


def _read_dataclass(kind: Any, plain: Any, place: Place) -> Any:
    known = {field.name: field for field in fields(kind)}
    if not isinstance(plain, dict) or set(plain) - set(known):
        raise DocumentRefused("malformed", place=place)
    if any(field.default is MISSING for name, field in known.items() if name not in plain):
        raise DocumentRefused("malformed", place=place)
    hints = get_type_hints(kind)
    return kind(**{name: _read(hints[name], plain[name], (*place, name)) for name in known if name in plain})


def _read_tuple(kinds: tuple[Any, ...], plain: Any, place: Place) -> tuple[Any, ...]:
    if not isinstance(plain, list):
        raise DocumentRefused("malformed", place=place)
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(plain)
    if len(kinds) != len(plain):
        raise DocumentRefused("malformed", place=place)
    pairs = enumerate(zip(kinds, plain, strict=True))
    return tuple(_read(kind, value, (*place, position)) for position, (kind, value) in pairs)
