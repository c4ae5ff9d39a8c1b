"""A row read by its key is the row that the ORM reads."""

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections.models import Inspection
from organization.models import Assignment, Region, User
from organization.stored_rows import by_key, by_key_with
from tests.small_stage import small_stage
from tests.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


@pytest.mark.parametrize("model", [User, Region, Assignment, Session])
def test_row_is_what_the_orm_reads(model: type, stage: Stage, client) -> None:
    client.force_login(stage.cast["inspector"])
    expected = model._base_manager.order_by("pk").last()
    found = by_key(model, expected.pk)
    assert found == expected
    for field in model._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(expected, field.attname), field.name
    assert (found._state.adding, found._state.db) == (False, "default")
    assert not found.get_deferred_fields()


WITH_PARENT = "LEFT JOIN organization_user ON organization_user.id = organization_assignment.user_id"


def test_row_comes_with_another_one(stage: Stage) -> None:
    expected = Assignment.objects.select_related("user").get(user=stage.cast["inspector"])
    with CaptureQueriesContext(connection) as asked:
        found, person = by_key_with(Assignment, expected.pk, User, WITH_PARENT)
    assert len(asked) == 1
    for one, other in ((found, expected), (person, expected.user)):
        assert one == other
        for field in other._meta.concrete_fields:
            assert getattr(one, field.attname) == getattr(other, field.attname), field.name
    assert not person.get_deferred_fields()


def test_row_comes_alone_where_the_other_is_not_there(stage: Stage) -> None:
    key = Assignment.objects.first().pk
    found, person = by_key_with(Assignment, key, User, WITH_PARENT + " AND organization_user.id = 0")
    assert (found.pk, person) == (key, None)
    with pytest.raises(Assignment.DoesNotExist):
        by_key_with(Assignment, 0, User, WITH_PARENT)


def test_row_that_is_not_there(stage: Stage) -> None:
    with pytest.raises(User.DoesNotExist):
        by_key(User, 0)


def test_person_is_read_in_one_statement_and_as_whole(stage: Stage) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        person = User.objects.get(pk=stage.cast["inspector"].pk)
        assert person.username == stage.cast["inspector"].username
    assert len(asked) == 1


def test_among_some_people_nobody_else_is_found(stage: Stage) -> None:
    inspection = Inspection.objects.get(pk=stage.inspections[0].pk)
    stranger = stage.cast["administrator"]
    assert not inspection.inspectors.filter(pk=stranger.pk).exists()
    with pytest.raises(User.DoesNotExist):
        inspection.inspectors.get(pk=stranger.pk)
    with pytest.raises(User.DoesNotExist):
        User.objects.filter(name="nobody").get(pk=stranger.pk)
