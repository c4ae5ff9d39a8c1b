"""Items that were answered differently: every answer that the lead may pick from."""

from dataclasses import dataclass
from typing import Any

from .models import AnswerEvent, Conflict, Inspection


@dataclass(frozen=True, slots=True)
class Contender:
    """One of the answers of an item in conflict; `is_present`: it holds until the lead picks."""

    event: AnswerEvent
    is_present: bool

    @property
    def content(self) -> dict[str, Any]:
        return self.event.new


@dataclass(frozen=True, slots=True)
class Dispute:
    """An item in conflict; `version` is the present answer's, 0 where there is none."""

    item: int
    version: int
    contenders: tuple[Contender, ...]


def disputes(inspection: Inspection) -> dict[int, Dispute]:
    """Items in conflict by their keys: the present answer, what each change lost to, and what lost."""
    lost: dict[int, list[AnswerEvent]] = {}
    rows = Conflict.objects.open().filter(inspection=inspection).order_by("opened_at", "pk")
    for conflict in rows.select_related("event__by", "event__captured_by"):
        lost.setdefault(conflict.item_id, []).append(conflict.event)
    if not lost:
        return {}
    events = AnswerEvent.objects.changing().filter(inspection=inspection, item_id__in=lost)
    held: dict[int, dict[int, AnswerEvent]] = {}
    for event in events.select_related("by", "captured_by"):
        held.setdefault(event.item_id, {})[event.version] = event
    return {item: _dispute(item, losing, held.get(item, {})) for item, losing in sorted(lost.items())}


def _dispute(item: int, losing: list[AnswerEvent], held: dict[int, AnswerEvent]) -> Dispute:
    present = max(held, default=0)
    against = {present, *(event.version for event in losing)}
    holding = [held[version] for version in sorted(against, reverse=True) if version in held]
    return Dispute(
        item,
        present,
        (
            *(Contender(event, event.version == present) for event in holding),
            *(Contender(event, is_present=False) for event in losing),
        ),
    )
