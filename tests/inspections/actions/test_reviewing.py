"""The county's side: what becomes of reports and requests, and who sets the rules."""

from datetime import date

import pytest

from inspections import actions
from inspections.message_words import worded
from inspections.models import Finding, Message, RectificationPolicy, Request
from organization.models import Role, User
from organization.problems import NotAllowed, Problem
from tests.repairs import REPLY, add_photo, in_state, publish
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(stage: Stage) -> User:
    return stage.cast["administrator"]


def review(finding: Finding, name: str, by: User, words: str = "") -> int:
    return actions.review(
        findings=[finding], move_name=name, words={finding.pk: words} if words else {}, by=by, now=NOW
    )


@pytest.mark.parametrize(
    ("state", "move", "to"),
    [
        ("reported", "close", "closed"),
        ("reported", "return", "in_repair"),
        ("reported", "reinspect", "to_reinspect"),
        ("to_reinspect", "close", "closed"),
        ("to_reinspect", "return", "in_repair"),
        ("closed", "reopen", "in_repair"),
        ("acknowledged", "withdraw", "withdrawn"),
    ],
)
def test_county_moves_a_finding(stage: Stage, county: User, state: str, move: str, to: str) -> None:
    finding = in_state(stage, state)
    assert review(finding, move, county, "理由") == 1
    finding.refresh_from_db()
    assert (finding.state, finding.events.last().words) == (to, "理由")
    assert (finding.closed_at is not None) is (to == "closed")


@pytest.mark.parametrize("move", ["return", "withdraw"])
def test_move_that_needs_a_reason_is_refused_without(stage: Stage, county: User, move: str) -> None:
    finding = in_state(stage, "reported")
    with pytest.raises(Problem, match="请写明理由"):
        review(finding, move, county, "   ")
    assert Finding.objects.get(pk=finding.pk).state == "reported"


