"""Measures of a notice that depend on its texts and faces; lengths in pt.

GB/T 9704-2012: a type area of 156 × 225 mm, 22 lines of 28 characters.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import uharfbuzz

MM = 72 / 25.4
WIDTH, HEIGHT = 156 * MM, 225 * MM
CHARACTERS = 28
TYPE = 15.79  # 3号: of 16 pt only 27 characters would fit in 156 mm
PITCH = 28.95
TITLE, TITLE_PITCH = 22.0, 33.0  # 2号
TITLE_CHARACTERS = 20
SMALLEST_OFFICE = 16.0  # of a form's head, which is on one line as long as it can be
IMPRINT, PRINTED = 14.0, 11.3  # 4号; em of the imprint's last line that its date and free ends take
TIGHTEST = 0.08  # em by which characters may be set closer, so that a line is not broken
MARK_MAXIMUM = 48.0
MARK_NARROWEST = 0.66  # how far the characters of a long mark are condensed
EM, ASCENT = 1000, 880  # as reports.fonts builds every face
MARK_TOP = 35 * MM  # below the top of the type area
LETTER_TOP = 5 * MM  # a letter's first page begins 25 mm below the edge of the paper: the mark at 30
RULE_GAP = 4 * MM  # from the number to the red rule
SIGNATURE_CHARACTERS = 24  # of 28, with two free on the right and two on the left
SEAL_HANGS = 0.54  # of a seal's height above the middle of signature and date (7.3.5.1: 居中偏下)
BASELINE = (PITCH - TYPE) / 2 + TYPE * ASCENT / EM  # below the top of a line of body text


@dataclass(frozen=True)
class Typeface:
    """The built faces of a role, in the order in which they are tried: their files, their names."""

    paths: tuple[str, ...]
    families: tuple[str, ...] = ()

    def advance(self, text: str) -> float:
        """Return the width of a text in em."""
        return sum(_glyph(self.paths, char)[0] for char in text) / EM

    def ink(self, text: str) -> tuple[float, float]:
        """Return how far the ink goes above and below the baseline, in em."""
        glyphs = [_glyph(self.paths, char) for char in text]
        return max(g[1] for g in glyphs) / EM, max(g[2] for g in glyphs) / EM


@lru_cache(maxsize=4096)
def _glyph(paths: tuple[str, ...], char: str) -> tuple[int, int, int]:
    for path in paths:
        font = _font(path)
        glyph = font.get_nominal_glyph(ord(char))
        if glyph:
            extents = font.get_glyph_extents(glyph)
            top = extents.y_bearing if extents else 0
            depth = -(extents.y_bearing + extents.height) if extents else 0
            return font.get_glyph_h_advance(glyph), top, depth
    return EM, 0, 0


@lru_cache(maxsize=16)
def _font(path: str) -> uharfbuzz.Font:
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(path)))


@dataclass(frozen=True)
class Mark:
    """发文机关标志: type size, horizontal scale, indent and the space above its line box."""

    size: float
    scale: float
    width: float
    indent: float
    above: float


@dataclass(frozen=True)
class SealPlace:
    """Where a seal lies: `top` below the top of the signature's line, `room` kept free below the block."""

    top: float
    room: float


def mark(text: str, face: Typeface, top_gap: float = MARK_TOP) -> Mark:
    """Return the mark's measures: on one line, its ink `top_gap` below the top of the type area.

    A long name is condensed first, as clerks do, and only then set smaller.
    """
    ems = face.advance(text)
    size = min(MARK_MAXIMUM, WIDTH / (ems * MARK_NARROWEST))
    natural = ems * size
    top, _ = face.ink(text)
    return Mark(
        size=size,
        scale=min(1.0, WIDTH / natural),
        width=natural,
        indent=(WIDTH - natural) / 2,
        above=top_gap - (ASCENT / EM - top) * size,
    )


def rule_margin(number: str, face: Typeface) -> float:
    """Return the space between the number's line and the rule 4 mm below the number's ink."""
    _, depth = face.ink(number)
    return BASELINE + depth * TYPE + RULE_GAP - PITCH


def letter_rule_margin(text: str, measures: Mark, face: Typeface) -> float:
    """Return the space between a letter's mark and the rule 4 mm below the mark's ink."""
    _, depth = face.ink(text)
    return RULE_GAP - ((EM - ASCENT) / EM - depth) * measures.size


