"""The homes of administrators and of township staff."""

from datetime import date
from typing import Any

from django.db.models import Case, OuterRef, Q, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inspections.finding_page import give_dues
from inspections.models import Finding, Inspection, Message, Round
from inspections.permissions import can_feed_back, can_manage_round, can_manage_rounds
from inspections.querysets import overdue_on
from inspections.workflow import FOUND, SUBMITTED, WITH_COUNTY, WITH_TOWNSHIP
from organization.models import Role, ServiceCenter, User
from organization.permissions import can_delegate
from organization.querysets import within
from organization.replica import from_replica
from organization.templatetags.portal import grouped
from organization.whereabouts import sees_more_than_counties
from standards.models import Item

from .. import overview, permissions, regional, wide, workflow
from ..finding_rows import rows_of
from ..forms import FindingFilter
from ..listing import (
    FirstPages,
    counted,
    findings_as_filtered,
    places_to_choose,
    query_of,
    rounds_to_choose,
    views_of,
)
from ..models import IssuingBody, OfficialDocument
from ..models.offices import DEMANDS
from ..progress import running_jobs

FINDINGS_SHOWN = 10
HEAVIEST_SHOWN = 5
NOTICES_SHOWN = 10
SELF_CHECKS_SHOWN = 10
PER_PAGE = 50


@require_safe
@from_replica
def county(request: HttpRequest) -> HttpResponse:
    """Where the county stands in one round: figures, what waits for a decision, ranking, worst items."""
    permissions.can_watch(request.user).enforce(action="county.read")
    today = timezone.localdate()
    if regions := wide.watched(request.user):
        return _wide(request, wide.watch(regions), today)
    rounds = overview.rounds_overseen(request.user)
    chosen = request.GET.get("round", "")
    round = next((row for row in rounds if str(row.pk) == chosen), rounds[0] if rounds else None)
    context: dict[str, Any] = {
        "watched": next(grant.region for grant in request.user.grants if grant.role in permissions.WRITERS),
        "to_handle": overview.to_handle(request.user),
        "overdue": overview.overdue(request.user, today),
    }
    if round is not None:
        context |= {
            "totals": overview.totals(request.user, round, today),
            "standings": overview.standings(request.user, round),
            "worst": overview.worst_items(request.user, round),
            "awaiting": overview.awaiting_notice(request.user, round).count(),
            "outdated": overview.outdated(request.user).count(),
        }
    return _home(request, rounds, round, context)


def _wide(request: HttpRequest, over: wide.Watch, today: date) -> HttpResponse:
    """The same for a province or the nation, where nothing is counted row by row."""
    rounds = regional.rounds_in(*over.regions)
    round = regional.chosen(rounds, request.GET.get("round", ""))
    context = {
        "watched": over.regions[0],
        "is_wide": True,
        **wide.waiting(request.user, over, today),
    }
    if round is not None:
        context |= wide.figures(request.user, over, round, today)
    return _home(request, rounds, round, context)


def _home(
    request: HttpRequest, rounds: list[Round], round: Round | None, context: dict[str, Any]
) -> HttpResponse:
    """The page of these figures, with what costs the same wherever the person works."""
    manages = bool(can_manage_round(request.user, round) if round else can_manage_rounds(request.user))
    context |= {
        "rounds": rounds,
        "round": round,
        "manages": manages,
        "jobs": running_jobs(request.user),
        "unread": _unread(request.user),
    }
    if round is not None:
        context |= {
            "figures": _figures(context["totals"], round, manages),
            "unsigned": bool(can_manage_rounds(request.user))
            and not IssuingBody.objects.visible_to(request.user).exists(),
            **_shared_out(request.user, round, context),
        }
    return render(request, "reports/county.html", context)


