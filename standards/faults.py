"""What is wrong with given data, and a strict reader that collects every fault with its path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from difflib import get_close_matches

SHOWN_LENGTH = 60
CODE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NUMBER_PATTERN = re.compile(r"-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?")
_DATE_PATTERN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Unicode's categories Cc and Cs, but for the line end.
_CONTROL = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"[\w.-]{1,64}")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    `path` is the place inside the data (`sections[0].clauses[2].points`), empty for the
    whole of it. `found` is what stood there, shortened, empty where nothing did. `expected`
    is a code that `standards.wording` puts into words with `params`.
    """

    path: str
    found: str
    expected: str
    params: Mapping[str, str] = field(default_factory=dict)


class Faults(Exception):
    """All the faults of one piece of data; `source` names the file they are in, if any."""

    def __init__(self, faults: Iterable[Fault], source: str = "") -> None:
        self.faults = tuple(faults)
        self.source = source
        super().__init__("; ".join(f"{f.path}: {f.expected}" for f in self.faults[:5]))


def shown(value: object) -> str:
    """A value as one short line that any terminal can print."""
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    if value is None or isinstance(value, bool | str):
        cut = value[:SHOWN_LENGTH] + "…" if isinstance(value, str) and len(value) > SHOWN_LENGTH else value
        text = json.dumps(cut, ensure_ascii=False)
    else:
        text = str(value)[:SHOWN_LENGTH]
    return text.encode("utf-8", "backslashreplace").decode()


def join(path: str, key: str) -> str:
    """The path of `key` inside the mapping at `path`."""
    name = key if _PLAIN_KEY.fullmatch(key) else shown(key)
    return f"{path}.{name}" if path else name


def suggestion(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be, or an empty text."""
    close = get_close_matches(word[:80], list(known), n=1, cutoff=0.6)
    return close[0] if close else ""


def is_bounded(value: Decimal) -> bool:
    """Whether a decimal is one of ours: finite, at most 12 digits before the point and 6 after it."""
    # The exponent is looked at first: writing out 1e999999 takes a megabyte.
    return value.is_finite() and abs(value.adjusted()) < 20 and bool(NUMBER_PATTERN.fullmatch(f"{value:f}"))


class Node:
    """One value at its path. Each reader returns a value of its type whatever it finds, and
    notes a fault where that is not what was written, so that one pass finds all faults."""

    def __init__(self, value: object, path: str, faults: list[Fault], absent: bool = False) -> None:
        self.value = value
        self.path = path
        self.faults = faults
        self.absent = absent

    def fault(self, expected: str, **params: str) -> None:
        if not self.absent:
            self.faults.append(Fault(self.path, shown(self.value), expected, params))

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Node]:
        """The named parts; a required one that is missing is noted once and reads as a default."""
        names = [*required, *optional]
        if not isinstance(self.value, Mapping):
            self.fault("mapping", keys="、".join(names))
            return {name: self._missing(name) for name in names}
        for key in self.value:
            if key not in names:
                near = suggestion(str(key), names)
                params = {"keys": "、".join(names), "near": near}
                self.faults.append(Fault(join(self.path, str(key)), shown(key), "known_key", params))
        parts = {}
        for name in names:
            if name in self.value:
                parts[name] = Node(self.value[name], join(self.path, name), self.faults, self.absent)
                continue
            parts[name] = self._missing(name)
            if name in required and not self.absent:
                self.faults.append(Fault(join(self.path, name), "", "required"))
        return parts

    def _missing(self, name: str) -> Node:
        return Node(None, join(self.path, name), self.faults, absent=True)

    def entries(self, least: int = 0, most: int = 1000) -> list[Node]:
        """The members of a list, in order."""
        if not isinstance(self.value, list | tuple):
            self.fault("list")
            return []
        if not least <= len(self.value) <= most:
            self.fault("list_length", least=str(least), most=str(most), count=str(len(self.value)))
        return [Node(value, f"{self.path}[{i}]", self.faults) for i, value in enumerate(self.value[:most])]

    def text(self, most: int, *, empty: bool = False) -> str:
        """Text without surrounding white space and without control characters other than line ends."""
        if not isinstance(self.value, str):
            self.fault("text")
            return ""
        value = self.value.strip()
        if not value and not empty:
            self.fault("text_empty")
        elif len(value) > most:
            self.fault("text_length", most=str(most), count=str(len(value)))
        elif _CONTROL.search(value):
            self.fault("text_characters")
        return value

    def code(self) -> str:
        """A stable code: Latin letters, digits, dot, hyphen, underscore; at most 64 characters."""
        if not isinstance(self.value, str) or not CODE_PATTERN.fullmatch(self.value):
            self.fault("code")
            return ""
        return self.value

    def number(self, least: Decimal | int | None = None, most: Decimal | int | None = None) -> Decimal:
        """An exact decimal as `reading` gives it; a bool or a float is none."""
        value = self.value
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if not isinstance(value, Decimal) or not is_bounded(value):
            self.fault("number")
            return Decimal(0)
        if (least is not None and value < least) or (most is not None and value > most):
            limits = {"least": least, "most": most}
            self.fault("number_range", **{k: "" if v is None else str(v) for k, v in limits.items()})
        return value + 0

    def whole(self, least: int, most: int) -> int:
        value = self.number(least, most)
        if value != value.to_integral_value():
            self.fault("whole")
        return int(value)

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.fault("flag")
        return self.value is True

    def one_of(self, options: Sequence[str]) -> str:
        if not isinstance(self.value, str) or self.value not in options:
            near = suggestion(self.value, options) if isinstance(self.value, str) else ""
            self.fault("one_of", options="、".join(options), near=near)
            return options[0]
        return self.value

    def some_of(self, options: Sequence[str]) -> tuple[str, ...]:
        """A list, not empty, of different options; returned in the order of the options."""
        found = []
        for entry in self.entries(least=1, most=len(options)):
            before = len(self.faults)
            option = entry.one_of(options)
            if option in found and len(self.faults) == before:
                entry.fault("repeated")
            found.append(option)
        return tuple(option for option in options if option in found)

    def day(self) -> date:
        """A date written 2021-11-02."""
        if isinstance(self.value, str) and _DATE_PATTERN.fullmatch(self.value):
            try:
                return date.fromisoformat(self.value)
            except ValueError:
                pass
        self.fault("date")
        return date.min
