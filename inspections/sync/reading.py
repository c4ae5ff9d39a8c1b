"""Bytes of a device into plain data: bounded, exact, and every surprise told with its place."""

import json
import re
from typing import Any, NoReturn, Protocol

from django.http import UnreadablePostError

from standards.faults import NUMBER_PATTERN, Fault, Faults, join, shown

MOST_DEPTH = 10
LONGEST_WHOLE = 15
# What text may not hold: PostgreSQL stores no NUL, and half a surrogate pair is no character.
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNFIT = re.compile("[\0\ud800-\udfff]")


class TooLarge(Exception):
    """The body is larger than may be read; `most` is in bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class Request(Protocol):
    """The part of a request that is read here."""

    META: dict[str, Any]
    content_type: str | None

    @property
    def body(self) -> bytes: ...


class Refused:
    """Stands in parsed JSON for what is not taken, until its place is known."""

    def __init__(self, expected: str, found: str) -> None:
        self.expected, self.found = expected, found


def read_body(request: Any, most: int) -> bytes:
    """The body of a request whose length says that it may be read; raises `TooLarge` before reading."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > most:
        raise TooLarge(most)
    if request.content_type not in ("application/json", "application/octet-stream", "image/jpeg", ""):
        refuse("", "content_type", found=shown(request.content_type))
    try:
        return bytes(request.body)
    except UnreadablePostError:
        refuse("", "whole_body")


def parse(body: bytes, *, floats: bool = False) -> object:
    """Plain data out of JSON; whole numbers are ints, others text as written; raises `Faults`.

    With `floats`, fractions are floats, so that the data can be spelled again as it was.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse("", "utf8", found=f"0x{body[error.start]:02x}", position=str(error.start))
    try:
        data = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_float if floats else _number,
            parse_int=_whole,
            parse_constant=lambda name: Refused("finite", name),
        )
    except json.JSONDecodeError as error:
        place = {"line": str(error.lineno), "column": str(error.colno)}
        refuse("", "json", found=shown(text[error.pos : error.pos + 20]), **place)
    except RecursionError:
        refuse("", "depth", most=str(MOST_DEPTH))
    if _ESCAPED.search(body):
        _check_text(data, "", 1)
    return data


def plain(value: object, path: str, faults: list[Fault], depth: int = 1) -> object:
    """The value if it is JSON of a bounded depth; else a fault with its place."""
    if depth > MOST_DEPTH:
        faults.append(Fault(path[:200], "", "depth", {"most": str(MOST_DEPTH)}))
    elif isinstance(value, Refused):
        faults.append(Fault(path, shown(value.found), value.expected))
    elif isinstance(value, dict):
        return {key: plain(member, join(path, key), faults, depth + 1) for key, member in value.items()}
    elif isinstance(value, list):
        return [plain(member, f"{path}[{i}]", faults, depth + 1) for i, member in enumerate(value)]
    else:
        return value
    return None


def refuse(path: str, expected: str, found: str = "", **params: str) -> NoReturn:
    raise Faults([Fault(path, found, expected, params)])


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [key for key, _ in pairs]
        for key in {key for key in names if names.count(key) > 1} if len(names) < 100 else names:
            result[key] = Refused("unique_key", key)
    return result


def _number(text: str) -> str | Refused:
    return text if NUMBER_PATTERN.fullmatch(text) else Refused("number", text)


def _float(text: str) -> float | Refused:
    return float(text) if NUMBER_PATTERN.fullmatch(text) else Refused("number", text)


def _whole(text: str) -> int | Refused:
    return int(text) if len(text) <= LONGEST_WHOLE else Refused("number", text)


def _check_text(value: object, path: str, depth: int) -> None:
    """Refuse escapes that no database keeps; only a body that has such escapes is walked through."""
    if depth > MOST_DEPTH:
        refuse(path[:200], "depth", most=str(MOST_DEPTH))
    if isinstance(value, str):
        if _UNFIT.search(value):
            refuse(path, "text_characters", found=shown(value))
    elif isinstance(value, dict):
        for key, member in value.items():
            _check_text(key, path, depth)
            _check_text(member, join(path, key), depth + 1)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _check_text(member, f"{path}[{index}]", depth + 1)
