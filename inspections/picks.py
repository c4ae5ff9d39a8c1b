"""Whose answers the lead's decisions let hold: the decision itself is the lead's, what it says is not."""

from collections.abc import Iterable, Sequence

from organization.audit import describe
from organization.models import AuditEntry
from standards.models import Item

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
    found = {key: row.picked for key, row in settled.items() if key and row.picked}
    if untold := [decisions[key] for key in settled if key and key not in found]:
        found |= _by_the_trail(inspection, untold)
    return found


def _by_the_trail(inspection: Inspection, decisions: Sequence[AnswerEvent]) -> dict[int, AnswerEvent]:
    """What was picked, of which a process of the release before, at work during an upgrade, told the trail
    alone; a settled conflict takes no more writing. Left out where the trail has been cut since."""
    told = AuditEntry.objects.filter(
        action="conflict.settle", result=AuditEntry.Result.DONE, target=describe(inspection),
        at__in={decision.at for decision in decisions},
    ).values_list("at", "detail")  # fmt: skip
    names = {(at, detail["item"], detail["version"]): detail["picked"] for at, detail in told}
    codes = dict(Item.objects.filter(pk__in={row.item_id for row in decisions}).values_list("pk", "code"))
    wanted = {row.pk: names.get((row.at, codes[row.item_id], row.version)) for row in decisions}
    answers = AnswerEvent.objects.select_related("by", "captured_by").filter(inspection=inspection)
    events = {
        str(event.mutation): event for event in answers.filter(mutation__in=filter(None, wanted.values()))
    }
    found = {key: events[name] for key, name in wanted.items() if name in events}
    again = origins(inspection, found.values())
    return {key: again.get(picked.pk, picked) for key, picked in found.items()}
