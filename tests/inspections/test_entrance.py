"""The short way to an inspection finds, refuses and locks as the long way does, for everybody."""

from typing import Any

import pytest
from django.http import Http404

from inspections import permissions
from inspections.entrance import find_to_fill
from inspections.loading import load_inspection
from inspections.models import Inspection
from organization.models import User
from tests.inspections.test_permissions import STATES, everybody, fresh, in_state
from tests.small_stage import Stage, self_check

pytestmark = pytest.mark.django_db


def by(way: Any, person: User, inspection: Inspection) -> str:
    """What a way comes to: not found, found without the right to fill, or with it."""
    try:
        found = way(person, inspection.pk)
    except Http404:
        return "not found"
    assert found.pk == inspection.pk
    return "may fill" if permissions.can_fill(person, found) else "may look"


@pytest.mark.parametrize("state", STATES)
def test_short_way_comes_to_what_the_long_way_comes_to(stage: Stage, other: Stage, state: str) -> None:
    inspection = in_state(stage, state)
    seen = set()
    for name, person in everybody(stage, other).items():
        told = by(find_to_fill, fresh(person), inspection)
        assert told == by(load_inspection, fresh(person), inspection), name
        seen.add(told)
    assert seen == {"not found", "may look"} | ({"may fill"} if state != "submitted" else set())


def test_short_way_to_a_self_check(stage: Stage, other: Stage) -> None:
    (inspection,) = self_check(stage.county, stage.cast, stage.edition)
    for name, person in everybody(stage, other).items():
        assert by(find_to_fill, fresh(person), inspection) == by(
            load_inspection, fresh(person), inspection
        ), name


def test_short_way_is_one_query_and_knows_what_the_action_needs(
    stage: Stage, django_assert_num_queries: Any
) -> None:
    person = fresh(stage.cast["inspector"])
    with django_assert_num_queries(1):
        found = find_to_fill(person, stage.inspections[0].pk)
        assert permissions.can_fill(person, found)
    whole = Inspection.objects.get(pk=found.pk)
    for name in ("round_id", "center_id", "region_id", "kind", "edition_id", "state", "lead_id"):
        assert getattr(found, name) == getattr(whole, name), name
    assert (found.round.name, found.round.kind) == (whole.round.name, whole.round.kind)
    assert found.center.name == whole.center.name
    assert {(grant.role, grant.region_id) for grant in person.grants} == {
        (grant.role, grant.region_id) for grant in fresh(person).grants
    }
