"""What becomes of inspections as their center closes, opens again or moves."""

from organization.actions import Standing, lock_center
from organization.models import ServiceCenter

from .. import workflow
from ..models import Inspection
from ..tallying import tally_inspections

__all__ = ["follow_center", "lock_center"]


def follow_center(*, center: ServiceCenter, before: Standing) -> None:
    """Take what is still to be inspected along to the center's place, and count it while the center is open.

    What was submitted stays where it was inspected.
    """
    waiting = Inspection.objects.select_for_update(of=("self",)).filter(center=center)
    rows = list(waiting.exclude(state=workflow.SUBMITTED).defer("snapshot").order_by("pk"))
    if before.is_open:
        tally_inspections(rows, -1)
    if center.region_id != before.region_id:
        Inspection.objects.filter(pk__in=[row.pk for row in rows]).update(region=center.region_id)
        for row in rows:
            row.region_id = center.region_id
    if center.closed_on is None:
        tally_inspections(rows)
