"""A year's arrangement as it is typed in: every fault is named with its line."""

from datetime import date

import pytest

from inspections.holiday_lists import LONGEST, BadList, Day, Fault, Kind, read_list


def faults(text: str, year: int = 2027) -> list[Fault]:
    with pytest.raises(BadList) as caught:
        read_list(text, year)
    return caught.value.faults


def test_list_is_read_by_day_and_by_stretch_in_order() -> None:
    text = """# 国办发明电〔2026〕7号
    2027-02-14 班 春节

    2027-02-05至2027-02-06，休，春节
    2027-1-1 休"""
    assert read_list(text, 2027) == [
        Day(date(2027, 1, 1), False, ""),
        Day(date(2027, 2, 5), False, "春节"),
        Day(date(2027, 2, 6), False, "春节"),
        Day(date(2027, 2, 14), True, "春节"),
    ]


@pytest.mark.parametrize("between", ["至", "~", " — ", "–"])
def test_stretch_may_be_written_in_several_ways(between: str) -> None:
    assert len(read_list(f"2027-10-01{between}2027-10-07 休 国庆节", 2027)) == 7


@pytest.mark.parametrize(
    ("line", "kind", "found"),
    [
        ("元旦放假", Kind.LINE, "元旦放假"),
        ("2027-01-01 假", Kind.LINE, "2027-01-01 假"),
        ("2027-01-01", Kind.LINE, "2027-01-01"),
        ("2027-02-30 休", Kind.DAY, "2027-02-30"),
        ("2026-12-31 休", Kind.YEAR, "2026-12-31"),
        ("2027-12-31至2028-01-02 休", Kind.YEAR, "2027-12-31"),
        ("2027-01-03至2027-01-01 休", Kind.ORDER, "2027-01-03至2027-01-01 休"),
        ("2027-01-01至2027-01-31 休", Kind.LONG, "31"),
        ("2027-01-01 休 " + "长" * 21, Kind.NAME, "长" * 21),
        ("2027-01-01 休 元\x07旦", Kind.NAME, "元\x07旦"),
        ("9999999-01-01 休", Kind.LINE, "9999999-01-01 休"),
    ],
)
def test_line_that_cannot_be_read_is_named(line: str, kind: Kind, found: str) -> None:
    assert faults(f"2027-05-01 休\n{line}") == [Fault(2, kind, found)]


def test_day_named_twice_is_a_fault_of_the_second_line() -> None:
    assert faults("2027-01-01 休\n2027-01-01 班") == [Fault(2, Kind.REPEATED, "2027-01-01")]


@pytest.mark.parametrize("text", ["", "\n \n", "# nothing"])
def test_list_without_a_day_is_a_fault(text: str) -> None:
    assert faults(text) == [Fault(0, Kind.EMPTY, "")]


def test_every_fault_is_told_and_long_ones_are_cut() -> None:
    found = faults("x" * 500 + "\n2027-13-01 休\n2027-01-01 休")
    assert [(fault.line, fault.kind) for fault in found] == [(1, Kind.LINE), (2, Kind.DAY)]
    assert len(found[0].found) == 40


def test_longest_stretch_is_accepted() -> None:
    assert len(read_list(f"2027-02-01至2027-02-{LONGEST} 休", 2027)) == LONGEST
