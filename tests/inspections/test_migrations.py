"""The log of changes came later: earlier rows get their identifiers and versions, and give them back."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inspections.models import Answer, AnswerEvent, Photo
from tests.inspections.devices import Device, mutation
from tests.small_stage import add_photo, jpeg, small_stage

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = "0003_freeze_findings"


def migrate(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([("inspections", name)])
    return MigrationExecutor(connection).loader.project_state([("inspections", name)]).apps


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
    with connection.schema_editor() as editor:
        for guard in ("answer_event_update", "photo_arrived_update", "conflict_delete"):
            assert guard in triggers(editor)


def triggers(editor: Any) -> str:
    table, column = ("sqlite_master", "name") if connection.vendor == "sqlite" else ("pg_trigger", "tgname")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return " ".join(str(row[0]) for row in cursor.fetchall())
