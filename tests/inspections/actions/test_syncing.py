"""Changes that devices deliver: every outcome, repeated, late and out of order."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from inspections.merging import digest
from inspections.models import Answer, AnswerEvent, Conflict, Inspection
from inspections.views import syncing as syncing_view
from tests.inspections.devices import AT, Device, mutation
from tests.small_stage import GOOD, NOW, Stage, answer, submit_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(stage: Stage) -> Device:
    return Device(stage.cast["inspector"], stage.inspections[0])


@pytest.fixture
def tablet(stage: Stage) -> Device:
    return Device(stage.cast["lead_inspector"], stage.inspections[0])


def stored() -> list[tuple[str, str, int, int]]:
    rows = AnswerEvent.objects.values_list("item__code", "outcome", "base", "version")
    return list(rows.order_by("pk"))


def held(code: str = "yes") -> tuple[Any, int]:
    row = Answer.objects.get(item__code=code)
    return row.value, row.version


# ---- one change


def test_change_upon_the_present_version_is_applied(phone: Device) -> None:
    body = phone.sync(mutation("yes", True, note="开着"))
    (result,) = body["results"]
    assert (result["outcome"], result["version"], result["status"]) == ("applied", 1, "met")
    answer = Answer.objects.get()
    assert (answer.value, answer.note, answer.version) == (True, "开着", 1)
    assert (body["answered"], body["total"], body["sections"]) == (1, 6, {"one": [1, 6]})
    assert (body["changes"], body["conflicts"]) == ([], [])
    assert Inspection.objects.get(pk=phone.inspection.pk).state == "in_progress"


def test_both_times_device_and_person_are_kept(phone: Device) -> None:
    sent = mutation("yes", True)
    (result,) = phone.sync(sent)["results"]
    event = AnswerEvent.objects.get()
    assert (event.mutation, event.device) == (UUID(sent["id"]), UUID(phone.id))
    assert event.captured_at.isoformat() == "2026-11-20T01:30:00+00:00"
    assert result["at"] == event.at.isoformat() != AT
    assert (event.by, event.captured_by) == (phone.person, None)


def test_digest_is_of_what_is_kept(phone: Device) -> None:
    body = phone.sync(mutation("area", "132.50", note="  量得 "))
    kept = {"value": "132.5", "na": False, "reason": "", "note": "量得"}
    assert body["results"][0]["digest"] == digest("area", kept)
    (change,) = body["changes"]
    assert (change["item"], change["value"], change["mine"]) == ("area", "132.5", True)


@pytest.mark.parametrize("code", GOOD)
def test_every_kind_of_measure_is_taken(phone: Device, code: str) -> None:
    (result,) = phone.sync(mutation(code, GOOD[code].value))["results"]
    assert (result["outcome"], result["status"]) == ("applied", "met")


def test_not_applicable_with_its_reason(phone: Device) -> None:
    (result,) = phone.sync(mutation("posts", na=True, reason="没有窗口"))["results"]
    assert (result["outcome"], result["status"]) == ("applied", "na")
    assert Answer.objects.get().reason == "没有窗口"


def test_taking_an_answer_back(phone: Device) -> None:
    phone.sync(mutation("yes", True))
    body = phone.sync(mutation("yes", None, base=1))
    assert (body["results"][0]["status"], body["answered"]) == ("unanswered", 0)


def test_same_content_is_the_event_alone(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("yes", True))
    assert phone.outcomes(mutation("yes", True)) == [("same", 1)]
    assert stored() == [("yes", "applied", 0, 1), ("yes", "same", 0, 1)]
    assert held() == (True, 1)
    assert Answer.objects.get().updated_by == tablet.person


def test_nothing_said_where_nothing_is_begins_nothing(phone: Device) -> None:
    assert phone.outcomes(mutation("yes", None)) == [("same", 0)]
    assert Inspection.objects.get(pk=phone.inspection.pk).state == "to_begin"


# ---- content that does not fit


FAULTY = [
    ("yes", {"value": "perhaps"}, "value"),
    ("yes", {"value": 1}, "value"),
    ("area", {"value": "-3"}, "value"),
    ("area", {"value": [1, 2]}, "value"),
    ("area", {"value": {"deep": [[["down"]]]}}, "value"),
    ("area", {"value": "9" * 30}, "value"),
    ("windows", {"value": {"total": 3, "compliant": 4}}, "value"),
    ("windows", {"value": {"total": 3}}, "value"),
    ("zones", {"value": ["guide", "nowhere"]}, "value"),
    ("posts", {"value": "1.5"}, "value"),
    ("yes", {"na": True, "reason": ""}, "reason"),
    ("yes", {"na": True, "reason": "由" * 201}, "reason"),
    ("yes", {"value": True, "note": "长" * 1001}, "note"),
]


@pytest.mark.parametrize(("code", "content", "field"), FAULTY)
def test_content_that_does_not_fit_is_kept_told_and_never_scored(
    phone: Device, code: str, content: dict[str, Any], field: str
) -> None:
    body = phone.sync(mutation(code, **{"value": None, **content}))
    (result,) = body["results"]
    assert (result["outcome"], result["version"], result["status"]) == ("faulty", 0, "")
    assert list(result["errors"]) == [field]
    assert all(line and "%(" not in line for line in result["errors"][field])
    assert not Answer.objects.exists()
    kept = AnswerEvent.objects.get().new
    assert all(kept[name] == value for name, value in content.items())
    assert body["answered"] == 0


def test_faulty_change_leaves_the_answer_and_is_mended_by_the_next(phone: Device) -> None:
    phone.sync(mutation("area", "150"))
    wrong = mutation("area", "viel", base=1)
    right = mutation("area", "160", base=1, after=wrong["id"])
    assert phone.outcomes(wrong, right) == [("faulty", 1), ("applied", 2)]
    assert held("area") == ("160", 2)


def test_faulty_change_repeated_is_told_the_same(phone: Device) -> None:
    wrong = mutation("area", "viel")
    first = phone.sync(wrong)["results"]
    assert phone.sync(wrong)["results"] == first
    assert len(stored()) == 1


# ---- chains


def test_later_change_builds_upon_one_without_acknowledgment(phone: Device) -> None:
    first = mutation("yes", True)
    second = mutation("yes", False, after=first["id"])
    third = mutation("yes", True, after=second["id"], note="终于")
    assert phone.outcomes(first, second, third) == [("applied", 1), ("applied", 2), ("applied", 3)]
    assert held() == (True, 3)


def test_order_within_a_delivery_does_not_matter(phone: Device) -> None:
    first = mutation("yes", True)
    second = mutation("yes", False, after=first["id"])
    third = mutation("yes", True, after=second["id"], note="终于")
    assert phone.outcomes(third, second, first) == [("applied", 3), ("applied", 2), ("applied", 1)]


def test_what_comes_before_its_forerunner_is_early_and_not_kept(phone: Device) -> None:
    first = mutation("yes", True)
    second = mutation("yes", False, after=first["id"])
    assert phone.outcomes(second) == [("early", 0)]
    assert stored() == []
    assert phone.outcomes(first, second) == [("applied", 1), ("applied", 2)]


def test_ring_of_changes_is_early(phone: Device) -> None:
    one, two = mutation("yes", True), mutation("yes", False)
    assert phone.outcomes(one | {"after": two["id"]}, two | {"after": one["id"]}) == [("early", 0)] * 2
    assert stored() == []


def test_forerunner_of_another_item_or_inspection_is_none(phone: Device, stage: Stage) -> None:
    elsewhere = Device(stage.cast["inspector"], stage.inspections[1])
    other_item, other_place = mutation("choice", "met"), mutation("yes", True)
    phone.sync(other_item)
    elsewhere.sync(other_place)
    for after in (other_item["id"], other_place["id"]):
        assert phone.outcomes(mutation("yes", True, after=after)) == [("early", 0)]


def test_successor_of_a_change_in_conflict_stands_where_that_stood(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("choice", "met"))
    lost = mutation("choice", "partly")
    again = mutation("choice", "not_met", after=lost["id"])
    assert phone.outcomes(lost, again) == [("conflict", 1), ("conflict", 1)]
    assert stored()[-1] == ("choice", "conflict", 0, 1)
    assert Conflict.objects.get().event.new["value"] == "not_met"


# ---- repeated delivery


def test_repeated_delivery_gets_the_same_answer_and_writes_nothing(phone: Device) -> None:
    sent = [mutation("yes", True), mutation("area", "77.0"), mutation("zones", ["nowhere"])]
    first = phone.sync(*sent)
    again = phone.sync(*sent)
    assert again["results"] == first["results"]
    assert again["cursor"] == first["cursor"]
    assert len(stored()) == 3


def test_original_sent_again_after_an_edit_gets_its_first_outcome(phone: Device) -> None:
    original = mutation("yes", True)
    first = phone.sync(original)["results"]
    phone.sync(mutation("yes", False, base=1))
    assert phone.sync(original)["results"] == first
    assert held() == (False, 2)


def test_twice_in_one_delivery_is_once(phone: Device) -> None:
    one = mutation("yes", True)
    assert phone.outcomes(one, one) == [("applied", 1), ("applied", 1)]
    assert len(stored()) == 1


def test_known_identifier_with_other_content_is_reused_and_not_kept(phone: Device) -> None:
    one = mutation("yes", True)
    phone.sync(one)
    for other in ({"value": False}, {"note": "x"}, {"item": "choice", "value": "met"}):
        assert phone.outcomes(one | other) == [("reused", 0)]
    assert len(stored()) == 1
    assert held() == (True, 1)


def test_identifier_of_another_inspection_is_reused_and_tells_nothing(phone: Device, other: Stage) -> None:
    stranger = Device(other.cast["inspector"], other.inspections[0])
    one = mutation("yes", True, note="机密")
    stranger.sync(one)
    said = phone.try_sync(one)
    assert said.json()["results"][0] == {
        "id": one["id"], "outcome": "reused", "version": 0, "status": "", "digest": "", "at": None,
        "errors": {}, "theirs": None,
    }  # fmt: skip
    assert AnswerEvent.objects.count() == 1


@pytest.mark.parametrize("seed", range(8))
def test_any_order_and_any_repetition_come_to_the_same(stage: Stage, seed: int) -> None:
    """Chains of edits in deliveries that are shuffled and repeated until all is acknowledged."""
    chance = random.Random(seed)
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    sent: list[dict[str, Any]] = []
    for code in ("yes", "choice", "area"):
        previous = None
        for turn in range(4):
            made = mutation(code, GOOD[code].value, note=f"{code} {turn}", after=previous)
            previous = made["id"]
            sent.append(made)
    acknowledged: dict[str, tuple[str, int]] = {}
    for _ in range(400):
        part = chance.choices(sent, k=chance.randint(1, 5))
        for result in phone.sync(*part)["results"]:
            if result["outcome"] != "early":
                told = (result["outcome"], result["version"])
                assert acknowledged.setdefault(result["id"], told) == told
        if len(acknowledged) == len(sent):
            break
    assert {came_to for came_to, _ in acknowledged.values()} == {"applied"}
    assert sorted(Answer.objects.values_list("note", "version")) == [
        ("area 3", 4),
        ("choice 3", 4),
        ("yes 3", 4),
    ]
    assert len(stored()) == len(sent)


# ---- closed


def test_submitted_inspection_takes_nothing_but_tells_what_had_arrived(phone: Device, stage: Stage) -> None:
    arrived = mutation("yes", True)
    phone.sync(arrived)
    answer(stage.inspections[0], stage.cast["inspector"])
    submit_by(stage.inspections[0], stage.cast["lead_inspector"])
    events = AnswerEvent.objects.count()
    said = phone.try_sync(arrived, mutation("choice", "partly"))
    assert said.status_code == 403
    assert "已经提交" in said.json()["closed"]
    assert [(r["id"], r["outcome"]) for r in said.json()["results"]] == [(arrived["id"], "applied")]
    assert AnswerEvent.objects.count() == events


def test_person_no_longer_assigned_is_refused(phone: Device, stage: Stage) -> None:
    stage.inspections[0].inspectors.remove(phone.person)
    assert phone.try_sync(mutation("yes", True)).status_code == 404
    assert stored() == []


# ---- what the database itself holds


def test_two_changes_of_one_version_cannot_be(phone: Device) -> None:
    phone.sync(mutation("yes", True))
    event = AnswerEvent.objects.get()
    event.pk, event.mutation = None, uuid4()
    with pytest.raises(DatabaseError), transaction.atomic():
        event.save(force_insert=True)


def test_conflicts_are_settled_once_and_never_forgotten(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("yes", True))
    phone.sync(mutation("yes", False))
    rows = Conflict.objects.all()
    with pytest.raises(DatabaseError, match="never forgotten"), transaction.atomic():
        rows.delete()
    with pytest.raises(DatabaseError, match=r"conflict_settled_is_whole|CHECK"), transaction.atomic():
        rows.update(settled_at=NOW)
    phone.sync(mutation("yes", True, base=1))
    with pytest.raises(DatabaseError, match="settled once"), transaction.atomic():
        rows.update(settled_at=None, settled_by=None, settled_event=None)
    with pytest.raises(DatabaseError, match="settled once"), transaction.atomic():
        rows.update(opened_at=NOW - timedelta(days=1))


# ---- what comes between reading and writing


def interloper(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> list[Any]:
    """Let `work` be done once, right after somebody's delivery has read without a lock what is there."""
    read, came = syncing_view.find_with_present, []

    def read_and_be_overtaken(*args: Any) -> Any:
        found = read(*args)
        if not came:
            came.append(None)
            came.append(work())
        return found

    monkeypatch.setattr(syncing_view, "find_with_present", read_and_be_overtaken)
    return came


