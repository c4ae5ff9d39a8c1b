"""The form on paper: nothing of it is missing, nobody else prints it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.checklist import checklist
from inspections.models import Inspection
from inspections.paper import number_of, paper_context
from tests.small_stage import Given, Stage, answer, of, submitted
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def again(stage: Stage) -> Inspection:
    """The first township's next inspection, after one in which two items fell short."""
    submitted(stage, yes=Given(False, note="没有"), area=Given("120"))
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "2027年第一季度县级检查")
    take_in(round, stage.cast, ("township",))
    return of(round)[0]


def read(
    client: Client, stage: Stage, inspection: Inspection, query: str = "", role: str = "inspector"
) -> Any:
    client.force_login(stage.cast[role])
    return client.get(reverse("inspections:paper", args=[inspection.pk]) + query)


def rows(inspection: Inspection, *, previous: bool = False) -> dict[str, dict[str, Any]]:
    context = paper_context(inspection, previous=previous)
    return {row["entry"].item.code: row for section in context["sections"] for row in section["rows"]}


def test_every_item_stands_once_in_order(client: Client, stage: Stage) -> None:
    inspection = stage.inspections[0]
    page = read(client, stage, inspection).content.decode()
    titles = [entry.item.title for entry in checklist(inspection.edition_id, inspection.kind).entries]
    shown = re.findall(r'<span class="pen-fact">(.*?)<', page)
    assert shown == titles
    assert page.count('class="pen-note"') == len(titles)
    assert number_of(inspection) in page
    assert "照着录入" in page


def test_boxes_and_blanks_fit_each_measure(stage: Stage) -> None:
    found = {
        code: ([tick["text"] for tick in row["ticks"]], [(b["label"], b["unit"]) for b in row["blanks"]])
        for code, row in rows(stage.inspections[0]).items()
    }
    assert found == {
        "yes": (["合格", "不合格"], []),
        "choice": (["合格", "部分合格", "不合格"], []),
        "area": ([], [("实测", "平方米")]),
        "zones": (["引导区", "等候区", "后台审批区", "一项也没有"], []),
        "windows": ([], [("总数", "个"), ("其中符合要求", "个")]),
        "posts": ([], [("发现次数", "次")]),
    }
    assert rows(stage.inspections[0])["area"]["limit"] == "不低于 150 平方米"


def test_numbers_of_inspections_differ_and_can_be_read_out(stage: Stage) -> None:
    numbers = {number_of(inspection) for inspection in stage.inspections}
    assert len(numbers) == len(stage.inspections)
    assert all(re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", number) for number in numbers)


def test_last_results_are_printed_only_when_wished(client: Client, stage: Stage, again: Inspection) -> None:
    assert "上次：" not in read(client, stage, again).content.decode()
    page = read(client, stage, again, "?previous").content.decode()
    assert page.count("上次：") == 6
    assert page.count("上次：不合格") + page.count("上次：部分合格") == 2
    assert rows(again, previous=True)["area"]["last_answer"] == "120 平方米"


def test_paper_says_nothing_of_what_is_filled_already(client: Client, stage: Stage) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], area=Given("99999"), yes=Given(False, note="这里有事实"))
    page = read(client, stage, inspection).content.decode()
    assert "99999" not in page
    assert "这里有事实" not in page


def test_paper_of_a_submitted_inspection_is_its_score(client: Client, stage: Stage) -> None:
    inspection = submitted(stage)
    for role in ("inspector", "administrator", "township_staff"):
        response = read(client, stage, inspection, role=role)
        assert response["Location"] == reverse("reports:score", args=[inspection.pk]), role


def test_only_who_may_fill_is_led_to_the_form(client: Client, stage: Stage) -> None:
    inspection = stage.inspections[0]
    way = f'href="{reverse("inspections:form", args=[inspection.pk])}"'
    assert way in read(client, stage, inspection).content.decode()
    assert way not in read(client, stage, inspection, role="administrator").content.decode()


def test_paper_costs_the_same_for_one_answer_and_for_all(
    client: Client, stage: Stage, again: Inspection, django_assert_num_queries: Any
) -> None:
    client.force_login(stage.cast["inspector"])
    address = reverse("inspections:paper", args=[again.pk]) + "?previous"
    client.get(address)
    with django_assert_num_queries(6):
        client.get(address)
    answer(again, stage.cast["inspector"])
    with django_assert_num_queries(6):
        client.get(address)
