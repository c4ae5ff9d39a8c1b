"""Self-check, county and spot check side by side."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Inspection, Round
from organization.models import AuditEntry
from reports import comparing
from tests.small_stage import NOW, Stage, answer, later, of, small_stage, submit_by, submitted
from tests.small_standards import plain_item, standard
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False), "zones": Given(["guide"])}


def self_check(stage: Stage, **changes: Given | None) -> Inspection:
    """Ask for the self-check of the stage's round; the first township answers and submits it."""
    staff = stage.cast["township_staff"]
    asked = inspecting.ask_self_check(
        round=stage.round, ends_on=later(7).date(), by=stage.cast["administrator"], now=NOW
    )
    own = of(asked)[0]
    answer(own, staff, **changes)
    return submit_by(own, staff, later(1))


def county(stage: Stage, **changes: Given | None) -> Inspection:
    return submitted(stage, 0, at=later(2), **changes)


def spot_check(stage: Stage, at: Any, name: str = "市级抽查", **changes: Given | None) -> Inspection:
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], name)
    Round.objects.filter(pk=round.pk).update(kind=Round.Kind.SPOT_CHECK)
    take_in(round, stage.cast, ("township",))
    own = of(round)[0]
    answer(own, stage.cast["inspector"], **changes)
    return submit_by(own, stage.cast["lead_inspector"], at)


def compared(stage: Stage, inspection: Inspection, **options: Any) -> comparing.Comparison:
    return comparing.compare(stage.cast["administrator"], inspection, **options)


def test_both_columns_and_the_difference_item_by_item(stage: Stage) -> None:
    own, theirs = self_check(stage), county(stage, **SHORT)
    found = compared(stage, theirs)
    assert [column.inspection for column in found.columns] == [own, theirs]
    assert [str(column.head) for column in found.columns] == ["乡镇自查", "县级检查"]
    assert [column.score for column in found.columns] == [Decimal("100.00"), Decimal("72.22")]
    assert [column.gap for column in found.columns] == [None, Decimal("-27.78")]
    rows = {row.code: row for section in found.sections for row in section.rows}
    assert [cell["status"] for cell in rows["yes"].cells] == ["met", "not_met"]
    assert (rows["yes"].gap, rows["yes"].differs) == (Decimal(-4), True)
    assert (rows["area"].gap, rows["area"].differs) == (Decimal(0), False)
    assert (found.items, found.differences) == (6, 2)


def test_only_differences(stage: Stage) -> None:
    self_check(stage)
    found = compared(stage, county(stage, **SHORT), only_differences=True)
    assert [row.code for section in found.sections for row in section.rows] == ["yes", "zones"]
    assert (found.items, found.differences) == (6, 2)


def test_answers_that_differ_with_one_outcome_are_a_difference(stage: Stage) -> None:
    self_check(stage, area=Given("160"))
    found = compared(stage, county(stage, area=Given("180")), only_differences=True)
    ((row,),) = [section.rows for section in found.sections]
    assert (row.code, row.gap) == ("area", Decimal(0))


def test_three_columns_where_the_city_spot_checked(stage: Stage) -> None:
    own, theirs = self_check(stage), county(stage, yes=Given(False))
    spot = spot_check(stage, later(5), yes=Given(False), choice=Given("not_met"))
    found = compared(stage, theirs)
    assert [column.inspection for column in found.columns] == [own, theirs, spot]
    assert [column.gap for column in found.columns] == [None, Decimal("-16.67"), Decimal("-16.66")]
    rows = {row.code: row for section in found.sections for row in section.rows}
    assert [cell["achieved"] for cell in rows["choice"].cells] == ["4.00", "4.00", "0.00"]
    for anyone in (own, spot):
        assert compared(stage, anyone) == found


def test_an_item_that_does_not_apply_has_no_difference_in_points() -> None:
    stage = small_stage(data=standard(plain_item("yes", na_allowed=True), plain_item("choice")))
    staff = stage.cast["township_staff"]
    asked = inspecting.ask_self_check(
        round=stage.round, ends_on=later(7).date(), by=stage.cast["administrator"], now=NOW
    )
    own, theirs = of(asked)[0], stage.inspections[0]
    fill(own, staff, {"yes": Given(None, na=True, reason="没有"), "choice": Given(True)})
    submit_by(own, staff, later(1))
    fill(theirs, stage.cast["inspector"], {"yes": Given(False), "choice": Given(True)})
    submit_by(theirs, stage.cast["lead_inspector"], later(2))
    (row,) = compared(stage, theirs, only_differences=True).sections[0].rows
    assert (row.code, row.gap) == ("yes", None)


def fill(inspection: Inspection, by: Any, given: dict[str, Given]) -> None:
    for code, one in given.items():
        inspecting.save_answer(inspection=inspection, code=code, given=one, by=by, now=NOW)


