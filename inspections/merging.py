"""What comes of a change made elsewhere, perhaps days ago and beside others: rules without a database."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from .answers import UNANSWERED, Given

EMPTY: Mapping[str, object] = {"value": None, "na": False, "reason": "", "note": ""}


class Outcome(StrEnum):
    """What came of a change; docs/field-protocol.md says when."""

    APPLIED = "applied"
    SAME = "same"
    CONFLICT = "conflict"
    FAULTY = "faulty"
    SETTLED = "settled"  # the lead's decision between answers in conflict
    EARLY = "early"
    REUSED = "reused"

    @property
    def is_stored(self) -> bool:
        return self not in (Outcome.EARLY, Outcome.REUSED)


# Those after which the answer has a new version.
CHANGING = (Outcome.APPLIED.value, Outcome.SETTLED.value)
# Those after which the device still stands where it stood.
LOSING = (Outcome.CONFLICT.value, Outcome.FAULTY.value)


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of one answer, made on a device under an identifier of the device's.

    `base` is the version that was shown. `after` is the device's previous change of the item, where
    that had no acknowledgment yet. `at` is the device's clock.
    """

    id: UUID
    item: str
    base: int
    after: UUID | None
    given: Given
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """What there is for one item; version 0 where there is nothing."""

    content: Mapping[str, object]
    status: str
    version: int
    by: int | None
    at: datetime | None


NOTHING = Held(EMPTY, UNANSWERED, 0, None, None)


def outcome(held: Held, content: Mapping[str, object], base: int) -> Outcome:
    """What comes of content that fits its measure, given upon version `base`."""
    if content == held.content:
        return Outcome.SAME
    return Outcome.APPLIED if base == held.version else Outcome.CONFLICT


def in_order(mutations: Iterable[Mutation]) -> list[Mutation]:
    """The same mutations, each behind the one that it was made after, where that is among them."""
    waiting = list(mutations)
    present = {mutation.id for mutation in waiting}
    ordered: list[Mutation] = []
    placed: set[UUID] = set()
    while waiting:
        ready = [m for m in waiting if m.after is None or m.after in placed or m.after not in present]
        # A ring of changes, each after another, is not the work of any device: they stay early.
        if not ready:
            return [*ordered, *waiting]
        ordered += ready
        placed.update(mutation.id for mutation in ready)
        waiting = [mutation for mutation in waiting if mutation.id not in placed]
    return ordered


def canonical(data: object) -> bytes:
    """JSON of which there is one spelling: sorted keys, no spaces, UTF-8."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(item: str, content: Mapping[str, object]) -> str:
    """SHA-256 of one answer's content, as receipts name it."""
    return hashlib.sha256(canonical({"item": item, **content})).hexdigest()


def digest_of_all(digests: Mapping[str, str]) -> str:
    """One digest for all answers of an inspection, from each item's own."""
    return hashlib.sha256(canonical(digests)).hexdigest()
