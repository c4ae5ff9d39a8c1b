"""What the county learns: times, shares in time, what comes back, how it was looked at."""

import csv
import io
import uuid
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.answers import Given, check
from inspections.checklist import checklist_of
from inspections.holiday_lists import Day
from inspections.merging import Mutation
from inspections.models import Finding, Inspection
from organization.codes import Level
from organization.models import AuditEntry, Region, Role
from reports import lesson_tables, lessons
from reports.lesson_shares import decided, shares_by_item, shares_by_round, shares_by_township
from reports.lessons import Repeat, Span
from tests.factories import make_region, make_user
from tests.repairs import REPLY, add_photo, publish
from tests.small_stage import GOOD, NOW, Stage, answer, later, of, small_stage, submit_by, submitted
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
# A Friday; the next Monday is off and the Saturday before it worked.
HOLIDAY = (Day(date(2026, 11, 23), False, "假"), Day(date(2026, 11, 21), True, "班"))
SHORT = {"yes": Given(False)}
# The county of the stage, by its prefix.
HERE = ("410523",)


@pytest.fixture
def stage() -> Stage:
    publish(2026, *HOLIDAY)
    publish(2027)
    return small_stage(townships=3)


def follow(
    stage: Stage,
    inspection: Inspection,
    *,
    signed: datetime,
    sent: datetime | None = None,
    closed: datetime | None = None,
) -> Finding:
    """Notify on NOW's day, then as far as there are times."""
    staff = make_user(f"staff{inspection.pk}", [(Role.TOWNSHIP_STAFF, inspection.region)])
    actions.notify_findings(inspection=inspection, by=stage.cast["signatory"], now=NOW)
    actions.acknowledge_findings(inspection=inspection, by=staff, now=signed)
    finding: Finding = inspection.findings.get()
    if sent:
        fields = REPLY | {"done_on": sent.date()}
        actions.save_reply(finding=finding, fields=fields, by=staff, now=sent)
        add_photo(finding, staff)
        actions.report(finding=finding, by=staff, now=sent)
    if closed:
        actions.review(
            findings=[finding], move_name="close", words={finding.pk: ""}, by=stage.cast["administrator"],
            now=closed,
        )  # fmt: skip
    return finding


def test_times_are_in_working_days_with_median_and_slowest(stage: Stage) -> None:
    first, second, third = (submitted(stage, place, **SHORT) for place in range(3))
    follow(stage, first, signed=NOW, sent=later(4), closed=later(5))
    slow = follow(stage, second, signed=later(6), sent=later(12))
    follow(stage, third, signed=later(1))
    rows, provisional = lessons.spans(HERE, stage.round)
    # 20 November, a Friday: the 21st is worked and the 23rd off.
    whole, *townships = rows
    assert whole.acknowledge == Span(3, 1.0, 4, slow.pk)
    assert whole.repair == Span(2, 3.0, 4, slow.pk)
    assert (whole.close.count, whole.close.median) == (1, 3.0)
    assert [row.name for row in townships] == [town.name for town in stage.county.townships]
    assert townships[2].repair == Span(0)
    assert not provisional


def test_years_without_an_arrangement_are_said() -> None:
    stage = small_stage(townships=1)
    follow(stage, submitted(stage, 0, **SHORT), signed=later(3))
    assert lessons.spans(HERE, stage.round)[1]
    table = lesson_tables.tables_of(stage.cast["administrator"], HERE, stage.round, [stage.round])[0]
    assert "还没有公布" in table.notes[0]


def test_share_in_time_counts_what_is_decided(stage: Stage) -> None:
    """In time, late though reported, late and silent, and one whose time still runs."""
    kinds = {"in time": later(4), "late": later(60)}
    for place, sent in enumerate(kinds.values()):
        follow(stage, submitted(stage, place, **SHORT), signed=NOW, sent=sent)
    silent = follow(stage, submitted(stage, 2, **SHORT), signed=NOW)
    Finding.objects.filter(pk=silent.pk).update(due_on=date(2020, 1, 2), term_from=date(2020, 1, 1))
    (by_item,) = shares_by_item(decided(HERE, stage.round, []), stage.round)
    assert (by_item.name, by_item.in_time, by_item.late, by_item.running) == ("检查项yes", 1, 2, 0)
    assert by_item.percent == 33
    by_township = shares_by_township(decided(HERE, stage.round, []), stage.round)
    assert [share.percent for share in by_township] == [100, 0, 0]
    Finding.objects.filter(pk=silent.pk).update(due_on=date(2999, 1, 2))
    (by_round,) = shares_by_round(decided(HERE, stage.round, [stage.round]), [stage.round])
    assert (by_round.in_time, by_round.late, by_round.running, by_round.percent) == (1, 1, 1, 50)


