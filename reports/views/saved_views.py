"""The person's own filters of the ledger."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from organization.posted import text_of
from organization.problems import Problem

from .. import actions
from ..listing import FILTERS, query_of
from ..models import SavedView


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep the filter that the form carries along, and return to it."""
    wanted = {name: text_of(request.POST, name, 40) for name in FILTERS}
    try:
        _view, created = actions.save_view(
            name=text_of(request.POST, "name"), wanted=wanted, by=request.user, now=timezone.now()
        )
    except Problem as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("已存为常用筛选。") if created else _("同名的常用筛选已更新。"))
    query = query_of(wanted)
    return redirect(reverse("reports:finding-list") + (f"?{query}" if query else ""))


@require_POST
def view_remove(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.filter(person=request.user), pk=pk)
    actions.remove_view(view=view, by=request.user, now=timezone.now())
    messages.success(request, _("已删去这个常用筛选。"))
    return redirect("reports:finding-list")
