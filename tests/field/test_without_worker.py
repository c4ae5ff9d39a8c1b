"""A plain-HTTP address: no service worker, no digests by the browser; nothing is promised, nothing lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.field.photo_scene import WAIT, exported_and_sent, open_form, picture, take
from tests.small_stage import Stage, small_stage
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)
# What a browser takes away from such an address.
PLAIN = """delete Navigator.prototype.serviceWorker;
Object.defineProperty(Crypto.prototype, "subtle", { value: undefined });
Object.defineProperty(window, "isSecureContext", { value: false });"""


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


@pytest.fixture
def page(page: Page) -> Page:
    page.add_init_script(PLAIN)
    return page


def test_a_photo_taken_after_the_signal_has_gone_is_kept_and_drawn_on(page: Page, stage: Stage) -> None:
    person = stage.cast["inspector"]
    open_form(page, stage.inspections[0], person)
    # Nothing was touched yet that would have fetched the photos' scripts.
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    take(page, picture(300, 200))
    expect(page.locator("[data-item='yes'] .photo-state")).to_have_text("已存在本机", timeout=WAIT)
    page.locator("[data-photo=mark]").first.click()
    expect(page.locator("#annotate")).to_be_visible(timeout=WAIT)
    page.click("#annotate [data-close]")
    exported_and_sent(page, person)


def test_nothing_is_said_to_be_ready_for_places_without_signal(page: Page, stage: Stage) -> None:
    enter(page, stage.cast["inspector"])
    page.goto("/tasks/")
    said = page.locator("[data-device] [role=status]")
    expect(said).to_contain_text("断网后打不开检查表", timeout=WAIT)
    expect(page.get_by_role("button", name="全部准备")).to_be_hidden()
    page.goto(f"/inspections/{stage.inspections[0].pk}/")
    page.click("[data-prepare]")
    expect(page.locator("[data-readiness]")).to_contain_text("这个地址断网后打不开本页", timeout=WAIT)
    page.wait_for_load_state("networkidle")
    page.goto("/field/")
    expect(page.locator("[data-prepared] li")).to_contain_text("断网后打不开", timeout=WAIT)
    expect(page.locator("[data-prepared] li")).not_to_contain_text("备好")
    page.goto("/tasks/")
    expect(said).not_to_contain_text("已备在本机")
