"""Findings move by the table, leave a row at each step, and their terms follow the working calendar."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import Error, transaction

from inspections import actions
from inspections.actions.moving import lock_finding, move
from inspections.actions.terms import recount_terms
from inspections.answers import Given, check
from inspections.checklist import checklist
from inspections.holiday_lists import Day
from inspections.models import CalendarDay, Finding, FindingEvent, Inspection, Message, RectificationPolicy
from inspections.policies import policy_of
from organization.counting import counting
from organization.models import AuditEntry
from organization.problems import Problem
from tests.inspections.test_workflow import FINDING
from tests.repairs import WAYS, found, in_state, publish
from tests.small_stage import NOW, Stage, small_stage, submit_by
from tests.small_standards import plain_item, standard

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", WAYS)
def test_every_move_from_every_state_is_made_or_refused_as_the_table_says(stage: Stage, state: str) -> None:
    finding = in_state(stage, state)
    for name in {name for _state, name in FINDING}:
        to = FINDING[state, name]
        with counting():
            locked = lock_finding(finding)
            before = FindingEvent.objects.count()
            if to is None:
                with pytest.raises(Problem) as refused:
                    move(locked, name, by=None, now=NOW)
                assert str(Finding.State(state).label) in str(refused.value.message)
                assert FindingEvent.objects.count() == before
            else:
                move(locked, name, by=None, now=NOW, words="说明")
                event = FindingEvent.objects.last()
                assert (event.before, event.after, event.words) == (state, to, "说明")
                assert Finding.objects.get(pk=finding.pk).state == to
            transaction.set_rollback(True)


def test_way_of_a_finding_is_kept_with_who_and_when(stage: Stage) -> None:
    finding = in_state(stage, "closed")
    rows = [(event.move, event.by and event.by.username) for event in finding.events.select_related("by")]
    assert rows == [
        ("notify", "signatory"),
        ("acknowledge", "township_staff"),
        ("begin", "township_staff"),
        ("report", "township_staff"),
        ("close", "administrator"),
    ]
    assert finding.closed_at == NOW
    assert AuditEntry.objects.filter(action="finding.close", target=f"Finding {finding.pk}").exists()


@pytest.mark.parametrize("change", [{"words": "别的"}, {"after": "closed"}, {"by": None}])
def test_written_event_cannot_be_changed(stage: Stage, change: dict[str, object]) -> None:
    in_state(stage, "reported")
    for statement in (lambda: FindingEvent.objects.update(**change), FindingEvent.objects.all().delete):
        with pytest.raises(Error), transaction.atomic():
            statement()


# ---- terms


def test_term_begins_with_the_acknowledgment_and_counts_working_days(stage: Stage) -> None:
    publish(2026)
    finding = in_state(stage, "notified")
    assert (finding.term_from, finding.due_on) == (None, None)
    actions.acknowledge_findings(inspection=finding.inspection, by=None, now=NOW + timedelta(days=3))
    finding.refresh_from_db()
    # 15 working days after Monday 23 November.
    assert (finding.term_from, finding.due_on) == (date(2026, 11, 23), date(2026, 12, 14))
    assert not finding.due_is_provisional


def test_term_begins_with_the_issue_where_the_county_says_so(stage: Stage) -> None:
    policy = RectificationPolicy(region=stage.county.region, basis="issued")
    actions.set_policy(policy=policy, by=stage.cast["administrator"], now=NOW)
    finding = in_state(stage, "notified")
    assert finding.term_from == date(2026, 11, 20)
    actions.acknowledge_findings(inspection=finding.inspection, by=None, now=NOW + timedelta(days=3))
    finding.refresh_from_db()
    assert finding.term_from == date(2026, 11, 20)


FIXED = standard(
    plain_item("at_once", rectify={"mode": "at_once"}),
    plain_item("term", rectify={"mode": "fixed_term", "working_days": 5}),
    plain_item("always", rectify={"mode": "sustained"}),
)


def fixed(repair_by: date) -> Inspection:
    """An inspection with a finding of each kind, whose notice names a day."""
    stage = small_stage(townships=1, data=FIXED)
    inspection = stage.inspections[0]
    for entry in checklist(inspection.edition_id, inspection.kind).entries:
        checked = check(Given(False), entry.item, inspection.kind)
        actions.save_answers(
            inspection=inspection, checked={entry: checked}, by=stage.cast["inspector"], now=NOW
        )
    submit_by(inspection, stage.cast["lead_inspector"])
    actions.notify_findings(inspection=inspection, by=None, now=NOW, repair_by=repair_by)
    return inspection


def days(inspection: Inspection) -> dict[str, tuple[date | None, ...]]:
    rows = inspection.findings.values_list("item__code", "term_from", "fixed_on", "due_on")
    return {code: tuple(row) for code, *row in rows}


def test_day_that_the_notice_names_holds_for_what_has_a_term_from_the_issue_on() -> None:
    publish(2026)
    inspection = fixed(date(2026, 12, 18))
    issued, day, nothing = date(2026, 11, 20), date(2026, 12, 18), (None, None, None)
    assert days(inspection) == {"at_once": nothing, "term": (issued, day, day), "always": nothing}
    actions.acknowledge_findings(inspection=inspection, by=None, now=NOW + timedelta(days=3))
    received = date(2026, 11, 23)
    assert days(inspection) == {
        "at_once": (received, None, date(2026, 11, 26)),
        "term": (issued, day, day),
        "always": (received, None, None),
    }


def test_named_day_that_becomes_a_day_off_moves_on_and_is_provisional_till_its_year_is_published() -> None:
    publish(2026)
    inspection = fixed(date(2027, 1, 4))
    finding = inspection.findings.get(item__code="term")
    assert (finding.due_on, finding.due_is_provisional) == (date(2027, 1, 4), True)
    publish(2027, Day(date(2027, 1, 4), False, "元旦"))
    finding.refresh_from_db()
    assert (finding.due_on, finding.due_is_provisional) == (date(2027, 1, 5), False)
    assert finding.fixed_on == date(2027, 1, 4)
    # Amended once more, it is the day of the notice that is counted from.
    publish(2027)
    finding.refresh_from_db()
    assert finding.due_on == date(2027, 1, 4)


def test_recalled_notice_takes_its_day_along() -> None:
    publish(2026)
    inspection = fixed(date(2026, 12, 18))
    actions.recall_findings(inspection=inspection, by=None, now=NOW)
    assert set(days(inspection).values()) == {(None, None, None)}
    notified_and_acknowledged(inspection)
    assert days(inspection)["term"] == (date(2026, 11, 20), None, date(2026, 11, 27))


@pytest.mark.parametrize("change", [{"fixed_on": date(2026, 12, 1)}, {"term_from": None, "due_on": None}])
def test_database_knows_no_named_day_without_a_term(change: dict[str, date | None]) -> None:
    publish(2026)
    code = "term" if "term_from" in change else "always"
    rows = fixed(date(2026, 12, 18)).findings.filter(item__code=code)
    with pytest.raises(Error), transaction.atomic():
        rows.update(**change)


@pytest.mark.parametrize("state", ["notified", "acknowledged"])
def test_recalled_finding_waits_for_another_notice_without_a_term(stage: Stage, state: str) -> None:
    publish(2026)
    finding = in_state(stage, state)
    assert actions.recall_findings(inspection=finding.inspection, by=stage.cast["signatory"], now=NOW) == 1
    finding.refresh_from_db()
    assert (finding.state, finding.term_from, finding.due_on) == ("found", None, None)
    assert finding.events.last().move == "recall"
    told = Message.objects.filter(kind="recalled").values_list("person__username", flat=True)
    assert set(told) == {"township_staff"}
    actions.notify_findings(inspection=finding.inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=finding.inspection, by=None, now=NOW + timedelta(days=3))
    finding.refresh_from_db()
    assert finding.term_from == date(2026, 11, 23)


@pytest.mark.parametrize("state", sorted(WAYS.keys() - {"notified", "acknowledged"}))
def test_recall_leaves_repairs_under_way_and_what_is_closed(stage: Stage, state: str) -> None:
    finding = in_state(stage, state)
    assert actions.recall_findings(inspection=finding.inspection, by=None, now=NOW) == 0
    assert not Message.objects.filter(kind="recalled").exists()
    assert Finding.objects.filter(pk=finding.pk, state=state, due_on=finding.due_on).exists()


@pytest.mark.parametrize(
    ("rectify", "due"),
    [
        ({"mode": "at_once"}, date(2026, 11, 25)),
        ({"mode": "fixed_term", "working_days": 5}, date(2026, 11, 27)),
        ({"mode": "sustained"}, None),
    ],
)
def test_kinds_of_repair_have_terms_of_their_own(rectify: dict[str, object], due: date | None) -> None:
    publish(2026)
    stage = small_stage(townships=1, data=standard(plain_item(rectify=rectify)))
    finding = found_and_acknowledged(stage)
    assert (finding.due_on, finding.due_is_provisional) == (due, False)


def found_and_acknowledged(stage: Stage) -> Finding:
    """The one finding of a standard with one item."""
    inspection = stage.inspections[0]
    entry = checklist(inspection.edition_id, inspection.kind).entries[0]
    checked = check(Given(False), entry.item, inspection.kind)
    actions.save_answers(inspection=inspection, checked={entry: checked}, by=stage.cast["inspector"], now=NOW)
    submit_by(inspection, stage.cast["lead_inspector"])
    notified_and_acknowledged(inspection)
    return Finding.objects.get(inspection=inspection)


def notified_and_acknowledged(inspection: Inspection) -> None:
    actions.notify_findings(inspection=inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=inspection, by=None, now=NOW)


def test_policy_of_the_nearest_region_holds(stage: Stage) -> None:
    assert policy_of(stage.county.townships[0].code).at_once_days == 3
    for region, days in ((stage.county.region, 4), (stage.county.townships[1], 5)):
        RectificationPolicy.objects.create(region=region, at_once_days=days)
    assert policy_of(stage.county.townships[0].code).at_once_days == 4
    assert policy_of(stage.county.townships[1].code).at_once_days == 5


def test_term_into_an_unpublished_year_is_provisional_and_counted_anew_once_it_is_loaded() -> None:
    rectify = {"mode": "fixed_term", "working_days": 30}
    stage = small_stage(townships=1, data=standard(plain_item(rectify=rectify)))
    publish(2026)
    finding = found_and_acknowledged(stage)
    assert (finding.due_on, finding.due_is_provisional) == (date(2027, 1, 1), True)
    publish(2027, Day(date(2027, 1, 1), False, "元旦"))
    finding.refresh_from_db()
    assert (finding.due_on, finding.due_is_provisional) == (date(2027, 1, 4), False)
    event = finding.events.last()
    assert (event.move, event.detail["due_on"]) == ("recount", ["2027-01-01", "2027-01-04"])


def test_calendar_amended_later_moves_open_terms_only(stage: Stage, other: Stage) -> None:
    publish(2026)
    waiting, closed = in_state(stage, "acknowledged"), in_state(other, "closed")
    publish(2026, Day(date(2026, 12, 1), False, "临时放假"))
    waiting.refresh_from_db()
    closed.refresh_from_db()
    assert (waiting.due_on, closed.due_on) == (date(2026, 12, 14), date(2026, 12, 11))
    assert [finding.events.last().move for finding in (waiting, closed)] == ["recount", "close"]


def test_calendar_of_another_year_touches_nothing(stage: Stage) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    publish(2028, Day(date(2028, 1, 1), False, "元旦"))
    assert [event.move for event in finding.events.all()] == ["notify", "acknowledge"]


@pytest.mark.parametrize("count", [1, 3])
def test_counting_anew_takes_the_same_queries_for_any_number(
    stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    publish(2026)
    bad = {"yes": Given(False), "choice": Given("not_met"), "posts": Given("3")}
    notified_and_acknowledged(found(stage, **dict(list(bad.items())[:count])).inspection)
    CalendarDay.objects.create(day=date(2026, 12, 1), year_id=2026, is_working=False)
    with django_assert_num_queries(13):
        assert recount_terms(year=2026, by=None, now=NOW) == count
