"""Tables read back: real types, no formula from any text, panes, filters, widths, a page that prints."""

import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Finding
from reports import finding_tables, sheets, tables
from reports.sheets import Field, Sheet
from tests.repairs import REPLY, in_state, publish
from tests.small_stage import NOW, Stage, issued, self_check, small_stage, submitted

FIELDS = (
    Field("名称", 20), Field("数", 8, "number"), Field("分", 8, "points"), Field("日", 12, "date"),
    Field("时", 18, "moment"),
)  # fmt: skip


def read(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def made(path: Path, *rows: tuple[Any, ...], **changes: Any) -> Any:
    sheet = Sheet(name="表", title="标题", fields=FIELDS, rows=rows, **changes)
    sheets.write(path / "t.xlsx", [sheet])
    return read(path / "t.xlsx")["表"]


def test_values_have_their_types(tmp_path: Path) -> None:
    at = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
    page = made(tmp_path, ("甲", 3, Decimal("1.25"), date(2026, 11, 20), at))
    *plain, day, moment = [cell.value for cell in page[3]]
    assert plain == ["甲", 3, 1.25]
    assert (f"{day:%F %T}", f"{moment:%F %T}") == ("2026-11-20 00:00:00", "2026-11-20 10:30:00")
    assert [cell.data_type for cell in page[3]] == ["s", "n", "n", "d", "d"]
    assert [cell.number_format for cell in page[3]] == ["@", "0", "0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"]


def test_change_is_a_number_with_its_sign(tmp_path: Path) -> None:
    fields = (Field("名称", 20), Field("变化", 8, "change"))
    rows = [("甲", Decimal("-2.98")), ("乙", Decimal(0)), ("丙", None)]
    sheets.write(tmp_path / "t.xlsx", [Sheet(name="表", title="标题", fields=fields, rows=rows)])
    cells = [row[1] for row in read(tmp_path / "t.xlsx")["表"].iter_rows(min_row=3)]
    assert [cell.value for cell in cells] == [-2.98, 0, None]
    assert {cell.number_format for cell in cells} == {"+0.00;-0.00;0.00"}
    assert cells[0].alignment.horizontal == "right"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'=1", "=HYPERLINK(\"http://x\")",
     "=cmd|'/c calc'!A1", "http://127.0.0.1/", "{=1}", "00012", "1E5", "mailto:a@b"],
)  # fmt: skip
def test_text_never_becomes_a_formula_a_number_or_a_link(tmp_path: Path, text: str) -> None:
    page = made(tmp_path, (text, None, None, None, None))
    cell = page["A3"]
    assert (cell.data_type, cell.hyperlink) == ("s", None)
    assert cell.value.replace("_x000D_", "\r") == text
    # Stays text also when somebody edits the cell.
    assert cell.quotePrefix == text.startswith(sheets.STARTS)
    with zipfile.ZipFile(tmp_path / "t.xlsx") as archive:
        body = archive.read("xl/worksheets/sheet1.xml")
        assert not [tag for tag in (b"<f>", b"<hyperlink") if tag in body]
        names = " ".join(archive.namelist()).lower()
        assert not [word for word in ("external", "vba") if word in names]


@pytest.mark.parametrize("text", ["<r>1</r>", "<r>&<</r>", "<r><t>1</t></r>", "<si><t>1</t></si>"])
def test_text_that_looks_like_markup_stays_text(tmp_path: Path, text: str) -> None:
    page = made(tmp_path, (text, None, None, None, None))
    assert page["A3"].value.rstrip() == text


def test_head_stays_filters_and_prints(tmp_path: Path) -> None:
    page = made(tmp_path, ("甲", 1, 1, None, None), ("乙", 2, 2, None, None), notes=("注",), pinned=2)
    assert page.freeze_panes == "C4"
    assert page.auto_filter.ref == "A3:E5"
    assert [page.column_dimensions[letter].width for letter in "ABD"] == pytest.approx([20, 8, 12], abs=1)
    assert page.print_title_rows == "$3:$3"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    # One page wide is what is meant where nothing is said.
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage


def test_table_without_rows_is_still_one(tmp_path: Path) -> None:
    page = made(tmp_path)
    assert (page.freeze_panes, page.auto_filter.ref) == ("B3", "A2:E3")


