"""A wide table is a stop of the Tab key where it scrolls, and none where it fits its place."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from organization.models import Region, Role
from tests.factories import make_user
from tests.stage import draft, make_stage, submit
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)
RANKING = "#ranking .scroller"
SEEN = """() => [...document.querySelectorAll(".scroller")].map((one) => [
  one.tabIndex === 0, one.scrollWidth > one.clientWidth,
])"""


def at(page: Page, width: int) -> list[list[bool]]:
    """Each table: whether it is a stop, and whether there is anything to scroll."""
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    seen: list[list[bool]] = page.evaluate(SEEN)
    return seen


def test_tables_are_stops_only_where_they_scroll(new_page: Any, axe: Callable[[Any], list[str]]) -> None:
    stage = make_stage(townships=2)
    draft(stage, submit(stage, stage.inspections[0]))
    province = make_user("province", [(Role.ADMINISTRATOR, Region.objects.get(code="410000000000"))])
    for person, addresses in (
        (stage.cast["administrator"], ["/findings/", "/documents/", "/rounds/", "/county/"]),
        (province, ["/county/", "/regions/410000000000/"]),
    ):
        page = new_page(375)
        enter(page, person)
        for address in addresses:
            page.goto(address)
            for width in (320, 375, 1280, 375):
                seen = at(page, width)
                assert seen, address
                assert [stop for stop, _scrolls in seen] == [scrolls for _stop, scrolls in seen], address
                assert axe(page) == [], (address, width)
    # The same table in a narrow window and in a wide one.
    expect(page.locator(RANKING)).to_have_attribute("tabindex", "0")
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator(RANKING)).not_to_have_attribute("tabindex", "0")


def test_without_script_a_table_stays_a_stop(new_page: Any) -> None:
    stage = make_stage(townships=1)
    submit(stage, stage.inspections[0])
    page = new_page(1280, java_script_enabled=False)
    enter(page, stage.cast["administrator"])
    page.goto("/findings/")
    expect(page.locator(".scroller")).to_have_attribute("tabindex", "0")
