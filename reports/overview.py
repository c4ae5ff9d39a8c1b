"""The figures of a county's round: progress, ranking of its townships, worst items, what waits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Substr

from inspections.models import Finding, Inspection, Request, Round
from inspections.permissions import UNFOLLOWED
from inspections.querysets import OVERSEERS
from inspections.workflow import OPEN, SUBMITTED, WITH_COUNTY
from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.models import Region, Role, User
from organization.querysets import EVERYTHING, within

from . import workflow
from .models import OfficialDocument

WORST_SHOWN = 10
CENT = Decimal("0.01")
TOWNSHIP = Substr("region_id", 1, DIGITS[Level.TOWNSHIP])


@dataclass(frozen=True)
class Totals:
    """Counts over one round; `average` is of submitted inspections, None where there is none."""

    inspections: int
    submitted: int
    unassigned: int
    average: Decimal | None
    open_findings: int
    overdue: int

    @property
    def percent(self) -> int:
        return 100 * self.submitted // self.inspections if self.inspections else 0


@dataclass(frozen=True)
class Standing:
    """One township in a round: how many of its centers are done, and their average score.

    Townships with the same average share a rank; those without a score have none.
    """

    region: Region
    total: int
    submitted: int
    average: Decimal | None
    findings: int
    rank: int | None = None


def overseen(user: User) -> Q:
    """Match rows of the regions that the person oversees; what they inspect elsewhere is not their figure."""
    return within(user.prefixes(*OVERSEERS), "region__code")


def rounds_overseen(user: User, places: Sequence[str] | None = None) -> list[Round]:
    """The rounds with inspections in the regions that the person oversees, newest first; of those in
    `places`, if they are named by their prefixes.

    Those held in the whole of one of them come before those of places inside it: a city's counties hold
    rounds of their own.
    """
    places = user.prefixes(*OVERSEERS) if places is None else places
    here = within(places, "region__code")
    inside = Inspection.objects.filter(here, round_id=OuterRef("pk"))
    rows = Round.objects.filter(Exists(inside)).exclude(kind=Round.Kind.REINSPECTION)
    return list(rows.select_related("region", "edition").whole_first(places))


def rounds_for(user: User, *only: Q) -> list[Round]:
    """The rounds that the person's inspections belong to, newest first, by their names alone."""
    seen = Inspection.objects.visible_to(user).filter(round_id=OuterRef("pk"))
    rows = Round.objects.filter(*only, Exists(seen)).exclude(kind=Round.Kind.REINSPECTION)
    return list(rows.only("name"))


def totals(user: User, round: Round, today: date) -> Totals:
    counted = Inspection.objects.filter(overseen(user), round=round).aggregate(
        inspections=Count("pk"),
        submitted=Count("pk", filter=Q(state=SUBMITTED)),
        unassigned=Count("pk", filter=Q(lead=None)),
        scored=Count("score"),
        sum=Sum("score"),
    )
    scored, total = counted.pop("scored"), counted.pop("sum")
    findings = Finding.objects.filter(overseen(user), round=round)
    late = findings.overdue(today).count()
    return Totals(**counted, average=mean(total, scored), open_findings=findings.open().count(), overdue=late)


def mean(total: Decimal | None, count: int) -> Decimal | None:
    """The mean, rounded half up to two places."""
    return (Decimal(total) / count).quantize(CENT, ROUND_HALF_UP) if total is not None and count else None


def change(inspection: Inspection) -> Decimal | None:
    """Points gained since the center's last inspection of the same kind of round; None without one."""
    return changes([inspection]).get(inspection.pk)


def changes(inspections: Sequence[Inspection]) -> dict[UUID, Decimal]:
    """The same for several submitted inspections, by key; those without an earlier score are left out.

    Each needs its `round__kind`, center, score and time of submission.
    """
    earlier = (
        Inspection.objects.submitted()
        .filter(center__in={row.center_id for row in inspections})
        .order_by("-submitted_at")
        .values_list("center_id", "round__kind", "submitted_at", "score")
    )
    history: dict[tuple[int, str], list[tuple[datetime, Decimal | None]]] = {}
    for center, kind, at, score in earlier:
        history.setdefault((center, kind), []).append((at, score))
    found = {}
    for row in inspections:
        before = [
            score for at, score in history.get((row.center_id, row.round.kind), []) if at < row.submitted_at
        ]
        if row.score is not None and before and before[0] is not None:
            found[row.pk] = row.score - before[0]
    return found


