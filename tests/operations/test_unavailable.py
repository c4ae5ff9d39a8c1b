"""An outage is told from a fault."""

import errno

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from config.operations.unavailable import is_outage, kind_of


class DiskFull(Exception):
    """As psycopg2 names it."""


def caused(by: Exception) -> OperationalError:
    fault = OperationalError("could not extend file")
    fault.__cause__ = by
    return fault


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (OperationalError("connection refused"), "database"),
        (InterfaceError("connection already closed"), "database"),
        (OperationalError("database is locked"), "database"),
        (OperationalError("database or disk is full"), "storage"),
        (caused(DiskFull()), "storage"),
        (OSError(errno.ENOSPC, "No space left on device"), "storage"),
    ],
)
def test_outage_is_named(fault: Exception, kind: str) -> None:
    assert is_outage(fault)
    assert kind_of(fault) == kind


@pytest.mark.parametrize(
    "fault", [None, ValueError("x"), IntegrityError("x"), FileNotFoundError(errno.ENOENT, "x"), KeyError("x")]
)
def test_fault_of_ours_is_no_outage(fault: Exception | None) -> None:
    assert not is_outage(fault)
