"""What a person may see of official documents and issuing bodies, as part of each query."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from inspections.models import Correction
from inspections.querysets import OVERSEERS
from organization.codes import Level, ancestors
from organization.models import Role
from organization.querysets import NOTHING, within

from . import workflow

if TYPE_CHECKING:
    from organization.models import User

    from .models import IssuingBody


def _corrected(about: str) -> Q:
    """Match documents about an inspection or a round that was corrected after their issue."""
    lines = Correction.objects.filter(at__gt=OuterRef("issued_at")).order_by()
    if about == "inspection":
        return Q(Exists(lines.filter(inspection=OuterRef("inspection"))))
    return Q(kind="circular") & Exists(lines.filter(inspection__round=OuterRef("round")))


def _open_to(user: "User", move: str) -> Q:
    """Match the documents before issue with which the person may make this move: `permissions.can_move`."""
    may = NOTHING
    for steps in (False, True):
        states = [s for s in workflow.BEFORE_ISSUE if workflow.exists(s, move, step_by_step=steps)]
        office = user.prefixes(*workflow.makers(move, step_by_step=steps))
        may |= within(office, "body__region__code") & Q(body__step_by_step=steps, state__in=states)
    return may


class DocumentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "DocumentQuerySet":
        """Everything for those who write; what has been issued for its addressee.

        A circular goes to every township of its round.
        """
        townships = user.prefixes(Role.TOWNSHIP_STAFF)
        addressee = within(townships, "region__code") & Q(state__in=workflow.NUMBERED)
        circular = Q(kind="circular", state__in=workflow.NUMBERED, region__in=_above(user))
        return self.filter(within(user.prefixes(*OVERSEERS), "region__code") | addressee | circular)

    def issued(self) -> "DocumentQuerySet":
        """Those in force: issued and not withdrawn."""
        return self.filter(state__in=workflow.IN_FORCE)

    def numbered(self) -> "DocumentQuerySet":
        """Those whose bytes are final, withdrawn ones too."""
        return self.filter(state__in=workflow.NUMBERED)

    def before_issue(self) -> "DocumentQuerySet":
        return self.filter(state__in=workflow.BEFORE_ISSUE)

    def issuable_by(self, user: "User") -> "DocumentQuerySet":
        """What the person may issue now, by the same table as `permissions.can_issue`; circulars not,
        for each of them speaks to a whole county."""
        rows = self.exclude(kind="circular").filter(within(user.prefixes(*OVERSEERS), "region__code"))
        return rows.filter(_open_to(user, workflow.ISSUE))

    def waiting_for(self, user: "User", move: str) -> "DocumentQuerySet":
        """Those before issue whose page offers the person this step as the one that leads on."""
        before = workflow.ONWARD[: workflow.ONWARD.index(move)]
        rows = self.filter(within(user.prefixes(*OVERSEERS), "region__code"), _open_to(user, move))
        return rows.filter(*(~_open_to(user, other) for other in before))

    def outdated(self) -> "DocumentQuerySet":
        """Those in force that say what a correction has set right since they were issued."""
        return self.issued().filter(_corrected("inspection") | _corrected("round"))

    def outdated_by(self, about: str) -> "DocumentQuerySet":
        """Of these, those about a corrected `inspection`, or those about a whole `round`: each by itself,
        and named by the corrections, which are few, where both together are looked for document by
        document."""
        path = "inspection" if about == "inspection" else "inspection__round"
        corrected = Correction.objects.order_by().values(path)
        return self.issued().filter(_corrected(about), **{f"{about}__in": corrected})

    def demands(self) -> "DocumentQuerySet":
        """Those that ask for an inspection's findings to be put right."""
        return self.filter(kind__in=("notice", "letter", "order"))

    def looked_at_again_by(self, inspection: Any) -> "DocumentQuerySet":
        """The demands in force that a submitted inspection of the same center came after, the last first.

        A re-inspection looks at those of its own inspection alone, whatever else was inspected meanwhile.
        """
        earlier = self.demands().issued()
        if inspection.reinspects_id:
            earlier = earlier.filter(inspection=inspection.reinspects_id)
        else:
            earlier = earlier.filter(
                inspection__center=inspection.center_id, inspection__submitted_at__lt=inspection.submitted_at
            )
        return earlier.select_related("body", "inspection").order_by("-inspection__submitted_at")


def _above(user: "User") -> set[str]:
    """Codes of the regions above those in which the person works for a township."""
    grants = [grant for grant in user.grants if grant.role == Role.TOWNSHIP_STAFF]
    return {code for grant in grants for code in ancestors(grant.region_id, Level(grant.region.level))}


class IssuingBodyQuerySet(models.QuerySet[Any]):
    def signing_for(self, code: str) -> "IssuingBody | None":
        """The nearest office at or above the region of this code."""
        codes = [code, *ancestors(code, Level.VILLAGE)]
        return self.filter(region_id__in=codes).order_by("-region__level").first()

    def visible_to(self, user: "User") -> "IssuingBodyQuerySet":
        return self.filter(within(user.prefixes(*OVERSEERS), "region__code"))


class RehearsalQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "RehearsalQuerySet":
        """Those of the regions that the person administers."""
        return self.filter(within(user.prefixes(Role.ADMINISTRATOR), "region__code"))

    def running(self) -> "RehearsalQuerySet":
        return self.filter(state="running")


class JobQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "JobQuerySet":
        """Jobs inside the regions in which the person writes documents: by the job's region, and
        for those they began also by each document, since theirs may be some regions of a county.
        Tables are for those alone who asked for them."""
        from .models import JobItem
        from .models.jobs import TABLES

        mine = user.prefixes(*OVERSEERS)
        outside = JobItem.objects.filter(job=OuterRef("pk")).exclude(within(mine, "document__region__code"))
        own = Q(started_by=user) & ~Q(Exists(outside)) if mine else Q(pk__in=[])
        documents = ~Q(kind__in=TABLES) & (within(mine, "region__code") | own)
        return self.filter(documents | self._tables_of(user))

    def _tables_of(self, user: "User") -> Q:
        """Match the person's own tables as long as they see every region of them: a file stays as it is."""
        from .models.jobs import TABLES

        places = self.model.places.through.objects.filter(job=OuterRef("pk"))
        seen = NOTHING
        for kind, roles in TABLES.items():
            beyond = places.exclude(within(user.prefixes(*roles), "region__code"))
            seen |= Q(~Exists(beyond), kind=kind)
        return seen & Q(started_by=user)

    def running(self) -> "JobQuerySet":
        return self.filter(state="running")
