"""An inspection that was submitted meanwhile: no page asks about it again until somebody does something."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from reports.actions import submit
from tests.field.phones import Phone
from tests.field.photo_scene import picture, take
from tests.small_stage import Stage, answer

MINUTES = 20
OVER = "这份检查现在不能修改"


class Asked:
    """What a page asks the portal for from now on, besides files."""

    def __init__(self, page: Page) -> None:
        self.paths: list[str] = []
        page.on("request", lambda request: self.note(request.method, request.url.split("/", 3)[3]))

    def note(self, method: str, path: str) -> None:
        if not path.startswith("static/"):
            self.paths.append(f"{method} {path}")


def end(stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    submit(inspection=stage.inspections[0], by=stage.cast["lead_inspector"], now=timezone.now())


def pass_minutes(phone: Phone) -> None:
    for _ in range(2 * MINUTES):
        phone.page.clock.fast_forward(30_000)
        phone.page.wait_for_timeout(20)


@pytest.fixture
def form(phone: Phone, stage: Stage) -> Phone:
    phone.page.clock.install()
    phone.open(stage.inspections[0])
    with phone.page.expect_response(re.compile(r"/state/\?since=")):
        phone.page.clock.fast_forward(2_000)
    return phone


def test_an_open_form_goes_on_asking_while_it_can_change(form: Phone) -> None:
    asked = Asked(form.page)
    pass_minutes(form)
    assert len([path for path in asked.paths if "/state/" in path]) > MINUTES


def test_a_form_that_is_over_is_not_asked_about_again(form: Phone, stage: Stage) -> None:
    end(stage)
    form.page.clock.fast_forward(31_000)
    form.says(OVER)
    asked = Asked(form.page)
    pass_minutes(form)
    # Signal that comes and goes is nobody's doing.
    form.page.evaluate("window.dispatchEvent(new Event('online'))")
    pass_minutes(form)
    assert asked.paths == []


def look_again(phone: Phone, answered: str) -> None:
    """Turn to the page again, and wait for the answer."""
    with phone.page.expect_event("requestfinished", lambda request: answered in request.url):
        phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.page.wait_for_timeout(300)


def test_somebody_who_comes_back_is_told_once_more(form: Phone, stage: Stage) -> None:
    end(stage)
    form.page.clock.fast_forward(31_000)
    form.says(OVER)
    asked = Asked(form.page)
    look_again(form, "/session/")
    pass_minutes(form)
    assert [re.sub(r"[0-9a-f-]{36}|\d+$", "*", path) for path in asked.paths] == [
        "GET inspections/*/state/?since=*",
        "GET session/",
    ]


def test_what_is_typed_into_it_is_offered_once_and_stays_here(form: Phone, stage: Stage) -> None:
    end(stage)
    asked = Asked(form.page)
    form.tap("yes", "not_met")
    form.item_says("yes", "已存在本机")
    with form.page.expect_event("requestfinished", lambda request: "/sync/" in request.url):
        form.page.clock.fast_forward(2_000)
    form.says("1 项没有发送，仍存在本机，请告诉组长")
    pass_minutes(form)
    assert len([path for path in asked.paths if path.startswith("POST")]) == 1
    look_again(form, "/sync/")
    pass_minutes(form)
    assert len([path for path in asked.paths if path.startswith("POST")]) == 2
    assert form.waiting() == ["yes"]


def test_the_devices_own_page_offers_it_once(form: Phone, stage: Stage) -> None:
    form.offline()
    form.tap("yes", "not_met")
    take(form.page, picture(300, 200))
    form.says("1 项、1 张照片只在本机")
    end(stage)
    form.online()
    with form.page.expect_event("requestfinished", lambda request: "/sync/" in request.url):
        form.page.goto("/field/")
    form.says("1 项、1 张照片没有发送，所在的检查已提交或不再分配给您", "[data-unsent]")
    asked = Asked(form.page)
    pass_minutes(form)
    assert [path for path in asked.paths if path != "GET session/"] == []


def test_an_inspection_that_is_taken_up_again_goes_on(form: Phone, stage: Stage) -> None:
    """It was given to others for a while; whoever has it again has only to look at it."""
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    inspection.inspectors.remove(person)
    form.page.clock.fast_forward(31_000)
    form.says(OVER)
    inspection.inspectors.add(person)
    pass_minutes(form)
    form.says(OVER)
    look_again(form, "/state/")
    expect(form.page.locator(".bar-state")).not_to_contain_text(OVER, timeout=15_000)
    asked = Asked(form.page)
    pass_minutes(form)
    assert len(asked.paths) > MINUTES
