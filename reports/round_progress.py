"""How far the rounds of provinces and the nation are, for the list of rounds: from the summaries."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from inspections.models import Round, RoundTally
from organization.codes import Level
from organization.models import Region

from .models import ScoreSummary


def give_progress(rounds: Iterable[Round]) -> None:
    """Count what is in the rounds that came without a count, and what is submitted."""
    uncounted = [row for row in rounds if row.inspection_count is None]
    if not uncounted:
        return
    provinces = list(Region.objects.filter(level=Level.PROVINCE).values_list("code", flat=True))
    # The nation is its provinces together.
    places = {row.pk: provinces if row.region.level == Level.NATION else [row.region_id] for row in uncounted}
    codes = {code for place in places.values() for code in place}
    inspected, done = (
        _summed(model, column, codes, places)
        for model, column in ((RoundTally, "inspections"), (ScoreSummary, "centers"))
    )
    for row in uncounted:
        row.inspection_count, row.submitted_count = inspected[row.pk], done[row.pk]


def _summed(model: Any, column: str, codes: set[str], places: dict[int, list[str]]) -> Counter[int]:
    rows = model.objects.filter(region__in=codes, round__in=places).order_by()
    found: Counter[int] = Counter()
    for region, round, count in rows.values_list("region_id", "round_id", column):
        if region in places[round]:
            found[round] += count
    return found
