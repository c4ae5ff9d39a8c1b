"""Recounts the summaries from scratch, and puts right what differs; a province and a round at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from inspections.checklist import checklist, keys_of
from inspections.models import Inspection

from ..models import CenterResult
from ..outcomes import outcome_of
from ..recounting import TABLES, Difference, Row, Scope, recounted, suspects
from ..recounting import scopes as all_scopes

SNAPSHOTS = 200
BATCH = 500

Progress = Callable[[int, int], None]


def rebuild_summaries(
    *, fix: bool, thorough: bool = True, progress: Progress = lambda done, of: None
) -> Iterator[Difference]:
    """Recount everything and yield what differed, as it is found; with `fix` it is put right.

    The results of the inspections come from their frozen content (unless not `thorough`: then as they are
    stored), the summaries from the results. Each
    province and round is one short transaction: a check sees one moment of it, a repair makes those
    who submit there wait. `progress` is told how many of them are done.
    """
    found = all_scopes()
    for done, scope in enumerate(found, start=1):
        with _still(fix):
            wrong = list(_wrong_results(scope)) if thorough and scope.round_id else []
            if fix:
                for should, was in wrong:
                    should.save(force_insert=was is None)
            faults = [_fault(*one) for one in wrong]
            faults += _summaries(scope, fix, [] if fix else [should for should, _was in wrong])
        yield from faults
        progress(done, len(found))


@contextmanager
def _still(fix: bool) -> Iterator[None]:
    """A transaction in which what is counted and its counts belong together, whatever others write.

    PostgreSQL shows one moment to a check; a repair keeps others from writing counts, in the order in
    which they write them. SQLite lets nobody else write at all.
    """
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                if fix:
                    names = sorted(connection.ops.quote_name(table._meta.db_table) for table in TABLES)
                    cursor.execute(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE")
                elif alone:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _summaries(scope: Scope, fix: bool, instead: Collection[CenterResult]) -> Iterator[Difference]:
    for table in scope.tables:
        rows = recounted(scope, table, instead)
        if fix:
            _put_right(scope, table, rows)
        yield from (row.difference(table) for row in rows)


def _put_right(scope: Scope, table: Any, wrong: Sequence[Row]) -> None:
    """Write the rows that differ anew; rows that count nothing any more go, too."""
    names = ("region_id", *table.KEY)
    for row in wrong:
        if any(row.stored):
            table.objects.filter(**dict(zip(names, (row.region, *row.key), strict=True))).delete()
    table.objects.filter(scope.rows(), **dict.fromkeys(table.COUNTS, 0)).delete()
    made = [
        table(**dict(zip((*names, *table.COUNTS), (row.region, *row.key, *row.counted), strict=True)))
        for row in wrong
        if any(row.counted)
    ]
    table.objects.bulk_create(made, batch_size=BATCH)


def _wrong_results(scope: Scope) -> Iterator[tuple[CenterResult, CenterResult | None]]:
    """Results that are not what the frozen content of their inspections says: as they should be, and are."""
    keys = suspects(scope)
    for start in range(0, len(keys), SNAPSHOTS):
        batch = keys[start : start + SNAPSHOTS]
        have = CenterResult.objects.in_bulk(batch)
        for inspection in Inspection.objects.filter(pk__in=batch).order_by("pk"):
            should = result_of(inspection)
            was = have.get(inspection.pk)
            if was is None or was.outcome != should.outcome:
                yield should, was


def result_of(inspection: Inspection) -> CenterResult:
    """The result that an inspection's frozen content says, not saved."""
    listed = checklist(inspection.edition_id, inspection.kind)
    assert inspection.submitted_at is not None
    row = CenterResult(
        inspection=inspection,
        center_id=inspection.center_id,
        region_id=inspection.region_id,
        round_id=inspection.round_id,
        kind=inspection.kind,
        submitted_at=inspection.submitted_at,
    )
    row.outcome = outcome_of(inspection.content, listed.derive(keys_of))
    return row


def _fault(should: CenterResult, was: CenterResult | None) -> Difference:
    return Difference(
        CenterResult,
        should.region_id,
        {"inspection": str(should.pk)},
        {} if was is None else _figures(was),
        _figures(should),
    )


def _figures(row: CenterResult) -> dict[str, int]:
    return {
        "score": row.score or 0,
        "items": len(row.items),
        "lost": sum(lost for _status, lost in row.items.values()),
    }
