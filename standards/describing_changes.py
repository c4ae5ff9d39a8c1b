"""What became of each item between two editions, in words for the page."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from organization.templatetags.portal import grade_name

from .changes import READING_ORDER, Change, Difference, compare
from .content import Placed, StandardData
from .describing import kind_words, measure_words
from .measures import KINDS, Elements, number_text

RELATIONS = {
    "added": gettext_lazy("新增"),
    "changed": gettext_lazy("有改动"),
    "split": gettext_lazy("拆分"),
    "merged": gettext_lazy("合并"),
    "dropped": pgettext_lazy("change", "取消"),
    "same": gettext_lazy("相同"),
}
TONES = {
    "added": "good",
    "changed": "warn",
    "split": "info",
    "merged": "info",
    "dropped": "bad",
    "same": "quiet",
}
FIELDS = {
    "title": gettext_lazy("检查内容"),
    "applies_to": gettext_lazy("适用"),
    "points": gettext_lazy("分值"),
    "veto": gettext_lazy("一票否决"),
    "na_allowed": gettext_lazy("可填不适用"),
    "measure": gettext_lazy("判定和标准"),
    "text": gettext_lazy("条文"),
    "finding": gettext_lazy("存在问题"),
    "requirement": gettext_lazy("整改要求"),
    "rectify": gettext_lazy("整改方式"),
    "grades": gettext_lazy("等次"),
    "veto_grade": gettext_lazy("否决后的最高等次"),
    "rounding_places": gettext_lazy("保留的小数位数"),
}
MODES = {
    "at_once": gettext_lazy("立行立改"),
    "fixed_term": gettext_lazy("限期整改"),
    "sustained": gettext_lazy("长期坚持"),
}


def described_changes(old: StandardData, new: StandardData, shown: str = "") -> dict[str, Any]:
    """Both editions side by side; `shown` keeps one relation, without it all but what is the same."""
    found = compare(old, new)
    kept = [c for c in found.items if (c.relation == shown if shown else c.relation != "same")]
    return {
        "policy": [_difference(one) for one in found.policy],
        "changes": [_change(change) for change in kept],
        "counts": [(code, RELATIONS[code], found.count(code)) for code in READING_ORDER],
        "totals": [(kind_words(kind), old.points(kind), new.points(kind)) for kind in KINDS],
        "same_only": bool(found.items) and not found.policy and found.count("same") == len(found.items),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "relation": change.relation,
        "label": RELATIONS[change.relation],
        "tone": TONES[change.relation],
        "old": [_placed(one) for one in change.old],
        "new": [_placed(one) for one in change.new],
        "differences": [_difference(one) for one in change.differences],
        "note": change.note,
    }


def _placed(placed: Placed) -> dict[str, Any]:
    item = placed.item
    return {
        "code": item.code,
        "title": item.title,
        "reference": placed.reference,
        "points": item.points,
        "measure": _measure(item.measure),
        "text": placed.clause.text,
    }


def _difference(found: Difference) -> dict[str, Any]:
    told = _WORDS.get(found.name, str)
    return {"name": FIELDS[found.name], "old": told(found.old), "new": told(found.new)}


def _measure(measure: Any) -> str:
    if not isinstance(measure, Elements):
        return measure_words(measure)
    titles = _("、").join(element.title for element in measure.elements)
    return _("%(how)s：%(what)s") % {"how": measure_words(measure), "what": titles}


def _flag(value: bool) -> str:
    return _("是") if value else _("否")


def _rectify(value: Any) -> str:
    mode = str(MODES[value.mode])
    if value.working_days is None:
        return mode
    return _("%(mode)s，%(days)d个工作日") % {"mode": mode, "days": value.working_days}


def _grades(grades: Any) -> str:
    parts: Iterator[str] = (f"{grade_name(grade.name)} ≥{number_text(grade.min)}" for grade in grades)
    return _("；").join(parts)


_WORDS: dict[str, Any] = {
    "applies_to": lambda kinds: _("、").join(kind_words(kind) for kind in kinds),
    "points": number_text,
    "veto": _flag,
    "na_allowed": _flag,
    "measure": _measure,
    "rectify": _rectify,
    "grades": _grades,
    "veto_grade": grade_name,
}
