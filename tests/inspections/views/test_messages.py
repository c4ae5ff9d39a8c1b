"""The page of a person's messages."""

from typing import Any

import pytest
from django.test import Client

from inspections.models import Message, MessageChoice
from tests.repairs import in_state
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["township_staff"])
    return client


def write(stage: Stage, role: str, count: int) -> None:
    for n in range(count):
        Message.objects.create(
            person=stage.cast[role], key=f"{n}", kind="close", detail={"finding": f"问题<{n}>"},
            url="/findings/1/", at=NOW,
        )  # fmt: skip


def test_page_shows_the_own_messages_only_and_escapes_them(staff: Client, stage: Stage) -> None:
    write(stage, "township_staff", 1)
    write(stage, "administrator", 2)
    response = staff.get("/messages/")
    assert len(response.context["page"]) == response.context["unread"] == 1
    assert "问题&lt;0&gt;" in response.content.decode()


def test_reading_is_an_act_of_its_own(staff: Client, stage: Stage) -> None:
    write(stage, "township_staff", 2)
    staff.get("/messages/")
    assert Message.objects.filter(read_at=None).count() == 2
    assert staff.get("/messages/read/").status_code == 405
    staff.post("/messages/read/")
    assert not Message.objects.filter(read_at=None).exists()


def test_empty_page_says_what_will_come(staff: Client) -> None:
    assert "还没有消息" in staff.get("/messages/").content.decode()


def test_real_message_is_told_in_the_readers_language(staff: Client, stage: Stage) -> None:
    in_state(stage, "notified")
    assert "请签收" in staff.get("/messages/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_queries_for_any_number(
    staff: Client, stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    write(stage, "township_staff", count)
    with django_assert_num_queries(7):
        staff.get("/messages/")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"mode": "daily", "email": ""}, "请填写电子邮箱"),
        ({"mode": "daily", "email": "x"}, "电子邮"),
        ({"mode": "x", "email": ""}, "选择"),
        ({}, "不能为空"),
    ],
)
def test_choice_with_a_fault_is_told(staff: Client, fields: dict[str, str], said: str) -> None:
    response = staff.post("/messages/choice/", fields)
    assert response.status_code == 400
    assert said in response.content.decode()
    assert not MessageChoice.objects.exists()


def test_choice_is_kept_and_shown(staff: Client) -> None:
    staff.post("/messages/choice/", {"mode": "daily", "email": "a@example.gov.cn"})
    assert MessageChoice.objects.get().email == "a@example.gov.cn"
    assert "a@example.gov.cn" in staff.get("/messages/").content.decode()
