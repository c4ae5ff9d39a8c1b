"""What answers and their log name exists and stays, by foreign keys (SQLite) or by triggers (PostgreSQL)."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from inspections.freezing import REFERENCES
from inspections.models import Answer, AnswerEvent, Inspection
from organization.models import User
from standards.models import Item
from tests.factories import make_user
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, small_stage

pytestmark = pytest.mark.django_db
NOWHERE = 10**9


@pytest.fixture
def phone(stage: Stage) -> Device:
    found = Device(stage.cast["inspector"], stage.inspections[0])
    found.sync(mutation("yes", True), mutation("area", "150"))
    return found


def refused(work: Callable[[], Any]) -> bool:
    """Whether the database refuses it, at once or, by a foreign key, when the transaction ends."""
    try:
        with transaction.atomic():
            work()
            connection.check_constraints()
    except IntegrityError:
        return True
    return False


def events(phone: Device, count: int = 3, **wrong: Any) -> list[AnswerEvent]:
    """Rows of the log of which the last one may be wrong."""
    item = Item.objects.get(edition=phone.inspection.edition, code="zones")
    now = timezone.now()
    rows = [
        AnswerEvent(
            inspection=phone.inspection, item=item, mutation=uuid4(), base=0, version=0, outcome="faulty",
            new={"value": None}, by=phone.person, captured_at=now, at=now,
        )
        for _ in range(count)
    ]  # fmt: skip
    for name, value in wrong.items():
        setattr(rows[-1], name, value)
    return rows


def answers(phone: Device, **wrong: Any) -> list[Answer]:
    items = Item.objects.filter(edition=phone.inspection.edition, code__in=["zones", "windows"])
    rows = [
        Answer(
            inspection=phone.inspection, item=item, value=None, status="unanswered",
            updated_by=phone.person, updated_at=timezone.now(),
        )
        for item in items
    ]  # fmt: skip
    for name, value in wrong.items():
        setattr(rows[-1], name, value)
    return rows


def test_good_rows_are_taken(phone: Device) -> None:
    assert not refused(lambda: AnswerEvent.objects.bulk_create(events(phone)))
    assert not refused(lambda: AnswerEvent.objects.bulk_create(events(phone, captured_by=phone.person)))
    assert not refused(lambda: Answer.objects.bulk_create(answers(phone)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"inspection_id": uuid4()},
        {"item_id": NOWHERE},
        {"by_id": NOWHERE},
        {"captured_by_id": NOWHERE},
        {"inspection_id": uuid4(), "item_id": NOWHERE, "by_id": NOWHERE},
    ],
)
@pytest.mark.parametrize("count", [1, 3])
def test_event_that_names_what_is_not_there_is_refused(
    phone: Device, wrong: dict[str, Any], count: int
) -> None:
    before = AnswerEvent.objects.count()
    assert refused(lambda: AnswerEvent.objects.bulk_create(events(phone, count, **wrong)))
    assert AnswerEvent.objects.count() == before


@pytest.mark.parametrize(
    "wrong", [{"inspection_id": uuid4()}, {"item_id": NOWHERE}, {"updated_by_id": NOWHERE}]
)
def test_answer_that_names_what_is_not_there_is_refused(phone: Device, wrong: dict[str, Any]) -> None:
    before = Answer.objects.count()
    assert refused(lambda: Answer.objects.bulk_create(answers(phone, **wrong)))
    assert Answer.objects.count() == before


def test_answer_is_given_to_somebody_who_is_there(phone: Device) -> None:
    own = Answer.objects.filter(inspection=phone.inspection)
    assert refused(lambda: own.update(updated_by=NOWHERE))
    other = make_user("other", [])
    assert not refused(lambda: own.update(updated_by=other))
    assert not refused(lambda: own.update(note="说明"))


@pytest.mark.parametrize("column", ["inspection_id", "item_id"])
def test_answer_never_moves(phone: Device, stage: Stage, column: str) -> None:
    there = small_stage(other=True).inspections[0]
    target = {"inspection_id": there.pk, "item_id": Item.objects.get(edition=stage.edition, code="zones").pk}
    text = f"UPDATE inspections_answer SET {column} = %s WHERE item_id = %s"
    item = Item.objects.get(edition=stage.edition, code="yes").pk
    value = target[column]
    given = value.hex if column == "inspection_id" and connection.vendor == "sqlite" else str(value)

    def move() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text, [given, item])

    assert refused(move)


def rows_of(model: Any, pk: Any) -> Any:
    """Deleted as the database sees it, without what the ORM would delete before."""
    found = model.objects.filter(pk=pk)
    return lambda: found._raw_delete(found.db)


def test_what_is_named_stays(phone: Device, stage: Stage) -> None:
    item = Item.objects.get(edition=stage.edition, code="yes")
    for model, pk in ((Inspection, phone.inspection.pk), (User, phone.person.pk), (Item, item.pk)):
        assert refused(rows_of(model, pk)), model
    assert AnswerEvent.objects.count() == Answer.objects.count() == 2


@pytest.mark.parametrize("table", ["inspections_inspection", "standards_item"])
def test_what_is_named_is_not_emptied_at_once(phone: Device, table: str) -> None:
    """TRUNCATE in PostgreSQL, which passes by the triggers of rows, with all that has foreign keys to it."""
    connection.check_constraints()
    statement = f"DELETE FROM {table}" if connection.vendor == "sqlite" else f"TRUNCATE {table} CASCADE"
    said = "is frozen|invalid foreign key" if connection.vendor == "sqlite" else "is still named"

    def empty() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            connection.check_constraints()

    with pytest.raises(IntegrityError, match=said):
        empty()
    assert AnswerEvent.objects.count() == Answer.objects.count() == 2


def test_who_delivered_for_somebody_stays_too(phone: Device) -> None:
    captor = make_user("captor", [])
    AnswerEvent.objects.bulk_create(events(phone, 1, captured_by=captor))
    assert refused(rows_of(User, captor.pk))


def test_inspection_that_nobody_began_may_go(stage: Stage) -> None:
    fresh = small_stage(other=True).inspections[0]
    fresh.inspectors.clear()
    assert not refused(rows_of(Inspection, fresh.pk))


def test_key_of_what_is_named_does_not_change(phone: Device) -> None:
    people = User.objects.filter(pk=phone.person.pk)
    assert refused(lambda: people.update(id=NOWHERE))
    assert not refused(lambda: people.update(id=phone.person.pk, name="改名"))


@pytest.mark.django_db(transaction=True)
def test_inspection_is_not_removed_while_an_answer_is_written() -> None:
    """Whoever deletes waits for the transaction that has just named the row, and is refused then."""
    stage = small_stage()
    phone = Device(stage.cast["inspector"], stage.inspections[0])
    phone.inspection.inspectors.clear()
    begun, outcome = threading.Event(), []

    def delete() -> None:
        begun.wait(10)
        outcome.append(refused(rows_of(Inspection, phone.inspection.pk)))
        connections.close_all()

    other = threading.Thread(target=delete)
    other.start()
    with transaction.atomic():
        AnswerEvent.objects.bulk_create(events(phone, 1))
        begun.set()
        other.join(1)
        assert other.is_alive()
    other.join(20)
    assert outcome == [True]
    assert AnswerEvent.objects.get().inspection == phone.inspection


def foreign_keys() -> set[str]:
    """The columns of both tables that have a foreign key of the database's own."""
    found = set()
    for one in REFERENCES:
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, one.table)
        keys = [row["columns"] for row in constraints.values() if row["foreign_key"]]
        found |= {f"{one.table}.{columns[0]}" for columns in keys}
    return found


