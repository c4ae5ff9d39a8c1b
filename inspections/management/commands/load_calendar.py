"""`manage.py load_calendar`: takes in the published arrangements of holidays."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

import chinese_calendar
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from inspections.actions import load_year
from inspections.holiday_lists import BadList, Day, read_list
from inspections.models import CalendarYear
from inspections.wording import holiday_fault

# Whose arrangement it is, in the words that the calendar's page shows; records are Chinese.
SOURCE, EARLIER = "国务院办公厅公布的{year}年放假安排", "chinesecalendar "
# When the years' arrangements were published, as far as it is known here.
PUBLISHED = {2026: date(2025, 11, 4)}
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
}


class Command(BaseCommand):
    help = "Load working calendars: from the installed package those not yet known, or one year from a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, metavar="FILE", help="lines such as 2027-01-01 休 元旦"
        )
        parser.add_argument("--year", type=int, help="the year of FILE")
        parser.add_argument(
            "--published", type=date.fromisoformat, metavar="DATE", help="when it was published"
        )
        parser.add_argument("--source", default="", metavar="TEXT", help="where it is published")

    def handle(self, *, file: Path | None, year: int | None, **options: Any) -> None:
        if file is None:
            _name_anew()
            for number, days in (found := _unknown()).items():
                self._load(number, days, PUBLISHED.get(number), SOURCE.format(year=number))
            self.stdout.write(_("新载入 %(count)d 个年度的工作日历。") % {"count": len(found)})
            return
        if year is None or not options["source"]:
            raise CommandError(_("从文件载入时请同时给出 --year 和 --source。"))
        try:
            days = read_list(file.read_text(encoding="utf-8"), year)
        except (OSError, UnicodeDecodeError):
            raise CommandError(
                _("%(file)s：不能读取，应为 UTF-8 编码的文本文件。") % {"file": file}
            ) from None
        except BadList as bad:
            for fault in bad.faults:
                self.stderr.write(f"{file}:{fault.line}：{holiday_fault(fault, year)}")
            raise CommandError(
                _("共 %(count)s 处问题，什么都没有载入。") % {"count": len(bad.faults)}
            ) from None
        self._load(year, days, options["published"], options["source"])
        self.stdout.write(
            _("已载入%(year)s年的工作日历，共 %(count)s 天。") % {"year": year, "count": len(days)}
        )

    def _load(self, year: int, days: list[Day], published: date | None, source: str) -> CalendarYear:
        return load_year(
            year=year, days=days, published_on=published, source=source, by=None, now=timezone.now()
        )


def _name_anew() -> None:
    """Years that an earlier release took in name the package they came by, which tells a reader nothing."""
    for row in CalendarYear.objects.filter(source__startswith=EARLIER):
        row.source = SOURCE.format(year=row.year)
        row.published_on = row.published_on or PUBLISHED.get(row.year)
        row.save(update_fields=["source", "published_on"])


def _unknown() -> dict[int, list[Day]]:
    """The arrangements of those years of the package of which nothing is known yet."""
    known = set(CalendarYear.objects.values_list("year", flat=True))
    found: dict[int, list[Day]] = {}
    for days, is_working in (
        (chinese_calendar.constants.holidays, False),
        (chinese_calendar.constants.workdays, True),
    ):
        for day, name in days.items():
            if day.year not in known:
                found.setdefault(day.year, []).append(Day(day, is_working, NAMES.get(name, "")))
    return dict(sorted(found.items()))
