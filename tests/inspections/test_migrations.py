"""Rows of before get what came later, and give it back; on the way back guards are as they were."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inspections import actions
from inspections.freezing import CONFLICTS
from inspections.models import Answer, AnswerEvent, Conflict, Inspection, Photo
from organization.freezing import PEOPLE
from organization.identifiers import uuid7
from organization.models import Role
from tests.factories import make_user
from tests.inspections.devices import Device, mutation
from tests.small_stage import add_photo, jpeg, later, small_stage

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = "0003_freeze_findings"


def migrate(name: str) -> Any:
    to(("inspections", name))
    return MigrationExecutor(connection).loader.project_state([("inspections", name)]).apps


def to(*targets: tuple[str, str]) -> None:
    MigrationExecutor(connection).migrate(list(targets))


def forward() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def back_again() -> Iterator[None]:
    yield
    forward()


def test_history_survives_the_way_back_and_forth(back_again: None) -> None:
    stage = small_stage()
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    tablet = Device(stage.cast["lead_inspector"], stage.inspections[0])
    phone.sync(mutation("yes", True), mutation("area", "150"))
    tablet.sync(mutation("yes", False, base=1), mutation("area", "wide"), mutation("area", "140"))
    add_photo(stage.inspections[0], phone.person, jpeg())
    phone.announce(jpeg("red"))
    answers = list(Answer.objects.order_by("item_id").values_list("item__code", "value", "version"))

    old = migrate(BEFORE)
    events = old.get_model("inspections", "AnswerEvent").objects.order_by("pk")
    yes = {"value": True, "na": False, "reason": "", "note": ""}
    assert [(event.item.code, event.old, event.new["value"]) for event in events] == [
        ("yes", None, True),
        ("area", None, "150"),
        ("yes", yes, False),
    ]
    assert old.get_model("inspections", "Photo").objects.count() == 1

    forward()
    rows = AnswerEvent.objects.order_by("pk")
    assert [(row.item.code, row.outcome, row.base, row.version) for row in rows] == [
        ("yes", "applied", 0, 1),
        ("area", "applied", 0, 1),
        ("yes", "applied", 1, 2),
    ]
    assert len({row.mutation for row in rows}) == 3
    assert all(row.captured_at == row.at and row.device is None for row in rows)
    photo = Photo.objects.get()
    assert (photo.arrived_at, photo.announced_size) == (photo.added_at, photo.size)
    assert list(Answer.objects.order_by("item_id").values_list("item__code", "value", "version")) == answers
    assert phone.outcomes(mutation("yes", True, base=2)) == [("applied", 3)]
    for guard in ("answer_event_update", "photo_arrived_update", "conflict_delete"):
        assert guard in triggers()


def triggers() -> dict[str, str]:
    """The texts of all triggers by their names, with the functions that they call."""
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        found = (
            "SELECT tgname, pg_get_triggerdef(oid) || pg_get_functiondef(tgfoid) FROM pg_trigger "
            "WHERE NOT tgisinternal"
        )
    with connection.cursor() as cursor:
        cursor.execute(found)
        return dict(cursor.fetchall())


PEOPLE_GO = (("inspections", "0022_look_for_few_rows_by_their_keys"), ("organization", "0009_few_regions"))


def test_guards_of_people_are_taken_back_on_the_way_back(back_again: None) -> None:
    now = triggers()
    to(("inspections", "0021_items_of_drafts_go_quickly"), PEOPLE_GO[1])
    to(PEOPLE_GO[0])
    before = triggers()
    assert set(PEOPLE.missing(connection)) == now.keys() - before.keys() != set()
    assert CONFLICTS.missing(connection) == []
    if connection.vendor == "postgresql":
        assert "inspections_answer_updated_by_id_kept_delete" in before
        assert "FOR KEY SHARE" in before["inspections_answerevent_names_insert"]
    forward()
    assert triggers() == now
    to(*PEOPLE_GO)
    assert triggers() == before
    forward()
    assert triggers() == now
