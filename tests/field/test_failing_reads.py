"""A photo's row that IndexedDB fails to read: nothing is dropped unasked, counted twice or passed over."""

import json
import re
from typing import Any

import pytest
from django.templatetags.static import static
from django.utils import timezone
from playwright.sync_api import Page, expect

from reports.actions import submit
from tests.field.phones import refuse
from tests.field.photo_scene import WAIT, kept, picture, take
from tests.small_stage import Stage, answer, small_stage
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)
# From now on neither these rows nor any list that they are in; `mended` ends it.
BREAK = """(ids) => {
    const fail = () => { throw new DOMException("Failed to read large IndexedDB value", "DataError"); };
    for (const [kind, name] of [[IDBObjectStore, "get"], [IDBIndex, "getAll"]]) {
        const read = kind.prototype[name];
        kind.prototype[name] = function (key, ...rest) {
            const isPhotos = !globalThis.mended && (this.objectStore ?? this).name === "photos";
            const isBroken = isPhotos && (name === "getAll" || ids.includes(key));
            return isBroken ? fail() : read.call(this, key, ...rest);
        };
    }
}"""
# Rows of a queue without a page around it; `calls` are what it asked the portal for.
BENCH = """async (urls) => {
    const { openStore, ...keys } = await import(urls.store);
    const { PhotoQueue } = await import(urls["photo-queue"]);
    const { unsent } = await import(urls.unsent);
    const { putAway } = await import(urls.checkout);
    const { memory } = await import(urls.memory);
    const store = await openStore(1_000_000);
    const [inspection, calls] = ["a", []];
    const call = async (url) => { calls.push(url); return { failed: "offline" }; };
    const queue = () => new PhotoQueue({ store, sync: { over: new Set(), call }, inspection });
    const bytes = () => new Uint8Array(3).buffer;
    const at = "2026-01-01T00:00:00Z";
    const whole = { inspection, item: "yes", at, sha256: "x", size: 3, thumbnail: bytes() };
    const put = (row) => store.run(["photos"], "readwrite", (tx) => tx.objectStore("photos").put(row));
    const waits = (id, more) => put({ ...whole, id, bytes: bytes(), waiting: inspection, ...more });
    const counts = async () => {
        const { photos, removals, refused, unreadable } = await store.view(inspection);
        const all = await unsent(store);
        const left = [all.photos, all.removals, all.refused, all.unreadable];
        return [photos, removals, refused, unreadable, ...left];
    };
    const { refusedKey, unreadableKey } = keys;
    const broken = BREAK;
    return (WORK)();
}"""


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


@pytest.fixture
def bench(page: Page, stage: Stage) -> Any:
    """Runs a function over the scripts of the device's page, with a store of nobody else."""
    enter(page, stage.cast["administrator"])
    page.goto("/field/")
    names = ("store", "photo-queue", "unsent", "checkout", "memory")
    urls = {name: static(f"js/{name}.js") for name in names}
    return lambda work: page.evaluate(BENCH.replace("BREAK", BREAK).replace("WORK", work), urls)


def take_without_scripts(page: Page, stage: Stage, photos: int) -> list[str]:
    """Photos that wait as they were chosen, on a form that is left; their ids."""
    enter(page, stage.cast["inspector"])
    page.route(re.compile(r"/js/photos\."), lambda route: route.abort())
    page.goto(f"/inspections/{stage.inspections[0].pk}/")
    expect(page.locator(".bar-state")).not_to_be_empty()
    page.context.set_offline(True)
    for n in range(photos):
        take(page, picture(300 + n, 200))
        expect(page.locator(".bar-state")).to_contain_text(f"{n + 1} 张照片", timeout=WAIT)
    return [row["id"] for row in kept(page, stage.cast["inspector"])]


def test_export_and_remove_never_drops_what_is_in_no_file(page: Page, stage: Stage) -> None:
    """At the first failure, as the button is pressed, it stays; at the second the person is asked."""
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    asked: list[str] = []
    broken = take_without_scripts(page, stage, 1)
    answer(inspection, person)
    submit(inspection=inspection, by=stage.cast["lead_inspector"], now=timezone.now())
    page.unroute_all()
    page.context.set_offline(False)
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.goto("/field/")
    button = page.get_by_role("button", name="导出并移除")
    expect(button).to_be_visible(timeout=WAIT)
    page.evaluate(BREAK, broken)
    button.click()
    told = page.locator("[data-told]")
    expect(told).to_have_text("有照片还没有处理好，不在导出的文件里，没有移除。请稍后再试。", timeout=WAIT)
    assert asked == []
    with page.expect_event("dialog", timeout=WAIT):
        button.click()
    page.evaluate("globalThis.mended = true")
    assert "移除读不出的照片？" in asked[0]
    assert [row["id"] for row in kept(page, person)] == broken


