"""The two rounds of the demonstration county: who visits what when, what is sent in, what is issued."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inspections import actions as inspections
from inspections.answers import Checked
from inspections.checklist import Checklist, Entry, checklist
from inspections.models import Inspection, Round
from organization.models import Region, User
from standards.models import Edition

from .. import actions
from ..models import OfficialDocument
from . import calendar, pictures
from .cast import CAST, TEAMS
from .repairs import Following
from .visits import Visit, fraction, short_codes

# Quality of each township, in the order of codes: half a year ago, and now.
QUALITY = (
    (0.86, 0.93), (0.80, 0.88), (0.66, 0.79), (0.55, 0.64), (0.72, 0.81),
    (0.92, 0.97), (0.78, 0.72), (0.60, 0.70), (0.70, 0.76), (0.48, 0.60),
)  # fmt: skip
VILLAGES = 3  # visited in each township
# Townships whose first village was visited half a year ago as well.
VILLAGES_BEFORE = (0, 3, 4)
# Working days of the running round that are over.
DAYS_OVER = 6
# How far the running round is in each township: centers sent in, centers begun; the rest is to begin.
PROGRESS = ((4, 0), (4, 0), (3, 1), (1, 2), (0, 0), (4, 0), (4, 0), (3, 1), (1, 1), (0, 0))
BEGUN_SHARE = 0.4
PHOTOS = 3
ISSUED_NOW = 3
OFFICE = {
    "name": "汤阴县推进审批服务便民化工作领导小组办公室",
    "number_code": "汤审服演",
    "contact": "周敏",
    "phone": "0372-0000000",
    "copy_to": "汤阴县人民政府办公室",
    "report_days": 15,
}

Say = Callable[..., object]


@dataclass(frozen=True)
class County:
    region: Region
    edition: Edition
    people: dict[str, User]

    def townships(self) -> list[Region]:
        return list(Region.objects.filter(parent=self.region).order_by("code"))


def hold_rounds(county: County, *, now: datetime, say: Say) -> tuple[int, int, int]:
    """Hold the earlier round to its end and the running one up to today; returns what came of it.

    That is: centers in the running round, inspections submitted and notices issued in both.
    """
    period = calendar.running(timezone.localdate(now), DAYS_OVER)
    before = calendar.earlier(period)
    admin = county.people["guanli"]
    opened = calendar.at(before.starts_on, time(8, 30)) - timedelta(days=7)
    actions.set_issuing_body(region=county.region, fields=OFFICE, by=admin, now=opened)
    say(_("演示上一轮检查……"))
    first = _Holding(county, before, 1, earlier=True)
    first.hold(opened)
    first.issue(len(first.submitted), calendar.workdays_after(before.starts_on, 9), say)
    following = Following(_staff(county), admin)
    say(_("演示上一轮整改和销号……"))
    following.finish(first.submitted)
    say(_("演示本轮检查……"))
    second = _Holding(county, period, 2, earlier=False)
    second.hold(calendar.at(period.starts_on, time(8, 30)) - timedelta(days=7))
    second.issue(ISSUED_NOW, calendar.workdays_after(period.starts_on, DAYS_OVER - 1), say)
    following.begin(second.submitted)
    if len(second.submitted) > ISSUED_NOW:
        waiting = second.submitted[ISSUED_NOW]
        actions.draft_notice(
            inspection=waiting,
            by=county.people["hegao"],
            now=max(waiting.submitted_at, now - timedelta(hours=1)),
        )
    issued = OfficialDocument.objects.issued().filter(body__region=county.region).count()
    return second.round.inspections.count(), len(first.submitted) + len(second.submitted), issued


def _staff(county: County) -> dict[str, User]:
    """Each township's staff by its prefix."""
    townships = county.townships()
    return {
        townships[member.township].prefix: county.people[member.username]
        for member in CAST
        if member.township is not None
    }


