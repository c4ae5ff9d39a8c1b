"""Receipts as pages and files: they name exactly what is held, and stay the same as long as it does."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from inspections import actions, holdings, receipts
from inspections.answers import Given
from inspections.merging import Mutation
from inspections.models import Answer, AnswerEvent, Inspection
from organization.models import Role, User
from tests.factories import make_user
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, answer, jpeg, later, submit_by

pytestmark = pytest.mark.django_db
BODY = jpeg("rgb(20, 90, 160)", (200, 150))


@pytest.fixture
def phone(stage: Stage) -> Device:
    device = Device(stage.cast["inspector"], stage.inspections[0])
    device.sync(mutation("yes", True), mutation("area", "160"))
    return device


def address(inspection: Inspection, name: str = "receipt") -> str:
    return reverse(f"inspections:{name}", args=[inspection.pk])


def page(client: Client, person: Any, inspection: Inspection) -> str:
    client.force_login(person)
    return client.get(address(inspection)).content.decode()


def overall(text: str) -> str:
    return re.search(r'<dd><code class="hash">([0-9a-f]{64})', text)[1]


def test_page_names_each_answer_and_photo_with_its_digest(
    client: Client, stage: Stage, phone: Device
) -> None:
    arrived = phone.upload(BODY)
    inspection = stage.inspections[0]
    text = page(client, stage.cast["inspector"], inspection)
    held = holdings.held_of(inspection)
    assert [row["digest"] in text for row in held["answers"]] == [True, True]
    assert arrived["sha256"] in text
    assert receipts.digest(held) == overall(text)
    # A phone folds them, paper has them in full.
    for row in held["answers"]:
        assert (
            f'd-md-block d-print-block">{row["digest"]}</code><details class="d-md-none d-print-none">'
            in text
        )
    assert "<b>2<small> / 6</small></b>" in text
    assert "<b>1<small> / 1</small></b>" in text
    assert "2026年11月20日 09:30" in text


def test_photo_on_its_way_is_counted_as_not_here(client: Client, stage: Stage, phone: Device) -> None:
    phone.upload(BODY)
    phone.announce(jpeg("red", (200, 150)))
    text = page(client, stage.cast["lead_inspector"], stage.inspections[0])
    assert "<b>1<small> / 2</small></b>" in text
    assert "共 2 张照片，原图到了 1 张" in text


def test_overall_digest_changes_with_the_content_alone(client: Client, stage: Stage, phone: Device) -> None:
    inspection = stage.inspections[0]
    first = overall(page(client, stage.cast["inspector"], inspection))
    assert overall(page(client, stage.cast["administrator"], inspection)) == first
    phone.sync(mutation("choice", "met"))
    assert overall(page(client, stage.cast["inspector"], inspection)) != first


def test_photo_taken_out_is_still_named(client: Client, stage: Stage, phone: Device) -> None:
    arrived = phone.upload(BODY)
    phone.client.post(arrived["remove_url"])
    text = page(client, stage.cast["inspector"], stage.inspections[0])
    assert re.search(rf'class="hash [^"]*gone">{arrived["sha256"]}', text)
    assert "<b>0<small> / 0</small></b>" in text


def test_file_is_signed_and_verified_by_the_command(
    client: Client, stage: Stage, phone: Device, tmp_path: Path
) -> None:
    phone.upload(BODY)
    client.force_login(stage.cast["inspector"])
    response = client.get(address(stage.inspections[0], "receipt-file"))
    assert response["Content-Type"].startswith("application/json")
    assert response["Content-Disposition"].startswith("attachment;")
    receipt = json.loads(response.content)
    assert receipts.is_signed(receipt, holdings.signing_key())
    assert receipt["made_for"] == "inspector"
    path = tmp_path / "receipt.json"
    path.write_bytes(response.content)
    said = StringIO()
    call_command("verify_receipt", str(path), stdout=said)
    assert said.getvalue()
    receipt["answers"][0]["digest"] = "0" * 64
    assert not receipts.is_signed(receipt, holdings.signing_key())


def test_receipt_before_and_after_submitting(client: Client, stage: Stage) -> None:
    inspection = stage.inspections[0]
    answer(inspection, stage.cast["inspector"])
    township = stage.cast["township_staff"]
    client.force_login(township)
    assert client.get(address(inspection)).status_code == 404
    before = overall(page(client, stage.cast["inspector"], inspection))
    submit_by(inspection, stage.cast["lead_inspector"])
    assert overall(page(client, township, inspection)) == before


# ---- what the lead picked


def picked(stage: Stage, phone: Device, code: str = "choice", note: str = "门口") -> None:
    """The inspector lost to the lead, who lets the inspector's answer hold all the same."""
    inspection, lead = stage.inspections[0], stage.cast["lead_inspector"]
    Device(lead, inspection).sync(mutation(code, "met", note="好"))
    phone.sync(mutation(code, "partly", note=note, at="2026-11-20T08:00:00+08:00"))
    lost = AnswerEvent.objects.get(outcome="conflict", item__code=code)
    actions.settle(inspection=inspection, code=code, event=lost.pk, seen=1, by=lead, now=later(1))


