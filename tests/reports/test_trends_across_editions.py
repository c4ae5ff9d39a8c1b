"""A region's trend goes on where its rounds are held by one edition after another."""

from dataclasses import replace
from datetime import date

import pytest

from inspections.answers import Given
from inspections.models import Round
from reports import regional
from standards.actions import import_standard
from standards.drafting import copy_as_draft
from standards.editions import load_edition
from tests.small_stage import answer, later, of, small_stage, submit_by, submitted
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db


def test_trend_holds_rounds_of_both_editions() -> None:
    stage = small_stage(townships=1)
    submitted(stage, 0, yes=Given(False))
    data = replace(copy_as_draft(load_edition(stage.edition.pk), "2027"), title="改过的标准")
    later_round = make_round(stage.county, import_standard(data), stage.cast["administrator"], "下一轮")
    take_in(later_round, stage.cast, ("township",))
    Round.objects.filter(pk=later_round.pk).update(starts_on=date(2026, 12, 1))
    (inspection,) = of(later_round)
    answer(inspection, stage.cast["inspector"])
    submit_by(inspection, stage.cast["lead_inspector"], later(20))
    later_round.refresh_from_db()
    shown = regional.view(stage.county.region, later_round, stage.round, "", date(2026, 12, 20))
    assert [(round.edition.edition, count) for round, count, _total in shown.trend] == [
        ("2026", 1),
        ("2027", 1),
    ]
    assert [total for _round, _count, total in shown.trend] == [833_300, 1_000_000]
