"""Two devices at one inspection: what merges by itself, what is a conflict, and who hears of it."""

import pytest

from inspections import actions
from inspections.answers import Given
from inspections.models import AnswerEvent, Conflict
from tests.inspections.actions.test_syncing import held, stored
from tests.inspections.devices import Device, mutation
from tests.small_stage import NOW, Stage, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(stage: Stage) -> Device:
    return Device(stage.cast["inspector"], stage.inspections[0])


@pytest.fixture
def tablet(stage: Stage) -> Device:
    return Device(stage.cast["lead_inspector"], stage.inspections[0])


def test_two_edits_of_one_base_are_one_conflict_kept_and_shown(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("yes", True))
    body = phone.sync(mutation("yes", False))
    (result,) = body["results"]
    assert (result["outcome"], result["version"], result["status"]) == ("conflict", 1, "not_met")
    theirs = result["theirs"]
    assert (theirs["value"], theirs["by"], theirs["mine"]) == (True, tablet.person.name, False)
    assert body["conflicts"] == ["yes"]
    assert held() == (True, 1)
    conflict = Conflict.objects.open().get()
    assert (conflict.event.new["value"], conflict.item.code) == (False, "yes")
    assert stored() == [("yes", "applied", 0, 1), ("yes", "conflict", 0, 1)]


def test_different_items_merge_by_themselves(phone: Device, tablet: Device) -> None:
    phone.sync(mutation("yes", True))
    body = tablet.sync(mutation("area", "170"))
    assert [change["item"] for change in body["changes"]] == ["yes"]
    assert body["answered"] == 2
    assert phone.sync()["changes"][0]["item"] == "area"
    assert phone.sync()["changes"] == []
    assert not Conflict.objects.exists()


def test_changes_are_those_of_others_since_the_cursor(phone: Device, tablet: Device) -> None:
    phone.sync(mutation("yes", True), mutation("choice", "met"))
    tablet.sync()
    phone.sync(mutation("choice", "partly", base=1))
    (change,) = tablet.sync()["changes"]
    assert (change["item"], change["value"], change["version"], change["by"]) == (
        "choice",
        "partly",
        2,
        phone.person.name,
    )


def test_cursor_whose_event_is_not_there_gets_everything(phone: Device, tablet: Device) -> None:
    """As after a backup was restored: better told twice than not at all."""
    tablet.sync(mutation("yes", True), mutation("choice", "met"))
    for cursor in (None, 10**9):
        phone.cursor = cursor
        reply = phone.sync()
        assert {change["item"] for change in reply["changes"]} == {"yes", "choice"}
        # A device that never heard anything has lost nothing.
        assert reply["restored"] is (cursor is not None)
    assert phone.sync()["restored"] is False


def test_base_that_the_server_never_had_does_not_overwrite(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("yes", True))
    assert phone.outcomes(mutation("yes", False, base=999)) == [("conflict", 1)]
    assert held() == (True, 1)


def test_later_change_of_a_device_in_conflict_takes_its_place(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("choice", "met"))
    phone.sync(mutation("choice", "partly"))
    phone.sync(mutation("choice", "not_met"))
    assert Conflict.objects.count() == 1
    assert Conflict.objects.get().event.new["value"] == "not_met"
    assert [row[1] for row in stored()] == ["applied", "conflict", "conflict"]


def test_conflicts_of_two_devices_are_two(phone: Device, tablet: Device, stage: Stage) -> None:
    third = Device(stage.cast["inspector"], stage.inspections[0])
    tablet.sync(mutation("choice", "met"))
    phone.sync(mutation("choice", "partly"))
    third.sync(mutation("choice", "not_met"))
    assert Conflict.objects.open().count() == 2


def test_saying_what_the_answer_says_takes_the_objection_back(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("yes", True))
    phone.sync(mutation("yes", False))
    body = phone.sync(mutation("yes", True, base=1))
    assert (body["results"][0]["outcome"], body["conflicts"]) == ("same", [])
    conflict = Conflict.objects.get()
    assert (conflict.settled_by, conflict.settled_event.outcome) == (phone.person, "same")
    assert held() == (True, 1)


def test_agreement_of_another_does_not_settle(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("yes", True))
    phone.sync(mutation("yes", False))
    assert tablet.sync(mutation("yes", True, base=1))["conflicts"] == ["yes"]


def test_conflict_repeated_shows_what_there_is_now(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("choice", "met"))
    lost = mutation("choice", "partly")
    phone.sync(lost)
    tablet.sync(mutation("choice", "not_met", base=1))
    (result,) = phone.sync(lost)["results"]
    assert (result["outcome"], result["version"], result["theirs"]["value"]) == ("conflict", 1, "not_met")
    assert Conflict.objects.count() == 1


def test_form_without_script_and_device_share_one_history(phone: Device, stage: Stage) -> None:
    actions.save_answer(
        inspection=stage.inspections[0], code="yes", given=Given(True), by=phone.person, now=NOW
    )
    assert phone.outcomes(mutation("yes", False, base=1)) == [("applied", 2)]
    with pytest.raises(actions.Stale):
        actions.save_answer(
            inspection=stage.inspections[0],
            code="yes",
            given=Given(True, note="改", base=1),
            by=phone.person,
            now=later(1),
        )
    assert [row[1:] for row in stored()] == [("applied", 0, 1), ("applied", 1, 2)]
    assert AnswerEvent.objects.filter(device=None).count() == 1
