"""Whose answers the lead's decisions let hold: the decision itself is the lead's, what it says is not."""

from collections.abc import Iterable

from .merging import Outcome
from .models import Answer, AnswerEvent, Inspection

_GIVEN = (Outcome.APPLIED.value, Outcome.CONFLICT.value)


def origins(inspection: Inspection, events: Iterable[AnswerEvent]) -> dict[int, AnswerEvent]:
    """The answer that was picked, by the key of the decision; events that decide nothing are left out."""
    decisions = [event for event in events if event.outcome == Outcome.SETTLED]
    if not decisions:
        return {}
    items = {event.item_id for event in decisions}
    given: dict[int, list[AnswerEvent]] = {}
    rows = AnswerEvent.objects.filter(inspection=inspection, item_id__in=items, outcome__in=_GIVEN)
    for event in rows.order_by("pk").select_related("by", "captured_by"):
        given.setdefault(event.item_id, []).append(event)
    # Two people may have said the same.
    authors = dict(
        Answer.objects.filter(inspection=inspection, item_id__in=items).values_list(
            "item_id", "updated_by_id"
        )
    )
    found = {one.pk: _picked(one, given.get(one.item_id, []), authors.get(one.item_id)) for one in decisions}
    return {pk: event for pk, event in found.items() if event}


def _picked(decision: AnswerEvent, given: list[AnswerEvent], author: int | None) -> AnswerEvent | None:
    alike = [event for event in given if event.pk < decision.pk and event.new == decision.new]
    own = [event for event in alike if (event.captured_by_id or event.by_id) == author]
    return next(reversed(own or alike), None)
