"""A region's page on every level: its figures, its filters, what is downloaded, and who sees it."""

import csv
import io
import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from inspections.answers import Given
from inspections.models import Inspection, Round
from organization.models import AuditEntry, Region, Role
from reports.actions.recounting import rebuild_summaries
from reports.models import CenterResult, ItemSummary, ScoreSummary
from tests.factories import make_region, make_user
from tests.small_stage import Stage, answer, self_check, submit_by, submitted
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开"), "area": Given("75"), "posts": Given(na=True, reason="没有窗口")}
COUNTY = "410523000000"
TABLES = ("grades", "distribution", "ranking", "sections", "worst", "items", "trend", "history", "latest")


def page(client: Client, code: str, **query: Any) -> Any:
    return client.get(reverse("reports:region", args=[code]), query)


def words(said: Any) -> str:
    return re.sub(r"\s+", " ", strip_tags(said.content.decode()))


def table(said: Any, name: str) -> list[list[str]]:
    """The cells of a table as the page shows them."""
    return [[cell.words or str(cell.value) for cell in row] for row in said.context["tables"][name].rows]


def values(said: Any, name: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in said.context["tables"][name].rows]


@pytest.fixture
def watched(client: Client, stage: Stage, other: Stage) -> Client:
    """Both townships are inspected, the first falls short; so is one of the county beside."""
    submitted(stage, 0, **SHORT)
    submitted(stage, 1)
    submitted(other, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    return client


def test_county_shows_its_townships_by_average_and_nothing_of_the_neighbor(
    watched: Client, stage: Stage
) -> None:
    said = page(watched, COUNTY)
    assert said.status_code == 200
    first, second = stage.county.townships
    score = Inspection.objects.get(round=stage.round, region=first).score
    assert values(said, "ranking") == [
        [second.name, 1, Decimal("100.00"), 1, 1, 0, 0],
        [first.name, 2, score, 1, 1, 2, 0],
    ]
    text = words(said)
    for expected in ("共 2 个中心，完成 100%", "名次只供内部工作参考"):
        assert expected in text
    assert "滑县" not in text
    assert table(said, "worst")[0][2] == "1"
    # A head stands where its column begins: figures to the right, bars from the left.
    assert '<th scope="col" class="num">名次</th>' in said.content.decode()
    assert '<th scope="col">平均分</th>' in said.content.decode()
    # The clause as the document numbers it, and each drawn bar with its region's name.
    assert table(said, "worst")[0][1].startswith("一、")
    drawn = [one["svg"] for one in said.context["plots"]["sections"]]
    assert drawn
    assert all(f">{first.name}</text>" in svg for svg in drawn)
    assert said.context["trail"] == [("总览", reverse("reports:county"))]


def test_dates_and_shares_read_alike_wherever_they_stand(watched: Client, stage: Stage) -> None:
    said = page(watched, COUNTY)
    (row,) = table(said, "trend")
    begun = stage.round.starts_on
    assert row[1] == f"{begun.year}年{begun.month}月{begun.day}日"
    (last,) = table(page(watched, stage.county.townships[0].code), "latest")
    assert re.fullmatch(r"\d{4}年\d{1,2}月\d{1,2}日", last[3])
    # The bar says of a grade what the table beside it says.
    bar = re.findall(r'class="on"[^>]*>([^<]*)<', said.context["plots"]["grades"])
    assert bar == [f"{name} {share}%" for name, _count, share, *_more in table(said, "grades")]
    watched.cookies["django_language"] = "en"
    assert str(begun.year) in (english := table(page(watched, COUNTY), "trend")[0][1])
    assert "年" not in english


def test_counted_share_leaves_out_what_does_not_apply(watched: Client, stage: Stage) -> None:
    said = page(watched, COUNTY)
    shown = said.context["shown"]
    by_code = {item.code: item for item in shown.items}
    assert shown.own.share(by_code["yes"]) == Decimal("50.00")
    assert shown.own.short(by_code["posts"]) == 0
    assert shown.figures[stage.county.townships[0].code].share(by_code["posts"]) is None
    assert shown.own.share(by_code["posts"]) == 0
    heated = {row[0]: row[1:] for row in table(said, "items")}
    assert heated[by_code["yes"].title] == ["50", "100", "0"]


def test_way_down_leads_by_links_to_a_center(watched: Client, stage: Stage) -> None:
    person = make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])
    watched.force_login(person)
    path = ["410000000000", "410500000000", COUNTY, stage.county.townships[0].code]
    for above, below in pairwise(path):
        said = page(watched, above)
        assert reverse("reports:region", args=[below]) in said.content.decode()
    said = page(watched, path[-1])
    done = Inspection.objects.get(round=stage.round, region=path[-1])
    assert reverse("reports:score", args=[done.pk]) in said.content.decode()
    assert values(said, "ranking")[0][1] == done.score
    assert [crumb[0] for crumb in said.context["trail"]] == ["总览", "河南省", "安阳市", "汤阴县"]
    # The city is summed from both counties.
    assert page(watched, "410500000000", round=stage.round.pk).context["shown"].own.done == 2
    elsewhere = page(watched, "410500000000", round=Round.objects.exclude(pk=stage.round.pk).first().pk)
    assert elsewhere.context["shown"].own.done == 1


