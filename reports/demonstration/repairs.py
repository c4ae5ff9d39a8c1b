"""How the notices of the demonstration county were followed: signed for, repaired, returned, closed."""

import io
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import cache

from django.utils import timezone
from PIL import Image

from inspections import actions as inspections
from inspections.models import Finding, Inspection, Reply
from organization.models import User

from .. import actions
from ..models import OfficialDocument
from . import calendar, pictures
from .visits import fraction

# Of what the earlier round found, so much was never reported, and so much was reported twice.
LEFT = 0.03
RETURNED = 0.08
# Of the notices of the running round so many are signed for; the others still wait.
SIGNED_FOR_NOW = 2
# The first repairs of a notice are shown by photos, the others by a paper.
PHOTOS = 2
PAPER_SIZE = (620, 877)
SCENES = {"site": "steps", "facilities": "hall", "staff": "hall", "matters": "hall"}
OTHER_SCENE = "board"


class Following:
    """The township's staff and the county's administrator at work on notices."""

    def __init__(self, staff: dict[str, User], county: User) -> None:
        """`staff` by the prefix of their township."""
        self.staff, self.county = staff, county

    def finish(self, inspections_of_round: Sequence[Inspection]) -> None:
        """An earlier round: signed for the day after, reported in time, nearly all of it closed."""
        last = None
        for notice in _notices(inspections_of_round):
            day = calendar.workdays_after(timezone.localdate(notice.issued_at), 1)
            staff, findings = self._sign_for(notice, calendar.at(day, time(9, 20)))
            sent = [row for row in findings if _draw(row, "left") >= LEFT]
            self._report(sent, staff, calendar.at(calendar.workdays_after(day, 9), time(10, 5)))
            back = [row for row in sent if _draw(row, "returned") < RETURNED]
            looked_at = calendar.at(calendar.workdays_after(day, 12), time(15, 10))
            self._review(back, "return", "照片看不出整改后的样子，请补充后再报。", looked_at)
            self._report(back, staff, calendar.at(calendar.workdays_after(day, 14), time(9, 40)))
            last = calendar.at(calendar.workdays_after(day, 18), time(16, 0))
            self._review(sent, "close", "经核对照片和材料，同意销号。", last)
        if last:
            for person in (self.county, *self.staff.values()):
                inspections.read_messages(by=person, now=last + timedelta(days=1))

    def begin(self, inspections_of_round: Sequence[Inspection]) -> None:
        """The running round, whose notices went out an hour or two before: one of each kind of step."""
        for notice in _notices(inspections_of_round)[:SIGNED_FOR_NOW]:
            at = calendar.at(timezone.localdate(notice.issued_at), time(16, 5))
            staff, findings = self._sign_for(notice, at)
            dated = [row for row in findings if row.due_on]
            self._report(dated[:3], staff, at + timedelta(minutes=20))
            self._review(dated[:1], "close", "现场照片清楚，同意销号。", at + timedelta(minutes=50))
            back = "照片只拍到局部，请补一张能看清全貌的。"
            self._review(dated[1:2], "return", back, at + timedelta(minutes=52))
            for row in dated[3:4]:
                inspections.save_reply(
                    finding=row,
                    fields=_reply(row, staff, at, result=Reply.Result.PARTLY),
                    by=staff,
                    now=at + timedelta(minutes=30),
                )
            for row in dated[4:5]:
                assert row.due_on
                inspections.ask_extension(
                    finding=row,
                    until=calendar.workdays_after(row.due_on, 10),
                    reason="采购程序已经走完，到货和安装要到下月初。",
                    by=staff,
                    now=at + timedelta(minutes=33),
                )
            for row in dated[5:6]:
                inspections.object_to(
                    finding=row,
                    reason="检查后重新核对了台账，统计口径与检查时不同，请复核。",
                    by=staff,
                    now=at + timedelta(minutes=36),
                )

    def _sign_for(self, notice: OfficialDocument, at: datetime) -> tuple[User, list[Finding]]:
        staff = next(who for prefix, who in self.staff.items() if notice.region_id.startswith(prefix))
        actions.acknowledge(document=notice, person=staff.name, by=staff, now=at)
        found = notice.inspection.findings.select_related("item").order_by("-lost", "pk")
        return staff, list(found)

    def _report(self, findings: Sequence[Finding], staff: User, at: datetime) -> None:
        for place, finding in enumerate(findings):
            now = at + timedelta(minutes=place)
            body, name = _evidence(finding, photo=place < PHOTOS)
            inspections.save_reply(finding=finding, fields=_reply(finding, staff, at), by=staff, now=now)
            inspections.add_evidence(
                finding=finding, upload=io.BytesIO(body), name=name, size=len(body), by=staff, now=now
            )
            inspections.report(finding=finding, by=staff, now=now)

    def _review(self, findings: Sequence[Finding], move: str, words: str, at: datetime) -> None:
        said = {row.pk: words for row in findings}
        inspections.review(findings=findings, move_name=move, words=said, by=self.county, now=at)


def _notices(rows: Sequence[Inspection]) -> list[OfficialDocument]:
    found = OfficialDocument.objects.issued().demands().filter(inspection__in=rows)
    return list(found.select_related("inspection", "body").order_by("issued_at"))


def _reply(finding: Finding, staff: User, at: datetime, result: str = Reply.Result.DONE) -> dict[str, object]:
    done = result == Reply.Result.DONE
    return {
        "measure": f"已按要求整改：{finding.requirement}" if done else "已落实经费和责任人，正在办理。",
        "responsible": staff.name,
        "result": result,
        "done_on": timezone.localdate(at) if done else None,
        "plan": "" if done else "已完成一半，余下的计划在期限内完成。",
    }


def _evidence(finding: Finding, *, photo: bool) -> tuple[bytes, str]:
    code = finding.item.code
    scene = pictures.OF_ITEM.get(code) or SCENES.get(code.partition(".")[0], OTHER_SCENE)
    if photo:
        return pictures.photo(scene, f"{finding.pk} after"), "整改后.jpg"
    return _paper(scene), "整改情况说明.pdf"


@cache
def _paper(scene: str) -> bytes:
    """A paper with a picture on it, the same for all that are photographed alike: loading stays short."""
    sheet = Image.new("RGB", PAPER_SIZE, "white")
    picture = Image.open(io.BytesIO(pictures.photo(scene, "paper")))
    sheet.paste(picture.resize((500, 375)), (60, 90))
    out = io.BytesIO()
    sheet.save(out, "PDF")
    return out.getvalue()


def _draw(finding: Finding, what: str) -> float:
    return fraction(finding.region_id, finding.item.code, what)
