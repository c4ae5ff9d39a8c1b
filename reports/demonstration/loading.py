"""Loads the demonstration county once: places, people, an earlier round, a running one, notices."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from organization.actions.regions import Choice, import_regions
from organization.audit import record
from organization.codes import Level
from organization.models import Assignment, Region, User
from standards.actions import import_standard
from standards.models import Edition
from standards.reading import read_standard

from .cast import CAST, COUNTY, PASSWORD
from .rounds import County, hold_rounds

REGIONS = Path("organization/data/tangyin-410523.csv")
STANDARD = Path("standards/data/shenfuban-2021-13.yaml")

# Takes words that wait for their language, and their values by name.
Say = Callable[..., object]


class Refused(Exception):
    """The demonstration does not belong into this database, which holds the county in earnest."""

    words = _("数据库中有正式的县（%(county)s），不载入演示数据和演示账号。")

    def __init__(self, county: str) -> None:
        super().__init__(county)
        self.county = county


@dataclass(frozen=True)
class Loaded:
    """How much there is now."""

    centers: int
    submitted: int
    issued: int


def is_loaded() -> bool:
    """Say whether the demonstration county and its people are there."""
    return (
        Region.objects.filter(code=COUNTY, is_demonstration=True).exists()
        and User.objects.filter(username=CAST[0].username).exists()
    )


def real_county() -> Region | None:
    """A county in earnest, beside which accounts with a printed password must not be."""
    return Region.objects.filter(level=Level.COUNTY, is_demonstration=False).first()


def load(*, now: datetime, say: Say) -> Loaded:
    """Load everything or nothing; raises `Refused` where a county in earnest is in the database.

    Every score, finding and number comes from the same actions that people use. Only the
    accounts are written in bulk: hashing one password 22 times would cost ten seconds.
    """
    if real := real_county():
        raise Refused(real.name)
    with transaction.atomic():
        say(_("载入汤阴县的区划和中心……"))
        import_regions(
            files=[settings.BASE_DIR / REGIONS], by=None, choice=Choice(demonstration=True), now=now
        )
        edition = _edition(now)
        say(_("建立演示账号……"))
        county = County(Region.objects.get(code=COUNTY), edition, _people(now))
        return Loaded(*hold_rounds(county, now=now, say=say))


def _edition(now: datetime) -> Edition:
    return import_standard(read_standard(settings.BASE_DIR / STANDARD), now=now)


def _people(now: datetime) -> dict[str, User]:
    """Create the accounts with their roles, in the trail as any other."""
    townships = list(Region.objects.filter(parent__code=COUNTY).order_by("code"))
    # Before the earlier round, which they hold.
    created = now - timedelta(days=400)
    encoded = make_password(PASSWORD)
    people = {}
    for member in CAST:
        if member.township is None:
            region = Region.objects.get(code=member.code)
        else:
            region = townships[member.township]
        person = User.objects.create(
            username=member.username, name=member.name, password=encoded, created_at=created,
            # The printed password is new, so that nobody is asked to change it on the way in.
            password_changed_at=now,
            # Nor to read what is kept of a person who does not exist.
            notice_version=settings.PRIVACY_VERSION,
        )  # fmt: skip
        Assignment.objects.create(user=person, role=member.role, region=region)
        record(
            "person.create", by=None, target=person, region=region.code, now=now,
            username=person.username, roles=[str(member.role)],
        )  # fmt: skip
        people[member.username] = person
    return people
