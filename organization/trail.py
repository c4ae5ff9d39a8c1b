"""Searching the trail, and its rows as a table for a spreadsheet."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import AuditEntry, Region, User
from .querysets import within
from .wording import action_words, detail_words, target_words

CHUNK = 2000
# A cell that begins with one of these is taken for a formula by spreadsheets.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def search(user: User, wanted: dict[str, Any]) -> QuerySet[AuditEntry]:
    """Return what the person may see of the trail, by the filter's cleaned values."""
    entries = AuditEntry.objects.visible_to(user).select_related("by", "region")
    for name, value in wanted.items():
        if value:
            entries = entries.filter(_matching(name, value))
    return entries


def _matching(name: str, value: Any) -> Q:
    if name == "person":
        return Q(by__username__icontains=value) | Q(by__name__contains=value)
    if name == "object":
        return Q(object_name__contains=value) | Q(target__contains=value)
    if name == "region":
        places = Region.objects.matching(value)[:20]
        return within(tuple(place.prefix for place in places), "region__code")
    if name == "since":
        return Q(at__gte=_begin(value))
    if name == "until":
        return Q(at__lt=_begin(value + timedelta(days=1)))
    return Q(**{name: value})


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def say(entry: AuditEntry) -> AuditEntry:
    """Put the entry's words beside it."""
    entry.action_words = action_words(entry.action)
    entry.target_words = target_words(entry.target, entry.object_name)
    entry.detail_words = detail_words(entry.detail)
    return entry


def csv_lines(entries: QuerySet[AuditEntry]) -> Iterator[str]:
    """Yield the table line by line, with the mark by which spreadsheets know UTF-8; no cell is a formula."""
    writer = csv.writer(_Echo())
    heads = [_("序号"), _("时间"), _("姓名"), _("用户名"), _("来源地址"), _("操作"), _("结果")]
    heads += [_("对象"), _("对象编号"), _("地区"), _("区划代码"), _("详情"), _("链上摘要")]
    yield "\ufeff" + writer.writerow(heads)
    for entry in entries.order_by("at", "pk").iterator(chunk_size=CHUNK):
        yield writer.writerow([cell_text(value) for value in _values(say(entry))])


def _values(entry: AuditEntry) -> list[Any]:
    by = entry.by
    return [
        entry.position,
        timezone.localtime(entry.at).isoformat(sep=" ", timespec="seconds"),
        by.name if by else "",
        by.username if by else "",
        entry.address,
        entry.action_words,
        entry.get_result_display(),
        entry.target_words,
        entry.target,
        entry.region.name if entry.region else "",
        entry.region_id,
        entry.detail_words,
        entry.digest,
    ]


def cell_text(value: Any) -> str:
    """A value as a cell of a CSV file that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


class _Echo:
    """A file that hands each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
