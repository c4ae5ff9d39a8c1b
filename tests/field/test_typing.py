"""The last words before a page goes: no reload, closed tab, camera or crash takes what was typed."""

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Locator, expect

from tests.field.phones import Phone
from tests.small_stage import Stage

# What is written in one store of a person's database as if by another page.
WRITE = """([person, name, value, key]) => new Promise((done, failed) => {
    const opening = indexedDB.open(`portal-field-${person}`);
    opening.onsuccess = () => {
        const tx = opening.result.transaction(name, "readwrite");
        tx.objectStore(name).put(value, ...(key ? [key] : []));
        tx.oncomplete = () => { opening.result.close(); done(); };
        tx.onerror = () => failed(tx.error);
    };
})"""
KEYS = """(person) => new Promise((done) => {
    const opening = indexedDB.open(`portal-field-${person}`);
    opening.onsuccess = () => {
        const asking = opening.result.transaction("meta").objectStore("meta").getAllKeys();
        asking.onsuccess = () => { opening.result.close(); done(asking.result); };
    };
})"""

# On the first page alone the store opens late, and the page gets no further: it never comes to keep a tap.
LATE_AND_STUCK = """if (!sessionStorage.getItem("reloaded")) {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...given) {
        const request = open.apply(this, given);
        const listen = request.addEventListener.bind(request);
        const late = (act) => (event) => setTimeout(() => { window.isOpen = true; act(event); }, 5000);
        request.addEventListener = (type, act) => listen(type, type === "success" ? late(act) : act);
        return request;
    };
    const { get } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.get = function (key) {
        const request = get.call(this, key);
        if (this.name === "inspections") request.addEventListener = () => {};
        return request;
    };
}"""


def note(phone: Phone, code: str = "yes") -> Locator:
    """The note of an item, which is open where the answer falls short."""
    return phone.item(code).locator("textarea")


def jots(phone: Phone) -> list[str]:
    return [key for key in phone.page.evaluate(KEYS, phone.user.pk) if key.startswith("jot ")]


def reload(phone: Phone) -> Phone:
    phone.page.reload()
    return phone


def close_and_open_again(phone: Phone) -> Phone:
    address = phone.page.url
    phone.page.close()
    other = phone.tab()
    other.page.goto(address)
    return other


def crash(phone: Phone) -> Phone:
    """The whole tab is killed, as by a camera that needs the memory: no event is heard of it."""
    address = phone.page.url
    with phone.page.expect_event("crash"), suppress(Error):
        phone.page.goto("chrome://crash")
    other = phone.tab()
    other.page.goto(address)
    return other


def choose_a_photo(phone: Phone) -> Phone:
    with phone.page.expect_file_chooser():
        phone.item("yes").locator(".shot").click()
    return crash(phone)


def follow_a_link(phone: Phone) -> Phone:
    phone.page.locator("[href='/field/']").first.click()
    phone.page.wait_for_url("**/field/")
    phone.page.go_back()
    return phone


WAYS = [reload, close_and_open_again, crash, choose_a_photo, follow_a_link]


@pytest.mark.parametrize("leave", WAYS)
def test_what_was_just_typed_is_there_again(
    phone: Phone, stage: Stage, leave: Callable[[Phone], Phone]
) -> None:
    phone.open(stage.inspections[0])
    phone.tap("yes", "not_met")
    phone.says("全部已发送")
    note(phone).press_sequentially("门锁着，敲门没有人应", delay=0)
    after = leave(phone)
    expect(note(after)).to_have_value("门锁着，敲门没有人应", timeout=15_000)
    after.says("全部已发送")
    assert stage.inspections[0].answers.get().note == "门锁着，敲门没有人应"
    assert jots(after) == []


