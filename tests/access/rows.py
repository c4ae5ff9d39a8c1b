"""A county in which something stands in every state: what an address can be about."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.arrivals import Announcement
from inspections.merging import Mutation
from inspections.models import Answer, Conflict, Finding, Inspection, Photo, Round
from organization.actions import begin_session
from organization.models import Role, ServiceCenter, User
from reports import actions as reporting
from reports import tasks
from reports.geojson import Shape
from reports.long_tables import LongTable
from reports.models import IssuingBody, Job, OfficialDocument
from reports.simplifying import Ring
from standards.actions import copy_edition
from standards.models import Edition
from tests.factories import make_user
from tests.repairs import REPLY, publish
from tests.repairs import add_photo as add_evidence
from tests.reports.seals import add_seal
from tests.small_stage import (
    NOW,
    Stage,
    add_photo,
    answer,
    drafted,
    issued,
    jpeg,
    of,
    self_check,
    small_stage,
    submit_by,
)
from tests.stage import make_round, take_in

Row = dict[str, Any]
# What falls short at an inspection: as many findings.
SHORT = {
    "yes": Given(False),
    "choice": Given("not_met"),
    "area": Given("100"),
    "zones": Given(["guide"]),
}


@dataclass
class Place:
    """A county's rows about its first township: the arguments of each kind of address, and its secrets."""

    stage: Stage
    # Two words that nothing outside says: in the names of the township's rows, and in those of the county's.
    word: str = ""
    county_mark: str = ""
    rows: dict[str, Row] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)
    # Keys that a form in order must have, by the address that takes it.
    told: dict[str, Row] = field(default_factory=dict)
    digest: dict[str, str] = field(default_factory=dict)

    @property
    def by(self) -> dict[str, User]:
        return self.stage.cast


def make_rows(*, other: bool) -> Place:
    stage = small_stage(townships=2, other=other)
    place = Place(stage, *(("丁字号", "戊字号") if other else ("甲字号", "乙字号")))
    center = stage.county.center(stage.county.townships[0])
    ServiceCenter.objects.filter(pk=center.pk).update(name=f"{place.word}中心")
    for role, user in stage.cast.items():
        User.objects.filter(pk=user.pk).update(name=f"{place.county_mark}{role}")
    # One calendar for all.
    publish(2026)
    draft = copy_edition(edition=stage.edition, by=stage.cast["administrator"], now=NOW)
    place.rows = {
        "": {},
        "center": {"pk": center.pk},
        "edition": {"code": stage.edition.standard, "edition": stage.edition.edition},
        "edition_table": {"code": stage.edition.standard, "edition": stage.edition.edition, "form": "csv"},
        "draft_edition": {"code": draft.standard, "edition": draft.edition},
        "year": {"year": 2026},
        **_person(place),
        **_under_way(place),
        **_documents(place),
        **_findings(place),
        **_office(place),
    }
    place.rows["rehearsal"] = _rehearsal(place, draft)
    place.rows |= _table(place)
    _boundaries(place)
    own = ("issued", "draft", "checked", "withdrawn", "begun", "submitted", "photo", "kept_photo", "evidence",
           "kept_evidence", "job", "table", "rehearsal", "issuing", "seal")  # fmt: skip
    place.marks = {"center": f"{place.word}中心", "person": f"{place.word}人员"}
    place.marks |= {row: str(place.rows[row]["pk"]) for row in own}
    return place


def _person(place: Place) -> dict[str, Row]:
    region, name = place.stage.county.townships[0], f"{place.word}person"
    person = make_user(name, [(Role.INSPECTOR, region), (Role.REVIEWER, region)], name=f"{place.word}人员")
    view, _created = reporting.save_view(name=place.word, wanted={"state": "open"}, by=person, now=NOW)
    session = begin_session(by=person, session_key=place.word, address=None, agent="")
    return {
        "person": {"pk": person.pk},
        "assignment": {"pk": person.pk, "assignment": person.grants[0].pk},
        "session": {"pk": session.pk},
        "saved_view": {"pk": view.pk},
    }


def _inspection(place: Place, name: str) -> Inspection:
    """The first township's in a round of its own."""
    stage = place.stage
    name = f"{place.county_mark}{name}"
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], name)
    take_in(round, stage.cast, ("township",))
    return of(round)[0]


def _submitted(place: Place, name: str, *, at: Any = NOW) -> Inspection:
    inspection = _inspection(place, name)
    answer(inspection, place.by["inspector"], **SHORT)
    return submit_by(inspection, place.by["lead_inspector"], at)


