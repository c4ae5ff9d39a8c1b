"""Answers, thresholds and faults in words, for pages and documents."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from standards.answers import parse_answer
from standards.content import ItemData
from standards.describing import basis_words, unit_words
from standards.faults import Faults
from standards.measures import Banded, Choice, Elements, Measure, Number, Occurrences, PerUnit, number_text
from standards.wording import describe

from .answers import Checked
from .checklist import Entry
from .holiday_lists import LONGEST, Fault, Kind
from .submission_rows import StoredAnswer

# What is kept as said is in Chinese, whatever the person reads who makes it so.
RECORDED_IN = "zh-hans"
HOLIDAY_FAULTS = {
    Kind.LINE: gettext_lazy("这一行不能读取：“%(found)s”。应为“2027-01-01 休 元旦”或“2027-02-14 班 春节”。"),
    Kind.DAY: gettext_lazy("没有 %(found)s 这一天。"),
    Kind.YEAR: gettext_lazy("%(found)s 起的这一段不全在%(year)s年。"),
    Kind.ORDER: gettext_lazy("结束日期早于开始日期：“%(found)s”。"),
    Kind.LONG: gettext_lazy("一段有%(found)s天，最多%(longest)s天，请核对日期。"),
    Kind.REPEATED: gettext_lazy("%(found)s 前面已经写过，每天只能写一次。"),
    Kind.NAME: gettext_lazy("名称应不超过20个字，不含控制字符：“%(found)s”。"),
    Kind.EMPTY: gettext_lazy("没有写任何日子。"),
}


def holiday_fault(fault: Fault, year: int) -> str:
    """What is wrong with a line of a year's arrangement, with the line where there is one."""
    said = HOLIDAY_FAULTS[fault.kind] % {"found": fault.found, "year": year, "longest": LONGEST}
    return _("第%(line)s行：%(said)s") % {"line": fault.line, "said": said} if fault.line else str(said)


def answer_words(item: ItemData, kind: str, answer: Checked) -> str:
    """What was found, as a reader needs it: `86 ㎡`, `有：雨伞；缺：轮椅`, `共3个，符合2个`."""
    if answer.na:
        return _("不适用：%(reason)s") % {"reason": answer.reason}
    if answer.value is None:
        return _("未填写")
    try:
        value = parse_answer(item, kind, {"value": answer.value}).value
    except Faults:
        return str(answer.value)
    return _value_words(item.measure, kind, value)


def found_words(entry: Entry, answer: StoredAnswer, kind: str) -> str:
    """What a stored answer says was found."""
    checked = Checked(answer.value, answer.na, answer.reason, answer.note, answer.status)
    return answer_words(entry.item, kind, checked)


def recorded_words(entry: Entry, answer: StoredAnswer, kind: str) -> str:
    """What a stored answer says was found, as a record keeps it."""
    with translation.override(RECORDED_IN):
        return found_words(entry, answer, kind)


def frozen_words(entry: Entry, kind: str, frozen: Mapping[str, Any]) -> str:
    """The answer of a frozen item in the reader's language; the record itself is Chinese.

    Of an item that the entry has followed it stays as recorded, where that was measured otherwise.
    """
    recorded = str(frozen["answer"])
    if (get_language() or "").startswith("zh"):
        return recorded
    if frozen["na"]:
        return _("不适用：%(reason)s") % {"reason": frozen["reason"]}
    item, then = entry.item, frozen.get("measure")
    now = (item.measure.name, getattr(item.measure, "unit", ""))
    if then and (then["kind"], then.get("unit", "")) != now:
        return recorded
    try:
        value = parse_answer(item, kind, {"value": frozen["value"]}).value
    except Faults:
        return recorded
    return _value_words(item.measure, kind, value)


def fault_words(faults: Faults) -> dict[str, list[str]]:
    """Faults of one answer as sentences by field; the field is the first part of the fault's path."""
    by_field: dict[str, list[str]] = {}
    for fault in faults.faults:
        field = fault.path.partition(".")[0].partition("[")[0] or "value"
        # The page says which item it is; a path inside the answer would say nothing to a person.
        by_field.setdefault(field, []).append(describe(replace(fault, path="")))
    return by_field


def _value_words(measure: Measure, kind: str, value: Any) -> str:
    match measure:
        case Number():
            return f"{number_text(value)} {unit_words(measure.unit, value)}".strip()
        case Banded():
            parts = {"value": number_text(value.value), "basis": number_text(value.basis)}
            parts |= {
                "unit": unit_words(measure.unit, value.value),
                "name": basis_words(measure.basis),
                "basis_unit": unit_words(measure.basis_unit, value.basis),
            }
            return _("%(value)s %(unit)s（%(name)s %(basis)s %(basis_unit)s）") % parts
        case Elements():
            missing = [element.title for element in measure.missing(value, kind)]
            present = [e.title for e in measure.required(kind) if e.code in value]
            parts = [
                _("有：%(titles)s") % {"titles": _("、").join(present)} if present else "",
                _("缺：%(titles)s") % {"titles": _("、").join(missing)} if missing else "",
            ]
            return _("；").join(part for part in parts if part)
        case PerUnit():
            counts = {
                "total": value.total,
                "compliant": value.compliant,
                "unit": unit_words(measure.unit or "个", value.total),
            }
            return _("共%(total)d%(unit)s，符合%(compliant)d%(unit)s") % counts
        case Occurrences():
            return _("%(count)d%(unit)s") % {"count": value, "unit": unit_words(measure.unit or "次", value)}
        case Choice():
            return {"met": _("合格"), "partly": _("部分合格"), "not_met": _("不合格")}[value]
        case _:
            return _("合格") if value else _("不合格")
