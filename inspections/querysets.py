"""What a person may see of rounds, inspections, conflicts, photos and findings, as part of each query."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.models import Role
from organization.querysets import NOTHING, within

from .merging import CHANGING
from .workflow import OPEN, SUBMITTED, WITH_COUNTY, WITH_TOWNSHIP, WITHDRAWN

if TYPE_CHECKING:
    from organization.models import User

# These see every inspection in their regions; the others what is assigned to them or submitted.
OVERSEERS = (Role.ADMINISTRATOR, Role.REVIEWER, Role.SIGNATORY)
INSPECTORS = (Role.INSPECTOR, Role.LEAD_INSPECTOR)
# A set of more inspections does not fit what a statement of PostgreSQL may hold by default, and would be read
# from its beginning for each finding.
MOST_IN_A_SET = 50_000


def inspection_scope(user: "User", path: str = "") -> Q:
    """Match inspections reached over `path` ("" or "inspection__") that the person may see."""
    from .models import Inspection, Round

    region, state, pk = f"{path}region__code", f"{path}state", f"{path}pk"
    self_check = Q(**{f"{path}round__kind": Round.Kind.SELF_CHECK})
    assigned = Q(
        Exists(
            Inspection.inspectors.through.objects.filter(
                user_id=user.pk, inspection_id=OuterRef(pk if not path else f"{path}id")
            )
        )
    )
    # Roles that the person does not hold would only make every query longer.
    scope = NOTHING
    if overseen := user.prefixes(*OVERSEERS):
        scope |= within(overseen, region)
    if own := user.prefixes(Role.TOWNSHIP_STAFF):
        scope |= within(own, region) & (Q(**{state: SUBMITTED}) | (self_check & assigned))
    if inspected := user.prefixes(*INSPECTORS):
        scope |= within(inspected, region) & ~self_check & assigned
    return scope


def overdue_on(day: date) -> Q:
    """Match findings that the township should have reported before this day."""
    return Q(state__in=WITH_TOWNSHIP, due_on__lt=day)


def held_in(prefixes: Iterable[str], of: str = "") -> Q:
    """Match the rounds held in the whole of one of these regions: its own, and those of the regions above it.

    `of` leads to the round from what is filtered, as `round__`.
    """
    codes = {
        prefix[:digits].ljust(CODE_LENGTH, "0")
        for prefix in prefixes
        for digits in DIGITS.values()
        if 0 < digits <= len(prefix)
    }
    return Q((f"{of}region__in", codes)) | Q((f"{of}region__level", Level.NATION))


class RoundQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "RoundQuerySet":
        return self.filter(within(user.prefixes(Role.ADMINISTRATOR), "region__code"))

    def whole_first(self, prefixes: Iterable[str]) -> "RoundQuerySet":
        """Newest first, those held in the whole of one of these regions before those of places inside it."""
        whole = Case(When(held_in(prefixes), then=0), default=1)
        return self.order_by(whole, "-starts_on", "-pk")

    def with_progress(self) -> "RoundQuerySet":
        return self.annotate(
            inspection_count=Count("inspections"),
            submitted_count=Count("inspections", filter=Q(inspections__state=SUBMITTED)),
        )

    def with_county_progress(self) -> "RoundQuerySet":
        """The same, counted only for the rows that a page shows, and None for a province's or the nation's:
        those are added up elsewhere."""
        from .models import Inspection

        rows = Inspection.objects.filter(round=OuterRef("pk")).order_by().values("round")
        done = rows.filter(state=SUBMITTED)
        return self.annotate(inspection_count=_unless_wide(rows), submitted_count=_unless_wide(done))


def _unless_wide(rows: Any) -> Case:
    counted = Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)
    return Case(When(region__level__gt=Level.PROVINCE, then=counted), output_field=models.IntegerField())


class InspectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "InspectionQuerySet":
        return self.filter(inspection_scope(user))

    def assigned_to(self, user: "User") -> "InspectionQuerySet":
        return self.filter(inspectors=user)

    def submitted(self) -> "InspectionQuerySet":
        return self.filter(state=SUBMITTED)

    def whole(self) -> "InspectionQuerySet":
        """Those of a whole checklist, which have a score; re-inspections look at some items again."""
        return self.filter(reinspects=None)

    def with_first_score(self) -> "InspectionQuerySet":
        """Annotate the score before any correction as `first_score`; None where none was corrected."""
        from .models import Correction

        first = Correction.objects.filter(inspection=OuterRef("pk")).order_by("pk")
        return self.annotate(first_score=Subquery(first.values("score_before")[:1]))

    def with_answered(self) -> "InspectionQuerySet":
        """Annotate how many items are answered; one correlated count, no join to blow rows up."""
        from .models import Answer

        answered = (
            Answer.objects.filter(inspection_id=OuterRef("pk"))
            .exclude(status="unanswered")
            .order_by()
            .values("inspection_id")
            .annotate(n=Count("item_id"))
            .values("n")
        )
        return self.annotate(answered=Coalesce(Subquery(answered), 0))


class PhotoQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "PhotoQuerySet":
        """Photos of the inspections that the person may see; and, to compare with, those of a center's
        earlier submitted inspections for whoever is to inspect it now."""
        from .models import Inspection, Round

        self_check = Q(round__kind=Round.Kind.SELF_CHECK)
        to_do = Inspection.objects.exclude(state=SUBMITTED).filter(
            ~self_check,
            within(user.prefixes(*INSPECTORS), "region__code"),
            center_id=OuterRef("inspection__center_id"),
            inspectors=user.pk,
        )
        earlier = Q(Exists(to_do), inspection__state=SUBMITTED) & ~Q(
            inspection__round__kind=Round.Kind.SELF_CHECK
        )
        return self.filter(inspection_scope(user, "inspection__") | earlier)

    def kept(self) -> "PhotoQuerySet":
        return self.filter(removed_at=None)

    def on_the_way(self) -> "PhotoQuerySet":
        """Announced photos whose original has not arrived."""
        return self.filter(removed_at=None, arrived_at=None)


class TwinQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "TwinQuerySet":
        """Pairs of which the person oversees both; one elsewhere is not told of."""
        mine = user.prefixes(*OVERSEERS)
        both = within(mine, "photo__inspection__region__code") & within(
            mine, "other__inspection__region__code"
        )
        return self.filter(both, photo__removed_at=None, other__removed_at=None)


class FindingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "FindingQuerySet":
        return self.filter(within(user.prefixes(*OVERSEERS, Role.TOWNSHIP_STAFF), "region__code"))

    def open(self) -> "FindingQuerySet":
        return self.filter(state__in=OPEN)

    def standing(self) -> "FindingQuerySet":
        """Those that were not withdrawn: what was really found, closed or not."""
        return self.exclude(state=WITHDRAWN)

    def overdue(self, today: date) -> "FindingQuerySet":
        """Those that the township should have reported before today."""
        return self.filter(overdue_on(today))

    def to_review_by(self, user: "User") -> "FindingQuerySet":
        """Reported ones that the person, as the county's administrator, may close or return."""
        return self.filter(within(user.prefixes(Role.ADMINISTRATOR), "region__code"), state__in=WITH_COUNTY)

    def latest(self, places: tuple[str, ...]) -> "FindingQuerySet":
        """Those of each center's last inspection: a new one says again what still falls short.

        What a notice asked for stays until it is closed, whatever was inspected since. `places` are the
        prefixes inside which the findings lie. The last inspections are found once, as a set: asked for
        each finding by itself, 100,000 of them cost seconds. So are the rounds that do not count, which a
        join would compare with every inspection. Only where the set would be too large is each finding's
        inspection asked for, of those findings that a page gets to see.
        """
        from .models import Inspection, Round

        apart = Round.objects.filter(kind__in=(Round.Kind.SELF_CHECK, Round.Kind.REINSPECTION)).order_by()
        submitted = Inspection.objects.filter(within(places, "region_id"), state=SUBMITTED).order_by()
        others = Inspection.objects.filter(center_id=OuterRef("center_id"), state=SUBMITTED)
        others = others.exclude(round__in=apart)
        asked_for = Q(state__in=(*WITH_TOWNSHIP, *WITH_COUNTY))
        if _inspected(places) > MOST_IN_A_SET:
            later = others.filter(submitted_at__gt=OuterRef("submitted_at"))
            last = submitted.filter(~Exists(later), pk=OuterRef("inspection"))
            return self.filter(asked_for | Exists(last))
        # When the last one was, as a value looked for by center: of "none is later" PostgreSQL makes a join,
        # for which it reads the inspections of the whole nation, were it for a single township.
        newest = Subquery(others.order_by("-submitted_at").values("submitted_at")[:1])
        last = submitted.filter(submitted_at__gte=Coalesce(newest, F("submitted_at")))
        return self.filter(Q(inspection__in=last.values("pk")) | asked_for)