# ---- inspections under way


def _under_way(place: Place) -> dict[str, Row]:
    begun, complete = _inspection(place, "begun"), _inspection(place, "complete")
    answer(complete, place.by["inspector"])
    answer(begun, place.by["inspector"], choice=None)
    # The lead, who had seen no answer, found another area: the two are in conflict.
    other = Mutation(uuid.uuid4(), "area", 0, None, Given("155"), NOW)
    who = {"by": place.by["lead_inspector"], "now": NOW}
    inspecting.sync(inspection=begun, mutations=[other], cursor=None, device=uuid.uuid4(), **who)
    lost = Conflict.objects.get(inspection=begun)
    seen = Answer.objects.get(inspection=begun, item=lost.item_id).version
    place.told["inspections:conflicts"] = {"item": "area", "event": lost.event_id, "seen": seen}
    photo = add_photo(begun, place.by["inspector"], jpeg())
    waiting = _announced(begun, place.by["inspector"])
    own = self_check(place.stage.county, place.by, place.stage.edition)[0]
    answer(own, place.by["township_staff"], choice=None)
    return {
        "begun": {"pk": begun.pk},
        "complete": {"pk": complete.pk},
        "item": {"pk": begun.pk, "code": "yes"},
        "section": {"pk": begun.pk, "section": "one"},
        "photo": {"pk": photo.pk},
        "arrived": {"pk": begun.pk, "photo": photo.pk},
        "on_the_way": {"pk": begun.pk, "photo": waiting.pk},
        "self_check": {"pk": own.pk},
        "own_item": {"pk": own.pk, "code": "yes"},
    }


def _announced(inspection: Inspection, by: User) -> Photo:
    small = jpeg("navy", (32, 24))
    announced = Announcement(by.pk, uuid.uuid4(), uuid.uuid4(), "choice", None, "0" * 64, 1000, NOW, small)
    return inspecting.announce_photo(inspection=inspection, announced=announced, by=by, now=NOW).photo


# ---- documents


def _documents(place: Place) -> dict[str, Row]:
    done = _inspection(place, "done")
    answer(done, place.by["inspector"], **SHORT)
    kept = add_photo(done, place.by["inspector"], jpeg("red"))
    submit_by(done, place.by["lead_inspector"])
    notice = issued(place.stage, done)
    draft, checked, withdrawn = (_draft(place, name) for name in ("draft", "checked", "withdrawn"))
    reporting.check_document(document=checked, by=place.by["reviewer"], now=NOW)
    signatory = {"by": place.by["signatory"], "now": NOW}
    reporting.issue_document(document=withdrawn, **signatory)
    reporting.withdraw(document=withdrawn, words="印错", **signatory)
    circular = reporting.draft_circular(round=draft.round, by=place.by["reviewer"], now=NOW)
    return {
        "submitted": {"pk": done.pk},
        "kept_photo": {"pk": kept.pk},
        "round": {"pk": done.round_id},
        "region": {"code": done.region_id},
        "county": {"code": place.stage.county.region.code},
        "region_table": {"code": done.region_id, "name": "ranking", "form": "csv"},
        "issued": {"pk": notice.pk},
        "page": {"pk": notice.pk, "number": 1},
        "draft": {"pk": draft.pk},
        "draft_page": {"pk": draft.pk, "number": 1},
        "checked": {"pk": checked.pk},
        "withdrawn": {"pk": withdrawn.pk},
        "circular_draft": {"pk": circular.pk},
        "token": {"token": notice.token},
        **_jobs(place, notice, _draft(place, "waiting")),
    }


def _draft(place: Place, name: str) -> OfficialDocument:
    return drafted(place.stage, _submitted(place, name))


def _rehearsal(place: Place, draft: Edition) -> Row:
    """One that was carried out; its center is the submitted inspection's."""
    stage, submitted = place.stage, place.rows["submitted"]["pk"]
    rehearsal = reporting.start_rehearsal(
        edition=draft, rounds=[Inspection.objects.get(pk=submitted).round], region=stage.county.region,
        by=place.by["administrator"], now=NOW,
    )  # fmt: skip
    tasks.rehearse(str(rehearsal.pk))
    return {"pk": rehearsal.pk, "inspection": submitted}


