"""Documents in a real browser: the preview follows the typing, a re-inspection leads to its opinion."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from reports.models import DefaultWording, IssuingBody, OfficialDocument
from tests.reports.reinspections import reinspected
from tests.small_stage import Given, Stage, drafted, issued, small_stage, submitted
from tests.test_journey import enter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_pdf")]
SHORT = {"yes": Given(False, note="门未开")}


@pytest.fixture
def stage(transactional_db: None) -> Stage:
    return small_stage()


def test_preview_follows_what_is_typed_and_saves_nothing(stage: Stage, new_page: Callable[..., Any]) -> None:
    row = drafted(stage, submitted(stage, **SHORT))
    page = new_page(1280)
    enter(page, stage.cast["reviewer"])
    page.goto(f"/documents/{row.pk}/edit/")
    page.locator("[name=closing]").fill("特此通知，请认真落实。")
    expect(page.locator("#text")).to_contain_text("特此通知，请认真落实。", timeout=30_000)
    page.locator("[name=closing]").fill("根据{标难}办理")
    expect(page.locator("#text")).to_contain_text("“{标难}”不是可用的占位词", timeout=30_000)
    row.refresh_from_db()
    assert row.wording == {}
    page.locator("[name=closing]").fill("特此通知。")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿已保存。")).to_be_visible(timeout=30_000)
    row.refresh_from_db()
    assert row.wording == {"closing": "特此通知。"}


def test_offices_own_words_are_previewed_too(stage: Stage, new_page: Callable[..., Any]) -> None:
    drafted(stage, submitted(stage, **SHORT))
    page = new_page(375)
    enter(page, stage.cast["administrator"])
    page.goto(f"/offices/{IssuingBody.objects.get().pk}/wording/notice/")
    page.locator("[name=closing]").fill("请于期限内落实。")
    expect(page.locator("#text")).to_contain_text("请于期限内落实。", timeout=30_000)
    assert not DefaultWording.objects.exists()


def test_reinspection_leads_to_its_opinion(
    stage: Stage, new_page: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    notice = issued(stage, submitted(stage, **SHORT))
    again = reinspected(stage)
    page = new_page(375)
    enter(page, stage.cast["administrator"])
    page.goto(f"/inspections/{again.pk}/score/")
    expect(page.get_by_text(f"这个中心收到过{notice.number_text}")).to_be_visible()
    assert axe(page) == []
    page.get_by_role("button", name="起草复查意见书").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("复查意见书", timeout=30_000)
    assert OfficialDocument.objects.get(kind="opinion").inspection == again
    assert axe(page) == []
