"""Reads a rendered document back: lines of text with their places in mm from the paper's corner."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pdfplumber
import pypdfium2

from reports.pdf import Rendered

MM = 72 / 25.4
PAPER = 297.0


@dataclass(frozen=True)
class Line:
    """One printed line; `left`, `right` and `baseline` in mm, `size` in pt."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    face: str
    color: Any


class Pages:
    """A rendered document read by pdfplumber (places) and PDFium (text and pixels)."""

    def __init__(self, rendered: Rendered) -> None:
        self.rendered = rendered
        self.plumbed = pdfplumber.open(io.BytesIO(rendered.pdf))
        self.rastered = pypdfium2.PdfDocument(rendered.pdf)
        self.inked: dict[tuple[int, int, bool], list[tuple[float, float, float]]] = {}

    def __len__(self) -> int:
        return len(self.plumbed.pages)

    @cached_property
    def text(self) -> str:
        """All text in the order in which it is written, without line ends."""
        pages = (page.get_textpage().get_text_range() for page in self.rastered)
        return "".join(pages).replace("\r\n", "").replace("\n", "")

    def lines(self, page: int) -> list[Line]:
        """Return the lines of a page (counted from 1), top to bottom."""
        rows: dict[float, list[dict[str, Any]]] = {}
        for char in self.plumbed.pages[page - 1].chars:
            y = char["matrix"][5]
            near = next((known for known in rows if abs(known - y) < 1), y)
            rows.setdefault(near, []).append(char)
        return [_line(rows[y], y) for y in sorted(rows, reverse=True)]

    def body(self, page: int) -> list[Line]:
        """Return the lines inside the type area in 3号 type."""
        return [
            line for line in self.lines(page) if 37 < line.baseline < 262 and abs(line.size - 15.79) < 0.1
        ]

    def line(self, page: int, start: str) -> Line:
        """Return the only line of a page that begins so."""
        found = [line for line in self.lines(page) if line.text.startswith(start)]
        assert len(found) == 1, (start, [line.text for line in self.lines(page)])
        return found[0]

    def ink(self, page: int, *, dpi: int = 300, red: bool = False) -> Iterator[tuple[float, float, float]]:
        """Yield the rows of pixels with ink (or red ink) as y, left and right in mm."""
        key = (page, dpi, red)
        if key not in self.inked:
            self.inked[key] = self._ink(page, dpi, red)
        yield from self.inked[key]

    def _ink(self, page: int, dpi: int, red: bool) -> list[tuple[float, float, float]]:
        image = self.rastered[page - 1].render(scale=dpi / 72).to_pil().convert("RGB")
        step = 25.4 / dpi
        bands = (_red if red else _dark)(*image.split())
        _columns, rows = bands.getprojection()
        boxes = ((y, bands.crop((0, y, bands.width, y + 1)).getbbox()) for y, any_ in enumerate(rows) if any_)
        return [(y * step, box[0] * step, box[2] * step) for y, box in boxes if box]


def _dark(red: Any, green: Any, blue: Any) -> Any:
    return green.point(lambda value: 255 if value < 128 else 0)


def _red(red: Any, green: Any, blue: Any) -> Any:
    from PIL import ImageChops

    bright = red.point(lambda value: 255 if value > 180 else 0)
    return ImageChops.multiply(bright, _dark(red, green, blue))


def _line(chars: list[dict[str, Any]], y: float) -> Line:
    ordered = sorted(chars, key=lambda char: char["x0"])
    first = ordered[0]
    return Line(
        text="".join(char["text"] for char in ordered),
        left=min(char["x0"] for char in chars) / MM,
        right=max(char["x1"] for char in chars) / MM,
        baseline=PAPER - y / MM,
        size=first["size"],
        face=first["fontname"].partition("+")[2].removeprefix("GW-"),
        color=first["non_stroking_color"],
    )
