"""What lies encrypted in the database: telephone numbers and TOTP secrets, also after a change of keys."""

from binascii import unhexlify
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.settings import BASE_DIR
from organization.actions import begin_second_factor, confirm_second_factor, encrypt_rows
from organization.encryption import Unreadable, decrypt, encrypt, is_encrypted
from organization.fields import EncryptedTextField, decrypt_column
from organization.models import AuditEntry, PhoneFactor, ServiceCenter
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
PHONE = "13812345678"


def in_column() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM organization_servicecenter ORDER BY id LIMIT 1")
        return cursor.fetchone()[0]


@pytest.fixture
def center(county: County) -> ServiceCenter:
    center = ServiceCenter.objects.order_by("pk")[0]
    center.phone = PHONE
    center.save()
    return center


def test_number_is_plain_to_the_program_and_not_in_the_column(center: ServiceCenter) -> None:
    center.refresh_from_db()
    assert center.phone == PHONE
    assert in_column().startswith("e1")
    assert PHONE not in in_column()


def test_every_way_of_writing_encrypts(center: ServiceCenter) -> None:
    ServiceCenter.objects.filter(pk=center.pk).update(phone="1")
    assert is_encrypted(in_column())
    center.phone = "2"
    ServiceCenter.objects.bulk_update([center], ["phone"])
    assert is_encrypted(in_column())
    assert ServiceCenter.objects.get(pk=center.pk).phone == "2"
    assert ServiceCenter.objects.values_list("phone", flat=True).get(pk=center.pk) == "2"


def test_same_number_twice_looks_different(center: ServiceCenter) -> None:
    first = in_column()
    center.save()
    assert in_column() != first


def test_empty_stays_empty(center: ServiceCenter) -> None:
    ServiceCenter.objects.update(phone="")
    assert in_column() == ""


def test_length_is_that_of_the_plain_text(center: ServiceCenter) -> None:
    center.phone = "1" * 41
    with pytest.raises(ValidationError):
        center.full_clean()


def test_value_moved_to_another_column_or_changed_is_not_read() -> None:
    kept = encrypt(b"1", "a.phone")
    assert decrypt(kept, "a.phone") == b"1"
    for spoiled, about in [(kept, "b.phone"), (kept[:-4] + "AAAA", "a.phone"), (kept[:9], "a.phone")]:
        with pytest.raises(Unreadable):
            decrypt(spoiled, about)


@pytest.mark.parametrize("text", ["", "0372-6212345", "13812345678", "e1", "e1:"])
def test_plain_text_is_not_taken_for_encrypted(text: str) -> None:
    assert not is_encrypted(text)


def test_without_the_key_nothing_is_read_and_it_is_said(center: ServiceCenter, settings: Any) -> None:
    settings.FIELD_KEYS = ["another"]
    with pytest.raises(Unreadable, match="PORTAL_FIELD_KEYS"):
        center.refresh_from_db()


def test_rows_of_an_older_release_are_read_and_encrypted(center: ServiceCenter, capsys: Any) -> None:
    decrypt_column("organization", "servicecenter", "phone")(apps, connection.schema_editor())
    assert in_column() == PHONE
    center.refresh_from_db()
    assert center.phone == PHONE
    call_command("encrypt_fields")
    assert "1个值" in capsys.readouterr().out
    assert is_encrypted(in_column())
    center.refresh_from_db()
    assert center.phone == PHONE
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.detail) == ("fields.encrypt", {"count": 1})
    assert encrypt_rows() == 0, "done already"


def test_after_a_change_of_keys_the_old_one_may_go(center: ServiceCenter, settings: Any) -> None:
    person = make_user("anquan")
    device = begin_second_factor(by=person)
    secret = device.bin_key
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["new-key", *old]
    center.refresh_from_db()
    assert center.phone == PHONE
    assert encrypt_rows() == 2
    settings.FIELD_KEYS = ["new-key"]
    center.refresh_from_db()
    assert center.phone == PHONE
    assert PhoneFactor.objects.get().bin_key == secret


def test_secret_of_the_second_factor_is_not_in_the_table() -> None:
    person = make_user("anquan")
    device = begin_second_factor(by=person)
    kept = TOTPDevice.objects.get().key
    assert is_encrypted(kept)
    assert len(kept) <= 80
    assert device.bin_key.hex() not in kept
    assert len(device.bin_key) == 20
    confirm_second_factor(by=person, token=f"{totp(device.bin_key):06d}")
    assert TOTPDevice.objects.get().key == kept


def test_secret_of_an_older_release_still_opens_and_is_encrypted() -> None:
    person = make_user("anquan")
    TOTPDevice.objects.create(user=person, name="phone", confirmed=False)
    secret = unhexlify(TOTPDevice.objects.get().key)
    assert PhoneFactor.objects.get().bin_key == secret
    assert encrypt_rows() == 1
    assert is_encrypted(TOTPDevice.objects.get().key)
    assert PhoneFactor.objects.get().bin_key == secret


def test_every_column_for_telephone_numbers_is_encrypted() -> None:
    named = [
        field
        for model in apps.get_models()
        if model._meta.app_label in {"organization", "standards", "inspections", "reports"}
        for field in model._meta.local_fields
        if "phone" in field.name or "mobile" in field.name
    ]
    assert len(named) == 3
    assert all(isinstance(field, EncryptedTextField) for field in named)


def test_key_of_the_file_is_readable_by_its_owner_alone() -> None:
    kept = Path(BASE_DIR / "var" / "field_key")
    if kept.exists():
        assert kept.stat().st_mode & 0o077 == 0
