"""A photo that waits on the phone and cannot be read: it is told, removable, and holds up no other."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Dialog, Locator, Page, expect

from inspections.models import Photo
from reports.actions import submit
from tests.field.photo_scene import WAIT, kept, picture, remove, take, verified
from tests.small_stage import Stage, answer, small_stage
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)
LOST = "[data-item='yes'] .photo-lost"
# Changes the first photo that waits in a person's store, where it lies: fields take what others hold.
SPOIL = """([person, taken]) => new Promise((done, failed) => {
    const opening = indexedDB.open(`portal-field-${person}`);
    opening.onsuccess = () => {
        const tx = opening.result.transaction("photos", "readwrite");
        const photos = tx.objectStore("photos");
        photos.index("waiting").openCursor().onsuccess = ({ target }) => {
            const row = { junk: new TextEncoder().encode("no picture").buffer, ...target.result.value };
            for (const [name, other] of Object.entries(taken)) row[name] = row[other];
            target.result.update(row);
        };
        tx.oncomplete = () => { opening.result.close(); done(); };
        tx.onabort = () => failed(tx.error ?? "aborted");
    };
})"""
NO_PICTURE = {"good": "raw", "raw": "junk"}


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


def spoil(page: Page, stage: Stage, taken: dict[str, str]) -> None:
    page.evaluate(SPOIL, [stage.cast["inspector"].pk, taken])


@pytest.fixture
def raw(page: Page, stage: Stage) -> Page:
    """A form without the scripts for photos; of two, kept as they were chosen, the first is spoiled."""
    enter(page, stage.cast["inspector"])
    page.route(re.compile(r"/js/photos\."), lambda route: route.abort())
    page.goto(f"/inspections/{stage.inspections[0].pk}/")
    expect(page.locator(".bar-state")).not_to_be_empty()
    page.context.set_offline(True)
    for size in (300, 400):
        take(page, picture(size, 200))
        expect(page.locator(".bar-state")).to_contain_text(f"{size // 100 - 2} 张照片", timeout=WAIT)
    spoil(page, stage, NO_PICTURE)
    return page


def come_back(page: Page) -> None:
    page.unroute_all()
    page.context.set_offline(False)


def named(page: Page) -> None:
    """Runs follow each other until this device's page has named a photo: it takes two of them."""
    stir = """() => {
        if (document.querySelector("[data-lost] li")) return true;
        window.dispatchEvent(new Event("online"));
        return false;
    }"""
    page.wait_for_function(stir, polling=500, timeout=WAIT)


# IndexedDB gives neither this row nor any list that it is in, as where the file with its bytes is gone from
# the disk; another row may take its place.
BREAK = """(id) => {
    let isBroken = true;
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (row, ...rest) {
        isBroken &&= row?.id !== id;
        return put.call(this, row, ...rest);
    };
    const fail = () => { throw new DOMException("Failed to read large IndexedDB value", "DataError"); };
    for (const [kind, name] of [[IDBObjectStore, "get"], [IDBIndex, "getAll"]]) {
        const read = kind.prototype[name];
        kind.prototype[name] = function (key, ...rest) {
            const isPhotos = isBroken && (this.objectStore ?? this).name === "photos";
            return isPhotos && (name === "getAll" || key === id) ? fail() : read.call(this, key, ...rest);
        };
    }
}"""


def title(page: Page) -> str:
    return (page.locator("[data-item='yes'] legend").text_content() or "").strip()


def test_the_item_says_so_and_the_others_are_sent(raw: Page, stage: Stage) -> None:
    come_back(raw)
    verified(raw, 1)
    expect(raw.locator(LOST)).to_contain_text("读不出来，没有发送。请再拍一次，然后删除这一张", timeout=WAIT)
    expect(raw.locator(".bar-state")).to_have_text("1 张照片读不出来，没有发送，请再拍一次")
    assert Photo.objects.exclude(arrived_at=None).count() == 1
    # Nobody has to touch the page for it to be said again.
    raw.reload()
    expect(raw.locator(LOST)).to_be_attached(timeout=WAIT)
    remove(raw, f"{LOST} [data-remove]", sure=False)
    raw.wait_for_timeout(300)
    assert len(kept(raw, stage.cast["inspector"])) == 2
    remove(raw, f"{LOST} [data-remove]")
    expect(raw.locator(LOST)).to_have_count(0)
    expect(raw.locator(".bar-state")).to_have_text("逐项自动保存")
    assert len(kept(raw, stage.cast["inspector"])) == 1