class _Holding:
    """One round being held."""

    def __init__(self, county: County, period: calendar.Period, number: int, *, earlier: bool) -> None:
        self.county, self.period, self.number, self.earlier = county, period, number, earlier
        self.admin = county.people["guanli"]
        self.submitted: list[Inspection] = []

    def hold(self, opened: datetime) -> None:
        """Create the round, take its centers in, and visit them, each team its own townships."""
        townships = self.county.townships()
        self.round = inspections.create_round(
            fields={
                "name": self.period.name,
                "kind": Round.Kind.COUNTY,
                "region": self.county.region,
                "edition": self.county.edition,
                "starts_on": self.period.starts_on,
                "ends_on": self.period.ends_on,
                "plan_number": f"汤督演〔{self.period.starts_on.year}〕{self.number}号",
            },
            by=self.admin,
            now=opened,
        )
        self._take_in(self.county.region, "township", opened)
        places = [self._villages(place, township) for place, township in enumerate(townships)]
        for village in (village for villages in places for village in villages):
            self._take_in(village, "village", opened)
        half = (len(townships) + 1) // 2
        for team, own in zip(TEAMS, (range(half), range(half, len(townships))), strict=True):
            self._assign(team, [townships[place] for place in own], opened)
            visits = 0
            for place in own:
                visits = self._visit_township(team, place, [townships[place], *places[place]], visits)
        self.submitted.sort(key=lambda inspection: inspection.submitted_at)

    def _villages(self, place: int, township: Region) -> list[Region]:
        rows = list(Region.objects.filter(parent=township).order_by("code"))
        chosen = [rows[len(rows) * part // VILLAGES] for part in range(VILLAGES)]
        return chosen[: int(place in VILLAGES_BEFORE)] if self.earlier else chosen

    def _take_in(self, region: Region, kind: str, now: datetime) -> None:
        inspections.add_centers(round=self.round, region=region, kinds=[kind], by=self.admin, now=now)

    def _assign(self, team: tuple[str, ...], townships: list[Region], now: datetime) -> None:
        rows = [
            row
            for township in townships
            for row in Inspection.objects.filter(round=self.round, region__code__startswith=township.prefix)
        ]
        lead, *others = (self.county.people[name] for name in team)
        inspections.assign(inspections=rows, people=others, lead=lead, by=self.admin, now=now)

    def _visit_township(self, team: tuple[str, ...], place: int, regions: list[Region], visits: int) -> int:
        """Visit a township's centers as far as the round has come; returns the team's visits so far."""
        done, begun = (len(regions), 0) if self.earlier else PROGRESS[place]
        for order, region in enumerate(regions):
            if order >= done + begun:
                break
            inspection = self.round.inspections.select_related("center", "edition").get(region=region)
            fills = self.county.people[team[1 + visits % (len(team) - 1)]]
            self._fill(inspection, self._visit(place, inspection), fills, visits, whole=order < done)
            if order < done:
                self._submit(inspection, self.county.people[team[0]], visits)
            visits += 1
        return visits

    def _visit(self, place: int, inspection: Inspection) -> Visit:
        before, now = QUALITY[place % len(QUALITY)]
        # A village is a little off its township, always in the same direction.
        off = 0.16 * fraction(inspection.region_id, "village") - 0.1 if inspection.kind == "village" else 0.0
        quality = min(0.98, (before if self.earlier else now) + off)
        return Visit(inspection.region_id, inspection.kind, quality, None if self.earlier else before + off)

    def _fill(self, inspection: Inspection, visit: Visit, by: User, visits: int, *, whole: bool) -> None:
        items = checklist(inspection.edition_id, inspection.kind)
        found = visit.answers(items)
        if not whole:
            kept = int(len(items.entries) * (BEGUN_SHARE + 0.4 * visit.draw("begun")))
            found = dict(list(found.items())[:kept])
        moment = self.period.visit(visits)
        for part in _by_section(found):
            inspections.save_answers(inspection=inspection, checked=part, by=by, now=moment)
            moment += timedelta(minutes=12)
        self._photograph(inspection, items, short_codes(found), by, moment - timedelta(minutes=5))

    def _photograph(
        self, inspection: Inspection, items: Checklist, codes: list[str], by: User, now: datetime
    ) -> None:
        if self.earlier or inspection.kind == "village":
            return
        for code in [code for code in codes if code in pictures.OF_ITEM][:PHOTOS]:
            body = pictures.photo(pictures.OF_ITEM[code], inspection.region_id)
            inspections.add_photo(
                inspection=inspection, code=code, upload=io.BytesIO(body), size=len(body), by=by, now=now
            )

    def _submit(self, inspection: Inspection, lead: User, visits: int) -> None:
        now = self.period.visit(visits) + timedelta(minutes=80)
        self.submitted.append(actions.submit(inspection=inspection, by=lead, now=now))

    def issue(self, count: int, day: date, say: Say) -> None:
        """Draft and issue the notices of the first `count` inspections that found something."""
        reviewer, signatory = self.county.people["hegao"], self.county.people["qianfa"]
        moment = calendar.at(day, time(15, 0))
        chosen = [row for row in self.submitted if row.findings.exists()][:count]
        for place, inspection in enumerate(chosen, start=1):
            say(_("印发整改通知 %(place)s/%(count)s……"), place=place, count=len(chosen))
            notice = actions.draft_notice(inspection=inspection, by=reviewer, now=moment)
            moment += timedelta(minutes=9)
            actions.issue_document(document=notice, by=signatory, now=moment)


def _by_section(found: dict[Entry, Checked]) -> list[dict[Entry, Checked]]:
    grouped = groupby(found.items(), key=lambda pair: pair[0].section.code)
    return [dict(pairs) for _section, pairs in grouped]
