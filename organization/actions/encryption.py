"""Brings telephone numbers and TOTP secrets under the newest key, after an upgrade or a change of keys."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast

from ..audit import record
from ..encryption import is_current
from ..fields import EncryptedTextField
from ..models import PhoneFactor
from ..second_factor import open_key, seal_key


def encrypt_rows(*, now: datetime | None = None) -> int:
    """Encrypt anew what is plain or under an older key; return how many values.

    Each value is changed by itself and only if it is still what was read, so that it may run beside the
    portal and be broken off anywhere.
    """
    count = sum(_encrypt_column(model, field) for model, field in _columns()) + _encrypt_factors()
    if count:
        record("fields.encrypt", by=None, target="", now=now, count=count)
    return count


def _columns() -> Iterator[tuple[Any, EncryptedTextField]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


def _encrypt_column(model: Any, field: EncryptedTextField) -> int:
    name, count = field.name, 0
    # As it lies in the column, not as the field reads it.
    raw = Cast(name, models.TextField())
    rows = model._base_manager.exclude(**{name: ""}).annotate(raw=raw)
    for row in rows.only("pk", name).iterator():
        if not is_current(row.raw):
            same = model._base_manager.filter(pk=row.pk, **{name: row.raw})
            count += same.update(**{name: getattr(row, name)})
    return count


def _encrypt_factors() -> int:
    count = 0
    for factor in PhoneFactor.objects.iterator():
        if not is_current(factor.key):
            same = PhoneFactor.objects.filter(pk=factor.pk, key=factor.key)
            count += same.update(key=seal_key(open_key(factor.key)))
    return count
