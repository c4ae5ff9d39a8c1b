"""Sheets of new accounts (CSV or XLSX) read into lines; what is wrong is named by line and column."""

import csv
import io
import secrets
import zipfile
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook

from .models import Role

# Each account costs a third of a second for its password's hash.
MOST_LINES = 100
MOST_BYTES = 1024 * 1024
# An XLSX is a ZIP: what it unfolds to is asked before it is unfolded.
MOST_UNFOLDED = 20 * MOST_BYTES
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CLASSES = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789")


class Unreadable(Exception):
    """The file as a whole cannot be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Line:
    """One account as the sheet has it; `number` is the line in the sheet, the heading being 1."""

    number: int
    username: str
    name: str
    role: str
    place: str


def columns() -> list[str]:
    """The headings that a sheet must have, in any order."""
    return [_("用户名"), _("姓名"), _("角色"), _("地区")]


def read(file: IO[bytes], size: int) -> list[Line]:
    """Return the sheet's lines, empty ones left out. Raise `Unreadable`."""
    if size > MOST_BYTES:
        raise Unreadable(_("文件超过1 MB，请分成几份。"))
    body = file.read(MOST_BYTES + 1)
    rows = _from_xlsx(body) if body[:2] == b"PK" else _from_csv(body)
    if not rows:
        raise Unreadable(_("表中没有内容。"))
    places = _places([text.strip() for text in rows[0]])
    lines = [_line(number, row, places) for number, row in enumerate(rows[1:], 2) if any(map(str.strip, row))]
    if not lines:
        raise Unreadable(_("表中只有标题，没有人员。"))
    if len(lines) > MOST_LINES:
        said = {"most": MOST_LINES, "count": len(lines)}
        raise Unreadable(_("一次最多%(most)d人，表中有%(count)d人，请分成几份。") % said)
    return lines


def empty_xlsx() -> bytes:
    """A sheet with the headings alone, whose cells are text: a region's code stays one as it is typed."""
    book = Workbook()
    page = book.active
    page.append(columns())
    for letter in "ABCD":
        page.column_dimensions[letter].width = 20
        for (cell,) in page[f"{letter}1:{letter}{MOST_LINES + 1}"]:
            cell.number_format = "@"
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def role_of(words: str) -> str | None:
    """Return the role of this name (in the reader's language, in Chinese, or as its code)."""
    for role in Role:
        if words in (role.value, str(role.label)):
            return role.value
    return None


def new_password() -> str:
    """Return an initial password of 58 bits of chance, easy to copy from paper: `Kx7m-Tq4p-Wn9s`."""
    groups = []
    for _group in range(3):
        letters = [secrets.choice(kind) for kind in CLASSES]
        letters.append(secrets.choice("".join(CLASSES)))
        groups.append("".join(letters))
    return "-".join(groups)


def _from_xlsx(body: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNFOLDED:
                raise Unreadable(_("文件展开后过大，请只保留人员表。"))
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_LINES * 10, max_col=50, values_only=True)
        return [["" if cell is None else _cell(cell) for cell in row] for row in rows]
    except Unreadable:
        raise
    except Exception:  # openpyxl raises whatever its XML and ZIP readers do
        raise Unreadable(_("不能读出这个文件。请用 Excel 或 WPS 另存为 .xlsx 或 .csv 再试。")) from None


def _cell(value: Any) -> str:
    """A code that the office typed as a number comes back as one: 410523100000.0."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _from_csv(body: bytes) -> list[list[str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
            return list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error):
            continue
    raise Unreadable(_("不能读出这个文件。请用 Excel 或 WPS 另存为 .xlsx 或 .csv 再试。"))


def _places(heads: list[str]) -> dict[str, int]:
    missing = [name for name in columns() if name not in heads]
    if missing:
        raise Unreadable(_("第1行缺少这些标题：%(names)s。") % {"names": _("、").join(missing)})
    return {name: heads.index(name) for name in columns()}


def _line(number: int, row: list[str], places: dict[str, int]) -> Line:
    values = [row[place].strip() if place < len(row) else "" for place in places.values()]
    return Line(number, *values)
