"""Many submit, correct, close, move and repair at the same moment: the recount finds no difference.

PORTAL_SUBMITS_AT_ONCE=100000 makes it that many submissions (default 80).
"""

import os
import random
import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Finding, Inspection
from organization import actions as organizing
from organization.models import Region, ServiceCenter
from organization.problems import NotAllowed, Problem
from reports import actions
from reports.actions.recounting import rebuild_summaries
from reports.models import CenterResult, ScoreSummary
from reports.outcomes import Outcome, units
from tests.factories import make_region
from tests.small_stage import NOW, Stage, answer, later, small_stage
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db(transaction=True)
SUBMITS = int(os.environ.get("PORTAL_SUBMITS_AT_ONCE", "80"))
TOWNSHIPS = 20
WRITERS = 8
# As many centers as the county has.
COUNTY = 310
NO, SMALL = Given(False, note="门未开"), Given("75")


class Crowd:
    """A county in which several threads work off one list, while others correct, close and move."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.faults: list[BaseException] = []
        self.refused = 0
        self.todo: list[Inspection] = []
        self.submitted: list[UUID] = []
        self.free: list[Region] = []
        self.lock = threading.Lock()
        self.done = threading.Event()

    def take(self) -> Inspection | None:
        with self.lock:
            return self.todo.pop() if self.todo else None

    def submitting(self, chance: random.Random) -> bool:
        inspection = self.take()
        if inspection is None:
            return False
        wrong = chance.choice([{}, {"yes": NO}, {"yes": NO, "area": SMALL}])
        answer(inspection, self.stage.cast["inspector"], **wrong)
        actions.submit(inspection=inspection, by=self.stage.cast["lead_inspector"], now=NOW)
        self.submitted.append(inspection.pk)
        return True

    def correcting(self, chance: random.Random) -> bool:
        if self.submitted:
            row = CenterResult.objects.get(pk=chance.choice(self.submitted))
            inspection = Inspection.objects.select_related("center", "round").get(pk=row.pk)
            better = Outcome(units(f"{chance.randint(60, 99)}.5"), "良好", row.sections, row.outcome.items)
            actions.adjust(inspection=inspection, outcome=better)
        return True

    def closing(self, chance: random.Random) -> bool:
        center = chance.choice(list(ServiceCenter.objects.all()))
        closed = None if center.closed_on else NOW.date()
        by = self.stage.cast["administrator"]
        organizing.edit_center(
            by=by, center=center, name=center.name, address="", phone="", closed_on=closed, now=NOW
        )
        return True

    def moving(self, chance: random.Random) -> bool:
        center = chance.choice(list(ServiceCenter.objects.all()))
        places = [*self.stage.county.townships, *self.free]
        organizing.move_center(center=center, region=chance.choice(places), by=None, now=NOW)
        return True

    def reviewing(self, chance: random.Random) -> bool:
        if self.submitted:
            found = list(Finding.objects.filter(inspection=chance.choice(self.submitted)))
            if not found:
                return True
            words = {row.pk: "说明" for row in found}
            by = self.stage.cast["administrator"]
            inspecting.review(findings=found, move_name="withdraw", words=words, by=by, now=later(1))
        return True

    def run(self, work: Callable[[random.Random], bool], seed: int) -> None:
        chance = random.Random(seed)
        try:
            while not self.done.is_set():
                try:
                    if not work(chance):
                        return
                except (Problem, NotAllowed):
                    self.refused += 1
                if work.__name__ != "submitting":
                    self.done.wait(0.02)
        except BaseException as fault:
            self.faults.append(fault)
        finally:
            connection.close()

    def work(self, writers: int) -> None:
        others = [self.correcting, self.correcting, self.closing, self.moving, self.moving, self.reviewing]
        workers = [threading.Thread(target=self.run, args=(self.submitting, n)) for n in range(writers)]
        around = [threading.Thread(target=self.run, args=(one, 100 + n)) for n, one in enumerate(others)]
        for thread in (*workers, *around):
            thread.start()
        for thread in workers:
            thread.join()
        self.done.set()
        for thread in around:
            thread.join()


def crowd(townships: int = TOWNSHIPS, submits: int = SUBMITS) -> Crowd:
    """A county's townships and, to move to, four without a center; as many rounds as it takes."""
    stage = small_stage(townships=townships)
    made = Crowd(stage)
    made.free = [make_region(f"41052390{n}", f"空乡{n}") for n in range(4)]
    rounds = [stage.round]
    while len(rounds) * townships < submits:
        name = f"第{len(rounds) + 1}轮"
        rounds.append(make_round(stage.county, stage.edition, stage.cast["administrator"], name))
        take_in(rounds[-1], stage.cast, ("township",))
    rows = Inspection.objects.select_related("center", "round", "region").order_by("pk")
    made.todo = list(rows)
    random.Random(7).shuffle(made.todo)
    return made


def deadlocks() -> int:
    """How many PostgreSQL has counted in this database; SQLite, with one writer at a time, knows none."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


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
