"""Changes that devices deliver: each is kept once, whatever is repeated, late or out of order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from organization.audit import describe
from organization.models import User
from organization.problems import NotAllowed
from standards.faults import Faults

from .. import permissions
from ..answer_rows import (
    can_write_if_unchanged,
    read_held,
    read_names,
    read_since,
    write_events,
    write_if_unchanged,
)
from ..answer_statements import NewEvent
from ..answers import Checked, check
from ..checklist import Checklist, Entry, checklist_of
from ..delivery_rows import Known, Present, read_present
from ..merging import CHANGING, LOSING, NOTHING, Held, Mutation, Outcome, in_order, outcome
from ..models import Inspection
from ..workflow import IN_PROGRESS
from .conflicting import Noting, OpenConflict, open_conflicts
from .filling import note_beginning

FILL = "inspection.fill"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one mutation; `content` is as the log has it, None where nothing is stored."""

    mutation: Mutation
    outcome: Outcome
    version: int = 0
    status: str = ""
    content: Mapping[str, Any] | None = None
    at: datetime | None = None
    faults: Faults | None = None
    theirs: Held | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Synced:
    """The state after a delivery; `changes` are the items that others changed since the cursor.

    `held` is there for these and for what was delivered, `statuses` for every item that has an answer.
    `restored`: the cursor was given by a server that has been set back since.
    """

    checklist: Checklist
    results: tuple[Result, ...]
    held: Mapping[int, Held]
    statuses: Mapping[int, str]
    changes: frozenset[int]
    conflicts: frozenset[int]
    cursor: int
    restored: bool
    announced: int
    arrived: int
    names: Mapping[int, str]


class Closed(NotAllowed):
    """Nothing can be delivered any more; `results` are of those mutations that had arrived before."""

    results: tuple[Result, ...] = ()


def sync(
    *,
    inspection: Inspection,
    mutations: Sequence[Mutation],
    cursor: int | None,
    device: UUID,
    by: User,
    now: datetime,
    captured_by: User | None = None,
    present: Present | None = None,
) -> Synced:
    """Take in changes of answers; see docs/field-protocol.md for every outcome.

    `captured_by` is the person who made them, where `by` delivers another's draft. `present` is what was
    read with the inspection a moment ago. Raises `Closed` where `by` may not fill the inspection (any more).
    """
    delivery = _Delivery(inspection, mutations, cursor, device, by, now, captured_by, present)
    try:
        return delivery.take_in()
    except IntegrityError:
        # The same identifiers came for another inspection at the same moment: now they are known.
        return delivery.take_in()


