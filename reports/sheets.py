"""Tables as .xlsx: real numbers and dates, a head that stays, filters, a page that prints.

Text is written as text whatever it begins with, and marked so that it stays text when a cell is edited:
a finding that begins with = + - @ or a tab never becomes a formula.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from organization.csv_text import cell_text, csv_lines

Rows = Iterable[Sequence[Any]]
# What rows pass through on their way into a file, where somebody counts them; each for so many.
Through = Callable[[Rows, int], Rows]
Form = Literal["text", "number", "points", "change", "risen", "date", "moment"]
FORMATS: dict[Form, str] = {
    "text": "@", "number": "0", "points": "0.00", "change": "+0.00;-0.00;0.00",
    "risen": "+0;-0;0",
    "date": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm",
}  # fmt: skip
FIGURES: tuple[Form, ...] = ("number", "points", "change", "risen")
LONGEST = 32_767  # characters that a cell may hold
MOST_ROWS = 1_048_576  # rows of a sheet
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
FORBIDDEN_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
PAPER_A4 = 9


@dataclass(frozen=True)
class Field:
    """A column: its head, its width in characters and how its values are written."""

    head: str
    width: int
    form: Form = "text"


@dataclass(frozen=True)
class Sheet:
    """A table with its name, a title above it and notes under the title.

    `scale` colors the columns from the second on that hold points, light for none to dark for many.
    """

    name: str
    title: str
    fields: Sequence[Field]
    rows: Rows
    notes: Sequence[str] = ()
    pinned: int = 1
    scale: bool = False


def unwatched(rows: Rows, each: int) -> Rows:
    return rows


def write(path: Path | str, sheets: Iterable[Sheet], *, author: str = "") -> None:
    """Write the sheets row by row to a file; rows are read once and never held together."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": FORMATS["date"],
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"author": author, "title": "", "comments": ""})
        formats = _Formats(book)
        for sheet in sheets:
            _write_sheet(book, sheet, formats)


def write_csv(path: Path | str, sheet: Sheet) -> None:
    """Write the head and the rows of a table as UTF-8 with the mark by which spreadsheets know it.

    Without title and notes, so that other programs read it as it is; no cell is a formula.
    """
    heads = [field.head for field in sheet.fields]
    with Path(path).open("w", encoding="utf-8", newline="") as out:
        out.writelines(csv_lines(heads, (map(_plain, row) for row in sheet.rows)))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        # Without the zeros that a column of the database fills up with.
        return f"{value.normalize():f}"
    return value if isinstance(value, (int, date)) else cell_text(value)


class _Formats:
    """A book's cell formats; each is made once."""

    def __init__(self, book: Any) -> None:
        font = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        lines = {"border": 1, "border_color": "#B7B3A8"}
        self.title = book.add_format(font | {"font_name": "黑体", "font_size": 16})
        self.note = book.add_format(font | {"font_size": 10, "font_color": "#57606A"})
        self.head = book.add_format(
            font | lines | {"font_name": "黑体", "bg_color": "#EFEEE9", "text_wrap": True, "align": "center"}
        )
        self.cells = {
            form: book.add_format(
                font | lines | {"num_format": code, "text_wrap": form == "text", "align": _align(form)}
            )
            for form, code in FORMATS.items()
        }
        self.quoted = book.add_format(font | lines | {"num_format": "@", "text_wrap": True})
        self.quoted.set_quote_prefix()


def _align(form: Form) -> str:
    return "left" if form == "text" else "center" if form in ("date", "moment") else "right"


def _write_sheet(book: Any, sheet: Sheet, formats: _Formats) -> None:
    page = book.add_worksheet(sheet_name(sheet.name, book))
    for column, field in enumerate(sheet.fields):
        page.set_column(column, column, field.width)
    page.write_string(0, 0, _text(sheet.title), formats.title)
    page.set_row(0, 26)
    for row, note in enumerate(sheet.notes, start=1):
        page.write_string(row, 0, _text(note), formats.note)
    head = len(sheet.notes) + 1
    for column, field in enumerate(sheet.fields):
        page.write_string(head, column, _text(field.head), formats.head)
    last = head
    for row in sheet.rows:
        if last + 1 >= MOST_ROWS:
            raise ValueError("more rows than a sheet can hold")
        last += 1
        for column, (field, value) in enumerate(zip(sheet.fields, row, strict=True)):
            _write_cell(page, last, column, field.form, value, formats)
    page.freeze_panes(head + 1, sheet.pinned)
    page.autofilter(head, 0, max(last, head + 1), len(sheet.fields) - 1)
    if sheet.scale and last > head:
        _color(page, head + 1, last, sheet.fields)
    _printed(page, head, sheet)


def sheet_name(name: str, book: Any) -> str:
    """A name that Excel takes: up to 31 characters, none of []:*?/\\, and no other sheet's."""
    wanted = name.translate(FORBIDDEN_IN_NAME)[:31].strip() or "Sheet"
    taken = {page.get_name().casefold() for page in book.worksheets()}
    turn = 1
    found = wanted
    while found.casefold() in taken:
        turn += 1
        found = f"{wanted[:27]} ({turn})"
    return found


def _write_cell(page: Any, row: int, column: int, form: Form, value: Any, formats: _Formats) -> None:
    style = formats.cells[form]
    if value is None or value == "":
        page.write_blank(row, column, None, style)
    elif form in FIGURES and not isinstance(value, str):
        page.write_number(row, column, float(value) if isinstance(value, Decimal) else value, style)
    elif form in ("date", "moment"):
        page.write_datetime(row, column, _when(value), style)
    else:
        text = _text(value)
        page.write_string(row, column, text, formats.quoted if text.startswith(STARTS) else style)


def _when(value: date | datetime) -> date | datetime:
    """Excel knows no time zones: moments are those of the portal's own zone."""
    return timezone.localtime(value).replace(tzinfo=None) if isinstance(value, datetime) else value


def _text(value: Any) -> str:
    text = str(value)
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter takes it for a cell's markup of its own, and writes it into the file as it is.
        text += " "
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _color(page: Any, first: int, last: int, fields: Sequence[Field]) -> None:
    wanted = [column for column, field in enumerate(fields) if column and field.form == "points"]
    if wanted:
        page.conditional_format(
            first, wanted[0], last, wanted[-1],
            {"type": "2_color_scale", "min_type": "num", "min_value": 0,
             "min_color": "#FFFFFF", "max_color": "#E79A92"},
        )  # fmt: skip


def _printed(page: Any, head: int, sheet: Sheet) -> None:
    """A4 across, all columns on one page's width, the head on every page, page numbers below."""
    page.set_paper(PAPER_A4)
    page.set_landscape()
    page.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.repeat_rows(head)
    page.set_footer("&C" + _("第 &P 页，共 &N 页"))
