"""From the database to the facts of circulars, opinions, score reports and ledgers."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Finding, Inspection
from reports import gathering, pdf
from reports.circular import compose_circular
from reports.document import Number
from reports.ledger import compose_ledger
from reports.score_report import compose_score_report
from tests.repairs import REPLY, in_state
from tests.repairs import add_photo as add_evidence
from tests.reports.notices import OFFICE
from tests.small_stage import NOW, Stage, add_photo, answer, jpeg, later, small_stage, submit_by, submitted
from tests.small_standards import ALL_KINDS, plain_item, standard

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开"), "area": Given("120")}


@pytest.fixture
def submitted_round(stage: Stage, other: Stage) -> Stage:
    """Two townships with findings, and a neighboring county with its own."""
    submitted(stage, 0, **SHORT)
    submitted(stage, 1, yes=Given(False, note="门未开"))
    submitted(other, 0, **SHORT)
    return stage


# ---- the circular


def test_round_counts_its_own_townships_only(submitted_round: Stage) -> None:
    facts = gathering.round_facts(submitted_round.round)
    assert {t.name for t in facts.townships} == {t.name for t in submitted_round.county.townships}
    assert (facts.centers, facts.inspected, facts.findings) == (2, 2, 3)
    assert facts.region == submitted_round.county.region.name


def test_townships_stand_in_the_order_of_their_codes_whatever_they_reached(stage: Stage) -> None:
    submitted(stage, 1, **SHORT)
    first, second = gathering.round_facts(stage.round).townships
    names = [township.name for township in stage.county.townships]
    assert [first.name, second.name] == names
    assert (first.average, first.inspected) == (None, 0)
    assert (second.inspected, second.findings) == (1, 2)


def test_withdrawn_findings_are_no_longer_told_of_a_round(submitted_round: Stage) -> None:
    Finding.objects.filter(item__code="area", round=submitted_round.round).update(state="withdrawn")
    facts = gathering.round_facts(submitted_round.round)
    assert (facts.findings, [item.title for item in facts.items]) == (2, ["检查项yes"])
    (section,) = facts.sections
    assert section.findings == 2


def test_mean_and_grades_are_those_of_the_submitted(submitted_round: Stage) -> None:
    facts = gathering.round_facts(submitted_round.round)
    scores = Inspection.objects.filter(round=submitted_round.round).values_list("score", flat=True)
    assert sorted(scores) == [Decimal("80.0000"), Decimal("83.3300")]
    assert facts.average == Decimal("81.67")  # half up
    assert sum(count for _, count in facts.grades) == 2


def test_sections_and_items_count_centers_and_give_sentences(submitted_round: Stage) -> None:
    facts = gathering.round_facts(submitted_round.round)
    (section,) = facts.sections
    assert (section.findings, section.centers) == (3, 2)
    assert set(section.examples) == set(
        Finding.objects.filter(round=submitted_round.round).values_list("finding", flat=True)
    )
    assert [(item.title, item.centers) for item in facts.items] == [("检查项yes", 2), ("检查项area", 1)]


def test_section_counts_the_centers_of_an_item_whose_sentence_holds_figures(db: None) -> None:
    items = [
        plain_item(code, kind, **({"finding": "面积为{value}平方米"} if code == "area" else {}))
        for code, kind in ALL_KINDS.items()
    ]
    stage = small_stage(data=standard(*items))
    for place, area in enumerate(("120", "75")):
        submitted(stage, place, area=Given(area), yes=Given(False))
    (section,) = gathering.round_facts(stage.round).sections
    assert section.examples == ("yes不符合要求", "2个中心（点）在检查项area方面不符合要求")


def test_queries_of_a_round_do_not_grow_with_its_townships() -> None:
    counts = []
    for place, townships in enumerate((1, 3)):
        stage = small_stage(townships=townships, other=bool(place))
        for number in range(townships):
            submitted(stage, number, **SHORT)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            gathering.round_facts(stage.round)
        counts.append(len(queries))
    assert counts == [6, 6]


def test_circular_of_a_round_is_printed(faces: Any, submitted_round: Stage) -> None:
    facts = gathering.round_facts(submitted_round.round)
    document = compose_circular(
        office=OFFICE, facts=facts, number=Number("办", 2026, 1), dated=NOW.date(), demonstration=True
    )
    assert pdf.render(document).pages >= 4


# ---- the ledger


def test_ledger_lists_findings_by_township_from_the_heaviest(submitted_round: Stage) -> None:
    findings = Finding.objects.filter(round=submitted_round.round).select_related("center", "region__parent")
    rows = gathering.ledger_rows(findings)
    names = [t.name for t in submitted_round.county.townships]
    assert [row.township for row in rows] == [names[0], names[0], names[1]]
    lost = {(f.center.name, f.finding): f.lost for f in findings}
    first, second, _third = rows
    assert lost[first.center, first.finding] >= lost[second.center, second.finding]
    assert {row.deadline.working_days for row in rows} == {15}


def test_villages_findings_stand_under_their_township() -> None:
    stage = small_stage(townships=1, villages=1, kinds=("township", "village"))
    village = next(i for i in stage.inspections if i.kind == "village")
    submitted(
        stage,
        stage.inspections.index(village),
        yes=Given(False, note="门未开"),
        zones=Given(["guide", "wait"]),
    )
    (row,) = gathering.ledger_rows(Finding.objects.select_related("center", "region__parent"))
    assert row.township == stage.county.townships[0].name
    assert row.center == village.center.name


def test_ledgers_rows_cost_two_queries_however_many_they_are(submitted_round: Stage) -> None:
    findings = list(Finding.objects.select_related("center", "region__parent"))
    assert len(findings) > 3
    with CaptureQueriesContext(connection) as queries:
        compose_ledger(
            issuer="县办", region="县", round="轮", rows=gathering.ledger_rows(findings), dated=NOW.date()
        )
    assert len(queries) == 2


def test_ledger_tells_what_became_of_each_finding(stage: Stage) -> None:
    closed, waiting = in_state(stage, "closed"), in_state(stage, "notified", place=1)
    rows = {row.township: row for row in gathering.ledger_rows(Finding.objects.all())}
    first, second = (rows[finding.region.name] for finding in (closed, waiting))
    assert (first.person, first.result, first.verdict) == ("王强", "已完成：已购置并安装", "合格，已销号")
    assert first.closed_on == NOW.date()
    assert first.deadline.due == closed.due_on is not None
    assert (second.person, second.result, second.verdict, second.closed_on) == ("", "", "", None)
    assert second.deadline.working_days == 15


def test_words_of_a_township_that_no_paper_may_have_do_not_stop_the_ledger(stage: Stage) -> None:
    finding, staff = in_state(stage, "acknowledged"), stage.cast["township_staff"]
    said = REPLY | {"measure": "已对责任人处罚", "responsible": "王😀"}
    inspecting.save_reply(finding=finding, fields=said, by=staff, now=NOW)
    add_evidence(finding, staff)
    inspecting.report(finding=finding, by=staff, now=NOW)
    (row,) = gathering.ledger_rows(Finding.objects.all(), printable=lambda text: "😀" not in text)
    assert (row.person, row.result) == (gathering.ELSEWHERE, f"已完成：{gathering.ELSEWHERE}")


# ---- the score report


def scores(stage: Stage) -> Any:
    township = stage.county.townships[0]
    return gathering.township_scores(stage.round, township, among=Inspection.objects.all())


def test_township_report_has_its_own_submitted_centers_only(submitted_round: Stage) -> None:
    township = submitted_round.county.townships[0]
    facts = gathering.township_scores(submitted_round.round, township, among=Inspection.objects.all())
    (center,) = facts.centers
    inspection = submitted_round.inspections[0]
    inspection.refresh_from_db()
    assert (center.name, center.score) == (inspection.center.name, inspection.score.quantize(Decimal("0.01")))
    assert {item.finding for item in center.lost} == set(
        Finding.objects.filter(inspection=inspection).values_list("finding", flat=True)
    )
    assert sum(section.lost for section in center.sections) == sum(item.lost for item in center.lost)
    assert center.next_grade == inspection.snapshot["next"]["grade"]


def test_township_without_a_submission_has_no_centers(stage: Stage) -> None:
    assert scores(stage).centers == ()


def test_score_report_is_printed(faces: Any, submitted_round: Stage) -> None:
    facts = scores(submitted_round)
    assert pdf.render(compose_score_report(issuer="县办", facts=facts, dated=NOW.date())).pages >= 1


# ---- the re-inspection


def snapshot(stage: Stage, place: int, **changes: Given | None) -> Any:
    return submitted(stage, place, **changes).snapshot


@pytest.fixture
def two(stage: Stage) -> tuple[Any, Any]:
    """Snapshots before and after: one finding is put right, one partly, one is not looked at."""
    before = snapshot(
        stage,
        0,
        yes=Given(False, note="门未开"),
        area=Given("90"),
        windows=Given({"total": "4", "compliant": "0"}),
    )
    after = snapshot(stage, 1, area=Given("120"), windows=Given(None, na=True, reason="正在装修"))
    return before, after


def test_reinspection_tells_of_each_finding_what_became_of_it(two: tuple[Any, Any]) -> None:
    before, after = two
    facts = gathering.reinspection_facts(
        notice_title="通知", notice_number="办〔2026〕1号", before=before, after=after
    )
    wanting = [item["code"] for item in gathering.wanting(before)]
    outcomes = dict(zip(wanting, [result.outcome for result in facts.results], strict=True))
    assert outcomes == {"yes": "done", "area": "partly", "windows": "not_checked"}
    said = dict(zip(wanting, [result.now for result in facts.results], strict=True))
    assert said == {"yes": "合格", "area": "120 平方米", "windows": ""}


def test_finding_that_is_as_it_was_is_not_done(stage: Stage) -> None:
    before = snapshot(stage, 0, yes=Given(False, note="门未开"))
    after = snapshot(stage, 1, yes=Given(False, note="仍未开门"))
    (result,) = gathering.reinspection_facts(
        notice_title="通知", notice_number="办〔2026〕1号", before=before, after=after
    ).results
    assert (result.outcome, result.now) == ("not_done", "仍未开门")


def test_item_that_a_new_edition_dropped_is_not_checked(two: tuple[Any, Any]) -> None:
    before, after = two
    after["items"] = [item for item in after["items"] if item["code"] != "yes"]
    facts = gathering.reinspection_facts(notice_title="通", notice_number="1号", before=before, after=after)
    assert facts.results[0].outcome == "not_checked"


def test_photos_are_named_by_digest_with_local_time(stage: Stage) -> None:
    inspection, by = stage.inspections[0], stage.cast["inspector"]
    answer(inspection, by, yes=Given(False, note="门未开"))
    body = jpeg(exif=_taken("2026:11:12 09:05:00"))
    photo = add_photo(inspection, by, body)
    submit_by(inspection, stage.cast["lead_inspector"], later(1))
    item = next(i for i in inspection.snapshot["items"] if i["code"] == "yes")
    (facts,) = gathering.photos_of(item)
    assert facts.image == photo.sha256
    assert facts.taken_at is not None
    assert (facts.taken_at.hour, facts.taken_at.minute) == (9, 5)


def _taken(text: str) -> bytes:
    from PIL import Image

    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = text
    return exif.tobytes()
