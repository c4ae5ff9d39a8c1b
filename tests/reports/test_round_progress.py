"""The list of rounds of those above counties: how far each is, without counting its inspections."""

from typing import Any

import pytest
from django.test import Client

from inspections import actions
from organization.models import Region, Role, User
from tests.factories import County, make_cast, make_county, make_user
from tests.reports.test_wide import of_all
from tests.small_stage import NOW, Stage, of, submitted
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def far(stage: Stage) -> Stage:
    place = make_county("510121", townships=2, villages=0)
    cast = make_cast(place, suffix="-far")
    round = make_round(place, stage.edition, cast["administrator"], "川检")
    take_in(round, cast, ("township",))
    return Stage(place, cast, stage.edition, round, of(round))


def listed(client: Client, person: User) -> dict[int, tuple[int, int]]:
    client.force_login(person)
    page = client.get("/rounds/").context["page"]
    return {row.pk: (row.inspection_count, row.submitted_count) for row in page}


def administrator(region: Region) -> User:
    return make_user(f"of-{region.code}", [(Role.ADMINISTRATOR, region)])


def test_progress_is_what_a_count_would_say(client: Client, stage: Stage, other: Stage, far: Stage) -> None:
    nation = Region.objects.create(code="100000000000", level=0, name="全国")
    submitted(stage, 0)
    everywhere = of_all(nation, stage, far)
    province = administrator(Region.objects.get(code="410000000000"))
    place = Region.objects.get(code="410000000000")
    own = make_round(County(place), stage.edition, province, "省检")
    actions.add_centers(round=own, region=place, kinds=["township"], by=province, now=NOW)
    counties = {stage.round.pk: (2, 1), other.round.pk: (2, 0)}
    assert listed(client, province) == {own.pk: (4, 0), **counties}
    found = listed(client, User.objects.get(username="above"))
    assert found[everywhere.pk] == (everywhere.inspections.count(), 2) == (2, 2)
    assert (found[own.pk], found[far.round.pk]) == ((4, 0), (2, 0))
    assert listed(client, far.cast["administrator"]) == {far.round.pk: (2, 0)}


def test_round_without_centers_says_so(client: Client, stage: Stage) -> None:
    place = Region.objects.get(code="410000000000")
    person = administrator(place)
    empty = make_round(County(place), stage.edition, person, "省检")
    assert listed(client, person)[empty.pk] == (0, 0)
    assert "还没有加入中心" in client.get("/rounds/").content.decode()


@pytest.mark.parametrize("rounds", [1, 3])
def test_list_of_a_province_costs_the_same_for_one_and_three(
    client: Client, stage: Stage, django_assert_num_queries: Any, rounds: int
) -> None:
    place = Region.objects.get(code="410000000000")
    person = administrator(place)
    for number in range(rounds):
        round = make_round(County(place), stage.edition, person, f"第{number}轮")
        take_in(round, {**stage.cast, "administrator": person}, ("township",))
    client.force_login(person)
    with django_assert_num_queries(9):
        assert len(client.get("/rounds/").context["page"].object_list) == rounds + 1
