"""What a person may see of the organization, as part of each query."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from .models import User

NOTHING = Q(pk__in=[])


def within(prefixes: tuple[str, ...], field: str) -> Q:
    """Match rows whose division code in `field` begins with one of `prefixes`."""
    if "" in prefixes:
        return Q()
    matched = NOTHING
    for prefix in prefixes:
        matched |= Q(**{f"{field}__startswith": prefix})
    return matched


class RegionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "RegionQuerySet":
        return self.filter(within(user.prefixes(), "code"))


class CenterQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "CenterQuerySet":
        return self.filter(within(user.prefixes(), "region_id"))

    def open(self) -> "CenterQuerySet":
        return self.filter(closed_on=None)


class UserQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """People with an assignment inside the asking person's regions, and they themselves."""
        inside = within(user.prefixes(), "assignments__region_id")
        return self.filter(inside | Q(pk=user.pk)).distinct()


class AuditQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: "User") -> "AuditQuerySet":
        from .models import Role

        return self.filter(within(user.prefixes(Role.AUDIT_ADMINISTRATOR), "region_id"))
