"""Receipts as pages and files: they name exactly what is held, and stay the same as long as it does."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from inspections import holdings, receipts
from inspections.models import Inspection
from organization.models import Role
from tests.factories import make_user
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, answer, jpeg, submit_by

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
    assert re.search(rf'class="hash gone">{arrived["sha256"]}', text)
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
