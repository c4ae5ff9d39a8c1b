"""What a delivery is decided upon: one statement, on both databases, and what it says of a moment."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from inspections.delivery_rows import Present, find_with_present, read_present
from inspections.entrance import find_to_fill
from inspections.merging import Outcome
from inspections.models import AnswerEvent, Inspection
from organization.models import User
from tests.inspections.devices import Device, mutation
from tests.inspections.test_entrance import by
from tests.inspections.test_permissions import STATES, everybody, fresh, in_state
from tests.small_stage import Stage, jpeg

pytestmark = pytest.mark.django_db


def read(stage: Stage, *mutations: UUID, codes: tuple[str, ...] = ("yes", "area")) -> Present:
    inspection = stage.inspections[0]
    items = [event.item_id for event in AnswerEvent.objects.filter(item__code__in=codes).order_by("pk")]
    return read_present(inspection, stage.cast["inspector"], items, mutations, lock=False)


def test_nothing_is_there_before_the_first_delivery(stage: Stage) -> None:
    present = read(stage, uuid4())
    assert (present.state, present.last, present.statuses, present.held) == ("to_begin", 0, {}, {})
    assert (present.known, present.has_conflicts) == ({}, False)
    assert (present.announced, present.on_the_way) == (0, 0)


def test_what_was_delivered_is_read_as_it_was_sent(stage: Stage) -> None:
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    yes = mutation("yes", True, note="“一” \\ %s")
    area = mutation("area", "150.5")
    none = mutation("choice", None, na=True, reason="没有")
    phone.sync(yes, area, none)
    present = read(stage, UUID(yes["id"]), UUID(area["id"]), uuid4(), codes=("yes", "area", "choice"))
    events = {str(event.mutation): event for event in AnswerEvent.objects.all()}
    assert present.last == max(event.pk for event in events.values())
    assert sorted(present.statuses.values()) == sorted(held.status for held in present.held.values())
    for sent in (yes, area):
        known, event = present.known[UUID(sent["id"])], events[sent["id"]]
        assert (known.id, known.inspection, known.item) == (event.pk, event.inspection_id, event.item_id)
        assert (known.outcome, known.version, known.at) == (Outcome.APPLIED, 1, event.at)
        assert known.content == event.new == present.held[event.item_id].content
    assert len(present.known) == 2
    held = present.held[events[none["id"]].item_id]
    assert held.content == {"value": None, "na": True, "reason": "没有", "note": ""}
    assert (held.by, held.at) == (phone.person.pk, events[none["id"]].at)


def test_mutations_of_other_inspections_are_known_and_nothing_else_of_them(stage: Stage) -> None:
    other = Device(stage.cast["inspector"], stage.inspections[1])
    sent = mutation("yes", True)
    other.sync(sent)
    other.announce(jpeg())
    present = read(stage, UUID(sent["id"]))
    assert present.known[UUID(sent["id"])].inspection == stage.inspections[1].pk
    assert (present.last, present.statuses, present.held, present.announced) == (0, {}, {}, 0)


def test_photos_on_the_way_and_conflicts_are_counted(stage: Stage) -> None:
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    tablet = Device(stage.cast["lead_inspector"], stage.inspections[0])
    phone.upload(jpeg(), "yes")
    phone.announce(jpeg("rgb(9, 9, 9)"))
    phone.sync(mutation("yes", True))
    assert not read(stage).has_conflicts
    tablet.sync(mutation("yes", False))
    present = read(stage)
    assert (present.announced, present.on_the_way, present.has_conflicts) == (2, 1, True)


@pytest.mark.parametrize("lock", [True, False])
def test_it_is_one_query_and_reads_again_what_may_have_changed(
    stage: Stage, django_assert_num_queries: Any, lock: bool
) -> None:
    person = stage.cast["inspector"]
    found = find_to_fill(person, stage.inspections[0].pk)
    Inspection.objects.filter(pk=found.pk).update(lead=person, state="in_progress")
    found.inspectors.remove(person)
    with transaction.atomic(), django_assert_num_queries(1):
        present = read_present(found, person, [], [], lock=lock)
    assert (found.lead_id, found.state, found.is_assigned_to(person)) == (person.pk, "in_progress", False)
    assert present.state == "in_progress"


@pytest.mark.parametrize("lock", [True, False])
def test_what_is_gone_says_so(stage: Stage, lock: bool) -> None:
    found = find_to_fill(stage.cast["inspector"], stage.inspections[0].pk)
    Inspection.objects.filter(pk=found.pk).delete()
    with pytest.raises(Inspection.DoesNotExist), transaction.atomic():
        read_present(found, stage.cast["inspector"], [], [], lock=lock)


def with_present(person: User, inspection: Inspection, *mutations: str) -> tuple[Inspection, Present | None]:
    return find_with_present(fresh(person), inspection.pk, ["yes", "area", "no such item"], mutations)


@pytest.mark.parametrize("state", STATES)
def test_found_with_what_is_there_is_what_the_short_way_finds(stage: Stage, other: Stage, state: str) -> None:
    inspection = in_state(stage, state)
    for name, person in everybody(stage, other).items():
        told = by(lambda person, _pk: with_present(person, inspection)[0], fresh(person), inspection)
        assert told == by(find_to_fill, fresh(person), inspection), name


def test_what_is_there_is_the_same_with_the_inspection_and_after_it(stage: Stage, other: Stage) -> None:
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    Device(stage.cast["inspector"], stage.inspections[1]).sync(mutation("area", "99"))
    Device(other.cast["inspector"], other.inspections[0]).sync(mutation("yes", False))
    sent = mutation("yes", True, note="“一” \\ %s {,}")
    phone.sync(sent, mutation("choice", "met"))
    phone.announce(jpeg())
    found, present = with_present(phone.person, stage.inspections[0], sent["id"], str(uuid4()))
    after = read(stage, UUID(sent["id"]))
    if connection.vendor == "sqlite":
        assert present is None
        return
    assert present == after
    assert [held.content["value"] for held in after.held.values()] == [True]
    whole = find_to_fill(fresh(phone.person), found.pk)
    names = [field.attname for field in Inspection._meta.concrete_fields]
    assert {n: v for n, v in found.__dict__.items() if n in names} == {
        n: v for n, v in whole.__dict__.items() if n in names
    }


def test_found_with_what_is_there_is_one_query(stage: Stage, django_assert_num_queries: Any) -> None:
    person = fresh(stage.cast["inspector"])
    with django_assert_num_queries(1):
        found, _present = find_with_present(person, stage.inspections[0].pk, ["yes"], [str(uuid4())])
    assert (found.round.name, found.center.name) != ("", "")