def better(frozen: dict[str, Any]) -> dict[str, Any] | None:
    """The next grade of a frozen inspection: the items to repair for it, each with its effort where one was
    estimated, and the points that they bring."""
    found = frozen["next"]
    if not found:
        return None
    by_code = {item["code"]: item for item in frozen["items"]}
    efforts = found.get("efforts", {})
    items = [by_code[code] | {"effort": efforts.get(code, "")} for code in found["codes"]]
    gain = Decimal(found["score"]) - Decimal(frozen["score"])
    return {**found, "items": items, "gain": gain, "estimated": bool(efforts)}


def standings(user: User, round: Round) -> list[Standing]:
    """The townships of a round by average score, best first; unscored ones last, by code."""
    findings = _findings_by_township(user, round)
    rows = {row["township"]: row for row in _inspections_by_township(user, round)}
    regions = Region.objects.filter(code__in=[code.ljust(CODE_LENGTH, "0") for code in rows])
    found = []
    for region in regions:
        row = rows[region.code[: DIGITS[Level.TOWNSHIP]]]
        average = mean(row["sum"], row["scored"])
        found.append(
            Standing(region, row["total"], row["submitted"], average, findings.get(region.prefix, 0))
        )
    return ranked(found)


def _inspections_by_township(user: User, round: Round) -> Any:
    return (
        Inspection.objects.filter(overseen(user), round=round)
        .order_by()
        .values(township=TOWNSHIP)
        .annotate(
            total=Count("pk"),
            submitted=Count("pk", filter=Q(state=SUBMITTED)),
            scored=Count("score"),
            sum=Sum("score"),
        )
    )


def _findings_by_township(user: User, round: Round) -> dict[str, int]:
    return dict(
        Finding.objects.filter(overseen(user), round=round, state__in=OPEN)
        .order_by()
        .values_list(TOWNSHIP)
        .annotate(count=Count("pk"))
    )


def ranked(found: Sequence[Standing]) -> list[Standing]:
    """By average, best first, with their ranks; unscored ones last, by code."""
    ordered = sorted(found, key=lambda s: (s.average is None, -(s.average or 0), s.region.code))
    ranks: dict[Decimal, int] = {}
    for place, standing in enumerate(ordered, start=1):
        if standing.average is not None:
            ranks.setdefault(standing.average, place)
    return [
        Standing(
            s.region, s.total, s.submitted, s.average, s.findings,
            None if s.average is None else ranks[s.average],
        )
        for s in ordered
    ]  # fmt: skip


def to_handle(user: User) -> int:
    """Reports and requests of townships that wait for the person as the county's administrator."""
    requests = Request.objects.to_decide_by(user).count()
    return Finding.objects.to_review_by(user).count() + requests


def overdue(user: User, today: date) -> int:
    """Findings of any round that the person's townships should have reported before today."""
    return Finding.objects.filter(overseen(user)).latest(user.prefixes(*OVERSEERS)).overdue(today).count()


def worst_items(user: User, round: Round) -> list[dict[str, Any]]:
    """The items that fell short at the most centers: title, clause, how many centers."""
    rows = (
        Finding.objects.standing()
        .filter(overseen(user), round=round)
        .order_by()
        .values("item_id", "item__code", "item__title")
        .annotate(count=Count("pk"), clause=Max("clause"))
        .order_by("-count", "item_id")
    )
    return list(rows[:WORST_SHOWN])


def awaiting_notice(user: User, round: Round | None = None) -> Any:
    """Submitted inspections that have findings and no notice yet, for which the person may draft one;
    self-checks get none, nor do those whose findings were all withdrawn."""
    drafts = within(user.prefixes(Role.ADMINISTRATOR, Role.REVIEWER), "region__code")
    standing = OfficialDocument.objects.demands().exclude(state=OfficialDocument.State.WITHDRAWN)
    rows = (
        Inspection.objects.submitted()
        .whole()
        .filter(drafts)
        .filter(
            Exists(Finding.objects.standing().filter(inspection_id=OuterRef("pk"))),
            ~Exists(standing.filter(inspection_id=OuterRef("pk"))),
        )
        .exclude(round__kind=Round.Kind.SELF_CHECK)
    )
    return rows.filter(round=round) if round else rows


