"""What every test may ask for: quick settings, a served site, a browser, an accessibility check."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.core.management import call_command
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile(
    "portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("portal")


def pytest_configure() -> None:
    """Replace what a test run must not take from the environment, or would only wait for."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.BEHIND_PROXY, settings.SECURE_PROXY_SSL_HEADER = False, None
    # Its addresses are there only where it is on; its own tests switch it on.
    settings.SSO_ISSUER = ""
    # The same for processes that a test starts, which read an operator's .env again.
    os.environ.update(
        PORTAL_PUBLIC_REQUESTS_PER_MINUTE="0",
        PORTAL_HTTPS="false",
        PORTAL_SSO_ISSUER="",
        PORTAL_BEHIND_PROXY="false",
        PORTAL_ALLOWED_HOSTS="*",
    )
    # Views are tested without collecting static files; the live server has hashed and compressed ones.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    # All tests come from one address.
    settings.PUBLIC_REQUESTS_PER_MINUTE = 0
    # No key or anchor of a test among an installation's own.
    settings.AUDIT_ANCHOR_DIR = settings.AUDIT_KEY_FILE = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, so that `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite in a file: in memory all threads of the live server would share one connection."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def media_folder(settings: Any, tmp_path: Path) -> Path:
    """Uploads of a test stay in its own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.AUDIT_ANCHOR_DIR, settings.AUDIT_KEY_FILE = tmp_path / "anchors", tmp_path / "audit_key.pem"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """A request in English leaves its language behind in the thread; the next test begins in Chinese."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


# ---- the site as it is served


@pytest.fixture(scope="session")
def served_static(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Settings under which static files carry hashed names and are compressed, as in operation."""
    from django.conf import settings

    hashed = {"BACKEND": "config.assets.HashedStorage"}
    changed = {
        "STATIC_ROOT": tmp_path_factory.mktemp("static"),
        "STORAGES": {**settings.STORAGES, "staticfiles": hashed},
    }
    with override_settings(**changed):
        call_command("collectstatic", interactive=False, verbosity=0)
    return changed


@pytest.fixture(scope="session")
def server(served_static: dict[str, Any], django_db_setup: None) -> Iterator[LiveServer]:
    """Serve through WhiteNoise, not through Django's finder, which knows no hashed names."""
    patch = pytest.MonkeyPatch()
    patch.setattr("django.contrib.staticfiles.handlers.StaticFilesHandler", lambda application: application)
    with override_settings(**served_static):
        running = LiveServer("127.0.0.1")
    patch.undo()
    yield running
    running.stop()


@pytest.fixture
def live_server(server: LiveServer, served_static: dict[str, Any], settings: Any) -> LiveServer:
    """The site at `live_server.url`; rows that the test writes are seen by it (no transaction)."""
    for name, value in served_static.items():
        setattr(settings, name, value)
    return server


# ---- a browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium: the system's if there is one, else Playwright's own."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("google-chrome")
    patch = pytest.MonkeyPatch()
    # Playwright runs an event loop in this thread, where Django would refuse every query.
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield running
        running.close()
    patch.undo()


@pytest.fixture
def new_page(browser: Any, live_server: LiveServer) -> Iterator[Callable[..., Any]]:
    """Open pages, each in a browser context (that is, a login) of its own.

    `new_page(width=375, height=667, locale="zh-CN", **options)`; options go to Playwright's new_context.
    Addresses may be relative to the site. A script error or a breach of the content security policy
    fails the test when it ends.
    """
    contexts = []
    faults: list[str] = []

    def open_page(width: int = 375, height: int = 667, locale: str = "zh-CN", **options: Any) -> Any:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            locale=locale,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: "Content Security" in said.text and faults.append(said.text))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """One page on a phone, 375 px wide."""
    return new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[str]]:
    """Check a page against WCAG 2.2 A and AA and best practice; returns one line a violation."""
    from axe_playwright_python.sync_playwright import Axe

    def violations(page: Any) -> list[str]:
        options = {"runOnly": AXE_TAGS, "resultTypes": ["violations"]}
        found = Axe().run(page, options=options).response["violations"]
        return [f"{v['id']}: {v['help']}: {node['html'][:200]}" for v in found for node in v["nodes"]]

    return violations


# ---- standards that are frozen


@pytest.fixture(scope="session", autouse=True)
def flush_frozen_rows() -> Iterator[None]:
    """A test with transactions empties the tables, which frozen rows refuse: SQLite by DELETE, PostgreSQL
    by TRUNCATE, which the trail refuses too."""
    from django.db import connection as default
    from django.db import connections

    from inspections import freezing as inspections
    from organization import freezing as organization
    from reports import freezing as reports
    from standards import freezing as standards

    operations = type(default.ops)
    flush = operations.execute_sql_flush
    guards = [organization.GUARD, organization.PEOPLE]
    if default.vendor == "sqlite":
        guards += [
            standards.GUARD,
            inspections.GUARD,
            inspections.FINDINGS,
            inspections.HISTORY,
            inspections.CONFLICTS,
            inspections.ARRIVED,
            inspections.REPLIES,
            inspections.CORRECTIONS,
            inspections.REINSPECTIONS,
            *reports.GUARDS,
        ]

    def flush_thawed(self: Any, sql_list: list[str]) -> None:
        connection = connections[self.connection.alias]
        with connection.schema_editor() as editor:
            for guard in guards:
                guard.thaw(None, editor)
        try:
            flush(self, sql_list)
        finally:
            with connection.schema_editor() as editor:
                for guard in guards:
                    guard.freeze(None, editor)

    patch = pytest.MonkeyPatch()
    patch.setattr(operations, "execute_sql_flush", flush_thawed)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def forgotten_editions() -> Iterator[None]:
    """What a process remembers of published editions ends with the test, as their rows do."""
    yield
    if remembering := sys.modules.get("standards.editions"):
        remembering.forget_editions()
    if remembering := sys.modules.get("inspections.checklist"):
        remembering.checklist.cache_clear()
    if remembering := sys.modules.get("inspections.fragments"):
        remembering.fragments.cache_clear()
    if remembering := sys.modules.get("inspections.sheets"):
        remembering.pieces.cache_clear()
