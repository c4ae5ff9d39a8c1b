"""Answers in conflict: everybody concerned sees both, the lead picks one, nobody else does."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Answer, AnswerEvent, Conflict
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, answer, jpeg, submit_by

pytestmark = pytest.mark.django_db
BODY = jpeg("rgb(20, 90, 160)", (200, 150))


@pytest.fixture
def disputed(stage: Stage) -> Stage:
    """The inspector said that `yes` is met, the lead that it is not; each has a photo."""
    inspection = stage.inspections[0]
    first = Device(stage.cast["inspector"], inspection)
    second = Device(stage.cast["lead_inspector"], inspection)
    first.upload(BODY)
    first.sync(mutation("yes", True, note="看过了"))
    second.upload(jpeg("red", (200, 150)))
    second.sync(mutation("yes", False, note="没有看到"))
    return stage


def address(stage: Stage) -> str:
    return reverse("inspections:conflicts", args=[stage.inspections[0].pk])


def page(client: Client, stage: Stage, role: str) -> str:
    client.force_login(stage.cast[role])
    return client.get(address(stage)).content.decode()


def choices(text: str) -> list[str]:
    return re.findall(r'name="event" value="(\d+)"', text)


def pick(client: Client, stage: Stage, **changes: Any) -> Any:
    event = AnswerEvent.objects.get(outcome="conflict")
    data = {"item": "yes", "event": event.pk, "seen": 1} | changes
    return client.post(address(stage), data)


def test_both_answers_stand_side_by_side(client: Client, disputed: Stage) -> None:
    text = page(client, disputed, "inspector")
    sides = text.split('<article class="side">')[1:]
    assert len(sides) == 2
    assert "inspector" in sides[0]
    assert "目前采用" in sides[0]
    assert "看过了" in sides[0]
    assert "lead_inspector" in sides[1]
    assert "没有看到" in sides[1]
    for side in sides:
        assert "填写时间" in side
        assert "2026年11月20日 09:30" in side
        assert side.count("<img") == 1
    assert choices(text) == []
    assert "由lead_inspector选定" in text


def test_lead_picks_the_answer_that_lost(client: Client, disputed: Stage) -> None:
    assert len(choices(page(client, disputed, "lead_inspector"))) == 2
    assert pick(client, disputed).status_code == 302
    answer = Answer.objects.get()
    assert (answer.value, answer.version) == (False, 2)
    assert not Conflict.objects.open().exists()
    assert AnswerEvent.objects.filter(outcome="settled").count() == 1
    text = page(client, disputed, "inspector")
    assert "没有填写不同的项" in text
    assert "已经选定的项" in text
    assert "lead_inspector于" in text
    assert re.search(r"选定：不合格 · 没有看到<br>inspector填的是：合格 · 看过了</span>", text)


def test_lead_picks_the_answer_that_holds(client: Client, disputed: Stage) -> None:
    page(client, disputed, "lead_inspector")
    held = AnswerEvent.objects.get(outcome="applied")
    assert pick(client, disputed, event=held.pk).status_code == 302
    assert Answer.objects.get().value is True
    assert not Conflict.objects.open().exists()
    text = page(client, disputed, "inspector")
    assert re.search(r"选定：合格 · 看过了<br>lead_inspector填的是：不合格 · 没有看到</span>", text)


def test_check_says_first_what_holds_up_the_submission(client: Client, disputed: Stage) -> None:
    inspection = disputed.inspections[0]
    answer(inspection, disputed.cast["inspector"], yes=None)
    for role, said, unsaid in (
        ("lead_inspector", "去选定答案", "由组长选定<"),
        ("inspector", "由组长选定<", "去选定答案"),
    ):
        client.force_login(disputed.cast[role])
        text = client.get(reverse("inspections:check", args=[inspection.pk])).content.decode()
        assert said in text
        assert unsaid not in text
        assert text.index("项填得不一致") < text.index("已填的各项都合格")


def test_nobody_but_the_lead_picks(client: Client, disputed: Stage) -> None:
    client.force_login(disputed.cast["inspector"])
    response = pick(client, disputed)
    assert response.status_code == 403
    assert "组长" in str(response.context["reason"])
    assert Conflict.objects.open().count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"event": "999999"}, {"event": "x"}, {"event": ""}, {"seen": "0"}, {"event": "9" * 40}],
    ids=["unknown", "text", "none", "old", "huge"],
)
def test_choice_that_is_none_changes_nothing_and_says_so(
    client: Client, disputed: Stage, changes: dict[str, str]
) -> None:
    client.force_login(disputed.cast["lead_inspector"])
    response = pick(client, disputed, **changes)
    assert response.status_code == 400
    assert "请重新核对" in response.content.decode()
    assert Conflict.objects.open().count() == 1


def test_item_settled_by_another_tab_says_so(client: Client, disputed: Stage) -> None:
    client.force_login(disputed.cast["lead_inspector"])
    pick(client, disputed)
    response = pick(client, disputed)
    assert response.status_code == 400
    assert "可能已经选定" in response.content.decode()
    assert AnswerEvent.objects.filter(outcome="settled").count() == 1


def test_unknown_item_is_not_found(client: Client, disputed: Stage) -> None:
    client.force_login(disputed.cast["lead_inspector"])
    assert pick(client, disputed, item="nowhere").status_code == 404


def test_who_oversees_sees_but_does_not_pick(client: Client, disputed: Stage) -> None:
    for role in ("administrator", "reviewer", "signatory"):
        text = page(client, disputed, role)
        assert "没有看到" in text
        assert choices(text) == []


def test_the_inspected_are_not_told_what_inspectors_noted_differently(
    client: Client, disputed: Stage
) -> None:
    page(client, disputed, "lead_inspector")
    pick(client, disputed)
    inspection = disputed.inspections[0]
    answer(inspection, disputed.cast["inspector"], yes=None)
    submit_by(inspection, disputed.cast["lead_inspector"])
    client.force_login(disputed.cast["township_staff"])
    assert client.get(reverse("reports:score", args=[inspection.pk])).status_code == 200
    refused = client.get(address(disputed))
    assert refused.status_code == 403
    assert "检查项yes" not in refused.content.decode()
    assert "检查项yes" in page(client, disputed, "reviewer")


def test_another_county_and_the_township_find_nothing(client: Client, disputed: Stage, other: Stage) -> None:
    for person in [*other.cast.values(), disputed.cast["township_staff"]]:
        client.force_login(person)
        assert client.get(address(disputed)).status_code == 404
        assert pick(client, disputed).status_code == 404
    assert Conflict.objects.open().count() == 1


def test_page_costs_the_same_for_one_item_and_for_three(
    client: Client, disputed: Stage, django_assert_num_queries: Any
) -> None:
    client.force_login(disputed.cast["lead_inspector"])
    client.get(address(disputed))
    with django_assert_num_queries(10):
        client.get(address(disputed))
    inspection = disputed.inspections[0]
    Device(disputed.cast["inspector"], inspection).sync(mutation("choice", "met"), mutation("area", "160"))
    Device(disputed.cast["lead_inspector"], inspection).sync(
        mutation("choice", "partly"), mutation("area", "150")
    )
    with django_assert_num_queries(10):
        assert client.get(address(disputed)).content.count(b'class="box clash"') == 3
