"""What became of findings: the last report that was sent and the verdict on it."""

from typing import Any

import pytest

from inspections import actions
from inspections.models import Finding
from reports.follow_up import FollowUp, follow_up
from tests.repairs import REPLY, in_state
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db


def of(finding: Finding) -> FollowUp:
    return follow_up([finding])[finding.pk]


@pytest.mark.parametrize("state", ["found", "notified", "acknowledged", "in_repair", "withdrawn"])
def test_nothing_is_told_of_what_was_not_reported(stage: Stage, state: str) -> None:
    assert of(in_state(stage, state)) == FollowUp()


def test_report_that_waits_has_no_verdict(stage: Stage) -> None:
    told = of(in_state(stage, "reported"))
    assert (told.person, told.measure, told.result) == ("王强", "已购置并安装", "已完成")
    assert (told.done_on, told.verdict, told.reviewed_on) == (REPLY["done_on"], "", None)


@pytest.mark.parametrize(("state", "verdict"), [("to_reinspect", "待现场复查"), ("closed", "合格，已销号")])
def test_verdict_names_who_and_when(stage: Stage, state: str, verdict: str) -> None:
    told = of(in_state(stage, state))
    assert (told.verdict, told.reviewer) == (verdict, stage.cast["administrator"].name)
    assert told.reviewed_on == NOW.date()
    assert told.closed_on == (NOW.date() if state == "closed" else None)


def test_verdict_that_was_taken_back_is_no_longer_told(stage: Stage) -> None:
    finding = in_state(stage, "closed")
    by = stage.cast["administrator"]
    actions.review(findings=[finding], move_name="reopen", words={finding.pk: "又坏了"}, by=by, now=NOW)
    finding.refresh_from_db()
    told = of(finding)
    assert (told.person, told.verdict, told.reviewer, told.closed_on) == ("王强", "", "", None)


def test_second_report_takes_the_place_of_the_first(stage: Stage) -> None:
    finding = in_state(stage, "reported")
    by, staff = stage.cast["administrator"], stage.cast["township_staff"]
    actions.review(findings=[finding], move_name="return", words={finding.pk: "照片不清"}, by=by, now=NOW)
    assert of(finding).verdict == "退回继续整改"
    again = REPLY | {"measure": "另行安装", "result": "partly", "done_on": None, "plan": "待验收"}
    actions.save_reply(finding=finding, fields=again, by=staff, now=NOW)
    assert of(finding).measure == "已购置并安装"
    actions.report(finding=finding, by=staff, now=NOW)
    told = of(finding)
    assert (told.measure, told.result) == ("另行安装", "部分完成")
    # The county has not looked at it yet: what it said of the first would stand beside the second.
    assert (told.verdict, told.reviewer, told.reviewed_on) == ("", "", None)
    actions.review(findings=[finding], move_name="close", words={}, by=by, now=NOW)
    assert of(finding).verdict == "合格，已销号"


def test_queries_are_two_for_one_and_three(stage: Stage, django_assert_num_queries: Any) -> None:
    first = in_state(stage, "closed")
    with django_assert_num_queries(2):
        follow_up([first])
    more = [first, in_state(stage, "notified", place=1)]
    with django_assert_num_queries(2):
        follow_up(more)