def test_the_last_rounds_self_check_is_not_this_ones(stage: Stage) -> None:
    self_check(stage)
    county(stage)
    new = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(new, stage.cast, ("township",))
    late = of(new)[0]
    answer(late, stage.cast["inspector"])
    submit_by(late, stage.cast["lead_inspector"], later(60))
    assert [column.inspection for column in compared(stage, late).columns] == [late]
    spot = spot_check(stage, later(70))
    assert [column.inspection for column in compared(stage, late).columns] == [late, spot]


def test_before_the_county_has_submitted_there_is_nothing_beside_a_self_check(stage: Stage) -> None:
    own = self_check(stage)
    assert [column.inspection for column in compared(stage, own).columns] == [own]
    assert not comparing.has_company(stage.cast["township_staff"], own)


# ---- the page


def page(client: Client, inspection: Inspection, **query: str) -> Any:
    return client.get(reverse("reports:comparison", args=[inspection.pk]), query)


@pytest.mark.parametrize("role", ["administrator", "township_staff"])
def test_both_sides_read_the_same_page(client: Client, stage: Stage, role: str) -> None:
    self_check(stage)
    theirs = county(stage, **SHORT)
    client.force_login(stage.cast[role])
    said = page(client, theirs, only="differences").content.decode()
    for words in ("乡镇自查", "县级检查", "比前一列 −27.78 分", "−4", "检查项zones"):
        assert words in said
    assert "检查项windows" not in said
    assert "检查项windows" in page(client, theirs).content.decode()
    score = client.get(reverse("reports:score", args=[theirs.pk])).content.decode()
    assert reverse("reports:comparison", args=[theirs.pk]) in score


def test_page_alone_says_what_is_missing(client: Client, stage: Stage) -> None:
    theirs = county(stage)
    client.force_login(stage.cast["administrator"])
    assert "没有可以对照的检查" in page(client, theirs).content.decode()
    score = client.get(reverse("reports:score", args=[theirs.pk])).content.decode()
    assert reverse("reports:comparison", args=[theirs.pk]) not in score


def test_inspectors_are_not_shown_what_the_township_said_of_itself(client: Client, stage: Stage) -> None:
    self_check(stage)
    theirs = county(stage)
    client.force_login(stage.cast["lead_inspector"])
    assert page(client, theirs).status_code == 403


def test_another_countys_comparison_is_not_found(client: Client, stage: Stage, other: Stage) -> None:
    theirs = county(stage)
    client.force_login(other.cast["administrator"])
    assert page(client, theirs).status_code == 404


def test_table_holds_exactly_what_the_page_shows(client: Client, stage: Stage, tmp_path: Path) -> None:
    self_check(stage)
    theirs = county(stage, **SHORT)
    client.force_login(stage.cast["township_staff"])
    url = reverse("reports:comparison-table", args=[theirs.pk])
    said = client.post(f"{url}?only=differences")
    rows = read(said, tmp_path)
    head = next(place for place, row in enumerate(rows) if row[0] == "部分")
    assert rows[head][4:] == (
        "乡镇自查：结果", "乡镇自查：情况", "乡镇自查：得分",
        "县级检查：结果", "县级检查：情况", "县级检查：得分", "相差",
    )  # fmt: skip
    assert [(row[2], row[4], row[7], row[10]) for row in rows[head + 1 :]] == [
        ("检查项yes", "合格", "不合格", -4),
        ("检查项zones", "合格", "部分合格", pytest.approx(-2.67)),
    ]
    assert AuditEntry.objects.filter(action="comparison.export", region=theirs.region).count() == 1
    assert len(read(client.post(url), tmp_path)) == head + 6


def test_csv_holds_the_same_as_the_sheet(client: Client, stage: Stage, tmp_path: Path) -> None:
    self_check(stage)
    theirs = county(stage, **SHORT)
    client.force_login(stage.cast["township_staff"])
    url = reverse("reports:comparison-csv", args=[theirs.pk])
    said = client.post(f"{url}?only=differences")
    assert "attachment" in said["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(said.content.decode("utf-8-sig"))))
    sheet = read(client.post(f"{url.removesuffix('csv')}xlsx?only=differences"), tmp_path)
    head = next(place for place, row in enumerate(sheet) if row[0] == "部分")
    assert lines[0] == list(sheet[head])
    assert [(row[2], row[4], row[7], row[10]) for row in lines[1:]] == [
        ("检查项yes", "合格", "不合格", "-4.00"),
        ("检查项zones", "合格", "部分合格", "-2.67"),
    ]
    assert AuditEntry.objects.filter(action="comparison.export", region=theirs.region).count() == 2


def read(said: Any, tmp_path: Path) -> list[Any]:
    path = tmp_path / "table.xlsx"
    path.write_bytes(b"".join(said.streaming_content))
    return list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))


@pytest.mark.parametrize("short", [1, 3])
def test_page_costs_the_same_for_one_and_three_differences(
    client: Client, stage: Stage, django_assert_num_queries: Any, short: int
) -> None:
    bad = {"yes": Given(False), "choice": Given("not_met"), "area": Given("100")}
    self_check(stage)
    theirs = county(stage, **dict(list(bad.items())[:short]))
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(6):
        page(client, theirs)
