"""Nothing that was tapped is lost: reload, new tab, no signal, no space, a database that was closed or cleared."""

from typing import Any

from playwright.sync_api import expect

from inspections.answers import Given

from tests.field.phones import Phone
from tests.small_stage import submitted
from tests.stage import Stage, make_round, take_in


def status(stage: Stage, code: str, place: int = 0) -> str | None:
    """What the server holds of an item."""
    return stage.inspections[place].answers.filter(item__code=code).values_list("status", flat=True).first()


def test_a_tap_is_kept_before_it_is_sent(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.offline()
    phone.tap("yes", "met")
    phone.item_says("yes", "已存在本机")
    (row,) = phone.store("outbox")
    assert (row["item"], row["base"], row["after"], row["content"]["value"]) == ("yes", 0, None, True)
    (kept,) = phone.store("answers")
    assert kept["value"] is True
    phone.says("1 项")
    expect(phone.page.locator(".bar .answered")).to_have_text("1")
    assert status(stage, "yes") is None


def test_what_was_kept_is_sent_and_only_then_called_saved(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.tap("yes", "not_met")
    phone.says("全部已发送")
    phone.item_says("yes", "已保存")
    assert status(stage, "yes") == "not_met"
    assert phone.waiting() == []


def test_a_reload_without_signal_shows_what_was_kept(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.tap("yes", "met")
    phone.item("area").locator("input[name$='-value']").fill("151")
    phone.item_says("area", "已存在本机")
    phone.page.reload()
    phone.shows("yes", "met")
    expect(phone.item("area").locator("input[name$='-value']")).to_have_value("151")
    phone.says("2 项只在本机，联网后自动发送")
    phone.online()
    phone.says("全部已发送")
    assert (status(stage, "yes"), status(stage, "area")) == ("met", "met")


def test_a_new_tab_without_signal_opens_the_form(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.tap("yes", "met")
    phone.says("全部已发送")
    phone.offline()
    phone.page.close()
    tab = phone.tab().open(stage.inspections[0])
    tab.shows("yes", "met")
    # The styles come from the device too.
    assert tab.page.evaluate("getComputedStyle(document.querySelector('.bar')).position") == "sticky"


def test_the_first_answer_prepares_the_form_by_itself(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.says("先备好", "[data-readiness]")
    phone.tap("yes", "met")
    phone.says("可离线使用", "[data-readiness]")
    phone.offline()
    phone.page.reload()
    phone.shows("yes", "met")


def test_half_typed_counts_are_kept_but_not_sent(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.item("windows").locator("[data-step='1']").first.click()
    phone.item_says("windows", "补充后发送")
    phone.says("1 项待补充")
    phone.page.reload()
    expect(phone.item("windows").locator("[name$='-value_0']")).to_have_value("1")
    assert not stage.inspections[0].answers.exists()
    phone.item("windows").locator("[data-step='1']").last.click()
    phone.says("全部已发送")
    assert stage.inspections[0].answers.get().value == {"total": 1, "compliant": 1}


def test_storage_cleared_after_sending_loses_nothing(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.tap("yes", "met")
    phone.says("全部已发送")
    phone.command("Storage.clearDataForOrigin", origin=phone.site, storageTypes="indexeddb,cache_storage,local_storage,service_workers")
    phone.page.goto("about:blank")
    phone.open(stage.inspections[0])
    phone.shows("yes", "met")
    phone.tap("choice", "partly")
    phone.says("全部已发送")
    assert (status(stage, "yes"), status(stage, "choice")) == ("met", "partly")


def test_a_kept_page_whose_store_was_cleared_asks_the_server(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.tap("yes", "met")
    phone.says("全部已发送")
    phone.command("Storage.clearDataForOrigin", origin=phone.site, storageTypes="indexeddb")
    phone.open(stage.inspections[0])
    phone.shows("yes", "met")
    assert phone.page.url.endswith("?online")


def test_a_full_device_is_told_and_the_item_is_not_called_kept(phone: Phone, stage: Stage) -> None:
    # The browser remembers for a while how much room there was, so the disk is full from the beginning.
    phone.command("Storage.overrideQuotaForOrigin", origin=phone.site, quotaSize=1)
    phone.open(stage.inspections[0])
    phone.tap("yes", "met")
    phone.item_says("yes", "没有存下")
    phone.says("1 项没有存下：本机存储空间不足")
    assert phone.page.get_attribute(".bar-state", "data-tone") == "bad"
    assert phone.store("outbox") == []
    phone.command("Storage.overrideQuotaForOrigin", origin=phone.site)
    phone.says("全部已发送")
    assert status(stage, "yes") == "met"


def test_a_database_closed_under_the_page_is_opened_again(phone: Phone, stage: Stage) -> None:
    phone.context.add_init_script(
        """const real = IDBFactory.prototype.open;
        window.opened = [];
        IDBFactory.prototype.open = function (...all) {
            const asking = real.apply(this, all);
            asking.addEventListener("success", () => window.opened.push(asking.result));
            return asking;
        };"""
    )
    phone.open(stage.inspections[0])
    assert phone.page.evaluate("opened.length") == 1
    phone.page.evaluate("opened.forEach((db) => db.close())")
    phone.tap("yes", "met")
    phone.says("全部已发送")
    assert phone.page.evaluate("opened.length") == 2
    assert status(stage, "yes") == "met"


def test_a_browser_without_storage_sends_directly_and_says_so(phone: Phone, stage: Stage) -> None:
    phone.context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined });")
    phone.open(stage.inspections[0])
    phone.says("不能在本机存储", "[data-readiness]")
    phone.tap("yes", "met")
    phone.says("全部已发送")
    assert status(stage, "yes") == "met"
    phone.offline()
    phone.tap("yes", "not_met")
    phone.says("请不要关闭本页")
    asked: list[str] = []
    phone.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    phone.online()
    phone.says("全部已发送")
    phone.page.reload()
    assert asked == []


def test_what_waits_is_not_asked_about_when_the_page_is_left(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    asked: list[Any] = []
    phone.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    phone.page.reload()
    phone.shows("yes", "met")
    assert asked == []


def test_last_results_are_on_the_device(phone: Phone, stage: Stage) -> None:
    before = submitted(stage, 0, yes=Given(False))
    again = make_round(stage.county, stage.edition, stage.cast["administrator"], "复查")
    take_in(again, stage.cast, ("township",))
    inspection = again.inspections.get(center=before.center)
    phone.open(inspection)
    phone.item_says("yes", "上次：不合格", ".last")
    phone.prepare()
    phone.offline()
    phone.page.reload()
    phone.item_says("yes", "上次：不合格", ".last")
    phone.item_says("choice", "上次：合格", ".last")
