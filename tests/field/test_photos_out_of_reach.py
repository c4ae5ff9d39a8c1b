"""Photos taken where the signal has gone before their scripts came: fetched in time, or kept as they are."""

import json
import re

import pytest
from playwright.sync_api import Page, Request, Route, expect

from inspections.models import Photo
from tests.field.photo_scene import WAIT, exported_and_sent, kept, picture, take, verified
from tests.small_stage import Stage, small_stage
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)
SAID = "[data-item='yes'] .photo-said"
STATE = "[data-item='yes'] .photo-state"


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


def open_untouched(page: Page, stage: Stage) -> None:
    """The form as somebody opens it on the way: no answer, no touch, nothing prepared."""
    enter(page, stage.cast["inspector"])
    page.goto(f"/inspections/{stage.inspections[0].pk}/")
    expect(page.locator(".bar-state")).not_to_be_empty()


def without_scripts(page: Page) -> None:
    page.route(re.compile(r"/js/photos\."), lambda route: route.abort())


def test_what_a_photo_needs_is_there_before_anybody_touches_the_page(page: Page, stage: Stage) -> None:
    open_untouched(page, stage)
    assert page.evaluate("navigator.serviceWorker.controller") is None
    expect(page.locator("#photo-tools-here")).to_be_attached(timeout=WAIT)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    take(page, picture(300, 200))
    expect(page.locator(STATE)).to_have_text("已存在本机", timeout=WAIT)
    # The tools have their looks, and can be used.
    page.locator("[data-item='yes'] [data-photo=mark]").first.click()
    expect(page.locator("#annotate")).to_be_visible(timeout=WAIT)
    assert page.eval_on_selector(".photo-kit", "one => getComputedStyle(one).display") == "grid"
    page.click("#annotate [data-close]")
    exported_and_sent(page, stage.cast["inspector"])


def test_scripts_that_did_not_arrive_are_asked_for_again(page: Page, stage: Stage) -> None:
    without_scripts(page)
    with page.expect_event("requestfailed", lambda request: "/js/photos." in request.url, timeout=WAIT):
        open_untouched(page, stage)
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#photo-tools-here")).to_be_attached(timeout=WAIT)


@pytest.mark.parametrize("name", ["photos", "picture", "annotate"])
def test_no_script_of_photos_is_imported_before_all_are_there(page: Page, stage: Stage, name: str) -> None:
    """Most browsers never ask again for a module that failed to load: one try in vain would be the last."""
    imported: list[str] = []
    files = re.compile(r"/js/(photos|photo-queue|picture|annotate|camera|draft)\.")

    def note(request: Request) -> None:
        if request.resource_type == "script" and files.search(request.url):
            imported.append(request.url)

    page.on("request", note)
    missing = re.compile(rf"/js/{name}\.")
    page.route(missing, lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: bool(missing.search(request.url)), timeout=WAIT):
        open_untouched(page, stage)
    # A run and a photo ask again, in vain as well.
    with page.expect_event("requestfailed", lambda request: bool(missing.search(request.url)), timeout=WAIT):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    take(page, picture(300, 200))
    expect(page.locator(SAID)).to_have_text("照片已存在本机，联网后显示", timeout=WAIT)
    assert imported == []
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    verified(page, 1)
    assert any("/js/photos." in url for url in imported)


def test_waiting_photo_fetches_what_it_needs_after_a_reload_without_it(page: Page, stage: Stage) -> None:
    without_scripts(page)
    open_untouched(page, stage)
    page.route("**/photos/", lambda route: route.abort())
    take(page, picture(300, 200))
    expect(page.locator(SAID)).to_have_text("照片已存在本机，联网后显示", timeout=WAIT)
    with page.expect_event("requestfailed", lambda request: "/js/photos." in request.url, timeout=WAIT):
        page.reload()
    expect(page.locator(".bar-state")).to_contain_text("1 张照片", timeout=WAIT)
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    verified(page, 1)


