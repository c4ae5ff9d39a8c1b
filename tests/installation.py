"""An installation in a folder and a database of its own, run by the same commands as in operation."""

import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
SQLITE = "sqlite"


def server_of_tests() -> str:
    """Return `sqlite`, or the address of the PostgreSQL server under which the tests run."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return SQLITE
    at = connection.settings_dict
    password = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    return f"postgres://{at['USER']}{password}@{at['HOST']}:{at['PORT'] or 5432}"


class Installation:
    """A folder and a database; `server` is `sqlite` or the address of a PostgreSQL server."""

    def __init__(self, folder: Path, server: str = SQLITE, **environment: str) -> None:
        self.folder, self.server = folder, server
        folder.mkdir(parents=True, exist_ok=True)
        self.name = f"portal_{secrets.token_hex(6)}"
        if server == SQLITE:
            self.url = f"sqlite:///{folder / 'portal.sqlite3'}"
        else:
            self.url = f"{server}/{self.name}"
            self._on_server(f"CREATE DATABASE {self.name}")
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO"))},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PORTAL_VAR_DIR": str(folder),
            "PORTAL_STATIC_ROOT": str(ROOT / "staticfiles"),
            "PORTAL_DATABASE_URL": self.url,
            "PORTAL_FONTS_DIR": os.environ.get("PORTAL_FONTS_DIR", str(ROOT / "var" / "fonts")),
            "PORTAL_LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def media(self) -> Path:
        return self.folder / "media"

    # ---- commands

    def try_run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)

    def run(self, *arguments: str) -> str:
        said = self.try_run(*arguments)
        assert said.returncode == 0, said.stdout + said.stderr
        return said.stdout

    def manage(self, *arguments: str) -> str:
        return self.run("manage.py", *arguments)

    def script(self, code: str) -> str:
        """Run code inside the portal, after `django.setup()`."""
        return self.run("-c", f"import django\ndjango.setup()\n{code}")

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command in a session of its own, which `kill_tree` ends as a power cut would."""
        with (self.folder / "commands.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.environment,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    # ---- the web server

    def start(self, *options: str, workers: int = 1, threads: int = 4, port: int = 0) -> None:
        """Serve on a free port; returns once it answers."""
        self.port = port or free_port()
        command = [
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
            *("--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"),
            *("--workers", str(workers), "--threads", str(threads), *options),
        ]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(600):
            assert self.process.poll() is None, self.log()
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError(self.log())

    def log(self) -> str:
        return (self.folder / "server.log").read_text(errors="replace")

    def kill(self, how: int = signal.SIGKILL) -> None:
        """Kill master and workers; by default as a power cut would: no handler runs, nothing is flushed."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait()

    # ---- the database seen from outside

    @contextmanager
    def connected(self) -> Iterator[Any]:
        if self.server == SQLITE:
            with closing(sqlite3.connect(self.folder / "portal.sqlite3")) as database:
                yield database
        else:
            with closing(psycopg2.connect(self.url)) as database:
                yield database

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connected() as database:
            cursor = database.cursor()
            cursor.execute(sql)
            return list(cursor.fetchall())

    def execute(self, sql: str) -> None:
        with self.connected() as database:
            database.cursor().execute(sql)
            database.commit()

    def tables(self) -> list[str]:
        listing = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            if self.server == SQLITE
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        return sorted(row[0] for row in self.query(listing))

    def every_row(self) -> dict[str, list[str]]:
        """Return every row of every table as text, sorted."""
        return {table: sorted(map(repr, self.query(f'SELECT * FROM "{table}"'))) for table in self.tables()}

    def every_file(self) -> dict[str, bytes]:
        """Return every file in the folder of uploads by its path."""
        files = (path for path in self.media.rglob("*") if path.is_file())
        return {str(path.relative_to(self.media)): path.read_bytes() for path in sorted(files)}

    def _on_server(self, sql: str) -> None:
        with closing(psycopg2.connect(f"{self.server}/postgres")) as database:
            database.autocommit = True
            database.cursor().execute(sql)

    def remove(self) -> None:
        """Kill what runs and drop the database; the folder is the caller's."""
        self.kill()
        if self.server != SQLITE:
            self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


def kill_tree(process: subprocess.Popen[bytes], how: int = signal.SIGKILL) -> None:
    """Kill a process with its children; by default no handler runs, nothing is flushed."""
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        return
    process.wait()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
