"""Figures of a region's page as SVG, drawn from numbers alone; colors come from the page's stylesheet."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

WIDTH = 640
# Characters of a region's name beside its bar in a small figure.
NAMED = 6
# The size of letters on a bar on a phone, as the stylesheet has it.
LETTER = 18


def columns(counts: Sequence[int], labels: Sequence[str], title: str) -> str:
    """One column each, as high as its count; labels below every other column."""
    high, base, step = 150, 172, WIDTH / max(len(counts), 1)
    most = max([*counts, 1])
    parts = [f'<line class="axis" x1="0" x2="{WIDTH}" y1="{base}" y2="{base}"/>']
    tops = [base - (high - 14) * count / most for count in counts]
    for place, count in enumerate(counts):
        x = place * step
        if count:
            parts.append(
                f'<rect class="bar" x="{x + 2:.1f}" y="{tops[place]:.1f}" width="{step - 4:.1f}" '
                f'height="{base - tops[place]:.1f}"/>'
            )
        if place % 2 == 0:
            parts.append(_text(x, base + 16, labels[place], "middle" if place else "start"))
    parts.append(_text(WIDTH, base + 16, "100", "end"))
    parts.extend(
        _text((place + 0.5) * step, tops[place] - 4, f"{counts[place]:,}", "middle")
        for place in _with_room(counts, tops, step)
    )
    return _svg(parts, 196, title)


def _with_room(counts: Sequence[int], tops: Sequence[float], step: float) -> Iterator[int]:
    """The columns whose count can stand above them, none of it on a higher column or on its count: the table
    below the figure has all of them. Of equal ones that lie on each other the first has it."""
    wide = [max(step, _long(f"{count:,}")) if count else 0 for count in counts]
    for place, count in enumerate(counts):
        # A hair's breadth over the next column is still read.
        near = [
            other
            for other in range(len(counts))
            if counts[other] and 0 < abs(other - place) * step < (wide[place] + wide[other]) / 2 - 4
        ]
        if count and all((tops[other], -other) > (tops[place], -place) for other in near):
            yield place


def stacked(shares: Sequence[tuple[str, int, int]], title: str) -> str:
    """One bar, a piece for each (words, count, rank 1–4 or 0); words stand where they have room."""
    total = sum(count for _words, count, _rank in shares) or 1
    parts, x = [], 0.0
    for words, count, rank in shares:
        wide = WIDTH * count / total
        parts.append(
            f'<rect class="rank-{rank}" x="{x:.1f}" y="0" width="{max(wide - 2, 0):.1f}" height="28"/>'
        )
        if wide > 16 + _long(words):
            parts.append(f'<text class="on" x="{x + 8:.1f}" y="19">{escape(words)}</text>')
        x += wide
    return _svg(parts, 28, title)


def line(
    values: Sequence[float], labels: Sequence[str], title: str, breaks: Sequence[tuple[int, str]] = ()
) -> str:
    """Averages over rounds, oldest at the left; the scale runs from the ten below the lowest to 100.

    Before each value in `breaks` stands a line with its words, as where another standard begins.
    """
    low = max(0, int(min([*values, 100]) // 10 * 10 - 10))
    left, right, top, base = 72, WIDTH - 40, 24, 170

    def at(place: int, value: float) -> tuple[float, float]:
        across = (right - left) * (place / (len(values) - 1) if len(values) > 1 else 0.5)
        return left + across, base - (base - top) * (value - low) / (100 - low)

    parts = []
    for mark in sorted({low, (low + 100) // 2, 100}):
        y = at(0, mark)[1]
        parts.append(f'<line class="axis" x1="36" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(30, y + 4, str(mark), "end"))
    spots = [at(place, value) for place, value in enumerate(values)]
    for place, words in breaks:
        x = (spots[place - 1][0] + spots[place][0]) / 2
        parts.append(f'<line class="break" x1="{x:.1f}" x2="{x:.1f}" y1="8" y2="{base}"/>')
        parts.append(_text(x + 4, 16, words, "start"))
    parts.append(f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in spots)}"/>')
    for (x, y), value, label in zip(spots, values, labels, strict=True):
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        parts.append(_text(x, y - 10, f"{value:.2f}", "middle"))
        parts.append(_text(x, base + 18, label, "middle"))
    return _svg(parts, 196, title)


def small(rows: Sequence[tuple[str, float | None]], average: float | None, title: str) -> str:
    """One of several small figures: a named bar for each region, and the average as a line through them."""
    wide, left, step = 240.0, 76.0, 15.0
    high = step * len(rows)
    parts = []
    for place, (label, value) in enumerate(rows):
        short = label if len(label) <= NAMED else f"{label[: NAMED - 1]}…"
        parts.append(_text(left - 6, place * step + 11, short, "end"))
        if value is not None:
            parts.append(
                f'<rect class="bar" x="{left:.0f}" y="{place * step + 2:.1f}" '
                f'width="{(wide - left) * value / 100:.1f}" height="{step - 5:.1f}">'
                f"<title>{escape(label)} {value:.2f}</title></rect>"
            )
    if average is not None:
        x = left + (wide - left) * average / 100
        parts.append(f'<line class="mean" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{high:.1f}"/>')
    return _svg(parts, high, title, wide)


def _long(words: str) -> float:
    """How wide the words are at most, in the letters of a phone: there they are drawn largest."""
    return sum(LETTER if ord(letter) > 0x2E7F else 0.62 * LETTER for letter in words)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(parts: Sequence[str], high: float, title: str, wide: float = WIDTH) -> str:
    box = f'viewBox="0 0 {wide:.0f} {high:.0f}"'
    return f'<svg class="plot" {box} role="img" aria-label={quoteattr(title)}>{"".join(parts)}</svg>'
