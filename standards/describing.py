"""Items of a standard in words: what is measured, by which limits, how points are earned."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext_lazy, pgettext_lazy

from .content import ItemData
from .measures import (
    KINDS,
    Banded,
    Choice,
    Elements,
    Limit,
    Measure,
    Number,
    Occurrences,
    PerUnit,
    number_text,
)

METHODS = {
    "on_site": gettext_lazy("现场查看"),
    "documents": gettext_lazy("查阅资料"),
    "interview": gettext_lazy("询问"),
    "system": gettext_lazy("系统核查"),
}


# Units and what bands go by are data of a standard; these, and no others, are known in English.
UNITS = {
    "平方米": npgettext_lazy("unit", "平方米", "平方米", "n"),
    "人": npgettext_lazy("unit", "人", "人", "n"),
    "名": npgettext_lazy("unit", "名", "名", "n"),
    "人次": npgettext_lazy("unit", "人次", "人次", "n"),
    "个": npgettext_lazy("unit", "个", "个", "n"),
    "项": npgettext_lazy("unit", "项", "项", "n"),
    "件": npgettext_lazy("unit", "件", "件", "n"),
    "处": npgettext_lazy("unit", "处", "处", "n"),
    "次": npgettext_lazy("unit", "次", "次", "n"),
}
BASES = {"常住人口": pgettext_lazy("basis", "常住人口")}
SEVERAL = 2


def unit_words(unit: str, count: Any = SEVERAL) -> str:
    """A unit in the reader's language after so many, where it is a known one."""
    return str(UNITS[unit] % {"n": 1 if count == 1 else SEVERAL}) if unit in UNITS else unit


def basis_words(basis: str) -> str:
    return str(BASES.get(basis, basis))


def kind_words(kind: str) -> str:
    return _("乡镇便民服务中心") if kind == "township" else _("便民服务点")


def describe_item(item: ItemData) -> dict[str, Any]:
    """What the standard's page says of an item; titles and sentences are the standard's own."""
    measure = item.measure
    return {
        "code": item.code,
        "title": item.title,
        "applies_to": _("两类场所") if set(item.applies_to) == set(KINDS) else kind_words(item.applies_to[0]),
        "points": item.points,
        "veto": item.veto,
        "na_allowed": item.na_allowed,
        "measure": measure_words(measure),
        "elements": [_element(element) for element in measure.elements]
        if isinstance(measure, Elements)
        else [],
        "methods": _("、").join(str(METHODS[method]) for method in item.methods),
        "mode": item.rectify.mode,
        "working_days": item.rectify.working_days,
        "finding": item.finding,
        "requirement": item.requirement,
        "hint": item.hint,
    }


def _element(element: Any) -> str:
    if set(element.applies_to) == set(KINDS):
        return str(element.title)
    return _("%(title)s（限%(kind)s）") % {"title": element.title, "kind": kind_words(element.applies_to[0])}


def measure_words(measure: Measure) -> str:
    """How the item is decided and what it earns, in a sentence."""
    match measure:
        case Choice():
            share = {"percent": number_text(measure.partly_ratio * 100)}
            return _("合格、部分合格或不合格；部分合格得%(percent)s%%的分") % share
        case Number():
            return _number_words(measure)
        case Banded():
            return _partial(_band_words(measure), measure.partial)
        case Elements() if measure.deduct_each is not None:
            return _("逐个核对，每缺一个扣%(points)s分") % {"points": number_text(measure.deduct_each)}
        case Elements():
            return _("逐个核对，按具备的比例得分")
        case PerUnit():
            return _("按符合的%(unit)s数占总数的比例得分") % {"unit": unit_words(measure.unit)}
        case Occurrences():
            return _("每发现一%(unit)s扣%(points)s分，扣完为止") % {
                "unit": unit_words(measure.unit),
                "points": number_text(measure.deduct_each),
            }
        case _:
            return _("合格得分，不合格不得分")


def _number_words(measure: Number) -> str:
    limits = [(kind, threshold_words(measure, kind)) for kind in KINDS]
    if _same(measure.minimum) and _same(measure.maximum):
        text = limits[0][1]
    else:
        text = _("；").join(
            _("%(kind)s%(limit)s") % {"kind": kind_words(kind), "limit": limit}
            for kind, limit in limits
            if limit
        )
    return _partial(text, measure.partial)


def _partial(limit: str, partial: str) -> str:
    if partial == "proportional":
        return _("%(limit)s；不足的按比例得分") % {"limit": limit}
    return _("%(limit)s；达不到不得分") % {"limit": limit}


def _figure(value: Decimal) -> str:
    """A limit with its thousands apart, as all figures on a page."""
    whole, point, rest = number_text(value).partition(".")
    return f"{Decimal(whole):,}{point}{rest}"


def _band_words(measure: Banded) -> str:
    """The minimum of each band: `常住人口不足 50,000 人的，不低于 150 平方米；其余不低于 200 平方米`."""
    told = []
    for band in measure.bands:
        values = {
            "basis": basis_words(measure.basis),
            "basis_unit": unit_words(measure.basis_unit),
            "below": _figure(band.below) if band.below is not None else "",
            "least": _figure(band.minimum),
            "unit": unit_words(measure.unit, band.minimum),
        }
        if band.below is not None:
            told.append(_("%(basis)s不足 %(below)s %(basis_unit)s的，不低于 %(least)s %(unit)s") % values)
        elif told:
            told.append(_("其余不低于 %(least)s %(unit)s") % values)
        else:
            told.append(_("不低于 %(least)s %(unit)s") % values)
    return _("；").join(told)


def _same(limit: Limit) -> bool:
    return limit.township == limit.village


def threshold_words(measure: Measure, kind: str) -> str:
    """The limit of a number for one kind of center: `不低于 150 ㎡`; empty where there is none."""
    if isinstance(measure, Banded):
        return _band_words(measure)
    if not isinstance(measure, Number):
        return ""
    least, most = measure.minimum.of(kind), measure.maximum.of(kind)
    unit = unit_words(measure.unit, least if most is None else most)
    if least is not None and most is not None:
        return _("%(least)s 至 %(most)s %(unit)s") % {
            "least": _figure(least), "most": _figure(most), "unit": unit,
        }  # fmt: skip
    if least is not None:
        return _("不低于 %(least)s %(unit)s") % {"least": _figure(least), "unit": unit}
    if most is not None:
        return _("不高于 %(most)s %(unit)s") % {"most": _figure(most), "unit": unit}
    return ""
