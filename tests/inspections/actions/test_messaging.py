"""Everybody concerned is told once: by what happens, and by the job that looks at the deadlines."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from inspections import actions
from inspections.answers import Given
from inspections.holiday_lists import Day
from inspections.message_words import WORDS, worded
from inspections.models import Finding, Message, MessageChoice, RectificationPolicy
from organization.models import AuditEntry, Role
from tests.factories import make_region, make_user
from tests.inspections.actions.test_moving import notified_and_acknowledged
from tests.repairs import found, in_state, publish
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[str]:
    rows = Message.objects.filter(kind=kind).select_related("person").order_by("person__username")
    return [message.person.username for message in rows]


def remind(day: date) -> int:
    now = datetime(day.year, day.month, day.day, 9, tzinfo=timezone.get_fixed_timezone(480))
    return actions.remind(today=day, now=now)


def test_way_of_a_finding_tells_each_side_what_concerns_it(stage: Stage, other: Stage) -> None:
    finding = in_state(stage, "to_reinspect")
    assert {kind: told(kind) for kind in ("notified", "reported", "reinspect")} == {
        "notified": ["township_staff"],
        "reported": ["administrator"],
        "reinspect": ["township_staff"],
    }
    request = actions.object_to(
        finding=in_state(stage, "notified", place=1),
        reason="x",
        by=make_user("second", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])]),
        now=NOW,
    )
    assert told("asked") == ["administrator"]
    actions.decide_request(
        request=request, grant=False, words="不成立", by=stage.cast["administrator"], now=NOW
    )
    assert told("decided") == ["second"]
    assert finding.center.name in worded(Message.objects.get(kind="reported")).words


def test_people_above_below_beside_and_gone_are_told_only_what_they_hold(stage: Stage) -> None:
    township = stage.county.townships[0]
    make_user("city", [(Role.TOWNSHIP_STAFF, make_region("4105"))])
    make_user("village", [(Role.TOWNSHIP_STAFF, make_region(f"{township.code[:9]}201"))])
    make_user("beside", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    make_user("gone", [(Role.TOWNSHIP_STAFF, township)], is_active=False)
    in_state(stage, "notified")
    assert told("notified") == ["city", "township_staff"]


def test_every_kind_that_is_told_has_words(stage: Stage) -> None:
    in_state(stage, "closed")
    for message in Message.objects.all():
        assert all(part for part in worded(message)[:2])
    assert {"blue", "yellow", "red", "recount", "return", "close", "reopen", "withdraw"} <= WORDS.keys()


@pytest.mark.parametrize(
    ("basis", "repair_by", "words"),
    [
        ("acknowledged", None, "时限从签收之日起算"),
        ("issued", None, "时限从印发之日起算"),
        ("acknowledged", date(2026, 12, 18), "以通知写明的日期为限"),
    ],
)
def test_notice_is_told_with_when_its_time_begins(
    stage: Stage, basis: str, repair_by: date | None, words: str
) -> None:
    publish(2026)
    RectificationPolicy.objects.create(region=stage.county.region, basis=basis)
    inspection = found(stage).inspection
    actions.notify_findings(inspection=inspection, by=None, now=NOW, repair_by=repair_by)
    message = Message.objects.get(kind="notified")
    assert words in worded(message).words
    assert message.due_on == repair_by
    # One of an earlier release, which knew one way only.
    Message.objects.update(detail={"center": "甲", "count": 1})
    assert "时限从签收之日起算" in worded(Message.objects.get(kind="notified")).words


@pytest.mark.parametrize("kind", ["notified", "recalled", "reinspection", "recount"])
def test_english_tells_one_finding_from_several(kind: str) -> None:
    def said(count: int) -> str:
        detail = {"center": "A", "year": 2026, "count": count}
        with translation.override("en"):
            return worded(Message(kind=kind, detail=detail)).words

    assert "1 finding" in (one := said(1))
    assert "1 findings" not in one
    assert "2 findings" in said(2)


def test_reminders_follow_the_rules_of_the_region(stage: Stage) -> None:
    publish(2026)
    RectificationPolicy.objects.create(region=stage.county.region, blue=1, yellow=2, red=4)
    finding = in_state(stage, "acknowledged")
    assert finding.due_on == date(2026, 12, 11)
    days = [8, 9, 10, 11, 14, 15, 16, 17]
    assert [remind(date(2026, 12, day)) for day in days] == [0, 0, 1, 0, 0, 1, 0, 1]
    assert [len(told(kind)) for kind in ("blue", "yellow", "red")] == [1, 1, 2]


def test_reminders_come_once_for_each_alert(stage: Stage) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    assert finding.due_on == date(2026, 12, 11)
    assert [remind(date(2026, 12, day)) for day in (7, 8, 8, 9, 11, 12, 14, 18, 18)] == [
        0, 1, 0, 0, 0, 1, 0, 1, 0,
    ]  # fmt: skip
    assert [told(kind) for kind in ("blue", "yellow")] == [["township_staff"]] * 2
    assert told("red") == ["administrator", "township_staff"]
    assert Message.objects.get(kind="blue").due_on == date(2026, 12, 11)


def test_server_that_slept_for_a_week_catches_up_once_for_everything(stage: Stage, other: Stage) -> None:
    """Its first run tells each open finding's alert of that day; the runs after it, however many, nothing."""
    publish(2026)
    late, soon = in_state(stage, "acknowledged"), in_state(other, "acknowledged")
    Finding.objects.filter(pk=soon.pk).update(due_on=date(2026, 12, 15))
    assert [remind(date(2026, 12, day)) for day in (7, 14, 14, 14)] == [0, 2, 0, 0]
    told_of = Message.objects.filter(kind__in=("blue", "yellow", "red")).values_list("kind", "url")
    assert sorted(told_of) == [("blue", f"/findings/{soon.pk}/"), ("yellow", f"/findings/{late.pk}/")]