def listed(page: Page) -> Locator:
    return page.locator("[data-lost] li")


def test_the_devices_own_page_names_it_and_removes_it(raw: Page, stage: Stage) -> None:
    name = f"{stage.inspections[0].center.name} · {title(raw)}："
    come_back(raw)
    raw.goto("/field/")
    named(raw)
    said = raw.locator("[data-unsent]")
    expect(said).to_have_text(re.compile("^1 张照片读不出来，没有发送。请打开检查表再拍一次"), timeout=WAIT)
    expect(listed(raw)).to_have_count(1)
    expect(listed(raw)).to_contain_text(name)
    expect(raw.locator("[data-send]")).to_be_hidden()
    assert Photo.objects.exclude(arrived_at=None).count() == 1
    remove(raw, "[data-lost] button", sure=False)
    raw.wait_for_timeout(300)
    expect(listed(raw)).to_have_count(1)
    remove(raw, "[data-lost] button")
    expect(listed(raw)).to_have_count(0)
    expect(said).to_have_text("全部已发送。")
    assert [row["done"] for row in kept(raw, stage.cast["inspector"])] == [True]


def test_taking_the_inspection_off_the_device_asks_first(raw: Page, stage: Stage) -> None:
    come_back(raw)
    raw.goto("/field/")
    named(raw)
    raw.goto(f"/inspections/{stage.inspections[0].pk}/")
    raw.locator("[data-prepare]").click()
    expect(raw.locator("[data-readiness]")).to_contain_text("可离线使用", timeout=WAIT)
    raw.goto("/field/")
    remove(raw, "[data-prepared] button", sure=False)
    raw.wait_for_timeout(300)
    expect(listed(raw)).to_have_count(1)
    remove(raw, "[data-prepared] button")
    expect(listed(raw)).to_have_count(0)
    assert kept(raw, stage.cast["inspector"]) == []


def test_exporting_what_an_inspection_left_behind_does_not_drop_it_unasked(raw: Page, stage: Stage) -> None:
    """It is in no file; where the inspection was submitted meanwhile, the export may be the first to know."""
    inspection, asked = stage.inspections[0], []
    answer(inspection, stage.cast["inspector"])
    submit(inspection=inspection, by=stage.cast["lead_inspector"], now=timezone.now())
    come_back(raw)
    raw.goto("/field/")
    button = raw.get_by_role("button", name="导出并移除")
    expect(button).to_be_visible(timeout=WAIT)

    def reply(sure: bool) -> None:
        def one(dialog: Dialog) -> None:
            asked.append(dialog.message)
            (dialog.accept if sure else dialog.dismiss)()

        raw.once("dialog", one)

    reply(sure=False)
    button.click()
    expect(listed(raw)).to_have_count(1, timeout=WAIT)
    raw.wait_for_timeout(500)
    assert "移除读不出的照片" in asked[0]
    assert len(asked) == 1
    assert len(kept(raw, stage.cast["inspector"])) == 2


def test_one_that_can_be_read_after_all_is_sent(raw: Page, stage: Stage) -> None:
    come_back(raw)
    verified(raw, 1)
    expect(raw.locator(LOST)).to_be_attached(timeout=WAIT)
    key = f"unreadable {stage.inspections[0].pk}"
    assert [row["waiting"] for row in kept(raw, stage.cast["inspector"]) if "waiting" in row] == [key]
    spoil(raw, stage, {"raw": "good"})
    raw.reload()
    verified(raw, 2)
    expect(raw.locator(LOST)).to_have_count(0)


def test_one_whose_bytes_are_gone_is_told_and_taken_out_everywhere(page: Page, stage: Stage) -> None:
    inspection = stage.inspections[0]
    enter(page, stage.cast["inspector"])
    page.goto(f"/inspections/{inspection.pk}/")
    held: list[Any] = []
    page.route("**/photos/*/", lambda route: held.append(route))
    take(page, picture(300, 200), picture(400, 200))
    expect(page.locator(".tray-photos")).to_contain_text("2 张只传了缩略图", timeout=WAIT)
    spoil(page, stage, {"bytes": "nothing"})
    for route in held:
        route.abort()
    page.unroute_all()
    page.reload()
    state = page.locator("[data-item='yes'] .photo-state[data-tone=bad]")
    expect(state).to_contain_text("读不出来，没有发送", timeout=WAIT)
    expect(page.locator(".tray-photos")).to_contain_text("1/2 张照片已核对", timeout=WAIT)
    remove(page, "li:has(.photo-state[data-tone='bad']) [data-remove]")
    verified(page, 1)
    expect(page.locator(".bar-state")).not_to_contain_text("张照片", timeout=WAIT)
    assert Photo.objects.kept().count() == 1


