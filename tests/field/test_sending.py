"""The way to the server and back: silence, lost answers, expired log-ins, other people, two inspectors."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Route, expect

from inspections import actions
from inspections.answers import Given
from inspections.models import AnswerEvent, Conflict
from organization.models import Role
from reports import actions as reporting
from tests.factories import make_user
from tests.field.phones import Phone, lose, refuse
from tests.small_stage import answer
from tests.stage import Stage

SYNC, SESSION = r"/sync/$", r"/session/$"


def status(stage: Stage, code: str) -> str | None:
    return stage.inspections[0].answers.filter(item__code=code).values_list("status", flat=True).first()


# ---- the server does not answer, or not as it should


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda route: route.abort("connectionrefused"), "联网后自动发送"),
        (refuse(500), "服务器没有应答"),
        (refuse(502), "服务器没有应答"),
        (
            lambda route: route.fulfill(body="<h1>欢迎使用本店网络</h1>", content_type="text/html"),
            "服务器没有应答",
        ),
    ],
    ids=["down", "fails", "bad gateway", "another page"],
)
def test_a_failing_server_leaves_the_outbox_as_it_is(
    phone: Phone, stage: Stage, fault: Callable[[Route], None], said: str
) -> None:
    phone.open(stage.inspections[0])
    phone.answer(SYNC, fault)
    phone.tap("yes", "met")
    phone.says(f"1 项只在本机，{said}")
    assert phone.waiting() == ["yes"]
    phone.page.unroute_all()
    phone.says("全部已发送")
    assert status(stage, "yes") == "met"


def test_a_server_that_hangs_is_given_up_and_asked_again(phone: Phone, stage: Stage) -> None:
    phone.page.clock.install()
    phone.open(stage.inspections[0])
    asked: list[Route] = []
    phone.answer(SYNC, lambda route: asked.append(route))
    phone.tap("yes", "met")
    phone.page.clock.fast_forward(2_000)
    phone.says("正在发送")
    phone.page.clock.fast_forward(21_000)
    phone.says("服务器没有应答，将自动重试")
    assert asked
    phone.page.unroute_all(behavior="ignoreErrors")
    phone.page.clock.fast_forward(10_000)
    phone.says("全部已发送")
    assert status(stage, "yes") == "met"


def test_a_lost_answer_after_the_commit_doubles_nothing(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.answer(SYNC, lose, times=2)
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    assert status(stage, "yes") == "met"
    phone.says("全部已发送")
    assert AnswerEvent.objects.count() == 1
    assert stage.inspections[0].answers.get().version == 1


def test_a_change_made_after_a_lost_answer_follows_it(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.answer(SYNC, lose, times=1)
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    phone.tap("yes", "not_met")
    phone.says("全部已发送")
    assert list(AnswerEvent.objects.order_by("pk").values_list("version", "outcome")) == [
        (1, "applied"),
        (2, "applied"),
    ]
    assert status(stage, "yes") == "not_met"


def test_an_unsent_change_is_replaced_by_the_next(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.offline()
    for value in ("met", "not_met", "met"):
        phone.tap("yes", value)
    phone.item_says("yes", "已存在本机")
    phone.online()
    phone.says("全部已发送")
    assert AnswerEvent.objects.count() == 1


def test_a_request_too_large_is_halved(phone: Phone, stage: Stage) -> None:
    sizes: list[int] = []

    def only_two(route: Route) -> None:
        sizes.append(len(json.loads(route.request.post_data or "")["mutations"]))
        route.continue_() if sizes[-1] <= 2 else refuse(413, {"errors": []})(route)

    phone.open(stage.inspections[0])
    phone.answer(SYNC, only_two)
    phone.offline()
    phone.tap("yes", "met")
    phone.tap("choice", "met")
    phone.item("zones").locator("[data-all]").click()
    phone.item("posts").locator("[data-step='1']").click()
    phone.item_says("posts", "已存在本机")
    phone.online()
    phone.says("全部已发送")
    assert sizes == [4, 2, 2]
    assert stage.inspections[0].answers.count() == 4


def test_a_change_that_cannot_be_read_does_not_hold_up_the_others(phone: Phone, stage: Stage) -> None:
    fault = {"errors": [{"path": "mutations[0].value", "message": "不认识这个值"}]}

    def only_without_yes(route: Route) -> None:
        codes = [one["item"] for one in json.loads(route.request.post_data or "")["mutations"]]
        refuse(400, fault)(route) if "yes" in codes else route.continue_()

    phone.open(stage.inspections[0])
    phone.answer(SYNC, only_without_yes)
    phone.offline()
    phone.tap("yes", "met")
    phone.tap("choice", "met")
    phone.item_says("choice", "已存在本机")
    phone.online()
    phone.says("1 项需要更正")
    phone.item_says("yes", "不认识这个值", ".wrong")
    phone.item_says("choice", "已保存")
    assert phone.waiting() == ["yes"]
    assert status(stage, "choice") == "met"
    phone.page.unroute_all()
    phone.tap("yes", "not_met")
    phone.says("全部已发送")


def test_a_correction_made_while_a_change_is_refused_goes_in_its_place(phone: Phone, stage: Stage) -> None:
    fault = {"errors": [{"path": "mutations[0].value", "message": "不认识这个值"}]}
    held: list[Route] = []
    phone.open(stage.inspections[0])
    phone.answer(SYNC, lambda route: held.append(route), times=1)
    with phone.page.expect_request("**/sync/"):
        phone.tap("yes", "met")
    phone.tap("yes", "not_met")
    phone.item_says("yes", "已存在本机")
    refuse(400, fault)(held[0])
    phone.says("全部已发送")
    assert phone.waiting() == []
    assert status(stage, "yes") == "not_met"


def test_what_does_not_fit_is_shown_with_its_fault_until_mended(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    field = phone.item("area").locator("input[name$='-value']")
    field.fill("很大")
    phone.says("1 项需要更正")
    phone.item_says("area", "请更正")
    expect(phone.item("area").locator(".wrong")).not_to_be_empty()
    expect(field).to_have_attribute("aria-invalid", "true")
    phone.page.locator("h1").click(force=True)
    expect(field).to_have_value("很大")
    field.fill("151")
    phone.says("全部已发送")
    assert stage.inspections[0].answers.get().value == "151"


@pytest.mark.parametrize("outcome", ["early", "reused"])
def test_what_the_server_did_not_take_goes_again(phone: Phone, stage: Stage, outcome: str) -> None:
    first: list[Any] = []

    def once(route: Route) -> None:
        sent = json.loads(route.request.post_data or "")["mutations"][0]["id"]
        first.append(sent)
        result = {
            "id": sent,
            "outcome": outcome,
            "version": 0,
            "status": "unanswered",
            "at": None,
            "errors": {},
        }
        reply = {"results": [result], "changes": [], "conflicts": [], "cursor": 0}
        refuse(200, reply)(route) if len(first) == 1 else route.continue_()

    phone.open(stage.inspections[0])
    phone.answer(SYNC, once)
    phone.tap("yes", "met")
    phone.says("全部已发送")
    assert status(stage, "yes") == "met"
    assert (first[0] == first[-1]) is (outcome == "early")


# ---- who is logged in


def test_an_expired_login_keeps_everything_and_goes_on_by_itself(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    Session.objects.all().delete()
    phone.tap("yes", "met")
    phone.says("1 项已存在本机，登录后发送")
    assert phone.page.get_attribute(".bar-state a", "href") == "/login/"
    assert phone.page.get_attribute(".bar-state a", "target") == "_blank"
    assert phone.waiting() == ["yes"]
    phone.log_in(stage.cast["inspector"])
    phone.tab().page.goto("/tasks/")
    phone.says("全部已发送")
    assert status(stage, "yes") == "met"


def test_a_login_that_expires_between_two_batches_loses_nothing(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.answer(SYNC, refuse(401, {"login": True}))
    phone.tap("yes", "met")
    phone.tap("choice", "met")
    phone.says("2 项已存在本机，登录后发送")
    assert phone.waiting() == ["yes", "choice"]
    phone.page.unroute_all()
    phone.says("全部已发送")


def test_a_token_that_was_changed_is_fetched_again(phone: Phone, stage: Stage) -> None:
    asked: list[str] = []

    def stale_at_first(route: Route) -> None:
        body = route.fetch().json()
        asked.append(body["csrf"])
        refuse(200, body | ({"csrf": "x" * 64} if len(asked) == 1 else {}))(route)

    phone.open(stage.inspections[0])
    phone.answer(SESSION, stale_at_first)
    phone.tap("yes", "met")
    phone.says("全部已发送")
    assert len(asked) == 2
    assert status(stage, "yes") == "met"


def test_somebody_else_on_the_device_neither_sends_nor_sees_it(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    phone.prepare()
    phone.offline()
    phone.tap("yes", "met")
    phone.says("1 项只在本机")
    owner = phone.user
    phone.log_in(stage.cast["lead_inspector"])
    phone.online()
    phone.says("1 项是另一位检查员在本机填的")
    assert status(stage, "yes") is None
    other = phone.tab()
    other.page.goto("/tasks/")
    other.open(stage.inspections[0])
    expect(other.item("yes").locator(":checked")).to_have_count(0)
    other.page.goto("/field/")
    other.says("另有一位检查员的1 项只在本机", "[data-others]")
    assert [row["item"] for row in other.store("outbox", owner)] == ["yes"]
    other.log_in(owner)
    phone.page.reload()
    # The kept page still belongs to the other one, so it asks the portal whose it is now.
    phone.page.wait_for_url("**/?online")
    phone.says("全部已发送")
    other.page.goto("/tasks/")
    phone.open(stage.inspections[0])
    phone.says("全部已发送")
    assert stage.inspections[0].answers.get().updated_by == owner


# ---- the inspection was closed meanwhile


def test_a_submitted_inspection_keeps_what_was_not_sent(phone: Phone, stage: Stage) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"])
    phone.open(inspection)
    phone.prepare()
    phone.offline()
    phone.tap("yes", "not_met")
    phone.says("1 项只在本机")
    reporting.submit(inspection=inspection, by=stage.cast["lead_inspector"], now=timezone.now())
    phone.online()
    phone.says("这份检查现在不能修改，1 项没有发送，仍存在本机")
    assert phone.waiting() == ["yes"]


# ---- two tabs, two inspectors


def test_two_tabs_show_the_same_and_send_once(phone: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    other = phone.tab().open(stage.inspections[0])
    phone.tap("yes", "met")
    other.shows("yes", "met")
    other.tap("choice", "partly")
    phone.shows("choice", "partly")
    phone.says("全部已发送")
    other.says("全部已发送")
    assert AnswerEvent.objects.count() == 2


def test_different_items_of_two_inspectors_merge(phone: Phone, lead: Phone, stage: Stage) -> None:
    inspection = stage.inspections[0]
    phone.open(inspection)
    lead.open(inspection)
    for one in (phone, lead):
        one.offline()
    phone.tap("yes", "met")
    lead.tap("choice", "partly")
    for one in (phone, lead):
        one.online()
        one.says("全部已发送")
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.shows("choice", "partly")
    phone.item_says("choice", stage.cast["lead_inspector"].name)
    # Who else was at work here a moment ago.
    phone.says(f"{stage.cast['lead_inspector'].name}刚在这一部分填写", ".hands")
    assert inspection.answers.count() == 2


def test_who_was_at_work_before_the_form_was_opened_is_told(phone: Phone, lead: Phone, stage: Stage) -> None:
    lead.open(stage.inspections[0]).tap("choice", "partly")
    lead.says("全部已发送")
    phone.open(stage.inspections[0])
    phone.says(f"{stage.cast['lead_inspector'].name}刚在这一部分填写", ".hands")
    expect(lead.page.locator(".hands")).to_have_count(0)


def test_what_others_change_does_not_disturb_typing(phone: Phone, stage: Stage) -> None:
    inspection = stage.inspections[0]
    phone.open(inspection)
    phone.page.clock.install()
    field = phone.item("area").locator("input[name$='-value']")
    field.press_sequentially("15")
    now = timezone.now()
    actions.save_answer(
        inspection=inspection, code="area", given=Given("99"), by=stage.cast["lead_inspector"], now=now
    )
    actions.save_answer(
        inspection=inspection, code="yes", given=Given(True), by=stage.cast["lead_inspector"], now=now
    )
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")
    phone.shows("yes", "met")
    expect(field).to_have_value("15")
    expect(field).to_be_focused()


def test_the_same_item_answered_differently_shows_both(phone: Phone, lead: Phone, stage: Stage) -> None:
    inspection = stage.inspections[0]
    phone.open(inspection)
    lead.open(inspection)
    phone.offline()
    phone.tap("yes", "not_met")
    phone.item("yes").locator("textarea").fill("门锁着")
    phone.item("yes").locator("textarea").blur()
    lead.tap("yes", "met")
    lead.says("全部已发送")
    phone.online()
    phone.says("1 项两人填写不同")
    said = phone.item("yes").locator(".clash")
    expect(said).to_contain_text("您填“不合格 · 门锁着”")
    expect(said).to_contain_text(f"{stage.cast['lead_inspector'].name}填“合格”")
    assert said.locator("a").get_attribute("href") == f"/inspections/{inspection.pk}/conflicts/"
    phone.shows("yes", "met")
    assert phone.waiting() == []
    assert status(stage, "yes") == "met"
    assert Conflict.objects.open().count() == 1
    # The other one hears of it too.
    lead.page.evaluate("window.dispatchEvent(new Event('online'))")
    lead.says("1 项两人填写不同")


def test_nobody_without_assignment_gets_a_shell(
    phone: Phone, stage: Stage, new_page: Any, live_server: Any
) -> None:
    stranger = make_user("stranger", [(Role.INSPECTOR, stage.county.region)])
    other = Phone(new_page(375), stranger, live_server.url)
    for address in ("offline", "state"):
        assert (
            other.page.request.get(
                f"{live_server.url}/inspections/{stage.inspections[0].pk}/{address}/"
            ).status
            == 404
        )
