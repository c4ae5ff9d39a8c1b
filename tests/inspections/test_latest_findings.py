"""Which findings the ledger lists: those of a center's last inspection, found as a set or one by one."""

from typing import Any

import pytest

from inspections import actions, querysets
from inspections.answers import Given
from inspections.models import Finding, Inspection, RoundTally
from tests.small_stage import NOW, Stage, later, of, self_check, small_stage, submit_by
from tests.small_stage import answer as give
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
NO, SMALL = {"yes": Given(False)}, {"area": Given("75")}
WAYS = {"as a set": querysets.MOST_IN_A_SET, "one by one": -1}


@pytest.fixture(params=WAYS)
def way(request: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(querysets, "MOST_IN_A_SET", WAYS[request.param])
    return str(request.param)


def inspected(stage: Stage, inspection: Inspection, at: int, **wrong: Given) -> Inspection:
    give(inspection, stage.cast["inspector"], **wrong)
    return submit_by(inspection, stage.cast["lead_inspector"], later(at))


def listed(*places: str) -> set[tuple[str, str]]:
    """The name of the round and the code of the item of each finding that is listed inside the places."""
    rows = Finding.objects.latest(places).select_related("round", "item")
    return {(row.round.name, row.item.code) for row in rows}


@pytest.fixture
def second(stage: Stage) -> list[Inspection]:
    """The first center has been inspected; these are the inspections of a second round."""
    inspected(stage, stage.inspections[0], 1, **NO, **SMALL)
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "第二轮")
    take_in(round, stage.cast, ("township",))
    return list(of(round))


def first(stage: Stage, *codes: str) -> set[tuple[str, str]]:
    return {(stage.round.name, code) for code in codes}


@pytest.mark.parametrize("place", ["410523", "4105", "41", ""])
def test_what_a_newer_inspection_no_longer_finds_is_not_listed(
    stage: Stage, second: list[Inspection], way: str, place: str
) -> None:
    assert listed(place) == first(stage, "yes", "area")
    same = next(row for row in second if row.center_id == stage.inspections[0].center_id)
    inspected(stage, same, 2, **NO)
    assert listed(place) == {("第二轮", "yes")}


def test_what_a_notice_asked_for_stays(stage: Stage, second: list[Inspection], way: str) -> None:
    actions.notify_findings(inspection=stage.inspections[0], by=stage.cast["signatory"], now=NOW)
    same = next(row for row in second if row.center_id == stage.inspections[0].center_id)
    inspected(stage, same, 2, **NO)
    assert listed("41") == first(stage, "yes", "area") | {("第二轮", "yes")}


def test_inspection_of_another_center_takes_nothing_out(
    stage: Stage, second: list[Inspection], way: str
) -> None:
    other = next(row for row in second if row.center_id != stage.inspections[0].center_id)
    inspected(stage, other, 2, **SMALL)
    assert listed("41") == first(stage, "yes", "area") | {("第二轮", "area")}


def test_later_self_check_takes_nothing_out(stage: Stage, way: str) -> None:
    (own,) = self_check(stage.county, stage.cast, stage.edition)
    give(own, stage.cast["township_staff"])
    submit_by(own, stage.cast["township_staff"], later(5))
    assert listed("41") == set()
    inspected(stage, stage.inspections[0], 1, **SMALL)
    assert listed("41") == first(stage, "area")
    again = make_round(stage.county, stage.edition, stage.cast["administrator"], "第二轮")
    take_in(again, stage.cast, ("township",))
    inspected(stage, of(again)[0], 6)
    assert listed("41") == set()


def test_findings_of_another_county_are_not_listed(stage: Stage, second: list[Inspection], way: str) -> None:
    there = small_stage(other=True)
    inspected(there, there.inspections[0], 1, **NO)
    assert listed("410523") == first(stage, "yes", "area")
    assert listed("410526") == first(there, "yes")


def test_only_provinces_and_the_nation_are_counted(
    stage: Stage, second: list[Inspection], django_assert_num_queries: Any
) -> None:
    count = Inspection.objects.count()
    RoundTally.objects.filter(region__level__gt=1).update(inspections=10**6)
    with django_assert_num_queries(2):
        assert querysets._inspected(("41",)) == querysets._inspected(("", "410523")) == count
    with django_assert_num_queries(0):
        assert querysets._inspected(("4105", "410523100")) == querysets._inspected(()) == 0
    assert querysets._inspected(("42",)) == 0
