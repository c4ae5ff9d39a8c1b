"""A clock that was set back: the later save holds, and no number is given twice."""

from datetime import timedelta

import pytest

from inspections import actions
from inspections.answers import Given
from inspections.models import Answer, AnswerEvent
from reports import actions as reporting
from tests.reports.conftest import quick_pdf
from tests.small_stage import NOW, drafted, issued, small_stage, submitted

__all__ = ["quick_pdf"]
pytestmark = pytest.mark.django_db
BACK = NOW - timedelta(days=3)


def test_save_after_the_clock_was_set_back_is_the_one_that_holds() -> None:
    stage = small_stage(townships=1)
    [inspection], person = stage.inspections, stage.cast["inspector"]
    for note, now in (("before", NOW), ("after", BACK)):
        given = Given(True, note=note)
        actions.save_answer(inspection=inspection, code="yes", given=given, by=person, now=now)
    answer = Answer.objects.get()
    assert (answer.note, answer.version) == ("after", 2)
    assert [event.new["note"] for event in AnswerEvent.objects.order_by("pk")] == ["before", "after"]


def test_submission_after_the_clock_was_set_back_is_scored_and_final() -> None:
    stage = small_stage(townships=1)
    inspection = submitted(stage, at=BACK)
    assert inspection.score == 100
    assert inspection.submitted_at == BACK


def test_notice_after_the_clock_was_set_back_gets_the_next_number(quick_pdf: object) -> None:
    stage = small_stage(townships=2)
    first = issued(stage, submitted(stage, 0, yes=Given(False)))
    draft = drafted(stage, submitted(stage, 1, yes=Given(False)))
    second = reporting.issue_document(document=draft, by=stage.cast["signatory"], now=BACK)
    assert second.number == first.number + 1
    assert second.year == first.year
