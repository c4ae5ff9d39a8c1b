"""Counts inspections and findings by region as they come, change and move."""

from collections.abc import Iterable

from organization.counting import add

from .models import NO_DAY, Finding, FindingTally, Inspection, RoundTally
from .workflow import FOUND, OPEN, WITH_TOWNSHIP


def tally_inspections(inspections: Iterable[Inspection], by: int = 1) -> None:
    """Count inspections where they are; with -1, take them out."""
    for inspection in inspections:
        add(RoundTally, inspection.region_id, (inspection.round_id, inspection.kind), inspections=by)


def tally_finding(finding: Finding, kind: str, by: int = 1) -> None:
    """Count a finding of this kind of center as it stands if it is open; with -1, take it out.

    A locked finding is taken out before it changes and counted again afterwards; what stays the same
    cancels out.
    """
    if finding.state in OPEN:
        late = by if finding.state in WITH_TOWNSHIP else 0
        key = (finding.round_id, kind, finding.due_on or NO_DAY)
        add(FindingTally, finding.region_id, key, open=by, with_township=late)


def tally_found(inspection: Inspection, count: int) -> None:
    """Count findings of an inspection that were just opened: nobody is asked yet, and none has a day."""
    assert FOUND in OPEN
    assert FOUND not in WITH_TOWNSHIP
    if count:
        add(FindingTally, inspection.region_id, (inspection.round_id, inspection.kind, NO_DAY), open=count)