def test_a_draft_says_how_many_photos_are_in_no_file(page: Page, stage: Stage) -> None:
    first, _second = take_without_scripts(page, stage, 2)
    page.unroute_all()
    page.context.set_offline(False)
    page.route("**/photos/**", lambda route: route.abort())
    page.goto("/field/")
    expect(page.locator("[data-export]")).to_be_visible(timeout=WAIT)
    page.evaluate(BREAK, [first])
    with page.expect_download() as coming:
        page.locator("[data-export]").click()
    assert len(json.loads(coming.value.path().read_text())["photos"]) == 1
    expect(page.locator("p[data-exported]")).to_have_text(
        re.compile("^已导出：.*1 张照片不在文件里，仍在本机。$")
    )
    page.goto(f"/inspections/{stage.inspections[0].pk}/")
    expect(page.locator("#photo-tools-here")).to_be_attached(timeout=WAIT)
    page.evaluate(BREAK, [first])
    with page.expect_download():
        page.click("[data-draft]")
    said = page.locator(".tray-said")
    expect(said).to_have_text(re.compile("^草稿已导出：.*1 张照片不在文件里，仍在本机。$"))


def test_a_page_that_alone_holds_a_refused_photo_is_not_left_unasked(page: Page, stage: Stage) -> None:
    page.add_init_script("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })")
    enter(page, stage.cast["inspector"])
    page.goto(f"/inspections/{stage.inspections[0].pk}/")
    expect(page.locator(".bar-state")).not_to_be_empty()
    page.route(re.compile("/photos/$"), refuse(400, {"errors": [{"path": "", "message": "no"}]}))
    take(page, picture(300, 200))
    expect(page.locator(".bar-state")).to_have_text(re.compile("1 张照片服务器没有收下"), timeout=WAIT)
    page.locator("body").click(position={"x": 5, "y": 5})
    with page.expect_event("dialog", timeout=WAIT) as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    assert not page.is_closed()


def test_a_photo_removed_while_its_run_is_under_way_never_leaves(bench: Any) -> None:
    work = """async () => {
        await waits("w");
        const one = queue();
        const read = store.photo.bind(store);
        let n = 0;
        store.photo = async (id) => {
            const row = await read(id);
            if (++n === 2) await one.remove("w", "yes");
            return row;
        };
        return [await one.send(), calls, await read("w") ?? null];
    }"""
    assert bench(work) == ["", [], None]


def test_a_refused_row_that_cannot_be_read_holds_back_no_other_and_can_be_removed(bench: Any) -> None:
    work = """async () => {
        for (const id of ["r", "s"]) await waits(id, { waiting: refusedKey(inspection), errors: ["no"] });
        broken(["r"]);
        const said = [];
        for (let n = 0; n < 2; n += 1) {
            await queue().offerAgain();
            said.push(await counts());
        }
        await queue().remove("r", "yes");
        const marker = (await store.photoIds(inspection)).lost;
        globalThis.mended = true;
        return [said, marker, (await store.photo("r")).removed, await counts()];
    }"""
    first, second = [1, 0, 1, 0] * 2, [1, 0, 0, 1] * 2
    assert bench(work) == [[first, second], [], True, [2, 1, 0, 0] * 2]


def test_a_photo_that_the_portal_has_is_not_listed_for_the_drawing_on_it(bench: Any) -> None:
    work = """async () => {
        await put({ ...whole, id: "under", announced: true, done: true });
        await waits("drawing", { of: "under" });
        broken(["under"]);
        for (let n = 0; n < 3; n += 1) await queue().send();
        return [await counts(), await store.meta("photos out of reach a") ?? []];
    }"""
    assert bench(work) == [[1, 0, 0, 0] * 2, []]


def test_a_lost_row_out_of_reach_counts_once(bench: Any) -> None:
    work = """async () => {
        const raw = { inspection, item: "yes", at, raw: bytes(), misread: true };
        await put({ ...raw, id: "l", waiting: unreadableKey(inspection) });
        await waits("w");
        broken(["l"]);
        for (let n = 0; n < 2; n += 1) await queue().ripen();
        return [await store.meta("photos out of reach a"), await counts()];
    }"""
    assert bench(work) == [["l"], [1, 0, 0, 1] * 2]