def test_several_are_closed_together_or_none(stage: Stage, county: User) -> None:
    ready = in_state(stage, "reported")
    second = in_state(stage, "found", place=1)
    with pytest.raises(Problem, match="待通知"):
        actions.review(findings=[ready, second], move_name="close", words={}, by=county, now=NOW)
    assert Finding.objects.get(pk=ready.pk).state == "reported"


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMINISTRATOR])
def test_nobody_else_reviews_decides_or_sets_rules(stage: Stage, role: str) -> None:
    finding, person = in_state(stage, "acknowledged"), stage.cast[role]
    request = objected(finding, stage)
    policy = RectificationPolicy(region=stage.county.region)
    for act in (
        lambda: review(finding, "withdraw", person, "理由"),
        lambda: actions.decide_request(request=request, grant=True, words="", by=person, now=NOW),
        lambda: actions.set_policy(policy=policy, by=person, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_neighboring_county_decides_nothing(stage: Stage, other: Stage) -> None:
    finding = in_state(stage, "reported")
    with pytest.raises(NotAllowed):
        review(finding, "close", other.cast["administrator"])


# ---- requests


def objected(finding: Finding, stage: Stage) -> Request:
    return actions.object_to(finding=finding, reason="现场有", by=stage.cast["township_staff"], now=NOW)


def extension(finding: Finding, stage: Stage, until: date) -> Request:
    return actions.ask_extension(
        finding=finding, until=until, reason="未到货", by=stage.cast["township_staff"], now=NOW
    )


def reported(finding: Finding, stage: Stage) -> None:
    staff = stage.cast["township_staff"]
    actions.save_reply(finding=finding, fields=REPLY, by=staff, now=NOW)
    add_photo(finding, staff)
    actions.report(finding=finding, by=staff, now=NOW)


def decide(request: Request, by: User, *, grant: bool, words: str = "") -> Request:
    return actions.decide_request(request=request, grant=grant, words=words, by=by, now=NOW)


def test_granted_extension_moves_the_day_to_a_working_day(stage: Stage, county: User) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    decide(extension(finding, stage, date(2026, 12, 26)), county, grant=True)
    finding.refresh_from_db()
    assert (finding.due_on, finding.due_is_provisional) == (date(2026, 12, 28), False)
    assert finding.events.last().detail["due_on"] == ["2026-12-11", "2026-12-28"]


def test_extension_survives_a_calendar_counted_anew(stage: Stage, county: User) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    decide(extension(finding, stage, date(2027, 1, 5)), county, grant=True)
    finding.refresh_from_db()
    assert (finding.due_on, finding.due_is_provisional) == (date(2027, 1, 5), True)
    publish(2027)
    finding.refresh_from_db()
    assert (finding.due_on, finding.due_is_provisional) == (date(2027, 1, 5), False)


def test_refusal_needs_words_and_changes_nothing_else(stage: Stage, county: User) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    request = extension(finding, stage, date(2026, 12, 26))
    with pytest.raises(Problem, match="写明理由"):
        decide(request, county, grant=False)
    assert decide(request, county, grant=False, words="请先采购").state == "refused"
    finding.refresh_from_db()
    assert finding.due_on == date(2026, 12, 11)
    # Asked again, it can be decided anew; the first answer stands.
    decide(extension(finding, stage, date(2026, 12, 25)), county, grant=True)
    assert [row.state for row in finding.requests.all()] == ["refused", "granted"]


def test_objection_is_upheld_where_the_score_is_corrected_only(stage: Stage, county: User) -> None:
    finding = in_state(stage, "notified")
    with pytest.raises(Problem, match="更正得分"):
        decide(objected(finding, stage), county, grant=True, words="核实确有")
    finding.refresh_from_db()
    assert (finding.state, finding.requests.get().state) == ("notified", "asked")


def test_request_is_decided_once(stage: Stage, county: User) -> None:
    request = objected(in_state(stage, "acknowledged"), stage)
    decide(request, county, grant=False, words="不成立")
    with pytest.raises(NotAllowed, match="已经答复"):
        decide(request, county, grant=True)


@pytest.mark.parametrize("ending", ["close", "withdraw"])
def test_extension_that_waits_lapses_with_its_finding(stage: Stage, county: User, ending: str) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    request = extension(finding, stage, date(2026, 12, 26))
    reported(finding, stage)
    review(finding, ending, county, "理由")
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.decided_at) == ("lapsed", county, NOW)
    assert [event.move for event in finding.events.all()][-2:] == [ending, "lapse"]
    told = Message.objects.get(kind="lapsed")
    assert (told.person, told.url) == (stage.cast["township_staff"], f"/findings/{finding.pk}/")
    assert "延期申请不再答复" in worded(told).words
    with pytest.raises(NotAllowed, match="失效"):
        decide(request, county, grant=True)


def test_extension_can_be_asked_anew_once_the_finding_is_opened_again(stage: Stage, county: User) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    extension(finding, stage, date(2026, 12, 26))
    reported(finding, stage)
    review(finding, "close", county)
    review(finding, "reopen", county, "又坏了")
    decide(extension(finding, stage, date(2026, 12, 25)), county, grant=True)
    assert [row.state for row in finding.requests.all()] == ["lapsed", "granted"]


def test_what_was_answered_does_not_lapse(stage: Stage, county: User) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    decide(extension(finding, stage, date(2026, 12, 26)), county, grant=True)
    review(finding, "withdraw", county, "重复")
    assert finding.requests.get().state == "granted"
    assert not Message.objects.filter(kind="lapsed").exists()


@pytest.mark.parametrize("ending", ["close", "withdraw"])
def test_objection_outlasts_its_finding(stage: Stage, county: User, ending: str) -> None:
    finding = in_state(stage, "acknowledged")
    request = objected(finding, stage)
    reported(finding, stage)
    review(finding, ending, county, "理由")
    assert Request.objects.to_decide_by(county).get() == request
    assert decide(request, county, grant=False, words="现场没有").state == "refused"
    finding.refresh_from_db()
    assert finding.state == {"close": "closed", "withdraw": "withdrawn"}[ending]


# ---- rules


def test_rules_are_kept_and_changed(stage: Stage, county: User) -> None:
    for days in (2, 4):
        policy = RectificationPolicy(region=stage.county.region, at_once_days=days)
        actions.set_policy(policy=policy, by=county, now=NOW)
    assert RectificationPolicy.objects.get().at_once_days == 4