def row_of(text: str, title: str) -> str:
    return next(row for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if title in row)


def test_picked_answer_is_of_whoever_gave_it_and_names_who_picked(
    client: Client, stage: Stage, phone: Device
) -> None:
    picked(stage, phone)
    row = row_of(page(client, stage.cast["administrator"], stage.inspections[0]), "检查项choice")
    assert re.search(r'<td data-label="填写人">inspector<br><small class="soft">lead_inspector于', row)
    assert "代交" not in row
    # When it was filled in, not when it was picked.
    assert re.search(r'<td data-label="填写时间">2026年11月20日 08:00:00', row)
    plain = row_of(page(client, stage.cast["administrator"], stage.inspections[0]), "检查项yes")
    assert "选定" not in plain


def test_file_names_both_and_older_receipts_still_hold(
    client: Client, stage: Stage, phone: Device, tmp_path: Path
) -> None:
    picked(stage, phone)
    client.force_login(stage.cast["inspector"])
    receipt = json.loads(client.get(address(stage.inspections[0], "receipt-file")).content)
    (row,) = [one for one in receipt["answers"] if one["item"] == "choice"]
    lost, decision = AnswerEvent.objects.filter(item__code="choice").order_by("-pk")[:2][::-1]
    assert (row["person"], row["delivered_by"], row["mutation"]) == (
        "inspector",
        "inspector",
        str(decision.mutation),
    )
    assert (row["picked"]["by"], row["picked"]["mutation"]) == ("lead_inspector", str(lost.mutation))
    assert row["picked"]["captured_at"] == "2026-11-20T00:00:00.000+00:00"
    assert all("picked" not in one for one in receipt["answers"] if one["item"] != "choice")
    # As it was written before: the lead's name, and nothing of whose answer it was.
    row.pop("picked")
    row["person"] = row["delivered_by"] = "lead_inspector"
    assert receipts.differences(receipt, holdings.held_of(stage.inspections[0])) == []


def helper_of(stage: Stage) -> User:
    """A third inspector of the inspection."""
    helper = make_user("helper", [(Role.INSPECTOR, stage.county.region)])
    stage.inspections[0].inspectors.add(helper)
    return helper


def test_answer_that_a_third_person_delivered_and_the_lead_picked_names_all_three(
    client: Client, stage: Stage, phone: Device
) -> None:
    inspection, lead = stage.inspections[0], stage.cast["lead_inspector"]
    helper = helper_of(stage)
    Device(lead, inspection).sync(mutation("choice", "met"))
    given = Mutation(uuid4(), "choice", 0, None, Given("partly"), later(0))
    actions.sync(
        inspection=inspection, mutations=[given], cursor=None, device=uuid4(),
        by=helper, now=later(0), captured_by=phone.person,
    )  # fmt: skip
    lost = AnswerEvent.objects.get(outcome="conflict")
    actions.settle(inspection=inspection, code="choice", event=lost.pk, seen=1, by=lead, now=later(1))
    row = row_of(page(client, stage.cast["administrator"], inspection), "检查项choice")
    assert re.search("inspector<br><small[^>]*>helper代交</small><br><small[^>]*>lead_inspector于", row)


