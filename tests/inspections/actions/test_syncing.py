"""Changes that devices deliver: every outcome, repeated, late, out of order and at once."""

from uuid import uuid4

import pytest

from inspections.models import Answer, AnswerEvent, Conflict, Inspection
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage

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


def test_change_upon_the_present_version_is_applied(phone: Device) -> None:
    body = phone.sync(mutation("yes", True, note="开着"))
    (result,) = body["results"]
    assert (result["outcome"], result["version"], result["status"]) == ("applied", 1, "met")
    answer = Answer.objects.get()
    assert (answer.value, answer.note, answer.version) == (True, "开着", 1)
    assert (body["answered"], body["total"], body["sections"]) == (1, 6, {"one": [1, 6]})
    assert body["changes"] == []
    assert Inspection.objects.get(pk=phone.inspection.pk).state == "in_progress"


def test_two_edits_of_one_base_are_one_conflict_kept_and_shown(phone: Device, tablet: Device) -> None:
    tablet.sync(mutation("yes", True))
    body = phone.sync(mutation("yes", False))
    (result,) = body["results"]
    assert result["outcome"] == "conflict"
    assert result["theirs"]["value"] is True
    assert body["conflicts"] == ["yes"]
    assert Answer.objects.get().value is True
    assert Conflict.objects.open().count() == 1
    assert stored() == [("yes", "applied", 0, 1), ("yes", "conflict", 0, 1)]


def test_unknown_after_is_early(phone: Device) -> None:
    assert phone.outcomes(mutation("yes", True, after=str(uuid4()))) == [("early", 0)]
    assert stored() == []
