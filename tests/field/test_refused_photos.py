"""A photo that the server refused for good: told as that, wherever what is to be sent is counted."""

import re
from typing import Any

from playwright.sync_api import expect

from inspections.models import Photo
from tests.field.phones import Phone, refuse
from tests.field.photo_scene import picture, remove, take, verified
from tests.small_stage import Stage

REASON = "这张照片不收"


def take_refused(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.answer("/photos/$", refuse(400, {"errors": [{"path": "", "message": REASON}]}), times=1)
    take(phone.page, picture(300, 200))
    phone.item_says("yes", REASON, ".photo-state")


def test_it_is_told_on_the_form_and_offered_again_with_the_next_opening(phone: Phone, stage: Stage) -> None:
    take_refused(phone, stage)
    phone.says("1 张照片服务器没有收下，原因见照片下方")
    phone.says("有照片没有被收下，请看各项说明", ".tray-photos")
    take(phone.page, picture(400, 200))
    phone.says("1/2 张照片已核对", ".tray-photos")
    assert phone.page.locator(".tray-meter").text_content().endswith("待传 0 KB")
    phone.open(stage.inspections[0])
    verified(phone.page, 2)
    phone.says("逐项自动保存")
    assert Photo.objects.exclude(arrived_at=None).count() == 2


def test_it_can_be_removed(phone: Phone, stage: Stage) -> None:
    take_refused(phone, stage)
    remove(phone.page)
    expect(phone.item("yes").locator(".photo-state")).to_have_count(0)
    phone.says("逐项自动保存")


def test_no_page_counts_it_as_to_be_sent(phone: Phone, stage: Stage) -> None:
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    take_refused(phone, stage)
    phone.prepare()
    phone.page.goto("/field/")
    said = phone.page.locator("[data-unsent]")
    expect(said).to_have_text("1 张照片服务器没有收下，原因见检查表里的照片。", timeout=15_000)
    expect(phone.page.locator("[data-prepared]")).to_contain_text("1 张照片没有收下")
    expect(phone.page.locator("[data-prepared] button")).to_have_count(0)
    expect(phone.page.locator("[data-send]")).to_be_hidden()
    # It is in the file of what another device may hand in.
    with phone.page.expect_download():
        phone.page.locator("[data-export]").click()
    phone.page.goto("/tasks/")
    told = phone.page.locator("[data-device] [role=status]")
    expect(told).to_have_text(re.compile("^1 张照片不能发送，见“本机与离线”。"), timeout=15_000)
    phone.page.on("dialog", stay)
    phone.page.locator(".menu summary").click()
    phone.page.get_by_role("button", name="退出登录").click()
    phone.page.wait_for_timeout(500)
    assert asked == ["本机有 1 张照片不能发送，退出后仍存在本机。仍要退出吗？"]
