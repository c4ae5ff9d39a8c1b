"""The form's script on plain HTTP, with a server of the test's own: only outcomes are called saved."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.template import engines
from django.template.loader import render_to_string
from django.utils import translation
from playwright.sync_api import expect

from organization.component_page import sample_items

ROOT = Path(__file__).resolve().parent.parent
NPM = ROOT / "node_modules"
VENDOR = {"bootstrap.css": "bootstrap/dist/css/bootstrap.min.css", "idb.js": "idb/build/index.js"}
SITE = "http://portal.test"
PAGE = """{% extends "base.html" %}{% load static %}
{% block page_class %}page-form{% endblock %}
{% block head %}<link rel="stylesheet" href="{% static 'css/inspection.css' %}">{% endblock %}
{% block content %}<div data-inspection="1" data-person="7" data-cursor="0" data-release="one"
data-login-url="/login/" data-conflicts-url="/conflicts/">
{% include "components/item/bar.html" with center="A" answered=0 total=8 %}
<p data-readiness></p>
{% include "components/item/section.html" %}</div>{% include "components/item/words.html" %}{% endblock %}
{% block dock %}
{% include "components/item/dock.html" with left=8 next="#i1" check_url="/check" %}{% endblock %}
{% block scripts %}<script type="module" src="{% static 'js/form.js' %}"></script>{% endblock %}"""
SESSION = {"person": 7, "csrf": "token", "release": "one", "now": "2026-11-20T14:05:00+08:00"}
STATE = {"cursor": 0, "answers": [], "conflicts": [], "photos": [], "release": "one"}


class Form:
    """The page in a browser, the mutations it delivered, and what it will be answered."""

    def __init__(self, browser: Any, html: str, zone: str = "Asia/Shanghai") -> None:
        self.html = html
        self.sent: list[dict[str, Any]] = []
        self.outcome: dict[str, Any] = {"outcome": "applied", "version": 1, "status": "met", "errors": {}}
        self.reply: dict[str, Any] = {}
        self.context = browser.new_context(
            viewport={"width": 375, "height": 780},
            reduced_motion="reduce",
            locale="zh-CN",
            timezone_id=zone,
        )
        self.page = self.context.new_page()
        self.page.route("**/*", self.answer)
        self.page.goto(f"{SITE}/form")
        expect(self.page.locator(".bar-state")).not_to_be_empty()

    def answer(self, route: Any) -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path == "/inspections/1/sync/":
            return self.receive(route)
        if path == "/session/":
            return route.fulfill(json=SESSION)
        if path == "/inspections/1/state/":
            return route.fulfill(json=STATE)
        if path.startswith("/static/"):
            vendor = VENDOR.get(path.removeprefix("/static/vendor/"))
            return route.fulfill(path=NPM / vendor if vendor else ROOT / path.lstrip("/"))
        return route.fulfill(body=self.html, content_type="text/html; charset=utf-8")

    def receive(self, route: Any) -> None:
        if self.reply:
            return route.abort() if self.reply.get("abort") else route.fulfill(**self.reply)
        mutations = json.loads(route.request.post_data)["mutations"]
        self.sent += mutations
        at = {"at": "2026-11-20T14:05:00+08:00", "digest": "", "theirs": None}
        results = [{"id": one["id"], **self.outcome, **at} for one in mutations]
        said = {"results": results, "changes": [], "conflicts": [], "cursor": 1, "release": "one"}
        return route.fulfill(json=said)

    def tap(self, selector: str) -> None:
        self.page.locator(selector).check(force=True)

    def says(self, selector: str, text: str) -> None:
        expect(self.page.locator(selector)).to_contain_text(text, timeout=8000)

    @property
    def last(self) -> dict[str, Any]:
        return self.sent[-1]


def written(language: str = "zh-hans") -> str:
    """The page in a language."""
    cards = []
    for item in sample_items():
        elements = [{**one, "checked": ""} for one in item.get("elements", [])]
        state = {"version": "0"}
        described = {"item": {**item, "elements": elements}, "state": state}
        cards.append(render_to_string("components/item/card.html", described))
    section = {
        "code": "site",
        "title": "S",
        "answered": 0,
        "total": 8,
        "cards": cards,
        "save_url": "/save",
        "tone": "quiet",
    }
    given = {"section": section, "csrf_token": "token", "LANGUAGE_CODE": language}
    return engines["django"].from_string(PAGE).render(given)


@pytest.fixture
def form(browser: Any) -> Iterator[Form]:
    opened = Form(browser, written())
    yield opened
    opened.context.close()


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "已保存 2026年11月20日 14:05"), ("en", "Saved Nov 20, 2026 14:05")]
)
def test_times_are_those_of_the_portal_wherever_the_phone_is(browser: Any, language: str, said: str) -> None:
    with translation.override(language):
        form = Form(browser, written(language), zone="America/New_York")
    form.tap("#i1 [value=met]")
    form.says("#i1 .kept", said)
    form.context.close()


def test_one_tap_saves_and_counts(form: Form) -> None:
    form.tap("#i1 [value=met]")
    form.says("#i1 .kept", "已保存 2026年11月20日 14:05")
    form.says(".bar-state", "全部已发送")
    form.says(".bar-count", "1/8")
    form.says(".dock-form .left", "还剩 7 项")
    form.says(".sect-count", "1/8")
    assert [(one["item"], one["value"], one["base"]) for one in form.sent] == [("sample.1", True, 0)]
    assert form.page.get_attribute("#i1", "data-status") == "met"


def test_an_address_without_https_keeps_answers_and_says_what_it_cannot(form: Form) -> None:
    assert not form.page.evaluate("window.isSecureContext || 'randomUUID' in crypto || 'locks' in navigator")
    form.says("[data-readiness]", "这个地址断网后打不开本页，已填的内容仍存在本机")
    form.reply = {"abort": True}
    form.tap("#i1 [value=met]")
    form.says(".bar-state", "1 项只在本机")
    form.page.reload()
    expect(form.page.locator("#i1 [value=met]")).to_be_checked()
    form.reply = {}
    form.says(".bar-state", "全部已发送")
    assert UUID(form.last["id"]).version == 4


@pytest.mark.parametrize(
    "reply",
    [
        {"status": 500, "body": "no"},
        {"status": 200, "body": "<html>log in</html>"},
        {"status": 200, "body": "{}"},
    ],
)
def test_nothing_is_called_saved_before_the_server_answers(form: Form, reply: dict[str, Any]) -> None:
    form.reply = reply
    form.tap("#i1 [value=met]")
    form.says("#i1 .kept", "已存在本机")
    form.says(".bar-state", "1 项只在本机，服务器没有应答，将自动重试")
    form.reply = {}
    form.says(".bar-state", "全部已发送")
    form.says("#i1 .kept", "已保存")


@pytest.mark.parametrize(
    "reply",
    [{"status": 401, "json": {"login": True}}, {"status": 302, "headers": {"location": "/login/"}}],
)
def test_expired_login_is_said_and_what_was_typed_stays(form: Form, reply: dict[str, Any]) -> None:
    form.reply = reply
    form.page.fill("#i5-value", "151")
    form.says(".bar-state", "1 项已存在本机，登录后发送")
    assert form.page.get_attribute(".bar-state a", "href") == "/login/"
    assert form.page.input_value("#i5-value") == "151"


def test_no_network_is_said_and_sent_again_when_it_returns(form: Form) -> None:
    form.reply = {"abort": True}
    form.tap("#i1 [value=met]")
    form.tap("#i2 [value=not_met]")
    form.says(".bar-state", "2 项只在本机，联网后自动发送")
    form.reply = {}
    form.page.evaluate("window.dispatchEvent(new Event('online'))")
    form.says(".bar-state", "全部已发送")
    assert [one["item"] for one in form.sent] == ["sample.1", "sample.2"]


def test_refused_value_shows_its_error_until_mended(form: Form) -> None:
    good = form.outcome
    form.outcome = {
        "outcome": "faulty",
        "version": 0,
        "status": "unanswered",
        "errors": {"value": ["不是数字"]},
    }
    form.page.fill("#i5-value", "abc")
    form.says("#i5 .wrong", "不是数字")
    form.says(".bar-state", "1 项需要更正")
    assert form.page.get_attribute("#i5-value", "aria-invalid") == "true"
    form.outcome = good
    form.page.fill("#i5-value", "151")
    form.says(".bar-state", "全部已发送")
    assert form.page.inner_text("#i5 .wrong") == ""
    assert form.page.get_attribute("#i5-value", "aria-invalid") is None


def test_not_applicable_waits_for_its_reason(form: Form) -> None:
    form.tap("#i2 [value=na]")
    form.says(".bar-state", "1 项待补充")
    assert form.sent == []
    form.page.fill("#i2-reason", "没有这类设施")
    form.says(".bar-state", "全部已发送")
    assert (form.last["value"], form.last["na"], form.last["reason"]) == (None, True, "没有这类设施")


def test_half_a_pair_of_counts_waits_for_the_other(form: Form) -> None:
    form.page.click("#i7 [data-step='1'] >> nth=0")
    form.says("#i7 .kept", "补充后发送")
    assert form.sent == []
    form.page.click("#i7 [data-step='1'] >> nth=1")
    form.says("#i7 .kept", "已保存")
    assert form.last["value"] == {"total": "1", "compliant": "1"}


def test_all_and_none_of_the_elements_exclude_each_other(form: Form) -> None:
    form.page.click("#i6 [data-all]")
    form.says("#i6 .kept", "已保存")
    assert len(form.last["value"]) == 6
    form.tap("#i6 .chip-none input")
    form.says("#i6 .tally", "0/6")
    form.says("#i6 .kept", "已存在本机")
    form.says("#i6 .kept", "已保存")
    assert form.last["value"] == []
    form.tap("#i6 .chip input >> nth=0")
    assert not form.page.is_checked("#i6 .chip-none input")


def test_an_edit_made_while_saving_is_sent_after_it(form: Form) -> None:
    form.page.evaluate(
        """() => {
            const real = window.fetch;
            const wait = () => new Promise((done) => setTimeout(done, 600));
            window.fetch = async (...all) => { await wait(); return real(...all); };
        }"""
    )
    form.tap("#i1 [value=met]")
    form.says("#i1 .kept", "正在发送")
    form.tap("#i1 [value=not_met]")
    form.says(".bar-state", "全部已发送")
    assert [(one["value"], one["after"]) for one in form.sent] == [(True, None), (False, form.sent[0]["id"])]


def test_leaving_warns_only_of_what_could_not_be_kept(form: Form) -> None:
    asked: list[str] = []
    form.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    form.reply = {"status": 500, "body": "no"}
    form.tap("#i1 [value=met]")
    form.says(".bar-state", "1 项只在本机")
    form.page.reload()
    assert asked == []
    form.says(".bar-state", "1 项只在本机")
    form.page.evaluate(
        """() => {
            const full = () => { throw new DOMException("full", "QuotaExceededError"); };
            IDBObjectStore.prototype.put = full;
        }"""
    )
    form.tap("#i2 [value=met]")
    form.says(".bar-state", "1 项没有存下")
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


def test_version_of_the_outcome_goes_with_the_next_change(form: Form) -> None:
    form.outcome["version"] = 7
    form.tap("#i1 [value=met]")
    form.says(".bar-state", "全部已发送")
    form.tap("#i1 [value=not_met]")
    form.says("#i1 .kept", "已存在本机")
    form.says("#i1 .kept", "已保存")
    assert (form.last["value"], form.last["base"], form.last["after"]) == (False, 7, None)


def test_an_entry_that_is_not_complete_keeps_the_form_from_looking_done(form: Form) -> None:
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


def test_what_is_being_typed_is_not_called_saved(form: Form) -> None:
    form.tap("#i1 [value=not_met]")
    form.says("#i1 .kept", "已保存")
    form.page.locator("#i1 textarea").press_sequentially("门", delay=0)
    assert form.page.locator("#i1 .kept").inner_text() == ""
    form.says("#i1 .kept", "已保存")


def test_check_sends_what_waits_before_it_leaves(form: Form) -> None:
    form.reply = {"abort": True}
    form.tap("#i1 [value=met]")
    form.page.click(".dock-form .check")
    form.says(".bar-state", "还有内容没有发送，联网后才能核对")
    assert form.page.url == f"{SITE}/form"
    form.reply = {}
    form.page.click(".dock-form .check")
    expect(form.page).to_have_url(re.compile(r"/check$"))
    assert [one["item"] for one in form.sent] == ["sample.1"]


def test_a_check_asked_for_without_signal_is_not_spoken_of_once_all_is_sent(form: Form) -> None:
    """What is not complete yet goes on waiting here, and does not need the network."""
    item = form.page.locator(".item:has(.seg input[value=na])").first
    item.locator("input[value=na]").check(force=True)
    form.reply = {"abort": True}
    form.tap("#i1 [value=met]")
    form.page.click(".dock-form .check")
    form.says(".bar-state", "还有内容没有发送，联网后才能核对")
    form.reply = {}
    form.page.evaluate("window.dispatchEvent(new Event('online'))")
    form.says(".bar-state", "1 项待补充")


def test_a_check_asked_for_after_the_login_expired_leads_to_the_login(form: Form) -> None:
    form.reply = {"status": 401, "body": '{"login": true}'}
    form.tap("#i1 [value=met]")
    form.page.click(".dock-form .check")
    form.says(".bar-state", "1 项已存在本机，登录后发送")
    expect(form.page.locator(".bar-state a")).to_have_text("登录")


def test_check_pressed_right_after_a_tap_does_not_leave_it_behind(form: Form) -> None:
    """Between the tap's being kept and the page's look at the outbox, which comes a moment later."""
    form.reply = {"abort": True}
    form.page.evaluate(
        """() => {
          const kept = document.querySelector("#i1 .kept");
          const check = document.querySelector(".dock-form .check");
          new MutationObserver((_, observer) => {
            observer.disconnect();
            setTimeout(() => check.click());
          }).observe(kept, { childList: true, characterData: true, subtree: true });
          const box = document.querySelector("#i1 [value=met]");
          box.checked = true;
          box.dispatchEvent(new Event("change", { bubbles: true }));
        }"""
    )
    form.says(".bar-state", "还有内容没有发送，联网后才能核对")
    assert form.page.url == f"{SITE}/form"
