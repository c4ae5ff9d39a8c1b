"""What arrives while figures are read: submissions of one and of two processes, saves, a rehearsal."""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

# Village centers in the real county, so many below each township: the shipped stage has one.
PLACES = 40
VILLAGES = """
WITH made AS (
    INSERT INTO organization_region (code, level, name, parent_id, is_demonstration)
    SELECT substr(t.code, 1, 9) || (500 + n), 5, n || '村', t.code, false
    FROM organization_region t, generate_series(1, %(places)s) n WHERE t.parent_id = %(county)s
    ON CONFLICT DO NOTHING RETURNING code, name
)
INSERT INTO organization_servicecenter (region_id, kind, name, address, phone)
SELECT code, 'village', name || '便民服务点', '', '' FROM made
"""
CENTERS = """
INSERT INTO inspections_inspection (id, round_id, center_id, region_id, kind, edition_id, state, lead_id,
    began_at, grade)
SELECT gen_random_uuid(), t.id, c.id, c.region_id, c.kind, t.edition_id, 'in_progress', %(lead)s, now(), ''
FROM inspections_round t, organization_servicecenter c
WHERE t.id = ANY(%(rounds)s) AND c.id = ANY(%(centers)s)
RETURNING id
"""
PEOPLE = """
INSERT INTO inspections_inspection_inspectors (inspection_id, user_id)
SELECT i, p FROM unnest(%(inspections)s::uuid[]) i, unnest(%(people)s) p
"""
# How often the figures are looked at while submissions arrive.
READS = 5
ANSWERS = """
INSERT INTO inspections_answer (inspection_id, item_id, value, na, reason, note, status, version,
    updated_by_id, updated_at)
SELECT i, a.item_id, a.value, a.na, a.reason, a.note, a.status, a.version, a.updated_by_id, a.updated_at
FROM inspections_answer a, unnest(%(inspections)s::uuid[]) i WHERE a.inspection_id = %(first)s
"""


