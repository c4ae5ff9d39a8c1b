"""What a device is told of an inspection, while others go on writing."""

from typing import Any

import pytest

from inspections.answer_rows import read_held
from inspections.state import build
from tests.inspections.devices import Device, mutation
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_known", [True, False])
def test_state_misses_nothing_that_comes_while_it_is_read(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    tablet = Device(stage.cast["lead_inspector"], inspection)
    Device(person, inspection).sync(mutation("yes", True))

    def state(since: int | None = None) -> dict[str, Any]:
        return build(inspection=inspection, person=person, since=since, now=NOW)

    first = state()["cursor"] if is_known else None

    def read_and_be_overtaken(asked: Any) -> Any:
        monkeypatch.undo()
        held = read_held(asked)
        tablet.sync(mutation("choice", "met"))
        return held

    monkeypatch.setattr("inspections.state.read_held", read_and_be_overtaken)
    cursor = state(first)["cursor"]
    assert [one["item"] for one in state(cursor)["answers"]] == ["choice"]
