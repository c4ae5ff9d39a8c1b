"""Keeps the summaries by region: each change of a result goes through here, inside its own transaction."""

from inspections.actions import lock_center
from inspections.models import Inspection, Round
from organization.actions import Standing
from organization.counting import add, counting
from organization.models import ServiceCenter

from ..models import CenterResult, LatestSummary
from ..outcomes import Outcome
from ..result_rows import insert_result, latest_result
from ..summing import parts


def count_result(inspection: Inspection, outcome: Outcome, center: ServiceCenter) -> None:
    """Count the result of an inspection that is being submitted; its center is locked."""
    before = latest_result(center.pk)
    assert inspection.submitted_at is not None
    row = CenterResult(
        inspection=inspection,
        center=center,
        region_id=inspection.region_id,
        round_id=inspection.round_id,
        kind=inspection.kind,
        submitted_at=inspection.submitted_at,
    )
    row.outcome = outcome
    insert_result(row)
    _add(row, 1)
    if inspection.round.kind != Round.Kind.SELF_CHECK:
        newest = before is None or (before.submitted_at, before.pk) < (row.submitted_at, row.pk)
        _latest_moved(center, before, row if newest else before)


@counting()
def adjust(*, inspection: Inspection, outcome: Outcome) -> None:
    """Count `outcome` in place of what was counted for a submitted inspection, as when it is corrected.

    Call it in the transaction that changes the result; the same outcome again changes nothing.
    """
    center = lock_center(inspection.center_id)
    before = latest_result(center.pk)
    row = CenterResult.objects.select_for_update(no_key=True).get(inspection=inspection)
    _add(row, -1)
    row.outcome = outcome
    row.save(update_fields=["score", "grade", "sections", "items"])
    _add(row, 1)
    if before is not None:
        _latest_moved(center, before, row if before.pk == row.pk else before)


def follow_center(*, center: ServiceCenter, before: Standing) -> None:
    """Count the center's last score where the center is now, while it is open."""
    last = latest_result(center.pk)
    if before.is_open:
        _count_latest(before.region_id, last, -1)
    if center.closed_on is None:
        _count_latest(center.region_id, last, 1)


def _add(row: CenterResult, by: int) -> None:
    for model, key, counts in parts(row.round_id, row.kind, row.outcome):
        add(model, row.region_id, key, **{name: by * number for name, number in counts.items()})


def _latest_moved(center: ServiceCenter, before: CenterResult | None, after: CenterResult | None) -> None:
    if center.closed_on is None:
        _count_latest(center.region_id, before, -1)
        _count_latest(center.region_id, after, 1)


def _count_latest(place: str, row: CenterResult | None, by: int) -> None:
    if row is not None and row.score is not None:
        add(LatestSummary, place, (row.kind,), centers=by, score_sum=by * row.score)
