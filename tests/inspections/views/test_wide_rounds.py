"""A province's round: its centers, people and places are narrowed by a region, a level at a time."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.models import Inspection, Round
from organization.models import Region, Role, User
from tests.factories import County, make_county, make_user
from tests.small_stage import NOW, Stage, of, small_stage, submitted
from tests.stage import make_round

pytestmark = pytest.mark.django_db
COUNTY, TOWNSHIP = "410523000000", "410523101000"


@pytest.fixture
def province(stage: Stage) -> User:
    return make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])


def wide_round(province: User, *stages: Stage) -> Round:
    place = Region.objects.get(code="410000000000")
    round = make_round(County(place), stages[0].edition, province, "省检")
    for one in stages:
        actions.add_centers(round=round, region=one.county.region, kinds=["township"], by=province, now=NOW)
    return round


def address(round: Round, name: str = "round", **query: str) -> str:
    return reverse(f"inspections:{name}", args=[round.pk]) + "".join(
        f"{'&' if place else '?'}{key}={value}" for place, (key, value) in enumerate(query.items())
    )


def seen(client: Client, round: Round, **query: str) -> Any:
    said = client.get(address(round, **query))
    assert said.status_code == 200
    return said.context


def offered(form: Any, name: str = "region") -> list[str]:
    return [str(row.pk) for row in form.fields[name].queryset]


def test_centers_are_narrowed_by_a_region(client: Client, stage: Stage, other: Stage, province: User) -> None:
    round = wide_round(province, stage, other)
    client.force_login(province)
    context = seen(client, round)
    assert (context["totals"]["all"], len(context["page"].object_list)) == (4, 4)
    page = client.get(address(round)).content.decode()
    # Townships of the same name are told apart by it.
    assert {row.whereabouts for row in context["page"]} == {"安阳市汤阴县", "安阳市滑县"}
    # The township's name is not broken, where the names above it leave too little room.
    assert f'>安阳市汤阴县 <span class="text-nowrap">{stage.county.townships[0]}</span></td>' in page
    context = seen(client, round, region=COUNTY)
    assert context["totals"]["all"] == 2
    assert {row.region_id[:6] for row in context["page"]} == {"410523"}
    assert [row.region_id for row in seen(client, round, region=TOWNSHIP)["page"]] == [TOWNSHIP]
    text = client.get(address(round, region=COUNTY)).content.decode()
    assert f"?state=to_begin&amp;region={COUNTY}" in text
    for none in ("510000000000", "x", "4105", "410000000000", "\x00", "410599000000"):
        assert seen(client, round, region=none)["totals"]["all"] == 4


def test_places_are_offered_a_level_at_a_time(
    client: Client, stage: Stage, other: Stage, province: User
) -> None:
    round = wide_round(province, stage, other)
    client.force_login(province)
    context = seen(client, round)
    forms = ("centers_form", "assign_form")
    assert [offered(context[name]) for name in forms] == [["410000000000", "410500000000"]] * 2
    context = seen(client, round, region=COUNTY)
    above = ["410000000000", "410500000000", COUNTY]
    assert offered(context["assign_form"]) == [*above, "410523100000", TOWNSHIP]
    assert context["centers_form"].initial == {"region": COUNTY}
    assert [code for code, _name in context["filters"].fields["region"].choices] == [
        *above, "410523100000", TOWNSHIP,
    ]  # fmt: skip


def test_people_are_those_of_the_chosen_county_and_above(
    client: Client, stage: Stage, other: Stage, province: User
) -> None:
    own = make_user("own", [(Role.LEAD_INSPECTOR, Region.objects.get(code="410000000000"))])
    round = wide_round(province, stage, other)
    client.force_login(province)
    assert offered(seen(client, round)["assign_form"], "people") == [str(own.pk)]
    lead, inspector = stage.cast["lead_inspector"], stage.cast["inspector"]
    form = seen(client, round, region=COUNTY)["assign_form"]
    assert set(offered(form, "people")) == {str(row.pk) for row in (own, lead, inspector)}
    assert set(offered(form, "lead")) == {str(own.pk), str(lead.pk)}
    (first, _second) = [row for row in of(round) if row.region_id.startswith("410523")]
    data = {"inspection": [str(first.pk), "x", str(stage.inspections[0].pk)], "lead": lead.pk}
    said = client.post(address(round, "round-assign", region=COUNTY), data)
    assert said.status_code == 302
    assert said["Location"] == address(round, region=COUNTY)
    assert list(Inspection.objects.filter(round=round, lead=lead)) == [first]
    # One of another county is not of those who are offered there.
    said = client.post(
        address(round, "round-assign", region=COUNTY), data | {"lead": other.cast["lead_inspector"].pk}
    )
    assert said.status_code == 400


def test_centers_of_a_chosen_county_are_taken_in(client: Client, stage: Stage, province: User) -> None:
    make_county("510121", townships=1)
    round = wide_round(province, stage)
    Inspection.objects.filter(round=round).delete()
    client.force_login(province)
    data = {"region": TOWNSHIP, "kinds": ["township"]}
    assert client.post(address(round, "round-centers", region=COUNTY), data).status_code == 302
    assert [row.region_id for row in of(round)] == [TOWNSHIP]
    assert client.post(address(round, "round-centers"), {**data, "region": "510000000000"}).status_code == 400


def test_round_of_a_province_is_for_a_county_and_more(client: Client, stage: Stage, province: User) -> None:
    client.force_login(province)
    form = client.get(reverse("inspections:round-create")).context["form"]
    assert offered(form) == ["410000000000", "410500000000", COUNTY]
    client.force_login(stage.cast["administrator"])
    form = client.get(reverse("inspections:round-create")).context["form"]
    assert offered(form) == [COUNTY, "410523100000", TOWNSHIP]


def test_county_round_knows_no_filter_by_region(client: Client, stage: Stage) -> None:
    client.force_login(stage.cast["administrator"])
    context = seen(client, stage.round, region=TOWNSHIP)
    assert (context["filters"], context["place"], context["totals"]["all"]) == (None, None, 2)


def test_nation_stands_above_every_place_of_its_round(client: Client, stage: Stage) -> None:
    nation = Region.objects.create(code="100000000000", level=0, name="全国")
    above = make_user("above", [(Role.ADMINISTRATOR, nation), (Role.LEAD_INSPECTOR, nation)])
    round = make_round(County(nation), stage.edition, above, "国检")
    actions.add_centers(round=round, region=stage.county.region, kinds=["township"], by=above, now=NOW)
    client.force_login(above)
    context = seen(client, round, region=COUNTY)
    assert offered(context["assign_form"])[:3] == [nation.code, "410000000000", "410500000000"]
    names = [name for _code, name in context["filters"].fields["region"].choices]
    assert names[:3] == ["全国", "\u3000河南省", "\u3000\u3000安阳市"]
    assert str(above.pk) in offered(context["assign_form"], "lead")


@pytest.mark.parametrize("townships", [1, 3])
def test_wide_round_costs_the_same_for_one_and_three(
    client: Client, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=townships)
    for place in range(townships):
        submitted(stage, place)
    province = make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])
    round = wide_round(province, stage)
    client.force_login(province)
    with django_assert_num_queries(18):
        assert len(seen(client, round, region=COUNTY)["page"].object_list) == townships
