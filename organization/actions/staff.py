"""Many accounts at once, from a sheet: all of them or none."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from ..audit import record
from ..models import Region, User
from ..permissions import can_manage_people
from ..problems import Problem
from ..staff_sheets import Line, new_password, role_of
from .people import create_person


class Faulty(Exception):
    """Lines that cannot be taken; `faults` has a sentence for each, and nothing was made."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Made:
    """A new account with its initial password, which is kept nowhere."""

    person: User
    role: str
    region: Region
    password: str


@transaction.atomic
def create_people(*, by: User, lines: list[Line], now: datetime | None = None) -> list[Made]:
    """Create an account for each line, or raise `Faulty` with every bad line and make none."""
    can_manage_people(by).enforce(action="people.create")
    made, faults = [], []
    for line in lines:
        try:
            with transaction.atomic():
                made.append(_create(by, line, now))
        except Problem as problem:
            said = {"number": line.number, "who": line.username or line.name, "why": problem.message}
            faults.append(_("第%(number)d行（%(who)s）：%(why)s") % said)
    if faults:
        raise Faulty(faults)
    record("people.create", by=by, target="", region=by.home_code, now=now, count=len(made))
    return made


def _create(by: User, line: Line, now: datetime | None) -> Made:
    role = role_of(line.role)
    if role is None:
        raise Problem(_("没有“%(role)s”这个角色。") % {"role": line.role})
    if not line.name:
        raise Problem(_("没有填写姓名。"))
    password, region = new_password(), _region(by, line.place)
    person = create_person(
        by=by, username=line.username, name=line.name, password=password, role=role, region=region, now=now
    )
    return Made(person, role, region, password)


def _region(by: User, words: str) -> Region:
    found = list(Region.objects.assignable_by(by).matching(words)[:2]) if words else []
    if not found:
        raise Problem(_("在您管理的地区里没有找到“%(words)s”，请检查名称或代码。") % {"words": words})
    if len(found) > 1:
        raise Problem(_("有几个地区符合“%(words)s”，请填写区划代码。") % {"words": words})
    return found[0]
