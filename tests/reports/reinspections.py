"""A center that is inspected again after its notice, for tests of the opinion."""

from inspections.answers import Given
from inspections.models import Inspection
from tests.small_stage import Stage, add_photo, answer, jpeg, later, of, submit_by
from tests.stage import make_round, take_in


def reinspected(stage: Stage, place: int = 0, *, photo: bool = False, **changes: Given) -> Inspection:
    """A second round, in which the center's faults are gone but for `changes`."""
    name = f"2026年复查{place + 1}"
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], name)
    take_in(round, stage.cast, ("township",))
    inspection = of(round)[place]
    answer(inspection, stage.cast["inspector"], **changes)
    if photo:
        add_photo(inspection, stage.cast["inspector"], jpeg("navy"))
    return submit_by(inspection, stage.cast["lead_inspector"], later(10))
