"""What the form page holds: every item with its state by section, and how far it is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from inspections.answers import Given
from inspections.form_page import Progress, clock, page_context
from inspections.loading import load_inspection, previous_items
from standards.actions import import_standard
from tests.small_stage import (
    NOW,
    Stage,
    add_photo,
    answer,
    jpeg,
    later,
    self_check,
    small_stage,
    submit_by,
    submitted,
)
from tests.small_standards import plain_item, standard
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db


def context(stage: Stage, place: int = 0, **more):
    return page_context(load_inspection(stage.cast["inspector"], stage.inspections[place].pk), **more)


def cards(stage: Stage) -> list[str]:
    return [card for section in context(stage)["sections"] for card in section.cards]


def test_blank_form_has_every_item_and_leads_to_the_first(stage: Stage) -> None:
    shown = context(stage)
    (section,) = shown["sections"]
    assert len(section.cards) == 6
    assert (section.answered, section.total) == (0, 6)
    assert shown["progress"] == Progress(0, 6)
    assert shown["next_anchor"] == "#i1"
    assert shown["faults"] == []


def test_progress_counts_what_is_answered_and_leads_to_what_is_not(stage: Stage) -> None:
    answer(
        stage.inspections[0],
        stage.cast["inspector"],
        choice=Given(note="待查"),
        area=Given(na=True, reason="租用"),
    )
    shown = context(stage)
    assert shown["progress"] == Progress(5, 6)
    assert (shown["progress"].left, shown["progress"].percent) == (1, 83)
    assert shown["next_anchor"] == "#i2"
    answer(stage.inspections[0], stage.cast["inspector"])
    assert context(stage)["next_anchor"] == ""


def test_saved_item_says_when(stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"], choice=None)
    first, second, *_ = cards(stage)
    assert "已保存 2026年11月20日 10:00" in first
    assert "已保存" not in second


@pytest.mark.parametrize(
    ("moment", "words"),
    [("11-20 09:05", "09:05"), ("11-20 00:00", "00:00"), ("11-19 23:59", "2026年11月19日 23:59")],
)
def test_clock_leaves_out_the_date_on_the_same_day(moment: str, words: str) -> None:
    """The day is the one in China, also where the database speaks of another."""
    zone = NOW.tzinfo
    at = datetime.strptime(f"2026-{moment}", "%Y-%m-%d %H:%M").replace(tzinfo=zone).astimezone(UTC)
    assert clock(at, NOW) == words


def test_clock_writes_the_day_as_english_pages_do() -> None:
    with translation.override("en"):
        assert clock(NOW, NOW + timedelta(days=1)) == "Nov 20, 2026 10:00"


def test_photo_is_shown_beside_its_item_until_it_is_removed(stage: Stage) -> None:
    from inspections import actions

    photo = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg(), code="choice")
    assert [str(photo.pk) in card for card in cards(stage)] == [False, True, False, False, False, False]
    actions.remove_photo(photo=photo, by=stage.cast["inspector"], now=later(1))
    assert not any(str(photo.pk) in card for card in cards(stage))


def test_previous_result_of_the_same_center_is_shown(stage: Stage) -> None:
    submitted(stage, 0, yes=Given(False), area=Given("75"), at=later(-60))
    submitted(stage, 1, yes=Given(True), at=later(-50))
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(round, stage.cast, ("township",))
    stage.inspections = list(round.inspections.order_by("region_id"))
    first, second, third, *_ = cards(stage)
    assert "上次：不合格" in first
    assert "上次：合格" in second
    assert "上次：部分合格" in third


def test_first_inspection_shows_no_previous_result(stage: Stage) -> None:
    submitted(stage, 1)
    assert not any("上次" in card for card in cards(stage))


def test_previous_items_are_of_the_last_inspection_before(stage: Stage, other: Stage) -> None:
    submitted(other, 0)
    early = submitted(stage, 0, yes=Given(False), at=later(-60))
    assert previous_items(early) == {}
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(round, stage.cast, ("township",))
    late = round.inspections.order_by("region_id").first()
    assert previous_items(late)["yes"]["status"] == "not_met"
    answer(late, stage.cast["inspector"])
    submit_by(late, stage.cast["lead_inspector"], later(1))
    assert previous_items(late)["yes"]["status"] == "not_met"
    assert previous_items(early) == {}


def test_previous_items_go_on_across_editions(stage: Stage) -> None:
    submitted(stage, 0, yes=Given(False), choice=Given("partly"), at=later(-60))
    links = [
        {"as": "changed", "from": ["yes"], "to": ["renamed"]},
        {"as": "merged", "from": ["choice", "area"], "to": ["both"]},
        *({"as": "dropped", "from": [code]} for code in ("zones", "windows", "posts")),
        {"as": "added", "to": ["new"]},
    ]
    follows = {"standard": stage.edition.standard, "edition": stage.edition.edition, "items": links}
    data = standard(
        *(plain_item(code) for code in ("renamed", "both", "new")), edition="2027", replaces=follows
    )
    round = make_round(stage.county, import_standard(data), stage.cast["administrator"], "下一轮")
    take_in(round, stage.cast, ("township",))
    found = previous_items(round.inspections.order_by("region_id").first())
    assert {code: item["status"] for code, item in found.items()} == {"renamed": "not_met"}


def test_what_could_not_be_saved_is_shown_as_it_was_typed(stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    blank = context(stage)
    inspection = load_inspection(stage.cast["inspector"], stage.inspections[0].pk)
    from inspections.checklist import checklist

    entry = checklist(inspection.edition_id, inspection.kind).by_code["area"]
    shown = page_context(inspection, {entry.pk: Given("abc", note="量得")}, {entry.pk: "请填写数字"})
    card = shown["sections"][0].cards[2]
    assert 'value="abc"' in card
    assert "量得" in card
    assert "请填写数字" in card
    assert "已保存" not in card
    assert shown["faults"] == [("#i3", "检查项area：请填写数字")]
    assert shown["sections"][0].cards[3] == blank["sections"][0].cards[3]


def test_village_form_holds_the_villages_items_alone(db: None) -> None:
    from tests.small_standards import plain_item, standard

    data = standard(plain_item("a", applies_to=["township"]), plain_item("b", applies_to=["village"]))
    stage = small_stage(townships=1, villages=1, kinds=("township", "village"), data=data)
    assert [inspection.kind for inspection in stage.inspections] == ["township", "village"]
    titles = [context(stage, place)["sections"][0].cards for place in (0, 1)]
    assert [len(own) for own in titles] == [1, 1]
    assert "检查项a" in titles[0][0]
    assert "检查项b" in titles[1][0]


def test_self_check_form_is_filled_by_the_township(stage: Stage) -> None:
    (inspection,) = self_check(stage.county, stage.cast, stage.edition)
    answer(inspection, stage.cast["township_staff"], choice=None)
    shown = page_context(load_inspection(stage.cast["township_staff"], inspection.pk))
    assert shown["progress"].answered == 5
