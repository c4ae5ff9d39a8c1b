"""Whose answers the lead's decisions let hold: the decision itself is the lead's, what it says is not."""

from collections.abc import Iterable

from .merging import Outcome
from .models import AnswerEvent, Conflict, Inspection


def origins(inspection: Inspection, events: Iterable[AnswerEvent]) -> dict[int, AnswerEvent]:
    """The answer that was picked, by the key of the decision; events that decide nothing are left out.

    Where a decision is picked again, this is what it had picked itself: nobody is named for a decision.
    """
    decisions = [event.pk for event in events if event.outcome == Outcome.SETTLED]
    if not decisions:
        return {}
    rows = Conflict.objects.filter(inspection=inspection, settled_event__in=decisions)
    found = rows.select_related("picked__by", "picked__captured_by")
    # A process of the release before, still at work during an upgrade, does not write what it picked.
    return {row.settled_event_id: row.picked for row in found if row.settled_event_id and row.picked}
