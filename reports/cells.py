"""Tables as a region's page shows them and as they are downloaded: columns, cells, and what cells show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.safestring import SafeString

from organization.csv_text import csv_lines
from organization.templatetags.portal import rank_change, score, score_change

from .drawn_tables import drawn_rows
from .overview import mean
from .sheets import FIGURES, STARTS, Field, Form, Sheet

HEATS = 5


@dataclass(frozen=True)
class Cell:
    """A value as a spreadsheet gets it, and how the page shows it: as words, with a bar, warm or cold."""

    value: Any
    words: str = ""
    url: str = ""
    percent: int | None = None
    heat: int | None = None
    tone: str = ""
    is_source: bool = False  # words of the standard, Chinese on every page


@dataclass(frozen=True)
class Column:
    head: str
    form: Form = "text"
    width: int = 12


@dataclass(frozen=True)
class Table:
    """One table; the first cell of a row is its head."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    look: str = "pinned"

    @property
    def heads(self) -> list[tuple[str, bool]]:
        """The head of each column, and whether it stands over bare figures: those are set to the right."""
        barred = {place for row in self.rows for place, cell in enumerate(row) if cell.percent is not None}
        return [
            (column.head, column.form in FIGURES and place not in barred)
            for place, column in enumerate(self.columns)
        ]

    @property
    def body(self) -> SafeString:
        """The rows as the page shows them."""
        return drawn_rows(self)

    def sheet(self, notes: Sequence[str]) -> Sheet:
        fields = [Field(column.head, column.width, column.form) for column in self.columns]
        rows = [[cell.value for cell in row] for row in self.rows]
        return Sheet(self.title, self.title, fields, rows, notes=notes)

    def csv_lines(self) -> Iterator[str]:
        """Lines for a spreadsheet; an apostrophe stands before text that it would take for a formula."""
        heads = [_plain(column.head) for column in self.columns]
        return csv_lines(heads, ([_plain(cell.value) for cell in row] for row in self.rows))


def _plain(value: Any) -> str:
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(STARTS) else text


# ---- what cells show


def _whole(value: Decimal) -> Decimal:
    """Rounded half up, as every score is."""
    return value.quantize(Decimal(1), ROUND_HALF_UP)


def number(value: int | None) -> Cell:
    return Cell(value, words="—" if value is None else "")


def scored(value: Decimal | None) -> Cell:
    return Cell(value, words="—" if value is None else score(value))


def bar(value: Decimal | None) -> Cell:
    return (
        Cell(value, words="—")
        if value is None
        else Cell(value, words=score(value), percent=int(_whole(value)))
    )


def share(count: int, of: int) -> Cell:
    return bar(mean(Decimal(100 * count), of) if of else None)


def change(now: Decimal | None, then: Decimal | None) -> Cell:
    if now is None or then is None:
        return Cell(None, words="—")
    gained = now - then
    return Cell(
        gained, words=score_change(gained), tone="good" if gained > 0 else "bad" if gained < 0 else ""
    )


def climbed(places: int | None) -> Cell:
    if places is None:
        return Cell(None, words="—")
    return Cell(places, words=rank_change(places), tone="good" if places > 0 else "bad" if places < 0 else "")


def heated(value: Decimal | None) -> Cell:
    if value is None:
        return Cell(None, words="—")
    heat = 0 if value == 0 else min(HEATS, 1 + int(value) * HEATS // 100)
    return Cell(value, words=str(_whole(value)), heat=heat)
