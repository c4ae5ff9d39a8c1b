"""People stay: the database itself refuses to remove one, or to give them another key."""

import pytest
from django.db import IntegrityError, connection, transaction

from organization.freezing import PEOPLE
from organization.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def execute(statement: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM organization_user WHERE id = %s",
        "UPDATE organization_user SET id = id + 1000 WHERE id = %s",
    ],
)
def test_nobody_is_removed_or_given_another_key(statement: str) -> None:
    person, other = make_user("one", []), make_user("other", [])
    with pytest.raises(IntegrityError, match=PEOPLE.message):
        execute(statement, person.pk)
    with pytest.raises(IntegrityError, match=PEOPLE.message), transaction.atomic():
        other.delete()
    assert set(User.objects.values_list("pk", flat=True)) >= {person.pk, other.pk}


def test_people_are_not_emptied_at_once() -> None:
    """TRUNCATE, which passes by the triggers of rows."""
    person = make_user("one", [])
    emptying = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
    with pytest.raises(IntegrityError, match=PEOPLE.message):
        execute(f"{emptying} organization_user{'' if connection.vendor == 'sqlite' else ' CASCADE'}")
    assert User.objects.filter(pk=person.pk).exists()


def test_all_else_of_a_person_may_change() -> None:
    person = make_user("one", [])
    User.objects.filter(pk=person.pk).update(id=person.pk, name="改名", is_active=False)
    assert User.objects.get(pk=person.pk).name == "改名"


def test_guard_is_in_place() -> None:
    assert PEOPLE.missing(connection) == []
