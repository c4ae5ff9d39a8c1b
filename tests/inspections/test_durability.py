"""What was acknowledged is kept: by many at once, and by a server that is killed."""

import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from inspections import actions
from inspections.answers import Given
from inspections.models import Answer, AnswerEvent, Inspection
from organization.models import Role
from tests.factories import make_user
from tests.small_stage import NOW, small_stage

CODES = ("yes", "choice", "area", "zones", "windows", "posts")


def value(code: str, number: int) -> Given:
    """An answer that differs from one number to the next."""
    values: dict[str, Any] = {
        "yes": number % 2 == 0,
        "choice": ("met", "partly", "not_met")[number % 3],
        "area": str(100 + number),
        "zones": ["guide", "wait", "office"][: 1 + number % 3],
        "windows": {"total": "90", "compliant": str(number)},
        "posts": str(number),
    }
    return Given(values[code], note=f"{code} {number}")


@pytest.mark.django_db(transaction=True)
def test_saves_of_one_inspection_by_many_at_once_are_all_kept() -> None:
    """Four people save into the same six items; every save is in the history, and the last one holds."""
    stage = small_stage(townships=1)
    inspection, turns = stage.inspections[0], 12
    people = [make_user(f"i{n}", [(Role.INSPECTOR, stage.county.region)]) for n in range(4)]
    inspection.inspectors.add(*people)
    faults: list[Exception] = []
    gate = threading.Barrier(len(people))

    def work(place: int) -> None:
        gate.wait()
        try:
            for turn in range(turns):
                code = CODES[(turn + place) % len(CODES)]
                given = value(code, place * turns + turn)
                actions.save_answer(inspection=inspection, code=code, given=given, by=people[place], now=NOW)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert AnswerEvent.objects.count() == len(people) * turns
    assert Answer.objects.count() == len(CODES)
    for answer in Answer.objects.select_related("item"):
        events = list(AnswerEvent.objects.filter(item=answer.item))
        assert answer.version == len(events)
        assert [(event.base, event.version) for event in events] == list(pairwise(range(len(events) + 1)))
        assert events[-1].new["note"] == answer.note


@pytest.mark.django_db(transaction=True)
def test_inspectors_of_many_centers_at_once_lose_nothing() -> None:
    stage = small_stage(townships=8)
    faults: list[Exception] = []

    def work(inspection: Inspection) -> None:
        try:
            for number, code in enumerate(CODES):
                by = stage.cast["inspector"]
                actions.save_answer(
                    inspection=inspection, code=code, given=value(code, number), by=by, now=NOW
                )
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(inspection,)) for inspection in stage.inspections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert Answer.objects.count() == AnswerEvent.objects.count() == 8 * len(CODES)
    assert Inspection.objects.filter(state="in_progress").count() == 8


# ---- a server that is killed

SETTING_UP = """
import django
django.setup()
from django.test import Client
from tests.small_stage import small_stage
stage = small_stage(townships=1)
client = Client()
client.force_login(stage.cast["inspector"])
print(stage.inspections[0].pk, client.cookies["sessionid"].value)
"""


class Server:
    """The portal in a process of its own on a SQLite file of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "portal.sqlite3"
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("PORTAL_")},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PORTAL_VAR_DIR": str(folder),
            "PORTAL_STATIC_ROOT": str(folder / "static"),
            "PORTAL_DATABASE_URL": f"sqlite:///{self.database}",
            "PORTAL_DEBUG": "true",
            "PYTHONPATH": str(settings.BASE_DIR),
        }
        self.port = 0
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

    def start(self) -> None:
        """Serve on a free port; returns once a process of the server answers."""
        command = [
            *(sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", "127.0.0.1:0"),
            *("--workers", "1", "--threads", "4", "--worker-class", "gthread"),
        ]
        log = self.folder / "server.log"
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=self.environment, stderr=out, start_new_session=True
            )
        for _ in range(600):
            said = log.read_text()
            if "Listening at: http://127.0.0.1:" in said and "Booting worker" in said:
                self.port = int(said.split("Listening at: http://127.0.0.1:")[1].split()[0])
                return
            assert self.process.poll() is None, said
            time.sleep(0.1)
        raise AssertionError(log.read_text())

    def kill(self) -> None:
        """Kill master and worker as a power cut would: no handler runs, nothing is flushed."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.kill()


def test_saves_acknowledged_before_a_kill_are_kept(server: Server) -> None:
    """Three clients save until the server is killed in the middle; whatever was acknowledged is there."""
    server.run("manage.py", "migrate", "--noinput", "--verbosity", "0")
    inspection, session = server.run("-c", SETTING_UP).split()
    server.start()
    acknowledged: list[tuple[str, str]] = []
    killed = threading.Event()

    def client(place: int) -> None:
        token = "a" * 32
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        for number in range(place, 3000, 3):
            code = CODES[number % len(CODES)]
            prefix = f"i{CODES.index(code) + 1}"
            body = f"{prefix}-note={code}+{number}"
            try:
                wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
                wire.request("POST", f"/inspections/{inspection}/answers/{code}/", body, headers)
                said = wire.getresponse()
                body = said.read()
            except (OSError, http.client.HTTPException):
                assert killed.is_set()
                return
            assert said.status == 200, body
            assert json.loads(body)["version"] >= 1
            acknowledged.append((code, f"{code} {number}"))

    threads = [threading.Thread(target=client, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 40 and any(thread.is_alive() for thread in threads):
        time.sleep(0.005)
    killed.set()
    server.kill()
    for thread in threads:
        thread.join()

    assert len(acknowledged) >= 40
    with sqlite3.connect(server.database) as database:
        # Django's own; the check reads the constraints of all rows.
        database.create_function("REGEXP", 2, lambda pattern, text: bool(re.search(pattern, text)))
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        history = [
            (code, json.loads(new)["note"])
            for code, new in database.execute(
                "SELECT i.code, e.new FROM inspections_answerevent e "
                "JOIN standards_item i ON i.id = e.item_id ORDER BY e.id"
            )
        ]
        kept = dict(
            database.execute(
                "SELECT i.code, a.note FROM inspections_answer a JOIN standards_item i ON i.id = a.item_id"
            )
        )
    assert set(acknowledged) <= set(history)
    # At most one save of each client was under way, written but not yet acknowledged.
    assert len(history) - len(acknowledged) <= 3
    assert kept == dict(history)
