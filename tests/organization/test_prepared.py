"""Statements that are planned once: the same rows as without, in each connection that comes and goes."""

import pytest
from django.db import connection
from django.db.utils import IntegrityError

from organization.prepared import rows
from tests.factories import make_user

STATEMENT = "SELECT username, name FROM organization_user WHERE username = %s AND is_active = %s"


def prepared() -> int:
    """How many statements of ours the connection holds; nothing is prepared on SQLite."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements WHERE name LIKE %s", ["portal_%"])
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize("is_on", [True, False])
def test_rows_are_those_of_the_parameters(settings: object, is_on: bool) -> None:
    settings.PREPARED_STATEMENTS = is_on  # type: ignore[attr-defined]
    for name in ("o'neil", "一 %s \\ $1"):
        make_user(name, [])
        assert [row[0] for row in rows(STATEMENT, [name, True])] == [name]
        assert rows(STATEMENT, [name, False]) == []


@pytest.mark.django_db(transaction=True)
def test_each_connection_prepares_a_statement_once() -> None:
    make_user("one", [])
    for _ in range(2):
        connection.close()
        for _ in range(8):
            assert len(rows(STATEMENT, ["one", True])) == 1
        assert prepared() == (1 if connection.vendor == "postgresql" else 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_on", [True, False])
def test_statement_that_is_sent_ahead_has_parameters_of_its_own(settings: object, is_on: bool) -> None:
    if connection.vendor != "postgresql":
        # Which takes one statement at a time.
        assert prepared() == 0
        return
    settings.PREPARED_STATEMENTS = is_on  # type: ignore[attr-defined]
    make_user("one", [])
    connection.close()
    ahead = "UPDATE organization_user SET name = %s WHERE username = %s"
    for name in ("甲; %s", "乙 $1"):
        found = rows(STATEMENT, ["one", True], before=ahead, first=[name, "one"])
        assert found == [("one", name)]
    assert prepared() == (2 if is_on else 0)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_prepared_where_it_is_switched_off(settings: object) -> None:
    settings.PREPARED_STATEMENTS = False  # type: ignore[attr-defined]
    make_user("one", [])
    connection.close()
    assert len(rows(STATEMENT, ["one", True])) == 1
    assert prepared() == 0


@pytest.mark.django_db(transaction=True)
def test_statement_that_was_refused_can_be_run_again() -> None:
    statement = "INSERT INTO organization_region (code, level, name, is_demonstration) "
    statement += "VALUES (%s, 1, %s, %s) RETURNING code"
    assert rows(statement, ["410000000000", "河南省", False]) == [("410000000000",)]
    with pytest.raises(IntegrityError):
        rows(statement, ["410000000000", "河南省", False])
    assert rows(statement, ["420000000000", "湖北省", False]) == [("420000000000",)]


@pytest.mark.django_db
def test_what_is_prepared_is_not_planned_again_for_each_value() -> None:
    """A list of one member looks cheaper than the list of ten for which a plan for all values is made."""
    if connection.vendor != "postgresql":
        assert prepared() == 0
        return
    for _ in range(8):
        rows("SELECT username FROM organization_user WHERE id = ANY (%s)", ["{1}"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ["%organization_user WHERE id = ANY%"],
        )
        assert cursor.fetchall() == [(8, 0)]


@pytest.mark.django_db
def test_postgresql_is_told_that_rows_are_found_quickly() -> None:
    """Its own setting is of turning disks, for which it reads tables of hundreds of rows whole."""
    if connection.vendor != "postgresql":
        assert prepared() == 0
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW random_page_cost")
        assert cursor.fetchone() == ("1.1",)
