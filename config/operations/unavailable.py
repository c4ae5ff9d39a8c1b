"""Tells an outage (database away, disk full) from a fault of ours, and names it for the user."""

import errno

from django.db import InterfaceError, OperationalError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
# SQLite says all of these by its words alone.
SQLITE_FULL = ("database or disk is full", "disk i/o error", "readonly database")


def is_outage(fault: BaseException | None) -> bool:
    """Say whether something below the portal does not work, so that trying again later makes sense."""
    if isinstance(fault, OperationalError | InterfaceError):
        return True
    return isinstance(fault, OSError) and fault.errno in NO_ROOM


def kind_of(fault: BaseException | None) -> str:
    """Return `storage` where room is lacking, else `database`."""
    if isinstance(fault, OSError):
        return "storage"
    cause = getattr(fault, "__cause__", None)
    words = str(fault).lower()
    full = type(cause).__name__ == "DiskFull" or any(said in words for said in SQLITE_FULL)
    return "storage" if full else "database"
