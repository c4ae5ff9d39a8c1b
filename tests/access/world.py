"""Two counties with a row of every kind in each, people of every role around them, and every address."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from inspections.answers import Given
from inspections.models import Answer, Finding, Inspection, Photo, Round
from organization.actions import begin_session
from organization.models import AuditEntry, Region, Role, ServiceCenter, User
from reports.models import IssuingBody, Notice
from tests.factories import make_region, make_user
from tests.small_stage import (
    Stage,
    add_photo,
    answer,
    drafted,
    issued,
    jpeg,
    of,
    small_stage,
    submit_by,
)
from tests.stage import make_round, take_in

RELATIONS = ("own", "above", "beside", "elsewhere")


@dataclass
class Place:
    """A county's rows about its first township: the arguments of each kind of address, and its secrets."""

    stage: Stage
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    # What also the township beside it may see: the county's rounds, and who works for it.
    county_mark: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Address:
    """One entry of the URL configuration, under its full name."""

    name: str
    route: str
    converters: dict[str, str]

    def url(self, place: Place, about: str) -> str:
        return reverse(self.name, kwargs=self.arguments(place, about))

    def arguments(self, place: Place, about: str) -> dict[str, Any]:
        return {name: place.rows[about][name] for name in self.converters}


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
    """Build a county: an issued notice, a draft, an inspection begun and one complete, a photo, a person."""
    stage = small_stage(townships=2, other=other)
    word, county = ("丁字号", "戊字号") if other else ("甲字号", "乙字号")
    region = stage.county.townships[0]
    center = stage.county.center(region)
    ServiceCenter.objects.filter(pk=center.pk).update(name=f"{word}中心")
    center.refresh_from_db()
    person = make_user(
        f"{word}person", [(Role.INSPECTOR, region), (Role.REVIEWER, region)], name=f"{word}人员"
    )
    for role, user in stage.cast.items():
        User.objects.filter(pk=user.pk).update(name=f"{county}{role}")
    inspections = [_inspection(stage, f"{county}轮次{n}") for n in range(4)]
    done, open_one, begun, complete = inspections
    for inspection in (done, open_one, complete):
        answer(inspection, stage.cast["inspector"], yes=Given(False))
    for inspection in (done, open_one):
        submit_by(inspection, stage.cast["lead_inspector"])
    notice, draft = issued(stage, done), drafted(stage, open_one)
    answer(begun, stage.cast["inspector"], yes=None)
    photo = add_photo(begun, stage.cast["inspector"], jpeg())
    place = Place(stage, county_mark=county)
    place.rows = {
        "": {},
        "center": {"pk": center.pk},
        "person": {"pk": person.pk},
        "assignment": {"pk": person.pk, "assignment": person.grants[0].pk},
        "session": {"pk": begin_session(by=person, session_key=word, address=None, agent="").pk},
        "round": {"pk": done.round_id},
        "begun": {"pk": begun.pk},
        "complete": {"pk": complete.pk},
        "item": {"pk": begun.pk, "code": "yes"},
        "section": {"pk": begun.pk, "section": "one"},
        "photo": {"pk": photo.pk},
        "submitted": {"pk": done.pk},
        "issued": {"pk": notice.pk},
        "page": {"pk": notice.pk, "number": 1},
        "draft": {"pk": draft.pk},
        "edition": {"code": stage.edition.standard, "edition": stage.edition.edition},
    }
    place.marks = {
        "center or person": word,
        "issued notice": str(notice.pk),
        "draft": str(draft.pk),
        "inspection": str(begun.pk),
        "submitted inspection": str(done.pk),
        "photo": str(photo.pk),
    }
    return place


def _inspection(stage: Stage, name: str) -> Inspection:
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], name)
    take_in(round, stage.cast, ("township",))
    return of(round)[0]


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


def fingerprint(place: Place) -> str:
    """A digest of every row of the county but its trail, by which a write from outside shows."""
    code = place.stage.county.region.code[:6]
    below = {"region__code__startswith": code}
    of_inspection = {"inspection__region__code__startswith": code}
    kinds: list[tuple[type[Model], dict[str, Any]]] = [
        (ServiceCenter, below),
        (Round, below),
        (Inspection, below),
        (Finding, below),
        (Notice, below),
        (IssuingBody, below),
        (Answer, of_inspection),
        (Photo, of_inspection),
        (Inspection.inspectors.through, of_inspection),
        (Region, {"code__startswith": code}),
        (User, {"assignments__region__code__startswith": code}),
        (User.assignments.rel.related_model, below),
    ]
    found = hashlib.sha256()
    for model, wanted in kinds:
        fields = [entry.attname for entry in model._meta.concrete_fields if entry.attname != "last_login"]
        for row in model._default_manager.filter(**wanted).order_by("pk").values_list(*fields):
            found.update(repr(row).encode())
    return found.hexdigest()


def refusals() -> int:
    return AuditEntry.objects.filter(result=AuditEntry.Result.REFUSED).count()


PARAMETER = re.compile(r"""(?:GET|POST)(?:\.get(?:list)?\(|\[)\s*["'](\w+)["']""")
