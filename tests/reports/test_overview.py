"""The figures of a round: exact, ranked with ties, and of the person's own regions alone."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from inspections import actions
from inspections.answers import Given
from inspections.models import Finding, Inspection, Round
from organization.models import Role, User
from reports import overview
from tests.factories import make_region, make_user
from tests.small_stage import (
    NOW,
    Stage,
    answer,
    drafted,
    issued,
    self_check,
    small_stage,
    submit_by,
    submitted,
)
from tests.stage import make_round

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def scored(stage: Stage, scores: Sequence[str | None]) -> list[Inspection]:
    """Give the stage's inspections these scores, as if submitted; None leaves one to begin."""
    lead = stage.cast["lead_inspector"]
    for inspection, score in zip(stage.inspections, scores, strict=True):
        if score is not None:
            Inspection.objects.filter(pk=inspection.pk).update(
                state="submitted", score=score, grade="良好", snapshot={}, submitted_at=NOW, submitted_by=lead
            )
    return stage.inspections


def standings(stage: Stage) -> list[tuple[str, int | None, Decimal | None]]:
    rows = overview.standings(stage.cast["administrator"], stage.round)
    return [(row.region.name, row.rank, row.average) for row in rows]


def test_townships_are_ranked_best_first_and_ties_share_a_rank(db: None) -> None:
    stage = small_stage(townships=6)
    scored(stage, ["80", "92.5", None, "80", "61.25", "92.5"])
    assert standings(stage) == [
        ("菜园镇", 1, Decimal("92.50")),
        ("白营镇", 1, Decimal("92.50")),
        ("城关镇", 3, Decimal("80.00")),
        ("五陵镇", 3, Decimal("80.00")),
        ("宜沟镇", 5, Decimal("61.25")),
        ("任固镇", None, None),
    ]


def test_village_points_count_for_their_township(db: None) -> None:
    stage = small_stage(townships=2, villages=2, kinds=("township", "village"))
    places = [inspection.region_id[:9] for inspection in stage.inspections]
    assert places == ["410523100"] * 3 + ["410523101"] * 3
    scored(stage, ["90", "80", None, "100", "100", "50"])
    rows = overview.standings(stage.cast["administrator"], stage.round)
    assert [(row.region.name, row.average, row.total, row.submitted) for row in rows] == [
        ("城关镇", Decimal("85.00"), 3, 2),
        ("菜园镇", Decimal("83.33"), 3, 3),
    ]


@pytest.mark.parametrize(
    ("scores", "average"),
    [
        (["80.01", "80.00"], "80.01"),
        (["80.03", "80.00"], "80.02"),
        (["80.005", "80.004"], "80.00"),
        (["0.01", "0.02"], "0.02"),
        (["100", "99.99"], "100.00"),
        (["33.33", "33.34"], "33.34"),
    ],
)
def test_average_is_exact_and_rounds_a_half_up(stage: Stage, scores: list[str], average: str) -> None:
    scored(stage, scores)
    totals = overview.totals(stage.cast["administrator"], stage.round, TODAY)
    assert str(totals.average) == average


def test_average_of_many_is_exact(db: None) -> None:
    stage = small_stage(townships=1, villages=120, kinds=("village",))
    scores = [Decimal(n * 7919 % 10001) / 100 for n in range(120)]
    scored(stage, [str(score) for score in scores])
    exact = overview.mean(sum(scores), 120)
    assert overview.totals(stage.cast["administrator"], stage.round, TODAY).average == exact


def test_inspection_without_a_score_is_in_no_average(stage: Stage) -> None:
    codes = ["yes", "choice", "area", "zones", "windows", "posts"]
    submitted(stage, 0, **dict.fromkeys(codes, Given(na=True, reason="停业")))
    submitted(stage, 1, yes=Given(False))
    totals = overview.totals(stage.cast["administrator"], stage.round, TODAY)
    assert (totals.submitted, totals.average) == (2, Decimal("83.33"))
    assert overview.mean(None, 0) is None


def test_totals_count_what_is_done_and_open(stage: Stage) -> None:
    submitted(stage, 0, yes=Given(False), area=Given("75"))
    Inspection.objects.filter(pk=stage.inspections[1].pk).update(lead=None)
    totals = overview.totals(stage.cast["administrator"], stage.round, TODAY)
    assert (totals.inspections, totals.submitted, totals.unassigned, totals.open_findings) == (2, 1, 1, 2)
    assert totals.percent == 50
    empty = overview.totals(stage.cast["administrator"], make_other_round(stage), TODAY)
    assert (empty.inspections, empty.percent, empty.average) == (0, 0, None)


def make_other_round(stage: Stage):
    return make_round(stage.county, stage.edition, stage.cast["administrator"], "另一轮")


def test_worst_items_are_those_that_fell_short_most_often(db: None) -> None:
    stage = small_stage(townships=3)
    for place, short in enumerate((["yes", "area"], ["area"], ["choice", "area", "yes"])):
        bad = {"yes": Given(False), "area": Given("75"), "choice": Given("partly")}
        submitted(stage, place, **{code: bad[code] for code in short})
    worst = overview.worst_items(stage.cast["administrator"], stage.round)
    assert [(row["item__code"], row["count"]) for row in worst] == [("area", 3), ("yes", 2), ("choice", 1)]
    assert worst[0]["clause"] == "一、（一）1"