def test_photo_does_not_stay_in_memory_while_nothing_comes_through(page: Page, stage: Stage) -> None:
    held: list[Route] = []
    address = re.compile(r"/js/photos\.")
    page.route(address, lambda route: route.continue_() if held else held.append(route))
    open_untouched(page, stage)
    take(page, picture(300, 200))
    expect(page.locator(SAID)).to_have_text("照片已存在本机，联网后显示", timeout=WAIT)
    assert len(kept(page, stage.cast["inspector"])) == 1
    assert len(held) == 1
    held[0].continue_()
    verified(page, 1)
    expect(page.locator(SAID)).to_have_text("")


def test_photo_without_its_scripts_waits_as_it_is(page: Page, stage: Stage) -> None:
    person = stage.cast["inspector"]
    without_scripts(page)
    open_untouched(page, stage)
    page.context.set_offline(True)
    take(page, picture(900, 600), picture(300, 200))
    expect(page.locator(SAID)).to_have_text("照片已存在本机，联网后显示", timeout=WAIT)
    expect(page.locator(".bar-state")).to_contain_text("2 张照片只在本机，联网后自动发送", timeout=WAIT)
    assert [(row["item"], row["waiting"], "sha256" in row) for row in kept(page, person)] == [
        ("yes", str(stage.inspections[0].pk), False)
    ] * 2
    page.unroute_all()
    page.context.set_offline(False)
    verified(page, 2)
    expect(page.locator(SAID)).to_have_text("")
    expect(page.locator(STATE)).to_have_text(["已核对", "已核对"])
    rows = kept(page, person)
    assert {photo.received_sha256 for photo in Photo.objects.all()} == {row["sha256"] for row in rows}
    assert [(row["kept"], "raw" in row, "waiting" in row) for row in rows] == [(0, False, False)] * 2
    assert max(photo.width for photo in Photo.objects.all()) == 900


def test_it_outlives_the_page(page: Page, stage: Stage) -> None:
    """It goes from the device's own page as well, and nobody is told that a photo was lost."""
    without_scripts(page)
    open_untouched(page, stage)
    page.context.set_offline(True)
    # As a finger would: the item whose camera was opened is noted.
    page.locator("[data-item='yes'] .more input").check(force=True)
    with page.expect_file_chooser() as chooser:
        page.locator("[data-item='yes'] .shot").click()
    chooser.value.set_files([picture(900, 600)])
    expect(page.locator(SAID)).to_have_text("照片已存在本机，联网后显示", timeout=WAIT)
    page.context.set_offline(False)
    page.goto("/field/")
    expect(page.locator("[data-unsent]")).to_contain_text("全部已发送", timeout=WAIT)
    assert Photo.objects.exclude(arrived_at=None).count() == 1
    page.unroute_all()
    page.goto(f"/inspections/{stage.inspections[0].pk}/")
    expect(page.locator("[data-item='yes'] .thumbs img")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    expect(page.locator(SAID)).to_have_count(0)


def test_it_is_in_the_draft(page: Page, stage: Stage) -> None:
    without_scripts(page)
    open_untouched(page, stage)
    page.route("**/photos/", lambda route: route.abort())
    take(page, picture(900, 600))
    expect(page.locator(SAID)).to_have_text("照片已存在本机，联网后显示", timeout=WAIT)
    with page.expect_download() as coming:
        page.click("[data-draft]")
    (photo,) = json.loads(coming.value.path().read_text())["photos"]
    assert len(photo["sha256"]) == 64
    assert photo["original"]


def test_what_is_no_picture_is_not_called_kept(page: Page, stage: Stage) -> None:
    without_scripts(page)
    open_untouched(page, stage)
    take(page, {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"no picture at all"})
    expect(page.locator(SAID)).to_contain_text("没有存下这张照片", timeout=WAIT)
    assert page.get_attribute(SAID, "role") == "alert"
    assert kept(page, stage.cast["inspector"]) == []
