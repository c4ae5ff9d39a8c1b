"""The lead's decision between answers in conflict: who may, what holds, and what stays in the history."""

from typing import Any

import pytest

from inspections import actions
from inspections.contention import disputes
from inspections.models import Answer, AnswerEvent, Conflict
from organization.models import AuditEntry, Role
from organization.problems import NotAllowed, Problem
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, answer, later, submit_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(stage: Stage) -> Device:
    return Device(stage.cast["inspector"], stage.inspections[0])


@pytest.fixture
def tablet(stage: Stage) -> Device:
    return Device(stage.cast["lead_inspector"], stage.inspections[0])


def settle(
    stage: Stage, event: int, *, seen: int = 1, who: str = "lead_inspector", code: str = "choice"
) -> Any:
    by = stage.cast[who]
    return actions.settle(
        inspection=stage.inspections[0], code=code, event=event, seen=seen, by=by, now=later(1)
    )


def in_conflict(phone: Device, tablet: Device) -> tuple[int, int]:
    """An item in conflict; returns the keys of the answer that holds and of the one that lost."""
    tablet.sync(mutation("choice", "met"))
    phone.sync(mutation("choice", "partly", note="门口"))
    held, lost = AnswerEvent.objects.order_by("pk").values_list("pk", flat=True)
    return held, lost


def test_picking_what_lost_makes_it_hold(stage: Stage, phone: Device, tablet: Device) -> None:
    _, lost = in_conflict(phone, tablet)
    event = settle(stage, lost)
    answer = Answer.objects.get()
    assert (answer.value, answer.note, answer.status, answer.version) == ("partly", "门口", "partly", 2)
    assert (answer.updated_by, answer.updated_at) == (phone.person, later(1))
    assert (event.outcome, event.by, event.base, event.version) == ("settled", tablet.person, 1, 2)
    conflict = Conflict.objects.get()
    assert (conflict.settled_by, conflict.settled_at, conflict.settled_event) == (
        tablet.person,
        later(1),
        event,
    )
    assert [e.outcome for e in AnswerEvent.objects.order_by("pk")] == ["applied", "conflict", "settled"]
    entry = AuditEntry.objects.get(action="conflict.settle")
    assert (entry.detail["item"], entry.detail["version"]) == ("choice", 2)


def test_picking_what_holds_is_a_decision_too(stage: Stage, phone: Device, tablet: Device) -> None:
    held, _ = in_conflict(phone, tablet)
    settle(stage, held)
    answer = Answer.objects.get()
    assert (answer.value, answer.version, answer.updated_by) == ("met", 2, tablet.person)
    assert not Conflict.objects.open().exists()
    (change,) = phone.sync()["changes"]
    assert (change["value"], change["version"]) == ("met", 2)


def test_what_a_device_says_upon_the_older_version_is_a_new_conflict(
    stage: Stage, phone: Device, tablet: Device
) -> None:
    held, _ = in_conflict(phone, tablet)
    settle(stage, held)
    assert phone.outcomes(mutation("choice", "not_met", base=1)) == [("conflict", 2)]
    assert Conflict.objects.open().count() == 1


def test_every_conflict_of_the_item_is_closed_and_no_other(
    stage: Stage, phone: Device, tablet: Device
) -> None:
    _, lost = in_conflict(phone, tablet)
    third = Device(stage.cast["inspector"], stage.inspections[0])
    third.sync(mutation("choice", "not_met"))
    tablet.sync(mutation("yes", True))
    phone.sync(mutation("yes", False))
    settle(stage, lost)
    assert [conflict.item.code for conflict in Conflict.objects.open()] == ["yes"]


def test_all_answers_in_question_may_be_picked(stage: Stage, phone: Device, tablet: Device) -> None:
    """Also the one that another lost to, where it was changed since."""
    held, lost = in_conflict(phone, tablet)
    phone.sync(mutation("choice", "not_met", base=1))
    (dispute,) = disputes(stage.inspections[0]).values()
    newest = AnswerEvent.objects.latest("pk").pk
    assert dispute.version == 2
    assert [(one.event.pk, one.is_present) for one in dispute.contenders] == [
        (newest, True),
        (held, False),
        (lost, False),
    ]
    settle(stage, held, seen=2)
    assert Answer.objects.get().value == "met"


def test_other_inspections_are_in_no_dispute_here(stage: Stage, phone: Device, tablet: Device) -> None:
    in_conflict(phone, tablet)
    assert disputes(stage.inspections[1]) == {}


@pytest.mark.parametrize("conflicts", [1, 3])
def test_disputes_cost_the_same(
    stage: Stage, phone: Device, tablet: Device, django_assert_num_queries: Any, conflicts: int
) -> None:
    for code, one, two in [("choice", "met", "partly"), ("yes", True, False), ("area", "1", "2")][:conflicts]:
        tablet.sync(mutation(code, one))
        phone.sync(mutation(code, two))
    with django_assert_num_queries(2):
        assert len(disputes(stage.inspections[0])) == conflicts


# ---- refused


def test_answer_that_came_since_the_lead_looked_is_not_decided_over(
    stage: Stage, phone: Device, tablet: Device
) -> None:
    _, lost = in_conflict(phone, tablet)
    phone.sync(mutation("choice", "not_met", base=1))
    with pytest.raises(Problem, match="新的答案"):
        settle(stage, lost, seen=1)
    assert Conflict.objects.open().count() == 1


def test_settling_twice_is_told(stage: Stage, phone: Device, tablet: Device) -> None:
    _, lost = in_conflict(phone, tablet)
    settle(stage, lost)
    with pytest.raises(Problem, match="可能已经选定"):
        settle(stage, lost, seen=2)
    assert Answer.objects.get().version == 2


def test_answer_of_another_item_or_inspection_cannot_be_picked(
    stage: Stage, other: Stage, phone: Device, tablet: Device
) -> None:
    in_conflict(phone, tablet)
    tablet.sync(mutation("yes", True))
    Device(other.cast["inspector"], other.inspections[0]).sync(mutation("choice", "not_met"))
    for event in AnswerEvent.objects.order_by("-pk")[:2]:
        with pytest.raises(Problem):
            settle(stage, event.pk)
    assert Answer.objects.get(inspection=stage.inspections[0], item__code="choice").version == 1


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"lead_inspector"}))
def test_nobody_but_the_lead_settles(stage: Stage, phone: Device, tablet: Device, role: str) -> None:
    _, lost = in_conflict(phone, tablet)
    with pytest.raises(NotAllowed) as caught:
        settle(stage, lost, who=role)
    assert caught.value.action == "conflict.settle"
    assert Conflict.objects.open().count() == 1


def test_open_conflict_keeps_the_inspection_from_being_submitted(
    stage: Stage, phone: Device, tablet: Device
) -> None:
    _, lost = in_conflict(phone, tablet)
    answer(stage.inspections[0], stage.cast["inspector"], choice=None)
    with pytest.raises(Problem, match="1项填得不一致"):
        submit_by(stage.inspections[0], stage.cast["lead_inspector"])
    settle(stage, lost)
    assert submit_by(stage.inspections[0], stage.cast["lead_inspector"]).state == "submitted"
    with pytest.raises(NotAllowed, match="已经提交"):
        settle(stage, lost, seen=2)
