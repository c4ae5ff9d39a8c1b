"""Field pages for everybody: axe and widths in both languages, as sent and kept; whose phone it is."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.field.phones import Phone
from tests.small_stage import answer
from tests.stage import Stage

WIDTHS = (320, 375, 1280)


def faults(phone: Phone, axe: Callable[[Any], list[str]], width: int) -> list[str]:
    phone.page.set_viewport_size({"width": width, "height": 800})
    wide = phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return ([f"{wide} px too wide"] if wide > 0 else []) + axe(phone.page)


def speak(phone: Phone, language: str) -> None:
    phone.context.add_cookies([{"name": "django_language", "value": language, "url": phone.site}])


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_field_pages_are_accessible_and_fit(
    phone: Phone, lead: Phone, stage: Stage, axe: Callable[[Any], list[str]], language: str
) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"], yes=None, choice=None)
    speak(phone, language)
    phone.open(inspection)
    phone.page.locator("[data-prepare]").click()
    expect(phone.page.locator("[data-readiness]")).to_contain_text("KB", timeout=15_000)
    # With everything on it that can be: a conflict, a hint, something half typed, something that waits.
    phone.offline()
    phone.tap("yes", "not_met")
    lead.open(inspection)
    lead.tap("yes", "met")
    lead.tap("choice", "partly")
    lead.says("全部已发送")
    phone.online()
    expect(phone.item("yes").locator(".clash")).to_be_visible(timeout=15_000)
    phone.item("windows").locator("input[name$='-value_0']").fill("")
    found = {}
    for width in WIDTHS:
        found["online", width] = faults(phone, axe, width)
    phone.offline()
    for name, address in {
        "shell": f"/inspections/{inspection.pk}/",
        "device": "/field/",
    }.items():
        phone.page.goto(address)
        phone.page.wait_for_timeout(800)
        for width in WIDTHS:
            found[name, width] = faults(phone, axe, width)
    phone.online()
    for name, address in {"tasks": "/tasks/", "device online": "/field/?online"}.items():
        phone.page.goto(address)
        phone.page.wait_for_timeout(800)
        for width in WIDTHS:
            found[name, width] = faults(phone, axe, width)
    assert {place: lines for place, lines in found.items() if lines} == {}


def test_the_kept_form_is_filled_by_keyboard(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.page.reload()
    expect(phone.page.locator(".bar-state")).not_to_be_empty()
    phone.item("yes").locator("input").first.focus()
    phone.page.keyboard.press("Space")
    phone.item_says("yes", "已存在本机")
    phone.page.keyboard.press("ArrowRight")
    phone.shows("yes", "not_met")
    phone.item_says("yes", "已存在本机")
    assert phone.store("outbox")[0]["content"]["value"] is False


def test_what_somebody_else_does_not_find_is_not_called_over(phone: Phone, stage: Stage) -> None:
    """To whom it is not shown it is missing, which says nothing of what the inspector prepared here."""
    phone.open(stage.inspections[0])
    phone.prepare()
    inspector = phone.user
    phone.log_in(stage.cast["township_staff"])
    # The form as it is kept here, and then this device's own page, still belong to the inspector.
    with phone.page.expect_response(lambda response: "/state/" in response.url):
        phone.page.reload()
    phone.page.goto("/field/")
    again = phone.page.locator("[data-again]")
    again.click()
    expect(again).to_be_enabled(timeout=15_000)
    expect(phone.page.locator("[data-prepared] li")).not_to_contain_text("已提交或不再分配给您")
    assert [row.get("closed") for row in phone.store("inspections", inspector)] == [None]