def _shared_out(user: User, round: Round, counts: dict[str, Any]) -> dict[str, Any]:
    """Whose work each count is: theirs who watch several counties is only what their own region holds.

    They may do the counties' work too, so it keeps its links.
    """
    below = overview.watches_counties(user)
    unassigned = counts["manages"] and counts["totals"].unassigned
    ours = not below or any(grant.region_id == round.region_id for grant in user.grants)
    drafts_below = counted(overview.drafts_below(user).filter(round=round)) if below else 0
    waits = [counts[name] for name in ("to_handle", "overdue", "awaiting", "outdated")]
    return {
        "below": below,
        "assigns": unassigned if ours else 0,
        "unassigned_below": 0 if ours else unassigned,
        "steps": overview.steps_waiting(user, round, below=below, count=counted),
        "drafts_below": drafts_below,
        "work": any([*waits, unassigned and not ours, drafts_below]),
    }


def _figures(totals: overview.Totals, round: Round, manages: bool) -> list[dict[str, Any]]:
    """The line of figures, each with the address of the rows behind it where the person may see them."""
    rows = reverse("inspections:round", args=[round.pk]) if manages else ""
    findings = reverse("reports:finding-list")
    return [
        {
            "figure": totals.submitted,
            "label": _("已检查中心"),
            "sub": _("共 %(total)s 个中心") % {"total": grouped(totals.inspections)},
            "url": rows and f"{rows}?state={SUBMITTED}",
        },
        {
            "figure": "—" if totals.average is None else totals.average,
            "label": _("平均分"),
            "sub": _("按已提交的中心"),
            "url": "#ranking",
        },
        {
            "figure": totals.open_findings,
            "label": _("未销号问题"),
            "sub": _("只计本轮"),
            "tone": "warn" if totals.open_findings else "",
            "url": f"{findings}?round={round.pk}&state=open",
        },
        {
            "figure": totals.overdue,
            "label": _("已逾期"),
            # Beside it stands how many are overdue in all rounds.
            "sub": _("只计本轮"),
            "tone": "bad" if totals.overdue else "",
            "url": f"{findings}?round={round.pk}&state=overdue",
        },
    ]


def _unread(user: User) -> int:
    return Message.objects.filter(person=user, read_at=None).count()


@require_safe
def our_centers(request: HttpRequest) -> HttpResponse:
    """The township's own centers with their latest score, what is to be repaired, and the notices."""
    permissions.can_read_own_centers(request.user).enforce(action="our_centers.read")
    prefixes = request.user.prefixes(Role.TOWNSHIP_STAFF)
    own = within(prefixes, "region__code")
    centers = _with_results(own)
    notices = OfficialDocument.objects.issued().filter(own).select_related("body").defer("document")
    notices = notices.order_by("-issued_at")
    unsigned = notices.exclude(state=workflow.ACKNOWLEDGED)
    signed = notices.filter(state=workflow.ACKNOWLEDGED).select_related("body", "inspection__round")
    signed = list(signed.defer("document", "inspection__snapshot", "inspection__corrected")[:NOTICES_SHOWN])
    for row in signed:
        row.can_feed_back = row.kind in DEMANDS and can_feed_back(request.user, row.inspection)
    context = {
        "places": [grant.region for grant in request.user.grants if grant.role == Role.TOWNSHIP_STAFF],
        "can_delegate": can_delegate(request.user),
        "centers": centers,
        "better": _better(centers),
        "villages": [center for center in centers if center.kind == ServiceCenter.Kind.VILLAGE],
        **_to_repair(prefixes, own),
        "to_acknowledge": list(unsigned[:NOTICES_SHOWN]),
        "notices": signed,
        "unread": _unread(request.user),
        **_self_checks(request.user, own),
    }
    return render(request, "reports/our_centers.html", context)