def _inspected(places: tuple[str, ...]) -> int:
    """About how many inspections there are in provinces or the nation; 0 for anything smaller."""
    from .models import RoundTally

    codes = [place.ljust(CODE_LENGTH, "0") for place in places if len(place) == DIGITS[Level.PROVINCE]]
    inside = Q(region__in=codes) | (Q(region__level=Level.PROVINCE) if "" in places else Q())
    if not codes and "" not in places:
        return 0
    return RoundTally.objects.filter(inside).aggregate(n=Sum("inspections"))["n"] or 0


class EventQuerySet(models.QuerySet[Any]):
    def changing(self) -> "EventQuerySet":
        """Those by which an answer got a new version."""
        return self.filter(outcome__in=CHANGING)


class ConflictQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "ConflictQuerySet":
        return self.filter(inspection_scope(user, "inspection__"))

    def open(self) -> "ConflictQuerySet":
        return self.filter(settled_at=None)


class EvidenceQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "EvidenceQuerySet":
        """Those of the findings that the person may see; the township's own until they are reported."""
        own = within(user.prefixes(Role.TOWNSHIP_STAFF), "finding__region__code")
        reported = within(user.prefixes(*OVERSEERS), "finding__region__code") & Q(
            reply__reported_at__isnull=False
        )
        return self.filter(own | reported)

    def kept(self) -> "EvidenceQuerySet":
        return self.filter(removed_at=None)


class RequestQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "RequestQuerySet":
        return self.filter(within(user.prefixes(*OVERSEERS, Role.TOWNSHIP_STAFF), "finding__region__code"))

    def waiting(self) -> "RequestQuerySet":
        return self.filter(state="asked")

    def to_decide_by(self, user: "User") -> "RequestQuerySet":
        """Those that the person, as the county's administrator, may answer.

        An objection is about the score, which stays when the finding is closed or withdrawn.
        """
        own = within(user.prefixes(Role.ADMINISTRATOR), "finding__region__code")
        return self.waiting().filter(own, Q(kind="objection") | Q(finding__state__in=OPEN))
