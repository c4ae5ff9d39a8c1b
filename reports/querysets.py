"""What a person may see of official documents and issuing bodies, as part of each query."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from inspections.querysets import OVERSEERS
from organization.codes import Level, ancestors
from organization.models import Role
from organization.querysets import within

from . import workflow

if TYPE_CHECKING:
    from organization.models import User

    from .models import IssuingBody


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

    def demands(self) -> "DocumentQuerySet":
        """Those that ask for an inspection's findings to be put right."""
        return self.filter(kind__in=("notice", "letter", "order"))


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
