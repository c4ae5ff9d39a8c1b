"""What a person may see of notices and issuing bodies, as part of each query."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from inspections.querysets import OVERSEERS
from organization.codes import Level, ancestors
from organization.models import Role
from organization.querysets import within

if TYPE_CHECKING:
    from organization.models import User

    from .models import IssuingBody

ISSUED = "issued"


class NoticeQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "NoticeQuerySet":
        """Drafts and issued ones for those who write them; issued ones for their addressee."""
        addressee = within(user.prefixes(Role.TOWNSHIP_STAFF), "region__code") & Q(state=ISSUED)
        return self.filter(within(user.prefixes(*OVERSEERS), "region__code") | addressee)

    def issued(self) -> "NoticeQuerySet":
        return self.filter(state=ISSUED)


class IssuingBodyQuerySet(models.QuerySet[Any]):
    def signing_for(self, code: str) -> "IssuingBody | None":
        """The nearest office at or above the region of this code."""
        codes = [code, *ancestors(code, Level.VILLAGE)]
        return self.filter(region_id__in=codes).order_by("-region__level").first()

    def visible_to(self, user: "User") -> "IssuingBodyQuerySet":
        return self.filter(within(user.prefixes(*OVERSEERS), "region__code"))
