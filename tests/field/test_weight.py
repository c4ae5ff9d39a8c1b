"""The form on a thin line: bytes as they cross the wire, headers included, and how many requests."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.field.phones import Phone
from tests.stage import make_stage


class Wire:
    """What a page asked the network for; answers out of the device's own caches are left out."""

    def __init__(self, page: Page) -> None:
        self.finished: list[Any] = []
        page.context.on("requestfinished", self.note)

    def note(self, request: Any) -> None:
        if not request.response().from_service_worker:
            self.finished.append(request)

    @property
    def bytes(self) -> int:
        sizes = [request.sizes() for request in self.finished]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)

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