def awaiting_opinion(user: User) -> Any:
    """Inspections that came after a notice whose findings wait for the county's verdict, without an opinion
    yet, for which the person may draft one."""
    drafts = within(user.prefixes(Role.ADMINISTRATOR, Role.REVIEWER), "region__code")
    documents = OfficialDocument.objects.all()
    waited = (
        documents.demands()
        .issued()
        .filter(
            inspection__center=OuterRef("center_id"),
            inspection__submitted_at__lt=OuterRef("submitted_at"),
            inspection__findings__state__in=WITH_COUNTY,
        )
    )
    # By then a re-inspection has settled what waited.
    again = documents.demands().issued().filter(inspection=OuterRef("reinspects_id"))
    rows = Inspection.objects.submitted().filter(drafts, Exists(waited.order_by()) | Exists(again.order_by()))
    rows = rows.filter(~Exists(opinions().filter(inspection=OuterRef("pk"))))
    rows = rows.exclude(round__kind=Round.Kind.SELF_CHECK)
    return rows.select_related("center", "round").defer("snapshot", "corrected").order_by("-submitted_at")


def opinions() -> Any:
    """Those in force or under way, each the only one about its inspection."""
    rows = OfficialDocument.objects.filter(kind=OfficialDocument.Kind.OPINION)
    return rows.exclude(state=OfficialDocument.State.WITHDRAWN).order_by()


def outdated(user: User) -> Any:
    """Documents in force that a correction has overtaken, for those who write them."""
    own = within(user.prefixes(*OVERSEERS), "region__code")
    rows = OfficialDocument.objects.outdated().filter(own).select_related("body", "round")
    return rows.defer("document").order_by("issued_at")


def awaiting_circular(user: User, *only: Q) -> list[Round]:
    """Rounds about which the person may draft a circular: something is submitted, and there is none yet."""
    own = within(user.prefixes(Role.ADMINISTRATOR, Role.REVIEWER), "region__code")
    standing = OfficialDocument.objects.filter(kind=OfficialDocument.Kind.CIRCULAR, round_id=OuterRef("pk"))
    submitted = Inspection.objects.submitted().filter(round_id=OuterRef("pk"))
    rows = Round.objects.filter(own, *only, Exists(submitted.order_by())).exclude(kind__in=UNFOLLOWED)
    return list(rows.filter(~Exists(standing.exclude(state=OfficialDocument.State.WITHDRAWN))))


def with_issued_notices(user: User) -> Any:
    """The rounds that have something to export, newest first, with how many notices each.

    Rounds of a region above the administrator's count by the notices of their own region.
    """
    own = within(user.prefixes(Role.ADMINISTRATOR), "region__code")
    issued = OfficialDocument.objects.issued().filter(own)
    counts = dict(issued.order_by().values_list("round").annotate(count=Count("pk")))
    rounds = list(Round.objects.filter(pk__in=counts))
    for round in rounds:
        round.notice_count = counts[round.pk]
    return rounds


def with_issuable(user: User, *only: Q) -> list[Round]:
    """The rounds that have documents which the person may issue now, with how many of each, and how many
    of them nobody has checked or signed."""
    rows = OfficialDocument.objects.issuable_by(user).filter(*only).order_by()
    count = {
        "document_count": Count("pk"),
        "draft_count": Count("pk", filter=Q(state=workflow.DRAFT)),
        "checked_count": Count("pk", filter=Q(state=workflow.CHECKED)),
    }
    counts = {row.pop("round"): row for row in rows.values("round").annotate(**count)}
    rounds = list(Round.objects.filter(pk__in=counts))
    for round in rounds:
        vars(round).update(counts[round.pk])
    return rounds


def watches_counties(user: User) -> bool:
    """Whether all that the person oversees is wider than a county, so that counties below do the daily work.

    A city with townships just below it does a county's work itself.
    """
    own = [grant.region for grant in user.grants if grant.role in OVERSEERS]
    cities = [region.pk for region in own if region.level == Level.CITY]
    return (
        bool(own)
        and all(region.level < Level.COUNTY for region in own)
        and not (cities and Region.objects.filter(parent__in=cities, level=Level.TOWNSHIP).exists())
    )


def own_offices(user: User, *, below: bool) -> Q:
    """Match the documents that are one's own work: whoever watches counties `below` leaves them theirs."""
    own = [grant.region_id for grant in user.grants if grant.role in OVERSEERS]
    return Q(body__region__in=own) if below else EVERYTHING


def steps_waiting(
    user: User, round: Round, *, below: bool = False, count: Callable[[Any], int] = QuerySet.count
) -> dict[str, int]:
    """How many documents of the round wait for each step of the person's, before they are out."""
    rows = OfficialDocument.objects.filter(own_offices(user, below=below), round=round)
    waiting = {move: count(rows.waiting_for(user, move)) for move in workflow.TO_ISSUE}
    return {move: many for move, many in waiting.items() if many}


def drafts_below(user: User) -> Any:
    """What offices below have not issued yet, for those who watch counties."""
    return OfficialDocument.objects.visible_to(user).before_issue().exclude(own_offices(user, below=True))
