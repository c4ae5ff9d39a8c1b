"""A new release while the old form is open, and a new edition while people are out."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test import override_settings
from django.test.testcases import QuietWSGIRequestHandler
from django.utils import timezone
from playwright.sync_api import expect

from inspections.fragments import fragments
from reports.actions import submit
from standards.actions import import_standard
from standards.schema import parse_standard
from tests.field.phones import Phone
from tests.small_stage import answer
from tests.small_standards import plain_item, plain_standard
from tests.stage import Stage


def away(environ: Any, start_response: Any) -> list[bytes]:
    """What a proxy says while the portal behind it starts anew."""
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"one moment"]


class Portal:
    """A portal on one address that can be replaced by its next release, as a deployment does it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number, self.settings = folder, 0, ExitStack()
        self.server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler)
        self.server.set_app(lambda environ, start_response: self.application(environ, start_response))
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.url = "http://{}:{}".format(*self.server.server_address)

    def release(self) -> None:
        """Serve from now on scripts and styles that differ from the last release's, and those alone."""
        self.number += 1
        self.application = away
        sources = self.folder / f"source-{self.number}"
        shutil.copytree(site_settings.BASE_DIR / "static", sources)
        for path in [*sources.rglob("*.js"), *sources.rglob("*.css")]:
            path.write_text(f"{path.read_text()}\n/* release {self.number} */\n")
        self.settings.close()
        self.settings.enter_context(
            override_settings(
                STATICFILES_DIRS=[sources],
                STATIC_ROOT=self.folder / f"static-{self.number}",
                STORAGES={
                    **site_settings.STORAGES,
                    "staticfiles": {"BACKEND": "config.assets.HashedStorage"},
                },
            )
        )
        call_command("collectstatic", interactive=False, verbosity=0)
        # What a page is linked to was rendered with the files' old names.
        fragments.cache_clear()
        self.application = WSGIHandler()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.settings.close()


@pytest.fixture
def portal(tmp_path: Path, transactional_db: None) -> Iterator[Portal]:
    serving = Portal(tmp_path)
    serving.release()
    serving.thread.start()
    yield serving
    serving.stop()


@pytest.fixture
def phone(portal: Portal, browser: Any, stage: Stage) -> Iterator[Phone]:
    context = browser.new_context(base_url=portal.url, viewport={"width": 375, "height": 667}, locale="zh-CN")
    yield Phone(context.new_page(), stage.cast["inspector"], portal.url)
    context.close()


def release_of(phone: Phone) -> str:
    return phone.page.get_attribute("[data-inspection]", "data-release") or ""


def kept_files(phone: Phone) -> list[str]:
    names = phone.page.evaluate("caches.keys()")
    return [name for name in names if name.startswith("portal-static-")]


def wake(phone: Phone) -> None:
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")


def test_the_old_form_works_on_after_a_new_release(phone: Phone, portal: Portal, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    old = release_of(phone)
    portal.release()
    # The files of the old release are on the server no more; the form has them all the same.
    phone.page.reload()
    phone.tap("yes", "met")
    phone.says("全部已发送")
    assert release_of(phone) == old
    assert phone.page.evaluate("getComputedStyle(document.querySelector('.bar')).position") == "sticky"
    assert stage.inspections[0].answers.get().status == "met"
    phone.offline()
    phone.page.reload()
    phone.shows("yes", "met")
    assert phone.page.evaluate("getComputedStyle(document.querySelector('.bar')).position") == "sticky"


def test_the_new_release_is_offered_and_taken_by_hand(phone: Phone, portal: Portal, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    old = release_of(phone)
    portal.release()
    wake(phone)
    phone.says("有新版", "[data-readiness]")
    assert release_of(phone) == old
    assert len(kept_files(phone)) == 2
    phone.page.locator("button[data-update]").click()
    expect(phone.page.locator(f"[data-inspection]:not([data-release='{old}'])")).to_be_attached(
        timeout=20_000
    )
    phone.offline()
    phone.page.reload()
    assert release_of(phone) != old
    phone.tap("yes", "met")
    phone.says("1 项只在本机")


def test_an_inspection_that_was_submitted_does_not_keep_the_new_release_away(
    phone: Phone, portal: Portal, stage: Stage
) -> None:
    for inspection in reversed(stage.inspections):
        phone.open(inspection)
        phone.prepare()
    answer(stage.inspections[1], stage.cast["inspector"])
    submit(inspection=stage.inspections[1], by=stage.cast["lead_inspector"], now=timezone.now())
    old = release_of(phone)
    portal.release()
    wake(phone)
    phone.says("有新版", "[data-readiness]")
    phone.page.locator("button[data-update]").click()
    expect(phone.page.locator(f"[data-inspection]:not([data-release='{old}'])")).to_be_attached(
        timeout=20_000
    )


def test_an_update_that_must_wait_says_what_for(phone: Phone, portal: Portal, stage: Stage) -> None:
    phone.open(stage.inspections[1])
    phone.item("windows").locator("[data-step='1']").first.click()
    phone.item_says("windows", "补充后发送")
    phone.open(stage.inspections[0])
    phone.prepare()
    portal.release()
    wake(phone)
    phone.says("有新版", "[data-readiness]")
    phone.page.locator("button[data-update]").click()
    phone.says("发送或移除后再更新", "[data-readiness]")


def test_no_update_is_offered_while_something_waits(phone: Phone, portal: Portal, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.answer(r"/sync/$", lambda route: route.abort())
    portal.release()
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    expect(phone.page.locator("button[data-update]")).to_have_count(0)
    phone.page.unroute_all()
    phone.says("全部已发送")
    phone.says("有新版", "[data-readiness]")


def test_an_update_that_was_offered_is_not_taken_once_something_waits(
    phone: Phone, portal: Portal, stage: Stage
) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    portal.release()
    wake(phone)
    phone.says("有新版", "[data-readiness]")
    old = release_of(phone)
    phone.answer(r"/sync/$", lambda route: route.abort())
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    expect(phone.page.locator("button[data-update]")).to_have_count(0)
    assert release_of(phone) == old
    assert phone.waiting() == ["yes"]


def test_a_new_edition_leaves_the_inspection_on_its_own(phone: Phone, stage: Stage) -> None:
    inspection = stage.inspections[0]
    phone.open(inspection)
    phone.prepare()
    phone.offline()
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    import_standard(parse_standard(plain_standard(plain_item("other"), edition="2027")))
    phone.online()
    phone.says("全部已发送")
    phone.page.reload()
    expect(phone.page.locator(".item")).to_have_count(6)
    assert inspection.answers.get().item.edition_id == inspection.edition_id


def test_a_new_release_does_not_take_a_half_typed_answer(phone: Phone, portal: Portal, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.item("windows").locator("[data-step='1']").first.click()
    phone.item_says("windows", "补充后发送")
    portal.release()
    wake(phone)
    phone.says("1 项待补充")
    expect(phone.page.locator("button[data-update]")).to_have_count(0)
