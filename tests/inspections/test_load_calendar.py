"""`manage.py load_calendar`: the package's years once, a year from a file, bad files named."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from inspections.calendars import working_calendar
from inspections.deadlines import after
from inspections.models import CalendarDay, CalendarYear

pytestmark = pytest.mark.django_db


def load(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("load_calendar", *words, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), err.getvalue() + str(error)
    return out.getvalue(), err.getvalue()


def test_years_of_the_package_are_loaded_with_names_and_source() -> None:
    assert "23" in load()[0]
    year = CalendarYear.objects.get(year=2026)
    assert (year.source, year.published_on) == ("国务院办公厅公布的2026年放假安排", date(2025, 11, 4))
    assert CalendarYear.objects.get(year=2020).published_on is None
    assert CalendarDay.objects.get(day=date(2026, 10, 10)).is_working
    assert CalendarDay.objects.get(day=date(2026, 2, 15)).name == "春节"
    assert not CalendarDay.objects.filter(day__year=2026, name="").exists()


def test_deadlines_over_the_loaded_calendar_are_the_published_ones() -> None:
    load()
    assert after(date(2026, 9, 30), 3, working_calendar(2026, 2027)).on == date(2026, 10, 10)


def test_loaded_again_changes_nothing_that_was_edited() -> None:
    load()
    CalendarDay.objects.filter(day=date(2026, 10, 10)).delete()
    assert "0" in load()[0]
    assert not CalendarDay.objects.filter(day=date(2026, 10, 10)).exists()


def test_year_that_named_the_package_names_who_published_it() -> None:
    load()
    CalendarYear.objects.filter(year=2026).update(source="chinesecalendar 1.11.0", published_on=None)
    CalendarYear.objects.filter(year=2025).update(source="国办发明电〔2024〕12号")
    assert "0" in load()[0]
    sources = dict(CalendarYear.objects.filter(year__gte=2025).values_list("year", "source"))
    assert sources == {2025: "国办发明电〔2024〕12号", 2026: "国务院办公厅公布的2026年放假安排"}
    assert CalendarYear.objects.get(year=2026).published_on == date(2025, 11, 4)


def test_year_is_loaded_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "2027.txt"
    file.write_text("2027-01-01至2027-01-03 休 元旦\n", encoding="utf-8")
    words = ("--year", "2027", "--published", "2026-11-04", "--source", "国办发明电〔2026〕7号")
    said, _wrong = load(str(file), *words)
    assert "2027" in said
    assert CalendarYear.objects.get().published_on == date(2026, 11, 4)
    assert CalendarDay.objects.count() == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027-01-01 休\nx\n2026-01-01 休".encode(), [":2：第2行", ":3：第3行", "2 处问题"]),
        (b"\xff\xfe\x00", ["UTF-8"]),
        (b"", ["没有写任何日子"]),
    ],
)
def test_file_with_faults_loads_nothing(tmp_path: Path, text: bytes, said: list[str]) -> None:
    file = tmp_path / "2027.txt"
    file.write_bytes(text)
    _out, wrong = load(str(file), "--year", "2027", "--source", "x")
    assert [words for words in said if words not in wrong] == []
    assert not CalendarYear.objects.exists()


def test_missing_file_and_missing_words_are_told(tmp_path: Path) -> None:
    assert "不能读取" in load(str(tmp_path / "none"), "--year", "2027", "--source", "x")[1]
    assert "--year" in load(str(tmp_path / "none"))[1]
