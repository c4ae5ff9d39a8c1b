"""CSV as spreadsheets read it, byte by byte."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from organization.csv_text import FORMULA, cell_text, csv_lines


def test_table_begins_with_the_mark_and_ends_its_lines_as_spreadsheets_do() -> None:
    rows = [["甲，乙", 3, Decimal("0.50")], ['说"好"', None, date(2026, 3, 5)], ["一\n二", "", "a,b"]]
    assert "".join(csv_lines(["名称", "数", "值"], rows)).encode() == (
        b"\xef\xbb\xbf"
        + '名称,数,值\r\n甲，乙,3,0.50\r\n"说""好""",,2026-03-05\r\n"一\n二",,"a,b"\r\n'.encode()
    )


def test_table_without_rows_is_its_head() -> None:
    assert list(csv_lines(["甲", "乙"], [])) == ["\ufeff甲,乙\r\n"]


def test_rows_are_asked_for_one_by_one() -> None:
    asked = []

    def rows() -> Iterator[list[int]]:
        for number in range(3):
            asked.append(number)
            yield [number]

    lines = csv_lines(["数"], rows())
    assert (next(lines), asked) == ("\ufeff数\r\n", [])
    assert (next(lines), asked) == ("0\r\n", [0])


@pytest.mark.parametrize("begin", FORMULA)
def test_text_that_begins_like_a_formula_is_marked_as_text(begin: str) -> None:
    assert cell_text(f"{begin}1") == f"'{begin}1"


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0"), ("a-b", "a-b"), ("", "")])
def test_other_values_are_written_as_they_are(value: object, text: str) -> None:
    assert cell_text(value) == text