def test_what_somebody_saved_in_between_is_not_overwritten(
    phone: Device, tablet: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.sync(mutation("area", "150"))
    came = interloper(monkeypatch, lambda: tablet.sync(mutation("yes", False)))
    (result,) = phone.sync(mutation("yes", True))["results"]
    assert came
    assert (result["outcome"], held()) == ("conflict", (False, 1))


def test_same_delivery_twice_at_a_time_is_kept_once(phone: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    phone.sync(mutation("area", "150"))
    sent = mutation("yes", True)
    interloper(monkeypatch, lambda: phone.sync(sent))
    assert [(one["outcome"], one["version"]) for one in phone.sync(sent)["results"]] == [("applied", 1)]
    assert (held(), AnswerEvent.objects.filter(item__code="yes").count()) == ((True, 1), 1)


@pytest.mark.parametrize("way", ["unassigned", "submitted"])
def test_right_that_ended_in_between_writes_nothing(
    phone: Device, stage: Stage, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    answer(stage.inspections[0], phone.person, **GOOD)
    before = stored()

    def end() -> None:
        if way == "unassigned":
            stage.inspections[0].inspectors.remove(phone.person)
        else:
            submit_by(stage.inspections[0], stage.cast["lead_inspector"])

    came = interloper(monkeypatch, end)
    said = phone.try_sync(mutation("yes", False, base=1))
    assert (said.status_code, stored() == before) == ((403, True) if came else (200, False))
