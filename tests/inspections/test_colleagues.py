"""What whoever submits is told of the other inspectors: when each was last heard of, what has not come."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.answers import Given
from inspections.colleagues import Colleague, colleagues
from inspections.merging import Mutation
from inspections.models import AnswerEvent, Photo
from organization.models import Role, User
from tests.factories import make_user
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, answer, jpeg, later, submit_by

pytestmark = pytest.mark.django_db
BODY = jpeg("rgb(20, 90, 160)", (200, 150))
GOES_ON = "确认提交"


@pytest.fixture
def phone(stage: Stage) -> Device:
    return Device(stage.cast["inspector"], stage.inspections[0])


@pytest.fixture
def lead(stage: Stage) -> User:
    return stage.cast["lead_inspector"]


def helper(stage: Stage, name: str = "helper") -> User:
    person = make_user(name, [(Role.INSPECTOR, stage.county.region)])
    stage.inspections[0].inspectors.add(person)
    return person


def told(stage: Stage, lead: User) -> Colleague:
    (one,) = colleagues(stage.inspections[0], lead)
    return one


# ---- when something last came


def test_nothing_came_yet(stage: Stage, lead: User) -> None:
    assert told(stage, lead) == Colleague("inspector", None, 0)


@pytest.mark.parametrize(
    "second",
    [
        mutation("choice", "met"),
        mutation("yes", True),
        mutation("area", "没有量"),
    ],
    ids=["applied", "same", "faulty"],
)
def test_whatever_became_of_it_it_came(
    stage: Stage, phone: Device, lead: User, second: dict[str, Any]
) -> None:
    phone.sync(mutation("yes", True))
    phone.sync(second)
    assert AnswerEvent.objects.count() == 2
    assert told(stage, lead).heard_at == AnswerEvent.objects.latest("pk").at


def test_an_answer_that_lost_came_and_the_leads_decision_did_not(
    stage: Stage, phone: Device, lead: User
) -> None:
    Device(lead, stage.inspections[0]).sync(mutation("yes", True))
    phone.sync(mutation("yes", False))
    lost = AnswerEvent.objects.get(outcome="conflict")
    assert told(stage, lead).heard_at == lost.at
    actions.settle(inspection=stage.inspections[0], code="yes", event=lost.pk, seen=1, by=lead, now=later(1))
    assert told(stage, lead).heard_at == lost.at
    # Seen from the other side, the decision is not the lead's word of what was found either.
    (one,) = colleagues(stage.inspections[0], phone.person)
    assert one == Colleague("lead_inspector", AnswerEvent.objects.earliest("pk").at, 0)


def test_a_draft_that_somebody_else_brought_is_its_makers(stage: Stage, phone: Device, lead: User) -> None:
    given = Mutation(uuid4(), "choice", 0, None, Given("met"), later(0))
    actions.sync(
        inspection=stage.inspections[0], mutations=[given], cursor=None, device=uuid4(),
        by=lead, now=later(2), captured_by=phone.person,
    )  # fmt: skip
    assert told(stage, lead).heard_at == later(2)
    assert colleagues(stage.inspections[0], phone.person)[0].heard_at is None


def test_a_photo_is_heard_of_as_it_is_announced_and_as_it_arrives(
    stage: Stage, phone: Device, lead: User
) -> None:
    phone.sync(mutation("yes", True))
    phone.announce(BODY)
    photo = Photo.objects.get()
    assert told(stage, lead).heard_at == photo.added_at
    phone.upload(jpeg("red", (200, 150)))
    arrived = Photo.objects.exclude(arrived_at=None).get()
    assert told(stage, lead).heard_at == arrived.arrived_at


# ---- what is missing


def test_photos_on_their_way_are_counted_and_no_others(stage: Stage, phone: Device, lead: User) -> None:
    phone.upload(BODY)
    for color in ("red", "green", "blue"):
        phone.announce(jpeg(color, (200, 150)))
    gone = Photo.objects.filter(arrived_at=None).first()
    phone.client.post(reverse("inspections:photo-remove", args=[gone.pk]))
    # Those of the lead and of another inspection are not this colleague's here.
    Device(lead, stage.inspections[0]).announce(jpeg("black", (200, 150)))
    Device(phone.person, stage.inspections[1]).announce(jpeg("white", (200, 150)))
    assert told(stage, lead).photos == 2


def test_who_is_not_assigned_is_not_named(stage: Stage, phone: Device, lead: User, other: Stage) -> None:
    """Also somebody who was, and has left answers behind."""
    phone.sync(mutation("yes", True))
    stage.inspections[0].inspectors.remove(phone.person)
    assert colleagues(stage.inspections[0], lead) == []
    assert [one.name for one in colleagues(other.inspections[0], lead)] != ["inspector"]


def test_they_stand_in_the_order_of_their_names(stage: Stage, phone: Device, lead: User) -> None:
    helper(stage, "anna")
    assert [one.name for one in colleagues(stage.inspections[0], lead)] == ["anna", "inspector"]


@pytest.mark.parametrize(("more", "queries"), [(0, 3), (2, 3)])
def test_one_and_three_cost_the_same(
    stage: Stage,
    phone: Device,
    lead: User,
    django_assert_num_queries: Any,
    more: int,
    queries: int,
) -> None:
    devices = [phone, *(Device(helper(stage, f"helper{n}"), stage.inspections[0]) for n in range(more))]
    for device in devices:
        device.announce(BODY)
        device.sync(mutation("yes", True))
    with django_assert_num_queries(queries):
        assert len(colleagues(stage.inspections[0], lead)) == more + 1


# ---- on the page


def page(client: Client, stage: Stage, role: str) -> str:
    client.force_login(stage.cast[role])
    return client.get(reverse("inspections:check", args=[stage.inspections[0].pk])).content.decode()


def test_the_lead_is_told_and_may_submit_all_the_same(
    client: Client, stage: Stage, phone: Device, lead: User
) -> None:
    answer(stage.inspections[0], lead)
    text = page(client, stage, "lead_inspector")
    assert re.search(r"<dt>inspector</dt><dd>还没有收到过内容</dd>", text)
    assert "提交前请问他们是否已全部发送" in text
    assert GOES_ON in text
    phone.announce(BODY)
    text = page(client, stage, "lead_inspector")
    assert re.search(
        r"<dt>inspector</dt><dd>最近收到：[^<]+<br><strong>1 张照片的原图没有传到</strong></dd>", text
    )
    Photo.objects.all().delete()
    assert submit_by(stage.inspections[0], lead).state == "submitted"


def test_who_does_not_submit_is_not_told(client: Client, stage: Stage, phone: Device) -> None:
    assert "其他检查员" not in page(client, stage, "inspector")


def test_a_lead_alone_is_told_nothing(client: Client, stage: Stage, phone: Device) -> None:
    stage.inspections[0].inspectors.remove(phone.person)
    assert "其他检查员" not in page(client, stage, "lead_inspector")


def test_the_page_costs_the_same_for_one_and_for_three(
    client: Client, stage: Stage, phone: Device, django_assert_num_queries: Any
) -> None:
    phone.sync(mutation("yes", True))
    page(client, stage, "lead_inspector")
    address = reverse("inspections:check", args=[stage.inspections[0].pk])
    with django_assert_num_queries(12):
        client.get(address)
    for n in range(2):
        Device(helper(stage, f"helper{n}"), stage.inspections[0]).announce(BODY)
    with django_assert_num_queries(12):
        assert client.get(address).content.decode().count("最近收到") == 3
