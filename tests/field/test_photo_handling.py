"""Photos and the hand that holds the phone: slips, haste, and what the tray says meanwhile."""

from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.field.phones import Phone
from tests.field.photo_scene import WAIT, kept, open_form, picture, remove, take, verified
from tests.small_stage import Stage, small_stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


def test_slip_of_the_thumb_takes_no_photo_out(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    # The first press fetches what handles photos.
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    take(page, picture(300, 200))
    expect(page.locator("[data-item='yes'] .photo-state")).to_have_text("已存在本机", timeout=WAIT)
    remove(page, sure=False)
    page.wait_for_timeout(300)
    expect(page.locator("[data-item='yes'] .photo-state")).to_have_text("已存在本机")
    assert len(kept(page, person)) == 1


def test_photo_taken_out_without_signal_is_not_said_to_be_sent(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, picture(300, 200))
    verified(page, 1)
    page.context.set_offline(True)
    remove(page)
    said = page.locator(".bar-state")
    expect(said).to_contain_text("1 张照片的删除", timeout=WAIT)
    page.context.set_offline(False)
    expect(said).not_to_contain_text("删除", timeout=WAIT)
    assert kept(page, person) == []


def test_signal_that_is_back_is_not_called_missing(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    # The first press fetches what handles photos.
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    take(page, picture(300, 200), picture(200, 300))
    expect(page.locator(".tray-photos")).to_contain_text("没有网络", timeout=WAIT)
    held: list[Any] = []
    page.route(
        "**/photos/**",
        lambda route: held.append(route) if route.request.method == "PUT" else route.continue_(),
    )
    page.context.set_offline(False)
    expect(page.locator(".tray-photos")).to_contain_text("2 张只传了缩略图", timeout=WAIT)
    expect(page.locator(".tray-photos")).not_to_contain_text("没有网络")
    for route in held:
        route.abort()


def test_page_is_not_left_unasked_while_a_photo_is_made_ready(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    page.evaluate("""() => {
        const make = HTMLCanvasElement.prototype.toBlob;
        HTMLCanvasElement.prototype.toBlob = function (...given) {
            globalThis.goOn = () => make.apply(this, given);
        };
    }""")
    take(page, picture(300, 200))
    said = page.locator("[data-item='yes'] .photo-said")
    expect(said).to_have_text("正在处理照片", timeout=WAIT)
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog", timeout=WAIT) as asked:
        page.evaluate("() => { location.href = '/tasks/' }")
    assert asked.value.type == "beforeunload"
    expect(said).to_have_text("正在处理照片")


def box(part: Locator) -> FloatRect:
    found = part.bounding_box()
    assert found
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_photos_buttons_stand_side_by_side_below_it(phone: Phone, stage: Stage, language: str) -> None:
    """Of the server's entries as of those that the page draws; on a phone three photos fit in a row."""
    phone.context.add_cookies([{"name": "django_language", "value": language, "url": phone.site}])
    phone.open(stage.inspections[0])
    take(phone.page, picture(300, 200))
    verified_here = phone.page.locator(".photo-state[data-tone=good]")
    expect(verified_here).to_have_count(1, timeout=WAIT)
    phone.open(stage.inspections[0])
    take(phone.page, picture(400, 200), picture(200, 200))
    expect(verified_here).to_have_count(3, timeout=WAIT)
    entries = phone.item("yes").locator("[data-shot]")
    rows = set()
    for entry in entries.all():
        mark, gone, shown = (box(entry.locator(name)) for name in ("[data-photo]", "[data-remove]", "img"))
        assert mark["y"] == gone["y"]
        assert mark["x"] + mark["width"] <= gone["x"]
        assert min(mark["height"], gone["height"]) >= 44
        assert shown["x"] <= mark["x"]
        assert gone["x"] + gone["width"] <= shown["x"] + shown["width"] + 1
        rows.add(shown["y"])
    assert len(rows) == 1
