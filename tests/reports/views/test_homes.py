"""The homes of administrators and township staff."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.answers import Given
from inspections.models import Finding, Inspection, Round
from organization.models import Assignment, Role, User
from reports import actions as reporting
from standards.models import Effort
from tests.factories import County, make_region, make_user
from tests.repairs import in_state
from tests.small_stage import (
    NOW,
    Stage,
    answer,
    drafted,
    issued,
    later,
    self_check,
    small_stage,
    submit_by,
    submitted,
)
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


def shown(client: Client, path: str, **query: Any) -> Any:
    said = client.get(path, query)
    assert said.status_code == 200
    return said.context


# ---- the county's home


def test_county_home_tells_where_the_round_stands(client: Client, stage: Stage) -> None:
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    context = shown(client, "/county/")
    assert context["round"] == stage.round
    assert (context["totals"].submitted, context["totals"].inspections) == (1, 2)
    assert (context["awaiting"], context["steps"]) == (1, {})
    assert [row.region.name for row in context["standings"]] == ["城关镇", "菜园镇"]
    drafted(stage, stage.inspections[0])
    context = shown(client, "/county/")
    assert (context["awaiting"], context["steps"]) == (0, {"issue": 1})


def test_county_home_shows_the_newest_round_and_the_one_asked_for(client: Client, stage: Stage) -> None:
    new = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(new, stage.cast, ("township",))
    client.force_login(stage.cast["administrator"])
    assert shown(client, "/county/")["round"] == new
    assert shown(client, "/county/", round=stage.round.pk)["round"] == stage.round
    for nonsense in ("x", "999999", "\x00"):
        assert shown(client, "/county/", round=nonsense)["round"] == new


def test_county_home_never_shows_another_countys_round(client: Client, stage: Stage, other: Stage) -> None:
    submitted(other, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    context = shown(client, "/county/", round=other.round.pk)
    assert context["round"] == stage.round
    assert context["totals"].submitted == 0
    page = client.get("/county/").content.decode()
    assert "410526" not in page
    assert "滑县" not in page


def test_county_home_opens_before_the_first_round(client: Client, db: None) -> None:
    from tests.factories import make_county

    county = make_county(townships=1)
    client.force_login(make_user("a", [(Role.ADMINISTRATOR, county.region)]))
    assert shown(client, "/county/")["round"] is None


def test_county_home_opens_for_reviewer_and_signatory(client: Client, stage: Stage) -> None:
    submitted(stage, 0, **SHORT)
    for role in ("reviewer", "signatory"):
        client.force_login(stage.cast[role])
        page = client.get("/county/")
        assert page.status_code == 200
        assert f'href="{reverse("inspections:round", args=[stage.round.pk])}' not in page.content.decode()


def of_the_city(stage: Stage) -> Round:
    """A round of the city above, over the county's first township."""
    city = make_region("4105")
    by = make_user("city", [(Role.ADMINISTRATOR, city)])
    round = make_round(County(city), stage.edition, by, "市级抽查")
    actions.add_centers(round=round, region=stage.county.townships[0], kinds=["township"], by=by, now=NOW)
    return round


def test_county_home_links_to_no_round_of_a_region_above(client: Client, stage: Stage) -> None:
    round = of_the_city(stage)
    address = reverse("inspections:round", args=[round.pk])
    client.force_login(stage.cast["administrator"])
    page = client.get("/county/", {"round": round.pk})
    assert page.context["round"] == round
    assert client.get(address).status_code == 404
    assert f'href="{address}' not in page.content.decode()
    own = client.get("/county/", {"round": stage.round.pk}).content.decode()
    assert reverse("inspections:round", args=[stage.round.pk]) in own


def test_county_home_leaves_out_what_one_inspects_elsewhere(
    client: Client, stage: Stage, other: Stage
) -> None:
    submitted(other, 0, **SHORT)
    person = make_user("both", [(Role.REVIEWER, stage.county.region), (Role.INSPECTOR, other.county.region)])
    other.inspections[0].inspectors.add(person)
    client.force_login(person)
    assert shown(client, "/county/")["rounds"] == [stage.round]
    assert list(shown(client, "/documents/")["waiting"]) == []


