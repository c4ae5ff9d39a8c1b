"""Summaries by region: what each act adds, takes away and moves, and that a recount finds the same."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Finding, FindingTally, Inspection, RoundTally
from organization import actions as organizing
from organization.models import Region
from organization.problems import NotAllowed, Problem
from reports import actions
from reports.actions import summaries
from reports.actions.recounting import rebuild_summaries
from reports.models import CenterResult, ItemSummary, LatestSummary, ScoreSummary, SectionSummary
from reports.outcomes import Outcome, band, outcome_of, units
from tests.factories import make_region
from tests.small_stage import (
    NOW,
    Stage,
    answer,
    issued,
    later,
    self_check,
    submit_by,
    submitted,
)
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
COUNTY, CITY, PROVINCE = "410523000000", "410500000000", "410000000000"
SHORT = {"yes": Given(False, note="门未开"), "area": Given("75"), "posts": Given(na=True, reason="没有窗口")}


def agreed() -> bool:
    """Whether a recount finds nothing to say."""
    assert list(rebuild_summaries(fix=False)) == []
    return True


def scores(region: str) -> dict[tuple[int, str], tuple[int, int]]:
    rows = ScoreSummary.objects.filter(region=region, centers__gt=0)
    return {(row.band, row.grade): (row.centers, row.score_sum) for row in rows}


def inspections(region: str) -> int:
    return sum(RoundTally.objects.filter(region=region).values_list("inspections", flat=True))


def open_findings(region: str) -> int:
    return sum(FindingTally.objects.filter(region=region).values_list("open", flat=True))


def latest(region: str) -> tuple[int, int]:
    row = LatestSummary.objects.filter(region=region).first()
    return (row.centers, row.score_sum) if row else (0, 0)


def test_bands_are_five_points_wide_and_a_full_score_is_in_the_last() -> None:
    assert [band(units(text)) for text in ("0", "4.99", "5", "89.99", "90", "99.99", "100")] == [
        0, 0, 1, 17, 18, 19, 19,
    ]  # fmt: skip
    assert band(None) == -1


def test_submitting_counts_at_every_level(stage: Stage) -> None:
    township = stage.county.townships[0].code
    assert [inspections(code) for code in (township, COUNTY, CITY, PROVINCE)] == [1, 2, 2, 2]
    inspection = submitted(stage, 0, **SHORT)
    submitted(stage, 1)
    low, full = units(inspection.score), 1_000_000
    assert scores(township) == {(band(low), inspection.grade): (1, low)}
    for code in (COUNTY, CITY, PROVINCE):
        assert scores(code) == {(band(low), inspection.grade): (1, low), (19, "优秀"): (1, full)}
        assert latest(code) == (2, low + full)
        rows = ItemSummary.objects.filter(region=code).values_list("item__code", "not_met", "partly", "na")
        assert sorted(rows) == [("area", 0, 1, 0), ("posts", 0, 0, 1), ("yes", 1, 0, 0)]
        assert open_findings(code) == Finding.objects.count() == 2
    sections = SectionSummary.objects.filter(region=COUNTY)
    assert {(row.centers) for row in sections} == {2}
    assert agreed()


def test_summaries_add_points_exactly(stage: Stage) -> None:
    inspection = submitted(stage, 0, zones=Given(["guide"]))
    row = ItemSummary.objects.get(region=COUNTY)
    assert Decimal(row.lost) / 10_000 == Finding.objects.get().lost
    assert row.partly == 1
    assert CenterResult.objects.get().score == inspection.score * 10_000


def test_refused_submission_counts_nothing(stage: Stage) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], yes=None)
    with pytest.raises(Problem):
        submit_by(inspection, stage.cast["lead_inspector"])
    assert (ScoreSummary.objects.count(), CenterResult.objects.count()) == (0, 0)
    submitted(stage, 1)
    submit_by(stage.inspections[1], stage.cast["lead_inspector"])
    assert scores(COUNTY) == {(19, "优秀"): (1, 1_000_000)}
    assert agreed()


def test_self_check_counts_in_its_round_but_not_among_last_scores(stage: Stage) -> None:
    checked = self_check(stage.county, stage.cast, stage.edition)[0]
    answer(checked, stage.cast["township_staff"], **SHORT)
    submit_by(checked, stage.cast["township_staff"])
    assert ScoreSummary.objects.filter(region=COUNTY, round=checked.round).count() == 1
    assert ItemSummary.objects.filter(region=COUNTY, round=checked.round).count() == 3
    assert (latest(COUNTY), open_findings(COUNTY)) == ((0, 0), 0)
    assert agreed()


def test_next_inspection_takes_the_place_of_the_last_score(stage: Stage) -> None:
    submitted(stage, 0, **SHORT)
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "复查")
    take_in(round, stage.cast, ("township",))
    again = Inspection.objects.get(round=round, center=stage.inspections[0].center)
    answer(again, stage.cast["inspector"])
    submit_by(again, stage.cast["lead_inspector"], later(30))
    assert latest(COUNTY) == (1, 1_000_000)
    assert ScoreSummary.objects.filter(region=COUNTY).count() == 2
    assert agreed()


def test_findings_are_counted_by_the_day_they_are_due(stage: Stage, quick_pdf: Any) -> None:
    inspection = submitted(stage, 0, **SHORT)
    assert set(FindingTally.objects.filter(open__gt=0).values_list("with_township")) == {(0,)}
    notice = issued(stage, inspection)
    actions.acknowledge(document=notice, person="王平", by=stage.cast["township_staff"], now=NOW)
    found = Finding.objects.order_by("pk")
    assert {row.due_on for row in found} != {None}
    rows = FindingTally.objects.filter(region=COUNTY, open__gt=0)
    assert {row.due_on: (row.open, row.with_township) for row in rows} == {found[0].due_on: (2, 2)}
    assert agreed()
    one = found[0]
    words = {one.pk: "无误"}
    staff, by = stage.cast["township_staff"], stage.cast["administrator"]
    fields = {"measure": "开门", "responsible": "王平", "result": "not_done", "done_on": None, "plan": "再办"}
    inspecting.save_reply(finding=one, fields=fields, by=staff, now=NOW)
    inspecting.report(finding=one, by=staff, now=NOW)
    assert [
        (row.open, row.with_township) for row in FindingTally.objects.filter(region=COUNTY, open__gt=0)
    ] == [(2, 1)]
    inspecting.review(findings=[one], move_name="close", words=words, by=by, now=NOW)
    assert open_findings(PROVINCE) == 1
    inspecting.review(findings=[one], move_name="reopen", words=words, by=by, now=NOW)
    assert open_findings(PROVINCE) == 2
    assert agreed()
    request = inspecting.ask_extension(
        finding=found[1], until=later(60).date(), reason="施工", by=staff, now=NOW
    )
    inspecting.decide_request(request=request, grant=True, words="", by=by, now=NOW)
    assert FindingTally.objects.filter(region=COUNTY, open=1).count() == 2
    assert agreed()
    actions.withdraw(document=notice, words="重发", by=by, now=NOW)
    assert agreed()


def test_corrected_result_takes_the_place_of_the_old_one(stage: Stage) -> None:
    inspection = submitted(stage, 0, **SHORT)
    other = submitted(stage, 1)
    old = CenterResult.objects.get(inspection=inspection).outcome
    yes = Finding.objects.get(item__code="yes").item_id
    better = Outcome(
        units("91.5"), "优秀", old.sections, {key: val for key, val in old.items.items() if key != yes}
    )
    for _turn in range(2):
        actions.adjust(inspection=inspection, outcome=better)
    assert scores(COUNTY) == {(18, "优秀"): (1, 915_000), (19, "优秀"): (1, units(other.score))}
    assert latest(COUNTY) == (2, 1_915_000)
    assert not ItemSummary.objects.filter(item=yes, not_met__gt=0).exists()
    # The recount trusts the frozen content alone, and names the inspection that was corrected.
    assert next(iter(rebuild_summaries(fix=False))).table is CenterResult


def test_upheld_objection_is_counted_as_corrected(stage: Stage) -> None:
    inspection = submitted(stage, 0, **SHORT)
    inspecting.notify_findings(inspection=inspection, by=None, now=NOW)
    finding = inspection.findings.get(item__code="yes")
    staff, by = stage.cast["township_staff"], stage.cast["administrator"]
    asked = inspecting.object_to(finding=finding, reason="现场有", by=staff, now=NOW)
    actions.correct_score(request=asked, given=Given(True), words="经核实", by=by, now=later(1))
    inspection.refresh_from_db()
    assert latest(PROVINCE) == (1, units(inspection.score))
    assert open_findings(PROVINCE) == 1
    assert not ItemSummary.objects.filter(item=finding.item_id, not_met__gt=0).exists()
    assert agreed()


def close(stage: Stage, place: int, day: Any) -> None:
    center = stage.inspections[place].center
    organizing.edit_center(
        by=stage.cast["administrator"], center=center, name=center.name, address="", phone="", closed_on=day,
        now=NOW,
    )  # fmt: skip


def test_closed_center_leaves_the_round_and_the_last_scores_until_it_opens(stage: Stage) -> None:
    submitted(stage, 0)
    for place in (0, 1):
        close(stage, place, NOW.date())
    # What was submitted stays in its round; what will never be inspected does not hold it up.
    assert (inspections(COUNTY), latest(COUNTY)) == (1, (0, 0))
    assert agreed()
    for place in (0, 1):
        close(stage, place, None)
    assert (inspections(COUNTY), latest(COUNTY)) == (2, (1, 1_000_000))
    assert agreed()


def test_center_that_closes_while_it_is_inspected_counts_once_submitted(stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    close(stage, 0, NOW.date())
    submit_by(stage.inspections[0], stage.cast["lead_inspector"])
    assert (inspections(COUNTY), latest(COUNTY)) == (2, (0, 0))
    assert agreed()


def test_moved_center_takes_its_last_score_and_what_is_to_be_inspected_along(stage: Stage) -> None:
    submitted(stage, 0, **SHORT)
    here, there = stage.county.townships[0].code, make_region("410523205", "瓦岗乡")
    before = latest(COUNTY), inspections(COUNTY)
    by = stage.cast["administrator"]
    organizing.move_center(center=stage.inspections[0].center, region=there, by=by, now=NOW)
    assert (latest(here)[0], latest(there.code)[0]) == (0, 1)
    assert (inspections(here), inspections(there.code)) == (1, 0)
    far = make_region("410526205", "别县的乡")
    with pytest.raises(NotAllowed):
        organizing.move_center(center=stage.inspections[1].center, region=far, by=by, now=NOW)
    assert (latest(COUNTY), inspections(COUNTY)) == before
    organizing.move_center(center=stage.inspections[1].center, region=far, by=None, now=NOW)
    assert (inspections(COUNTY), inspections("410526000000"), inspections(CITY)) == (1, 1, 2)
    stage.inspections[1].refresh_from_db()
    assert stage.inspections[1].region_id == far.code
    assert agreed()


def test_center_moves_to_a_free_place_of_its_level_only(stage: Stage) -> None:
    by, center = stage.cast["administrator"], stage.inspections[0].center
    for place in (stage.county.townships[1], Region.objects.get(code=COUNTY)):
        with pytest.raises(Problem) as refused:
            organizing.move_center(center=center, region=place, by=by, now=NOW)
        assert refused.value.field == "region"


def test_rebuilding_names_every_difference_and_puts_it_right(stage: Stage) -> None:
    submitted(stage, 0, **SHORT)
    ScoreSummary.objects.filter(region=COUNTY).update(centers=7)
    ItemSummary.objects.filter(region=PROVINCE, item__code="yes").delete()
    FindingTally.objects.create(
        region_id=CITY, round=stage.round, kind="village", due_on=NOW.date(), open=3, with_township=0
    )
    LatestSummary.objects.filter(region=CITY).update(score_sum=1)
    CenterResult.objects.update(score=5)
    said = io.StringIO()
    with pytest.raises(CommandError, match="不一致"):
        call_command("rebuild_summaries", "--check", stdout=said, stderr=io.StringIO())
    lines = said.getvalue()
    for words in (
        "汤阴县（410523000000）",
        "centers 记为7，应为1",
        "not_met 记为0，应为1",
        "open 记为3，应为0",
        "检查结果",
    ):
        assert words in lines
    call_command("rebuild_summaries", stdout=io.StringIO(), stderr=io.StringIO())
    assert agreed()
    assert not FindingTally.objects.filter(kind="village").exists()
    said = io.StringIO()
    call_command("rebuild_summaries", "--check", stdout=said, stderr=said)
    assert "与重新统计的结果一致" in said.getvalue()
    assert "100%" in said.getvalue()


def test_recount_shares_no_rule_with_the_counting(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in what a submission adds is one that the recount names, and can put right."""
    right = summaries.parts

    def wrong(*args: Any) -> Any:
        for model, key, counts in right(*args):
            yield model, key, {name: 2 * number for name, number in counts.items()}

    monkeypatch.setattr(summaries, "parts", wrong)
    submitted(stage, 0, **SHORT)
    tables = {fault.table for fault in rebuild_summaries(fix=False)}
    assert tables == {ScoreSummary, SectionSummary, ItemSummary}
    list(rebuild_summaries(fix=True))
    assert agreed()


def test_rebuilding_makes_everything_from_nothing(stage: Stage, other: Stage) -> None:
    submitted(stage, 0, **SHORT)
    submitted(other, 1, **SHORT)
    tables = [
        CenterResult,
        ScoreSummary,
        SectionSummary,
        ItemSummary,
        LatestSummary,
        RoundTally,
        FindingTally,
    ]
    keys = ("region_id", "round_id", "kind")
    before = {
        table: sorted(map(str, table.objects.values_list(*keys[: 3 if table is not LatestSummary else 1])))
        for table in tables
    }
    for table in tables:
        table.objects.all().delete()
    list(rebuild_summaries(fix=True))
    after = {
        table: sorted(map(str, table.objects.values_list(*keys[: 3 if table is not LatestSummary else 1])))
        for table in tables
    }
    assert after == before
    assert agreed()


def test_snapshot_without_a_score_is_counted_without_one() -> None:
    plain = {"score": None, "grade": None, "sections": [{"code": "a", "score": None}], "items": []}
    assert outcome_of(plain, {}) == Outcome(None, "")
