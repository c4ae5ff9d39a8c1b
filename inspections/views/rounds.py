"""Rounds: the list, a new one, and one round with its centers and inspectors."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organization.codes import Level, level_of
from organization.models import Region
from organization.problems import Problem
from organization.querysets import within
from organization.templatetags.portal import day
from organization.whereabouts import place_of, places_above

from .. import actions, permissions
from ..forms import AssignForm, CentersForm, PlaceFilter, RoundForm, SelfCheckForm, is_wide, picked
from ..loading import load_round
from ..models import Inspection, Round

PER_PAGE = 50


@require_safe
def round_list(request: HttpRequest) -> HttpResponse:
    permissions.can_manage_rounds(request.user).enforce(action="round.list")
    rounds = Round.objects.visible_to(request.user).select_related("region", "edition")
    rounds = rounds.with_county_progress().order_by("-starts_on", "-pk")
    page = Paginator(rounds, PER_PAGE).get_page(request.GET.get("page"))
    import_string(settings.ROUND_PROGRESS)(page.object_list)
    return render(request, "inspections/round_list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def round_create(request: HttpRequest) -> HttpResponse:
    permissions.can_manage_rounds(request.user).enforce(action="round.create")
    form = RoundForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            round = actions.create_round(fields=form.cleaned_data, by=request.user, now=timezone.now())
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(request, _("轮次已建立。接下来加入要检查的中心。"))
            return redirect("inspections:round", pk=round.pk)
    return render(request, "inspections/round_create.html", {"form": form})


@require_safe
def round_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _round_page(request, load_round(request.user, pk))


def _round_page(
    request: HttpRequest,
    round: Round,
    centers: CentersForm | None = None,
    assign: AssignForm | None = None,
    self_check: SelfCheckForm | None = None,
) -> HttpResponse:
    place = _place(request, round)
    totals = _totals(round, place)
    context = {
        "round": round,
        "page_url": _address(request, round),
        "totals": totals,
        "percent": 100 * totals["submitted"] // totals["all"] if totals["all"] else 0,
        "state": request.GET.get("state", ""),
        "states": _states(totals),
        "facts": [
            (_("标准"), round.edition),
            (_("计划批准文号"), round.plan_number),
            (_("建立"), f"{round.created_by} {day(round.created_at)}"),
        ],
        "page": _rows(request, round, place),
        "place": place,
        "filters": _filters(request, round, place) if is_wide(round) else None,
        "centers_form": centers
        or CentersForm(round=round, place=place, initial={"region": (place or round.region).code}),
        "assign_form": assign or AssignForm(round=round, place=place),
        "self_check_form": self_check or SelfCheckForm(initial={"ends_on": _before(round)}),
        "can_take_out": totals["to_begin"] and round.kind != Round.Kind.REINSPECTION,
        "can_ask": permissions.can_ask_self_check(request.user, round),
        "self_check": round.self_checks.with_progress().first(),
    }
    bad = any(form.errors for form in (centers, assign, self_check) if form)
    return render(request, "inspections/round.html", context, status=400 if bad else 200)


def _before(round: Round) -> date:
    """A day by which a self-check is of use: before the round begins, or a week from now."""
    today = timezone.localdate()
    return max(round.starts_on - timedelta(days=1), today + timedelta(days=7))


def _place(request: HttpRequest, round: Round) -> Region | None:
    """The region that the address asks for, of a province's or the nation's round."""
    code = request.GET.get("region", "")
    if not is_wide(round) or not code.startswith(round.region.prefix):
        return None
    inside = Region.objects.filter(level__lte=Level.TOWNSHIP, code=code)
    return inside.exclude(code=round.region_id).first() if level_of(code) is not None else None


def _filters(request: HttpRequest, round: Round, place: Region | None) -> PlaceFilter:
    initial = {"region": (place or round.region).code, "state": request.GET.get("state", "")}
    return PlaceFilter(initial=initial, round=round, place=place)


def _of(round: Round, place: Region | None) -> Any:
    """The inspections of a round, or those of a place in it."""
    rows = Inspection.objects.filter(round=round)
    return rows.filter(within((place.prefix,), "region__code")) if place else rows


def _totals(round: Round, place: Region | None) -> dict[str, int]:
    return _of(round, place).aggregate(
        all=Count("pk"),
        to_begin=Count("pk", filter=Q(state=Inspection.State.TO_BEGIN)),
        submitted=Count("pk", filter=Q(state=Inspection.State.SUBMITTED)),
        in_progress=Count("pk", filter=Q(state=Inspection.State.IN_PROGRESS)),
        unassigned=Count("pk", filter=Q(lead=None)),
    )


def _rows(request: HttpRequest, round: Round, place: Region | None) -> Page:
    """One page of the table as it is filtered; what was ticked stays ticked on a form sent back."""
    shown = _of(round, place).with_first_score()
    shown = shown.select_related("center", "lead", "region__parent").defer("snapshot", "corrected")
    state = request.GET.get("state", "")
    if state == "unassigned":
        shown = shown.filter(lead=None)
    elif state in Inspection.State.values:
        shown = shown.filter(state=state)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    if is_wide(round):
        # Only what stands on the page is joined to the rest, not all that was turned over before it.
        keys = list(page.object_list.values_list("pk", flat=True))
        page.object_list = list(shown.filter(pk__in=keys))
    ticked = request.POST.getlist("inspection")
    places = places_above(request.user, [row.region_id for row in page])
    for row in page:
        row.picked = str(row.pk) in ticked
        row.whereabouts = place_of(places, row.region_id)
    return page


def _address(request: HttpRequest, round: Round) -> str:
    """The round's page as it is filtered; a form sent back stands at an address that takes no GET."""
    query = request.GET.urlencode()
    return reverse("inspections:round", args=[round.pk]) + (f"?{query}" if query else "")


