"""What one result adds to which summaries: the one rule for counting as it happens and for recounting."""

from collections.abc import Iterator
from typing import Any

from .models import ItemSummary, ScoreSummary, SectionSummary
from .outcomes import Outcome, band

Part = tuple[Any, tuple[Any, ...], dict[str, int]]


def parts(round_id: int, kind: str, outcome: Outcome) -> Iterator[Part]:
    """Each summary that counts the result: the model, the rest of the row's key, and what to add."""
    key = (round_id, kind, band(outcome.score), outcome.grade)
    yield ScoreSummary, key, {"centers": 1, "score_sum": outcome.score or 0}
    for code, score in outcome.sections.items():
        yield SectionSummary, (round_id, kind, code), {"centers": 1, "score_sum": score}
    for item, (status, lost) in outcome.items.items():
        yield ItemSummary, (round_id, kind, item), {status: 1, "lost": lost}