def test_names_of_sheets_are_made_fit(tmp_path: Path) -> None:
    names = ["[甲]:乙*/\\?'", "长" * 40, "长" * 40, "", "表", "表"]
    made_of = [Sheet(name=name, title="", fields=FIELDS, rows=()) for name in names]
    sheets.write(tmp_path / "t.xlsx", made_of)
    assert read(tmp_path / "t.xlsx").sheetnames == [
        "_甲__乙_____", "长" * 31, "长" * 27 + " (2)", "Sheet", "表", "表 (2)",
    ]  # fmt: skip


def test_long_text_is_cut_where_excel_ends(tmp_path: Path) -> None:
    value = made(tmp_path, ("长" * 40_000, None, None, None, None))["A3"].value
    assert len(value) == 32_767
    assert value.endswith("…")


def test_rows_are_read_once_and_not_held(tmp_path: Path) -> None:
    held: list[int] = []

    def rows() -> Any:
        for number in range(5000):
            held.append(number)
            yield ("甲", number, None, None, None)
            held.pop()

    assert made(tmp_path, *()).max_row == 2
    sheets.write(tmp_path / "t.xlsx", [Sheet(name="表", title="", fields=FIELDS, rows=rows())])
    assert (held, read(tmp_path / "t.xlsx")["表"].max_row) == ([], 5002)


# ---- what the tables say


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage(townships=3)


def test_scores_tell_ranking_centers_and_items_by_township(stage: Stage, tmp_path: Path) -> None:
    submitted(stage, 0, yes=Given(False))
    submitted(stage, 1, yes=Given(False), zones=Given(["guide"]))
    tables.write_scores(tmp_path / "t.xlsx", round=stage.round, user=stage.cast["administrator"])
    book = read(tmp_path / "t.xlsx")
    assert book.sheetnames == ["各乡镇", "各中心", "检查项×乡镇"]
    ranking = list(book["各乡镇"].iter_rows(min_row=5, values_only=True))
    assert [(row[0], row[1], row[4]) for row in ranking] == [
        (1, "城关镇", 1),
        (2, "菜园镇", 1),
        (None, "任固镇", 0),
    ]
    assert ranking[0][3] > ranking[1][3]
    centers = list(book["各中心"].iter_rows(min_row=4, values_only=True))
    assert [row[3] for row in centers] == ["已提交", "已提交", "待检查"]
    assert [row[8] for row in centers] == [1, 2, None]
    items = list(book["检查项×乡镇"].iter_rows(min_row=4, values_only=True))
    assert items[0][3:] == ("城关镇", "菜园镇")
    by_title = {row[1]: row[3:] for row in items[1:]}
    lost = {f.item.title: f.lost for f in Finding.objects.select_related("item")}
    assert len(by_title) == len(lost) == 2
    for finding in Finding.objects.select_related("item"):
        column = [r.code for r in stage.county.townships].index(finding.region_id)
        assert by_title[finding.item.title][column] == pytest.approx(float(finding.lost))