def test_a_removal_out_of_reach_is_not_counted_as_one_of_a_readable_photo(bench: Any) -> None:
    work = """async () => {
        for (const id of ["r", "s"]) await waits(id, { tried: true });
        await queue().remove("r", "yes");
        const said = [await counts()];
        broken(["r"]);
        for (let n = 0; n < 2; n += 1) await queue().send();
        said.push(await counts());
        await queue().remove("r", "yes");
        globalThis.mended = true;
        said.push(await counts());
        await putAway(store, inspection, { unsent: true });
        const left = await store.run(["meta"], "readonly", (tx) => tx.objectStore("meta").getAllKeys());
        return [said, left.filter((key) => key.endsWith(` ${inspection}`))];
    }"""
    assert bench(work) == [[[2, 1, 0, 0] * 2, [1, 0, 0, 1] * 2, [2, 1, 0, 0] * 2], []]


def test_failures_with_a_success_between_them_are_not_two_in_a_row(bench: Any) -> None:
    work = """async () => {
        await waits("m");
        broken(["m"]);
        const stopped = [];
        for (const mended of [false, true, false]) {
            globalThis.mended = mended;
            stopped.push(await queue().send());
        }
        return [stopped, await counts()];
    }"""
    assert bench(work) == [["unread", "offline", "unread"], [1, 0, 0, 0] * 2]


def test_without_indexeddb_the_counts_are_the_same(bench: Any) -> None:
    work = """async () => {
        store.fallBack(memory(), new Error("none"));
        await put({ ...whole, id: "done" });
        for (const id of ["v", "w"]) await waits(id);
        await waits("r", { waiting: refusedKey(inspection) });
        await waits("l", { waiting: unreadableKey(inspection) });
        return counts();
    }"""
    assert bench(work) == [2, 0, 1, 1] * 2


STUCK = """async ([url, person, inspection]) => {
    const { openStore, refusedKey, unreadableKey } = await import(url);
    const store = await openStore(person);
    const row = { inspection, item: "yes", at: "2026-01-01T00:00:00Z" };
    const rows = [
        { ...row, id: "r", waiting: refusedKey(inspection) },
        { ...row, id: "l", waiting: unreadableKey(inspection) },
    ];
    const all = (tx) => Promise.all(rows.map((one) => tx.objectStore("photos").put(one)));
    await store.run(["photos"], "readwrite", all);
    store.announce({ inspection, photos: true });
}"""
CLOSE = """async ([url, person, inspection]) => {
    const { openStore } = await import(url);
    await (await openStore(person)).note(inspection, { closed: true });
}"""


def test_both_kinds_are_told_and_on_a_shared_device_to_others_too(page: Page, stage: Stage) -> None:
    person, inspection = stage.cast["inspector"], stage.inspections[0]
    given = [static("js/store.js"), person.pk, str(inspection.pk)]
    state = page.locator(".bar-state")
    stuck = "1 张照片服务器没有收下，原因见照片下方；1 张照片读不出来，没有发送，请再拍一次"
    enter(page, person)
    page.goto(f"/inspections/{inspection.pk}/")
    expect(state).not_to_be_empty()
    page.evaluate(STUCK, given)
    expect(state).to_have_text(stuck)
    page.evaluate(CLOSE, given)
    expect(state).to_have_text(f"这份检查现在不能修改；{stuck}")
    page.context.clear_cookies()
    enter(page, stage.cast["lead_inspector"])
    page.goto("/field/")
    expect(page.locator("[data-others] p")).to_have_text(
        [
            "另有一位检查员：1 张照片服务器没有收下，原因见检查表里的照片。",
            re.compile("^另有一位检查员：1 张照片读不出来，没有发送。"),
        ],
        timeout=WAIT,
    )


def test_the_devices_page_does_without_the_script_that_sends_photos(page: Page, stage: Stage) -> None:
    """As where the portal is away just then: the rest of the page is there, and nothing fails unheard."""
    failures: list[str] = []
    take_without_scripts(page, stage, 1)
    page.unroute_all()
    page.context.set_offline(False)
    page.route(re.compile(r"/js/photo-queue\."), lambda route: route.abort())
    page.on("pageerror", lambda error: failures.append(error.message))
    page.goto("/field/")
    expect(page.locator("[data-unsent]")).to_contain_text("1 张照片", timeout=WAIT)
    expect(page.locator("[data-prepared] li")).to_have_count(1)
    with page.expect_event("requestfailed", lambda request: "/js/photo-queue." in request.url):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(500)
    assert failures == []
