"""This device's own page, the app's files, and logging out on a device that others use too."""

import io
import json
import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from inspections.models import Photo
from reports.actions import submit
from tests.factories import make_user
from tests.field.phones import Phone, refuse
from tests.field.photo_scene import leave_a_removal, picture, take
from tests.small_stage import Stage, answer

# ---- what is prepared


def test_everything_is_prepared_from_the_task_list(phone: Phone, stage: Stage) -> None:
    phone.page.goto("/tasks/")
    phone.page.get_by_role("button", name="全部准备").click()
    phone.says("2 份检查中 2 份已备在本机", "[data-device] [role=status]")
    phone.offline()
    for inspection in stage.inspections:
        phone.open(inspection)
        expect(phone.page.locator(".bar-name")).to_have_text(inspection.center.name)
    phone.page.goto("/field/")
    expect(phone.page.locator("[data-prepared] li")).to_have_count(2)


def test_the_start_page_works_without_signal_and_counts_what_waits(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.tap("yes", "met")
    phone.tap("choice", "met")
    phone.says("2 项只在本机")
    phone.page.goto("/field/")
    phone.says("现在没有网络。2 项只在本机，联网后自动发送", "[data-unsent]")
    row = phone.page.locator("[data-prepared] li").first
    expect(row).to_contain_text("2 项未发送")
    expect(row).to_contain_text("2/6")
    expect(row.get_by_role("button")).to_have_count(0)
    phone.online()
    # The page sends by itself as well, and then takes the button away: whichever is first.
    phone.page.locator("[data-send]").dispatch_event("click")
    phone.says("全部已发送", "[data-unsent]")
    assert stage.inspections[0].answers.count() == 2
    row.get_by_role("button", name="从本机移除").click()
    expect(phone.page.locator("[data-prepared] li")).to_have_count(0)
    phone.page.goto(f"/inspections/{stage.inspections[0].pk}/")
    expect(phone.page.locator("[data-inspection][data-person]")).to_be_attached()


def test_what_is_not_complete_is_told_apart_from_what_waits(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.tap("yes", "met")
    phone.tap("choice", "na")
    phone.item_says("choice", "补充后发送")
    phone.page.goto("/field/")
    phone.says("1 项只在本机，联网后自动发送。 1 项没有填全或需要更正", "[data-unsent]")
    row = phone.page.locator("[data-prepared] li").first
    expect(row).to_contain_text("1 项未发送")
    expect(row).to_contain_text("1 项待补充")
    expect(row).to_contain_text("1/6")
    phone.online()
    expect(phone.page.locator("[data-unsent]")).to_have_text(re.compile("^1 项没有填全"), timeout=15_000)
    expect(phone.page.locator("[data-send]")).to_be_hidden()
    expect(row.get_by_role("button")).to_have_count(0)


def test_what_a_submitted_inspection_left_unsent_is_exported_and_removed(phone: Phone, stage: Stage) -> None:
    """It would never be sent, and would keep this device from being updated and logged out for ever."""
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"])
    phone.open(inspection)
    phone.prepare()
    phone.offline()
    phone.tap("yes", "not_met")
    phone.says("1 项只在本机")
    submit(inspection=inspection, by=stage.cast["lead_inspector"], now=timezone.now())
    phone.online()
    phone.says("现在不能修改，1 项没有发送，仍存在本机，请告诉组长")
    phone.page.goto("/field/")
    phone.says("1 项没有发送，所在的检查已提交或不再分配给您", "[data-unsent]")
    expect(phone.page.locator("[data-unsent]")).not_to_contain_text("自动发送")
    expect(phone.page.locator("[data-send]")).to_be_hidden()
    phone.page.once("dialog", lambda dialog: dialog.dismiss())
    with phone.page.expect_download():
        phone.page.get_by_role("button", name="导出并移除").click()
    assert phone.waiting() == ["yes"]
    phone.page.on("dialog", lambda dialog: dialog.accept())
    with phone.page.expect_download() as coming:
        phone.page.get_by_role("button", name="导出并移除").click()
    assert [one["item"] for one in json.loads(coming.value.path().read_text())["mutations"]] == ["yes"]
    phone.says("全部已发送", "[data-unsent]")
    assert phone.waiting() == []
    expect(phone.page.locator("[data-prepared] li")).to_have_count(0)


def test_a_submitted_inspection_does_not_fail_the_preparing_of_the_others(phone: Phone, stage: Stage) -> None:
    for inspection in stage.inspections:
        phone.open(inspection)
        phone.prepare()
    answer(stage.inspections[0], stage.cast["inspector"])
    submit(inspection=stage.inspections[0], by=stage.cast["lead_inspector"], now=timezone.now())
    phone.page.goto("/field/")
    phone.says("全部已发送", "[data-unsent]")
    phone.page.get_by_role("button", name="重新准备").click()
    expect(phone.page.locator("[data-prepared]")).to_contain_text("已提交或不再分配给您", timeout=15_000)
    phone.says("全部已发送", "[data-unsent]")


def test_preparing_after_the_login_expired_leads_to_the_login(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.context.clear_cookies()
    phone.page.reload()
    phone.says("可离线使用", "[data-readiness]")
    phone.page.locator("[data-prepare]").click()
    # The older copy is still there, which is no answer.
    phone.says("登录已过期，没有备好", "[data-readiness]")
    phone.page.wait_for_timeout(500)
    expect(phone.page.locator("[data-readiness] a")).to_have_text("登录")
    phone.page.goto("/field/")
    phone.page.locator("[data-again]").click()
    phone.says("登录已过期，没有备好", "[data-told]")
    # What the runs that follow have to say stands elsewhere.
    with phone.page.expect_event("requestfinished", lambda request: "/session/" in request.url):
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.page.wait_for_timeout(300)
    phone.says("全部已发送", "[data-unsent]")
    phone.says("登录已过期，没有备好", "[data-told]")
    expect(phone.page.locator("[data-told] a")).to_have_text("登录")
    phone.log_in(phone.user)
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.page.locator("[data-told]")).to_be_empty(timeout=15_000)
    phone.open(stage.inspections[0])
    phone.prepare()


def test_a_page_that_only_the_portal_has_is_said_to_need_it(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.page.goto("/field/")
    expect(phone.page.locator("[data-away]")).to_be_hidden()
    phone.offline()
    phone.page.goto(f"/inspections/{stage.inspections[0].pk}/receipt/")
    phone.says("您要打开的页面需要网络", "[data-away]")
    expect(phone.page.locator("[data-prepared] li")).to_have_count(1)


def test_nobody_logged_in_is_led_to_the_login(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.context.clear_cookies()
    phone.page.evaluate("localStorage.removeItem('portal-person')")
    phone.page.goto("/field/")
    phone.says("现在没有人在这台设备上登录", "[data-unsent]")
    expect(phone.page.locator("[data-login]")).to_have_text("登录")


def test_who_has_to_log_in_again_is_told_that_and_not_that_the_network_is_gone(
    phone: Phone, stage: Stage
) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.context.clear_cookies()
    phone.tap("yes", "not_met")
    phone.says("1 项已存在本机，登录后发送")
    phone.page.goto("/field/")
    expect(phone.page.locator("[data-login]")).to_be_visible()
    expect(phone.page.locator("[data-send]")).to_be_hidden()
    phone.says("现在不能核对本机时间，登录以后再看", "[data-checks]")
    phone.log_in(phone.user)
    phone.page.goto("/field/")
    phone.says("全部已发送", "[data-unsent]")
    phone.says("本机时间", "[data-check='clock']")
    expect(phone.page.locator("[data-check='clock']")).not_to_contain_text("登录以后")


def test_a_photos_removal_is_not_counted_among_the_photos(phone: Phone, stage: Stage) -> None:
    leave_a_removal(phone, stage)
    take(phone.page, picture(400, 200))
    phone.says("1 张照片、1 张照片的删除")
    phone.page.goto("/field/")
    phone.says("现在没有网络。1 张照片、1 张照片的删除只在本机", "[data-unsent]")
    expect(phone.page.locator("[data-prepared] li .tag")).to_have_text("1 张照片、1 张照片的删除未发送")
    owner = phone.user
    phone.log_in(stage.cast["lead_inspector"])
    phone.online()
    phone.page.goto("/field/?online")
    phone.says("另有一位检查员的1 张照片、1 张照片的删除只在本机", "[data-others]")
    phone.says("全部已发送", "[data-unsent]")
    phone.log_in(owner)
    phone.page.goto("/field/?online")
    phone.says("全部已发送", "[data-unsent]")
    assert Photo.objects.kept().count() == 1


@pytest.mark.parametrize("page", ["/field/", "/tasks/"])
def test_what_waits_for_three_days_is_told(phone: Phone, stage: Stage, page: str) -> None:
    phone.open(stage.inspections[0])
    phone.offline()
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    # The server stays silent, so that it goes on waiting.
    phone.answer("/sync/", refuse(503))
    phone.online()
    warning = phone.page.locator("[data-long]")
    phone.page.goto(page)
    expect(phone.page.get_by_text("1 项只在本机").first).to_be_visible()
    expect(warning).to_be_hidden()
    phone.page.add_init_script("const now = Date.now; Date.now = () => now() + 73 * 3600000;")
    phone.page.goto(page)
    expect(warning).to_contain_text("已超过三天")
    phone.page.unroute_all()
    phone.page.goto("/field/")
    phone.says("全部已发送", "[data-unsent]")
    expect(warning).to_be_hidden()


def test_everything_unsent_is_exported(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    phone.page.goto("/field/")
    phone.command("Emulation.setTimezoneOverride", timezoneId="Asia/Shanghai")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("button", name="全部导出为文件").click()
    draft = json.loads(download.value.path().read_text())
    assert [one["item"] for one in draft["mutations"]] == ["yes"]
    made = datetime.fromisoformat(draft["at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"-{made:%Y%m%d-%H%M}" in download.value.suggested_filename


def test_a_kept_page_holds_no_name_and_no_token(client: Client, stage: Stage) -> None:
    person = stage.cast["inspector"]
    person.name = "某某人"
    person.save()
    client.force_login(person)
    for address in (f"/inspections/{stage.inspections[0].pk}/offline/", "/field/?shell"):
        response = client.get(address)
        text = response.content.decode()
        assert response.headers["X-Shell"]
        assert "csrfmiddlewaretoken" not in text
        assert "某某人" not in text
        assert "data-person" not in text
        assert "csrftoken" not in response.cookies


# ---- log-out


def log_out(phone: Phone) -> None:
    phone.page.locator(".menu summary").click()
    phone.page.get_by_role("button", name="退出登录").click()


@pytest.mark.parametrize("address", ["/tasks/", "form"])
def test_logging_out_wipes_what_is_sent(phone: Phone, stage: Stage, address: str) -> None:
    phone.open(stage.inspections[0])
    phone.tap("yes", "met")
    phone.says("可离线使用", "[data-readiness]")
    phone.says("全部已发送")
    phone.page.goto(address if address != "form" else f"/inspections/{stage.inspections[0].pk}/?online")
    log_out(phone)
    expect(phone.page.locator("h1")).to_have_text("登录")
    left = phone.page.evaluate(
        """async () => [
            (await indexedDB.databases()).map(({ name }) => name),
            localStorage.getItem("portal-person"),
            (await (await caches.open("portal-shells")).keys())
                .filter(({ url }) => url.includes("inspections")).length,
        ]"""
    )
    assert left == [[], None, 0]


def test_logging_out_with_something_unsent_asks_and_keeps_it(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.answer(r"/sync/$", lambda route: route.abort())
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    asked: list[str] = []
    answers = [False, True]

    def decide(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.accept() if answers.pop(0) else dialog.dismiss()

    phone.page.on("dialog", decide)
    log_out(phone)
    phone.page.wait_for_timeout(300)
    expect(phone.page.locator(".bar-state")).to_be_visible()
    phone.page.get_by_role("button", name="退出登录").click()
    expect(phone.page.locator("h1")).to_have_text("登录")
    assert len(asked) == 2
    assert "1 项没有发送" in asked[0]
    assert [row["item"] for row in phone.store("outbox")] == ["yes"]


def test_logging_out_in_the_middle_of_typing_asks_too(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.answer(r"/sync/$", lambda route: route.abort())
    phone.page.locator("details.menu summary").click()
    phone.page.on("dialog", lambda dialog: dialog.dismiss())
    phone.item("area").locator("[name$=value]").fill("86")
    with phone.page.expect_event("dialog") as asked:
        phone.page.evaluate("document.querySelector('[data-leave]').requestSubmit()")
    assert "1 项没有发送" in asked.value.message


# ---- the app


def test_the_app_has_a_manifest_with_icons_of_their_sizes(client: Client, live_server: Any) -> None:
    said = client.get("/manifest.webmanifest")
    assert said.headers["Content-Type"] == "application/manifest+json"
    manifest = said.json()
    assert (manifest["start_url"], manifest["display"]) == ("/field/", "standalone")
    for icon in manifest["icons"]:
        path = icon["src"].removeprefix("/static/")
        from django.contrib.staticfiles.storage import staticfiles_storage

        picture = Image.open(io.BytesIO(staticfiles_storage.open(path).read()))
        assert "x".join(map(str, picture.size)) == icon["sizes"]


def test_the_worker_keeps_files_that_exist(client: Client, live_server: Any) -> None:
    from urllib.request import urlopen

    said = client.get("/sw.js")
    assert said.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in said.headers["Cache-Control"]
    files = json.loads(said.content.decode().split("const FILES = ")[1].split(";\n")[0])
    assert any("/form." in name for name in files)
    assert {urlopen(live_server.url + name).status for name in files} == {200}


def test_session_tells_who_is_logged_in(client: Client, stage: Stage) -> None:
    nobody = client.get("/session/")
    assert (nobody.status_code, nobody.json()) == (401, {"login": True})
    person = make_user("somebody")
    client.force_login(person)
    said = client.get("/session/")
    assert said.json()["person"] == person.pk
    assert said.headers["Cache-Control"].startswith("max-age=0")
    assert client.cookies["csrftoken"].value


def test_a_page_that_is_not_kept_gives_way_to_this_devices_own(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.page.goto("/account/")
    expect(phone.page.locator("h1")).to_have_text("本机与离线")
    expect(phone.page.locator("[data-prepared] li")).to_have_count(1)
    phone.online()
    phone.page.reload()
    expect(phone.page.locator("h1")).to_have_text("我的账号")


def test_kept_pages_follow_the_persons_language(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.context.add_cookies([{"name": "django_language", "value": "en", "url": phone.site}])
    with phone.page.expect_response(lambda response: response.url.endswith("/offline/")):
        phone.page.goto("/tasks/")
    phone.page.wait_for_load_state("networkidle")
    phone.offline()
    phone.open(stage.inspections[0])
    expect(phone.page.locator("html")).to_have_attribute("lang", "en")
