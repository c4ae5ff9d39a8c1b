"""Many submit, correct, close, move and repair at the same moment: the recount finds no difference.

`python -m tests.faults.crowd` does the same over 100,000 submissions, with several processes.
"""

import random
import threading

import pytest
from django.db import connection

from inspections.answers import Given
from inspections.models import Inspection
from organization import actions as organizing
from organization.problems import Problem
from reports.actions.recounting import rebuild_summaries
from reports.models import CenterResult, ScoreSummary
from tests.factories import make_region
from tests.reports.crowds import Crowd, deadlocks
from tests.small_stage import NOW, answer, small_stage
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db(transaction=True)
SUBMITS = 80
TOWNSHIPS = 20
WRITERS = 8
# As many centers as the county has.
COUNTY = 310
NO, SMALL = Given(False, note="门未开"), Given("75")
WRONG: tuple[dict[str, Given], ...] = ({}, {"yes": NO}, {"yes": NO, "area": SMALL})


def crowd(townships: int = TOWNSHIPS, submits: int = SUBMITS) -> Crowd:
    """A county's townships and, to move to, four without a center; as many rounds as it takes, all filled."""
    stage = small_stage(townships=townships)
    free = [make_region(f"41052390{n}", f"空乡{n}") for n in range(4)]
    rounds = [stage.round]
    while len(rounds) * townships < submits:
        name = f"第{len(rounds) + 1}轮"
        rounds.append(make_round(stage.county, stage.edition, stage.cast["administrator"], name))
        take_in(rounds[-1], stage.cast, ("township",))
    rows = list(Inspection.objects.select_related("center", "round", "region").order_by("pk"))
    chance = random.Random(7)
    chance.shuffle(rows)
    for row in rows:
        answer(row, stage.cast["inspector"], **chance.choice(WRONG))
    return Crowd(stage.cast, [*stage.county.townships, *free], [row.pk for row in rows])


def test_recount_finds_no_difference_after_a_crowd() -> None:
    made = crowd()
    count = len(made.todo)
    before = deadlocks()
    made.work(WRITERS)
    print(f"{connection.vendor}: {count} submissions, {deadlocks() - before} deadlocks")
    assert made.faults == []
    # These corrections are in no inspection's content: the sums are held against the results.
    assert CenterResult.objects.count() == count
    assert list(rebuild_summaries(fix=False, thorough=False)) == []


def test_twenty_writers_meet_no_lock_at_county_size() -> None:
    made = crowd(townships=COUNTY, submits=COUNTY)
    count = len(made.todo)
    made.work(20)
    locked = [fault for fault in made.faults if "locked" in str(fault)]
    print(f"{connection.vendor}: {count} submissions of 20 writers at once, {len(locked)} “locked”")
    assert made.faults == []
    assert CenterResult.objects.count() == count
    rows = ScoreSummary.objects.filter(region="410523000000").values_list("centers", flat=True)
    assert sum(rows) == count


def test_refusals_are_the_only_ones_that_count_nothing() -> None:
    """Two centers want the same empty place at once: one gets it."""
    stage = small_stage(townships=2)
    place = make_region("410523209", "空乡")
    told: list[str] = []

    def move(number: int) -> None:
        try:
            center = stage.inspections[number].center
            organizing.move_center(center=center, region=place, by=None, now=NOW)
            told.append("moved")
        except Problem:
            told.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=move, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["moved", "refused"]
    assert list(rebuild_summaries(fix=False)) == []
