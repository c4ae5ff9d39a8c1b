"""Searching the trail, and its rows as a table for a spreadsheet."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from . import csv_text
from .csv_text import cell_text
from .models import AuditEntry, Region, User
from .querysets import within
from .wording import action_words, detail_words, target_words

CHUNK = 2000


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
    """Yield the table line by line; no cell is a formula."""
    heads = [_("序号"), _("时间"), _("姓名"), _("用户名"), _("来源地址"), _("操作"), _("结果")]
    heads += [_("对象"), _("对象编号"), _("地区"), _("区划代码"), _("详情"), _("链上摘要")]
    rows = entries.order_by("at", "pk").iterator(chunk_size=CHUNK)
    yield from csv_text.csv_lines(heads, (map(cell_text, _values(say(entry))) for entry in rows))


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
