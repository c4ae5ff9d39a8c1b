"""Every page in a real browser: axe finds nothing, nothing runs out of the screen, both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from organization.models import Role
from reports import actions as reporting
from tests.factories import make_user
from tests.stage import Stage, draft, make_stage, submit
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)

EVERYBODY = ["/account/", "/standards/", "/standards/shenfuban-2021-13/2021/", "/nowhere/"]


def pages(stage: Stage) -> dict[str, list[str]]:
    """Addresses by role; what one role has seen another need not see again."""
    done, open_ = stage.inspections[0], stage.inspections[1]
    notice = draft(stage, submit(stage, done))
    center, person = stage.county.centers[stage.county.townships[0].code], stage.cast["inspector"]
    return {
        "anonymous": ["/login/"],
        "newcomer": ["/"],
        "lead_inspector": [
            "/tasks/",
            f"/inspections/{open_.pk}/",
            f"/inspections/{open_.pk}/check/",
            *EVERYBODY,
        ],
        "township_staff": ["/our-centers/", f"/inspections/{done.pk}/score/", "/findings/", "/notices/"],
        "administrator": [
            "/county/",
            "/rounds/",
            "/rounds/new/",
            f"/rounds/{stage.round.pk}/",
            "/findings/",
            "/notices/",
            f"/notices/{notice.pk}/",
            f"/notices/{notice.pk}/edit/",
            "/issuing-body/",
            "/centers/",
            f"/centers/{center.pk}/",
        ],
        "security_administrator": [
            "/people/",
            "/people/new/",
            "/people/import/",
            "/account/second-factor/",
            f"/people/{person.pk}/",
        ],
        "audit_administrator": ["/audit/"],
    }


def opened(page: Page, stage: Stage, role: str) -> None:
    if role == "newcomer":
        enter(page, make_user("newcomer"))
    elif role != "anonymous":
        enter(page, stage.cast[role])


def in_english(page: Page) -> None:
    page.context.add_cookies([{"name": "django_language", "value": "en", "url": page.url}])


@pytest.mark.parametrize(
    "role",
    [
        "anonymous",
        "newcomer",
        "lead_inspector",
        "township_staff",
        "administrator",
        "security_administrator",
        "audit_administrator",
    ],
)
def test_pages_are_accessible_and_fit(
    role: str, new_page: Callable[..., Any], axe: Callable[[Any], list[str]]
) -> None:
    stage = make_stage(townships=2, is_demonstration=True)
    addresses = pages(stage)[role]
    page = new_page(375)
    opened(page, stage, role)
    faults = {}
    for language in ("zh", "en"):
        if language == "en":
            page.goto("/login/") if page.url == "about:blank" else None
            in_english(page)
        for address in addresses:
            page.goto(address)
            assert page.locator("h1").count() == 1, address
            for width in (320, 375, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                faults[language, address, width] = _overflow(page) + (axe(page) if width != 320 else [])
    assert {place: found for place, found in faults.items() if found} == {}


def _overflow(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{wide} px too wide"] if wide > 0 else []


def test_issued_notice_is_accessible(new_page: Callable[..., Any], axe: Callable[[Any], list[str]]) -> None:
    stage = make_stage(townships=1)
    notice = draft(stage, submit(stage, stage.inspections[0]))
    reporting.issue_notice(notice=notice, by=stage.cast[Role.SIGNATORY], now=timezone.now())
    page = new_page(375)
    enter(page, stage.cast["township_staff"])
    page.goto(f"/notices/{notice.pk}/")
    assert axe(page) == []
    assert _overflow(page) == []
