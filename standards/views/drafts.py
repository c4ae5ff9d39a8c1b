"""Draft editions: begun as a copy, changed by form, published or thrown away."""

import re
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from .. import actions
from ..content import StandardData
from ..describing import kind_words, measure_words
from ..drafting import Setting, settings
from ..editions import load_edition
from ..faults import Faults
from ..loading import load_visible
from ..measures import number_text
from ..permissions import can_manage_standards, can_revise
from ..wording import describe, lines

ITEM_PATH = re.compile(r"sections\[(\d+)\]\.clauses\[(\d+)\]\.items\[(\d+)\]")
GRADE_PATH = re.compile(r"policy\.grades\[(\d+)\]")


@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    """A draft's points, limits, veto items and grades as one form."""
    row = load_visible(request.user, code, edition)
    can_revise(request.user, row).enforce(action="standard.revise", target=row)
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        try:
            changed = actions.revise_draft(
                edition=row, posted=request.POST, by=request.user, now=timezone.now()
            )
        except Faults as found:
            faults = _told(found, load_edition(row.pk))
        else:
            n = len(changed)
            said = ngettext("已保存，改了%(n)d项。", "已保存，改了%(n)d项。", n) % {"n": n}
            messages.success(request, said if n else _("已保存。"))
            return redirect("standards:draft", code=code, edition=edition)
    context = {"row": row, "faults": faults, **_form(load_edition(row.pk), request.POST)}
    return render(request, "standards/draft.html", context, status=400 if faults else 200)


@require_POST
def copy(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    row = load_visible(request.user, code, edition)
    can_manage_standards(request.user).enforce(action="standard.copy", target=row)
    made = actions.copy_edition(edition=row, by=request.user, now=timezone.now())
    return redirect("standards:draft", code=made.standard, edition=made.edition)


@require_POST
def publish(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    row = load_visible(request.user, code, edition)
    can_revise(request.user, row).enforce(action="standard.publish", target=row)
    try:
        actions.publish_draft(edition=row, by=request.user, now=timezone.now())
    except Faults as faults:
        messages.error(request, _("没有发布：%(why)s") % {"why": lines(faults)[0]})
    return redirect("standards:edition", code=code, edition=edition)


@require_POST
def discard(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    row = load_visible(request.user, code, edition)
    can_revise(request.user, row).enforce(action="standard.discard", target=row)
    actions.discard_draft(edition=row, by=request.user, now=timezone.now())
    return redirect("standards:edition-list")


def _told(found: Faults, standard: StandardData) -> list[tuple[str, str]]:
    """Each fault with the item or grade that it is in, and a link to the item's row."""
    told = []
    for fault in found.faults:
        words = describe(replace(fault, path=""))
        name, href = "", ""
        if place := ITEM_PATH.match(fault.path):
            section, clause, item = (int(number) for number in place.groups())
            data = standard.sections[section].clauses[clause].items[item]
            name, href = data.title, f"#row-{data.code}"
        elif place := GRADE_PATH.match(fault.path):
            name, href = standard.policy.grades[int(place[1])].name, "#grades"
        told.append((href, _("%(item)s：%(fault)s") % {"item": name, "fault": words} if name else words))
    return told


def _form(standard: StandardData, posted: Any) -> dict[str, Any]:
    """The draft's fields by section, with what was sent where the form comes back."""

    def given(field: str, value: Any) -> str:
        return posted.get(field, number_text(value)) if posted else number_text(value)

    def field(setting: Setting) -> dict[str, Any]:
        value = given(setting.field, setting.value)
        return {"name": setting.field, "label": _label(setting), "value": value}

    sections: list[tuple[str, list[dict[str, Any]]]] = []
    for section in standard.sections:
        items = [item for clause in section.clauses for item in clause.items]
        rows = []
        for item in items:
            points, *limits = (field(setting) for setting in settings(item))
            veto = f"{item.code}:veto"
            rows.append(
                {
                    "code": item.code,
                    "title": item.title,
                    "measure": measure_words(item.measure),
                    "points": points,
                    "limits": limits,
                    "veto": {"name": veto, "checked": veto in posted if posted else item.veto},
                }
            )
        sections.append((section.title, rows))
    grades = [
        {"name": f"grade:{n}", "label": grade.name, "value": given(f"grade:{n}", grade.min)}
        for n, grade in enumerate(standard.policy.grades)
    ]
    chosen = posted.get("veto_grade") or standard.policy.veto_grade
    return {"standard": standard, "sections": sections, "grades": grades, "veto_grade": chosen}


def _label(setting: Setting) -> str:
    words = {
        "points": _("分值"),
        "minimum": _("下限"),
        "maximum": _("上限"),
        "deduct_each": _("每个扣分"),
        "partly_ratio": _("部分合格得分的比例"),
    }
    label = words[setting.what]
    if setting.kind:
        return _("%(label)s（%(kind)s）") % {"label": label, "kind": kind_words(setting.kind)}
    if setting.below is not None:
        return _("%(label)s（不足 %(below)s）") % {"label": label, "below": number_text(setting.below)}
    return label
