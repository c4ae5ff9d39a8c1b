"""Upgrades without a pause: the rules for migrations, a process of the old release, and the way back."""

import importlib
import itertools
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

from tests.clients import at_once, set_scene
from tests.installation import ROOT, Installation, server_of_tests

LAST_RELEASE = dict(line.split() for line in (ROOT / "deploy" / "last-release").read_text().splitlines())
# An old process goes on reading and writing these columns and tables while the new one starts.
REMOVING = (
    *(migrations.RemoveField, migrations.DeleteModel, migrations.RenameField, migrations.RenameModel),
    *(migrations.AlterModelTable, migrations.RunSQL),
)


def since_release() -> Iterator[tuple[str, migrations.Migration]]:
    graph = MigrationLoader(None, ignore_no_migrations=True)
    for (app, name), migration in sorted(graph.disk_migrations.items()):
        if app in LAST_RELEASE and name > LAST_RELEASE[app]:
            yield f"{app}.{name}", migration


def fault(operation: migrations.operations.base.Operation) -> str:
    """Return what of an operation breaks an old process, or nothing."""
    if isinstance(operation, REMOVING):
        return "takes away what the old process uses; do it in the release after the next"
    if not isinstance(operation, migrations.AddField) or isinstance(operation.field, models.ManyToManyField):
        return ""
    field = operation.field
    if field.null or field.db_default is not NOT_PROVIDED:
        return ""
    return "the old process cannot fill it: give it null=True or db_default"


def test_migrations_since_the_last_release_let_old_processes_work() -> None:
    faults = [
        f"{name}: {type(operation).__name__} {getattr(operation, 'name', '')}: {fault(operation)}"
        for name, migration in since_release()
        for operation in migration.operations
        if fault(operation)
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("operation", "passes"),
    [
        (migrations.AddField("user", "note", models.TextField(default="")), False),
        (migrations.AddField("user", "note", models.TextField(default="", db_default="")), True),
        (migrations.AddField("user", "note", models.TextField(null=True)), True),
        (migrations.RemoveField("user", "name"), False),
        (migrations.RenameField("user", "name", "full_name"), False),
        (migrations.DeleteModel("user"), False),
    ],
)
def test_rule_tells_what_breaks_an_old_process(
    operation: migrations.operations.base.Operation, passes: bool
) -> None:
    assert (fault(operation) == "") == passes


def test_every_app_of_ours_has_a_release_to_go_back_to() -> None:
    for app, name in LAST_RELEASE.items():
        assert importlib.import_module(f"{app}.migrations.{name}")


FILLING = """
from tests.small_stage import issued, small_stage, submitted
from inspections.answers import Given
stage = small_stage(townships=2)
issued(stage, submitted(stage, yes=Given(False, note="现场未见")))
# A notice that the release before does not know is read again after the way back.
from organization.models import User
User.objects.update(notice_version="")
"""
ENCRYPTED, PHONE = re.compile(r"e1[0-9a-f]{4}:[\w=-]+"), "0372-6200000"
BOOKKEEPING = {"django_migrations", "django_content_type", "auth_permission"}


def test_release_is_taken_back_and_put_on_again_with_its_data(tmp_path: Path, django_db_setup: None) -> None:
    made = Installation(tmp_path, server_of_tests())
    try:
        made.manage("migrate", "--noinput", "--verbosity", "0")
        made.script(FILLING)
        before = made.every_row()
        back = subprocess.run(
            ["deploy/rollback"],
            cwd=ROOT,
            env={**made.environment, "PYTHON": sys.executable},
            capture_output=True,
            text=True,
        )
        assert back.returncode == 0, back.stderr
        applied = {tuple(row) for row in made.query("SELECT app, name FROM django_migrations")}
        latest = {app: max(name for other, name in applied if other == app) for app in LAST_RELEASE}
        assert latest == LAST_RELEASE
        then = {table: len(made.query(f'SELECT 1 FROM "{table}"')) for table in made.tables()}
        lost = {
            table: (len(rows), then[table])
            for table, rows in before.items()
            if table in then and table not in BOOKKEEPING and len(rows) != then[table]
        }
        assert lost == {}
        made.manage("migrate", "--noinput", "--verbosity", "0")
        after = made.every_row()
        kept = before.keys() - BOOKKEEPING - {"organization_auditentry", "organization_auditcut"}
        # The way back leaves telephone numbers plain, which `encrypt_fields` encrypts again.
        plain = {table: [ENCRYPTED.sub(PHONE, row) for row in before[table]] for table in kept}
        assert {table: after[table] for table in kept} == plain
        assert plain["reports_issuingbody"] != before["reports_issuingbody"]
        made.manage("encrypt_fields")
        assert PHONE not in str(made.every_row()["reports_issuingbody"])
        assert made.manage("migrate", "--check") == ""
    finally:
        made.remove()


NEXT = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("organization", "{last}")]
    operations = [
        migrations.CreateModel("Letter", [("id", models.BigAutoField(primary_key=True))]),
        migrations.AddField("user", "nickname", models.CharField(max_length=20, db_default="")),
        migrations.AddField("servicecenter", "opened_on", models.DateField(null=True)),
        migrations.AddIndex("servicecenter", models.Index(fields=["opened_on"], name="center_opened")),
    ]
"""


def test_old_process_works_on_while_the_next_release_migrates(tmp_path: Path, django_db_setup: None) -> None:
    """Clients save the whole time through a process that knows nothing of the new columns."""
    made = Installation(tmp_path / "old", server_of_tests())
    stop = threading.Event()
    try:
        scene = set_scene(made)
        made.start()
        clients = at_once(scene.save, itertools.count(), 2, stop)
        last = max(path.stem for path in (ROOT / "organization/migrations").glob("0*.py"))
        following = tmp_path / "following"
        shutil.copytree(ROOT / "organization" / "migrations", following / "following_migrations")
        (following / "following_migrations" / "9999_next.py").write_text(NEXT.format(last=last))
        (following / "following_settings.py").write_text(
            "from config.settings import *\nMIGRATION_MODULES = {'organization': 'following_migrations'}\n"
        )
        while len(scene.acknowledged) < 5 and not scene.refused:
            stop.wait(0.05)
        begun = len(scene.acknowledged)
        upgrade = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--noinput", "--skip-checks"],
            cwd=ROOT,
            env={
                **made.environment,
                "DJANGO_SETTINGS_MODULE": "following_settings",
                "PYTHONPATH": f"{following}{os.pathsep}{ROOT}",
            },
            capture_output=True,
            text=True,
        )
        assert upgrade.returncode == 0, upgrade.stderr
        during = len(scene.acknowledged)
        while len(scene.acknowledged) < during + 5 and not scene.refused:
            stop.wait(0.05)
        stop.set()
        for client in clients:
            client.join()
        assert scene.refused == []
        assert scene.unanswered == 0
        assert during > begun
        assert scene.lost_saves() == 0
        assert made.query("SELECT DISTINCT nickname FROM organization_user") == [("",)]
    finally:
        stop.set()
        made.remove()
