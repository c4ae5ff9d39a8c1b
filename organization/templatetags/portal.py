"""How pages write dates, points, scores, grades and deadlines, in the reader's language."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from ..marks import status
from ..phones import masked

register = template.Library()
# Grades are data of a standard; these names, and no others, are known in English.
# As verdicts on an item, 合格 and 不合格 are other words in English.
GRADES = {
    "优秀": pgettext_lazy("grade", "优秀"),
    "良好": pgettext_lazy("grade", "良好"),
    "合格": pgettext_lazy("grade", "合格"),
    "不合格": pgettext_lazy("grade", "不合格"),
}


register.filter("masked", masked)
register.simple_tag(status)


@register.filter
def day(value: Any) -> str:
    """A date, moment or ISO text as `2026年3月5日`; empty for nothing."""
    found = _date(value)
    # Translators: a format of Django's `date` filter; English: M j, Y
    return format_date(found, _("Y年n月j日")) if found else ""


@register.filter
def moment(value: Any) -> str:
    """A moment or ISO text as `今天 14:05`, or with its date."""
    if not value:
        return ""
    when = timezone.localtime(datetime.fromisoformat(value) if isinstance(value, str) else value)
    if when.date() == timezone.localdate():
        return _("今天 %(time)s") % {"time": f"{when:%H:%M}"}
    return f"{day(when)} {when:%H:%M}"


@register.filter
def moment_within(value: Any) -> str:
    """A moment within a sentence, where English begins no word of it with a capital: `today 14:05`."""
    said = moment(value)
    today = _("今天 %(time)s") % {"time": said[-5:]}
    return pgettext("within", "今天 %(time)s") % {"time": said[-5:]} if said == today else said


@register.filter
def full_moment(value: datetime | None) -> str:
    """A moment as a register keeps it, with its date on the same day too: `2026年3月5日 14:05`."""
    return f"{day(value)} {timezone.localtime(value):%H:%M}" if value else ""


def _date(value: Any) -> date | None:
    if not value:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


class Grouped(int):
    """Printed with its thousands apart; a number still, by which a language picks singular or plural."""

    def __str__(self) -> str:
        return f"{int(self):,}"


@register.filter
def grouped(value: Any) -> Any:
    """A count with its thousands apart: `48,960`; anything else as it is."""
    return Grouped(value) if type(value) is int else value


@register.filter
def points(value: Any) -> str:
    """Points as their standard rounded them, without zeros at the end: `4`, `1.5`, `0.33`."""
    if value in (None, ""):
        return ""
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def signed(value: Any) -> str:
    """Points gained or lost, with their sign: `+1.5`, `−2`, `0`."""
    number = Decimal(value)
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{points(abs(number))}"


@register.filter
def score(value: Any) -> str:
    """A score as its standard rounded it, with two places at least: `83.10`."""
    if value in (None, ""):
        return ""
    whole, _dot, rest = f"{Decimal(value):,f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')}"


@register.filter
def score_change(value: Any) -> str:
    """How much higher or lower a score is, with its sign and a score's places: `+0.40`, `−2.98`, `0.00`."""
    number = Decimal(value)
    return f"{'+' if number > 0 else '−' if number < 0 else ''}{score(abs(number))}"


@register.filter
def rank_change(places: int) -> str:
    """How many places something rose or fell: `↑2`, `↓1`, or that it did not."""
    return f"↑{places}" if places > 0 else f"↓{-places}" if places < 0 else _("不变")


@register.filter
def grade_name(name: str) -> str:
    """A grade in the reader's language, where it is one of the usual four."""
    return str(GRADES.get(name, name))


def term(working_days: int) -> str:
    """A number of working days from receipt, in words."""
    words = ngettext("收到通知之日起%(days)s个工作日内", "收到通知之日起%(days)s个工作日内", working_days)
    return words % {"days": working_days}


@register.simple_tag
def deadline(mode: str, working_days: int | None = None) -> str:
    """By when something is to be put right, in words."""
    if mode == "fixed_term":
        return term(working_days or 0)
    return _("立行立改") if mode == "at_once" else _("长期坚持")


@register.simple_tag
def chinese() -> SafeString:
    """The attribute that marks words of the standard on a page in another language."""
    known = (get_language() or "").startswith("zh")
    return SafeString("") if known else mark_safe(' lang="zh-Hans"')


@register.filter
def place(field: BoundField) -> str:
    """The id to which a fault leads: of the field, or of the first of a group, which has none itself."""
    first = next((one.id_for_label for one in field.subwidgets), "")
    return field.id_for_label or first or field.auto_id


@register.simple_tag
def crumbs(*pairs: str) -> list[tuple[str, str]]:
    """Label, address, label, address, … as the breadcrumbs component takes them."""
    return list(zip(pairs[::2], pairs[1::2], strict=True))
