"""Requests that arrive at the same moment: twins, rivals, and the same photo from two devices."""

import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from inspections.actions import arriving
from inspections.actions.arriving import Arrival
from inspections.models import Answer, AnswerEvent, Conflict, Photo, PhotoChunk
from organization.models import AuditEntry
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, jpeg, small_stage

pytestmark = pytest.mark.django_db(transaction=True)
BODY = jpeg("rgb(20, 90, 160)", (200, 150))


@pytest.fixture
def scene() -> Stage:
    return small_stage()


def devices(stage: Stage, count: int, place: int = 0) -> list[Device]:
    people = [stage.cast["inspector"], stage.cast["lead_inspector"]]
    return [Device(people[n % 2], stage.inspections[place]) for n in range(count)]


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What each work returns, all of them begun at the same moment in threads of their own."""
    gate = threading.Barrier(len(works))
    told: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        gate.wait()
        try:
            told[place] = works[place]()
        except Exception as fault:
            told[place] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    faults = [one for one in told if isinstance(one, Exception)]
    assert faults == []
    return told


@pytest.mark.parametrize("turn", range(3))
def test_identical_twins_get_the_same_success(scene: Stage, turn: int) -> None:
    sent = [mutation("yes", True), mutation("area", "150")]
    phones = devices(scene, 6)
    for phone in phones:
        phone.person, phone.client = phones[0].person, Device(phones[0].person, phone.inspection).client
    told = at_once([partial(phone.try_sync, *sent) for phone in phones])
    assert {said.status_code for said in told} == {200}
    results = [said.json()["results"] for said in told]
    assert all(one == results[0] for one in results)
    assert [one["outcome"] for one in results[0]] == ["applied", "applied"]
    assert (AnswerEvent.objects.count(), Answer.objects.count()) == (2, 2)


@pytest.mark.parametrize("turn", range(3))
def test_rivals_upon_one_base_are_one_answer_and_conflicts(scene: Stage, turn: int) -> None:
    phones = devices(scene, 5)
    told = at_once([partial(phone.try_sync, mutation("yes", True, note=phone.id)) for phone in phones])
    outcomes = Counter(said.json()["results"][0]["outcome"] for said in told)
    assert outcomes == {"applied": 1, "conflict": 4}
    assert (Answer.objects.get().version, Conflict.objects.open().count()) == (1, 4)
    assert AnswerEvent.objects.count() == 5


def test_one_identifier_for_two_inspections_is_taken_once(scene: Stage) -> None:
    one = mutation("yes", True)
    works = [partial(phone.try_sync, one) for place in (0, 1) for phone in devices(scene, 3, place)]
    told = at_once(works)
    assert {said.status_code for said in told} == {200}
    outcomes = [said.json()["results"][0]["outcome"] for said in told]
    assert sorted(Counter(outcomes).items()) == [("applied", 3), ("reused", 3)]
    assert AnswerEvent.objects.count() == 1


def test_many_devices_at_one_inspection_lose_no_change_of_others(scene: Stage) -> None:
    """Each device's cursor misses none of the others' changes, whatever committed when."""
    phones = devices(scene, 4)
    items = ["yes", "choice", "area", "posts"]
    values = {"yes": True, "choice": "met", "area": "1", "posts": 0}

    def work(phone: Device, code: str) -> set[str]:
        seen = set()
        base = 0
        for turn in range(8):
            body = phone.sync(mutation(code, values[code], note=str(turn), base=base))
            base = body["results"][0]["version"]
            seen |= {f"{change['item']} {change['version']}" for change in body["changes"]}
        return seen

    at_once([partial(work, phone, code) for phone, code in zip(phones, items, strict=True)])
    held = {f"{answer.item.code} {answer.version}" for answer in Answer.objects.select_related("item")}
    assert held == {f"{code} 8" for code in items}
    for phone, own in zip(phones, items, strict=True):
        last = phone.sync()
        assert last["cursor"] == AnswerEvent.objects.latest("pk").pk
        phone.cursor = None
        assert {f"{one['item']} {one['version']}" for one in phone.sync()["changes"]} == held, own


def test_same_photo_announced_by_many_is_one(scene: Stage) -> None:
    key = str(uuid4())
    phones = devices(scene, 5)
    told = at_once([partial(phone.announce, BODY, id=key) for phone in phones])
    assert {said.status_code for said in told} == {200}
    assert {said.json()["offset"] for said in told} == {0}
    assert Photo.objects.count() == 1


def test_same_pieces_by_many_come_to_one_whole_photo(scene: Stage) -> None:
    key = str(uuid4())
    phones = devices(scene, 4)
    phones[0].announce(BODY, id=key)

    def work(phone: Device) -> dict[str, Any]:
        said = phone.announce(BODY, id=key).json()
        while not said.get("done"):
            said = phone.put(key, said["offset"], BODY[said["offset"] : said["offset"] + 300]).json()
        return said

    told = at_once([partial(work, phone) for phone in phones])
    assert {one["sha256"] for one in told} == {hashlib.sha256(BODY).hexdigest()}
    assert len({one["stored_sha256"] for one in told}) == 1
    photo = Photo.objects.get()
    assert hashlib.sha256(photo.file.read()).hexdigest() == photo.sha256
    assert not PhotoChunk.objects.exists()


def test_several_photos_at_once(scene: Stage) -> None:
    phones = devices(scene, 4)
    told = at_once(
        [
            partial(phone.upload, jpeg(f"rgb({n}, 9, 9)", (120, 90)), "choice")
            for n, phone in enumerate(phones)
        ]
    )
    assert all(one["done"] for one in told)
    assert Photo.objects.exclude(arrived_at=None).count() == 4


def test_photo_that_a_doubled_request_put_together_meanwhile_is_done(
    scene: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last piece goes through twice: the second finds the pieces taken away, and that is no fault."""
    assemble = arriving._assemble

    def twice(photo: Photo, *given: Any) -> Arrival:
        assemble(Photo.objects.get(pk=photo.pk), *given)
        return assemble(photo, *given)

    monkeypatch.setattr(arriving, "_assemble", twice)
    phone = devices(scene, 1)[0]
    said = phone.put(phone.announce(BODY).json()["id"], 0, BODY)
    assert said.status_code == 200
    assert (said.json()["done"], said.json()["sha256"]) == (True, hashlib.sha256(BODY).hexdigest())
    assert not PhotoChunk.objects.exists()
    assert AuditEntry.objects.filter(action="photo.arrive").count() == 1
