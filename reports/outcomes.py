"""What one inspection came to, as whole numbers that can be added up: from the frozen content of it.

Scores and points are counted in ten-thousandths, which adds up exactly on every database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

UNIT = Decimal("0.0001")
# Scores are counted by bands of five points; a full score falls into the last.
BAND, BANDS = 5, 20
NO_SCORE = -1
# What is counted of an item; what is met is what is left.
COUNTED = ("not_met", "partly", "na")


@dataclass(frozen=True)
class Outcome:
    """A result: the score (None where nothing is scored), the sections' scores by code, and by its
    row's key what each item came to that is not met: its status and the points it lost."""

    score: int | None
    grade: str
    sections: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[int, tuple[str, int]] = field(default_factory=dict)


def units(number: str | Decimal) -> int:
    """A number of points in ten-thousandths; nothing finer is ever stored."""
    return int((Decimal(number) / UNIT).to_integral_value())


def points(number: int) -> Decimal:
    return number * UNIT


def band(score: int | None) -> int:
    """In which band of five points a score falls, from 0; `NO_SCORE` where there is none."""
    return NO_SCORE if score is None else min(score // units(Decimal(BAND)), BANDS - 1)


def outcome_of(snapshot: Mapping[str, Any], keys: Mapping[str, int]) -> Outcome:
    """The result in a snapshot, or in anything of its shape; `keys` are the items' row keys by code."""
    score = snapshot["score"]
    return Outcome(
        None if score is None else units(score),
        snapshot["grade"] or "",
        {row["code"]: units(row["score"]) for row in snapshot["sections"] if row["score"] is not None},
        {
            keys[row["code"]]: (row["status"], units(row["lost"]))
            for row in snapshot["items"]
            if row["status"] in COUNTED
        },
    )
