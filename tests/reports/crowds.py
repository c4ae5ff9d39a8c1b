"""People who submit, correct, close, move and review at the same moment, at random."""

import random
import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from inspections import actions as inspecting
from inspections.models import Finding, Inspection
from organization import actions as organizing
from organization.models import Region, ServiceCenter, User
from organization.problems import NotAllowed, Problem
from reports import actions
from reports.models import CenterResult
from reports.outcomes import Outcome, units
from tests.small_stage import NOW, later

# How long those who disturb the others rest between two acts.
PAUSE = 0.02


class Crowd:
    """Acts on inspections that have been filled and those that have been submitted.

    `todo` are the keys of the former, worked off together; `places` is where centers may move to.
    """

    def __init__(self, cast: dict[str, User], places: list[Region], todo: Iterable[Any]) -> None:
        self.cast, self.places = cast, places
        self.faults: list[BaseException] = []
        self.refused = 0
        self.every = list(todo)
        self.todo = list(self.every)
        self.lock = threading.Lock()
        self.done = threading.Event()

    def take(self) -> Any | None:
        with self.lock:
            return self.todo.pop() if self.todo else None

    def submitting(self, chance: random.Random) -> bool:
        pk = self.take()
        if pk is None:
            return False
        inspection = Inspection.objects.select_related("center", "round", "region").get(pk=pk)
        actions.submit(inspection=inspection, by=self.cast["lead_inspector"], now=NOW)
        return True

    def correcting(self, chance: random.Random) -> bool:
        row = CenterResult.objects.filter(pk=chance.choice(self.every)).first()
        if row:
            inspection = Inspection.objects.select_related("center", "round").get(pk=row.pk)
            better = Outcome(units(f"{chance.randint(60, 99)}.5"), "良好", row.sections, row.outcome.items)
            actions.adjust(inspection=inspection, outcome=better)
        return True

    def closing(self, chance: random.Random) -> bool:
        center = chance.choice(list(ServiceCenter.objects.all()))
        closed = None if center.closed_on else NOW.date()
        by = self.cast["administrator"]
        organizing.edit_center(
            by=by, center=center, name=center.name, address="", phone="", closed_on=closed, now=NOW
        )
        return True

    def moving(self, chance: random.Random) -> bool:
        center = chance.choice(list(ServiceCenter.objects.all()))
        organizing.move_center(center=center, region=chance.choice(self.places), by=None, now=NOW)
        return True

    def reviewing(self, chance: random.Random) -> bool:
        found = list(Finding.objects.filter(inspection=chance.choice(self.every)))
        if found:
            words = {row.pk: "说明" for row in found}
            by = self.cast["administrator"]
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
                    self.done.wait(PAUSE)
        except BaseException as fault:
            self.faults.append(fault)
        finally:
            connection.close()

    def submit(self, writers: int) -> None:
        """Submit all that is to be submitted, by so many at once."""
        started = [threading.Thread(target=self.run, args=(self.submitting, n)) for n in range(writers)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()

    def disturb(self) -> list[threading.Thread]:
        """Correct, close, move and review until `done` is set."""
        acts = [self.correcting, self.correcting, self.closing, self.moving, self.moving, self.reviewing]
        started = [threading.Thread(target=self.run, args=(act, 100 + n)) for n, act in enumerate(acts)]
        for thread in started:
            thread.start()
        return started

    def work(self, writers: int) -> None:
        around = self.disturb()
        self.submit(writers)
        self.done.set()
        for thread in around:
            thread.join()


def deadlocks() -> int:
    """How many PostgreSQL has counted in this database; SQLite, with one writer at a time, knows none."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])
