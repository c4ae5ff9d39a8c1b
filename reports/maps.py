"""A map of regions as SVG, drawn from stored boundaries; colors come from the page's stylesheet."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from .simplifying import UNITS, Ring

WIDTH, HEIGHT = 640, 600
MARGIN = 6
# px: the height of a line, on a phone too, and half the width of a Chinese character
LABEL, LETTER = 24.0, 7.2


@dataclass(frozen=True)
class Outline:
    """A shape as it is stored: its SVG path, its box, and where words about it fit; in units, south down."""

    path: str
    west: int
    north: int
    east: int
    south: int
    label_x: int
    label_y: int


@dataclass(frozen=True)
class Area:
    """One region of a map: where it leads, what is said of it, its color from 1 (best) to 4, or 0."""

    name: str
    figure: str
    words: str
    url: str
    tone: int
    outline: Outline


def outlined(rings: Sequence[Ring]) -> Outline:
    """What is stored of a shape; the largest ring comes first."""
    easts = [point[0] for ring in rings for point in ring]
    souths = [point[1] for ring in rings for point in ring]
    spot = _spot(rings[0])
    return Outline("".join(map(_path, rings)), min(easts), min(souths), max(easts), max(souths), *spot)


def _path(ring: Ring) -> str:
    steps = [f"{x - before_x} {y - before_y}" for (before_x, before_y), (x, y) in pairwise(ring)]
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}z"


def _spot(ring: Ring) -> tuple[int, int]:
    """The middle of the widest stretch inside the ring, at half its height."""
    souths = [point[1] for point in ring]
    level = (min(souths) + max(souths)) / 2 + 0.5
    crossings = sorted(
        ax + (level - ay) * (bx - ax) / (by - ay)
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True)
        if (ay < level) != (by < level)
    )
    stretches = list(zip(crossings[::2], crossings[1::2], strict=True))
    if not stretches:
        return ring[0]
    west, east = max(stretches, key=lambda pair: pair[1] - pair[0])
    return round((west + east) / 2), round(level)


def draw(areas: Sequence[Area], around: Outline | None, title: str) -> str:
    """The regions as links, each with its name, its figure and its color; `around` is drawn as a line."""
    frame = [area.outline for area in areas] + ([around] if around else [])
    west, east = min(one.west for one in frame), max(one.east for one in frame)
    north, south = min(one.north for one in frame), max(one.south for one in frame)
    # A degree of longitude is shorter than one of latitude by this much.
    shorter = math.cos(math.radians((north + south) / 2 / UNITS))
    wide, high = max((east - west) * shorter, 1), max(south - north, 1)
    scale = min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high)
    across, down = scale * shorter, scale
    left, top = MARGIN - west * across, MARGIN - north * down
    moved = f'transform="matrix({across:.6g} 0 0 {down:.6g} {left:.6g} {top:.6g})"'
    parts = [_link(area, moved) for area in areas]
    if around:
        parts.append(f'<path class="around" d="{around.path}" {moved}/>')
    parts += [_label(area, across, down, left, top) for area in areas]
    box = f"0 0 {wide * scale + 2 * MARGIN:.0f} {high * scale + 2 * MARGIN:.0f}"
    head = f'<svg class="plot map" viewBox="{box}" role="group" aria-label={quoteattr(title)}>'
    return f"{head}{''.join(parts)}</svg>"


def _link(area: Area, moved: str) -> str:
    words = f"{area.name} {area.words}"
    return (
        f'<a class="rank-{area.tone}" href={quoteattr(area.url)} aria-label={quoteattr(words)}>'
        f'<title>{escape(words)}</title><path d="{area.outline.path}" {moved}/></a>'
    )


def _label(area: Area, across: float, down: float, left: float, top: float) -> str:
    """Name and figure where they fit; the name alone goes first."""
    outline = area.outline
    wide, high = (outline.east - outline.west) * across, (outline.south - outline.north) * down
    lines = [
        words
        for words in (area.name, area.figure)
        if wide > LETTER * sum(2 if ord(letter) > 255 else 1 for letter in words)
    ]
    if high < LABEL * len(lines):
        lines = lines[-1:] if high >= LABEL else []
    x, y = outline.label_x * across + left, outline.label_y * down + top
    first = y - LABEL * (len(lines) - 1) / 2 + 4
    place = f'class="on" aria-hidden="true" x="{x:.1f}" text-anchor="middle"'
    return "".join(
        f'<text {place} y="{first + LABEL * line:.1f}">{escape(words)}</text>'
        for line, words in enumerate(lines)
    )
