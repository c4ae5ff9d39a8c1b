"""What a notice leads to by when: before and after it is acknowledged, by day, with what is closed."""

from datetime import date

import pytest
from django.utils import timezone

from inspections import actions
from inspections.answers import Given
from inspections.models import Finding
from inspections.term_summary import terms_of
from tests.repairs import found, publish
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate(NOW)


def noticed(stage: Stage) -> list[Finding]:
    """Three findings of one inspection whose notice is issued."""
    inspection = found(stage, yes=Given(False), area=Given("75"), choice=Given("partly")).inspection
    actions.notify_findings(inspection=inspection, by=stage.cast["signatory"], now=NOW)
    return list(inspection.findings.all())


def acknowledged(stage: Stage) -> list[Finding]:
    publish(2026)
    publish(2027)
    inspection = noticed(stage)[0].inspection
    actions.acknowledge_findings(inspection=inspection, by=stage.cast["township_staff"], now=NOW)
    return list(inspection.findings.all())


def test_before_it_is_acknowledged_nothing_has_a_day(stage: Stage) -> None:
    terms = terms_of(noticed(stage), TODAY)
    assert (terms.begin, terms.groups) == (None, [])
    assert "从签收之日起" in terms.words


def test_findings_stand_by_day_and_what_has_none_comes_last(stage: Stage) -> None:
    rows = acknowledged(stage)
    first, second, third = rows
    Finding.objects.filter(pk=third.pk).update(due_on=None)
    Finding.objects.filter(pk=second.pk).update(due_on=date(2026, 11, 18))
    Finding.objects.filter(pk=first.pk).update(due_on=date(2026, 12, 31))
    terms = terms_of(list(Finding.objects.all()), TODAY)
    assert terms.begin == TODAY
    assert "2026年11月20日" in terms.words
    assert [(group.label, [row.pk for row in group.findings]) for group in terms.groups] == [
        ("2026年11月18日", [second.pk]),
        ("2026年12月31日", [first.pk]),
        ("长期坚持", [third.pk]),
    ]
    assert terms.groups[0].due is not None
    assert terms.groups[0].due.left == "已逾期2个工作日"
    assert terms.groups[2].due is None


def test_day_that_the_notice_names_is_said(stage: Stage) -> None:
    publish(2026)
    inspection = found(stage, yes=Given(False), choice=Given("not_met")).inspection
    actions.notify_findings(inspection=inspection, by=None, now=NOW, repair_by=date(2026, 12, 18))
    terms = terms_of(list(inspection.findings.all()), date(2026, 12, 1))
    assert terms.fixed == date(2026, 12, 18)
    assert "2026年12月18日为限" in terms.words
    assert [group.label for group in terms.groups] == ["2026年12月18日"]
    # What is to be put right at once waits for the receipt.
    Finding.objects.filter(item__code="choice").update(fixed_on=None, due_on=None, term_from=None)
    terms = terms_of(list(inspection.findings.all()), date(2026, 12, 1))
    assert [group.label for group in terms.groups] == ["2026年12月18日", "签收后起算"]


def test_closed_ones_are_counted_and_left_out(stage: Stage) -> None:
    rows = acknowledged(stage)
    Finding.objects.filter(pk=rows[0].pk).update(state="closed", closed_at=NOW)
    terms = terms_of(list(Finding.objects.all()), TODAY)
    assert terms.closed == 1
    assert rows[0].pk not in [row.pk for group in terms.groups for row in group.findings]


def test_day_in_an_unpublished_year_is_provisional(stage: Stage) -> None:
    inspection = noticed(stage)[0].inspection
    actions.acknowledge_findings(inspection=inspection, by=stage.cast["township_staff"], now=NOW)
    terms = terms_of(list(inspection.findings.all()), TODAY)
    assert terms.groups
    assert all(group.due.provisional for group in terms.groups if group.due)


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_one_and_three(
    stage: Stage, django_assert_num_queries: object, count: int
) -> None:
    rows = acknowledged(stage)[:count]
    with django_assert_num_queries(3):  # type: ignore[operator]
        terms_of(rows, TODAY)
