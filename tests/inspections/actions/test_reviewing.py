"""The county's side: what becomes of reports and requests, and who sets the rules."""

from datetime import date

import pytest

from inspections import actions
from inspections.models import Finding, RectificationPolicy, Request
from organization.models import Role, User
from organization.problems import NotAllowed, Problem
from tests.repairs import in_state, publish
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


def test_request_about_a_closed_finding_is_not_decided(stage: Stage, county: User) -> None:
    finding = in_state(stage, "acknowledged")
    request = objected(finding, stage)
    review(finding, "withdraw", county, "重复")
    with pytest.raises(NotAllowed, match="已经办结"):
        decide(request, county, grant=True)


# ---- rules


def test_rules_are_kept_and_changed(stage: Stage, county: User) -> None:
    for days in (2, 4):
        policy = RectificationPolicy(region=stage.county.region, at_once_days=days)
        actions.set_policy(policy=policy, by=county, now=NOW)
    assert RectificationPolicy.objects.get().at_once_days == 4
