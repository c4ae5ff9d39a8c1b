"""Rows of before get what came later, and give it back; on the way back guards are as they were."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inspections import actions
from inspections.answers import Given
from inspections.freezing import CONFLICTS, REPLIES
from inspections.models import Answer, AnswerEvent, Conflict, Inspection, Photo, Request
from organization.freezing import PEOPLE
from organization.identifiers import uuid7
from organization.models import Role
from tests.factories import make_user
from tests.inspections.devices import Device, mutation
from tests.repairs import found
from tests.small_stage import NOW, add_photo, jpeg, later, small_stage

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


def decide(inspection: Inspection, event: AnswerEvent, seen: int, days: int = 1) -> AnswerEvent:
    lead = Inspection.objects.get(pk=inspection.pk).lead
    return actions.settle(
        inspection=inspection, code="choice", event=event.pk, seen=seen, by=lead, now=later(days)
    )


def test_what_was_picked_before_is_named_by_the_trail_and_else_by_what_was_said(back_again: None) -> None:
    stage = small_stage()
    inspection = stage.inspections[0]
    helper = make_user("helper", [(Role.INSPECTOR, stage.county.region)])
    inspection.inspectors.add(helper)
    lead = Device(stage.cast["lead_inspector"], inspection)
    lead.sync(mutation("choice", "met"))
    for person in (stage.cast["inspector"], helper):
        Device(person, inspection).sync(mutation("choice", "partly"))
    first, second = AnswerEvent.objects.filter(outcome="conflict")
    decision = decide(inspection, first, seen=1)
    Device(lead.person, inspection).sync(mutation("choice", "not_met", base=1))
    again = decide(inspection, decision, seen=2, days=2)
    # One whose row of the trail has been removed with its time.
    event = AnswerEvent.objects.create(
        inspection=inspection, item=decision.item, base=3, version=4, outcome="settled", new=again.new,
        by=lead.person, captured_at=later(3), at=later(3) + timedelta(seconds=1),
    )  # fmt: skip
    lost = AnswerEvent.objects.filter(outcome="conflict").latest("pk")
    Conflict.objects.create(
        inspection=inspection, item=event.item, event=lost_anew(lost), opened_at=later(3),
        settled_at=event.at, settled_by=lead.person, settled_event=event,
    )  # fmt: skip

    migrate("0023_people_are_named_without_a_lock")
    assert CONFLICTS.missing(connection) == []
    forward()
    picked = dict(Conflict.objects.values_list("settled_event", "picked"))
    assert picked == {decision.pk: first.pk, again.pk: first.pk, event.pk: second.pk}
    assert CONFLICTS.missing(connection) == []


def test_extension_that_waited_in_vain_lapses_as_its_finding_ended(back_again: None) -> None:
    """As the release before left them: closed or withdrawn, and the township still waiting."""
    stage = small_stage()
    county, staff = stage.cast["administrator"], stage.cast["township_staff"]
    inspection = found(stage, yes=Given(False), choice=Given("not_met")).inspection
    actions.notify_findings(inspection=inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=inspection, by=staff, now=NOW)
    done, going_on = inspection.findings.order_by("pk")
    until = {"until": date(2027, 1, 20), "reason": "未到货", "by": staff, "now": NOW}
    rows = [actions.ask_extension(finding=finding, **until) for finding in (done, going_on)]
    objection = actions.object_to(finding=done, reason="现场有", by=staff, now=NOW)
    words = {done.pk: "不再要求"}
    actions.review(findings=[done], move_name="withdraw", words=words, by=county, now=later(1))

    old = migrate("0024_what_the_lead_picked").get_model("inspections", "Request").objects
    # What has lapsed is for that release what nobody granted.
    assert old.get(pk=rows[0].pk).state == "refused"
    assert REPLIES.missing(connection) == []
    REPLIES.thaw(None, connection.schema_editor())
    old.filter(pk=rows[0].pk).update(state="asked", decided_by=None, decided_at=None)
    REPLIES.freeze(None, connection.schema_editor())
    forward()
    states = [Request.objects.get(pk=row.pk).state for row in (*rows, objection)]
    assert states == ["lapsed", "asked", "asked"]
    lapsed = Request.objects.get(pk=rows[0].pk)
    assert (lapsed.decided_by, lapsed.decided_at) == (county, later(1))
    assert REPLIES.missing(connection) == []


def lost_anew(event: AnswerEvent) -> AnswerEvent:
    """Another answer like the one that lost, with a conflict of its own."""
    made = AnswerEvent.objects.get(pk=event.pk)
    made.pk, made.mutation = None, uuid7()
    made.save(force_insert=True)
    return made
