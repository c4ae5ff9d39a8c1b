"""The township's side: replies, evidence, extensions and objections."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import Error, transaction

from inspections import actions
from inspections.models import Evidence, Finding, Reply, Request
from organization.models import Role, User
from organization.problems import NotAllowed, Problem
from tests.factories import make_user
from tests.repairs import REPLY, add_photo, in_state, publish
from tests.small_stage import NOW, Stage, jpeg, later

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def staff(stage: Stage) -> User:
    return stage.cast["township_staff"]


def add(finding: Finding, by: User, body: bytes, name: str = "说明.pdf") -> Evidence:
    return actions.add_evidence(
        finding=finding, upload=io.BytesIO(body), name=name, size=len(body), by=by, now=NOW
    )


# ---- replies


def test_first_draft_begins_the_repair_and_later_ones_replace_it(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "acknowledged")
    actions.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
    actions.save_reply(finding=finding, fields=REPLY | {"measure": "换了做法"}, by=staff, now=NOW)
    finding.refresh_from_db()
    assert finding.state == "in_repair"
    assert finding.replies.get().measure == "换了做法"
    assert [event.move for event in finding.events.all()] == ["notify", "acknowledge", "begin"]


def test_report_takes_the_draft_with_its_evidence(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "in_repair")
    kept = [add_photo(finding, staff), add(finding, staff, PDF)]
    gone = add_photo(finding, staff, jpeg("red"))
    actions.remove_evidence(evidence=gone, by=staff, now=NOW)
    reply = actions.report(finding=finding, by=staff, now=NOW)
    assert set(reply.evidence.all()) == set(kept)
    finding.refresh_from_db()
    assert (finding.state, reply.reported_by, reply.reported_at) == ("reported", staff, NOW)


def test_report_without_a_draft_is_refused(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "acknowledged")
    with pytest.raises(Problem, match="先填写"):
        actions.report(finding=finding, by=staff, now=NOW)


@pytest.mark.parametrize(
    "missing",
    [
        {"measure": ""},
        {"responsible": ""},
        {"result": ""},
        {"done_on": None},
        {"result": "partly", "plan": ""},
    ],
)
def test_half_a_draft_is_kept_and_its_report_refused(
    stage: Stage, staff: User, missing: dict[str, Any]
) -> None:
    finding = in_state(stage, "in_repair")
    add_photo(finding, staff)
    actions.save_reply(finding=finding, fields=REPLY | missing, by=staff, now=NOW)
    with pytest.raises(Problem, match="先填写"):
        actions.report(finding=finding, by=staff, now=NOW)
    actions.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
    actions.report(finding=finding, by=staff, now=NOW)
    assert finding.replies.get().reported_by == staff


def test_done_without_evidence_is_refused_and_not_done_is_not(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "in_repair")
    with pytest.raises(Problem, match="至少附"):
        actions.report(finding=finding, by=staff, now=NOW)
    assert Finding.objects.get(pk=finding.pk).state == "in_repair"
    fields = REPLY | {"result": "not_done", "done_on": None, "plan": "经费下月到位"}
    actions.save_reply(finding=finding, fields=fields, by=staff, now=NOW)
    actions.report(finding=finding, by=staff, now=NOW)


def test_reply_after_a_return_is_a_new_one_and_the_old_stays(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "reported")
    actions.review(
        findings=[finding], move_name="return", words={finding.pk: "照片不清楚"},
        by=stage.cast["administrator"], now=NOW,
    )  # fmt: skip
    actions.save_reply(finding=finding, fields=REPLY | {"measure": "重新拍照"}, by=staff, now=NOW)
    assert [reply.measure for reply in finding.replies.all()] == ["已购置并安装", "重新拍照"]
    assert finding.replies.first().evidence.count() == 1


@pytest.mark.parametrize(
    "fields", [{"result": "done", "done_on": None}, {"result": "partly", "done_on": None}]
)
def test_report_that_says_neither_when_nor_why_is_refused_by_the_database(
    stage: Stage, staff: User, fields: dict[str, Any]
) -> None:
    finding = in_state(stage, "in_repair")
    draft = Reply.objects.filter(finding=finding)
    draft.update(**fields)
    with pytest.raises(Error), transaction.atomic():
        draft.update(reported_by=staff, reported_at=NOW)


def test_what_was_reported_is_never_changed(stage: Stage) -> None:
    finding = in_state(stage, "reported")
    for change in (
        lambda: Reply.objects.filter(finding=finding).update(measure="别的"),
        lambda: Evidence.objects.filter(finding=finding).update(name="别的"),
        Evidence.objects.filter(finding=finding).delete,
        Reply.objects.filter(finding=finding).delete,
    ):
        with pytest.raises(Error), transaction.atomic():
            change()


# ---- evidence


def test_same_bytes_sent_twice_are_kept_once(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "acknowledged")
    assert add_photo(finding, staff) == add_photo(finding, staff)
    assert add(finding, staff, PDF) == add(finding, staff, PDF)
    finding.refresh_from_db()
    assert finding.state == "in_repair"


def test_photo_is_made_anew_and_a_paper_stays_as_it_is(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "in_repair")
    photo, paper = add_photo(finding, staff), add(finding, staff, PDF, "../说明\x07.pdf")
    assert (photo.kind, paper.kind, paper.name) == ("photo", "file", "说明.pdf")
    assert photo.sha256 != photo.received_sha256
    assert paper.file.read() == PDF
    assert paper.file.name.endswith(".pdf")
    assert photo.thumbnail


@pytest.mark.parametrize("body", [b"", b"<svg onload='x'/>", b"MZ\x90", b"PK\x03\x04broken"])
def test_other_files_are_refused(stage: Stage, staff: User, body: bytes) -> None:
    finding = in_state(stage, "in_repair")
    with pytest.raises(Problem, match="换一种格式"):
        add(finding, staff, body, "x.pdf")
    assert not finding.evidence.exists()


def test_evidence_that_was_reported_cannot_be_removed(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "reported")
    evidence = finding.evidence.get()
    county = stage.cast["administrator"]
    words = {finding.pk: "再补"}
    actions.review(findings=[finding], move_name="return", words=words, by=county, now=NOW)
    with pytest.raises(Problem, match="已经报送"):
        actions.remove_evidence(evidence=evidence, by=staff, now=NOW)


# ---- what it asks for


def ask(finding: Finding, by: User, until: date = date(2026, 12, 31), days: int = 0) -> Request:
    return actions.ask_extension(finding=finding, until=until, reason="设备未到货", by=by, now=later(days))


def test_extension_is_asked_before_the_day_is_over(stage: Stage, staff: User) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    assert finding.due_on == date(2026, 12, 11)
    with pytest.raises(NotAllowed, match="已过"):
        ask(finding, staff, days=22)
    request = ask(finding, staff, days=21)
    assert (request.until, request.state) == (date(2026, 12, 31), "asked")
    assert finding.events.last().move == "extension"


def test_extension_must_be_later_and_is_asked_once(stage: Stage, staff: User) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    with pytest.raises(Problem, match="2026年12月11日"):
        ask(finding, staff, until=date(2026, 12, 11))
    ask(finding, staff)
    with pytest.raises(Problem, match="不用再提"):
        ask(finding, staff)
    assert finding.requests.count() == 1


def test_objection_is_raised_before_acknowledging_too(stage: Stage, staff: User) -> None:
    finding = in_state(stage, "notified")
    request = actions.object_to(finding=finding, reason="现场有该设施", by=staff, now=NOW)
    assert (request.kind, request.until) == ("objection", None)
    with pytest.raises(Problem, match="不用再提"):
        actions.object_to(finding=finding, reason="再说一次", by=staff, now=NOW)


# ---- who may


def outsiders(stage: Stage, other: Stage) -> list[User]:
    second = stage.county.townships[1]
    return [
        make_user("next-door", [(Role.TOWNSHIP_STAFF, second)]),
        other.cast["township_staff"],
        *(user for role, user in stage.cast.items() if role != Role.TOWNSHIP_STAFF),
    ]


def test_nobody_else_acts_for_the_township(stage: Stage, other: Stage) -> None:
    finding = in_state(stage, "in_repair")
    acts = (
        lambda by: actions.save_reply(finding=finding, fields=REPLY, by=by, now=NOW),
        lambda by: add_photo(finding, by),
        lambda by: actions.report(finding=finding, by=by, now=NOW),
        lambda by: ask(finding, by),
        lambda by: actions.object_to(finding=finding, reason="理由", by=by, now=NOW),
    )
    for person in outsiders(stage, other):
        for act in acts:
            with pytest.raises(NotAllowed):
                act(person)
    assert not Request.objects.exists()


@pytest.mark.parametrize("state", ["notified", "reported", "to_reinspect", "closed", "withdrawn"])
def test_township_acts_only_while_the_finding_is_with_it(stage: Stage, staff: User, state: str) -> None:
    finding = in_state(stage, state)
    with pytest.raises(NotAllowed):
        actions.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
    with pytest.raises(NotAllowed):
        ask(finding, staff)
    assert finding.due_on is None or finding.due_on > NOW.date() + timedelta(days=1)