def _boundaries(place: Place) -> None:
    """The first township's shape, with the county's own words on whose map it is."""
    township = place.stage.county.townships[0]
    square: Ring = ((0, 0), (400, 0), (400, 400), (0, 400), (0, 0))
    shape = Shape(1, township.code, township.name, (square,))
    reporting.load_boundaries(
        region=place.stage.county.region, shapes=[shape], source=f"{place.county_mark}地图",
        by=place.by["administrator"], now=NOW,
    )  # fmt: skip


def _jobs(place: Place, notice: OfficialDocument, waiting: OfficialDocument) -> dict[str, Row]:
    """An export that is done, and documents that wait to be issued together."""
    export = reporting.start_job(
        kind=Job.Kind.EXPORT, round=notice.round, by=place.by["administrator"], now=NOW
    )
    tasks.work(str(export.pk))
    export.refresh_from_db()
    assert export.state == Job.State.DONE
    issuing = reporting.start_job(kind=Job.Kind.ISSUE, round=waiting.round, by=place.by["signatory"], now=NOW)
    return {
        "job": {"pk": export.pk},
        "file": {"pk": export.pk, "number": 1},
        "issuing": {"pk": issuing.pk},
    }


def _table(place: Place) -> dict[str, Row]:
    """A table that the person of the first township asked for as its reviewer, which is done."""
    person = User.objects.get(pk=place.rows["person"]["pk"])
    round = Round.objects.get(pk=place.rows["round"]["pk"])
    job = reporting.start_table(table=LongTable(Job.Kind.LEDGER, person, round), now=NOW)
    tasks.work(str(job.pk))
    assert job.files.get().state == "done"
    return {"table": {"pk": job.pk}, "table_file": {"pk": job.pk, "number": 1}}


# ---- findings on their way


def _findings(place: Place) -> dict[str, Row]:
    """One finding in each state that matters; the township's time is not over, whenever this runs."""
    now, staff = timezone.now(), place.by["township_staff"]
    inspection = _submitted(place, "rectified", at=now)
    inspecting.notify_findings(inspection=inspection, by=place.by["signatory"], now=now)
    inspecting.acknowledge_findings(inspection=inspection, by=staff, now=now)
    to_repair, asked, reported, closed = inspection.findings.order_by("pk")
    kept = _drafted_reply(to_repair, staff)
    request = inspecting.ask_extension(
        finding=asked, until=asked.due_on + timedelta(days=7), reason="设备未到货", by=staff, now=now
    )
    objection = inspecting.object_to(finding=asked, reason="现场有", by=staff, now=now)
    sent = _drafted_reply(reported, staff)
    _drafted_reply(closed, staff)
    for finding in (reported, closed):
        inspecting.report(finding=finding, by=staff, now=now)
    inspecting.review(findings=[closed], move_name="close", words={}, by=place.by["administrator"], now=now)
    return {
        "lesson": {"key": "by-township"},
        "answered": {"pk": inspection.pk},
        "to_repair": {"pk": to_repair.pk},
        "asked": {"pk": asked.pk},
        "reported": {"pk": reported.pk},
        "closed": {"pk": closed.pk},
        "request": {"pk": request.pk},
        "objection": {"pk": objection.pk},
        "overtaken": {"pk": _overtaken(place, now).pk},
        "evidence": {"pk": sent.pk},
        "kept_evidence": {"pk": kept.pk},
    }


def _overtaken(place: Place, now: Any) -> OfficialDocument:
    """An issued notice that a correction has overtaken since."""
    notice = issued(place.stage, _submitted(place, "overtaken"))
    finding = notice.inspection.findings.order_by("pk").first()
    asked = inspecting.object_to(finding=finding, reason="现场有", by=place.by["township_staff"], now=now)
    who = {"by": place.by["administrator"], "now": now}
    reporting.correct_score(request=asked, given=Given(True), words="经核实", **who)
    return notice


def _drafted_reply(finding: Finding, staff: User) -> Any:
    inspecting.save_reply(finding=finding, fields=REPLY, by=staff, now=timezone.now())
    return add_evidence(finding, staff)


# ---- the office that signs


def _office(place: Place) -> dict[str, Row]:
    office = IssuingBody.objects.get(region=place.stage.county.region)
    seal = add_seal(office, place.by["signatory"])
    reporting.set_wording(
        body=office, kind="notice", passages={"closing": f"{place.county_mark}结尾。"},
        by=place.by["reviewer"], now=NOW,
    )  # fmt: skip
    return {
        "office": {"pk": office.pk},
        "wording": {"pk": office.pk, "kind": "notice"},
        "seal": {"pk": seal.pk},
    }
