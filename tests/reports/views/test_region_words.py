"""What a region's page leaves out where one place stands alone, and what it calls the places below."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.answers import Given
from inspections.models import Round
from organization.models import Region, Role
from tests.factories import make_user
from tests.small_stage import Stage, answer, small_stage, submit_by, submitted
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False), "area": Given("75")}
RANKS = "名次只供内部工作参考"
CIRCULAR = "情况通报按行政区划顺序列出各乡镇的平均分"


@pytest.fixture
def above(client: Client, stage: Stage) -> Client:
    """Somebody of the province, all of whose inspections lie in one city; two rounds are submitted."""
    submitted(stage, 0, **SHORT)
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "回头看")
    take_in(round, stage.cast, ("township",))
    for inspection in round.inspections.all():
        answer(inspection, stage.cast["inspector"], **SHORT)
        submit_by(inspection, stage.cast["lead_inspector"])
    client.force_login(make_user("above", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))]))
    return client


def page(client: Client, code: str, **query: Any) -> Any:
    said = client.get(reverse("reports:region", args=[code]), query)
    assert said.status_code == 200
    return said


def heads(said: Any, name: str) -> list[str]:
    return [str(head) for head, _figures in said.context["tables"][name].heads]


def downloaded(client: Client, code: str, name: str) -> list[str]:
    said = client.post(reverse("reports:region-table", args=[code, name, "csv"]))
    return next(csv.reader(io.StringIO(said.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize("code", ["410000000000", "410500000000"])
def test_single_place_is_not_ranked_mapped_or_set_beside_itself(above: Client, code: str) -> None:
    said = page(above, code)
    shown, tables = said.context["shown"], said.context["tables"]
    (place,) = shown.places
    assert shown.against
    for name in ("ranking", "sections", "items"):
        assert not {"名次", "名次变化", place.name} & {*heads(said, name)}
        assert downloaded(above, code, name) == heads(said, name)
        assert {len(row) for row in tables[name].rows} == {len(heads(said, name))}
    assert [row[0].value for row in tables["latest"].rows] == [place.name]
    text = said.content.decode()
    for words in (RANKS, "名次变化", "分布图", "每条横条", "检查项×地区"):
        assert words not in text
    assert "两轮检查的中心不一定相同。" in text
    assert not said.context["plots"]["sections"]


def test_several_places_are_ranked_and_stand_side_by_side(above: Client, stage: Stage) -> None:
    said = page(above, stage.county.region.code)
    names = [place.name for place in said.context["shown"].places]
    assert len(names) == 2
    for name in ("sections", "items"):
        assert heads(said, name)[-2:] == names
    assert {"名次", "名次变化"} <= {*heads(said, "ranking")}
    text = said.content.decode()
    for words in (RANKS, CIRCULAR, "分布图", "每条横条是一个地区", "检查项×地区"):
        assert words in text
    assert heads(said, "ranking")[2] == "平均分"


def test_township_with_one_center_has_no_ranks_either(above: Client, stage: Stage) -> None:
    said = page(above, stage.county.townships[0].code)
    assert len(said.context["shown"].places) == 1
    assert "名次" not in heads(said, "ranking")
    assert RANKS not in said.content.decode()


def test_centers_of_a_township_are_called_centers(client: Client) -> None:
    stage = small_stage(townships=1, villages=2, kinds=("village",))
    for place in range(2):
        submitted(stage, place, yes=Given(False), zones=Given(["guide", "wait"]))
    client.force_login(stage.cast["administrator"])
    said = page(client, stage.county.townships[0].code)
    text = said.content.decode()
    for words in ("每条横条是一个中心", "检查项×中心", RANKS):
        assert words in text
    for words in ("每条横条是一个地区", "检查项×地区", CIRCULAR):
        assert words not in text
    assert heads(said, "ranking")[:3] == ["中心", "名次", "得分"]


def test_only_a_county_is_told_of_its_circular(client: Client, stage: Stage, other: Stage) -> None:
    for one in (stage, other):
        submitted(one, 0, **SHORT)
    city = make_user("city", [(Role.ADMINISTRATOR, Region.objects.get(code="410500000000"))])
    for person, code, told in (
        (city, "410500000000", False),
        (stage.cast["administrator"], stage.county.region.code, True),
    ):
        client.force_login(person)
        for text in (page(client, code).content.decode(), client.get("/county/").content.decode()):
            assert RANKS in text
            assert (CIRCULAR in text) == told


def test_change_is_since_the_round_before_or_a_difference(above: Client, stage: Stage) -> None:
    code = stage.county.region.code
    newer = page(above, code).context["shown"]
    # The form sends the round before by its key.
    for query in ({}, {"round": newer.round.pk, "against": newer.against.pk}):
        said = page(above, code, **query)
        assert "比上一轮" in heads(said, "ranking")
        assert said.context["figures"][1]["sub"].startswith("比上一轮 ")
    Round.objects.filter(pk=newer.round.pk).update(starts_on=date(2026, 11, 1))
    said = page(above, code, round=stage.round.pk, against=newer.round.pk)
    assert "相差" in heads(said, "ranking")
    assert said.context["figures"][1]["sub"].startswith("与对比轮次相差 ")
