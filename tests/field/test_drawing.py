"""Drawing on a photo, and taking one over the last: by finger, mouse and keys, and the photo itself stays."""

import hashlib
import io
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from inspections.models import Inspection, Photo
from tests.conftest import CHROMIUM_FLAGS
from tests.field.photo_scene import WAIT, open_form, picture, take, unfold, verified
from tests.small_stage import Given, Stage, add_photo, answer, jpeg, of, small_stage, submit_by
from tests.stage import make_round, take_in
from tests.test_journey import enter

pytestmark = pytest.mark.django_db(transaction=True)
FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


@pytest.fixture
def drawing(page: Page, stage: Stage) -> Page:
    """The drawing dialog over a plain gray photo that has arrived."""
    open_form(page, stage.inspections[0], stage.cast["inspector"])
    take(page, picture(800, 600, noise=0))
    verified(page, 1)
    page.click("[data-photo=mark]")
    expect(page.locator("#annotate")).to_be_visible(timeout=WAIT)
    return page


def drag(page: Page, tool: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw with the mouse; places are shares of the photo."""
    page.locator(f"#annotate label:has([value={tool}])").click()
    canvas = page.locator("#annotate canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    page.mouse.up()


def save(page: Page) -> tuple[Image.Image, Image.Image]:
    """Save the drawing; returns the photo and the drawing on it, as the portal holds them."""
    page.click("#annotate [data-save]")
    verified(page, 2)
    original, drawn = Photo.objects.order_by("of")[1], Photo.objects.exclude(of=None).get()
    if original.of_id:
        original = Photo.objects.get(of=None)
    assert drawn.of == original
    return Image.open(original.file.open()), Image.open(drawn.file.open())


def changed(pair: tuple[Image.Image, Image.Image]) -> tuple[float, ...]:
    """The box, in shares of the photo, in which a drawing differs from its photo."""
    one, other = (picture.convert("L") for picture in pair)
    box = ImageChops.difference(one, other).point(lambda value: 255 if value > 40 else 0).getbbox()
    assert box
    return tuple(edge / length for edge, length in zip(box, one.size * 2, strict=True))


def test_drawing_is_a_new_photo_and_the_photo_stays(drawing: Page, stage: Stage) -> None:
    before = Photo.objects.get()
    body = before.file.read()
    drag(drawing, "arrow", (0.2, 0.2), (0.5, 0.5))
    left, top, right, bottom = changed(save(drawing))
    assert (left, top) == pytest.approx((0.2, 0.2), abs=0.03)
    assert (right, bottom) == pytest.approx((0.5, 0.5), abs=0.03)
    before.refresh_from_db()
    assert before.file.read() == body
    assert hashlib.sha256(body).hexdigest() == before.sha256
    expect(drawing.locator("[data-item='yes'] .thumbs img").last).to_have_attribute("alt", "标注图 2")


def test_circle_text_and_veil(drawing: Page) -> None:
    drag(drawing, "circle", (0.1, 0.1), (0.4, 0.4))
    drawing.locator("#annotate label:has([value=text])").click()
    drawing.fill("#annotate .photo-text input", "缺扶手")
    drag(drawing, "text", (0.6, 0.8), (0.6, 0.8))
    left, top, right, bottom = changed(save(drawing))
    assert (left, top) == pytest.approx((0.1, 0.1), abs=0.03)
    assert right > 0.65
    assert bottom > 0.78


def test_veil_leaves_nothing_to_be_recognized(page: Page, stage: Stage) -> None:
    open_form(page, stage.inspections[0], stage.cast["inspector"])
    take(page, picture(800, 600, noise=120))
    verified(page, 1)
    page.click("[data-photo=mark]")
    drag(page, "blur", (0.25, 0.25), (0.75, 0.75))
    photo, drawn = save(page)
    assert roughness(drawn) < roughness(photo) / 6


def roughness(picture: Image.Image) -> float:
    """How much neighboring pixels differ in the middle of a picture: noise there is what a face would be."""
    width, height = picture.size
    inside = picture.convert("L").crop((width // 3, height // 3, 2 * width // 3, 2 * height // 3))
    differences = ImageChops.difference(inside, ImageChops.offset(inside, 1, 0))
    return ImageStat.Stat(differences).mean[0]


def test_keys_alone_draw_and_take_back(drawing: Page) -> None:
    canvas = drawing.locator("#annotate canvas")
    canvas.focus()
    for key in ["ArrowLeft"] * 5 + ["ArrowUp"] * 5:
        drawing.keyboard.press(key)
    said = drawing.locator("#annotate .photo-said")
    expect(said).to_have_text("横 30%，竖 30%")
    drawing.keyboard.press("Enter")
    expect(said).to_contain_text("起点已定")
    for key in ["ArrowRight"] * 5 + ["Shift+ArrowDown"] * 8:
        drawing.keyboard.press(key)
    drawing.keyboard.press("Enter")
    expect(said).to_have_text("已画 1 处")
    drawing.keyboard.press("Control+z")
    expect(said).to_have_text("已画 0 处")
    expect(drawing.locator("#annotate [data-save]")).to_be_disabled()
    for key in ["Enter", *["ArrowRight"] * 3, "Enter"]:
        drawing.keyboard.press(key)
    left, _top, right, _bottom = changed(save(drawing))
    assert (left, right) == pytest.approx((0.5, 0.62), abs=0.03)


# Whether the middle of an element is what a finger would touch there; a button that is off lets it through.
TOUCHED = """one => {
    const { left, top, width, height } = one.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    return top >= 0 && top + height <= window.innerHeight &&
        (there === one || one.contains(there) || (one.disabled && there === one.parentNode));
}"""


@pytest.mark.parametrize("size", [(375, 740), (375, 667), (320, 568), (740, 420), (568, 320)])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_ends_a_drawing_is_at_hand_on_a_low_screen(
    page: Page, stage: Stage, axe: Callable[[Any], list[str]], size: tuple[int, int], language: str
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_form(page, stage.inspections[0], stage.cast["inspector"])
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    page.reload()
    take(page, picture(1500, 2000, noise=0))
    page.locator("[data-item='yes'] [data-photo=mark]").first.click()
    expect(page.locator("#annotate")).to_be_visible(timeout=WAIT)
    page.locator("#annotate label:has([value=text])").click()
    for button in page.locator("#annotate .acts button").all():
        assert button.evaluate(TOUCHED), button.inner_text()
    # The keyboard's focus is not hidden below them.
    for name in (".photo-text input", "canvas", "[value=text]"):
        page.locator(f"#annotate {name}").focus()
        page.wait_for_timeout(50)
        assert page.locator(f"#annotate {name}").evaluate(TOUCHED), name
    page.fill("#annotate .photo-text input", "缺扶手")
    assert page.locator("#annotate .photo-text input").evaluate(TOUCHED)
    assert axe(page) == []
    drag(page, "text", (0.5, 0.3), (0.5, 0.3))
    page.locator("#annotate [data-save]").click()
    expect(page.locator("[data-item='yes'] .photo-state[data-tone=good]")).to_have_count(2, timeout=WAIT)


def test_text_without_words_asks_for_them(drawing: Page) -> None:
    drag(drawing, "text", (0.5, 0.5), (0.5, 0.5))
    expect(drawing.locator("#annotate .photo-said")).to_contain_text("请先填写")
    expect(drawing.locator("#annotate .photo-text input")).to_be_focused()


def test_escape_asks_before_a_drawing_is_lost(drawing: Page) -> None:
    drag(drawing, "circle", (0.1, 0.1), (0.4, 0.4))
    drawing.keyboard.press("Escape")
    expect(drawing.locator("#annotate .photo-said")).to_contain_text("再按一次 Esc")
    expect(drawing.locator("#annotate")).to_be_visible()
    drawing.keyboard.press("Escape")
    expect(drawing.locator("#annotate")).to_be_hidden()
    assert Photo.objects.count() == 1


def test_undo_takes_back_one_at_a_time(drawing: Page) -> None:
    drag(drawing, "circle", (0.6, 0.6), (0.9, 0.9))
    drag(drawing, "arrow", (0.1, 0.1), (0.3, 0.3))
    drawing.click("#annotate [data-undo]")
    left, _top, _right, _bottom = changed(save(drawing))
    assert left > 0.55


def test_drawing_without_signal_is_kept_and_follows_its_photo(page: Page, stage: Stage) -> None:
    open_form(page, stage.inspections[0], stage.cast["inspector"])
    page.route("**/inspections/*/photos/**", lambda route: route.abort())
    take(page, picture(800, 600, noise=0))
    page.click("[data-photo=mark]")
    drag(page, "arrow", (0.2, 0.2), (0.5, 0.5))
    page.click("#annotate [data-save]")
    expect(page.locator(".tray-photos")).to_contain_text("0/2 张照片已核对")
    page.unroute("**/inspections/*/photos/**")
    verified(page, 2)
    assert Photo.objects.exclude(of=None).get().of == Photo.objects.get(of=None)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_dialog_is_accessible_and_fits(
    new_page: Callable[..., Any], stage: Stage, axe: Callable[[Any], list[str]], locale: str
) -> None:
    page = new_page(320, 568, locale)
    inspection, person = stage.inspections[0], stage.cast["inspector"]
    add_photo(inspection, person, jpeg())
    enter_in(page, locale, inspection, person)
    page.click("[data-photo=mark]")
    expect(page.locator("#annotate")).to_be_visible(timeout=WAIT)
    page.locator("#annotate label:has([value=text])").click()
    for width in (320, 375, 1280):
        page.set_viewport_size({"width": width, "height": 700})
        assert axe(page) == []
        assert page.locator("#annotate").evaluate("one => one.scrollWidth - one.clientWidth") <= 0
        small = page.eval_on_selector_all(
            "#annotate button, #annotate label:has([type=radio])",
            "all => all.filter((one) => one.getBoundingClientRect().height < 43.5).map(String)",
        )
        assert small == []


def enter_in(page: Page, locale: str, inspection: Inspection, person: Any) -> None:
    enter(page, person) if locale == "zh-CN" else enter_english(page, person)
    page.goto(f"/inspections/{inspection.pk}/")
    unfold(page)


def enter_english(page: Page, person: Any) -> None:
    from tests.factories import PASSWORD

    person.set_password(PASSWORD)
    person.save()
    page.goto("/login/")
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.click("form.box button")
    expect(page.locator("h1")).not_to_have_text("Log in")


# ---- over the last photo


@pytest.fixture
def again(stage: Stage) -> Inspection:
    """The center's next inspection, after one with a red photo of `yes`."""
    first = stage.inspections[0]
    answer(first, stage.cast["inspector"], yes=Given(False))
    add_photo(first, stage.cast["inspector"], jpeg("red", (400, 300)))
    submit_by(first, stage.cast["lead_inspector"])
    round = make_round(stage.county, stage.edition, stage.cast["administrator"], "2027年第一季度县级检查")
    take_in(round, stage.cast, ("township",))
    return of(round)[0]


@pytest.fixture
def camera_page(browser: Any, live_server: Any) -> Iterator[Page]:
    """A phone whose browser has a camera that shows a test picture."""
    running = browser.browser_type.launch(
        executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
        args=CHROMIUM_FLAGS + FAKE_CAMERA,
    )
    context = running.new_context(
        base_url=live_server.url,
        viewport={"width": 375, "height": 667},
        locale="zh-CN",
        reduced_motion="reduce",
    )
    yield context.new_page()
    running.close()


def test_photo_is_taken_over_the_last_one(
    camera_page: Page, again: Inspection, stage: Stage, axe: Callable[[Any], list[str]]
) -> None:
    page, person = camera_page, stage.cast["inspector"]
    open_form(page, again, person)
    button = page.locator("[data-item='yes'] [data-photo=compare]")
    expect(button).to_be_visible()
    expect(page.locator("[data-item='choice'] [data-photo=compare]")).to_be_hidden()
    button.click()
    dialog = page.locator("#compare")
    expect(dialog).to_be_visible(timeout=WAIT)
    old = dialog.locator("img")
    expect(old).to_have_css("opacity", "0.5")
    assert old.evaluate("one => one.decode().then(() => one.naturalWidth)") == 400
    dialog.locator("[type=range]").fill("20")
    expect(old).to_have_css("opacity", "0.2")
    assert axe(page) == []
    expect(dialog.locator("video")).to_have_js_property("readyState", 4, timeout=WAIT)
    dialog.locator("[data-shoot]").click()
    expect(dialog).to_be_hidden()
    verified(page, 1)
    (photo,) = Photo.objects.filter(inspection=again)
    colors = Image.open(io.BytesIO(photo.file.read())).convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert not (colors[0] > 200 and colors[1] < 60), "the old photo must not be in the new one"
    assert page.evaluate("document.querySelector('#compare video').srcObject") is None


def test_without_a_camera_the_file_button_is_offered(page: Page, again: Inspection, stage: Stage) -> None:
    open_form(page, again, stage.cast["inspector"])
    page.click("[data-item='yes'] [data-photo=compare]")
    expect(page.locator("[data-item='yes'] .photo-said")).to_contain_text("拍照或选图", timeout=WAIT)
    expect(page.locator("[data-item='yes'] [type=file]")).to_be_focused()
    take(page, picture(300, 200))
    verified(page, 1)


def test_kept_page_offers_the_last_photo_without_signal(
    camera_page: Page, again: Inspection, stage: Stage
) -> None:
    page = camera_page
    open_form(page, again, stage.cast["inspector"])
    page.click("[data-prepare]")
    expect(page.locator("[data-readiness]")).to_contain_text("可离线使用", timeout=WAIT)
    page.context.set_offline(True)
    page.reload()
    unfold(page)
    page.click("[data-item='yes'] [data-photo=compare]", timeout=WAIT)
    old = page.locator("#compare img")
    expect(old).to_be_visible(timeout=WAIT)
    assert old.evaluate("one => one.decode().then(() => one.naturalWidth)") == 320
    expect(page.locator("#compare video")).to_have_js_property("readyState", 4, timeout=WAIT)
    page.click("#compare [data-shoot]")
    expect(page.locator("[data-item='yes'] .photo-state")).to_have_text("已存在本机", timeout=WAIT)
    page.context.set_offline(False)
    verified(page, 1)


def test_kept_page_shows_what_a_colleague_took(page: Page, stage: Stage) -> None:
    inspection = stage.inspections[0]
    open_form(page, inspection, stage.cast["inspector"])
    page.click("[data-prepare]")
    expect(page.locator("[data-readiness]")).to_contain_text("可离线使用", timeout=WAIT)
    add_photo(inspection, stage.cast["lead_inspector"], jpeg())
    page.reload()
    unfold(page)
    shown = page.locator("[data-item='yes'] .thumbs img")
    expect(shown).to_have_attribute("alt", "lead_inspector的照片", timeout=WAIT)
    assert shown.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
