"""Ways to change the trail behind the portal's back, as one with the database's password could."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from organization import anchors
from organization.audit import record
from organization.freezing import GUARD
from organization.models import AuditEntry
from organization.sealing import seal_all
from organization.verification import Findings, verify


def make_trail(count: int) -> list[AuditEntry]:
    """Write and seal rows; a test in one transaction has no end at which they would seal themselves."""
    for n in range(count):
        record("center.edit", by=None, target=f"center {n}", changed={"name": ["旧", f"新{n}"]})
    seal_all()
    return list(AuditEntry.objects.order_by("position"))


class Editor:
    """Django's own refuses to work inside a transaction on SQLite."""

    connection = connection

    def execute(self, statement: str, params: None = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def without_triggers() -> Iterator[None]:
    GUARD.thaw(None, Editor())
    yield
    GUARD.freeze(None, Editor())


def verified() -> Findings:
    return verify(anchors.public_key())
