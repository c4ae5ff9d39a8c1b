"""Thins out boundaries so that neighbors still meet: a piece between two junctions is thinned once for both.

The order in which points go is that of Visvalingam and Whyatt (1993): first the one whose triangle with its
neighbors is the smallest. It takes n log n steps whatever the shape.
"""

from collections.abc import Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush

Point = tuple[int, int]
Ring = tuple[Point, ...]
# To a degree: a unit is some ten meters.
UNITS = 10_000
# A shape keeps what can be seen where it is drawn this many points wide.
DETAIL = 400
MOST_RINGS = 60
MOST_POINTS = 1_500  # of one piece


def simplified(shapes: Mapping[str, Iterable[Ring]]) -> dict[str, list[Ring]]:
    """The rings of each shape with fewer points; islands too small to be seen are left out, but never all."""
    clean = {key: _largest([_without_repeats(ring) for ring in rings]) for key, rings in shapes.items()}
    junctions = _junctions(ring for rings in clean.values() for ring in rings)
    grain = {key: _grain(rings) for key, rings in clean.items() if rings}
    pieces = {key: [_cut(ring, junctions) for ring in clean[key]] for key in grain}
    finest: dict[Ring, int] = {}
    for key, cut in pieces.items():
        for piece in (piece for ring in cut for piece in ring):
            way = _one_way(piece)
            finest[way] = min(grain[key], finest.get(way, grain[key]))
    thinned = {way: thin(way, 2 * side * side) for way, side in finest.items()}
    return {key: [_joined(ring, thinned) for ring in cut] for key, cut in pieces.items()}


def _without_repeats(ring: Ring) -> Ring:
    return tuple(point for place, point in enumerate(ring) if point != ring[place - 1])


def _largest(rings: Sequence[Ring]) -> list[Ring]:
    """The rings that can be seen beside the largest one, largest first."""
    ordered = sorted((ring for ring in rings if len(ring) > 2), key=_size, reverse=True)
    if not ordered:
        return []
    least = max(_size(ordered[0]) // DETAIL * 2, 1)
    return [ring for ring in ordered if _size(ring) >= least or ring is ordered[0]][:MOST_RINGS]


def _size(ring: Ring) -> int:
    easts, souths = [point[0] for point in ring], [point[1] for point in ring]
    return max(max(easts) - min(easts), max(souths) - min(souths))


def _grain(rings: Sequence[Ring]) -> int:
    """The side of the smallest square, in units, that still shows."""
    return max(_size(tuple(point for ring in rings for point in ring)) // DETAIL, 1)


def _junctions(rings: Iterable[Ring]) -> set[Point]:
    """Where boundaries part: points that do not have the same two neighbors on each ring."""
    beside: dict[Point, tuple[Point, Point]] = {}
    found: set[Point] = set()
    for ring in rings:
        for place, point in enumerate(ring):
            before, after = ring[place - 1], ring[(place + 1) % len(ring)]
            pair = (before, after) if before < after else (after, before)
            if beside.setdefault(point, pair) != pair:
                found.add(point)
    return found


def _cut(ring: Ring, junctions: set[Point]) -> list[Ring]:
    """The pieces of a ring from junction to junction, each with both of its ends."""
    places = [place for place, point in enumerate(ring) if point in junctions]
    # A ring that meets no other begins where the same ring of a neighbor would.
    first = places[0] if places else ring.index(min(ring))
    turned = ring[first:] + ring[:first] + ring[first : first + 1]
    ends = [place - first for place in places[1:]] if places else []
    starts = [0, *ends]
    return [turned[one : other + 1] for one, other in zip(starts, [*ends, len(ring)], strict=True)]


def _one_way(piece: Ring) -> Ring:
    """The same for both neighbors, who follow it in opposite directions."""
    return min(piece, piece[::-1])


def _joined(cut: Sequence[Ring], thinned: Mapping[Ring, Ring]) -> Ring:
    points: list[Point] = []
    for piece in cut:
        way = _one_way(piece)
        points += (thinned[way] if way == piece else thinned[way][::-1])[:-1]
    return tuple(points)


def thin(piece: Ring, least: int) -> Ring:
    """The piece with both ends, without the points whose triangle has less than half of `least` square units.

    One that comes back to where it began keeps three corners.
    """
    keep = 4 if piece[0] == piece[-1] else 2
    before, after = list(range(-1, len(piece) - 1)), list(range(1, len(piece) + 1))
    areas = [0, *(_area(piece[place - 1 : place + 2]) for place in range(1, len(piece) - 1)), 0]
    heap = [(areas[place], place) for place in range(1, len(piece) - 1)]
    heapify(heap)
    left, gone = len(piece), bytearray(len(piece))
    while heap and left > keep:
        area, place = heappop(heap)
        if gone[place] or area != areas[place]:
            continue
        if area >= least and left <= MOST_POINTS:
            break
        gone[place], left = 1, left - 1
        one, other = before[place], after[place]
        after[one], before[other] = other, one
        for near in (one, other):
            if 0 < near < len(piece) - 1:
                triangle = (piece[before[near]], piece[near], piece[after[near]])
                # Never less than what has just gone, so that points go in one order.
                areas[near] = max(_area(triangle), area)
                heappush(heap, (areas[near], near))
    return tuple(point for place, point in enumerate(piece) if not gone[place])


def _area(corners: Sequence[Point]) -> int:
    """Twice the area of a triangle."""
    (ax, ay), (bx, by), (cx, cy) = corners
    return abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))