def office_head(name: str, face: Typeface) -> tuple[tuple[str, ...], float]:
    """Return the lines of the office's name above a form and their size; a name is not cut while one
    line of 3号 or more holds it."""
    size = min(TITLE, WIDTH / face.advance(name))
    return ((name,), size) if size >= SMALLEST_OFFICE else (title_lines((name,)), TITLE)


def imprint_spacing(office: str, face: Typeface) -> float:
    """Return the letter spacing (em, 0 or less) with which the printing office stands beside its date."""
    over = face.advance(office) - (WIDTH / IMPRINT - PRINTED)
    spacing = over / max(1, len(office))
    return -spacing if 0 < spacing <= TIGHTEST else 0.0


def signature_lines(signature: str) -> tuple[str, ...]:
    """Return a signature in lines of about the same length, one where it fits."""
    count = -(-len(signature) // SIGNATURE_CHARACTERS)
    length = -(-len(signature) // max(1, count))
    return tuple(signature[start : start + length] for start in range(0, len(signature), length)) or ("",)


def seal_place(height: float, lines: int, noted: bool) -> SealPlace:
    """Return where a seal of this height lies over a signature of so many lines and its date.

    Its top is at most one line below the text above (7.3.5.1), which ends two lines above the
    signature. `noted` says that a line follows the date.
    """
    middle = (2 + (lines + 1) / 2) * PITCH
    top = max(MM, min(middle - SEAL_HANGS * height, PITCH - MM))
    below = (2 + lines + 1 + noted) * PITCH
    return SealPlace(top - 2 * PITCH, max(0.0, top + height - below))


def signature_margins(signature: str, dated: str, seal: str, face: Typeface) -> tuple[float, float]:
    """Return the space right of the signature and of the date.

    With a signature stamp (7.3.5.3) the date stands four characters from the right. Sealed
    (7.3.5.1): the same, with the signature centered over it; a signature too long for that stands
    two characters from the right with the date centered under it. Unsealed (7.3.5.2): the signature
    two characters from the right and the date begins two characters after it; a longer date stands
    two characters from the right itself.
    """
    name, date = face.advance(signature), face.advance(dated)
    if seal == "signature":
        margins = (4.0, 4.0)
    elif seal == "sealed":
        right = 4 + (date - name) / 2
        margins = (right, 4.0) if right >= 2 else (2.0, 2 + (name - date) / 2)
    elif name >= date:
        margins = (2.0, name - date)
    else:
        margins = (date + 4 - name, 2.0)
    return margins[0] * TYPE, margins[1] * TYPE


def title_lines(pieces: tuple[str, ...]) -> tuple[str, ...]:
    """Return the title's lines, in the shape of a trapezoid or a diamond (7.3.1).

    A line ends between two pieces; only a piece longer than a line is itself cut.
    """
    units = tuple(itertools.chain.from_iterable(_cut(piece) for piece in pieces))
    total = sum(map(len, units))
    for count in range(-(-total // TITLE_CHARACTERS), len(units) + 1):
        shapes = [s for s in _partitions(units, count) if max(map(len, s)) <= TITLE_CHARACTERS]
        if shapes:
            return min(shapes, key=_unevenness)
    return units


def _cut(piece: str) -> Iterable[str]:
    if len(piece) <= TITLE_CHARACTERS:
        return (piece,)
    lines = -(-len(piece) // TITLE_CHARACTERS)
    length = -(-len(piece) // lines)
    return (piece[start : start + length] for start in range(0, len(piece), length))


def _partitions(units: tuple[str, ...], count: int) -> Iterable[tuple[str, ...]]:
    for cuts in itertools.combinations(range(1, len(units)), count - 1):
        edges = (0, *cuts, len(units))
        yield tuple("".join(units[a:b]) for a, b in itertools.pairwise(edges))


def _unevenness(lines: tuple[str, ...]) -> int:
    """Rank a shape: even lines first, but a rectangle or an hourglass last."""
    lengths = [len(line) for line in lines]
    mean = sum(lengths) / len(lengths)
    spread = sum((length - mean) ** 2 for length in lengths)
    steps = [b - a for a, b in itertools.pairwise(lengths)]
    rectangle = len(lengths) > 1 and not any(steps)
    hourglass = any(a < 0 < b for a, b in itertools.pairwise(steps))
    return round(spread * 10) + 1000 * (rectangle + hourglass)