def _to_repair(prefixes: tuple[str, ...], own: Q) -> dict[str, Any]:
    """What the township has to put right: due first, costliest first; and what the county looks at.

    Which findings those are is asked once, costliest first; a township has some hundreds of them.
    """
    today = timezone.localdate()
    late = Case(When(overdue_on(today), then=True), default=False)
    rows = Finding.objects.filter(own).latest(prefixes).annotate(late=late)
    rows = list(rows.values_list("pk", "state", "due_on", "lost", "late", named=True))
    waiting = [row for row in rows if row.state in (FOUND, *WITH_TOWNSHIP)]
    first = sorted(waiting, key=lambda row: row.due_on or date.max)[:FINDINGS_SHOWN]
    heaviest = [row for row in waiting if row.lost > 0][:HEAVIEST_SHOWN]
    shown = Finding.objects.select_related("center").in_bulk({row.pk for row in (*first, *heaviest)})
    findings = [shown[row.pk] for row in first]
    give_dues(findings, today)
    return {
        "findings": findings,
        "heaviest": [shown[row.pk] for row in heaviest],
        "finding_count": len(waiting),
        "overdue_count": sum(row.late for row in waiting),
        "reported_count": sum(row.state in WITH_COUNTY for row in rows),
    }


def _with_results(own: Q) -> list[ServiceCenter]:
    """The open centers, each with its `latest` inspection by others (or None) and the `change` it brought."""
    submitted = Inspection.objects.submitted().whole().filter(own).exclude(round__kind=Round.Kind.SELF_CHECK)
    newest = submitted.filter(center_id=OuterRef("center_id")).order_by("-submitted_at").values("pk")[:1]
    latest = submitted.filter(pk=Subquery(newest)).select_related("round").defer("snapshot", "corrected")
    latest = list(latest.with_first_score())
    changes = overview.changes(latest)
    by_center = {row.center_id: row for row in latest}
    centers = list(ServiceCenter.objects.open().filter(own).select_related("region"))
    for center in centers:
        center.latest = by_center.get(center.pk)
        center.change = changes.get(center.latest.pk) if center.latest else None
    return centers


def _better(centers: list[ServiceCenter]) -> dict[str, Any] | None:
    """How the township's own center reaches the next grade with the least effort, and how far that is."""
    own = next((row.latest for row in centers if row.kind == "township" and row.latest), None)
    if own is None:
        return None
    better = overview.better(Inspection.objects.only("snapshot", "corrected").get(pk=own.pk).content)
    if better is None:
        return None
    rows = Finding.objects.filter(inspection=own, item__code__in=better["codes"]).select_related("item")
    followed = {row.item.code: row for row in rows}
    for item in better["items"]:
        item["followed"] = followed.get(item["code"])
    if followed and all(row.state == Finding.State.CLOSED for row in followed.values()):
        # All of it is done; the score follows with the next inspection.
        return None
    return better | {"inspection": own}


def _self_checks(user: User, own: Q) -> dict[str, list[Inspection]]:
    """The township's self-checks: the person's own that are to be done, and the last ones submitted."""
    rows = Inspection.objects.filter(own, round__kind=Round.Kind.SELF_CHECK)
    rows = rows.select_related("center", "round").defer("snapshot", "corrected")
    return {
        "self_checks": list(rows.assigned_to(user).exclude(state=SUBMITTED)),
        "self_checked": list(rows.submitted().order_by("-submitted_at")[:SELF_CHECKS_SHOWN]),
    }


@require_safe
def finding_list(request: HttpRequest) -> HttpResponse:
    """Findings in the person's regions, filtered by what the address says."""
    rows, wanted = findings_as_filtered(request.user, request.GET)
    page = FirstPages(rows, PER_PAGE).get_page(request.GET.get("page"))
    here = query_of(wanted | ({"page": str(page.number)} if page.number > 1 else {}))
    page.object_list = rows_of(request.user, page.object_list, timezone.localdate(), here)
    context = {
        "page": page,
        "form": FindingFilter(
            initial=wanted,
            rounds=rounds_to_choose(request.user, wanted),
            places=places_to_choose(request.user, wanted["region"]),
            wide=sees_more_than_counties(request.user),
        ),
        "item": Item.objects.filter(pk=wanted["item"][:18]).first() if wanted["item"].isdecimal() else None,
        "filtered": any(wanted.values()),
        "wanted": {name: value for name, value in wanted.items() if value},
        "views": views_of(request.user, wanted),
        "can_export": permissions.can_export_tables(request.user),
    }
    return render(request, "reports/finding_list.html", context)
