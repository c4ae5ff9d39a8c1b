"""A job's page in a real browser: it follows the work by itself, and is accessible in both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reports import actions, tasks
from reports.long_tables import findings_table
from reports.models import Job
from tests.small_stage import Given, Stage, issued, small_stage, submitted
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running(quick_pdf: Any) -> tuple[Stage, Job]:
    stage = small_stage()
    for place in (0, 1):
        issued(stage, submitted(stage, place, yes=Given(False)))
    job = actions.start_job(
        kind=Job.Kind.EXPORT, round=stage.round, by=stage.cast["administrator"], now=timezone.now()
    )
    return stage, job


def test_page_follows_the_work_and_then_offers_the_file(
    running: tuple[Stage, Job], new_page: Callable[..., Any]
) -> None:
    stage, job = running
    page = new_page(375)
    enter(page, stage.cast["administrator"])
    page.goto(f"/jobs/{job.pk}/")
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "0")
    first = job.items.order_by("place").first()
    type(first).objects.filter(pk=first.pk).update(state="done", ended_at=timezone.now())
    expect(bar).to_have_attribute("aria-valuenow", "50", timeout=30_000)
    expect(page.locator("[data-job=count]")).to_have_text("1 / 2 份")
    states = page.locator("#items tbody td[data-label=状态]")
    expect(states).to_have_text(["完成", "等待"], timeout=30_000)
    tasks.work(str(job.pk))
    expect(page.get_by_text("全部完成")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").first.click()
    assert download.value.suggested_filename == f"{stage.round.name}.zip"


def test_long_table_is_asked_for_by_its_button_followed_and_fetched(
    new_page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, media_folder: Any
) -> None:
    stage = small_stage()
    for place in (0, 1):
        submitted(stage, place, yes=Given(False))
    monkeypatch.setattr("reports.long_tables.AT_ONCE", 1)
    page = new_page(375)
    enter(page, stage.cast["reviewer"])
    page.goto("/county/")
    page.get_by_role("button", name="整改台账（Excel）").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("整改台账")
    expect(page.get_by_text("做好的文件列在这一页")).to_be_visible()
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "0")
    job = Job.objects.get()
    job.files.update(rows=4, rows_done=1)
    expect(bar).to_have_attribute("aria-valuenow", "25", timeout=30_000)
    expect(page.locator("[data-job=count]")).to_have_text("25%")
    tasks.work(str(job.pk))
    expect(page.get_by_text("全部完成")).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").first.click()
    assert download.value.suggested_filename == f"{stage.round.name} 整改台账.xlsx"


@pytest.mark.parametrize("kind", ["export", "findings"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_page_is_accessible(
    running: tuple[Stage, Job],
    new_page: Callable[..., Any],
    axe: Callable[[Any], list[str]],
    language: str,
    kind: str,
) -> None:
    stage, job = running
    if kind == "findings":
        table = findings_table(stage.cast["administrator"], {}, "csv")
        job = actions.start_table(table=table, now=timezone.now())
    page = new_page(375, locale=language)
    enter(page, stage.cast["administrator"])
    faults = {}
    for done in (False, True):
        if done:
            tasks.work(str(job.pk))
        for address in (f"/jobs/{job.pk}/", "/jobs/"):
            page.goto(address)
            for width in (375, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                faults[done, address, width] = axe(page) + ([f"{wide} px too wide"] if wide > 0 else [])
    assert {place: found for place, found in faults.items() if found} == {}
