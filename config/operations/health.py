"""Whether this process can do its work: database, migrations, storage."""

import logging
from functools import cache

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

logger = logging.getLogger(__name__)
PROBE = "probe/ready"


class NotReady(Exception):
    """A part does not work; the words are for the log."""


@cache
def wanted_migrations() -> frozenset[tuple[str, str]]:
    """Return the last migration of each app, as this process's code knows it."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def check_migrations() -> None:
    """Raise if the tables are older than the code; newer ones are what an upgrade looks like."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    if missing := sorted(wanted_migrations() - applied):
        raise NotReady("migrations not applied: " + ", ".join(".".join(pair) for pair in missing))


def check_storage() -> None:
    """Write and remove a file where photos go: a full or lost disk shows before a photo is lost."""
    name = default_storage.save(PROBE, ContentFile(b"ready"))
    default_storage.delete(name)


CHECKS = {"database": check_database, "migrations": check_migrations, "storage": check_storage}


def failing() -> list[str]:
    """Return the names of the parts that do not work; the reasons go to the log alone."""
    failed = []
    for name, check in CHECKS.items():
        try:
            check()
        except Exception as fault:  # whatever it is, it is not ready
            logger.error("not ready: %s: %s", name, fault)
            failed.append(name)
    return failed