@dataclass
class _Delivery:
    inspection: Inspection
    mutations: Sequence[Mutation]
    cursor: int | None
    device: UUID
    by: User
    now: datetime
    captured_by: User | None
    read_before: Present | None
    items: Checklist = field(init=False)
    present: Present = field(init=False)
    changed: set[int] = field(init=False)
    restored: bool = field(init=False, default=False)
    held: dict[int, Held] = field(init=False)
    statuses: dict[int, str] = field(init=False)
    known: dict[UUID, Known] = field(init=False)
    events: list[NewEvent] = field(init=False)
    results: dict[UUID, Result] = field(init=False)

    def take_in(self) -> Synced:
        self.items = checklist_of(self.inspection)
        return self._without_waiting() or self._locked()

    def _without_waiting(self) -> Synced | None:
        """Decide upon what is there, and write it if it is still so: two round trips in all.

        None where that is not to be done, or something came in between.
        """
        if self.mutations and not (can_write_if_unchanged() and self.inspection.state == IN_PROGRESS):
            return None
        self._decide(lock=False)
        if not self.events:
            return self._synced(self.present.last, self._open_conflicts())
        plain = self.present.state == IN_PROGRESS and not self.present.has_conflicts
        if not plain or any(event.outcome is Outcome.CONFLICT for event in self.events):
            return None
        keys = write_if_unchanged(self.inspection, self.events, last=self.present.last, **self._writer())
        return self._synced(max(keys.values()), []) if keys else None

    def _locked(self) -> Synced:
        with transaction.atomic():
            self._decide(lock=True)
            conflicts, last = self._open_conflicts(), self.present.last
            if self.events:
                keys = self._write()
                last = max(keys.values())
                after = {m.id: m.after for m in self.mutations}
                noting = Noting(self.inspection, self.device, self.by, self.now, keys, after)
                conflicts = noting.note(self.events, conflicts)
        return self._synced(last, conflicts)

    def _decide(self, *, lock: bool) -> None:
        """Read what is there, and find what comes of each mutation."""
        self.present = (None if lock else self.read_before) or self._read(lock)
        # It tells of one moment: whoever decides again reads again.
        self.read_before = None
        self.known, self.statuses = self.present.known, self.present.statuses
        self.held, self.events, self.results = self.present.held, [], {}
        self._check_right(self.inspection)
        self.changed = self._changed_since(self.present.last)
        self.held |= read_held(self.inspection, self.changed - self.held.keys())
        for mutation in in_order(self.mutations):
            self._take(mutation)

    def _synced(self, last: int, conflicts: list[OpenConflict]) -> Synced:
        return Synced(
            checklist=self.items,
            results=tuple(self.results[m.id] for m in self.mutations),
            held=self.held,
            statuses=self.statuses,
            changes=frozenset(self.changed),
            conflicts=frozenset(conflict.item for conflict in conflicts),
            cursor=last,
            restored=self.restored,
            announced=self.present.announced,
            arrived=self.present.announced - self.present.on_the_way,
            names=self._names(self.changed),
        )

    def _read(self, lock: bool) -> Present:
        touched = list({self.items.by_code[mutation.item].pk for mutation in self.mutations})
        asked = {m.id for m in self.mutations} | {m.after for m in self.mutations if m.after}
        return read_present(self.inspection, self.by, touched, asked, lock=lock)

    def _check_right(self, locked: Inspection) -> None:
        verdict = permissions.can_fill(self.by, locked)
        if verdict:
            return
        target, region = describe(locked), locked.region_id
        closed = Closed(verdict.reason, action=FILL, target=target, region=region)
        for mutation in self.mutations:
            if mutation.id in self.known:
                self._take(mutation)
        closed.results = tuple(self.results[m.id] for m in self.mutations if m.id in self.results)
        raise closed

    def _take(self, mutation: Mutation) -> None:
        """Find what comes of one mutation, and keep it for the batch that is written."""
        entry = self.items.by_code[mutation.item]
        held = self.held.get(entry.pk, NOTHING)
        checked, faults = _check(mutation, entry, self.items.kind)
        content = checked.plain() if checked else mutation.given.plain()
        status = checked.status if checked else ""
        if earlier := self.known.get(mutation.id):
            self._repeat(mutation, entry.pk, earlier, content, status, faults)
            return
        base = mutation.base
        if mutation.after:
            previous = self.known.get(mutation.after)
            if not previous or (previous.inspection, previous.item) != (self.inspection.pk, entry.pk):
                self.results[mutation.id] = Result(mutation, Outcome.EARLY)
                return
            base = previous.base if previous.outcome in LOSING else previous.version
        came_to = outcome(held, content, base) if checked else Outcome.FAULTY
        version = held.version + 1 if came_to is Outcome.APPLIED else held.version
        event = NewEvent(mutation.id, entry.pk, base, version, came_to, content, status, mutation.at)
        self.events.append(event)
        self.known[mutation.id] = Known(
            0, self.inspection.pk, entry.pk, base, version, came_to, content, self.now
        )
        if came_to is Outcome.APPLIED:
            author = self.captured_by or self.by
            self.held[entry.pk] = Held(content, status, version, author.pk, self.now)
            self.statuses[entry.pk] = status
        theirs = held if came_to is Outcome.CONFLICT else None
        self.results[mutation.id] = Result(
            mutation, came_to, version, status, content, self.now, faults, theirs
        )

    def _repeat(
        self,
        mutation: Mutation,
        item: int,
        earlier: Known,
        content: Mapping[str, Any],
        status: str,
        faults: Faults | None,
    ) -> None:
        """Answer a mutation that is known: with its first outcome, or, for another content, not at all."""
        if (earlier.inspection, earlier.item, earlier.content) != (self.inspection.pk, item, content):
            self.results.setdefault(mutation.id, Result(mutation, Outcome.REUSED))
            return
        theirs = self.held.get(item, NOTHING) if earlier.outcome is Outcome.CONFLICT else None
        self.results[mutation.id] = Result(
            mutation, earlier.outcome, earlier.version, status, content, earlier.at, faults, theirs, True
        )

    def _changed_since(self, last: int) -> set[int]:
        """Items that others changed since the cursor, before this delivery is written.

        The cursor's own event is asked for too: one that is not there (a restored backup) is no cursor.
        """
        if self.cursor == last:
            return set()
        rows = read_since(self.inspection, self.cursor) if self.cursor else []
        if self.cursor != 0 and (not rows or rows[0][0] != self.cursor):
            self.restored = self.cursor is not None
            return set(self.statuses)
        rows = rows[1:] if self.cursor else read_since(self.inspection, 0)
        return {item for _, item, came_to in rows if came_to in CHANGING}

    def _names(self, changed: set[int]) -> dict[int, str]:
        """Names of those whose answers are told."""
        told = {self.held[item].by for item in changed}
        told |= {result.theirs.by for result in self.results.values() if result.theirs}
        own = {self.by.pk: self.by.name}
        if self.captured_by:
            own[self.captured_by.pk] = self.captured_by.name
        return own | read_names({person for person in told if person and person not in own})

    def _open_conflicts(self) -> list[OpenConflict]:
        return open_conflicts(self.inspection) if self.present.has_conflicts else []

    def _write(self) -> dict[UUID, int]:
        if any(event.outcome is not Outcome.SAME for event in self.events):
            note_beginning(self.inspection, self.now)
        return write_events(self.inspection, self.events, **self._writer())

    def _writer(self) -> dict[str, Any]:
        captured_by = self.captured_by.pk if self.captured_by else None
        return {"by": self.by.pk, "now": self.now, "device": self.device, "captured_by": captured_by}


def _check(mutation: Mutation, entry: Entry, kind: str) -> tuple[Checked | None, Faults | None]:
    try:
        return check(mutation.given, entry.item, kind), None
    except Faults as faults:
        return None, faults
