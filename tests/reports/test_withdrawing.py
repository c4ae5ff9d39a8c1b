"""What a withdrawn document leaves behind: its number, its bytes, its findings, the one in its place."""

from typing import Any

import pytest

from inspections.answers import Given
from inspections.models import Finding, Inspection
from organization.problems import NotAllowed, Problem
from reports import actions
from reports.models import GivenNumber, NumberSequence
from tests.reports.test_life import in_state, make
from tests.small_stage import NOW, Stage, drafted, issued, later, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def inspection(stage: Stage, quick_pdf: Any) -> Inspection:
    return submitted(stage, **SHORT)


def test_number_of_what_was_never_delivered_is_void_with_its_reason(
    stage: Stage, inspection: Inspection
) -> None:
    row = make(in_state(stage, inspection, "issued"), "withdraw", stage.cast["signatory"], later(1))
    given = GivenNumber.objects.get(document=row)
    assert (given.reason, given.voided_by, given.voided_at) == ("对象有误", stage.cast["signatory"], later(1))


def test_number_of_what_was_delivered_stays(stage: Stage, inspection: Inspection) -> None:
    row = make(in_state(stage, inspection, "delivered"), "withdraw", stage.cast["signatory"], later(1))
    assert GivenNumber.objects.get(document=row).voided_at is None


def test_void_number_is_not_given_again(stage: Stage, inspection: Inspection) -> None:
    make(in_state(stage, inspection, "issued"), "withdraw", stage.cast["signatory"], later(1))
    assert issued(stage, submitted(stage, 1, **SHORT)).number == 2


def test_withdrawn_document_keeps_bytes_and_number_and_is_replaced_by_one_that_names_it(
    stage: Stage, inspection: Inspection
) -> None:
    first = issued(stage, inspection)
    body = actions.bytes_of(first, now=NOW)
    first = make(first, "withdraw", stage.cast["signatory"], later(1))
    by = stage.cast["reviewer"]
    second = actions.replace_document(document=first, by=by, now=later(2))
    assert actions.replace_document(document=first, by=by, now=later(2)) == second
    assert (second.replaces, second.inspection, second.state) == (first, first.inspection, "draft")
    second = make(second, "issue", stage.cast["signatory"], later(3))
    assert (second.number, second.token != first.token) == (2, True)
    first.refresh_from_db()
    assert (first.state, first.number, first.replaced_by) == ("withdrawn", 1, second)
    assert actions.bytes_of(first, now=later(3)) == body


def test_findings_of_a_withdrawn_notice_wait_for_the_one_in_its_place(
    stage: Stage, inspection: Inspection
) -> None:
    row = in_state(stage, inspection, "acknowledged")
    assert set(inspection.findings.values_list("state", flat=True)) == {"acknowledged"}
    row = make(row, "withdraw", stage.cast["signatory"], later(1))
    assert set(inspection.findings.values_list("state", "due_on")) == {("found", None)}
    second = actions.replace_document(document=row, by=stage.cast["reviewer"], now=later(2))
    make(second, "issue", stage.cast["signatory"], later(3))
    assert set(inspection.findings.values_list("state", flat=True)) == {"notified"}


def test_only_what_is_withdrawn_is_replaced(stage: Stage, inspection: Inspection) -> None:
    row = issued(stage, inspection)
    with pytest.raises(NotAllowed, match="撤回以后"):
        actions.replace_document(document=row, by=stage.cast["administrator"], now=later(1))


def test_new_draft_after_a_withdrawal_leaves_the_replacement_no_place(
    stage: Stage, inspection: Inspection
) -> None:
    first = make(issued(stage, inspection), "withdraw", stage.cast["signatory"], later(1))
    drafted(stage, inspection)
    with pytest.raises(Problem, match="已经起草了另一份"):
        actions.replace_document(document=first, by=stage.cast["administrator"], now=later(2))


def test_finding_that_was_withdrawn_is_not_asked_for(stage: Stage) -> None:
    row = drafted(stage, submitted(stage, yes=Given(False), zones=Given(["guide"])))
    assert len(actions.compose(row, number=None, dated=NOW.date()).findings.rows) == 2
    Finding.objects.filter(item__code="zones").update(state="withdrawn")
    (left,) = actions.compose(row, number=None, dated=NOW.date()).findings.rows
    assert left.finding == Finding.objects.get(item__code="yes").finding
    Finding.objects.update(state="withdrawn")
    with pytest.raises(Problem, match="不需要发整改通知"):
        actions.issue_document(document=row, by=stage.cast["signatory"], now=later(1))
    assert not NumberSequence.objects.exists()
