"""The form's script against a server that answers as the test says: nothing is called saved unless it is."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template import engines
from django.template.loader import render_to_string
from PIL import Image

from organization.component_page import sample_items

ROOT = Path(__file__).resolve().parent.parent
SITE = "http://portal.test"
PAGE = """{% extends "base.html" %}{% load static %}
{% block page_class %}page-form{% endblock %}
{% block head %}<link rel="stylesheet" href="{% static 'css/inspection.css' %}">{% endblock %}
{% block content %}<div data-save-url="/inspections/1" data-login-url="/login/">
{% include "components/item/bar.html" with center="A" answered=0 total=8 %}
{% include "components/item/section.html" %}</div>{% include "components/item/words.html" %}{% endblock %}
{% block dock %}{% include "components/item/dock.html" with left=8 next="#i1" check_url="/" %}{% endblock %}
{% block scripts %}<script type="module" src="{% static 'js/form.js' %}"></script>{% endblock %}"""
ACK = {
    "saved_at": "14:05",
    "version": 1,
    "status": "met",
    "answered": 1,
    "total": 8,
    "section": {"code": "site", "answered": 1, "total": 8},
}
PHOTO = {"id": 1, "thumbnail": "/static/favicon.svg", "url": "/photo", "remove_url": "/remove"}


class Form:
    """The page in a browser, what it sent, and what it will be answered."""

    def __init__(self, browser: Any, html: str) -> None:
        self.html = html
        self.sent: list[tuple[str, str]] = []
        self.reply: dict[str, Any] = {"status": 200, "body": json.dumps(ACK)}
        self.context = browser.new_context(viewport={"width": 375, "height": 780}, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.route("**/*", self.answer)
        self.page.goto(f"{SITE}/form")

    def answer(self, route: Any) -> None:
        request = route.request
        path = request.url.removeprefix(SITE)
        if request.method == "POST":
            self.sent.append((path, (request.post_data_buffer or b"").decode("utf-8", "replace")))
            return route.abort() if self.reply.get("abort") else route.fulfill(**self.reply)
        if path == "/form":
            return route.fulfill(body=self.html, content_type="text/html; charset=utf-8")
        bootstrap = ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
        return route.fulfill(path=bootstrap if "vendor" in path else ROOT / path.lstrip("/"))

    def tap(self, selector: str) -> None:
        self.page.locator(selector).check(force=True)

    def says(self, selector: str, text: str) -> None:
        from playwright.sync_api import expect

        expect(self.page.locator(selector)).to_contain_text(text, timeout=8000)

    def values(self, field: str) -> list[str]:
        """What the last request said of a field."""
        return re.findall(rf'name="{field}"\r\n\r\n(.*?)\r\n', self.sent[-1][1])


@pytest.fixture
def form(browser: Any) -> Iterator[Form]:
    cards = []
    for item in sample_items():
        elements = [{**one, "checked": ""} for one in item.get("elements", [])]
        cards.append(render_to_string("components/item/card.html", {"item": {**item, "elements": elements}}))
    section = {"code": "site", "title": "S", "answered": 0, "total": 8, "cards": cards, "save_url": "/save"}
    html = engines["django"].from_string(PAGE).render({"section": section, "csrf_token": "token"})
    opened = Form(browser, html)
    yield opened
    opened.context.close()


def test_one_tap_saves_and_counts(form: Form) -> None:
    form.tap("#i1 [value=met]")
    form.says("#i1 .kept", "已保存 14:05")
    form.says(".bar-state", "已保存 14:05")
    form.says(".bar-count", "1/8")
    form.says(".dock-form .left", "还剩 7 项")
    form.says(".sect-count", "1/8")
    assert [path for path, _body in form.sent] == ["/inspections/1/answers/sample.1/"]
    assert form.values("i1-value") == ["met"]
    assert form.page.get_attribute("#i1", "data-status") == "met"


def test_nothing_is_called_saved_before_the_server_answers(form: Form) -> None:
    form.reply = {"status": 500, "body": "no"}
    form.tap("#i1 [value=met]")
    form.says("#i1 .kept", "未保存，将重试")
    form.says(".bar-state", "未保存，将重试")
    assert form.page.get_attribute("#i1", "data-status") == "unanswered"
    form.reply = {"status": 200, "body": json.dumps(ACK)}
    form.says(".bar-state", "已保存 14:05")
    assert len(form.sent) >= 2


def test_a_page_of_html_is_no_acknowledgment(form: Form) -> None:
    form.reply = {"status": 200, "body": "<html>log in</html>"}
    form.tap("#i1 [value=met]")
    form.says("#i1 .kept", "未保存")
    assert form.page.get_attribute("#i1", "data-status") == "unanswered"


@pytest.mark.parametrize(
    "reply", [{"status": 401, "body": "{}"}, {"status": 302, "headers": {"location": "/login/"}}]
)
def test_expired_login_is_said_and_what_was_typed_stays(form: Form, reply: dict[str, Any]) -> None:
    form.reply = reply
    form.page.fill("#i5-value", "151")
    form.page.locator("#i5-value").blur()
    form.says(".bar-state", "登录已过期，1 项未保存")
    assert form.page.get_attribute(".bar-state a", "href") == "/login/"
    assert form.page.input_value("#i5-value") == "151"


def test_no_network_is_said_and_sent_again_when_it_returns(form: Form) -> None:
    form.reply = {"abort": True}
    form.tap("#i1 [value=met]")
    form.tap("#i2 [value=not_met]")
    form.says(".bar-state", "没有网络，2 项未保存")
    form.reply = {"status": 200, "body": json.dumps(ACK)}
    form.page.evaluate("window.dispatchEvent(new Event('online'))")
    form.says(".bar-state", "已保存 14:05")
    assert {path for path, _body in form.sent[-2:]} == {f"/inspections/1/answers/sample.{n}/" for n in (1, 2)}


def test_refused_value_shows_its_error_until_mended(form: Form) -> None:
    form.reply = {"status": 400, "body": json.dumps({"errors": {"value": ["不是数字"]}})}
    form.page.fill("#i5-value", "abc")
    form.page.locator("#i5-value").blur()
    form.says("#i5 .wrong", "不是数字")
    form.says(".bar-state", "1 项填写有误，未保存")
    assert form.page.get_attribute("#i5-value", "aria-invalid") == "true"
    form.reply = {"status": 200, "body": json.dumps(ACK)}
    form.page.fill("#i5-value", "151")
    form.page.locator("#i5-value").blur()
    form.says(".bar-state", "已保存")
    assert form.page.inner_text("#i5 .wrong") == ""
    assert form.page.get_attribute("#i5-value", "aria-invalid") is None


def test_not_applicable_waits_for_its_reason(form: Form) -> None:
    form.tap("#i2 [value=na]")
    form.says(".bar-state", "1 项待补充")
    assert form.sent == []
    form.page.fill("#i2-reason", "没有这类设施")
    form.says(".bar-state", "已保存")
    assert form.values("i2-value") == ["na"]
    assert form.values("i2-reason") == ["没有这类设施"]


def test_half_a_pair_of_counts_waits_for_the_other(form: Form) -> None:
    form.page.click("#i7 [data-step='1'] >> nth=0")
    form.says("#i7 .kept", "补充后自动保存")
    assert form.sent == []
    form.page.click("#i7 [data-step='1'] >> nth=1")
    form.says("#i7 .kept", "已保存")
    assert (form.values("i7-value_0"), form.values("i7-value_1")) == (["1"], ["1"])


def test_all_and_none_of_the_elements_exclude_each_other(form: Form) -> None:
    form.page.click("#i6 [data-all]")
    form.says("#i6 .kept", "已保存")
    assert len(form.values("i6-value")) == 6
    form.tap("#i6 .chip-none input")
    form.says("#i6 .tally", "0/6")
    form.page.wait_for_timeout(600)
    form.says("#i6 .kept", "已保存")
    assert (form.values("i6-value"), form.values("i6-none")) == ([], ["1"])
    form.tap("#i6 .chip input >> nth=0")
    assert not form.page.is_checked("#i6 .chip-none input")


def test_an_edit_made_while_saving_is_sent_too(form: Form) -> None:
    form.page.evaluate(
        """() => {
            const real = window.fetch;
            const wait = () => new Promise((done) => setTimeout(done, 400));
            window.fetch = async (...all) => { await wait(); return real(...all); };
        }"""
    )
    form.tap("#i1 [value=met]")
    form.says("#i1 .kept", "正在保存")
    form.tap("#i1 [value=not_met]")
    form.says(".bar-state", "已保存")
    assert form.values("i1-value") == ["not_met"]


def test_leaving_with_something_unsaved_warns(form: Form) -> None:
    asked: list[str] = []
    form.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    form.tap("#i1 [value=met]")
    form.says(".bar-state", "已保存")
    form.page.reload()
    assert asked == []
    form.reply = {"status": 500, "body": "no"}
    form.tap("#i1 [value=met]")
    form.says(".bar-state", "未保存")
    form.page.reload()
    assert asked == ["beforeunload"]


def test_next_goes_to_the_first_unanswered_item_below(form: Form) -> None:
    form.page.locator("#i3 input").first.focus()
    form.page.click(".dock-form .next")
    box = "document.activeElement.closest('.item').getBoundingClientRect().top"
    assert form.page.evaluate("document.activeElement.closest('.item').id") == "i4"
    assert form.page.evaluate(box) >= form.page.evaluate(
        "document.querySelector('.bar').getBoundingClientRect().bottom"
    )


# ---- photos


def picture(width: int, height: int) -> dict[str, Any]:
    file = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(file, "JPEG", quality=95)
    return {"name": "hall.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def test_photo_is_made_smaller_sent_and_removed(form: Form) -> None:
    form.tap("#i2 [value=not_met]")
    form.says("#i2 .kept", "已保存")
    form.reply = {"status": 200, "body": json.dumps(PHOTO)}
    large = picture(2400, 1800)
    form.page.set_input_files("#i2 [type=file]", large)
    form.says("#i2 .thumbs", "删除")
    assert form.sent[-1][0] == "/inspections/1/answers/sample.2/photos/"
    assert 'name="photo"; filename="photo.jpg"' in form.sent[-1][1]
    assert len(form.sent[-1][1]) < len(large["buffer"])
    form.page.click("#i2 .thumbs [data-remove]")
    form.page.wait_for_selector("#i2 .thumbs li", state="detached")
    assert form.sent[-1][0] == "/remove"


def test_refused_photo_says_why(form: Form) -> None:
    form.tap("#i2 [value=not_met]")
    form.says("#i2 .kept", "已保存")
    form.reply = {"status": 400, "body": json.dumps({"errors": {"photo": ["这不是照片"]}})}
    form.page.set_input_files(
        "#i2 [type=file]", {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"none"}
    )
    form.says("#i2 .wrong", "这不是照片")
    assert form.page.locator("#i2 .thumbs li").count() == 0


def test_photo_without_network_waits_and_is_counted(form: Form) -> None:
    form.tap("#i2 [value=not_met]")
    form.says("#i2 .kept", "已保存")
    form.reply = {"abort": True}
    form.page.set_input_files("#i2 [type=file]", picture(80, 60))
    form.says("#i2 .thumbs", "待上传，将重试")
    form.reply = {"status": 200, "body": json.dumps(PHOTO)}
    form.says("#i2 .thumbs", "删除")


def test_an_item_that_fails_does_not_hold_up_the_others(form: Form) -> None:
    codes = form.page.eval_on_selector_all(".item", "all => all.map(one => one.dataset.item)")
    first, second = [code for code in codes if form.page.locator(f"[data-item='{code}'] .seg").count()][:2]
    form.page.route("**/answers/**", lambda route: fail_first(route, first))
    for code in (first, second):
        form.page.locator(f"[data-item='{code}'] .seg input").first.check(force=True)
    form.says(f"[data-item='{second}'] .kept", "已保存")
    form.says(f"[data-item='{first}'] .kept", "未保存")
    form.says(".bar-state", "未保存")


def fail_first(route: Any, first: str) -> None:
    if f"/answers/{first}/" in route.request.url:
        return route.fulfill(status=500, body="<h1>500</h1>")
    return route.fulfill(status=200, body=json.dumps(ACK))


def test_version_of_the_reply_goes_with_the_next_change(form: Form) -> None:
    form.reply["body"] = json.dumps({**ACK, "version": 7})
    item = form.page.locator(".item:has(.seg)").first
    item.locator("input[value=met]").check(force=True)
    form.says(".bar-state", "已保存")
    item.locator("input[value=not_met]").check(force=True)
    form.page.wait_for_timeout(800)
    assert form.values(item.get_attribute("id") + "-version") == ["7"]


def test_an_entry_that_is_not_complete_keeps_the_form_from_looking_done(form: Form) -> None:
    section = {"code": "site", "answered": 8, "total": 8}
    form.reply["body"] = json.dumps({**ACK, "answered": 8, "section": section})
    form.page.eval_on_selector_all(".item", "all => all.forEach(one => { one.dataset.status = 'met'; })")
    item = form.page.locator(".item:has(.seg input[value=na])").first
    item.locator("input[value=met]").check(force=True)
    form.says(".dock-form .left", "全部填完")
    item.locator("input[value=na]").check(force=True)
    form.says(".dock-form .left", "1 项待补充")
    assert form.page.locator(".dock-form .next").is_visible()
    assert "btn-primary" not in form.page.locator(".dock-form .check").get_attribute("class")
    form.page.locator(".dock-form .next").click()
    focused = form.page.evaluate("document.activeElement.closest('.item').id")
    assert focused == item.get_attribute("id")
