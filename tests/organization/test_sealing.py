"""The trail's rows join the chain once, in order, whoever writes at the same time."""

import threading
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import DatabaseError, connection, transaction

from organization import sealing
from organization.audit import record
from organization.models import AuditCut, AuditEntry
from tests.organization.trails import make_trail, verified


def positions() -> list[int | None]:
    return list(AuditEntry.objects.order_by("pk").values_list("position", flat=True))


@pytest.mark.django_db(transaction=True)
def test_row_is_sealed_when_its_transaction_ends() -> None:
    with transaction.atomic():
        record("x", by=None, target="a")
        record("x", by=None, target="b")
        assert positions() == [None, None]
    assert positions() == [1, 2]
    record("x", by=None, target="c")
    assert positions() == [1, 2, 3]
    assert verified().faults == []


@pytest.mark.django_db(transaction=True)
def test_row_of_a_transaction_rolled_back_leaves_no_gap() -> None:
    record("x", by=None, target="a")
    with transaction.atomic():
        record("x", by=None, target="b")
        transaction.set_rollback(True)
    record("x", by=None, target="c")
    assert positions() == [1, 2]
    assert verified().faults == []


@pytest.mark.django_db(transaction=True)
def test_row_of_a_savepoint_rolled_back_does_not_take_the_seal_with_it() -> None:
    with transaction.atomic():
        with transaction.atomic():
            record("x", by=None, target="a")
            transaction.set_rollback(True)
        record("x", by=None, target="b")
    assert positions() == [1]


@pytest.mark.django_db(transaction=True)
def test_seal_that_fails_does_not_fail_the_write(settings: Any) -> None:
    settings.AUDIT_DIGEST = "nonsense"
    record("x", by=None, target="a")
    assert positions() == [None]
    settings.AUDIT_DIGEST = "sha256"
    record("x", by=None, target="b")
    assert positions() == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain() -> None:
    faults: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for n in range(25):
                with transaction.atomic():
                    record("x", by=None, target=f"{writer} {n}", n=n)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=[n]) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert faults == []
    sealing.seal_all()
    found = verified()
    assert (found.faults, found.rows, found.waiting) == ([], 100, 0)
    assert sorted(positions()) == list(range(1, 101))


@pytest.mark.django_db
def test_one_write_does_not_seal_a_whole_backlog(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        record("x", by=None, target=str(n))
    assert sealing.seal(2) == 2
    assert positions() == [1, 2, None, None, None]
    assert sealing.seal_all() == 3
    assert sealing.seal_all() == 0


@pytest.mark.django_db
def test_algorithm_may_change_along_the_chain(settings: Any) -> None:
    make_trail(2)
    settings.AUDIT_DIGEST = "sm3"
    make_trail(2)
    kinds = [digest.partition(":")[0] for digest in AuditEntry.objects.values_list("digest", flat=True)]
    assert sorted(kinds) == ["sha256", "sha256", "sm3", "sm3"]
    assert verified().faults == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"action": "y"},
        {"at": "2020-01-01T00:00Z"},
        {"by": None},
        {"address": "10.0.0.1"},
        {"target": "other"},
        {"object_name": "other"},
        {"result": "refused"},
        {"region_id": None},
        {"detail": {}},
        {"position": 9},
        {"position": None},
        {"digest": "sha256:0"},
    ],
    ids=lambda change: "-".join(map(str, change)),
)
def test_database_refuses_to_change_a_sealed_row(change: dict[str, Any]) -> None:
    make_trail(1)
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        AuditEntry.objects.update(**change)


@pytest.mark.django_db
def test_database_refuses_to_change_or_remove_a_row_not_yet_sealed() -> None:
    record("x", by=None, target="a")
    for act in (lambda: AuditEntry.objects.update(target="b"), lambda: AuditEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            act()
    assert AuditEntry.objects.get().target == "a"


@pytest.mark.django_db
def test_database_refuses_to_remove_rows_and_cuts() -> None:
    rows = make_trail(3)
    AuditCut.objects.create(at=rows[0].at, position=1, digest=rows[0].digest, before=rows[0].at)
    AuditEntry.objects.filter(position=1).delete()
    for act in (
        lambda: AuditEntry.objects.filter(position=2).delete(),
        lambda: AuditCut.objects.update(position=3),
        lambda: AuditCut.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            act()
    assert AuditEntry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_database_refuses_to_empty_the_table_at_once() -> None:
    """TRUNCATE in PostgreSQL; SQLite knows only DELETE, which its triggers see."""
    record("x", by=None, target="a")
    statement = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
    with pytest.raises(DatabaseError, match="only ever added to"), connection.cursor() as cursor:
        cursor.execute(f"{statement} organization_auditentry")
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("AUDIT_DIGEST", "md5", "organization.E001"),
        ("AUDIT_KEEP_DAYS", 182, "organization.E002"),
        ("AUDIT_DIGEST", "sm3", None),
        ("AUDIT_KEEP_DAYS", 183, None),
    ],
)
def test_settings_that_cannot_be_are_told_before_the_start(
    settings: Any, name: str, value: Any, fault: str | None
) -> None:
    setattr(settings, name, value)
    found = [check.id for check in run_checks() if str(check.id).startswith("organization.E00")]
    assert found == ([fault] if fault else [])
