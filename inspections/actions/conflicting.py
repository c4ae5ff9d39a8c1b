"""Conflicts that a delivery opens, goes on with or takes back: an item two people answered differently."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from organization.models import User

from ..answer_statements import NewEvent
from ..merging import Outcome
from ..models import Conflict, Inspection


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A conflict nobody has settled yet; `mutation` is the change that lost, `device` where it came from."""

    pk: int
    item: int
    mutation: UUID
    device: UUID | None

    def is_of(self, device: UUID, after: UUID | None) -> bool:
        return device == self.device or (after is not None and after == self.mutation)


def open_conflicts(inspection: Inspection) -> list[OpenConflict]:
    rows = Conflict.objects.open().filter(inspection=inspection).order_by("pk")
    return [
        OpenConflict(*row) for row in rows.values_list("pk", "item_id", "event__mutation", "event__device")
    ]


@dataclass(frozen=True, slots=True)
class Noting:
    """What a delivery's conflicts are noted with: `keys` of its events in the log, and by its mutations which
    one of the same device each was made `after`."""

    inspection: Inspection
    device: UUID
    by: User
    now: datetime
    keys: Mapping[UUID, int]
    after: Mapping[UUID, UUID | None]

    def note(self, events: Iterable[NewEvent], conflicts: list[OpenConflict]) -> list[OpenConflict]:
        """Open a conflict for each change that lost; a device's later change takes its earlier one's place,
        and one that says what the answer says takes it back. Returns those that are open then."""
        for event in events:
            if event.outcome not in (Outcome.CONFLICT, Outcome.SAME):
                continue
            previous = self.after[event.mutation]
            own = [c for c in conflicts if c.item == event.item and c.is_of(self.device, previous)]
            if event.outcome is Outcome.CONFLICT:
                conflicts = self._open(event, own, conflicts)
            elif own and (event.base == event.version or previous):
                Conflict.objects.filter(pk__in=[c.pk for c in own]).update(
                    settled_at=self.now, settled_by=self.by, settled_event=self.keys[event.mutation]
                )
                conflicts = [c for c in conflicts if c not in own]
        return conflicts

    def _open(
        self, event: NewEvent, own: list[OpenConflict], conflicts: list[OpenConflict]
    ) -> list[OpenConflict]:
        key = self.keys[event.mutation]
        if own:
            Conflict.objects.filter(pk=own[0].pk).update(event=key)
            return [
                OpenConflict(c.pk, c.item, event.mutation, self.device) if c is own[0] else c
                for c in conflicts
            ]
        opened = Conflict.objects.create(
            inspection=self.inspection, item_id=event.item, event_id=key, opened_at=self.now
        )
        return [*conflicts, OpenConflict(opened.pk, event.item, event.mutation, self.device)]