def every() -> set[str]:
    return {f"{one.table}.{column.column}" for one in REFERENCES for column in one.columns}


def test_each_database_checks_in_its_own_way() -> None:
    assert foreign_keys() == (every() if connection.vendor == "sqlite" else set())


def test_every_reference_of_the_two_tables_is_named() -> None:
    for one, model in zip(REFERENCES, (Answer, AnswerEvent), strict=True):
        fields = {field.column for field in model._meta.fields if field.is_relation}
        assert {column.column for column in one.columns} == fields
        assert one.table == model._meta.db_table


def test_way_back_to_foreign_keys_and_forth(phone: Device) -> None:
    class Editor:
        """Runs statements inside this test's transaction, which the schema's editor would not."""

        connection = connection

        def execute(self, statement: str, params: None) -> None:
            with connection.cursor() as cursor:
                cursor.execute(statement)

    for one in REFERENCES:
        one.check_by_row(None, Editor())
    assert foreign_keys() == every()
    assert refused(lambda: AnswerEvent.objects.bulk_create(events(phone, by_id=NOWHERE)))
    connection.check_constraints()
    for _ in range(2):
        for one in REFERENCES:
            one.check_by_statement(None, Editor())
    assert foreign_keys() == (every() if connection.vendor == "sqlite" else set())
    assert refused(lambda: AnswerEvent.objects.bulk_create(events(phone, by_id=NOWHERE)))
