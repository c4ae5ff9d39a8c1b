"""The portal in processes of its own on a database of its own, to be killed."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of an empty database of the kind that the tests run on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'portal.sqlite3'}"
        return
    import psycopg2

    given, name = connection.settings_dict, f"faults_{secrets.token_hex(4)}"
    login = {"host": given["HOST"], "port": given["PORT"] or 5432, "user": given["USER"]}
    login |= {"password": given["PASSWORD"]} if given["PASSWORD"] else {}

    def execute(statement: str) -> None:
        wire = psycopg2.connect(dbname="postgres", **login)
        wire.autocommit = True
        with wire.cursor() as cursor:
            cursor.execute(statement)
        wire.close()

    execute(f"CREATE DATABASE {name}")
    try:
        word = f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else ""
        yield f"postgres://{quote(given['USER'])}{word}@{login['host']}:{login['port']}/{name}"
    finally:
        execute(f"DROP DATABASE {name} WITH (FORCE)")


class Portal:
    """gunicorn with two workers; it is started again on another port after each kill."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("PORTAL_")},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PORTAL_VAR_DIR": str(folder),
            "PORTAL_STATIC_ROOT": str(folder / "static"),
            "PORTAL_DATABASE_URL": address,
            "PORTAL_DEBUG": "true",
            "PORTAL_LOG_LEVEL": "WARNING",
            "PORTAL_RELEASE": "test",
            "PYTHONPATH": str(settings.BASE_DIR),
        }
        self.port = 0
        self.starts = 0
        self.process: subprocess.Popen[bytes] | None = None

    def run(self, *arguments: str) -> str:
        said = subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert said.returncode == 0, said.stderr
        return said.stdout

    def start(self) -> int:
        """Serve on a free port; returns it once both workers run."""
        self.starts += 1
        log = self.folder / f"server-{self.starts}.log"
        command = [
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", "127.0.0.1:0"),
            *("--workers", "2", "--threads", "4", "--worker-class", "gthread", "--preload"),
        ]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=self.environment, stderr=out, start_new_session=True
            )
        for _ in range(1200):
            said = log.read_text()
            if said.count("Booting worker") == 2:
                self.port = int(said.split("Listening at: http://127.0.0.1:")[1].split()[0])
                return self.port
            assert self.process.poll() is None, said
            time.sleep(0.05)
        raise AssertionError(log.read_text())

    def kill(self) -> None:
        """Kill master and workers as a power cut would: no handler runs, nothing is flushed."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def query(self, *statements: str) -> list[list[tuple[Any, ...]]]:
        """Rows of each statement as the database has them, by a process of its own."""
        script = (
            "import django, json, sys; django.setup(); from django.db import connection as c; k = c.cursor();"
            "print(json.dumps([(k.execute(s), k.fetchall())[1] for s in sys.argv[1:]], default=str))"
        )
        return [[tuple(row) for row in rows] for rows in json.loads(self.run("-c", script, *statements))]