def test_picking_what_was_picked_before_leaves_it_its_makers(
    client: Client, stage: Stage, phone: Device
) -> None:
    inspection, lead = stage.inspections[0], stage.cast["lead_inspector"]
    picked(stage, phone)
    Device(lead, inspection).sync(mutation("choice", "not_met", base=1))
    client.force_login(lead)
    text = client.get(reverse("inspections:conflicts", args=[inspection.pk])).content.decode()
    first, second = text.split('<article class="side">')[1:]
    assert re.match(r"<h3>inspector\b", first)
    assert re.match(r"<h3>lead_inspector\b", second)
    held = AnswerEvent.objects.get(outcome="settled")
    actions.settle(inspection=inspection, code="choice", event=held.pk, seen=2, by=lead, now=later(2))
    assert Answer.objects.get(item__code="choice").updated_by == phone.person
    row = row_of(page(client, stage.cast["administrator"], inspection), "检查项choice")
    assert re.search(r'<td data-label="填写人">inspector<br>', row)
    # Of what the lead did not pick, the one that held before is the inspector's too.
    client.force_login(lead)
    text = client.get(reverse("inspections:conflicts", args=[inspection.pk])).content.decode()
    assert "lead_inspector填的是：不合格" in text


def test_of_two_who_said_the_same_the_one_that_was_picked_is_named(
    client: Client, stage: Stage, phone: Device
) -> None:
    inspection, lead = stage.inspections[0], stage.cast["lead_inspector"]
    helper = helper_of(stage)
    Device(lead, inspection).sync(mutation("choice", "met"))
    phone.sync(mutation("choice", "partly"))
    Device(helper, inspection).sync(mutation("choice", "partly"))
    lost = AnswerEvent.objects.filter(outcome="conflict").earliest("pk")
    actions.settle(inspection=inspection, code="choice", event=lost.pk, seen=1, by=lead, now=later(1))
    row = row_of(page(client, stage.cast["administrator"], inspection), "检查项choice")
    assert re.search(r'<td data-label="填写人">inspector<br>', row)


def test_page_costs_the_same_for_one_decision_and_for_three(
    client: Client, stage: Stage, phone: Device, django_assert_num_queries: Any
) -> None:
    inspection = stage.inspections[0]
    picked(stage, phone)
    client.force_login(stage.cast["inspector"])
    client.get(address(inspection))
    with django_assert_num_queries(9):
        client.get(address(inspection))
    lead = Device(stage.cast["lead_inspector"], inspection)
    for code, one, two in [("zones", ["guide"], []), ("posts", "1", "2")]:
        lead.sync(mutation(code, one))
        phone.sync(mutation(code, two))
        lost = AnswerEvent.objects.get(outcome="conflict", item__code=code)
        actions.settle(inspection=inspection, code=code, event=lost.pk, seen=1, by=lead.person, now=later(1))
    with django_assert_num_queries(9):
        text = client.get(address(inspection)).content.decode()
    assert text.count("选定</small>") == 3


@pytest.mark.parametrize("name", ["receipt", "receipt-file"])
def test_nobody_else_sees_a_receipt(client: Client, stage: Stage, other: Stage, name: str) -> None:
    near = make_user("near", [(Role.INSPECTOR, stage.county.townships[1])])
    for person in [*other.cast.values(), near]:
        client.force_login(person)
        assert client.get(address(stage.inspections[0], name)).status_code == 404


def test_page_costs_the_same_for_one_photo_and_for_three(
    client: Client, stage: Stage, phone: Device, django_assert_num_queries: Any
) -> None:
    phone.upload(BODY)
    client.force_login(stage.cast["inspector"])
    inspection = stage.inspections[0]
    client.get(address(inspection))
    with django_assert_num_queries(8):
        client.get(address(inspection))
    for color in ("red", "blue"):
        phone.upload(jpeg(color, (200, 150)))
    phone.sync(mutation("choice", "met"))
    with django_assert_num_queries(8):
        client.get(address(inspection))