def everything(user: User, stage: Stage) -> list[object]:
    round = stage.round
    return [
        overview.totals(user, round, TODAY),
        overview.standings(user, round),
        overview.worst_items(user, round),
        list(overview.awaiting_notice(user, round).values_list("pk", flat=True)),
        list(overview.awaiting_notice(user).values_list("pk", flat=True)),
        overview.steps_waiting(user, round),
        [(row.pk, row.notice_count) for row in overview.with_issued_notices(user)],
        [row.pk for row in overview.rounds_for(user)],
    ]


def test_another_county_changes_no_figure(stage: Stage, quick_pdf: object) -> None:
    submitted(stage, 0, yes=Given(False))
    before = everything(stage.cast["administrator"], stage)
    elsewhere = small_stage(other=True)
    issued(elsewhere, submitted(elsewhere, 0, yes=Given(False), area=Given("1")))
    drafted(elsewhere, submitted(elsewhere, 1, yes=Given(False)))
    assert everything(stage.cast["administrator"], stage) == before
    theirs = everything(elsewhere.cast["administrator"], stage)
    assert theirs[0] == overview.Totals(0, 0, 0, None, 0, 0)
    assert theirs[1:4] == [[], [], []]


def test_another_round_and_a_self_check_change_no_figure(stage: Stage) -> None:
    submitted(stage, 0, yes=Given(False))
    before = everything(stage.cast["administrator"], stage)[:6]
    (own,) = self_check(stage.county, stage.cast, stage.edition)
    answer(own, stage.cast["township_staff"], area=Given("1"))
    submit_by(own, stage.cast["township_staff"])
    assert everything(stage.cast["administrator"], stage)[:6] == before
    assert Finding.objects.count() == 1


def test_reviewer_of_one_township_sees_its_figures_alone(stage: Stage) -> None:
    submitted(stage, 0, yes=Given(False))
    submitted(stage, 1, area=Given("75"))
    person = make_user("near", [(Role.REVIEWER, stage.county.townships[1])])
    assert [row.region.name for row in overview.standings(person, stage.round)] == ["菜园镇"]
    assert [row["item__code"] for row in overview.worst_items(person, stage.round)] == ["area"]
    assert overview.totals(person, stage.round, TODAY).inspections == 1


def test_what_one_inspects_elsewhere_is_not_ones_figure(stage: Stage, other: Stage) -> None:
    submitted(other, 0, yes=Given(False))
    roles = [(Role.REVIEWER, stage.county.region), (Role.LEAD_INSPECTOR, other.county.region)]
    person = make_user("both", roles)
    other.inspections[0].inspectors.add(person)
    assert Inspection.objects.visible_to(person).filter(round=other.round).exists()
    assert list(overview.awaiting_notice(person)) == []
    assert overview.totals(person, other.round, TODAY) == overview.Totals(0, 0, 0, None, 0, 0)
    assert overview.standings(person, other.round) == overview.worst_items(person, other.round) == []
    assert overview.rounds_overseen(person) == [stage.round]


def test_rounds_of_the_whole_come_before_those_of_places_inside(stage: Stage) -> None:
    """A county's newest round is not where a city begins; to the county both are rounds of its whole."""
    city = stage.county.region.parent
    assert city is not None
    of_city = make_round(stage.county, stage.edition, stage.cast["administrator"], name="全市检查")
    Round.objects.filter(pk=of_city.pk).update(
        region=city, starts_on=stage.round.starts_on - timedelta(days=1)
    )
    Inspection.objects.filter(pk=stage.inspections[1].pk).update(round=of_city)
    watching = make_user("city", [(Role.ADMINISTRATOR, city)])
    assert overview.rounds_overseen(watching) == [of_city, stage.round]
    assert overview.rounds_overseen(watching, [stage.county.region.prefix]) == [stage.round, of_city]
    assert overview.rounds_overseen(stage.cast["administrator"]) == [stage.round, of_city]


def test_awaiting_are_submitted_with_findings_and_without_a_notice(db: None) -> None:
    stage = small_stage(townships=4)
    by = stage.cast["administrator"]
    with_finding = submitted(stage, 0, yes=Given(False))
    submitted(stage, 1)
    begun = submitted(stage, 2, yes=Given(False))
    drafted(stage, begun)
    withdrawn = submitted(stage, 3, yes=Given(False))
    Finding.objects.filter(inspection=withdrawn).update(state="withdrawn")
    assert list(overview.awaiting_notice(by)) == [with_finding]
    assert overview.steps_waiting(by, stage.round) == {"issue": 1}


def test_rounds_are_those_of_inspections_one_sees_newest_first(stage: Stage, other: Stage) -> None:
    new = make_other_round(stage)
    by = stage.cast["administrator"]
    assert overview.rounds_for(by) == [stage.round]
    actions.add_centers(round=new, region=stage.county.region, kinds=["township"], by=by, now=NOW)
    assert overview.rounds_for(by) == [new, stage.round]
    assert overview.rounds_for(stage.cast["township_staff"]) == []
    city = make_user("city", [(Role.ADMINISTRATOR, make_region("4105"))])
    assert len(overview.rounds_for(city)) == 3