def test_what_a_reinspection_closes_counts_as_closed_and_in_time(stage: Stage) -> None:
    inspection = submitted(stage, 0, **SHORT)
    finding = follow(stage, inspection, signed=NOW)
    again = actions.order_reinspection(
        inspection=inspection, people=[stage.cast["inspector"]], lead=stage.cast["lead_inspector"],
        ends_on=date(2026, 12, 31), by=stage.cast["administrator"], now=later(1),
    )  # fmt: skip
    given = checklist_of(again).by_code["yes"]
    actions.save_answers(
        inspection=again, checked={given: check(Given(True), given.item, again.kind)},
        by=stage.cast["inspector"], now=later(2),
    )  # fmt: skip
    submit_by(again, stage.cast["lead_inspector"], later(3))
    Finding.objects.filter(pk=finding.pk).update(due_on=later(5).date(), term_from=NOW.date())
    whole = lessons.spans(HERE, stage.round)[0][0]
    assert (whole.repair.count, whole.close.count) == (0, 1)
    (share,) = shares_by_township(decided(HERE, stage.round, []), stage.round)
    assert (share.in_time, share.late, share.running) == (1, 0, 0)


def test_what_was_found_before_at_the_same_center_is_a_repeat(stage: Stage) -> None:
    for place in range(2):
        submitted(stage, place, **SHORT)
    new = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    type(new).objects.filter(pk=new.pk).update(starts_on=date(2026, 12, 1))
    new.refresh_from_db()
    take_in(new, stage.cast, ("township",))
    wanting: list[dict[str, Given]] = [SHORT, {"choice": Given("not_met")}, SHORT]
    for inspection, bad in zip(of(new), wanting, strict=True):
        answer(inspection, stage.cast["inspector"], **bad)
        submit_by(inspection, stage.cast["lead_inspector"], later(30))
    assert lessons.repeats_by_item(HERE, new) == [Repeat("检查项yes", 1, 2)]
    assert [row.again for row in lessons.repeats_by_township(HERE, new)] == [1, 0, 0]
    assert lessons.repeats_by_item(HERE, stage.round) == []


def test_inspectors_are_held_against_what_all_found_of_the_same_items(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "LEAST_ANSWERS", 6)
    other = make_user("strict", [(Role.INSPECTOR, stage.county.region)], name="严格")
    stage.inspections[1].inspectors.add(other)
    answer(stage.inspections[0], stage.cast["inspector"])
    answer(stage.inspections[1], other, yes=Given(False), choice=Given("not_met"))
    for inspection in stage.inspections[:2]:
        submit_by(inspection, stage.cast["lead_inspector"])
    found = {look.name: look for look in lessons.looks(HERE, stage.round)}
    strict = found["严格"]
    assert (strict.answers, round(strict.found, 2), round(strict.expected, 2)) == (6, 33.33, 16.67)
    mild = next(look for name, look in found.items() if name != "严格")
    assert (mild.found, round(mild.expected, 2)) == (0.0, 16.67)
    monkeypatch.setattr(lessons, "LEAST_ANSWERS", 7)
    assert lessons.looks(HERE, stage.round) == []


def test_inspectors_are_compared_for_administrators_alone(stage: Stage) -> None:
    def keys(role: str) -> set[str]:
        return {table.key for table in lesson_tables.tables_of(stage.cast[role], HERE, stage.round, [])}

    assert "inspectors" in keys("administrator")
    assert "inspectors" not in keys("reviewer") | keys("signatory")


def test_pace_is_the_median_of_visits_that_can_be_timed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lessons, "LEAST_ANSWERS", 1)
    other = make_user("other", [(Role.INSPECTOR, stage.county.region)], name="另一人")
    for place, seconds in enumerate((20, 30, 100)):
        inspection = stage.inspections[place]
        inspection.inspectors.add(other)
        for number, code in enumerate(("yes", "choice", "windows")):
            at = NOW + timedelta(seconds=seconds * number)
            given = Mutation(uuid.uuid4(), code, 0, None, GOOD[code], at)
            actions.sync(
                inspection=inspection, mutations=[given], cursor=None, device=uuid.uuid4(), by=other, now=NOW
            )
        rest = {"yes": None, "choice": None, "windows": None}
        answer(inspection, stage.cast["inspector"], **rest)
        submit_by(inspection, stage.cast["lead_inspector"])
    found = {look.name: look.seconds for look in lessons.looks(HERE, stage.round)}
    # What was saved in one stroke, without a device, says nothing of the pace.
    assert found == {"另一人": 30, stage.cast["inspector"].name: None}


# ---- the page


def test_page_and_file_hold_the_same(client: Client, stage: Stage) -> None:
    slow = follow(stage, submitted(stage, 0, **SHORT), signed=later(6), sent=later(12))
    client.force_login(stage.cast["signatory"])
    page = client.get(reverse("reports:lessons"))
    assert [table.key for table in page.context["tables"]] == [
        "times", "by-township", "by-item", "by-round", "repeats-by-township",
    ]  # fmt: skip
    said = page.content.decode()
    assert reverse("inspections:finding", args=[slow.pk]) in said
    assert f"{reverse('reports:finding-list')}?round={stage.round.pk}&amp;region=410523100" in said
    file = client.post(reverse("reports:lesson-table", args=["times"]))
    text = file.content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows[0][0] == "乡镇"
    assert rows[1] == ["全部", "4（1个）", "4", "4（1个）", "4", "—", "—"]
    assert AuditEntry.objects.get(action="lessons.export").detail["table"] == "times"
    assert client.post(reverse("reports:lesson-table", args=["nothing"])).status_code == 404


