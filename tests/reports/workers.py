"""Real workers of the queue in processes of their own, over the database of the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

PATIENCE = 240  # seconds; only a worker that does nothing at all uses them up
Start = Callable[[], subprocess.Popen[bytes]]


def environment(media: Path, folder: Path, **more: str) -> dict[str, str]:
    """What a process needs to work on the very database and files of this test."""
    return os.environ | {
        "PORTAL_DATABASE_URL": database_url(),
        "PORTAL_MEDIA_ROOT": str(media),
        "PORTAL_FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "PORTAL_FONTS_DIR": str(settings.FONTS_DIR),
        "PORTAL_QUEUE_WORKERS": "2",
        "PORTAL_JOB_LEASE": "4",
        "PORTAL_JOB_SLICE": "2",
        "TMPDIR": str(folder),
        **more,
    }


def run_worker(folder: Path, said: dict[str, str], number: int = 0) -> subprocess.Popen[bytes]:
    """Start `manage.py run_worker` as a group that can be killed whole; its log is in the folder."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_worker"]
    with (folder / f"worker-{number}.log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=said, start_new_session=True, stdout=log, stderr=log
        )


@pytest.fixture
def start_worker(media_folder: Path, tmp_path: Path) -> Iterator[Start]:
    """Start workers, as many as wanted; they end with the test."""
    started: list[subprocess.Popen[bytes]] = []
    said = environment(media_folder, tmp_path)

    def start() -> subprocess.Popen[bytes]:
        started.append(run_worker(tmp_path, said, len(started)))
        return started[-1]

    yield start
    for process in started:
        kill(process)


def database_url() -> str:
    about = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{about['NAME']}"
    user, password = quote(about["USER"]), quote(about["PASSWORD"])
    return f"postgres://{user}:{password}@{about['HOST']}:{about['PORT'] or 5432}/{about['NAME']}"


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole tree at once, as a power cut would; nothing is told before."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def wait_for(wanted: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE
    while not wanted():
        assert time.monotonic() < until, "the worker does nothing"
        time.sleep(0.05)
