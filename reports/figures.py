"""What is counted of a region or a center in a round."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from standards.models import Item

from .models import ItemSummary, ScoreSummary, SectionSummary
from .outcomes import NO_SCORE, points
from .overview import mean

# Of an item: centers where it is not met, met in part, not applicable; ten-thousandths of a point lost.
Fell = tuple[int, int, int, int]
NOTHING: Fell = (0, 0, 0, 0)


@dataclass
class Figures:
    """What is counted of one region, or one center, in one round; scores in ten-thousandths of a point."""

    inspections: int = 0
    submitted: Counter[str] = field(default_factory=Counter)  # by kind of center
    scored: int = 0
    score_sum: int = 0
    bands: Counter[int] = field(default_factory=Counter)
    grades: Counter[str] = field(default_factory=Counter)
    open: int = 0
    overdue: int = 0
    sections: dict[str, list[int]] = field(default_factory=dict)  # centers, sum of scores
    items: dict[int, Fell] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return self.submitted.total()

    @property
    def average(self) -> Decimal | None:
        return mean(points(self.score_sum), self.scored) if self.scored else None

    def section(self, code: str) -> Decimal | None:
        centers, total = self.sections.get(code, (0, 0))
        return mean(points(total), centers) if centers else None

    def short(self, item: Item) -> int:
        not_met, partly, _na, _lost = self.items.get(item.pk, NOTHING)
        return not_met + partly

    def share(self, item: Item) -> Decimal | None:
        """Of a hundred centers to which the item applies, how many fell short; None where there is none."""
        asked = item.for_township * self.submitted["township"] + item.for_village * self.submitted["village"]
        not_met, partly, na, _lost = self.items.get(item.pk, NOTHING)
        return mean(Decimal(100 * (not_met + partly)), asked - na) if asked != na else None

    def lost(self, item: Item) -> int:
        """All that the item cost the centers, in ten-thousandths of a point."""
        return self.items.get(item.pk, NOTHING)[3]

    def add(self, other: "Figures") -> None:
        self.inspections += other.inspections
        self.submitted += other.submitted
        self.scored, self.score_sum = self.scored + other.scored, self.score_sum + other.score_sum
        self.bands += other.bands
        self.grades += other.grades
        self.open, self.overdue = self.open + other.open, self.overdue + other.overdue
        for code, (centers, total) in other.sections.items():
            held = self.sections.setdefault(code, [0, 0])
            held[0], held[1] = held[0] + centers, held[1] + total
        for item, fell in other.items.items():
            self._add_item(item, fell)

    def count(self, table: Any, key: tuple[Any, ...], by: dict[str, int]) -> None:
        """Add one row of a summary: the rest of its key after the round, and its counts."""
        kind, *rest = key
        if table is ScoreSummary:
            band, grade = rest
            self.submitted[kind] += by["centers"]
            if band != NO_SCORE:
                self.scored, self.score_sum = self.scored + by["centers"], self.score_sum + by["score_sum"]
                self.bands[band] += by["centers"]
            self.grades[grade] += by["centers"]
        elif table is SectionSummary:
            held = self.sections.setdefault(rest[0], [0, 0])
            held[0], held[1] = held[0] + by["centers"], held[1] + by["score_sum"]
        else:
            not_met, partly, na, lost = (by.get(name, 0) for name in ItemSummary.COUNTS)
            self._add_item(rest[0], (not_met, partly, na, lost))

    def _add_item(self, item: int, fell: Fell) -> None:
        a, b, c, d = self.items.get(item, NOTHING)
        not_met, partly, na, lost = fell
        self.items[item] = (a + not_met, b + partly, c + na, d + lost)
