"""The ledger: rows by township, what is known and what is filled in by hand."""

from datetime import date

import pytest

from reports.document import DocumentRefused
from reports.ledger import COLUMNS, LONGEST, LedgerRow
from tests.reports.notices import MONTH, SUSTAINED
from tests.reports.samples import ledger


def row(**changes: object) -> LedgerRow:
    known = {
        "township": "城关镇",
        "center": "城关镇便民服务中心",
        "clause": "二、3",
        "finding": "未提供老花镜。",
        "requirement": "配齐便民设施。",
        "deadline": MONTH,
    }
    return LedgerRow(**{**known, **changes})  # type: ignore[arg-type]


def test_columns_fill_the_width_of_a_turned_page() -> None:
    assert sum(column.width for column in COLUMNS) == 297 - 35 - 37


def test_rows_stand_under_their_township_and_are_numbered_through() -> None:
    document = ledger(rows=[row(), row(), row(township="瓦岗乡")])
    assert [cells[0] for cells in document.table.rows] == ["城关镇（2项）", "1", "2", "瓦岗乡（1项）", "3"]


def test_row_that_is_closed_out_says_when_and_one_that_is_not_leaves_the_place() -> None:
    done = row(person="李明", result="已配齐", verdict="合格", closed_on=date(2026, 12, 28))
    first, second = ledger(rows=[done, row(deadline=SUSTAINED)]).table.rows[1:]
    assert first == (
        "1", "城关镇便民服务中心", "二、3", "未提供老花镜", "配齐便民设施", "2026年12月24日前",
        "李明", "已配齐", "合格", "2026年12月28日",
    )  # fmt: skip
    assert second[5:] == ("长期坚持", "", "", "", "")


def test_facts_count_what_is_closed() -> None:
    document = ledger(rows=[row(closed_on=date(2026, 12, 28)), row()])
    assert document.facts[-1] == "问题2项，已销号1项"
    assert document.title_text == "汤阴县便民服务中心（点）整改台账"


def test_ledger_without_a_finding_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="no_findings"):
        ledger(rows=[])


def test_missing_requirement_is_a_place_to_fill_in_and_no_fault() -> None:
    assert ledger(rows=[row(requirement="")]).table.rows[1][4] == ""


def test_long_account_is_cut_and_says_where_the_rest_is() -> None:
    said = ledger(rows=[row(result="已完成：" + "换" * 1000)]).table.rows[1][7]
    assert len(said) == LONGEST
    assert said.endswith("……（全文见平台）")
