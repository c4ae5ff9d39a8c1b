"""Two counties with a row of every kind in each, people of every role around them, and every address."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from organization.models import Region, Role, User
from tests.access.rows import Place, make_rows
from tests.access.rules import rules_of
from tests.factories import make_region, make_user

RELATIONS = ("own", "above", "beside", "elsewhere")


@dataclass(frozen=True)
class Address:
    """One entry of the URL configuration, under its full name."""

    name: str
    route: str
    converters: dict[str, str] = field(hash=False)

    def url(self, place: Place, about: str) -> str:
        return reverse(self.name, kwargs=self.arguments(place, about))

    def arguments(self, place: Place, about: str) -> dict[str, Any]:
        return {name: place.rows[about][name] for name in self.converters}

    @property
    def about(self) -> str:
        """The row of its first rule."""
        return rules_of(self.name)[0].about


def addresses() -> list[Address]:
    """Every named address of the portal, as the URL configuration has them."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, space: str, route: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry, inner, route + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            kinds = {name: type(kind).__name__ for name, kind in entry.pattern.converters.items()}
            yield Address(f"{space}{entry.name}", route + str(entry.pattern), kinds)


def make_place(*, other: bool = False) -> Place:
    """Build a county (the neighboring one if `other`) with a row of every kind, and note how it stands."""
    place = make_rows(other=other)
    place.digest = fingerprint(place)
    return place


def make_people(place: Place, other: Place) -> dict[tuple[str, str], User]:
    """One person for each relation and role; a township's staff cannot be of a city."""
    people = {("own", role): user for role, user in place.stage.cast.items()}
    people |= {("elsewhere", role): user for role, user in other.stage.cast.items()}
    city, beside = make_region("4105"), place.stage.county.townships[1]
    for role in Role.values:
        people["beside", role] = make_user(f"{role}-beside", [(role, beside)])
        if role != Role.TOWNSHIP_STAFF:
            people["above", role] = make_user(f"{role}-above", [(role, city)])
    return people


# ---- what a write from outside would change

# Everybody's, or a record of what was tried.
LEFT_OUT = {"Edition", "Section", "Clause", "Item", "CalendarYear", "CalendarDay", "AuditEntry", "AuditCut"}
OURS = {"organization", "standards", "inspections", "reports"}


@cache
def watched() -> dict[str, tuple[type[Model], str]]:
    """Each table of ours with its model, and the way from there to the region to which its rows belong."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in OURS and model.__name__ not in LEFT_OUT:
            way = _way(model, over_people=False) or _way(model, over_people=True)
            if way:
                found[model._meta.db_table] = (model, way)
    return found


def _way(model: type[Model], *, over_people: bool) -> str:
    """The shortest way over foreign keys; over people only where there is no other."""
    queue: list[tuple[type[Model], str]] = [(model, "")]
    while queue:
        at, way = queue.pop(0)
        if at is Region:
            return f"{way}code__startswith"
        if at is User and over_people:
            return f"{way}assignments__region__code__startswith"
        keys = [entry for entry in at._meta.concrete_fields if entry.many_to_one or entry.one_to_one]
        queue += [(key.related_model, f"{way}{key.name}__") for key in keys]
    return ""


def fingerprint(place: Place, tables: set[str] | None = None) -> dict[str, str]:
    """A digest of the county's rows in each table (in all that are watched, or in these)."""
    code = place.stage.county.region.code[:6]
    found = {}
    for table, (model, way) in watched().items():
        if tables is not None and table not in tables:
            continue
        fields = [entry.attname for entry in model._meta.concrete_fields if entry.attname != "last_login"]
        rows = model._base_manager.filter(**{way: code}).order_by("pk").distinct().values_list(*fields)
        found[table] = hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()
    return found


WRITE = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
PARAMETER = re.compile(r"""(?:GET|POST|FILES)(?:\.get(?:list)?\(|\[)\s*["'](\w+)["']""")
