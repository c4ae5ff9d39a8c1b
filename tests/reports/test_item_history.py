"""The shares of items go on from one edition to the next, and say where they come from."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from inspections.answers import Given
from inspections.models import Inspection, Round
from standards.actions import import_standard
from standards.content import StandardData
from standards.schema import parse_standard
from tests.reports.views.test_regions import COUNTY, page, values, words
from tests.small_stage import GOOD, Stage, later, of, submit_by, submitted
from tests.small_standards import ALL_KINDS, plain_item, plain_standard
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开"), "area": Given("75")}


def second_edition(*, linked: bool = True) -> StandardData:
    """What was asked one by one as `choice` and `area` is asked as one; `yes` as two; `news` is new."""
    items = [
        plain_item("open", ALL_KINDS["yes"]), plain_item("lit", ALL_KINDS["yes"]),
        plain_item("rooms", ALL_KINDS["yes"]), plain_item("posts", ALL_KINDS["posts"]),
        plain_item("news", ALL_KINDS["yes"]),
    ]  # fmt: skip
    links = [
        {"as": "split", "from": ["yes"], "to": ["open", "lit"]},
        {"as": "merged", "from": ["choice", "area"], "to": ["rooms"]},
        {"as": "changed", "from": ["posts"], "to": ["posts"]},
        {"as": "added", "to": ["news"]},
        {"as": "dropped", "from": ["zones"]},
        {"as": "dropped", "from": ["windows"]},
    ]
    data = plain_standard(*items, standard="second", edition="2027", document_number="试〔2027〕2号")
    return parse_standard(
        data | {"replaces": {"standard": "small", "edition": "2026", "items": links}} if linked else data
    )


@pytest.fixture
def both(client: Client, stage: Stage) -> Any:
    """A round by each edition; in the second every item but `posts` falls short in the first township."""

    def held(*, linked: bool = True) -> Client:
        submitted(stage, 0, **SHORT)
        submitted(stage, 1)
        edition = import_standard(second_edition(linked=linked))
        later_round = make_round(stage.county, edition, stage.cast["administrator"], "下一轮")
        take_in(later_round, stage.cast, ("township",))
        Round.objects.filter(pk=later_round.pk).update(starts_on=date(2026, 12, 1))
        for place, inspection in enumerate(of(later_round)):
            wrong = dict.fromkeys(("open", "lit", "rooms", "news"), Given(bool(place)))
            fill(inspection, stage, wrong | {"posts": Given("1")})
            submit_by(inspection, stage.cast["lead_inspector"], later(20))
        client.force_login(stage.cast["administrator"])
        return client

    return held


def fill(inspection: Inspection, stage: Stage, answers: dict[str, Given]) -> None:
    from inspections import actions
    from inspections.answers import check
    from inspections.checklist import checklist
    from tests.small_stage import NOW

    checked = {
        entry: check(answers[entry.item.code], entry.item, inspection.kind)
        for entry in checklist(inspection.edition_id, inspection.kind).entries
    }
    actions.save_answers(inspection=inspection, checked=checked, by=stage.cast["inspector"], now=NOW)


def test_shares_go_on_through_the_links(both: Any, stage: Stage) -> None:
    said = page(both(), COUNTY)
    table = said.context["tables"]["history"]
    assert [column.head for column in table.columns] == [
        "检查项", "与以前的版次", stage.round.name, "下一轮（试〔2027〕2号 2027）",
    ]  # fmt: skip
    rows = {row[0].value: [cell.value for cell in row[1:]] for row in table.rows}
    half, none, all_ = Decimal("50.00"), Decimal("0.00"), Decimal("100.00")
    assert rows == {
        "检查项posts": ["有改动", none, all_],
        "检查项open": ["由一项拆分", half, half],
        "检查项lit": ["由一项拆分", half, half],
        # One of the two fell short in half of the centers, so the one item would have in no fewer.
        "检查项rooms": ["由几项合并", "≥50", half],
        "检查项news": ["新增", "新增", half],
    }
    text = words(said)
    for expected in (
        "从“下一轮”起按试〔2027〕2号 2027检查，以前按试〔2026〕1号 2026。",
        "“新增”的检查项以前没有",
        "标准不同，平均分不能直接相比。",
        "看两个版次逐项的变化",
    ):
        assert expected in text


def test_rounds_compared_are_compared_through_the_links(both: Any) -> None:
    rows = {row[0]: row[-1] for row in values(page(both(), COUNTY), "worst")}
    assert rows == {
        "检查项posts": Decimal("0.00"), "检查项open": Decimal("50.00"), "检查项lit": Decimal("50.00"),
        "检查项rooms": "≥50.00", "检查项news": "新增",
    }  # fmt: skip


def test_trend_names_the_edition_of_each_round_and_draws_the_break(both: Any) -> None:
    said = page(both(), COUNTY)
    assert [row[-1] for row in values(said, "trend")] == ["试〔2026〕1号 2026", "试〔2027〕2号 2027"]
    assert 'class="break"' in said.context["plots"]["trend"]


def test_editions_without_links_are_not_compared(both: Any) -> None:
    said = page(both(linked=False), COUNTY)
    assert {row[1]: row[2] for row in values(said, "history")} == {"没有对应": None}
    assert {row[-1] for row in values(said, "worst")} == {None}
    assert "没有对应关系" in words(said)


def test_an_earlier_round_shows_what_was_before_it_alone(both: Any, stage: Stage) -> None:
    table = page(both(), COUNTY, round=stage.round.pk).context["tables"]["history"]
    assert [column.head for column in table.columns] == ["检查项", stage.round.name]
    assert {row[0].value: row[1].value for row in table.rows} == {
        "检查项yes": Decimal("50.00"),
        "检查项area": Decimal("50.00"),
    }


def test_kind_of_center_narrows_what_was_counted(both: Any) -> None:
    assert values(page(both(), COUNTY, kind="village"), "history") == []


def test_one_edition_needs_no_words_about_editions(client: Client, stage: Stage) -> None:
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    said = page(client, COUNTY)
    assert [column.head for column in said.context["tables"]["trend"].columns][-1] == "比上一轮"
    assert said.context["tables"]["trend"].note == ""
    assert (
        replace(said.context["tables"]["history"], rows=()).note == "每格是有问题的中心占适用中心的百分比。"
    )
    assert set(GOOD) == {"yes", "choice", "area", "zones", "windows", "posts"}
