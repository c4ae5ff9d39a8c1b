"""Submitting from the page, and the page that explains the score."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.answers import Given
from inspections.models import Finding, Inspection
from tests.repairs import in_state
from tests.small_stage import (
    Stage,
    add_photo,
    answer,
    drafted,
    jpeg,
    later,
    small_stage,
    submit_by,
    submitted,
)
from tests.small_standards import ZONES, plain_item, standard
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {
    "yes": Given(False, note="门<b>未开</b>"),
    "area": Given("75"),
    "zones": Given(["guide"]),
    "posts": Given(na=True, reason="没有窗口"),
}


def url(inspection: Inspection, name: str = "score") -> str:
    return reverse(f"reports:{name}", args=[inspection.pk])


@pytest.fixture
def lead(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["lead_inspector"])
    return client


def test_submitting_leads_to_the_score(lead: Client, stage: Stage) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], **SHORT)
    seen = lead.get(reverse("inspections:check", args=[inspection.pk])).context["digest"]
    said = lead.post(url(inspection, "submit"), {"digest": seen})
    assert said["Location"] == url(inspection)
    inspection.refresh_from_db()
    assert inspection.score == Decimal("56.67")
    assert Finding.objects.count() == 3


@pytest.mark.parametrize("seen", ["", "0" * 64])
def test_answers_that_changed_since_they_were_checked_are_not_submitted(
    lead: Client, stage: Stage, seen: str
) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], **SHORT)
    said = lead.post(url(inspection, "submit"), {"digest": seen} if seen else {}, follow=True)
    assert said.redirect_chain[0][0] == reverse("inspections:check", args=[inspection.pk])
    assert "答案又有变动" in said.content.decode()
    inspection.refresh_from_db()
    assert inspection.state == "in_progress"


def test_second_tap_on_submit_leads_to_the_score_too(lead: Client, stage: Stage) -> None:
    inspection = submitted(stage, **SHORT)
    assert lead.post(url(inspection, "submit"))["Location"] == url(inspection)
    assert Finding.objects.count() == 3


def test_incomplete_inspection_leads_back_to_what_is_missing(lead: Client, stage: Stage) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], choice=None)
    said = lead.post(url(inspection, "submit"), follow=True)
    assert said.redirect_chain[0][0] == reverse("inspections:check", args=[inspection.pk])
    assert "还有1项没有填写" in said.content.decode()
    inspection.refresh_from_db()
    assert inspection.state == "in_progress"


def test_page_explains_every_lost_point(client: Client, stage: Stage) -> None:
    photo = add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    inspection = submitted(stage, **SHORT)
    client.force_login(stage.cast["township_staff"])
    said = client.get(url(inspection))
    context, page = said.context, said.content.decode()
    assert [(row["code"], row["lost"]) for row in context["lost"]] == [
        ("yes", "4.00"), ("zones", "2.67"), ("area", "2.00"),
    ]  # fmt: skip
    assert context["points"] - context["lost_points"] == context["achieved"] == Decimal("11.33")
    assert [row["code"] for row in context["met"]] == ["choice", "windows"]
    assert [row["code"] for row in context["not_applicable"]] == ["posts"]
    for words in ("56.67", "不合格", "yes不符合要求", "没有窗口", "一、（一）1", "1、中心应符合要求。"):
        assert words in page, words
    assert "门&lt;b&gt;未开&lt;/b&gt;" in page
    assert "<b>未开" not in page
    assert reverse("inspections:photo-thumbnail", args=[photo.pk]) in page


def test_page_leads_back_to_where_one_came_from(client: Client, stage: Stage) -> None:
    inspection = submitted(stage, **SHORT)
    back = {
        "township_staff": reverse("reports:our-centers"),
        "inspector": reverse("inspections:task-list"),
        "administrator": reverse("inspections:round", args=[stage.round.pk]),
        "signatory": reverse("reports:document-list"),
    }
    for role, address in back.items():
        client.force_login(stage.cast[role])
        text = client.get(url(inspection)).content.decode()
        crumbs = re.findall(r'<nav class="crumbs".*?</nav>', text, re.DOTALL)
        assert [address in found for found in crumbs] == [True], role


def test_points_of_the_page_add_up_as_the_score_was_reached(client: Client, db: None) -> None:
    """Seven thirds of five points: rounded one by one they would lose 23.31 of 35, not 23.33."""
    thirds = [plain_item(f"z{n}", ZONES, "5") for n in range(7)]
    stage = small_stage(townships=1, data=standard(*thirds, plain_item("yes", points="65")))
    short = {f"z{n}": Given(["guide"]) for n in range(7)}
    inspection = submitted(stage, **short)
    client.force_login(stage.cast["township_staff"])
    context = client.get(url(inspection)).context
    assert inspection.score == context["achieved"] == Decimal("76.67")
    assert (
        context["lost_points"] == sum(Decimal(item["lost"]) for item in context["lost"]) == Decimal("23.33")
    )
    assert context["points"] == 100
    assert sum(finding.lost for finding in Finding.objects.all()) == context["lost_points"]


def test_page_says_what_the_next_grade_takes(client: Client, stage: Stage) -> None:
    inspection = submitted(stage, yes=Given(False))
    client.force_login(stage.cast["township_staff"])
    shown = client.get(url(inspection)).context["next"]
    assert (shown["grade"], [item["code"] for item in shown["items"]]) == ("优秀", ["yes"])
    flawless = submitted(stage, 1)
    client.force_login(stage.cast["administrator"])
    assert client.get(url(flawless)).context["next"] is None


def test_page_without_a_score_still_opens(client: Client, stage: Stage) -> None:
    codes = ["yes", "choice", "area", "zones", "windows", "posts"]
    inspection = submitted(stage, 0, **dict.fromkeys(codes, Given(na=True, reason="停业")))
    client.force_login(stage.cast["township_staff"])
    assert client.get(url(inspection)).status_code == 200


def test_change_since_the_last_inspection_is_told(client: Client, stage: Stage) -> None:
    early = submitted(stage, 0, at=later(-90), yes=Given(False))
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "下一轮")
    take_in(round, stage.cast, ("township",))
    late = round.inspections.order_by("region_id").first()
    answer(late, stage.cast["inspector"])
    submit_by(late, stage.cast["lead_inspector"])
    client.force_login(stage.cast["township_staff"])
    assert client.get(url(early)).context["change"] is None
    assert client.get(url(late)).context["change"] == Decimal("16.67")


def test_page_offers_a_notice_to_those_who_write_them(client: Client, stage: Stage) -> None:
    inspection = submitted(stage, **SHORT)
    for role, offered in (("administrator", True), ("reviewer", True), ("township_staff", False)):
        client.force_login(stage.cast[role])
        page = client.get(url(inspection)).content.decode()
        assert (url(inspection, "notice-draft") in page) == offered, role


def test_draft_is_linked_for_the_county_and_hidden_from_the_township(client: Client, stage: Stage) -> None:
    inspection = submitted(stage, **SHORT)
    link = reverse("reports:document", args=[drafted(stage, inspection).pk])
    for role, linked in (("administrator", True), ("township_staff", False), ("inspector", False)):
        client.force_login(stage.cast[role])
        assert (link in client.get(url(inspection)).content.decode()) == linked, role


@pytest.mark.parametrize("short", [1, 3])
def test_page_costs_the_same_for_one_and_three_findings(
    client: Client, stage: Stage, django_assert_num_queries: Any, short: int
) -> None:
    changes = dict(list(SHORT.items())[:short])
    for code in changes:
        add_photo(stage.inspections[0], stage.cast["inspector"], jpeg(), code)
    inspection = submitted(stage, **changes)
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(12):
        assert len(client.get(url(inspection)).context["lost"]) == short


def test_page_in_english_opens(client: Client, db: None) -> None:
    stage = small_stage(townships=1)
    inspection = submitted(stage, **SHORT)
    client.force_login(stage.cast["township_staff"])
    said = client.get(url(inspection), headers={"accept-language": "en"})
    assert said.status_code == 200
    assert said["Content-Language"] == "en"


def test_lost_points_lead_to_their_findings_for_those_who_follow_them(client: Client, stage: Stage) -> None:
    finding = in_state(stage, "acknowledged")
    address = reverse("inspections:finding", args=[finding.pk])
    score = reverse("reports:score", args=[finding.inspection_id])
    for role, there in {"township_staff": True, "administrator": True, "lead_inspector": False}.items():
        client.force_login(stage.cast[role])
        page = client.get(score).content.decode()
        assert (address in page) is there, role
        assert ("还剩" in page or "已逾期" in page or "今天到期" in page) is there, role