def test_nothing_of_another_county_counts(client: Client, stage: Stage) -> None:
    other = small_stage(other=True)
    follow(other, submitted(other, 0, **SHORT), signed=later(6), sent=later(12))
    client.force_login(stage.cast["administrator"])
    page = client.get(reverse("reports:lessons"), {"round": other.round.pk})
    assert page.context["asked"].round == stage.round
    assert page.context["tables"] == []
    assert "还没有可以分析的整改" in page.content.decode()
    # Nor where a city's person oversees only one of two counties in a round.
    assert lessons.spans(HERE, other.round)[0] == []
    assert shares_by_item(decided(HERE, other.round, []), other.round) == []
    assert lessons.repeats_by_township(HERE, other.round) == []


# ---- who oversees more than counties


@pytest.fixture
def two(stage: Stage) -> Stage:
    """Another county of the same province, each with findings of its own in a round of its own."""
    other = small_stage(other=True)
    follow(stage, submitted(stage, 0, **SHORT), signed=later(1), sent=later(4))
    follow(other, submitted(other, 0, **SHORT), signed=later(6), sent=later(12))
    return other


def reviewer_of(code: str) -> Client:
    client = Client()
    place = (
        make_region(code) if code else Region.objects.create(code="0" * 12, level=Level.NATION, name="全国")
    )
    client.force_login(make_user(f"watching{code}", [(Role.REVIEWER, place)]))
    return client


def opened(client: Client, **query: Any) -> Any:
    page = client.get(reverse("reports:lessons"), query)
    assert page.status_code == 200
    return page


@pytest.mark.parametrize("code", ["41", "4105", ""])
@pytest.mark.parametrize("chosen", ["", "41", "4105", "43", "x", "410523%", "4３0421"])
def test_who_oversees_more_than_counties_chooses_one(two: Stage, code: str, chosen: str) -> None:
    page = opened(reviewer_of(code), region=chosen, round=two.round.pk)
    assert page.context["tables"] == []
    assert "选到县（市、区）或乡镇" in page.content.decode()
    assert 'name="region"' in page.content.decode()


@pytest.mark.parametrize("chosen", ["430421", "430421100"])
def test_place_of_others_is_not_chosen(two: Stage, chosen: str) -> None:
    assert opened(reviewer_of("41"), region=chosen).context["asked"].region == ""


@pytest.mark.parametrize("code", ["41", "4105", ""])
def test_chosen_county_shows_its_own_rounds_and_findings(two: Stage, stage: Stage, code: str) -> None:
    client = reviewer_of(code)
    county = opened(client, region="410523", round=two.round.pk)
    assert county.context["asked"].rounds == [stage.round]
    own = Client()
    own.force_login(stage.cast["signatory"])
    theirs = {table.key: table.rows for table in opened(own).context["tables"]}
    rows = {table.key: table.rows for table in county.context["tables"]}
    assert rows.keys() == theirs.keys()
    assert rows["times"] == theirs["times"]
    said = county.content.decode()
    assert f"?region=410523&amp;round={stage.round.pk}&amp;item=" in said
    assert f'?region=410523&amp;round={stage.round.pk}"' in said
    file = client.post(
        reverse("reports:lesson-table", args=["times"]) + f"?region=410523&round={stage.round.pk}"
    )
    assert file.status_code == 200
    assert client.post(reverse("reports:lesson-table", args=["times"])).status_code == 404


def test_chosen_township_narrows_further(two: Stage, stage: Stage) -> None:
    follow(stage, submitted(stage, 1, **SHORT), signed=later(2))
    first, second = (town.code[:9] for town in stage.county.townships[:2])
    pages = [opened(reviewer_of("41"), region="410523")]
    client = reviewer_of("4105")
    pages += [opened(client, region=town) for town in (first, second)]
    assert [len(page.context["tables"][0].rows) - 1 for page in pages] == [2, 1, 1]


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_a_province_costs_the_same_for_one_and_three(
    stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    for place in range(count):
        follow(stage, submitted(stage, place, **SHORT), signed=later(1), sent=later(4))
    client = reviewer_of("41")
    with django_assert_num_queries(5):
        opened(client)
    with django_assert_num_queries(16):
        opened(client, region="410523")


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_for_one_and_three(
    client: Client, stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    for place in range(count):
        follow(stage, submitted(stage, place, **SHORT), signed=later(1), sent=later(4))
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(15):
        client.get(reverse("reports:lessons"))


def test_days_count_over_a_year_like_one_by_one() -> None:
    publish(2026, *HOLIDAY)
    begin = date(2026, 11, 20)
    days = lessons.Days([begin, begin + timedelta(days=30)])
    from inspections.calendars import working_calendar
    from inspections.deadlines import working_days_left

    calendar = working_calendar(2026, 2026)
    for n in range(30):
        end = begin + timedelta(days=n)
        assert days.between(begin, end) == working_days_left(begin, end, calendar)
