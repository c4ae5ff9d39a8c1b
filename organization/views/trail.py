"""The audit trail, for audit administrators."""

from datetime import date, datetime, time, timedelta

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ..forms import AuditFilter
from ..models import AuditEntry
from ..permissions import can_read_audit
from ..wording import action_words, detail_words, target_words

PER_PAGE = 50


def audit(request: HttpRequest) -> HttpResponse:
    """List the trail of the person's regions; filters: person, action, since, until, result."""
    can_read_audit(request.user).enforce(action="audit.list", target=request.path)
    form = AuditFilter(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    entries = AuditEntry.objects.visible_to(request.user).select_related("by", "region")
    if wanted.get("person"):
        words = wanted["person"]
        entries = entries.filter(Q(by__username__icontains=words) | Q(by__name__contains=words))
    for field in ("action", "result"):
        if wanted.get(field):
            entries = entries.filter(**{field: wanted[field]})
    if wanted.get("since"):
        entries = entries.filter(at__gte=_begin(wanted["since"]))
    if wanted.get("until"):
        entries = entries.filter(at__lt=_begin(wanted["until"] + timedelta(days=1)))
    page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
    for entry in page:
        entry.action_words = action_words(entry.action)
        entry.target_words = target_words(entry.target)
        entry.detail_words = detail_words(entry.detail)
    return render(request, "organization/audit.html", {"page": page, "filter": form})


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