def test_server_that_slept_for_a_week_tells_the_alert_of_its_day(stage: Stage) -> None:
    publish(2026)
    in_state(stage, "acknowledged")
    assert remind(date(2026, 12, 7)) == 0
    assert remind(date(2026, 12, 14)) == 1
    assert told("blue") == []
    assert told("yellow") == ["township_staff"]


@pytest.mark.parametrize("state", ["notified", "reported", "to_reinspect", "closed", "withdrawn"])
def test_what_is_not_with_the_township_is_not_reminded_of(stage: Stage, state: str) -> None:
    publish(2026)
    in_state(stage, state)
    assert remind(date(2026, 12, 30)) == 0


def test_extended_deadline_is_reminded_of_anew(stage: Stage) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    remind(date(2026, 12, 10))
    request = actions.ask_extension(
        finding=finding, until=date(2026, 12, 25), reason="x", by=stage.cast["township_staff"], now=NOW
    )
    actions.decide_request(request=request, grant=True, words="", by=stage.cast["administrator"], now=NOW)
    assert remind(date(2026, 12, 10)) == 0
    assert remind(date(2026, 12, 24)) == 1


def test_recounted_terms_are_told_to_both_sides_once_a_center(stage: Stage) -> None:
    publish(2026)
    finding = found(stage, yes=Given(False), choice=Given("not_met"))
    notified_and_acknowledged(finding.inspection)
    publish(2026, Day(date(2026, 12, 1), False, "临时放假"))
    assert told("recount") == ["administrator", "township_staff"]
    message = Message.objects.filter(kind="recount").first()
    assert (message.detail["count"], message.detail["year"]) == (2, 2026)


def test_both_sides_are_told_when_a_provisional_day_is_settled(stage: Stage) -> None:
    finding = in_state(stage, "acknowledged")
    assert finding.due_is_provisional
    for _again in range(2):
        publish(2026)
        assert told("recount") == ["administrator", "township_staff"]
    finding.refresh_from_db()
    assert not finding.due_is_provisional


@pytest.mark.parametrize("count", [1, 3])
def test_looking_again_takes_the_same_queries_for_any_number(
    stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    publish(2026)
    bad = {"yes": Given(False), "choice": Given("not_met"), "posts": Given("3")}
    notified_and_acknowledged(found(stage, **dict(list(bad.items())[:count])).inspection)
    assert remind(date(2026, 12, 11)) == Finding.objects.count() == count
    with django_assert_num_queries(5):
        assert remind(date(2026, 12, 11)) == 0


def test_messages_are_read_by_their_own_person(stage: Stage) -> None:
    in_state(stage, "reported")
    assert actions.read_messages(by=stage.cast["administrator"], now=NOW) == 1
    assert actions.read_messages(by=stage.cast["administrator"], now=NOW + timedelta(1)) == 0
    assert Message.objects.get(kind="notified").read_at is None


def test_choice_is_kept_and_its_address_stays_out_of_the_trail(stage: Stage) -> None:
    person = stage.cast["township_staff"]
    for mode in ("daily", "at_once"):
        actions.choose_messages(by=person, email="a@example.gov.cn", mode=mode, now=NOW)
    assert MessageChoice.objects.get().mode == "at_once"
    details = AuditEntry.objects.filter(action="messages.choose").values_list("detail", flat=True)
    assert list(details) == [{"mode": "at_once"}, {"mode": "daily"}]
