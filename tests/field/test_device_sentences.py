"""What the form and this device's page say of a log-in that ended, and of an export without a file."""

import re

from playwright.sync_api import expect

from tests.field.phones import Phone
from tests.field.photo_scene import leave_a_removal, picture, take
from tests.small_stage import Stage

FORGET_ROUND = """(person) => new Promise((done, failed) => {
    const opening = indexedDB.open(`portal-field-${person}`);
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
        const work = opening.result.transaction("inspections", "readwrite");
        const rows = work.objectStore("inspections");
        rows.getAll().onsuccess = ({ target }) => target.result.forEach(({ round, ...row }) => rows.put(row));
        work.oncomplete = () => { opening.result.close(); done(); };
    };
})"""


def test_what_a_login_ended_goes_with_the_next_run_that_succeeds(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    take(phone.page, picture(300, 200))
    phone.says("1 张照片")
    # It goes on waiting, whoever is logged in.
    phone.answer(r"/photos/$", lambda route: route.abort())
    phone.online()
    with phone.page.expect_event("requestfinished", lambda request: "/session/" in request.url):
        phone.page.goto("/field/")
    phone.says("1 张照片只在本机，联网后自动发送", "[data-unsent]")
    phone.context.clear_cookies()
    # Told between two runs, neither of which hears of it.
    phone.page.locator("[data-again]").click()
    phone.says("登录已过期，没有备好", "[data-told]")
    phone.log_in(phone.user)
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(phone.page.locator("[data-told]")).to_be_empty(timeout=15_000)
    phone.context.clear_cookies()
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.says("1 张照片已存在本机，登录后发送", "[data-unsent]")
    phone.log_in(phone.user)
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.says("1 张照片只在本机，联网后自动发送", "[data-unsent]")


def test_an_export_without_a_file_does_not_say_that_all_is_sent(phone: Phone, stage: Stage) -> None:
    leave_a_removal(phone, stage)
    phone.page.goto("/field/")
    phone.page.get_by_role("button", name="全部导出为文件").click()
    phone.says("没有导出文件：1 张照片的删除不能写进文件，仍在本机", "p[data-exported]")


def test_a_row_whose_round_is_not_known_begins_with_what_is(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    hint = phone.page.locator("[data-prepared] .hint")
    phone.page.goto("/field/")
    expect(hint).to_contain_text(f"{stage.round.name} · ")
    # As an older release kept it.
    phone.page.evaluate(FORGET_ROUND, phone.user.pk)
    phone.page.reload()
    expect(hint).to_have_text(re.compile("^[^· ].*备好"))
    expect(hint).not_to_contain_text(stage.round.name)


def test_the_form_drops_it_too_once_the_login_is_back(phone: Phone, stage: Stage) -> None:
    """Where nothing was prepared it asks for that again; where something was, that copy is told again."""
    readiness = phone.page.locator("[data-readiness]")
    phone.open(stage.inspections[0])
    for said in ("到没有信号的地方之前，先备好这份检查。", "可离线使用"):
        if said == "可离线使用":
            phone.prepare()
        phone.context.clear_cookies()
        phone.page.locator("[data-prepare]").click()
        phone.says("登录已过期，没有备好", "[data-readiness]")
        # A run that is refused as well changes nothing.
        with phone.page.expect_event("requestfinished", lambda request: "/state/" in request.url):
            phone.page.evaluate("window.dispatchEvent(new Event('online'))")
        phone.says("登录已过期，没有备好", "[data-readiness]")
        phone.log_in(phone.user)
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(readiness).to_contain_text(said, timeout=15_000)
        expect(readiness).not_to_contain_text("登录已过期")