def test_nation_is_summed_from_its_provinces(watched: Client, stage: Stage) -> None:
    nation = Region.objects.create(code="100000000000", level=0, name="全国")
    watched.force_login(make_user("nation", [(Role.ADMINISTRATOR, nation)]))
    said = page(watched, nation.code, round=stage.round.pk)
    shown = said.context["shown"]
    assert (shown.own.done, shown.own.inspections) == (2, 2)
    assert [row[0] for row in values(said, "ranking")] == ["河南省"]
    options = said.context["form"].fields["round"].choices
    assert {name for _key, name in options} == {f"{row.region} · {row.name}" for row in Round.objects.all()}
    # The other county's round says nothing of where this one was held.
    assert [row[0] for row in values(said, "trend")] == [f"{stage.county.region} · {stage.round.name}"]


def test_region_of_others_is_not_found(watched: Client, stage: Stage) -> None:
    for code in ("410526000000", "410500000000", "410526100000", "999999999999", "x"):
        assert page(watched, code).status_code == 404
        url = reverse("reports:region-table", args=[code, "ranking", "csv"])
        assert watched.post(url).status_code == 404
    watched.force_login(stage.cast["township_staff"])
    assert page(watched, COUNTY).status_code == 404
    assert page(watched, stage.county.townships[0].code).status_code == 404


def test_region_without_any_inspection_says_what_to_do(client: Client, stage: Stage) -> None:
    client.force_login(stage.cast["administrator"])
    empty = make_region("410523205", "瓦岗乡")
    said = page(client, empty.code)
    assert (said.status_code, "这个地区还没有检查" in words(said)) == (200, True)


def test_two_rounds_are_compared_with_the_change_of_rank(watched: Client, stage: Stage) -> None:
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "回头看")
    take_in(round, stage.cast, ("township",))
    again = list(Inspection.objects.filter(round=round).order_by("region_id"))
    for inspection, wrong in zip(again, ({}, SHORT), strict=True):
        answer(inspection, stage.cast["inspector"], **wrong)
        submit_by(inspection, stage.cast["lead_inspector"])
    said = page(watched, COUNTY)
    assert said.context["shown"].round == round
    assert said.context["shown"].against == stage.round
    assert (str(round.pk), "回头看") in said.context["form"].fields["round"].choices
    first, second = stage.county.townships
    rows = {row[0]: row for row in table(said, "ranking")}
    assert (rows[first.name][1], rows[first.name][4], rows[second.name][4]) == ("1", "↑1", "↓1")
    assert len(values(said, "trend")) == 2
    alone = page(watched, COUNTY, against="none")
    assert alone.context["shown"].against is None


def test_nobody_rises_because_another_is_not_inspected_yet(watched: Client, stage: Stage) -> None:
    """A township above it without a score would have made the last of two the first of one."""
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "回头看")
    take_in(round, stage.cast, ("township",))
    last = min(
        stage.county.townships, key=lambda one: Inspection.objects.get(round=stage.round, region=one).score
    )
    again = Inspection.objects.get(round=round, region=last)
    answer(again, stage.cast["inspector"], **SHORT)
    submit_by(again, stage.cast["lead_inspector"])
    said = page(watched, COUNTY)
    rows = {row[0]: row for row in table(said, "ranking")}
    assert (rows[last.name][1], rows[last.name][4]) == ("1", "不变")
    (other,) = (one for one in stage.county.townships if one != last)
    assert (rows[other.name][1], rows[other.name][4]) == ("—", "—")
    assert "名次变化只在两轮都有得分的之间计算" in words(said)


def test_self_check_is_set_beside_the_county(watched: Client, stage: Stage) -> None:
    checked = self_check(stage.county, stage.cast, stage.edition)[0]
    Round.objects.filter(pk=checked.round_id).update(precedes=stage.round)
    answer(checked, stage.cast["township_staff"])
    submit_by(checked, stage.cast["township_staff"])
    said = page(watched, COUNTY)
    assert said.context["shown"].round == stage.round
    assert f"against={checked.round_id}" in said.content.decode()
    said = page(watched, COUNTY, against=checked.round_id)
    row = next(row for row in values(said, "ranking") if row[0] == stage.county.townships[0].name)
    assert row[3] == Inspection.objects.get(round=stage.round, region=stage.county.townships[0]).score - 100


