"""A score as a ledger: what an upheld objection appends, what follows from it, and what stays."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.checklist import checklist
from inspections.models import Answer, Correction, Finding, Inspection, Message, Request, Round
from inspections.querysets import FindingQuerySet
from organization.models import AuditEntry, Region, Role, ServiceCenter, User
from organization.problems import NotAllowed, Problem
from reports import actions, overview, scoring
from reports.gathering import round_facts
from reports.models import OfficialDocument
from standards.answers import parse_answer
from standards.faults import Faults
from tests.repairs import REPLY, add_photo
from tests.small_stage import NOW, Stage, issued, later, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开"), "area": Given("75"), "zones": Given(["guide"])}


def notified(stage: Stage, place: int = 0, **bad: Given) -> Inspection:
    """A submitted inspection of which the township has been told."""
    inspection = submitted(stage, place, **(bad or SHORT))
    inspecting.notify_findings(inspection=inspection, by=None, now=NOW)
    return inspection


def objected(stage: Stage, inspection: Inspection, code: str = "yes") -> Request:
    finding = inspection.findings.get(item__code=code)
    return inspecting.object_to(finding=finding, reason="现场有", by=stage.cast["township_staff"], now=NOW)


def correct(stage: Stage, asked: Request, given: Given, words: str = "经核实", **more: Any) -> Correction:
    who = {"by": stage.cast["administrator"], "now": later(1)} | more
    return actions.correct_score(request=asked, given=given, words=words, **who)


def test_upheld_objection_appends_a_line_and_the_score_follows(stage: Stage) -> None:
    """Of 24 points 4 + 2 + 2 2/3 are lost; those 4 come back."""
    inspection = notified(stage)
    first, first_score = inspection.snapshot, inspection.score
    line = correct(stage, objected(stage, inspection), Given(True))
    inspection.refresh_from_db()
    assert (first_score, inspection.score) == (Decimal("63.8900"), Decimal("80.5600"))
    assert (line.score_before, line.score_after) == (Decimal("63.8900"), Decimal("80.5600"))
    assert (line.lost_before, line.lost_after) == (Decimal("4.0000"), Decimal("0.0000"))
    assert (line.before["answer"], line.after["answer"]) == ("不合格", "合格")
    assert (line.grade_before, line.grade_after, inspection.grade) == ("合格", "良好", "良好")
    assert (line.reason, line.by, line.at) == ("经核实", stage.cast["administrator"], later(1))
    # What was submitted stays.
    assert inspection.snapshot == first
    assert Answer.objects.get(inspection=inspection, item__code="yes").value is False
    assert inspection.content["score"] == "80.56"
    assert inspection.content["submitted_by"] == first["submitted_by"]


def test_corrected_content_keeps_the_names_that_were_frozen(stage: Stage) -> None:
    inspection = notified(stage)
    first = inspection.snapshot
    ServiceCenter.objects.update(name="新名称")
    Region.objects.update(name="新地名")
    Round.objects.update(name="新轮次")
    User.objects.update(name="新姓名")
    for place, (code, given) in enumerate((("yes", Given(True)), ("area", Given("160")))):
        User.objects.filter(username="administrator").update(name=f"更正人{place}")
        stage.cast["administrator"].refresh_from_db()
        correct(stage, objected(stage, Inspection.objects.get(pk=inspection.pk), code), given)
    content = Inspection.objects.get(pk=inspection.pk).content
    for name in ("center", "round", "inspectors", "submitted_by", "submitted_at", "inspected_on"):
        assert content[name] == first[name], name
    by = {item["code"]: item["by"] for item in content["items"]}
    before = {item["code"]: item["by"] for item in first["items"]}
    assert by == before | {"yes": "更正人0", "area": "更正人1"}


def test_score_is_that_of_answers_and_ledger(stage: Stage) -> None:
    """Line after line, the score is what the pure scoring makes of the answers with all corrections."""
    inspection = notified(stage)
    for code, given in (("yes", Given(True)), ("zones", Given(["guide", "wait"])), ("area", Given("140"))):
        correct(stage, objected(stage, inspection, code), given)
        inspection.refresh_from_db()
        items = checklist(inspection.edition_id, inspection.kind)
        answers = inspecting.answers_as_corrected(inspection, items)
        typed = {
            entry.item.code: parse_answer(entry.item, items.kind, {"value": answers[entry.item.code].value})
            for entry in items.entries
        }
        result = scoring.score(items.standard, items.kind, typed)
        assert (inspection.score, inspection.grade) == (result.score, result.grade)
        assert inspection.content["items"] == [
            {**held, "lost": f"{item.lost:f}", "status": item.status}
            for held, item in zip(inspection.content["items"], result.items, strict=True)
        ]
    lines = list(inspection.corrections.all())
    assert [line.score_before for line in lines][1:] == [line.score_after for line in lines][:-1]


def test_finding_is_withdrawn_or_says_what_is_still_wanting(stage: Stage) -> None:
    inspection = notified(stage)
    correct(stage, objected(stage, inspection), Given(True))
    correct(stage, objected(stage, inspection, "zones"), Given(["guide", "wait"]))
    whole, partly = (inspection.findings.get(item__code=code) for code in ("yes", "zones"))
    assert (whole.state, whole.lost) == ("withdrawn", 0)
    assert whole.events.last().detail["score"] == ["63.8900", "80.56"]
    assert (partly.state, partly.lost) == ("notified", Decimal("1.3300"))
    assert partly.events.last().move == "correct"


@pytest.mark.parametrize("ending", ["closed", "withdrawn"])
def test_objection_is_upheld_when_its_finding_is_done_with(stage: Stage, ending: str) -> None:
    """What was never wanting counts as found no longer, also where it was put right; nothing is opened."""
    inspection = notified(stage)
    asked = [objected(stage, inspection, code) for code in ("yes", "zones")]
    for row in asked:
        finish(stage, row.finding, ending)
    correct(stage, asked[0], Given(True))
    correct(stage, asked[1], Given(["guide", "wait"]))
    inspection.refresh_from_db()
    assert inspection.score > Decimal("80.5600")
    whole, partly = (inspection.findings.get(item__code=code) for code in ("yes", "zones"))
    assert (whole.state, whole.lost, whole.closed_at) == ("withdrawn", 0, None)
    assert (whole.events.last().move, whole.events.last().before) == ("uphold", ending)
    assert (partly.state, partly.lost, partly.events.last().move) == (ending, Decimal("1.3300"), "correct")
    assert (partly.closed_at is not None) is (ending == "closed")


def finish(stage: Stage, finding: Finding, state: str) -> None:
    staff, by = stage.cast["township_staff"], stage.cast["administrator"]
    move, words = "withdraw", {finding.pk: "不再要求"}
    if state == "closed":
        inspecting.acknowledge_findings(inspection=finding.inspection, by=staff, now=NOW)
        finding.refresh_from_db()
        inspecting.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
        add_photo(finding, staff)
        inspecting.report(finding=finding, by=staff, now=NOW)
        move = "close"
    inspecting.review(findings=[finding], move_name=move, words=words, by=by, now=NOW)


def test_rankings_and_circulars_go_by_the_corrected_score(stage: Stage) -> None:
    inspection = notified(stage)
    submitted(stage, 1, yes=Given(False), area=Given("140"))
    admin = stage.cast["administrator"]
    townships = [one.code for one in stage.county.townships]
    assert [row.region.code for row in overview.standings(admin, stage.round)] == townships[1::-1]
    for code, given in (("yes", Given(True)), ("area", Given("160"))):
        correct(stage, objected(stage, inspection, code), given)
    ranked = overview.standings(admin, stage.round)
    assert (ranked[0].region.code, ranked[0].average) == (townships[0], Decimal("88.89"))
    facts = round_facts(stage.round)
    best = facts.townships[0]
    assert (best.average, best.findings) == (Decimal("88.89"), 1)


@pytest.mark.parametrize(
    ("given", "words", "said"),
    [
        (Given(), "经核实", "请填写更正后"),
        (Given("75"), "经核实", "一样"),
        (Given("60"), "经核实", "不能比原来多"),
        (Given("160"), "  ", "写明更正的理由"),
    ],
)
def test_what_corrects_nothing_is_refused(stage: Stage, given: Given, words: str, said: str) -> None:
    asked = objected(stage, notified(stage), "area")
    with pytest.raises(Problem, match=said):
        correct(stage, asked, given, words)
    assert not Correction.objects.exists()
    assert Request.objects.get().state == "asked"


def test_answer_that_does_not_fit_its_item_is_refused(stage: Stage) -> None:
    asked = objected(stage, notified(stage), "area")
    with pytest.raises(Faults):
        correct(stage, asked, Given("很大"))
    assert not Correction.objects.exists()


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_nobody_else_corrects(stage: Stage, role: str) -> None:
    asked = objected(stage, notified(stage))
    with pytest.raises(NotAllowed):
        correct(stage, asked, Given(True), by=stage.cast[role])


def test_neighbors_correct_nothing_and_extensions_correct_no_score(stage: Stage, other: Stage) -> None:
    inspection = notified(stage)
    asked = objected(stage, inspection)
    with pytest.raises(NotAllowed):
        correct(stage, asked, Given(True), by=other.cast["administrator"])
    asked.kind = Request.Kind.OBJECTION
    correct(stage, asked, Given(True))
    with pytest.raises(NotAllowed, match="已经答复"):
        correct(stage, asked, Given(na=True, reason="没有"))
    assert Correction.objects.count() == 1


def test_township_is_told_once_and_the_trail_names_the_scores(stage: Stage) -> None:
    inspection = notified(stage)
    correct(stage, objected(stage, inspection), Given(True))
    told = Message.objects.get(person=stage.cast["township_staff"], kind="corrected")
    assert told.url == f"/inspections/{inspection.pk}/score/"
    assert told.detail | {"center": ""} == {"center": "", "before": "63.89", "after": "80.56"}
    entry = AuditEntry.objects.get(action="score.correct")
    assert (entry.detail["score"], entry.detail["reason"]) == (["63.89", "80.56"], "经核实")


# ---- what the database itself refuses


def refused(act: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        act()


def test_score_changes_with_a_line_in_the_ledger_only(stage: Stage) -> None:
    inspection = notified(stage)
    mine = Inspection.objects.filter(pk=inspection.pk)
    refused(lambda: mine.update(score=99))
    refused(lambda: mine.update(corrected={}))
    correct(stage, objected(stage, inspection), Given(True))
    refused(lambda: mine.update(score=inspection.score))
    refused(lambda: mine.update(snapshot={}))
    for act in (
        lambda: Correction.objects.update(lost_after=1),
        lambda: Correction.objects.all().delete(),
        lambda: Finding.objects.filter(item__code="area").update(lost=0),
        lambda: Finding.objects.filter(item__code="area").update(finding="没有问题"),
    ):
        refused(act)


# ---- documents that a correction has overtaken


def test_issued_document_is_replaced_by_one_that_names_it(stage: Stage, quick_pdf: Any) -> None:
    inspection = submitted(stage, **SHORT)
    old = issued(stage, inspection)
    who = {"by": stage.cast["administrator"], "now": later(2)}
    assert not OfficialDocument.objects.outdated().exists()
    with pytest.raises(NotAllowed, match="没有更正过"):
        actions.supersede_document(document=old, **who)
    correct(stage, objected(stage, inspection), Given(True))
    assert list(OfficialDocument.objects.outdated()) == [old]
    new = actions.supersede_document(document=old, **who)
    assert actions.supersede_document(document=old, **who) == new
    new = actions.issue_document(document=new, by=stage.cast["signatory"], now=later(3))
    old.refresh_from_db()
    assert (old.state, new.replaces, new.state) == ("withdrawn", old, "issued")
    assert not OfficialDocument.objects.outdated().exists()
    said = str(new.document)
    assert "80.56" in said
    assert "yes不符合要求" not in said
    assert old.number_text in said
    standing: FindingQuerySet = Finding.objects.standing()
    assert {row.state for row in standing} == {"notified"}


def test_notice_with_nothing_left_to_demand_is_not_replaced(stage: Stage, quick_pdf: Any) -> None:
    """It stays in force until somebody withdraws it: there is nothing that could take its place."""
    inspection = submitted(stage, yes=Given(False))
    old = issued(stage, inspection)
    correct(stage, objected(stage, inspection), Given(True))
    with pytest.raises(Problem, match="没有"):
        actions.supersede_document(document=old, by=stage.cast["administrator"], now=later(2))
    assert OfficialDocument.objects.get().state == "issued"
    withdrawn = actions.withdraw(
        document=old, words="更正后没有问题", by=stage.cast["signatory"], now=later(2)
    )
    assert withdrawn.state == "withdrawn"
    assert not OfficialDocument.objects.outdated().exists()


def test_signed_document_is_read_again_after_a_correction(stage: Stage, quick_pdf: Any) -> None:
    inspection = notified(stage)
    drafted = actions.draft_notice(inspection=inspection, by=stage.cast["administrator"], now=NOW)
    actions.check_document(document=drafted, by=stage.cast["reviewer"], now=NOW)
    actions.sign_document(document=drafted, by=stage.cast["signatory"], now=NOW)
    correct(stage, objected(stage, inspection), Given(True))
    drafted.refresh_from_db()
    assert drafted.state == "draft"
    assert drafted.events.last().words == "检查得分已更正，请重新核稿。"


def test_neighbors_and_signatories_supersede_nothing(stage: Stage, other: Stage, quick_pdf: Any) -> None:
    inspection = submitted(stage, **SHORT)
    old = issued(stage, inspection)
    correct(stage, objected(stage, inspection), Given(True))
    for person in (
        other.cast["administrator"],
        stage.cast["signatory"],
        stage.cast["reviewer"],
        stage.cast["township_staff"],
    ):
        with pytest.raises(NotAllowed):
            actions.supersede_document(document=old, by=person, now=later(2))
    assert OfficialDocument.objects.get().state == "issued"
