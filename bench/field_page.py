"""The form on an inspector's phone: a thin line and a slow processor, in a real Chromium.

Bytes as they cross the wire, time until the form can be used, time from a tap until the answer is kept on the
device, and how long a whole form takes to be sent. Needs no data: it builds a county in a temporary database.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._start import introduce  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "5"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
# The line and the phone of the budget: 400 kbit/s with 400 ms there and back, a processor six times as slow.
LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SLOWNESS = 6
# Marks when the form's script has said its first word, and how long each tap takes to be called kept.
WATCH = """
    window.taps = [];
    let begun = 0;
    addEventListener("change", () => { begun = performance.now(); }, true);
    new MutationObserver((changes) => {
        const state = document.querySelector(".bar-state");
        if (!window.usable && state?.textContent) window.usable = performance.now();
        for (const { target } of changes) {
            const kept = target.classList?.contains("kept") ? target : target.parentElement?.closest(".kept");
            if (begun && kept?.dataset.tone !== "bad" && kept?.textContent) {
                window.taps.push(performance.now() - begun);
                begun = 0;
            }
        }
    }).observe(document, { subtree: true, childList: true, characterData: true });
"""


def main() -> None:
    introduce(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        inspections, cookie = county()
        with serving() as site, browsing() as browser:
            measure(browser, site, inspections, cookie)


def prepare(folder: str) -> None:
    """A database of its own, so that no county's data is touched."""
    os.environ |= {
        "PORTAL_VAR_DIR": folder,
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        "PORTAL_STATIC_ROOT": f"{folder}/static",
        "PORTAL_LOG_LEVEL": "WARNING",
        # A bench asks more often than strangers may.
        "PORTAL_PUBLIC_REQUESTS_PER_MINUTE": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def county() -> tuple[list[str], str]:
    """Inspections of townships, none begun, and the session of the inspector they are assigned to."""
    from django.conf import settings
    from django.test import Client

    from tests.stage import make_stage

    stage = make_stage(townships=ROUNDS + 1)
    client = Client()
    client.force_login(stage.cast["inspector"])
    return [str(one.pk) for one in stage.inspections], client.cookies[settings.SESSION_COOKIE_NAME].value


@contextmanager
def serving() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--worker-class", "gthread"]
    command += [
        "--threads",
        "4",
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
        "--no-control-socket",
    ]
    with subprocess.Popen(command, cwd=ROOT) as process:
        site = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                urlopen(f"{site}/login/").close()
                break
            except OSError:
                time.sleep(0.1)
        try:
            yield site
        finally:
            process.terminate()


@contextmanager
def browsing() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Phone:
    """A device of its own: no cache, no store; what it sends and gets is counted."""

    def __init__(self, browser: Any, site: str, cookie: str) -> None:
        size = {"width": 375, "height": 667}
        self.context = browser.new_context(base_url=site, viewport=size, locale="zh-CN")
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
        self.context.add_init_script(WATCH)
        self.requests: list[Any] = []
        self.context.on("requestfinished", self.finish)
        self.page = self.tab()

    def finish(self, request: Any) -> None:
        self.requests.append(request)

    def tab(self, slow: bool = True) -> Any:
        page = self.context.new_page()
        if slow:
            tools = self.context.new_cdp_session(page)
            tools.send("Network.enable")
            tools.send("Network.emulateNetworkConditions", LINE)
            tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWNESS})
        return page

    def open(self, page: Any, inspection: str) -> float:
        """Milliseconds until the form's script works."""
        page.goto(f"/inspections/{inspection}/")
        return float(self.until(page, "window.usable"))

    def until(self, page: Any, expression: str) -> Any:
        """The value of an expression, once it has one; wait_for_function is against the content policy."""
        for _ in range(1200):
            if found := page.evaluate(expression):
                return found
            time.sleep(0.05)
        raise TimeoutError(expression)

    def wire(self) -> tuple[int, int]:
        """Bytes and requests since the last call, those answered by the device itself left out."""
        done, self.requests[:] = [one for one in self.requests if not one.response().from_service_worker], []
        sizes = [one.sizes() for one in done]
        return sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes), len(done)


def measure(browser: Any, site: str, inspections: list[str], cookie: str) -> None:
    found: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        found.setdefault(name, []).append(value)

    for inspection in inspections[1:]:
        phone = Phone(browser, site, cookie)
        visit(phone, inspection, note)
        phone.context.close()
    for name, values in found.items():
        print(f"{statistics.median(values):9.1f}  {name} (least {min(values):.1f}, most {max(values):.1f})")


def visit(phone: Phone, inspection: str, note: Callable[[str, float], None]) -> None:
    page = phone.page
    note("ms  first load until the form can be used (aim 4000)", phone.open(page, inspection))
    page.wait_for_load_state("networkidle")
    weight, count = phone.wire()
    note("KB  on first load (aim 80)", weight / 1024)
    note("requests on first load (aim 10)", count)
    segments = page.locator(".item:has(.seg)")
    for number in range(10):
        segments.nth(number).locator("label.seg").first.click()
        page.wait_for_timeout(100)
    for spent in phone.until(page, "window.taps.length >= 8 && window.taps"):
        note("ms  from a tap until it is kept on the device (aim 100)", spent)
    phone.until(page, "document.querySelector('[data-readiness]').textContent.includes('KB')")
    phone.until(page, "document.querySelector('.bar-state').textContent === '全部已发送'")
    later(phone, inspection, note)


def later(phone: Phone, inspection: str, note: Callable[[str, float], None]) -> None:
    phone.page.close()
    phone.requests.clear()
    page = phone.tab()
    note("ms  later visit until the form can be used", phone.open(page, inspection))
    with page.expect_response(lambda response: "/state/" in response.url):
        pass
    page.wait_for_load_state("networkidle")
    weight, count = phone.wire()
    note("KB  on a later visit (aim 5)", weight / 1024)
    note("requests on a later visit", count)
    page.close()
    phone.context.set_offline(True)
    page = phone.tab(slow=False)
    note("ms  without signal until the form can be used, full speed (aim 1000)", phone.open(page, inspection))
    fill(page)
    sizes: list[int] = []
    page.on("request", lambda one: one.method == "POST" and sizes.append(len(one.post_data or "")))
    begun = time.monotonic()
    phone.context.set_offline(False)
    phone.until(page, "document.querySelector('.bar-state').textContent === '全部已发送'")
    note(
        "ms  until a whole form is sent, full speed",
        1000 * (time.monotonic() - begun),
    )
    note("KB  sent for it (aim 15)", sum(sizes) / 1024)
    note("deliveries for it (aim 2)", len(sizes))


def fill(page: Any) -> None:
    """Answer every item that a tap answers, and type into the others."""
    page.evaluate(
        """() => {
            for (const item of document.querySelectorAll(".item")) {
                const all = item.querySelector("[data-all]");
                if (all) { all.click(); continue; }
                const segment = item.querySelector(".seg input");
                if (segment) { item.querySelectorAll(".seg input")[1].click(); continue; }
                for (const field of item.querySelectorAll(".measure input")) {
                    field.value = "3";
                    field.dispatchEvent(new Event("input", { bubbles: true }));
                }
            }
        }"""
    )
    page.wait_for_timeout(3000)


if __name__ == "__main__":
    main()