@pytest.mark.parametrize("centers", [1, 3, 300])
def test_county_home_costs_the_same_for_any_number_of_centers(
    client: Client, django_assert_num_queries: Any, centers: int
) -> None:
    townships = min(centers, 3)
    stage = small_stage(townships=townships, villages=centers // townships, kinds=("village",))
    assert len(stage.inspections) == centers
    lead = stage.cast["lead_inspector"]
    Inspection.objects.update(
        state="submitted", score=Decimal(80), grade="良好", snapshot={}, submitted_at=NOW, submitted_by=lead
    )
    item = stage.edition.items.first()
    Finding.objects.bulk_create(
        Finding(
            inspection=row, item=item, round=stage.round, center=row.center, region=row.region, clause="一、",
            finding="x", requirement="y", lost=1, mode="at_once", found_at=NOW,
        )
        for row in stage.inspections
    )  # fmt: skip
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(22):
        context = shown(client, "/county/")
    assert context["totals"].submitted == context["awaiting"] == centers


# ---- the township's home


def test_township_home_shows_its_own_centers_findings_and_notices(
    client: Client, quick_pdf: Any, db: None
) -> None:
    stage = small_stage(townships=2, villages=1, kinds=("township", "village"))
    first, _village, second, _ = range(4)
    mine = issued(stage, submitted(stage, first, **SHORT))
    issued(stage, submitted(stage, second, area=Given("75")))
    client.force_login(stage.cast["township_staff"])
    context = shown(client, "/our-centers/")
    assert [center.region_id for center in context["centers"]] == ["410523100000", "410523100201"]
    assert [center.latest and center.latest.score for center in context["centers"]] == [
        Decimal("83.33"), None,
    ]  # fmt: skip
    assert [finding.item.code for finding in context["findings"]] == ["yes"]
    assert context["finding_count"] == 1
    assert [notice.pk for notice in context["to_acknowledge"]] == [mine.pk]
    assert context["notices"] == []


def test_township_home_urges_nothing_before_the_notice(client: Client, stage: Stage) -> None:
    finding = in_state(stage, "found")
    client.force_login(stage.cast["township_staff"])
    address = reverse("inspections:finding", args=[finding.pk])
    urging = f'<a class="btn btn-primary" href="{address}">'
    assert urging not in client.get("/our-centers/").content.decode()
    actions.notify_findings(inspection=finding.inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=finding.inspection, by=None, now=NOW)
    assert urging in client.get("/our-centers/").content.decode()


def test_township_home_shows_no_draft_and_nothing_unsubmitted(client: Client, stage: Stage) -> None:
    drafted(stage, submitted(stage, 0, **SHORT))
    answer(stage.inspections[1], stage.cast["inspector"])
    client.force_login(stage.cast["township_staff"])
    context = shown(client, "/our-centers/")
    assert context["notices"] == context["to_acknowledge"] == []
    staff = make_user("second", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    client.force_login(staff)
    (center,) = shown(client, "/our-centers/")["centers"]
    assert center.latest is None


def test_township_home_tells_latest_score_and_change(client: Client, stage: Stage) -> None:
    submitted(stage, 0, at=later(-90), **SHORT)
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(round, stage.cast, ("township",))
    late = round.inspections.order_by("region_id").first()
    answer(late, stage.cast["inspector"])
    submit_by(late, stage.cast["lead_inspector"])
    client.force_login(stage.cast["township_staff"])
    (center,) = shown(client, "/our-centers/")["centers"]
    assert (center.latest, center.change) == (late, Decimal("16.67"))


def test_township_home_shows_the_way_of_least_effort_to_the_next_grade(
    client: Client, stage: Stage, other: Stage
) -> None:
    for one, size in (("yes", "large"), ("choice", "small"), ("area", "small")):
        Effort.objects.create(item=stage.edition.items.get(code=one), size=size, changed_at=NOW)
    inspection = submitted(
        stage, 0, yes=Given(False), choice=Given("not_met"), area=Given("75"), posts=Given("8")
    )
    submitted(other, 0, **SHORT)
    client.force_login(stage.cast["township_staff"])
    context = shown(client, "/our-centers/")
    better = context["better"]
    assert (better["grade"], [item["code"] for item in better["items"]]) == ("合格", ["choice", "area"])
    finding = Finding.objects.get(inspection=inspection, item__code="choice")
    assert better["items"][0]["followed"] == finding
    said = client.get("/our-centers/").content.decode()
    for words in ("再整改 2 项", "工作量小", reverse("inspections:finding", args=[finding.pk]), "最省力"):
        assert words in said
    # Once all of it is closed there is nothing more to do for it until the next inspection.
    codes = [item["code"] for item in better["items"]]
    Finding.objects.filter(inspection=inspection, item__code__in=codes).update(state="closed", closed_at=NOW)
    assert shown(client, "/our-centers/")["better"] is None


def test_township_home_without_a_better_grade_says_nothing_of_it(client: Client, stage: Stage) -> None:
    client.force_login(stage.cast["township_staff"])
    assert shown(client, "/our-centers/")["better"] is None
    submitted(stage, 0)
    assert shown(client, "/our-centers/")["better"] is None


def test_self_check_is_the_townships_task_and_no_result(client: Client, stage: Stage, other: Stage) -> None:
    (inspection,) = self_check(stage.county, stage.cast, stage.edition)
    self_check(other.county, other.cast, other.edition)
    client.force_login(stage.cast["township_staff"])
    assert shown(client, "/our-centers/")["self_checks"] == [inspection]
    answer(inspection, stage.cast["township_staff"], **SHORT)
    asked = client.get(reverse("inspections:check", args=[inspection.pk])).content.decode()
    assert "县里可以看到结果" in asked
    assert "乡镇可以看到结果" not in asked
    submit_by(inspection, stage.cast["township_staff"])
    context = shown(client, "/our-centers/")
    assert context["self_checks"] == []
    assert context["self_checked"] == [inspection]
    assert reverse("reports:score", args=[inspection.pk]) in client.get("/our-centers/").content.decode()
    assert context["centers"][0].latest is None
    assert context["finding_count"] == 0


@pytest.mark.parametrize("villages", [1, 3])
def test_township_home_costs_the_same_for_one_and_three(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, villages: int
) -> None:
    stage = small_stage(townships=1, villages=villages, kinds=("village",))
    staff = stage.cast["township_staff"]
    for place in range(villages):
        notice = issued(stage, submitted(stage, place, yes=Given(False), zones=Given(["guide", "wait"])))
        reporting.acknowledge(document=notice, person="马会玲", by=staff, now=NOW)
    client.force_login(staff)
    with django_assert_num_queries(16):
        context = shown(client, "/our-centers/")
    assert len(context["notices"]) == villages
    assert all(row.due for row in context["findings"])


def test_township_home_names_what_costs_most_points_first(
    client: Client, quick_pdf: Any, other: Stage
) -> None:
    stage = small_stage(townships=1)
    submitted(other, yes=Given(False), area=Given("1"))
    submitted(stage, yes=Given(False), zones=Given(["guide", "wait"]), area=Given("1"))
    client.force_login(stage.cast["township_staff"])
    heaviest = shown(client, "/our-centers/")["heaviest"]
    assert len(heaviest) > 1
    assert [row.lost for row in heaviest] == sorted((row.lost for row in heaviest), reverse=True)
    assert {row.center.region_id for row in heaviest} == {stage.county.townships[0].code}
    text = client.get("/our-centers/").content.decode()
    assert "扣分最多的问题" in text
    # Only lists that are `ul` are drawn as rows.
    assert '<ol class="todo"' not in text


def test_township_home_puts_first_what_is_due_first(
    client: Client, quick_pdf: Any, stage: Stage, other: Stage
) -> None:
    notice = issued(stage, submitted(stage, 0, yes=Given(False), area=Given("75"), zones=Given(["guide"])))
    issued(other, submitted(other, 0, **SHORT))
    staff = stage.cast["township_staff"]
    client.force_login(staff)
    before = client.get("/our-centers/").content.decode()
    assert "去签收通知" in before
    assert "收到通知之日起" in before
    reporting.acknowledge(document=notice, person="马会玲", by=staff, now=NOW)
    first, *rest = Finding.objects.filter(center=stage.inspections[0].center).order_by("-lost")
    Finding.objects.filter(pk=first.pk).update(due_on=date(2026, 11, 2))
    Finding.objects.filter(pk=rest[0].pk).update(due_on=date(2026, 12, 9), due_is_provisional=True)
    inspecting = shown(client, "/our-centers/")
    assert [row.pk for row in inspecting["findings"]][:2] == [first.pk, rest[0].pk]
    assert (inspecting["overdue_count"], inspecting["to_acknowledge"]) == (1, [])
    page = client.get("/our-centers/").content.decode()
    assert "已逾期" in page
    assert "暂定" in page
    for row in Finding.objects.all():
        assert (reverse("inspections:finding", args=[row.pk]) in page) is (row.center_id == first.center_id)


def test_county_home_says_over_which_rounds_it_counts_what_is_overdue(client: Client, stage: Stage) -> None:
    finding = in_state(stage, "acknowledged")
    Finding.objects.filter(pk=finding.pk).update(due_on=date(2026, 11, 2))
    client.force_login(stage.cast["administrator"])
    context = shown(client, "/county/")
    counted = {str(one["label"]): (one["figure"], str(one.get("sub"))) for one in context["figures"]}
    assert (counted["未销号问题"], counted["已逾期"]) == ((1, "只计本轮"), (1, "只计本轮"))
    assert "各轮共有 1 个问题逾期没有报送" in client.get("/county/").content.decode()


def test_township_home_tells_what_waits_for_the_county_and_what_is_new(client: Client, stage: Stage) -> None:
    in_state(stage, "reported")
    client.force_login(stage.cast["township_staff"])
    context = shown(client, "/our-centers/")
    assert (context["finding_count"], context["reported_count"], context["findings"]) == (0, 1, [])
    assert context["unread"] == 1
    page = client.get("/our-centers/").content.decode()
    assert "?state=with_county" in page
    assert reverse("inspections:message-list") in page


def with_both_townships(stage: Stage) -> None:
    """Let the cast's staff work for the second township as well."""
    staff, region = stage.cast["township_staff"], stage.county.townships[1]
    Assignment.objects.create(user=staff, role=Role.TOWNSHIP_STAFF, region=region)
    stage.cast["township_staff"] = User.objects.get(pk=staff.pk)


def test_county_home_leads_to_what_townships_ask_and_what_is_overdue(
    client: Client, stage: Stage, other: Stage
) -> None:
    with_both_townships(stage)
    late, _reported = in_state(stage, "acknowledged"), in_state(stage, "reported", place=1)
    in_state(other, "reported")
    staff = stage.cast["township_staff"]
    actions.ask_extension(finding=late, until=date(2027, 1, 29), reason="等设备", by=staff, now=NOW)
    actions.object_to(finding=late, reason="当天就有", by=staff, now=NOW)
    Finding.objects.filter(pk=late.pk).update(due_on=date(2026, 11, 2))
    client.force_login(stage.cast["administrator"])
    context = shown(client, "/county/")
    assert (context["to_handle"], context["overdue"], context["totals"].overdue) == (3, 1, 1)
    page = client.get("/county/").content.decode()
    assert "待办理 3 件" in page
    assert reverse("inspections:inbox") in page
    assert f"round={stage.round.pk}&amp;state=overdue" in page
    client.force_login(stage.cast["reviewer"])
    context = shown(client, "/county/")
    assert (context["to_handle"], context["overdue"]) == (0, 1)
    actions.review(
        findings=[late],
        move_name="withdraw",
        words={late.pk: "查无此事"},
        by=stage.cast["administrator"],
        now=NOW,
    )
    client.force_login(stage.cast["administrator"])
    # What was asked about the score still wants an answer; more time does not.
    assert shown(client, "/county/")["to_handle"] == 2
