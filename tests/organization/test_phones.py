"""Numbers as others see them: in lists, in documents, in the trail; whole only where a row is left."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from organization.models import AuditEntry, Role, ServiceCenter, User
from organization.phones import is_personal, masked
from reports.drafting import Office, contact_words
from tests.factories import County

pytestmark = pytest.mark.django_db
MOBILE = "13812345678"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13812345678", "138****5678"),
        ("138 1234 5678", "138****5678"),
        ("138-1234-5678", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("008613812345678", "138****5678"),
        ("李华 13812345678，15900001111", "李华 138****5678，159****1111"),
        ("0372-6212345", "0372-6212345"),
        ("03726212345", "03726212345"),
        ("12345", "12345"),
        ("", ""),
        ("410523198001011234", "410523198001011234"),
    ],
)
def test_mobile_numbers_are_masked_and_an_offices_are_not(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert is_personal(text) == (text != shown)


@pytest.fixture
def administrator(client: Client, cast: dict[str, User]) -> User:
    ServiceCenter.objects.update(phone=MOBILE)
    client.force_login(cast[Role.ADMINISTRATOR])
    return cast[Role.ADMINISTRATOR]


def test_list_masks(client: Client, administrator: User) -> None:
    page = client.get(reverse("organization:center-list")).content.decode()
    assert "138****5678" in page
    assert MOBILE not in page


def test_form_shows_the_whole_number_and_leaves_a_row(
    client: Client, administrator: User, county: County
) -> None:
    center = county.center(county.townships[0])
    url = reverse("organization:center-edit", args=[center.pk])
    assert MOBILE in client.get(url).content.decode()
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.by, entry.target, entry.region_id) == (
        "phone.read",
        administrator,
        f"ServiceCenter {center.pk}",
        center.region_id,
    )
    ServiceCenter.objects.update(phone="0372-6212345")
    client.get(url)
    assert AuditEntry.objects.count() == 1, "an office's number is no secret"


def test_trail_masks_what_was_changed(client: Client, administrator: User, county: County) -> None:
    center = county.center(county.townships[0])
    values = {"name": center.name, "address": "", "phone": "15900001111", "closed_on": ""}
    client.post(reverse("organization:center-edit", args=[center.pk]), values)
    entry = AuditEntry.objects.get(action="center.edit")
    assert entry.detail == {"changed": {"phone": ["138****5678", "159****1111"]}}


def test_documents_print_a_persons_number_masked() -> None:
    office = Office(name="办", mark="办文件", code="办", contact="李华", phone=MOBILE)
    assert contact_words(office) == "（联系人：李华；联系电话：138****5678）"


def test_office_of_a_document_masks_in_the_trail_and_notes_who_reads(
    client: Client, administrator: User
) -> None:
    url = reverse("reports:issuing-body")
    values = {"name": "汤阴县审改办", "number_code": "汤审办", "phone": MOBILE, "report_days": "15"}
    assert client.post(url, values).status_code == 302
    assert AuditEntry.objects.latest("pk").detail["phone"] == "138****5678"
    assert MOBILE in client.get(url).content.decode()
    assert AuditEntry.objects.latest("pk").action == "phone.read"


def test_day_of_a_center_is_kept_beside_a_number(county: County) -> None:
    """Encrypting one column leaves the others as they are."""
    ServiceCenter.objects.update(phone=MOBILE, closed_on=date(2026, 1, 1))
    assert ServiceCenter.objects.first().closed_on == date(2026, 1, 1)