def _states(totals: dict[str, int]) -> list[tuple[str, str, int]]:
    """The filters of the table: code, words and how many there are."""
    state = Inspection.State
    return [
        ("", _("全部"), totals["all"]),
        (state.TO_BEGIN.value, str(state.TO_BEGIN.label), totals["to_begin"]),
        (state.IN_PROGRESS.value, str(state.IN_PROGRESS.label), totals["in_progress"]),
        (state.SUBMITTED.value, str(state.SUBMITTED.label), totals["submitted"]),
        ("unassigned", _("未分配"), totals["unassigned"]),
    ]


@require_POST
def round_centers(request: HttpRequest, pk: int) -> HttpResponse:
    """Create the inspections of all centers of a place at once."""
    round = load_round(request.user, pk)
    form = CentersForm(request.POST, round=round, place=_place(request, round))
    if not form.is_valid():
        return _round_page(request, round, centers=form)
    count = actions.add_centers(round=round, by=request.user, now=timezone.now(), **form.cleaned_data)
    if count:
        text = ngettext("已加入%(n)d个中心。", "已加入%(n)d个中心。", count) % {"n": count}
        messages.success(request, text)
    else:
        messages.info(request, _("这些中心都已在本轮次中，没有新加入的。"))
    return redirect(_address(request, round))


@require_POST
def round_take_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the centers ticked in the table out of the round again, as long as nobody has begun there."""
    round = load_round(request.user, pk)
    chosen = picked(round, request.POST.getlist("inspection"))
    try:
        count = actions.take_out(inspections=chosen, by=request.user, now=timezone.now())
    except Problem as problem:
        messages.error(request, problem.message)
    else:
        text = ngettext("已将%(n)d个中心移出本轮。", "已将%(n)d个中心移出本轮。", count) % {"n": count}
        (messages.success if count else messages.info)(
            request, text if count else _("请先在表中勾选要移出的中心。")
        )
    return redirect(_address(request, round))


@require_POST
def round_assign(request: HttpRequest, pk: int) -> HttpResponse:
    round = load_round(request.user, pk)
    form = AssignForm(request.POST, round=round, place=_place(request, round))
    if form.is_valid():
        chosen = list(form.inspections(request.POST.getlist("inspection")))
        if not chosen:
            form.add_error("region", _("请先在表中勾选中心，或选择一个地区。"))
        else:
            try:
                count = actions.assign(
                    inspections=chosen,
                    people=list(form.cleaned_data["people"]),
                    lead=form.cleaned_data["lead"],
                    by=request.user,
                    now=timezone.now(),
                )
            except Problem as problem:
                form.add_error(problem.field, problem.message)
            else:
                text = ngettext("已分配%(n)d个中心。", "已分配%(n)d个中心。", count)
                messages.success(request, text % {"n": count})
                return redirect(_address(request, round))
    return _round_page(request, round, assign=form)


@require_POST
def round_self_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the townships to fill the same checklist before the county comes."""
    round = load_round(request.user, pk)
    form = SelfCheckForm(request.POST)
    if form.is_valid():
        try:
            asked = actions.ask_self_check(
                round=round, **form.cleaned_data, by=request.user, now=timezone.now()
            )
        except Problem as problem:
            form.add_error(problem.field, problem.message)
        else:
            messages.success(
                request, _("已请乡镇自查，乡镇在首页和消息里看到。没有工作人员账号的中心请另行分配。")
            )
            return redirect("inspections:round", pk=asked.pk)
    return _round_page(request, round, self_check=form)
