"""How alike photos are, as pixels say it."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from inspections.likeness import (
    BANDS,
    NEAR,
    bands,
    difference_hash,
    distance,
    is_plain,
    joined,
    telling,
)
from tests.scenery import scenery
from tests.small_stage import encoded, jpeg

hashes = st.integers(0, 2**64 - 1)


def bits(picture: Image.Image, **options: object) -> int:
    return difference_hash(encoded(picture, "JPEG", **options))


@pytest.mark.parametrize("seed", range(5))
def test_the_same_picture_stays_near_however_it_was_handled(seed: int) -> None:
    picture = scenery(seed)
    plain = bits(picture)
    handled = [
        bits(picture, quality=25),
        bits(picture.resize((320, 240))),
        bits(ImageEnhance.Brightness(picture).enhance(1.25)),
        bits(picture.crop((4, 3, 636, 477))),
    ]
    assert max(distance(plain, one) for one in handled) <= NEAR


def test_different_pictures_are_far_apart() -> None:
    found = [bits(scenery(seed)) for seed in range(12)]
    apart = [distance(a, b) for n, a in enumerate(found) for b in found[:n]]
    assert min(apart) > NEAR


def test_a_picture_without_contours_is_plain() -> None:
    assert is_plain(difference_hash(jpeg("teal")))
    assert not is_plain(bits(scenery(1)))


def test_known_hash_of_a_known_picture() -> None:
    """Brighter to the right everywhere but in the last row."""
    picture = Image.new("L", (9, 8))
    for x in range(9):
        for y in range(8):
            picture.putpixel((x, y), 20 * x if y < 7 else 200 - 20 * x)
    out = io.BytesIO()
    picture.save(out, "PNG")
    assert difference_hash(out.getvalue()) == 0xFF


@given(hashes)
def test_bands_are_the_hash(value: int) -> None:
    assert len(bands(value)) == BANDS
    assert joined(bands(value)) == value


@given(hashes, st.sets(st.integers(0, 63), max_size=BANDS - 1))
def test_near_hashes_share_a_band(value: int, flipped: set[int]) -> None:
    """What makes the look-up by bands complete for pairs that differ in fewer bits than there are bands."""
    other = value
    for bit in flipped:
        other ^= 1 << bit
    assert distance(value, other) == len(flipped)
    assert any(a == b for a, b in zip(bands(value), bands(other), strict=True))


def test_bands_without_contours_tell_nothing() -> None:
    assert [telling(part) for part in (0, 0xFFFF, 1, 0x0FF0)] == [False, False, True, True]
