"""The latest known state: one score a center, the last one, whatever the round."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from inspections.answers import Given
from inspections.models import Inspection, Round
from organization.actions.centers import close_center
from organization.models import Region, Role
from tests.factories import make_region, make_user
from tests.reports.views.test_regions import COUNTY, page, values, words
from tests.small_stage import NOW, Stage, answer, later, of, self_check, submit_by, submitted
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, stage: Stage, other: Stage) -> Client:
    """The first township is inspected twice, the second once, the first checks itself after that."""
    submitted(stage, 0, yes=Given(False))
    submitted(stage, 1, yes=Given(False), area=Given("75"))
    submitted(other, 0)
    again = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(again, stage.cast, ("township",))
    Round.objects.filter(pk=again.pk).update(starts_on=date(2026, 12, 1))
    answer(of(again)[0], stage.cast["inspector"])
    submit_by(of(again)[0], stage.cast["lead_inspector"], later(20))
    own = self_check(stage.county, stage.cast, stage.edition)[0]
    answer(own, stage.cast["township_staff"], yes=Given(False), choice=Given("not_met"))
    submit_by(own, stage.cast["township_staff"], later(30))
    client.force_login(stage.cast["administrator"])
    return client


def score(stage: Stage, place: int) -> Decimal:
    return Inspection.objects.get(pk=stage.inspections[place].pk).score


def test_each_center_counts_once_by_its_last_score(office: Client, stage: Stage) -> None:
    said = page(office, COUNTY)
    first, second = stage.county.townships
    both = ((100 + score(stage, 1)) / 2).quantize(Decimal("0.01"))
    assert values(said, "latest") == [
        ["全部", 2, both], [first.name, 1, Decimal("100.00")], [second.name, 1, score(stage, 1)],
    ]  # fmt: skip
    assert said.context["figures"][-1]["figure"] == both
    assert "2个中心，不分轮次" in words(said)


def test_it_is_the_same_in_every_rounds_view(office: Client, stage: Stage) -> None:
    assert values(page(office, COUNTY, round=stage.round.pk), "latest") == values(
        page(office, COUNTY), "latest"
    )


def test_township_lists_its_centers_with_the_round_of_each(office: Client, stage: Stage) -> None:
    rows = values(page(office, stage.county.townships[0].code), "latest")
    center = stage.county.center(stage.county.townships[0])
    assert rows == [[center.name, Decimal("100.0000"), "优秀", later(20).date(), "下一轮"]]


def test_closed_centers_are_left_out(office: Client, stage: Stage) -> None:
    center = stage.county.center(stage.county.townships[0])
    close_center(center=center, on=NOW.date())
    assert [row[1] for row in values(page(office, COUNTY), "latest")] == [1, 0, 1]
    assert values(page(office, stage.county.townships[0].code), "latest") == []


def test_kind_filters_it(office: Client) -> None:
    assert values(page(office, COUNTY, kind="village"), "latest")[0] == ["全部", 0, None]


def test_nation_is_summed_from_its_provinces(office: Client) -> None:
    nation = Region.objects.create(code="100000000000", level=0, name="全国")
    other = make_region("510000", "四川省")
    office.force_login(make_user("nation", [(Role.ADMINISTRATOR, nation)]))
    rows = values(page(office, nation.code), "latest")
    # The county beside has a center of its own.
    assert [row[:2] for row in rows] == [["全部", 3], ["河南省", 3], [other.name, 0]]