def to_submit(stage: Any, count: int, *, filled: bool = True) -> list[Any]:
    """Inspections of the real county's villages in rounds of their own, with the answers of a submitted one
    if they are to be `filled`.

    Of many villages: a center has had some dozens of inspections, not hundreds.
    """
    from django.db import connection
    from django.utils import timezone

    from inspections.models import Inspection, Round
    from organization.models import ServiceCenter

    first = Inspection.objects.filter(round=stage.round, kind="village").first()
    county = stage.county.region.code
    with connection.cursor() as cursor:
        cursor.execute(VILLAGES, {"places": PLACES, "county": county})
    villages = ServiceCenter.objects.filter(kind="village", region__parent__parent=county)
    centers = list(villages.order_by("pk").values_list("pk", flat=True))
    number = Round.objects.count()
    rounds = [
        Round.objects.create(
            name=f"bench {number + n}", kind=Round.Kind.COUNTY, region=stage.county.region,
            edition=stage.edition, starts_on=date(2023, 11, 1), ends_on=date(2023, 12, 31), plan_number="1",
            created_by=stage.cast["administrator"], created_at=timezone.now(),
        )
        for n in range(-(-count // len(centers)))
    ]  # fmt: skip
    people = [stage.cast[role].pk for role in ("inspector", "lead_inspector")]
    values: dict[str, Any] = {"lead": people[1], "people": people, "centers": centers, "first": str(first.pk)}
    with connection.cursor() as cursor:
        cursor.execute(CENTERS, values | {"rounds": [round.pk for round in rounds]})
        values["inspections"] = [str(pk) for (pk,) in cursor.fetchall()][:count]
        cursor.execute(PEOPLE, values)
        if filled:
            cursor.execute(ANSWERS, values)
    return list(Inspection.objects.filter(pk__in=values["inspections"]).select_related("round", "center"))


@contextmanager
def no_summaries() -> Iterator[None]:
    """The same submit without counting anything."""
    from organization import counting
    from reports.actions import submitting

    count, write = submitting.count_result, counting.Counts.write
    submitting.count_result, counting.Counts.write = (lambda *_: None), (lambda _: None)
    try:
        yield
    finally:
        submitting.count_result, counting.Counts.write = count, write


def submit_all(stage: Any, some: list[Any], gap: float = 0) -> float:
    """Submit them one after the other, or one each `gap` seconds; returns how many a second."""
    from django.utils import timezone

    from reports import actions

    by, begin = stage.cast["lead_inspector"], time.perf_counter()
    for number, one in enumerate(some):
        time.sleep(max(0, begin + number * gap - time.perf_counter()))
        actions.submit(inspection=one, by=by, now=timezone.now())
    return len(some) / (time.perf_counter() - begin)


def with_and_without(stage: Any, count: int) -> tuple[float, float]:
    """Submissions a second of one process, with all summaries and without any; they take turns."""
    waiting, part = to_submit(stage, count), count // 8
    rates: dict[bool, list[float]] = {True: [], False: []}
    submit_all(stage, waiting[:2])
    for turn in range(8):
        some = waiting[max(2, turn * part) : (turn + 1) * part]
        if turn % 2:
            with no_summaries():
                rates[False].append(submit_all(stage, some))
        else:
            rates[True].append(submit_all(stage, some))
    return statistics.median(rates[True]), statistics.median(rates[False])


def _submitter(stage: Any, some: list[Any], told: Any, gap: float) -> None:
    from django.db import connections

    connections.close_all()
    told.put(submit_all(stage, some, gap))
    connections.close_all()


def at_once(
    stage: Any, processes: int, count: int, meanwhile: Callable[[], Any] | None = None, *, rate: float = 0
) -> Any:
    """Let so many processes submit `count` each; returns their rate together, and what `meanwhile` came to.

    With a `rate`, so many arrive a second, if they can. `meanwhile` is called READS times a second until
    they have ended.
    """
    from django.db import connections

    parts, gap = [to_submit(stage, count) for _ in range(processes)], processes / rate if rate else 0
    connections.close_all()
    context = multiprocessing.get_context("fork")
    told: Any = context.Queue()
    workers = [context.Process(target=_submitter, args=(stage, part, told, gap)) for part in parts]
    for worker in workers:
        worker.start()
    found = []
    while any(worker.is_alive() for worker in workers):
        if meanwhile is None:
            workers[0].join()
        else:
            begin = time.perf_counter()
            meanwhile()
            found.append(1000 * (time.perf_counter() - begin))
            time.sleep(max(0, begin + 1 / READS - time.perf_counter()))
    return sum(told.get() for _ in workers), sorted(found[1:])


def saves(stage: Any, folder: str) -> tuple[Any, Any]:
    """Single saves of three devices over two web processes, beside a bare view with one upsert."""
    import random

    from django.db import connection
    from django.test import Client

    from bench import field
    from bench._server import Server
    from inspections.checklist import checklist
    from tests.stage import given

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (id varchar(36) PRIMARY KEY, value text)")
    person, devices = stage.cast["inspector"], []
    for inspection in to_submit(stage, 3, filled=False):
        client, chance = Client(), random.Random(1)
        field.log_in(client, person)
        entries = checklist(inspection.edition_id, inspection.kind).entries
        values = {entry.item.code: given(entry, inspection.kind, chance).value for entry in entries}
        device = field.Device(client.cookies["sessionid"].value, person.pk, str(inspection.pk), values)
        devices.append(device)
    os.environ |= {"PYTHONPATH": str(field.ROOT), "PORTAL_PUBLIC_REQUESTS_PER_MINUTE": "0"}
    server = Server(folder)
    try:
        for _ in range(3):
            bare = field.load(server, devices, lambda device: device.upsert("/floor/"))
            saved = field.load(server, devices, field.Device.one)
    finally:
        server.stop()
    return saved, bare


def rehearse(stage: Any, round: Any, region: Any, by: Any, batches: int) -> float:
    """Replay some batches of a round's inspections by the standard; returns milliseconds an inspection."""
    from django.utils import timezone

    from reports.actions import rehearsing

    row = rehearsing.start_rehearsal(
        edition=stage.edition, rounds=[round], region=region, by=by, now=timezone.now()
    )
    editions = rehearsing.Editions(rehearsing.standard_of(row))
    begin = time.perf_counter()
    for _ in range(batches):
        if not rehearsing.carry_on(row=row, editions=editions, now=timezone.now()):
            break
    return 1000 * (time.perf_counter() - begin) / max(row.done, 1)
