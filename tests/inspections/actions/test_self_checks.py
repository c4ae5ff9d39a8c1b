"""A round asks the townships to check themselves first."""

from datetime import date
from typing import Any

import pytest

from inspections import actions
from inspections.models import Inspection, Message, Round
from organization.models import AuditEntry, Role
from organization.problems import NotAllowed, Problem
from tests.factories import make_user
from tests.small_stage import NOW, Stage, small_stage, submitted
from tests.stage import make_round

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 12, 4)


@pytest.fixture
def stage() -> Stage:
    return small_stage(townships=2, villages=1, kinds=("township", "village"))


def ask(stage: Stage, who: str = "administrator", ends_on: date = UNTIL, round: Round | None = None) -> Round:
    return actions.ask_self_check(round=round or stage.round, ends_on=ends_on, by=stage.cast[who], now=NOW)


def leads(round: Round) -> dict[str, str]:
    return {row.region_id: row.lead.username if row.lead else "" for row in round.inspections.all()}


def test_self_check_takes_in_the_rounds_centers_and_gives_them_to_their_own_people(stage: Stage) -> None:
    first, second = stage.county.townships
    village = Inspection.objects.get(kind="village", region__parent=first).region
    make_user("village-person", [(Role.TOWNSHIP_STAFF, village)])
    make_user("left", [(Role.TOWNSHIP_STAFF, second)], is_active=False)
    asked = ask(stage)
    assert (asked.kind, asked.precedes, asked.edition) == ("self_check", stage.round, stage.edition)
    assert (asked.name, asked.ends_on) == ("2026年第四季度县级检查（乡镇自查）", UNTIL)
    held = leads(asked)
    assert len(held) == stage.round.inspections.count() == 4
    assert held[first.code] == "township_staff"
    assert held[village.code] == "village-person"
    assert held[second.code] == ""
    inspectors = asked.inspections.get(region=village).inspectors.values_list("username", flat=True)
    assert set(inspectors) == {"village-person", "township_staff"}
    assert AuditEntry.objects.filter(action="round.ask_self_check", region=stage.county.region).count() == 1


def test_self_check_is_told_once_to_those_who_have_it(stage: Stage) -> None:
    ask(stage)
    ask(stage)
    (told,) = Message.objects.filter(kind="self_check")
    assert (told.person, told.due_on) == (stage.cast["township_staff"], UNTIL)


def test_asking_again_takes_in_new_centers_and_moves_the_day(stage: Stage) -> None:
    asked = ask(stage)
    Inspection.objects.filter(round=asked).first().delete()
    again = ask(stage, ends_on=date(2026, 12, 8))
    assert again == asked
    assert again.inspections.count() == 4
    assert again.ends_on == date(2026, 12, 8)


def test_what_the_county_has_submitted_is_not_asked_for(stage: Stage) -> None:
    own = [row for row in stage.inspections if row.kind == "township"]
    stage.inspections = own
    submitted(stage, 0)
    assert own[0].region_id not in leads(ask(stage))


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_self_check_is_asked_for_by_administrators(stage: Stage, role: str) -> None:
    with pytest.raises(NotAllowed):
        ask(stage, role)
    assert not Round.objects.filter(kind="self_check").exists()


def test_another_county_asks_nothing_here(stage: Stage) -> None:
    other = small_stage(other=True)
    with pytest.raises(NotAllowed):
        ask(stage, round=other.round)


@pytest.mark.parametrize("kind", ["self_check", "spot_check"])
def test_only_a_countys_inspection_is_preceded_by_a_self_check(stage: Stage, kind: str) -> None:
    Round.objects.filter(pk=stage.round.pk).update(kind=kind)
    stage.round.refresh_from_db()
    with pytest.raises(NotAllowed, match="县级检查"):
        ask(stage)


def test_name_that_is_taken_is_refused_with_the_reason(stage: Stage) -> None:
    make_round(stage.county, stage.edition, stage.cast["administrator"], "2026年第四季度县级检查（乡镇自查）")
    with pytest.raises(Problem, match="已经有名为"):
        ask(stage)
    assert not Round.objects.filter(kind="self_check").exists()


def test_long_name_of_a_round_leaves_room(stage: Stage) -> None:
    Round.objects.filter(pk=stage.round.pk).update(name="长" * 100)
    stage.round.refresh_from_db()
    assert len(ask(stage).name) < 100


@pytest.mark.parametrize("townships", [1, 3])
def test_self_check_costs_the_same_for_one_and_three(
    db: None, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=townships)
    by = stage.cast["administrator"]
    assert by.grants
    with django_assert_num_queries(15):
        ask(stage)
