"""Phones in the field: a person logged in on a device, the form in front of them, and what the device holds."""

import json
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, expect

from inspections.models import Inspection
from organization.models import User

# Reads one store of a person's database as it stands.
READ_STORE = """([person, name]) => new Promise((done, failed) => {
    const opening = indexedDB.open(`portal-field-${person}`);
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
        const db = opening.result;
        const answered = (rows) => { db.close(); done(rows); };
        if (!db.objectStoreNames.contains(name)) return answered([]);
        const asking = db.transaction(name).objectStore(name).getAll();
        asking.onsuccess = () => answered(asking.result.map((row) => ({ ...row, bytes: undefined, thumbnail: undefined })));
    };
})"""


class Phone:
    """One tab of one device; `context` is the device, and further tabs are opened in it."""

    def __init__(self, page: Page, user: User, site: str) -> None:
        self.page, self.user, self.site = page, user, site
        self.context: BrowserContext = page.context
        self.log_in(user)

    def log_in(self, user: User) -> None:
        """Give the device a session, as the log-in page would."""
        client = Client()
        client.force_login(user)
        morsel = client.cookies[settings.SESSION_COOKIE_NAME]
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": morsel.value, "url": self.site}])
        self.user = user

    def tab(self) -> "Phone":
        other = object.__new__(Phone)
        other.page, other.user, other.site, other.context = self.context.new_page(), self.user, self.site, self.context
        return other

    # ---- the form

    def open(self, inspection: Inspection, query: str = "") -> "Phone":
        self.page.goto(f"/inspections/{inspection.pk}/{query}")
        expect(self.page.locator(".bar-state")).not_to_be_empty()
        return self

    def item(self, code: str) -> Any:
        return self.page.locator(f"[data-item='{code}']")

    def tap(self, code: str, value: str) -> None:
        self.item(code).locator(f"label.seg:has([value={value}])").click()

    def prepare(self) -> None:
        self.page.locator("[data-prepare]").click()
        self.says("可离线使用", "[data-readiness]")

    def says(self, text: str, where: str = ".bar-state") -> None:
        expect(self.page.locator(where)).to_contain_text(text, timeout=15_000)

    def item_says(self, code: str, text: str, where: str = ".kept") -> None:
        expect(self.item(code).locator(where)).to_contain_text(text, timeout=15_000)

    def shows(self, code: str, value: str) -> None:
        expect(self.item(code).locator(f"[value={value}]")).to_be_checked(timeout=15_000)

    # ---- the device

    def offline(self, off: bool = True) -> None:
        self.context.set_offline(off)

    def online(self) -> None:
        self.context.set_offline(False)

    def store(self, name: str, person: User | None = None) -> list[dict[str, Any]]:
        return self.page.evaluate(READ_STORE, [(person or self.user).pk, name])

    def waiting(self) -> list[str]:
        """Items whose change has no outcome yet, in order."""
        return [row["item"] for row in self.store("outbox")]

    def command(self, method: str, **parameters: Any) -> Any:
        """Ask the browser itself, over the protocol of its developer tools."""
        session = self.context.new_cdp_session(self.page)
        return session.send(method, parameters)

    def answer(self, pattern: str, handler: Callable[[Route], None], times: int | None = None) -> None:
        self.page.route(re.compile(pattern), handler, times=times)


def refuse(status: int, body: Any = None) -> Callable[[Route], None]:
    """Answer in the server's place."""
    return lambda route: route.fulfill(
        status=status, body=json.dumps(body) if body is not None else "<h1>x</h1>", content_type="application/json"
    )


def lose(route: Route) -> None:
    """Let the request reach the server, and lose its answer on the way back."""
    route.fetch()
    route.abort()
