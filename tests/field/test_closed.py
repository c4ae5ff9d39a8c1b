"""An inspection that was submitted meanwhile: no page asks about it again until somebody does something."""

import re
import time
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from reports.actions import submit
from tests.field.phones import Phone
from tests.field.photo_scene import picture, take
from tests.small_stage import Stage, answer

MINUTES = 20
OVER = "这份检查现在不能修改"


class Asked:
    """What a page asks the portal for, besides files; time passes where none of it is under way."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.paths: list[str] = []
        self.under_way: set[Request] = set()
        page.on("request", self.begins)
        page.on("requestfinished", self.ends)
        page.on("requestfailed", self.ends)

    def begins(self, request: Request) -> None:
        path = request.url.split("/", 3)[3]
        # A small picture out of the page's own memory is nothing that the portal hears of.
        if not path.startswith("static/") and not request.url.startswith("blob:"):
            self.paths.append(f"{request.method} {path}")
            self.under_way.add(request)

    def ends(self, request: Request) -> None:
        self.under_way.discard(request)

    def anew(self) -> None:
        self.paths.clear()

    def rest(self) -> None:
        """Wait until each request is answered: over a jump of the clock the page would give it up as lost."""
        until = time.monotonic() + 30
        self.page.wait_for_timeout(20)
        while self.under_way:
            assert time.monotonic() < until, self.paths
            self.page.wait_for_timeout(20)

    def pass_seconds(self, seconds: int) -> None:
        self.rest()
        self.page.clock.fast_forward(1000 * seconds)
        self.rest()

    def pass_minutes(self) -> None:
        for _ in range(2 * MINUTES):
            self.pass_seconds(30)

    def until(self, form: Phone, text: str) -> None:
        """Let time pass until the form says so."""
        for _ in range(20):
            self.pass_seconds(31)
            if text in (form.page.locator(".bar-state").text_content() or ""):
                return
        form.says(text)


def end(stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    submit(inspection=stage.inspections[0], by=stage.cast["lead_inspector"], now=timezone.now())


def give_away(stage: Stage) -> None:
    stage.inspections[0].inspectors.remove(stage.cast["inspector"])


@pytest.fixture
def asked(phone: Phone) -> Asked:
    phone.page.clock.install()
    return Asked(phone.page)


@pytest.fixture
def form(phone: Phone, stage: Stage, asked: Asked) -> Phone:
    phone.open(stage.inspections[0])
    with phone.page.expect_response(re.compile(r"/state/\?since=")):
        phone.page.clock.fast_forward(2_000)
    return phone


def test_an_open_form_goes_on_asking_while_it_can_change(form: Phone, asked: Asked) -> None:
    asked.anew()
    asked.pass_minutes()
    assert len([path for path in asked.paths if "/state/" in path]) > MINUTES


def test_a_form_that_is_over_is_not_asked_about_again(form: Phone, stage: Stage, asked: Asked) -> None:
    end(stage)
    asked.until(form, OVER)
    asked.anew()
    asked.pass_minutes()
    # Signal that comes and goes is nobody's doing.
    form.page.evaluate("window.dispatchEvent(new Event('online'))")
    asked.pass_minutes()
    assert asked.paths == []


def look_again(phone: Phone, answered: str) -> None:
    """Turn to the page again, and wait for the answer."""
    with phone.page.expect_event("requestfinished", lambda request: answered in request.url):
        phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.page.wait_for_timeout(300)


def test_somebody_who_comes_back_is_told_once_more(form: Phone, stage: Stage, asked: Asked) -> None:
    end(stage)
    asked.until(form, OVER)
    asked.anew()
    look_again(form, "/session/")
    asked.pass_minutes()
    assert [re.sub(r"[0-9a-f-]{36}|\d+$", "*", path) for path in asked.paths] == [
        "GET inspections/*/state/?since=*",
        "GET session/",
    ]


def test_what_is_typed_into_it_is_offered_once_and_stays_here(
    form: Phone, stage: Stage, asked: Asked
) -> None:
    asked.rest()
    end(stage)
    asked.anew()
    form.tap("yes", "not_met")
    form.item_says("yes", "已存在本机")
    with form.page.expect_event("requestfinished", lambda request: "/sync/" in request.url):
        form.page.clock.fast_forward(2_000)
    form.says("1 项没有发送，仍存在本机，请告诉组长")
    asked.pass_minutes()
    assert len([path for path in asked.paths if path.startswith("POST")]) == 1
    look_again(form, "/sync/")
    asked.pass_minutes()
    assert len([path for path in asked.paths if path.startswith("POST")]) == 2
    assert form.waiting() == ["yes"]


def test_the_devices_own_page_offers_it_once(form: Phone, stage: Stage, asked: Asked) -> None:
    form.offline()
    form.tap("yes", "not_met")
    take(form.page, picture(300, 200))
    form.says("1 项、1 张照片只在本机")
    end(stage)
    asked.rest()
    form.online()
    with form.page.expect_event("requestfinished", lambda request: "/sync/" in request.url):
        form.page.goto("/field/")
    form.says("1 项、1 张照片没有发送，所在的检查已提交或不再分配给您", "[data-unsent]")
    nothing_more_is_asked(asked)


def nothing_more_is_asked(asked: Asked) -> None:
    asked.rest()
    asked.anew()
    asked.pass_minutes()
    # Who is logged in is asked all the same: another inspection may wait for that.
    assert [path for path in asked.paths if path != "GET session/"] == []


def leave_a_photo(form: Phone, asked: Asked) -> None:
    form.offline()
    take(form.page, picture(300, 200))
    form.says("1 张照片")
    asked.rest()


@pytest.mark.parametrize("ends", [end, give_away])
def test_the_devices_own_page_offers_a_photo_once(
    form: Phone, stage: Stage, asked: Asked, ends: Callable[[Stage], None]
) -> None:
    leave_a_photo(form, asked)
    ends(stage)
    form.online()
    with form.page.expect_event("requestfinished", lambda request: "/photos/" in request.url):
        form.page.goto("/field/")
    form.says("1 张照片没有发送，所在的检查已提交或不再分配给您", "[data-unsent]")
    nothing_more_is_asked(asked)


@pytest.mark.parametrize("ends", [end, give_away])
def test_a_form_that_is_over_offers_its_photos_only_when_somebody_does_something(
    form: Phone, stage: Stage, asked: Asked, ends: Callable[[Stage], None]
) -> None:
    leave_a_photo(form, asked)
    ends(stage)
    form.online()
    asked.until(form, OVER)
    asked.anew()
    form.page.evaluate("window.dispatchEvent(new Event('online'))")
    asked.pass_minutes()
    assert asked.paths == []
    with form.page.expect_event("requestfinished", lambda request: "/photos/" in request.url):
        take(form.page, picture(400, 200))
    form.says("2 张照片没有发送")
    asked.pass_minutes()
    assert len([path for path in asked.paths if path.startswith("POST")]) == 1


def test_an_inspection_that_is_taken_up_again_goes_on(form: Phone, stage: Stage, asked: Asked) -> None:
    """It was given to others for a while; whoever has it again has only to look at it."""
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    inspection.inspectors.remove(person)
    asked.until(form, OVER)
    inspection.inspectors.add(person)
    asked.pass_minutes()
    form.says(OVER)
    look_again(form, "/state/")
    expect(form.page.locator(".bar-state")).not_to_contain_text(OVER, timeout=15_000)
    asked.anew()
    asked.pass_minutes()
    assert len(asked.paths) > MINUTES
