"""The portal beside a copy of its database that stands still: who wrote sees it, others see the copy."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.installation import SQLITE, Installation

FILLING = """
from tests.small_stage import small_stage
small_stage(townships=2)
"""
# The name of the first inspection's round as the county's page says it, for two people.
SEEING = """
from django.test import Client
from django.urls import reverse
from organization.models import Role, User
from inspections.models import Round

person = User.objects.filter(assignments__role=Role.ADMINISTRATOR).order_by("pk").first()
def browser():
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client
writer, reader = browser(), browser()
Round.objects.update(name="改过名的轮次")
page = reverse("home")
sees = lambda client: "改过名的轮次" in client.get(page, follow=True).content.decode()
print(sees(reader), end=" ")
writer.post(reverse("set_language"), {"language": "zh-hans"})
print(sees(writer), sees(reader))
"""


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "portal", SQLITE)
    made.manage("migrate", "--noinput", "--verbosity", "0")
    made.script(FILLING)
    with closing(sqlite3.connect(made.folder / "portal.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(made.folder / "portal.sqlite3", made.folder / "copy.sqlite3")
    yield made
    made.remove()


def test_page_comes_from_the_copy_but_for_who_has_just_written(portal: Installation) -> None:
    portal.environment["PORTAL_REPLICA_URL"] = f"sqlite:///{portal.folder / 'copy.sqlite3'}"
    assert portal.script(SEEING).split() == ["False", "True", "False"]


def test_copy_that_is_gone_is_done_without(portal: Installation) -> None:
    portal.environment["PORTAL_REPLICA_URL"] = f"sqlite:///{portal.folder / 'no' / 'copy.sqlite3'}"
    assert portal.script(SEEING).split() == ["True", "True", "True"]


def test_without_the_setting_there_is_one_database(portal: Installation) -> None:
    assert portal.script(SEEING).split() == ["True", "True", "True"]
