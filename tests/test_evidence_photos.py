"""Photos of evidence are seen before they are sent, and what is covered in them never leaves the phone."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from inspections import actions
from inspections.answers import Given
from inspections.models import Evidence, Finding
from tests.field.photo_scene import WAIT, picture
from tests.field.test_drawing import drag, roughness
from tests.repairs import in_state
from tests.small_stage import NOW, Stage, small_stage, submitted
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


def choose(page: Page, field: str, *names: str) -> list[bytes]:
    """Choose photos full of noise, as a face would be, and papers."""
    files = [
        picture(800, 600, noise=120, name=name)
        if name.endswith("jpg")
        else {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
        for name in names
    ]
    page.locator(f"[name={field}]").set_input_files(files)
    return [file["buffer"] for file in files]


def cover(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"标注 {name}").click()
    expect(page.locator("#annotate")).to_be_visible(timeout=WAIT)
    drag(page, "blur", (0.25, 0.25), (0.75, 0.75))
    page.click("#annotate [data-save]")
    expect(page.locator(".photo-said", has_text="已换成标注后的照片")).to_be_visible()


def test_what_is_covered_is_all_that_is_sent(new_page: Any, stage: Stage) -> None:
    finding = in_state(stage, "acknowledged")
    page = new_page(375)
    enter(page, stage.cast["township_staff"])
    page.goto(f"/findings/{finding.pk}/")
    first, _second, _paper = choose(page, "files", "大厅.jpg", "门口.jpg", "发票.pdf")
    expect(page.locator("form[enctype] .thumbs li")).to_have_count(3)
    expect(page.get_by_role("button", name="标注 发票.pdf")).to_have_count(0)
    cover(page, "大厅.jpg")
    expect(page.get_by_role("button", name="标注 大厅.jpg")).to_be_focused()
    form = page.locator("form[enctype]")
    form.locator("[name=measure]").fill("已整改")
    form.locator("[name=responsible]").fill("马会玲")
    form.get_by_label("未完成", exact=True).check()
    form.locator("[name=plan]").fill("下周完成")
    form.get_by_role("button", name="保存草稿").click()
    expect(page.locator("#messages")).to_contain_text("草稿已保存")
    kept = {row.name: row for row in Evidence.objects.filter(finding=finding)}
    assert kept.keys() == {"大厅.jpg", "门口.jpg", "发票.pdf"}
    drawn, other = (Image.open(kept[name].file.open()) for name in ("大厅.jpg", "门口.jpg"))
    assert roughness(drawn) < roughness(Image.open(io.BytesIO(first))) / 6
    assert roughness(other) > roughness(drawn) * 4


def test_each_finding_of_a_notice_covers_its_own_photos(
    new_page: Any, stage: Stage, axe: Callable[[Any], list[str]]
) -> None:
    inspection = submitted(stage, 0, yes=Given(False), choice=Given("not_met"))
    actions.notify_findings(inspection=inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=inspection, by=None, now=NOW)
    one, two = Finding.objects.order_by("pk")
    page = new_page(375)
    enter(page, stage.cast["township_staff"])
    page.goto(f"/inspections/{inspection.pk}/feedback/")
    (body,) = choose(page, f"f{one.pk}-files", "前.jpg")
    choose(page, f"f{two.pk}-files", "后.jpg")
    cover(page, "后.jpg")
    assert axe(page) == []
    # Closed without saving, a photo stays as it is.
    page.get_by_role("button", name="标注 前.jpg").click()
    drag(page, "blur", (0.25, 0.25), (0.75, 0.75))
    page.click("#annotate [data-close]")
    sizes = page.evaluate("[...document.querySelectorAll('[data-cover]')].map((one) => one.files[0].size)")
    assert sizes[0] == len(body) > sizes[1]


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_taken_out_and_what_was_chosen_and_typed_stays(
    new_page: Any, stage: Stage, script: bool
) -> None:
    finding = in_state(stage, "acknowledged")
    page = new_page(375, java_script_enabled=script)
    enter(page, stage.cast["township_staff"])
    for address, prefix in (
        (f"/findings/{finding.pk}/", ""),
        (f"/inspections/{finding.inspection_id}/feedback/", f"f{finding.pk}-"),
    ):
        page.goto(address)
        choose(page, f"{prefix}files", "旧.jpg")
        page.get_by_role("button", name="保存草稿").click()
        choose(page, f"{prefix}files", "新.jpg")
        page.locator(f"[name={prefix}measure]").fill(f"{prefix}写到一半")
        page.get_by_role("button", name="删除 旧.jpg").click()
        expect(page.locator("#messages")).to_contain_text("已删除“旧.jpg”")
        expect(page.get_by_role("button", name="删除 新.jpg")).to_be_in_viewport()
        expect(page.locator(f"[name={prefix}measure]")).to_have_value(f"{prefix}写到一半")
        page.get_by_role("button", name="删除 新.jpg").click()
        expect(page.get_by_role("button", name="删除 新.jpg")).to_have_count(0)
