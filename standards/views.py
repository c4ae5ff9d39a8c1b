"""Pages of the standards: which there are, and each as its document reads."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from organization.templatetags.portal import day

from .content import StandardData, reference
from .describing import describe_item, kind_words
from .editions import load_edition
from .measures import KINDS
from .models import Edition


@require_safe
def edition_list(request: HttpRequest) -> HttpResponse:
    editions = Edition.objects.published().newest_first()
    return render(request, "standards/edition_list.html", {"editions": editions})


@require_safe
def edition_detail(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    """The document word for word, each clause with the items it was divided into."""
    row = get_object_or_404(Edition.objects.published(), standard=code, edition=edition)
    standard = load_edition(row.pk)
    context = {
        "standard": standard,
        "sections": [_section(section) for section in standard.sections],
        "totals": [_total(standard, kind) for kind in KINDS],
        "facts": [
            (_("文号"), standard.document_number),
            (_("成文日期"), day(standard.issued_on)),
            (_("版次"), standard.edition),
        ],
    }
    return render(request, "standards/edition.html", context)


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
