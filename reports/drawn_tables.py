"""The rows of a region's tables as HTML: a thousand cells, which a template draws ten times as slowly."""

from functools import cache
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.formats import localize
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from organization.templatetags.portal import chinese, grouped

from .sheets import FIGURES

if TYPE_CHECKING:
    from .cells import Cell, Table

_PLACE = "\0"


def drawn_rows(table: "Table") -> SafeString:
    """The body of the table; every word in it is escaped here."""
    heads = [(column.form in FIGURES, escape(column.head)) for column in table.columns]
    lines = []
    for row in table.rows:
        cells = "".join(
            _cell(cell, is_figure, head) for cell, (is_figure, head) in zip(row[1:], heads[1:], strict=True)
        )
        lines.append(f"<tr>{_head(row[0])}{cells}</tr>\n")
    return mark_safe("".join(lines))  # noqa: S308


def _head(cell: "Cell") -> str:
    mark = chinese() if cell.is_source else ""
    return f'<th scope="row"{mark}>{_linked(cell)}</th>'


def _cell(cell: "Cell", is_figure: bool, head: str) -> str:
    look = "num" if is_figure else ""
    if cell.heat is not None:
        look += f" heat-{cell.heat}"
    if cell.tone:
        look += f" {cell.tone}"
    return f'<td class="{look}" data-label="{head}">{_content(cell)}</td>'


def _content(cell: "Cell") -> str:
    if cell.percent is not None:
        return _bar(cell.percent).replace(_PLACE, escape(cell.words))
    return "—" if cell.value is None and not cell.words else _linked(cell)


def _linked(cell: "Cell") -> str:
    words = escape(cell.words or localize(grouped(cell.value)))
    return f'<a href="{escape(cell.url)}">{words}</a>' if cell.url else words


@cache
def _bar(percent: int) -> str:
    """The component for a figure with its bar, once for each percent."""
    context = {"value": _PLACE, "percent": percent, "grade": "", "rank": None}
    return render_to_string("components/cell_bar.html", context)
