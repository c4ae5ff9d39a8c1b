"""Whose answers the lead's decisions let hold: the decision itself is the lead's, what it says is not."""

from collections.abc import Iterable

from organization.audit import describe
from organization.models import AuditEntry

from .merging import Outcome
from .models import AnswerEvent, Conflict, Inspection


def origins(inspection: Inspection, events: Iterable[AnswerEvent]) -> dict[int, AnswerEvent]:
    """The answer that was picked, by the key of the decision; events that decide nothing are left out.

    Where a decision is picked again, this is what it had picked itself: nobody is named for a decision.
    """
    decisions = {event.pk: event for event in events if event.outcome == Outcome.SETTLED}
    if not decisions:
        return {}
    rows = Conflict.objects.filter(inspection=inspection, settled_event__in=decisions)
    settled = {row.settled_event_id: row for row in rows.select_related("picked__by", "picked__captured_by")}
    found = {
        key: row.picked or _by_the_trail(inspection, decisions[key]) for key, row in settled.items() if key
    }
    return {key: picked for key, picked in found.items() if picked}


def _by_the_trail(inspection: Inspection, decision: AnswerEvent) -> AnswerEvent | None:
    """What was picked, of which a process of the release before, at work during an upgrade, told the trail
    alone; a settled conflict takes no more writing. None where the trail has been cut since."""
    told = AuditEntry.objects.filter(
        action="conflict.settle", result=AuditEntry.Result.DONE, at=decision.at, target=describe(inspection)
    )
    code = decision.item.code
    for detail in told.values_list("detail", flat=True):
        if (detail["item"], detail["version"]) == (code, decision.version):
            answers = AnswerEvent.objects.select_related("by", "captured_by")
            picked = answers.filter(inspection=inspection, mutation=detail["picked"]).first()
            return origins(inspection, [picked]).get(picked.pk, picked) if picked else None
    return None
