"""Reads a year's arrangement of holidays as people write it down: a line for each day or stretch of days.

2027-01-01 休 元旦
2027-02-05至2027-02-12 休 春节
2027-02-14 班 春节
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST = 20
NAME_LENGTH = 20
WORDS = {"休": False, "班": True}
LINE = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2})(?:\s*(?:至|~|—|–)\s*(\d{4}-\d{1,2}-\d{1,2}))?[\s,，]+([休班])[\s,，]*(.*)"
)


class Kind(StrEnum):
    """What can be wrong with a line."""

    LINE = "line"
    DAY = "day"
    YEAR = "year"
    ORDER = "order"
    LONG = "long"
    REPEATED = "repeated"
    NAME = "name"
    EMPTY = "empty"


@dataclass(frozen=True)
class Fault:
    """A line (counted from 1; 0 for the whole) that cannot be read: what is wrong, and what was found."""

    line: int
    kind: Kind
    found: str


@dataclass(frozen=True)
class Day:
    """One day that an arrangement names."""

    day: date
    is_working: bool
    name: str


class BadList(Exception):
    """The list has faults; nothing of it is to be used."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


def read_list(text: str, year: int) -> list[Day]:
    """The days of one year's arrangement in order; raises `BadList` with every fault."""
    faults: list[Fault] = []
    days: dict[date, Day] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            for day in _days(line.strip(), year):
                if day.day in days:
                    raise _Wrong(Kind.REPEATED, day.day.isoformat())
                days[day.day] = day
        except _Wrong as wrong:
            faults.append(Fault(number, wrong.kind, wrong.found[:40]))
    if not days and not faults:
        faults.append(Fault(0, Kind.EMPTY, ""))
    if faults:
        raise BadList(faults)
    return [days[day] for day in sorted(days)]


class _Wrong(Exception):
    def __init__(self, kind: Kind, found: str) -> None:
        super().__init__(found)
        self.kind, self.found = kind, found


def _days(line: str, year: int) -> Iterator[Day]:
    match = LINE.fullmatch(line)
    if not match:
        raise _Wrong(Kind.LINE, line)
    first, last = _date(match[1]), _date(match[2] or match[1])
    if {first.year, last.year} != {year}:
        raise _Wrong(Kind.YEAR, match[1])
    if last < first:
        raise _Wrong(Kind.ORDER, line)
    length = (last - first).days + 1
    if length > LONGEST:
        raise _Wrong(Kind.LONG, str(length))
    name = match[4].strip()
    if len(name) > NAME_LENGTH or not name.isprintable():
        raise _Wrong(Kind.NAME, name)
    for n in range(length):
        yield Day(first + timedelta(days=n), WORDS[match[3]], name)


def _date(text: str) -> date:
    year, month, day = map(int, text.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        raise _Wrong(Kind.DAY, text) from None