def test_one_failure_to_read_it_may_be_for_want_of_memory(raw: Page, stage: Stage) -> None:
    """The picture is sound, and the browser decodes it at the second try."""
    spoil(raw, stage, {"raw": "good"})
    raw.evaluate(
        """() => {
            const decode = globalThis.createImageBitmap;
            globalThis.failures = 0;
            globalThis.createImageBitmap = (...given) => {
                if (globalThis.failures) return decode(...given);
                globalThis.failures += 1;
                return Promise.reject(new DOMException("It could not be decoded.", "InvalidStateError"));
            };
            globalThis.losses = [];
            const main = document.querySelector("main");
            const look = () => /读不出/.test(main.textContent) && globalThis.losses.push(1);
            const all = { childList: true, subtree: true, characterData: true };
            new MutationObserver(look).observe(main, all);
        }"""
    )
    come_back(raw)
    verified(raw, 2)
    assert raw.evaluate("globalThis.failures") == 1
    assert raw.evaluate("globalThis.losses") == []
    assert Photo.objects.exclude(arrived_at=None).count() == 2


def break_first(page: Page, stage: Stage) -> str:
    """Of the photos that wait, the first is one that IndexedDB cannot read; its id."""
    broken: str = kept(page, stage.cast["inspector"])[0]["id"]
    page.add_init_script(f"({BREAK})({broken!r})")
    return broken


def test_a_row_that_the_browser_cannot_read_stops_no_other(raw: Page, stage: Stage) -> None:
    broken = break_first(raw, stage)
    come_back(raw)
    raw.reload()
    verified(raw, 1)
    expect(raw.locator(".bar-state")).to_have_text("1 张照片读不出来，没有发送，请再拍一次", timeout=WAIT)
    assert Photo.objects.exclude(arrived_at=None).count() == 1
    take(raw, picture(500, 200))
    verified(raw, 2)
    raw.goto("/field/")
    expect(raw.locator("[data-unsent]")).to_have_text(
        re.compile("^1 张照片读不出来，没有发送。"), timeout=WAIT
    )
    name = stage.inspections[0].center.name
    expect(listed(raw)).to_contain_text(f"{name}：有一张照片在本机存坏了，读不出来。")
    with raw.expect_request(f"**/photos/{broken}/remove/"):
        remove(raw, "[data-lost] button")
    expect(raw.locator("[data-unsent]")).to_have_text("全部已发送。", timeout=WAIT)
    expect(listed(raw)).to_have_count(0)


def test_such_a_row_is_not_touched_and_is_sent_once_it_can_be_read(raw: Page, stage: Stage) -> None:
    spoil(raw, stage, {"raw": "good"})
    break_first(raw, stage)
    come_back(raw)
    raw.goto("/field/")
    named(raw)
    whole = raw.context.new_page()
    whole.goto(f"/inspections/{stage.inspections[0].pk}/")
    verified(whole, 2)
    assert Photo.objects.exclude(arrived_at=None).count() == 2


FORGET = """(person) => new Promise((done) => {
    const opening = indexedDB.open(`portal-field-${person}`);
    opening.onsuccess = () => {
        const tx = opening.result.transaction("inspections", "readwrite");
        tx.objectStore("inspections").clear();
        tx.oncomplete = () => { opening.result.close(); done(); };
    };
})"""


def test_one_of_an_inspection_that_is_not_on_the_page_is_listed_too(raw: Page, stage: Stage) -> None:
    name = f"一份不在本页上的检查 · {title(raw)}："
    come_back(raw)
    raw.goto("/field/")
    named(raw)
    raw.evaluate(FORGET, stage.cast["inspector"].pk)
    raw.reload()
    expect(listed(raw)).to_have_count(1, timeout=WAIT)
    expect(listed(raw)).to_contain_text(name)
    remove(raw, "[data-lost] button")
    expect(listed(raw)).to_have_count(0)
    expect(raw.locator("[data-unsent]")).to_have_text("全部已发送。")
