"""Thinned boundaries keep their shape, and neighbors still meet."""

import math
import random
from itertools import pairwise

import pytest

from reports import simplifying
from reports.simplifying import simplified, thin


def wavy(points: list[tuple[int, int]], between: int = 400) -> list[tuple[int, int]]:
    """The same corners with many points in between, a few units off the straight."""
    chance, out = random.Random(5), []
    for (ax, ay), (bx, by) in pairwise(points):
        out.append((ax, ay))
        for step in range(1, between):
            x, y = ax + (bx - ax) * step // between, ay + (by - ay) * step // between
            out.append((x + chance.randint(-3, 3), y + chance.randint(-3, 3)))
    return out


def test_a_straight_line_keeps_its_ends_alone() -> None:
    assert thin(tuple((x, 0) for x in range(100)), 2) == ((0, 0), (99, 0))


def test_a_ring_keeps_three_corners_however_small() -> None:
    ring = ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
    assert len(set(thin(ring, 10**9))) == 3


def test_points_that_stand_out_stay() -> None:
    assert thin(((0, 0), (50, 90), (100, 0)), 200) == ((0, 0), (50, 90), (100, 0))


def test_neighbors_keep_one_border_between_them() -> None:
    border = [*wavy([(10_000, 0), (10_000, 10_000)]), (10_000, 10_000)]
    left = (*border, *wavy([(0, 10_000), (0, 0), (10_000, 0)]))
    right = (*reversed(border), *wavy([(20_000, 0), (20_000, 10_000), (10_000, 10_000)]))
    made = simplified({"left": [left], "right": [right]})
    sides = [
        {frozenset(pair) for pair in zip(ring, ring[1:] + ring[:1], strict=True)}
        for ring in (made["left"][0], made["right"][0])
    ]
    shared = sides[0] & sides[1]
    assert shared
    assert {(10_000, 0), (10_000, 10_000)} <= {point for pair in shared for point in pair}
    # Nothing else lies between the two: what is on the border belongs to both.
    ring = made["left"][0]
    inner = [point for point in ring if abs(point[0] - 10_000) <= 3 and 0 < point[1] < 10_000]
    assert all(point in made["right"][0] for point in inner)
    assert len(ring) < len(left) / 3


def test_an_enclave_keeps_the_border_of_its_hole() -> None:
    hole = tuple(
        (10_000 + round(2_000 * math.cos(a / 50)), 10_000 + round(2_000 * math.sin(a / 50)))
        for a in range(314)
    )
    outer = tuple(wavy([(0, 0), (20_000, 0), (20_000, 20_000), (0, 20_000), (0, 0)]))
    made = simplified({"outer": [outer, hole], "inner": [hole[100:] + hole[:100]]})
    assert set(made["outer"][1]) == set(made["inner"][0])


def test_islands_too_small_to_see_go_but_never_all() -> None:
    main, speck = ((0, 0), (9_000, 0), (9_000, 9_000)), ((1, 1), (3, 1), (3, 3))
    assert len(simplified({"a": [speck, main]})["a"]) == 1
    assert len(simplified({"a": [speck]})["a"][0]) == 3


@pytest.mark.parametrize("ring", [(), ((1, 1),), ((1, 1), (1, 1), (1, 1)), ((1, 1), (2, 2), (1, 1), (2, 2))])
def test_what_encloses_nothing_is_no_fault(ring: simplifying.Ring) -> None:
    simplified({"a": [ring], "b": [((0, 0), (9, 0), (9, 9))]})


def test_a_spiteful_zigzag_is_bounded() -> None:
    zigzag = tuple((x, 100_000 * (x % 2)) for x in range(20_000))
    made = simplified({"a": [(*zigzag, (20_000, 200_000))]})
    assert len(made["a"][0]) <= simplifying.MOST_POINTS + 1
