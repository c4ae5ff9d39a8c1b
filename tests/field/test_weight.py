"""The form on a thin line: bytes as they cross the wire, headers included, and how many requests."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.field.phones import Phone
from tests.stage import make_stage

# Scripts and looks of photos.
SCRIPTS = ("photos", "photo-queue", "picture", "photo-rows", "annotate", "camera", "draft")
SPARES = {*(f"js/{name}" for name in SCRIPTS), "css/photos"}


def named(path: str) -> str:
    """The name of a static file, without its digest."""
    return path.removeprefix("static/").split(".")[0]


class Wire:
    """What a page asked the network for; answers out of the device's own caches are left out."""

    def __init__(self, page: Page) -> None:
        self.finished: list[Any] = []
        page.context.on("requestfinished", self.note)

    def note(self, request: Any) -> None:
        if not request.response().from_service_worker:
            self.finished.append(request)

    def weigh(self, requests: list[Any]) -> int:
        sizes = [request.sizes() for request in requests]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)

    @property
    def bytes(self) -> int:
        return self.weigh(self.finished)

    @property
    def paths(self) -> list[str]:
        return [request.url.split("/", 3)[3] for request in self.finished]


def test_first_load_takes_80_kb_in_10_requests(
    transactional_db: None, new_page: Callable[..., Any], live_server: Any
) -> None:
    stage = make_stage(townships=1)
    phone = Phone(new_page(375), stage.cast["inspector"], live_server.url)
    wire = Wire(phone.page)
    phone.open(stage.inspections[0])
    phone.page.wait_for_load_state("networkidle")
    assert phone.page.locator("fieldset.item").count() == 74
    assert wire.bytes < 80 * 1024
    assert len(wire.finished) <= 10, wire.paths


def test_what_a_photo_needs_comes_after_the_first_use_and_is_counted_apart(
    transactional_db: None, new_page: Callable[..., Any], live_server: Any
) -> None:
    """It is what the first touch of the form fetches anyway; on a page that is only read it comes later."""
    stage = make_stage(townships=1)
    phone = Phone(new_page(375), stage.cast["inspector"], live_server.url)
    wire = Wire(phone.page)
    with phone.page.expect_request_finished(lambda request: "/state/?since=" in request.url):
        phone.open(stage.inspections[0])
    phone.page.wait_for_load_state("networkidle")
    assert not [path for path in wire.paths if named(path) in SPARES]
    used = len(wire.finished)
    expect(phone.page.locator("#photo-tools-here")).to_be_attached(timeout=15_000)
    phone.page.wait_for_load_state("networkidle")
    # They are fetched first and imported then: the second time from the browser's own cache.
    crossed = [request for request in wire.finished[used:] if wire.weigh([request])]
    assert sorted(named(request.url.split("/", 3)[3]) for request in crossed) == sorted(SPARES)
    assert wire.weigh(crossed) < 24 * 1024


def test_a_later_visit_takes_5_kb(
    transactional_db: None, new_page: Callable[..., Any], live_server: Any
) -> None:
    stage = make_stage(townships=1)
    phone = Phone(new_page(375), stage.cast["inspector"], live_server.url)
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.tap("site.open_hall", "met")
    phone.says("全部已发送")
    again = phone.tab()
    wire = Wire(again.page)
    again.open(stage.inspections[0])
    with again.page.expect_response(lambda response: "/state/?since=" in response.url):
        pass
    again.page.wait_for_load_state("networkidle")
    assert again.page.locator("fieldset.item").count() == 74
    assert wire.bytes < 5 * 1024, wire.paths