def test_a_tap_just_before_a_reload_without_signal_is_there_again(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.tap("yes", "met")
    phone.item("area").locator("input[name$='-value']").press_sequentially("151", delay=0)
    phone.page.reload()
    phone.shows("yes", "met")
    expect(phone.item("area").locator("input[name$='-value']")).to_have_value("151", timeout=30_000)
    phone.says("2 项只在本机，联网后自动发送")
    assert phone.waiting() == ["yes", "area"]
    phone.online()
    phone.says("全部已发送")
    assert stage.inspections[0].answers.count() == 2


def test_a_tap_before_the_store_is_open_is_written_down_first_of_all(phone: Phone, stage: Stage) -> None:
    inspection = stage.inspections[0]
    phone.page.add_init_script(LATE_AND_STUCK)
    phone.page.goto(f"/inspections/{inspection.pk}/")
    phone.tap("yes", "met")
    assert not phone.page.evaluate("window.isOpen")
    until = time.monotonic() + 20
    while not jots(phone) and time.monotonic() < until:
        phone.page.wait_for_timeout(50)
    assert jots(phone) == [f"jot {inspection.pk} yes"]
    assert phone.waiting() == []
    phone.page.evaluate("sessionStorage.setItem('reloaded', '1')")
    phone.page.reload()
    phone.shows("yes", "met")
    phone.says("全部已发送")
    assert inspection.answers.get().value is True
    assert jots(phone) == []


def test_what_is_not_complete_stays_so(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.item("windows").locator("[name$='-value_0']").press_sequentially("4", delay=0)
    phone.page.reload()
    phone.says("1 项待补充")
    phone.item_says("windows", "补充后发送")
    assert not stage.inspections[0].answers.exists()


def test_words_are_taken_from_the_field_as_soon_as_it_is_left(phone: Phone, stage: Stage) -> None:
    phone.page.clock.install()
    phone.open(stage.inspections[0])
    field = phone.item("area").locator("input[name$='-value']")
    field.press_sequentially("151")
    assert phone.waiting() == []
    # The clock stands still: nobody waits for the end of a pause.
    field.blur()
    phone.item_says("area", "已存在本机")
    assert phone.waiting() == ["area"]
    assert jots(phone) == []


def test_the_devices_own_page_takes_in_and_sends_what_was_typed_last(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.tap("yes", "not_met")
    phone.says("全部已发送")
    note(phone).press_sequentially("门锁着", delay=0)
    phone.page.close()
    device = phone.tab()
    device.page.goto("/field/")
    device.says("全部已发送", "[data-unsent]")
    assert stage.inspections[0].answers.get().note == "门锁着"


def jot(phone: Phone, stage: Stage, at: str) -> None:
    """What another tab wrote down and did not come to keep."""
    (pk, code), said = (str(stage.inspections[0].pk), "yes"), {"na": False, "reason": "", "note": "旧"}
    row = {"inspection": pk, "item": code, "content": {"value": False, **said}, "base": 0, "held": False}
    phone.page.evaluate(WRITE, [phone.user.pk, "meta", row | {"at": at}, f"jot {pk} {code}"])


def test_words_of_a_tab_that_went_do_not_replace_what_was_kept_later(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.offline()
    phone.tap("yes", "met")
    phone.item_says("yes", "已存在本机")
    jot(phone, stage, "2020-01-01T00:00:00.000Z")
    # Nothing is sent before the page that takes the words in.
    phone.page.route("**/sync/", lambda route: route.abort())
    phone.online()
    phone.page.reload()
    phone.shows("yes", "met")
    phone.page.unroute("**/sync/")
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.says("全部已发送")
    assert stage.inspections[0].answers.get().value is True
    assert jots(phone) == []


def test_words_of_somebody_else_on_the_phone_are_counted_and_not_shown(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    jot(phone, stage, "2026-11-20T02:00:00.000Z")
    owner = phone.user
    phone.page.goto("about:blank")
    phone.log_in(stage.cast["lead_inspector"])
    phone.page.goto("/field/")
    phone.says("另有一位检查员的1 项只在本机", "[data-others]")
    phone.open(stage.inspections[0])
    expect(phone.item("yes").locator(":checked")).to_have_count(0)
    assert [row["item"] for row in phone.store("outbox", owner)] == ["yes"]
    assert phone.waiting() == []
    assert not stage.inspections[0].answers.exists()
