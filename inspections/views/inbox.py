"""The county's inbox: reports to look at, requests to answer; and the rules of terms and alerts."""

import re
from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organization.models import Role
from organization.permissions import holder
from organization.posted import text_of
from organization.problems import Problem

from .. import actions, permissions
from ..finding_page import give_dues, waiting_request_words
from ..models import Finding, RectificationPolicy, Request
from ..rectification_forms import PolicyForm

PER_PAGE = 50


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Reports that wait for the county, oldest first, and what townships have asked for."""
    holder(request.user, Role.ADMINISTRATOR).enforce(action="inbox.read")
    return _page(request)


def _page(request: HttpRequest, faults: Sequence[tuple[str, str]] = ()) -> HttpResponse:
    """The inbox; with faults, what was ticked and written stays."""
    waiting = Finding.objects.to_review_by(request.user)
    waiting = waiting.select_related("center").order_by("due_on", "pk")
    page = Paginator(waiting, PER_PAGE).get_page(request.GET.get("page"))
    give_dues(page.object_list, timezone.localdate())
    ticked = set(request.POST.getlist("finding"))
    for row in page.object_list:
        row.ticked, row.words = str(row.pk) in ticked, _words(request, row)
    requests = Request.objects.to_decide_by(request.user)
    requests = list(requests.select_related("finding__center", "asked_by").order_by("asked_at")[:PER_PAGE])
    for row in requests:
        row.summary = waiting_request_words(row)
    here = f"{reverse('inspections:inbox')}?page={page.number}"
    context = {"page": page, "requests": requests, "faults": faults, "page_url": here}
    return render(request, "inspections/inbox.html", context, status=400 if faults else 200)


def _words(request: HttpRequest, row: Finding) -> str:
    return text_of(request.POST, f"words-{row.pk}", 500)


@require_POST
def close_several(request: HttpRequest) -> HttpResponse:
    """Close the findings that are ticked, each with its own words, or none of them."""
    holder(request.user, Role.ADMINISTRATOR).enforce(action="finding.close")
    keys = [int(key) for key in request.POST.getlist("finding") if key.isdecimal() and len(key) <= 18]
    found = list(Finding.objects.visible_to(request.user).filter(pk__in=keys))
    if len(found) != len(set(keys)):
        raise Http404
    if faults := _unticked(request, keys):
        return _page(request, faults)
    words = {row.pk: _words(request, row) for row in found}
    try:
        count = actions.review(
            findings=found, move_name="close", words=words, by=request.user, now=timezone.now()
        )
    except Problem as problem:
        return _page(request, [("#main", str(problem.message))])
    messages.success(
        request, ngettext("%(count)d个问题已销号。", "%(count)d个问题已销号。", count) % {"count": count}
    )
    return redirect("inspections:inbox")


def _unticked(request: HttpRequest, ticked: Sequence[int]) -> list[tuple[str, str]]:
    """What is wrong with the ticks: none, or words where there is none, which would be lost."""
    written = {
        int(name.removeprefix("words-"))
        for name, words in request.POST.items()
        if re.fullmatch(r"words-\d{1,18}", name, re.ASCII) and str(words).strip()
    }
    forgotten = Finding.objects.to_review_by(request.user).filter(pk__in=written - set(ticked))
    if faults := [
        (f"#finding-{row.pk}", _("写了销号意见，没有勾选：%(finding)s") % {"finding": row.finding})
        for row in forgotten.order_by("due_on", "pk")
    ]:
        return faults
    return [] if ticked else [("#to-close", _("没有勾选任何问题。"))]


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """The rules of the administrator's first region."""
    holder(request.user, Role.ADMINISTRATOR).enforce(action="policy.set")
    region = next(grant.region for grant in request.user.grants if grant.role == Role.ADMINISTRATOR)
    permissions.can_set_policy(request.user, region).enforce(action="policy.set", target=region)
    row = RectificationPolicy.objects.filter(region=region).first() or RectificationPolicy(region=region)
    form = PolicyForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        actions.set_policy(policy=form.instance, by=request.user, now=timezone.now())
        messages.success(request, _("已保存。已经起算的期限不变。"))
        return redirect("inspections:policy")
    return render(request, "inspections/policy.html", {"form": form, "region": region})
