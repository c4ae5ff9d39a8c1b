"""The strict reading of standard and answers files (YAML or JSON): exact numbers, and no surprises.

Refused, each with its place: what is not UTF-8 text, more than 1 MB, nesting deeper than 20,
duplicate keys, aliases, anchors, tags, several documents. Every number becomes an exact
`Decimal`; NaN and Infinity are never numbers. Dates stay text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import yaml

from standards.answers import Answer, parse_answers
from standards.content import StandardData
from standards.faults import NUMBER_PATTERN, Fault, Faults, join, shown
from standards.schema import parse_standard

MOST_BYTES = 1024 * 1024
MOST_DEPTH = 20
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def read_standard(source: Path | str | bytes, name: str = "") -> StandardData:
    """The standard in a file (by its path, or its bytes); raises `Faults` that name the file."""
    label = name or _label(source)
    try:
        return parse_standard(_load(source, label))
    except Faults as found:
        raise Faults(found.faults, label) from None


def read_answers(
    standard: StandardData, kind: str, source: Path | str | bytes, name: str = ""
) -> dict[str, Answer]:
    """The answers in a file, for `reports.scoring`; raises `Faults` that name the file."""
    label = name or _label(source)
    try:
        return parse_answers(standard, kind, _load(source, label))
    except Faults as found:
        raise Faults(found.faults, label) from None


def load(text: str, *, as_json: bool = False) -> object:
    """Plain data out of YAML or JSON text: dicts, lists, text, bools, None and Decimals."""
    return _from_json(text) if as_json else _YamlReader(text).read()


def _label(source: Path | str | bytes) -> str:
    return "" if isinstance(source, bytes) else str(source)


def _load(source: Path | str | bytes, label: str) -> object:
    data = source if isinstance(source, bytes) else _bytes(Path(source))
    if len(data) > MOST_BYTES:
        _refuse("", "file_size", most=str(MOST_BYTES))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse("", "utf8", found=f"0x{data[error.start]:02x}", position=str(error.start))
    if "\0" in text:
        _refuse("", "no_nul", position=str(text.index("\0")))
    suffix = Path(label).suffix.lower()
    braced = suffix not in (".yaml", ".yml") and text.lstrip()[:1] == "{"
    return load(text, as_json=suffix == ".json" or braced)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except IsADirectoryError:
        _refuse("", "file_not_directory")
    except (OSError, ValueError) as error:
        _refuse("", "file_readable", found=getattr(error, "strerror", None) or "")


def _refuse(path: str, expected: str, found: str = "", **params: str) -> NoReturn:
    raise Faults([Fault(path, found, expected, params)])


def _number(text: str) -> Decimal | str:
    return Decimal(text) if NUMBER_PATTERN.fullmatch(text) else text


class _YamlReader:
    """Builds plain data out of the parser's events, which show aliases, tags and quotes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=_Loader)

    def read(self) -> object:
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            lines = self.text.split("\n")
            rest = lines[mark.line][mark.column :] if mark and mark.line < len(lines) else ""
            _refuse("", "yaml", found=_excerpt(rest), **_position(mark))
        except yaml.YAMLError:
            _refuse("", "yaml_characters")

    def _document(self) -> object:
        data: object = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    _refuse("", "one_document", **_place(event))
                data = self._value(next(self.events), "", 1)
        if not documents:
            _refuse("", "not_empty")
        if self.faults:
            raise Faults(self.faults)
        return data

    def _value(self, event: yaml.Event, path: str, depth: int) -> object:
        if depth > MOST_DEPTH:
            _refuse(path[:200], "depth", most=str(MOST_DEPTH), **_place(event))
        if isinstance(event, yaml.AliasEvent):
            self._fault(path, "no_alias", f"*{event.anchor}", event)
            return None
        if (anchor := getattr(event, "anchor", None)) is not None:
            self._fault(path, "no_anchor", f"&{anchor}", event)
        if (tag := getattr(event, "tag", None)) is not None:
            self._fault(path, "no_tag", str(tag), event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth)
        return _scalar(event)

    def _mapping(self, path: str, depth: int) -> dict[str, object]:
        result: dict[str, object] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                _refuse(path, "plain_key", **_place(event))
            key = str(event.value)
            place = join(path, key)
            if key in result:
                self._fault(place, "unique_key", key, event)
            result[key] = self._value(next(self.events), place, depth + 1)
        return result

    def _sequence(self, path: str, depth: int) -> list[object]:
        result: list[object] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            result.append(self._value(event, f"{path}[{len(result)}]", depth + 1))
        return result

    def _fault(self, path: str, expected: str, found: str, event: yaml.Event) -> None:
        self.faults.append(Fault(path, shown(found), expected, _place(event)))


def _scalar(event: Any) -> object:
    text = str(event.value)
    # A quoted scalar is text; so is a plain one that is neither a word nor a number of ours.
    if event.style or not event.implicit[0]:
        return text
    return _WORDS[text] if text in _WORDS else _number(text)


def _place(event: yaml.Event) -> dict[str, str]:
    return _position(event.start_mark)


def _position(mark: Any) -> dict[str, str]:
    return {"line": str(mark.line + 1), "column": str(mark.column + 1)} if mark else {}


def _excerpt(text: str) -> str:
    """What stands where the syntax breaks off."""
    return shown(text[:20]) if text.strip() else ""


class _Refused:
    """Stands in JSON data for what is refused, until its path is known."""

    def __init__(self, expected: str, found: str) -> None:
        self.expected = expected
        self.found = found


def _from_json(text: str) -> object:
    if not text.strip():
        _refuse("", "not_empty")
    try:
        data = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_number,
            parse_int=_number,
            parse_constant=lambda name: _Refused("finite", name),
        )
    except json.JSONDecodeError as error:
        place = {"line": str(error.lineno), "column": str(error.colno)}
        _refuse("", "json", found=_excerpt(text[error.pos : error.pos + 20]), **place)
    except RecursionError:
        _refuse("", "depth", most=str(MOST_DEPTH))
    faults: list[Fault] = []
    _walk(data, "", 1, faults)
    if faults:
        raise Faults(faults)
    return data


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, value in pairs:
        result[key] = _Refused("unique_key", key) if key in result else value
    return result


def _walk(value: object, path: str, depth: int, faults: list[Fault]) -> None:
    if depth > MOST_DEPTH:
        _refuse(path[:200], "depth", most=str(MOST_DEPTH))
    if isinstance(value, _Refused):
        faults.append(Fault(path, shown(value.found), value.expected))
    elif isinstance(value, dict):
        for key, member in value.items():
            _walk(member, join(path, key), depth + 1, faults)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _walk(member, f"{path}[{index}]", depth + 1, faults)
