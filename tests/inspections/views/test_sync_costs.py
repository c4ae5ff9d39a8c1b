"""What `sync` and `state` ask of the database: the same for one change as for a whole form."""

import gzip
import json
import random
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from inspections.checklist import checklist
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, add_photo, answer, jpeg
from tests.stage import given, make_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def real() -> Device:
    stage = make_stage(townships=1)
    return Device(stage.cast["inspector"], stage.inspections[0])


def good_answers(device: Device, count: int) -> list[dict[str, Any]]:
    chance, kind = random.Random(1), device.inspection.kind
    entries = checklist(device.inspection.edition_id, kind).entries[:count]
    return [mutation(entry.item.code, given(entry, kind, chance).value) for entry in entries]


@pytest.mark.parametrize("count", [1, 3, 70])
def test_delivery_costs_the_same_for_1_3_and_70_changes(
    real: Device, django_assert_num_queries: Any, count: int
) -> None:
    made = good_answers(real, count + 1)
    real.sync(made.pop())
    # Session, person; right and what is there; savepoints. Besides, PostgreSQL locks and writes in one
    # statement; SQLite, alone in its transaction, reads again and writes log and answers one after the other.
    with django_assert_num_queries(6 if connection.vendor == "postgresql" else 8):
        body = real.sync(*made)
    assert {result["outcome"] for result in body["results"]} == {"applied"}


@pytest.mark.parametrize("count", [1, 3, 70])
def test_first_delivery_is_read_and_decided_once(
    real: Device, django_assert_num_queries: Any, count: int
) -> None:
    made = good_answers(real, count)
    # As above, and the inspection's beginning.
    with django_assert_num_queries(8 if connection.vendor == "postgresql" else 9):
        body = real.sync(*made)
    assert {result["outcome"] for result in body["results"]} == {"applied"}


@pytest.mark.parametrize("answered", [1, 3, 6])
def test_state_costs_the_same_however_much_is_filled(
    stage: Stage, django_assert_num_queries: Any, answered: int
) -> None:
    codes = ["yes", "choice", "area", "zones", "windows", "posts"]
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    answer(inspection, person, **dict.fromkeys(codes[answered:]))
    for shade in range(answered):
        add_photo(inspection, person, jpeg(f"rgb({9 * shade}, 0, 0)"), codes[shade])
    phone = Device(person, inspection)
    with django_assert_num_queries(12):
        body = phone.client.get(f"/inspections/{inspection.pk}/state/").json()
    assert (len(body["answers"]), len(body["photos"])) == (answered, answered)


def test_repeated_state_weighs_little(real: Device) -> None:
    entries = checklist(real.inspection.edition_id, real.inspection.kind).entries
    real.sync(*[mutation(entry.item.code, None, note="说明" * 20) for entry in entries])
    url = reverse("inspections:state", args=[real.inspection.pk])
    first = real.client.get(url, headers={"accept-encoding": "gzip"})
    repeated = real.client.get(url, {"since": real.cursor}, headers={"accept-encoding": "gzip"})
    assert json.loads(gzip.decompress(first.content))["total"] == len(entries)
    assert len(first.content) < 15 * 1024
    assert len(repeated.content) < 5 * 1024
