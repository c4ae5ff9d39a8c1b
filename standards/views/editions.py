"""Pages of the standards: which there are, and each as its document reads."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from organization.templatetags.portal import day

from .. import actions
from ..content import EFFORTS, StandardData, reference
from ..describing import describe_item, kind_words
from ..describing_changes import described_changes
from ..editions import efforts_of, load_edition, predecessor
from ..forms import EffortForm
from ..loading import load_visible, other_edition, other_editions, visible_editions
from ..measures import KINDS
from ..models import Edition
from ..permissions import can_estimate, can_manage_standards


@require_safe
def edition_list(request: HttpRequest) -> HttpResponse:
    rows = visible_editions(request.user).newest_first()
    published = [row for row in rows if row.is_published]
    context = {"editions": published, "drafts": [row for row in rows if not row.is_published]}
    return render(request, "standards/edition_list.html", context)


@require_safe
def edition_detail(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    """The document word for word, each clause with the items it was divided into."""
    row = load_visible(request.user, code, edition)
    standard = load_edition(row.pk)
    context = {
        "row": row,
        "standard": standard,
        "before": predecessor(row),
        "can_manage": can_manage_standards(request.user),
        "sections": [_section(section) for section in standard.sections],
        "totals": [_total(standard, kind) for kind in KINDS],
        # What a repair takes is set once the edition stands; a draft has no page of it.
        "can_estimate": row.is_published and can_estimate(request.user),
        "facts": [
            (_("文号"), standard.document_number),
            (_("成文日期"), day(standard.issued_on)),
            (_("版次"), standard.edition),
        ],
    }
    return render(request, "standards/edition.html", context)


@require_safe
def changes(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    """This edition and the one before it, item by item; ?with=CODE/EDITION holds it against another."""
    row = load_visible(request.user, code, edition)
    others = other_editions(request.user, row)
    before = other_edition(request.user, row, request.GET.get("with", ""), others)
    context = {"row": row, "before": before, "others": others, "shown": request.GET.get("show", "")}
    context["table_forms"] = ("xlsx", "csv")
    if before is not None:
        context |= described_changes(load_edition(before.pk), load_edition(row.pk), context["shown"])
    return render(request, "standards/changes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def efforts(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    """What each item's repair takes, to be set by the uppermost administrators."""
    row = get_object_or_404(Edition.objects.published(), standard=code, edition=edition)
    can_estimate(request.user).enforce(action="standard.estimate", target=row)
    standard, known = load_edition(row.pk), efforts_of(row.pk)
    form = EffortForm(request.POST if request.method == "POST" else None, standard=standard, known=known)
    if request.method == "POST" and form.is_valid():
        count = actions.set_efforts(edition=row, sizes=form.cleaned_data, by=request.user, now=timezone.now())
        text = ngettext("已保存，改了%(n)d项。", "已保存，改了%(n)d项。", count) % {"n": count}
        messages.success(request, text if count else _("没有改动。"))
        return redirect("standards:efforts", code=code, edition=edition)
    context = {"standard": standard, "form": form, "sections": list(form.sections()), "weights": EFFORTS}
    return render(request, "standards/efforts.html", context, status=400 if form.errors else 200)


def _section(section: Any) -> dict[str, Any]:
    """The section's clauses in order; a heading that several clauses share is given with the first."""
    clauses, heading = [], ""
    for clause in section.clauses:
        clauses.append(
            {
                "code": clause.code,
                "heading": clause.heading if clause.heading != heading else "",
                "text": clause.text,
                "reference": reference(section, clause),
                "items": [describe_item(item) for item in clause.items],
            }
        )
        heading = clause.heading
    return {"code": section.code, "title": section.title, "clauses": clauses}


def _total(standard: StandardData, kind: str) -> dict[str, Any]:
    return {
        "kind": kind_words(kind),
        "count": len(standard.items(kind)),
        "points": standard.points(kind),
    }
