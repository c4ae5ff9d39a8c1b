"""Photos on a phone: kept before the screen says so, sent in pieces, given up once the portal has them."""

import hashlib
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inspections.models import Photo
from tests.field.photo_scene import WAIT, arrived, kept, open_form, picture, remove, take, unfold, verified
from tests.small_stage import Stage, small_stage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


def test_photo_arrives_under_the_digest_of_the_device(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, picture(), picture(600, 800))
    verified(page, 2)
    rows = kept(page, person)
    stored = {str(photo.pk): photo for photo in arrived(inspection)}
    assert {row["id"] for row in rows} == set(stored)
    for row in rows:
        photo = stored[row["id"]]
        assert row["sha256"] == photo.received_sha256
        assert hashlib.sha256(photo.file.read()).hexdigest() == photo.sha256
        assert max(photo.width, photo.height) <= 1600
        assert (row["done"], row["kept"], row.get("waiting")) == (True, 0, None)
        assert row["small"] > 0
    expect(page.locator("[data-item='yes'] .photo-state")).to_have_text(["已核对", "已核对"])


def test_photo_is_kept_before_anything_is_said(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    page.route("**/photos/**", lambda route: route.abort())
    take(page, picture(800, 600))
    expect(page.locator("[data-item='yes'] .photo-state")).to_have_text("已存在本机")
    (row,) = kept(page, person)
    assert row["kept"] == row["size"] > 0
    assert len(row["sha256"]) == 64
    assert Photo.objects.count() == 0
    expect(page.locator(".tray-photos")).to_contain_text("0/1 张照片已核对")
    expect(page.locator(".tray-photos")).to_contain_text("没有网络")


def test_aborted_pieces_and_lost_answers_end_with_equal_digests(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    seen: list[str] = []

    def disturb(route: Any) -> None:
        """Of each three requests one is cut off, one is answered into the void, one goes through."""
        seen.append(route.request.method)
        turn = len(seen) % 3
        if turn == 1:
            return route.abort("connectionreset")
        if turn == 2:
            route.fetch()
            return route.abort("connectionreset")
        return route.continue_()

    page.route("**/photos/**", disturb)
    take(page, picture(700, 500), picture(400, 500))
    expect(page.locator(".tray-photos")).to_contain_text("2/2 张照片已核对", timeout=120_000)
    assert seen.count("PUT") > 4
    digests = {str(photo.pk): photo.received_sha256 for photo in arrived(inspection)}
    assert digests == {row["id"]: row["sha256"] for row in kept(page, person)}
    assert Photo.objects.count() == 2


def test_reload_in_the_middle_goes_on_where_the_portal_stands(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    sent: list[int] = []
    gone = [True]

    def count(route: Any) -> None:
        """Two pieces go through; then the network is gone until the test has seen the page say so."""
        if route.request.method == "PUT":
            if gone[0] and len(sent) == 2:
                return route.abort()
            sent.append(len(route.request.post_data_buffer or b""))
        return route.continue_()

    page.route("**/photos/**", count)
    take(page, picture())
    expect(page.locator("[data-item='yes'] .photo-state")).to_contain_text("原图已传", timeout=WAIT)
    expect(page.locator(".tray-photos")).to_contain_text("没有网络", timeout=WAIT)
    gone[0] = False
    page.reload()
    verified(page, 1)
    (row,) = kept(page, person)
    assert sum(sent) == row["size"]


def test_photos_taken_without_signal_survive_a_reload_and_are_sent_later(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    page.click("[data-prepare]")
    expect(page.locator("[data-readiness]")).to_contain_text("可离线使用", timeout=WAIT)
    page.context.set_offline(True)
    page.reload()
    unfold(page)
    take(page, picture(900, 700), picture(700, 900))
    expect(page.locator("[data-item='yes'] .photo-state")).to_have_text(["已存在本机"] * 2, timeout=WAIT)
    page.reload()
    expect(page.locator("[data-item='yes'] .photo-state")).to_have_text(["已存在本机"] * 2, timeout=WAIT)
    assert page.eval_on_selector("[data-item='yes'] .thumbs img", "one => one.naturalWidth") > 0
    page.context.set_offline(False)
    verified(page, 2)
    assert {photo.received_sha256 for photo in arrived(inspection)} == {
        r["sha256"] for r in kept(page, person)
    }


def test_failing_server_keeps_photos_here_and_says_so(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    broken = "**/inspections/*/photos/**"
    page.route(broken, lambda route: route.fulfill(status=502, body="<h1>Bad Gateway</h1>"))
    take(page, picture(800, 600))
    expect(page.locator(".tray-photos")).to_contain_text("服务器没有收下，将重试")
    assert kept(page, person)[0]["kept"] > 0
    page.unroute(broken)
    verified(page, 1)


def test_full_device_is_told_and_nothing_is_called_kept(page: Page, stage: Stage, live_server: Any) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    devtools = page.context.new_cdp_session(page)
    # Less than the large picture takes (960 KB), and far more than the page and the small ones. The browser
    # gives back what was deleted when it likes, so afterwards the device is given room, as a person would.
    device = {"origin": live_server.url}
    devtools.send("Storage.overrideQuotaForOrigin", device | {"quotaSize": 900_000})
    open_form(page, inspection, person)
    take(page, picture(300, 200))
    verified(page, 1)
    take(page, picture(noise=120))
    said = page.locator("[data-item='yes'] .photo-said")
    expect(said).to_contain_text("没有存下", timeout=WAIT)
    assert said.get_attribute("role") == "alert"
    assert len(kept(page, person)) == 1
    expect(page.locator("[data-item='yes'] .thumbs li")).to_have_count(1)
    devtools.send("Storage.overrideQuotaForOrigin", device)
    take(page, picture(200, 300))
    verified(page, 2)


def test_bytes_changed_on_the_way_start_anew(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    spoilt: list[int] = []

    def spoil(route: Any) -> None:
        body = route.request.post_data_buffer or b""
        if route.request.method != "PUT" or spoilt:
            return route.continue_()
        spoilt.append(len(body))
        return route.continue_(post_data=bytes([body[0] ^ 1]) + body[1:])

    page.route("**/photos/**", spoil)
    take(page, picture(900, 700))
    verified(page, 1)
    assert spoilt
    (row,) = kept(page, person)
    assert [photo.received_sha256 for photo in arrived(inspection)] == [row["sha256"]]


def test_bytes_stay_here_until_the_portal_names_their_digest(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    lie = {"offset": 1, "done": True, "sha256": "0" * 64}
    page.route("**/photos/*/", lambda route: route.fulfill(json=lie))
    take(page, picture(900, 700))
    expect(page.locator("[data-item='yes'] .photo-state")).to_contain_text("核对不符", timeout=WAIT)
    (row,) = kept(page, person)
    assert (row["kept"], row["done"]) == (row["size"], False)
    page.unroute("**/photos/*/")
    page.reload()
    verified(page, 1)


def test_small_pictures_go_first_and_originals_wait_for_wifi(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, picture(300, 200))
    verified(page, 1)
    page.get_by_label("先传缩略图，原图等 Wi-Fi").check()
    take(page, picture(900, 700))
    states = page.locator("[data-item='yes'] .photo-state")
    expect(states.nth(1)).to_have_text("缩略图已传，原图等 Wi-Fi", timeout=WAIT)
    expect(page.locator(".tray-photos")).to_contain_text("1 张只传了缩略图")
    (waiting,) = Photo.objects.filter(arrived_at=None)
    assert waiting.thumbnail.size > 0
    assert kept(page, person)[1]["kept"] > 0
    page.reload()
    expect(page.get_by_label("先传缩略图，原图等 Wi-Fi")).to_be_checked()
    page.click("[data-originals]")
    verified(page, 2)


def test_meter_counts_what_went_and_what_waits(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, picture(900, 700))
    verified(page, 1)
    meter = page.locator(".tray-meter")
    expect(meter).to_contain_text("待传 0 KB")
    (row,) = kept(page, person)
    page.route("**/photos/**", lambda route: route.abort())
    take(page, picture(900, 700, noise=20))
    expect(meter).not_to_contain_text("待传 0 KB")
    waiting = next(one for one in kept(page, person) if one.get("waiting"))
    expect(meter).to_contain_text(f"待传 {-(-waiting['size'] // 1024)} KB")
    sent = page.evaluate(
        """(person) => new Promise((done) => {
            const opening = indexedDB.open(`portal-field-${person}`);
            opening.onsuccess = () => {
                const asked = opening.result.transaction("meta").objectStore("meta").get("photo bytes sent");
                asked.onsuccess = () => done(asked.result);
            };
        })""",
        person.pk,
    )
    assert row["size"] < sent < row["size"] + 60_000


# ---- taken out


def test_photo_is_taken_out_here_and_there(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, picture(300, 200))
    verified(page, 1)
    remove(page)
    expect(page.locator("[data-item='yes'] .thumbs li")).to_have_count(0)
    expect(page.locator("[data-item='yes'] [type=file]")).to_be_focused()
    expect(page.locator(".tray-photos")).to_have_text("", timeout=WAIT)
    assert kept(page, person) == []
    (photo,) = Photo.objects.all()
    assert photo.removed_by == person


def test_photo_taken_out_without_signal_is_taken_out_later(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, picture(300, 200), picture(200, 300))
    verified(page, 2)
    page.context.set_offline(True)
    remove(page)
    expect(page.locator("[data-item='yes'] .thumbs li")).to_have_count(1)
    expect(page.locator(".tray-photos")).to_contain_text("1 张联网后删除")
    assert Photo.objects.kept().count() == 2
    page.context.set_offline(False)
    expect(page.locator(".tray-photos")).to_have_text("1/1 张照片已核对", timeout=WAIT)
    assert Photo.objects.kept().count() == 1


def test_photo_of_the_page_is_taken_out_without_being_on_this_device(page: Page, stage: Stage) -> None:
    from tests.small_stage import add_photo, jpeg

    inspection, person = stage.inspections[0], stage.cast["inspector"]
    add_photo(inspection, stage.cast["lead_inspector"], jpeg())
    open_form(page, inspection, person)
    remove(page)
    expect(page.locator("[data-item='yes'] .thumbs li:visible")).to_have_count(0)
    expect(page.locator(".tray-photos")).to_have_text("", timeout=WAIT)
    assert Photo.objects.kept().count() == 0
    # Nor does it come back once the server has heard of it.
    expect(page.locator("[data-item='yes'] .thumbs li")).to_have_count(0)


def test_photo_that_never_left_is_gone_at_once(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, picture(200, 200))
    verified(page, 1)
    # Another tab that is about to send keeps this one from trying.
    hold = f"portal-photos-{person.pk}-{inspection.pk}"
    page.evaluate("(name) => void navigator.locks.request(name, () => new Promise(() => {}))", hold)
    page.context.set_offline(True)
    take(page, picture(300, 200))
    states = page.locator("[data-item='yes'] .photo-state")
    expect(states).to_have_text(["已核对", "已存在本机"], timeout=WAIT)
    remove(page)
    expect(states).to_have_count(1)
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(".bar-state")).not_to_be_empty()
    assert len(kept(page, person)) == Photo.objects.count() == 1


# ---- what goes wrong at the camera


def test_tab_that_the_camera_app_has_killed_finds_its_place(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    unfold(page, "posts")
    with page.expect_file_chooser():
        page.locator("[data-item='posts'] .shot").click()
    page.reload()
    said = page.locator("[data-item='posts'] .photo-said")
    expect(said).to_contain_text("请再拍一次", timeout=WAIT)
    expect(page.locator("[data-item='posts'] [type=file]")).to_be_focused()
    page.reload()
    expect(page.locator(".bar-state")).not_to_be_empty()
    expect(page.locator(".photo-said")).to_have_count(0)


def test_file_that_is_no_picture_is_refused_in_words(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}, picture(300, 200))
    expect(page.locator("[data-item='yes'] .photo-said")).to_contain_text("读不出")
    verified(page, 1)


def test_refusal_of_the_portal_is_shown_beside_its_photo(page: Page, stage: Stage) -> None:
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    take(page, *(picture(300 + n, 200) for n in range(10)))
    expect(page.locator(".tray-photos")).to_contain_text("9/10 张照片已核对", timeout=60_000)
    expect(page.locator(".photo-state[data-tone='bad']")).to_contain_text("每项最多9张照片")
    assert sum(row["kept"] > 0 for row in kept(page, person)) == 1
    remove(page, "li:has(.photo-state[data-tone='bad']) [data-remove]")
    verified(page, 9)


def test_digest_is_right_where_the_browser_gives_none(page: Page, stage: Stage) -> None:
    """On plain HTTP `crypto.subtle` is absent."""
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    open_form(page, inspection, person)
    take(page, picture(900, 700))
    verified(page, 1)
    (photo,) = arrived(inspection)
    assert kept(page, person)[0]["sha256"] == photo.received_sha256


def test_photos_after_submitting_stay_on_the_device(page: Page, stage: Stage) -> None:
    from tests.small_stage import answer, submit_by

    inspection, person = stage.inspections[0], stage.cast["inspector"]
    open_form(page, inspection, person)
    answer(inspection, person)
    submit_by(inspection, stage.cast["lead_inspector"])
    take(page, picture(300, 200))
    expect(page.locator(".tray-photos")).to_contain_text("可导出草稿", timeout=WAIT)
    assert kept(page, person)[0]["kept"] > 0
    assert Photo.objects.count() == 0