@pytest.mark.parametrize(
    "query", [{"round": "x"}, {"round": "99999999999999999999"}, {"against": "-1", "kind": "?"}]
)
def test_what_the_address_asks_for_and_is_not_there_is_left_out(
    watched: Client, query: dict[str, str]
) -> None:
    assert page(watched, COUNTY, **query).status_code == 200


def test_kind_of_center_filters_every_figure(watched: Client) -> None:
    said = page(watched, COUNTY, kind="village")
    assert (said.context["shown"].own.done, said.context["shown"].own.open) == (0, 0)
    assert page(watched, COUNTY, kind="township").context["shown"].own.done == 2


@pytest.mark.parametrize("name", TABLES)
def test_table_is_downloaded_as_it_is_shown(watched: Client, name: str) -> None:
    shown = values(page(watched, COUNTY), name)
    assert shown
    made = watched.post(reverse("reports:region-table", args=[COUNTY, name, "csv"]))
    lines = list(csv.reader(io.StringIO(made.getvalue().decode("utf-8-sig"))))
    assert len(lines) == len(shown) + 1
    for line, row in zip(lines[1:], shown, strict=True):
        assert line == ["" if value is None else str(value) for value in row]
    book = openpyxl.load_workbook(
        io.BytesIO(watched.post(reverse("reports:region-table", args=[COUNTY, name, "xlsx"])).getvalue())
    )
    cells = [list(row) for row in book.active.iter_rows(values_only=True)]
    assert [row[0] for row in cells[-len(shown) :]] == [row[0] for row in shown]
    assert AuditEntry.objects.filter(action="region.export", region_id=COUNTY).count() == 2


def test_grades_are_downloaded_in_the_readers_language(watched: Client) -> None:
    watched.cookies["django_language"] = "en"
    made = watched.post(reverse("reports:region-table", args=[COUNTY, "grades", "csv"]))
    heads, *lines = csv.reader(io.StringIO(made.getvalue().decode("utf-8-sig")))
    assert heads[1] == "Centers"
    assert {line[0] for line in lines} <= {"Excellent", "Good", "Pass", "Fail"}


def test_page_says_once_that_grades_are_the_portals(watched: Client) -> None:
    assert words(page(watched, COUNTY)).count("是本平台的默认设置") == 1


def test_name_that_looks_like_a_formula_stays_text(watched: Client, stage: Stage) -> None:
    Region.objects.filter(pk=stage.county.townships[0].pk).update(name="=1+1")
    made = watched.post(reverse("reports:region-table", args=[COUNTY, "ranking", "csv"]))
    assert "'=1+1" in made.getvalue().decode()
    url = reverse("reports:region-table", args=[COUNTY, "ranking", "xlsx"])
    sheet = openpyxl.load_workbook(io.BytesIO(watched.post(url).getvalue())).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] == ["s"]
    assert "<b>" not in page(watched, COUNTY).context["plots"]["sections"][0]["svg"]


def test_unknown_table_or_form_is_not_found(watched: Client) -> None:
    for name, form in (("x", "csv"), ("ranking", "pdf")):
        assert watched.post(reverse("reports:region-table", args=[COUNTY, name, form])).status_code == 404


def many(stage: Stage, count: int) -> None:
    """As many townships with a result of every band and item, written as summaries alone are read."""
    submitted(stage, 0, **SHORT)
    row = CenterResult.objects.get()
    scores = list(ScoreSummary.objects.filter(region=stage.county.townships[0]))
    items = list(ItemSummary.objects.filter(region=stage.county.townships[0]))
    for number in range(count - 2):
        place = make_region(f"4105234{number:02d}" if number < 100 else f"410523{number + 500}")
        for summary in (*scores, *items):
            summary.pk, summary.region = None, place
            summary.save(force_insert=True)
    assert row.pk


@pytest.mark.parametrize("count", [2, 4, 300])
def test_page_takes_the_same_queries_for_any_size(
    client: Client, stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    many(stage, count)
    client.force_login(stage.cast["administrator"])
    page(client, COUNTY)
    with django_assert_num_queries(QUERIES):
        said = page(client, COUNTY)
    assert len(values(said, "ranking")) == count


@pytest.mark.parametrize("count", [1, 3])
def test_township_takes_the_same_queries_for_any_number_of_centers(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    from tests.small_stage import small_stage

    stage = small_stage(townships=1, villages=count - 1, kinds=("township", "village"))
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    code = stage.county.townships[0].code
    page(client, code)
    with django_assert_num_queries(QUERIES_OF_A_TOWNSHIP):
        said = page(client, code)
    assert len(values(said, "ranking")) == count
    assert list(rebuild_summaries(fix=False)) == []


QUERIES = 20
QUERIES_OF_A_TOWNSHIP = 23
