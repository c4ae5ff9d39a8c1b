"""Two phones and the end of an inspection: what the lead is told of what the other one still holds."""

import re

from playwright.sync_api import expect

from tests.field.phones import Phone
from tests.field.photo_scene import picture, take
from tests.small_stage import Stage, answer


def test_the_lead_is_told_of_the_other_phone_and_submits_all_the_same(
    phone: Phone, lead: Phone, stage: Stage
) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["lead_inspector"])
    lead.page.goto(f"/inspections/{inspection.pk}/check/")
    others = lead.page.locator("section", has=lead.page.get_by_role("heading", name="其他检查员"))
    expect(others).to_contain_text("inspector还没有收到过内容")
    expect(others).to_contain_text("提交前请问他们是否已全部发送")
    # The small picture gets through, the original does not.
    phone.open(inspection)
    phone.answer("/photos/[0-9a-f-]+/$", lambda route: route.abort())
    take(phone.page, picture(300, 200))
    expect(phone.item("yes").locator(".photo-state")).to_contain_text("缩略图已传", timeout=20_000)
    lead.page.reload()
    expect(others).to_contain_text("1 张照片的原图没有传到")
    assert lead.page.evaluate("document.documentElement.scrollWidth") <= 375
    phone.page.unroute_all()
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.says("1/1 张照片已核对", ".tray-photos")
    # What is typed without signal nobody hears of.
    phone.offline()
    phone.tap("choice", "partly")
    lead.page.reload()
    expect(others.locator("dd")).to_have_text(re.compile("^最近收到：今天 [0-9:]{5}$"))
    lead.page.get_by_text("提交", exact=True).click()
    lead.page.get_by_role("button", name="确认提交").click()
    lead.page.wait_for_url("**/score/**")
    inspection.refresh_from_db()
    assert inspection.state == "submitted"