def test_more_townships_than_a_sheet_has_columns_are_on_several(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_TOWNSHIPS", 2)
    for place in range(3):
        submitted(stage, place, yes=Given(place > 1))
    tables.write_scores(tmp_path / "t.xlsx", round=stage.round, user=stage.cast["administrator"])
    book = read(tmp_path / "t.xlsx")
    assert book.sheetnames[2:] == ["检查项×乡镇", "检查项×乡镇 (2)"]
    one, two = (list(book[name].iter_rows(min_row=4, values_only=True)) for name in book.sheetnames[2:])
    assert (one[0][3:], two[0][3:]) == (("城关镇", "菜园镇"), ("任固镇",))
    # Each line has the mean over all.
    assert [row[:3] for row in one[1:]] == [row[:3] for row in two[1:]]
    for whole, rest in zip(one[1:], two[1:], strict=True):
        cells = [*whole[3:], *rest[3:]]
        assert whole[2] == pytest.approx(sum(cells) / 3)


def test_centers_count_what_was_found_and_not_withdrawn(stage: Stage, tmp_path: Path) -> None:
    submitted(stage, 0, yes=Given(False), zones=Given(["guide"]))
    submitted(stage, 1, yes=Given(False))
    gone, *_kept = Finding.objects.order_by("region_id", "pk")
    Finding.objects.filter(pk=gone.pk).update(state="withdrawn")
    tables.write_scores(tmp_path / "t.xlsx", round=stage.round, user=stage.cast["administrator"])
    rows = list(read(tmp_path / "t.xlsx")["各中心"].iter_rows(min_row=4, values_only=True))
    assert [(row[1], row[2], row[8]) for row in rows] == [
        ("城关镇", "乡镇便民服务中心", 1), ("菜园镇", "乡镇便民服务中心", 1),
        ("任固镇", "乡镇便民服务中心", None),
    ]  # fmt: skip


def test_words_are_those_of_the_reader(stage: Stage, tmp_path: Path) -> None:
    submitted(stage, 0, yes=Given(False))
    with translation.override("en"):
        tables.write_scores(tmp_path / "s.xlsx", round=stage.round, user=stage.cast["administrator"])
        finding_tables.write_findings(tmp_path / "f.xlsx", Finding.objects.all())
    center = next(read(tmp_path / "s.xlsx").worksheets[1].iter_rows(min_row=4, values_only=True))
    assert center[2:4] == ("Township service center", "Submitted")
    finding = next(read(tmp_path / "f.xlsx").active.iter_rows(min_row=4, values_only=True))
    assert (finding[8], finding[11]) == ("Rectify by a deadline", "Notice pending")


@pytest.mark.parametrize("count", [1, 3])
def test_scores_ask_the_same_queries_for_many_centers(
    stage: Stage, tmp_path: Path, django_assert_num_queries: Any, count: int
) -> None:
    user = stage.cast["administrator"]
    assert user.grants
    assert stage.round.edition
    for place in range(count):
        submitted(stage, place, yes=Given(False))
    with django_assert_num_queries(6):
        tables.write_scores(tmp_path / "t.xlsx", round=stage.round, user=user)


def test_every_table_with_points_says_whose_policy_they_are(stage: Stage, tmp_path: Path) -> None:
    submitted(stage, 0, yes=Given(False))
    user = stage.cast["administrator"]
    tables.write_scores(tmp_path / "a.xlsx", round=stage.round, user=user)
    finding_tables.write_ledger(tmp_path / "b.xlsx", round=stage.round, user=user)
    finding_tables.write_findings(tmp_path / "c.xlsx", Finding.objects.visible_to(user))
    for name in "abc":
        for page in read(tmp_path / f"{name}.xlsx"):
            above = [row[0] for row in page.iter_rows(max_row=4, values_only=True)]
            # A list over several rounds names no document.
            edition = None if name == "c" else stage.round.edition
            assert tables.policy_note(edition) in above, (name, page.title)


def test_policy_is_held_against_the_document_of_the_rounds_own_edition(stage: Stage) -> None:
    edition = stage.round.edition
    edition.title, edition.document_number = (
        "关于加快推进政务服务标准化的意见",
        "国发〔2022〕5号",
    )
    assert "《关于加快推进政务服务标准化的意见》（国发〔2022〕5号）" in tables.policy_note(edition)
    edition.document_number = ""
    assert tables.policy_note(edition).endswith("不是《关于加快推进政务服务标准化的意见》的规定。")
    assert "〔" not in tables.policy_note()


def test_ledger_lists_each_finding_once_with_the_document_that_asks_for_it(
    stage: Stage, tmp_path: Path, quick_pdf: Any
) -> None:
    issued(stage, submitted(stage, 1, yes=Given(False), zones=Given(["guide"])))
    submitted(stage, 0, yes=Given(False))
    finding_tables.write_ledger(tmp_path / "t.xlsx", round=stage.round, user=stage.cast["administrator"])
    rows = list(read(tmp_path / "t.xlsx").active.iter_rows(min_row=4, values_only=True))
    head = rows[0]
    assert head[-10:] == (
        "责任领导", "责任人", "整改措施", "整改结果", "完成日期",
        "整改期限", "复查人", "复查日期", "复查结论", "销号日期",
    )  # fmt: skip
    told = [dict(zip(head, row, strict=True)) for row in rows[1:]]
    assert [(row["序号"], row["乡镇"], row["文号"]) for row in told] == [
        (1, "城关镇", None), (2, "菜园镇", "汤政服办〔2026〕1号"), (3, "菜园镇", "汤政服办〔2026〕1号"),
    ]  # fmt: skip
    assert all(isinstance(row["扣分"], int | float) for row in told)


def test_ledger_tells_who_did_what_and_who_looked_at_it(stage: Stage, tmp_path: Path) -> None:
    finding = in_state(stage, "closed")
    in_state(stage, "notified", place=1)
    finding_tables.write_ledger(tmp_path / "t.xlsx", round=stage.round, user=stage.cast["administrator"])
    head, first, second = read(tmp_path / "t.xlsx").active.iter_rows(min_row=4, values_only=True)
    told = dict(zip(head, first, strict=True))
    assert (told["责任人"], told["整改措施"], told["整改结果"]) == ("王强", "已购置并安装", "已完成")
    assert (told["复查人"], told["复查结论"]) == (stage.cast["administrator"].name, "合格，已销号")
    days = [told[name].date() for name in ("完成日期", "整改期限", "复查日期", "销号日期")]
    assert days == [REPLY["done_on"], finding.due_on, NOW.date(), NOW.date()]
    assert [dict(zip(head, second, strict=True))[name] for name in ("责任人", "整改措施")] == [None, None]


def test_ledger_asks_the_same_queries_for_many_findings(
    stage: Stage, tmp_path: Path, django_assert_num_queries: Any
) -> None:
    user = stage.cast["administrator"]
    assert user.grants
    for place in range(3):
        submitted(stage, place, yes=Given(False), zones=Given(["guide"]))
        with django_assert_num_queries(4):
            finding_tables.write_ledger(tmp_path / "t.xlsx", round=stage.round, user=user)


def test_list_says_by_when_and_whether_that_is_provisional(stage: Stage, tmp_path: Path) -> None:
    publish(2026)
    for place in (0, 1):
        inspecting.notify_findings(inspection=submitted(stage, place, yes=Given(False)), by=None, now=NOW)
    due = Finding.objects.order_by("region_id").first()
    Finding.objects.filter(pk=due.pk).update(
        term_from=NOW.date(), due_on=date(2027, 1, 8), due_is_provisional=True
    )
    finding_tables.write_findings(tmp_path / "t.xlsx", Finding.objects.order_by("region_id"))
    rows = list(read(tmp_path / "t.xlsx").active.iter_rows(values_only=True))
    head = next(row for row in rows if row[0] == "乡镇")
    told = [dict(zip(head, row, strict=True)) for row in rows[rows.index(head) + 1 :]]
    assert [(row["整改期限"], row["期限备注"]) for row in told] == [
        (datetime(2027, 1, 8), "暂定"),  # noqa: DTZ001 - a cell of Excel has no time zone
        (None, None),
    ]


def test_hostile_finding_stays_text(stage: Stage, tmp_path: Path) -> None:
    submitted(stage, 0, yes=Given(False))
    rows = _Only(Finding.objects.all(), finding="=1+1", requirement="@SUM(A1)")
    finding_tables.write_findings(tmp_path / "t.xlsx", rows)
    page = read(tmp_path / "t.xlsx").active
    cells = {cell.value: cell.data_type for line in page.iter_rows() for cell in line if cell.value}
    assert (cells["=1+1"], cells["@SUM(A1)"]) == ("s", "s")


class _Only:
    """A queryset of one row with other words: a finding's are frozen in the database."""

    def __init__(self, rows: Any, **words: str) -> None:
        self.rows, self.words = rows, words

    def values_list(self, *names: str, named: bool) -> "_Only":
        self.rows = self.rows.values_list(*names, named=named)
        return self

    def iterator(self, chunk_size: int) -> Any:
        return (row._replace(**self.words) for row in self.rows.iterator(chunk_size))


def test_self_check_opens_no_findings_in_the_table(stage: Stage, tmp_path: Path) -> None:
    (own,) = self_check(stage.county, stage.cast, stage.edition)
    assert own.round.kind == "self_check"
    tables.write_scores(tmp_path / "t.xlsx", round=own.round, user=stage.cast["administrator"])
    assert len(list(read(tmp_path / "t.xlsx")["检查项×乡镇"].iter_rows(min_row=5))) == 0


def test_csv_holds_head_and_rows_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    moment = datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    row = ("=1+1", 3, Decimal("-0.50"), date(2026, 11, 25), moment, None, "一、\n二、")
    fields = [Field(head, 10) for head in "甲乙丙丁戊己庚"]
    sheets.write_csv(path, Sheet(name="表", title="标题", notes=["注"], fields=fields, rows=[row]))
    assert path.read_bytes().decode() == (
        '\ufeff甲,乙,丙,丁,戊,己,庚\r\n\'=1+1,3,-0.5,2026-11-25,2026-11-26 00:30,,"一、\n二、"\r\n'
    )
