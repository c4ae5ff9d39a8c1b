"""Rehearsals begun, carried on in batches by the workers, and cancelled; no real score is touched.

A batch is computed outside any transaction. What is written, a few hundred rows of our own, is written in
one short transaction that only goes through while nobody else has carried the rehearsal on.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django_q.tasks import async_task

from inspections.models import Inspection, Round
from organization.audit import record
from organization.models import Region, User
from organization.problems import Problem
from standards.changes import links_between
from standards.content import StandardData, to_plain
from standards.editions import from_json, load_edition, to_json
from standards.models import Edition
from standards.schema import parse_standard
from standards.succession import Link

from .. import permissions
from ..models import Rehearsal, Rehearsed
from ..replaying import Replay, Replayer

WORK = "reports.tasks.rehearse"
BATCH = 200


def start_rehearsal(
    *, edition: Edition, rounds: Sequence[Round], region: Region, by: User, now: datetime
) -> Rehearsal:
    """Begin to replay the submitted inspections of these rounds in `region` by the edition as it is now.

    Raises `Problem` where there is none; the work is done by the workers.
    """
    permissions.can_rehearse(by, region.code).enforce(
        action="rehearsal.start", target=edition, region=region.code
    )
    count = _inspections(region, [round.pk for round in rounds]).count()
    if not count:
        raise Problem(_("所选轮次还没有提交的检查，没有可以试算的。"))
    standard = to_json(to_plain(load_edition(edition.pk)))
    with transaction.atomic():
        row = Rehearsal.objects.create(
            edition=edition, standard=standard, region=region, started_by=by, started_at=now, total=count
        )
        row.rounds.set(rounds)
        record(
            "rehearsal.start", by=by, target=row, region=region.code, now=now,
            standard=str(edition), rounds=[round.pk for round in rounds], count=count,
        )  # fmt: skip
        queue(row)
    return row


def queue(row: Rehearsal) -> None:
    """Ask for a worker once the caller's transaction is written."""
    transaction.on_commit(partial(async_task, WORK, str(row.pk)))


def cancel_rehearsal(*, rehearsal: Rehearsal, by: User, now: datetime) -> None:
    """Stop before the next batch; what was counted so far stays to be looked at."""
    permissions.can_rehearse(by, rehearsal.region_id).enforce(
        action="rehearsal.cancel", target=rehearsal, region=rehearsal.region_id
    )
    with transaction.atomic():
        changed = Rehearsal.objects.filter(pk=rehearsal.pk, state=Rehearsal.State.RUNNING).update(
            state=Rehearsal.State.CANCELLED, ended_at=now, cancelled_by=by
        )
        if changed:
            record("rehearsal.cancel", by=by, target=rehearsal, region=rehearsal.region_id, now=now)


def _inspections(region: Region, rounds: Sequence[int]) -> Any:
    inside = Inspection.objects.submitted().whole()
    return inside.filter(round__in=rounds, region__code__startswith=region.prefix)


def standard_of(row: Rehearsal) -> StandardData:
    """The edition as it was when the rehearsal was begun."""
    return parse_standard(from_json(row.standard))


class Editions:
    """The links from each edition that the inspections were held by to the one that is tried out."""

    def __init__(self, standard: StandardData) -> None:
        self.standard = standard
        self._links: dict[int, tuple[Link, ...]] = {}
        self._replayers: dict[tuple[int, str], Replayer] = {}

    def replayer(self, edition: int, kind: str) -> Replayer:
        if (edition, kind) not in self._replayers:
            self._replayers[edition, kind] = Replayer(self.standard, kind, self.links(edition))
        return self._replayers[edition, kind]

    def links(self, edition: int) -> tuple[Link, ...]:
        if edition not in self._links:
            self._links[edition] = links_between(load_edition(edition), self.standard)
        return self._links[edition]


def next_batch(row: Rehearsal) -> list[Inspection]:
    """The inspections after the last one that was replayed, in the order of round and center."""
    rounds = sorted(row.rounds.values_list("pk", flat=True))
    fields = ("round_id", "center_id", "region_id", "edition_id", "kind", "score", "grade")
    for pk in rounds:
        if pk < row.at_round:
            continue
        # A round at a time, along the index of its centers.
        rows = _inspections(row.region, [pk]).order_by("center_id")
        if pk == row.at_round:
            rows = rows.filter(center__gt=row.at_center)
        if found := list(rows.only(*fields, "snapshot", "corrected")[:BATCH]):
            return found
    return []


def carry_on(*, row: Rehearsal, editions: Editions, now: datetime) -> bool:
    """Replay the next batch; false where the rehearsal has ended, or somebody else carries it on."""
    batch = next_batch(row)
    if not batch:
        return _end(row, now)
    replays = [editions.replayer(one.edition_id, one.kind).replay(one.content["items"]) for one in batch]
    results = [_result(row, one, came_to) for one, came_to in zip(batch, replays, strict=True)]
    effects = _added(row.effects, [one.edition_id for one in batch], replays)
    last, place = batch[-1], {"at_round": row.at_round, "at_center": row.at_center}
    changes = {
        "at_round": last.round_id, "at_center": last.center_id, "done": row.done + len(batch),
        "effects": effects, "beat_at": now,
    }  # fmt: skip
    with transaction.atomic():
        mine = Rehearsal.objects.filter(pk=row.pk, state=Rehearsal.State.RUNNING, **place).update(**changes)
        if not mine:
            return False
        Rehearsed.objects.bulk_create(results)
    for name, value in changes.items():
        setattr(row, name, value)
    return True


def _result(row: Rehearsal, one: Any, came_to: Replay) -> Rehearsed:
    return Rehearsed(
        rehearsal=row,
        inspection_id=one.pk,
        region_id=one.region_id,
        old_score=one.score,
        old_grade=one.grade,
        new_score=came_to.score,
        new_grade=came_to.grade,
        unknown=came_to.unknown,
    )


def _added(before: Mapping[str, Any], editions: Sequence[int], replays: Sequence[Replay]) -> dict[str, Any]:
    """The sums with a batch added: for each edition and link the centers touched, the gain, the unknown."""
    sums = {key: [*told] for key, told in before.items()}
    for edition, came_to in zip(editions, replays, strict=True):
        for effect in came_to.effects:
            touched, gain, unknown = sums.setdefault(f"{edition}:{effect.link}", [0, "0", 0])
            moved = Fraction(gain) + Fraction(round(effect.gain, 6))
            sums[f"{edition}:{effect.link}"] = [
                touched + bool(effect.gain),
                str(moved),
                unknown + bool(effect.unknown),
            ]
    return sums


def _end(row: Rehearsal, now: datetime) -> bool:
    with transaction.atomic():
        ended = Rehearsal.objects.filter(
            pk=row.pk, state=Rehearsal.State.RUNNING, at_round=row.at_round, at_center=row.at_center
        ).update(state=Rehearsal.State.DONE, ended_at=now, total=row.done)
        if ended:
            record("rehearsal.end", by=None, target=row, region=row.region_id, now=now, count=row.done)
    return False
