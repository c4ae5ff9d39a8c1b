"""Tables as CSV for spreadsheets, which know UTF-8 by its mark and take some text for formulas."""

import csv
from collections.abc import Iterable, Iterator
from typing import Any

# A cell that begins with one of these is taken for a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a table line by line, the mark first; cells are written as they are given."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(heads)
    for row in rows:
        yield writer.writerow(row)


def cell_text(value: Any) -> str:
    """A value as a cell of a CSV file that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
