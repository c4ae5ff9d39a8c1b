"""How alike two photos are: 64 bits for each, which scaling, compressing and lighting hardly change.

A difference hash (dHash): the picture as 9 by 8 shades of gray, and for each neighboring pair whether the
left one is brighter. Photos of the same bits but a few are the same picture.
"""

import io
from itertools import pairwise

from PIL import Image

WIDTH, HEIGHT = 9, 8
BANDS, BAND_BITS = 4, 16
# Up to so many of 64 bits may differ. A pair that differs in fewer bits than there are bands shares a whole
# band and is always found; of those that differ in more, many do.
NEAR = 6
# A wall, a sheet of paper, a hand before the lens: with hardly a contour everything is like everything.
LEAST_CONTOURS = 8


def difference_hash(body: bytes) -> int:
    """The 64 bits of an encoded picture; row by row, the first bit the highest."""
    with Image.open(io.BytesIO(body)) as picture:
        small = picture.convert("L").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    shades = small.tobytes()
    bits = 0
    for row in range(HEIGHT):
        line = shades[row * WIDTH : (row + 1) * WIDTH]
        for left, right in pairwise(line):
            bits = bits << 1 | (left > right)
    return bits


def bands(bits: int) -> tuple[int, ...]:
    """The bits in four parts, by which near ones are looked up."""
    mask = (1 << BAND_BITS) - 1
    return tuple(bits >> BAND_BITS * n & mask for n in reversed(range(BANDS)))


def telling(part: int) -> bool:
    """Say whether a band tells pictures apart: one without a contour is that of every sky and wall."""
    return part not in (0, (1 << BAND_BITS) - 1)


def joined(parts: tuple[int, ...]) -> int:
    """The bits of which these are the bands."""
    bits = 0
    for part in parts:
        bits = bits << BAND_BITS | part
    return bits


def distance(one: int, other: int) -> int:
    """How many bits differ."""
    return (one ^ other).bit_count()


def is_plain(bits: int) -> bool:
    """Say whether a picture has too few contours to be told from others."""
    return not LEAST_CONTOURS <= bits.bit_count() <= BANDS * BAND_BITS - LEAST_CONTOURS
