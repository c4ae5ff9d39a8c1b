"""One statement writes the log and what there is to do with the answers: add, change, both or neither."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from inspections import answer_rows
from inspections.answer_statements import NewEvent, writing
from inspections.merging import Outcome
from inspections.models import AnswerEvent
from standards.models import Item
from tests.small_stage import NOW, Stage, later

pytestmark = pytest.mark.django_db
APPLIED, FAULTY = Outcome.APPLIED, Outcome.FAULTY
# What is delivered upon answers to "yes" and "choice": item, version, outcome, value.
BATCHES: dict[str, list[tuple[str, int, Outcome, Any]]] = {
    "none": [("yes", 0, FAULTY, True)],
    "one first": [("area", 1, APPLIED, "120")],
    "one changed": [("choice", 2, APPLIED, None)],
    "first": [("area", 1, APPLIED, "120"), ("zones", 1, APPLIED, None)],
    "changed": [("yes", 2, APPLIED, None), ("choice", 2, Outcome.SETTLED, "met")],
    "both": [("area", 1, APPLIED, "120"), ("yes", 2, APPLIED, True), ("posts", 0, FAULTY, "x")],
    "twice": [("area", 1, APPLIED, "120"), ("area", 2, APPLIED, "130"), ("yes", 2, APPLIED, True)],
}


def event(items: dict[str, int], code: str, version: int, outcome: Outcome, value: Any) -> NewEvent:
    content = {"value": value, "na": False, "reason": "", "note": f"{code}之{version}"}
    return NewEvent(uuid4(), items[code], max(version - 1, 0), version, outcome, content, "met", NOW)


def if_unchanged(stage: Stage, events: list[NewEvent], **given: Any) -> dict[UUID, int]:
    inspection = stage.inspections[0]
    last = answer_rows.read_last(inspection)
    if not answer_rows.can_write_if_unchanged():
        return answer_rows.write_events(inspection, events, **given)
    assert answer_rows.write_if_unchanged(inspection, events, last=last + 1, **given) == {}
    return answer_rows.write_if_unchanged(inspection, events, last=last, **given)


def locked(stage: Stage, events: list[NewEvent], **given: Any) -> dict[UUID, int]:
    return answer_rows.write_events(stage.inspections[0], events, **given)


@pytest.mark.parametrize("batch", BATCHES.values(), ids=BATCHES)
@pytest.mark.parametrize("write", [locked, if_unchanged])
@pytest.mark.parametrize("captor", [False, True])
def test_batch_is_written(
    stage: Stage,
    batch: list[tuple[str, int, Outcome, Any]],
    write: Callable[..., dict[UUID, int]],
    captor: bool,
) -> None:
    by, other = stage.cast["inspector"].pk, stage.cast["lead_inspector"].pk
    inspection = stage.inspections[0]
    type(inspection).objects.filter(pk=inspection.pk).update(state="in_progress")
    items = dict(Item.objects.filter(edition=stage.edition).values_list("code", "pk"))
    made = partial(event, items)
    before = [made("yes", 1, APPLIED, False), made("choice", 1, APPLIED, "not_met")]
    answer_rows.write_events(inspection, before, by=other, now=NOW)
    events = [made(*one) for one in batch]
    keys = write(stage, events, by=by, now=later(1), captured_by=other if captor else None)
    assert set(keys) == {one.mutation for one in events}
    rows = AnswerEvent.objects.in_bulk(keys.values())
    for one in events:
        row = rows[keys[one.mutation]]
        assert (row.mutation, row.item_id, row.version, row.outcome, row.new, row.by_id, row.at) == (
            one.mutation, one.item, one.version, one.outcome, one.content, by, later(1)
        )  # fmt: skip
    wanted = {one.item: (one, NOW, other) for one in before}
    author = other if captor else by
    wanted |= {one.item: (one, later(1), author) for one in events if one.outcome is not FAULTY}
    held = answer_rows.read_held(inspection)
    assert {item: (one.content, one.version) for item, one in held.items()} == {
        item: (one.content, one.version) for item, (one, _at, _author) in wanted.items()
    }
    found = inspection.answers.values_list("item_id", "updated_at", "updated_by_id")
    assert {item: (at, who) for item, at, who in found} == {
        item: (at, who) for item, (_one, at, who) in wanted.items()
    }


def test_only_what_there_is_to_do_is_in_the_statement(stage: Stage) -> None:
    """A trigger is called for a statement that writes no rows as well."""
    items = dict(Item.objects.filter(edition=stage.edition).values_list("code", "pk"))
    found = {}
    for name, batch in BATCHES.items():
        events = [event(items, *one) for one in batch]
        text, params = writing(
            str(stage.inspections[0].pk), events, by=1, now=NOW, device=None, captured_by=None
        )
        assert text.count("%s") == len(params)
        found[name] = ("INSERT INTO inspections_answer (" in text, "UPDATE inspections_answer" in text)
    assert found == {
        "none": (False, False), "one first": (True, False), "one changed": (False, True),
        "first": (True, False), "changed": (False, True), "both": (True, True), "twice": (True, True),
    }  # fmt: skip
