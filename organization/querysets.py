"""What a person may see of the organization, as part of each query."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from .codes import CODE_LENGTH, Level

if TYPE_CHECKING:
    from .models import Region, User

NOTHING = Q(pk__in=[])
# Not `Q()`: beside another condition that is nothing at all, and "all, or some" would be some.
EVERYTHING = ~NOTHING


class Cut(int):
    """As far as rows were counted, where there are more; printed as `5,000+`."""

    def __str__(self) -> str:
        return f"{int(self):,}+"


def within(prefixes: tuple[str, ...], field: str) -> Q:
    """Match rows whose division code in `field` begins with one of `prefixes`.

    As a range: foreign keys know no `startswith`, and an index serves a range under any collation.
    """
    if "" in prefixes:
        return EVERYTHING
    matched = NOTHING
    for prefix in prefixes:
        low, high = prefix.ljust(CODE_LENGTH, "0"), prefix.ljust(CODE_LENGTH, "9")
        matched |= Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return matched


def below(region: "Region") -> Q:
    """Match the regions just below: the nation's provinces need not name it as their parent.

    By their parent, not by their level: townships stand below some cities, without counties.
    """
    return Q(level=Level.PROVINCE) if region.level == Level.NATION else Q(parent=region)


class RegionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "RegionQuerySet":
        return self.filter(within(user.prefixes(), "code"))

    def assignable_by(self, user: "User") -> "RegionQuerySet":
        """Regions in which the person may give roles."""
        from .models import Role

        return self.filter(within(user.prefixes(Role.SECURITY_ADMINISTRATOR), "code"))

    def matching(self, words: str) -> "RegionQuerySet":
        """Regions under this code (short ones are filled with zeros) or whose name holds these words."""
        if words.isascii() and words.isdigit():
            return self.filter(code=words.ljust(CODE_LENGTH, "0"))
        exactly = self.filter(name=words)
        return exactly if exactly.exists() else self.filter(name__contains=words)


class CenterQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "CenterQuerySet":
        return self.filter(within(user.prefixes(), "region__code"))

    def open(self) -> "CenterQuerySet":
        return self.filter(closed_on=None)


class UserQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """People with an assignment inside the asking person's regions, and they themselves.

        Asked for each person: joined, those of a province would all be sorted to list fifty.
        """
        from .models import Assignment

        if "" in user.prefixes():
            return self.all()
        inside = Assignment.objects.filter(within(user.prefixes(), "region__code"), user=OuterRef("pk"))
        return self.filter(Exists(inside) | Q(pk=user.pk))


class AuditQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "AuditQuerySet":
        """Rows of the person's regions; rows of no region (an unknown name at the door, an import
        on the server) belong to the installation, and so to its uppermost audit administrators."""
        from .models import Assignment, Role

        mine = [grant for grant in user.grants if grant.role == Role.AUDIT_ADMINISTRATOR]
        if not mine:
            return self.none()
        level = min(grant.region.level for grant in mine)
        higher = Assignment.objects.filter(role=Role.AUDIT_ADMINISTRATOR, region__level__lt=level)
        inside = within(user.prefixes(Role.AUDIT_ADMINISTRATOR), "region__code")
        return self.filter(inside | (Q(region=None) & ~Exists(higher)))
