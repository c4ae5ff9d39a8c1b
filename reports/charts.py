"""Charts of documents as SVG: horizontal bars, drawn from figures alone."""

from xml.sax.saxutils import escape, quoteattr

from .document import BarChart

WIDTH, ROW, BAR = 442.2, 19.0, 10.0  # pt; as wide as the type area
LABEL, FIGURE = 104.0, 60.0  # pt: room for the labels on the left and the figures on the right
SIZE = 10.0
AXIS = 18.0
LABEL_CHARACTERS = 10
INK, SOFT, FILL = "#000000", "#8c8c8c", "#4d4d4d"  # readable on a black-and-white printer


def draw(chart: BarChart, families: tuple[str, ...]) -> bytes:
    """Return the chart as an SVG with its texts in the faces of these names."""
    height = AXIS + ROW * len(chart.bars) + 4
    scale = (WIDTH - LABEL - FIGURE) / chart.maximum
    parts = [_axis(chart, scale, height)]
    for place, bar in enumerate(chart.bars):
        middle = AXIS + ROW * place + ROW / 2
        length = max(0.0, min(bar.value, chart.maximum)) * scale
        parts.append(_text(LABEL - 6, middle, _short(bar.label), "end"))
        parts.append(
            f'<rect x="{LABEL}" y="{middle - BAR / 2:.2f}" width="{length:.2f}" height="{BAR}" '
            f'fill="{FILL}"/>'
        )
        parts.append(_text(WIDTH - 4, middle, bar.words, "end"))
    # The engine takes the names as they stand between the commas, spaces and all.
    names = quoteattr(",".join(families))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}pt" height="{height}pt" '
        f'viewBox="0 0 {WIDTH} {height}" font-family={names} font-size="{SIZE}">{"".join(parts)}</svg>'
    ).encode()


def _axis(chart: BarChart, scale: float, height: float) -> str:
    lines = [f'<line x1="{LABEL}" y1="{AXIS}" x2="{LABEL}" y2="{height}" stroke="{INK}" stroke-width="0.7"/>']
    if chart.mark is not None:
        x = LABEL + max(0.0, min(chart.mark, chart.maximum)) * scale
        lines.append(
            f'<line x1="{x:.2f}" y1="{AXIS - 2}" x2="{x:.2f}" y2="{height}" stroke="{SOFT}" '
            'stroke-width="0.7" stroke-dasharray="3 2"/>'
        )
        lines.append(_text(x, AXIS / 2 - 1, chart.mark_words, "middle"))
    return "".join(lines)


def _text(x: float, middle: float, words: str, anchor: str) -> str:
    """Return a text whose characters are centered on the height `middle`."""
    baseline = middle + SIZE * 0.38
    return f'<text x="{x:.2f}" y="{baseline:.2f}" text-anchor="{anchor}" fill="{INK}">{escape(words)}</text>'


def _short(label: str) -> str:
    return label if len(label) <= LABEL_CHARACTERS else label[: LABEL_CHARACTERS - 1] + "…"
