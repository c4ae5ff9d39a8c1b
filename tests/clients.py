"""Clients over HTTP that keep count of what was acknowledged to them."""

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.installation import Installation

TOKEN = "a" * 32
# What the person saw before submitting.
DIGEST = re.compile(r'name="digest" value="([0-9a-f]+)"')
CODES = ("yes", "choice", "area", "zones", "windows", "posts")

# Inspections in `rounds` rounds over `townships` centers, and a session for who fills and who submits.
SETTING_UP = """
import json
from django.test import Client
from inspections.models import Answer, Inspection
from tests.small_stage import answer, of, small_stage
from tests.stage import fill, make_round, shipped, take_in
stage = small_stage(townships={townships}, data=shipped() if {shipped} else None)
made = [stage.round]
for number in range(1, {rounds}):
    made.append(make_round(stage.county, stage.edition, stage.cast["administrator"], f"第{{number + 1}}轮"))
    take_in(made[-1], stage.cast, ("township",))
if {filled}:
    # One is filled as people do; the others get copies of its rows, which is many times as fast.
    first, *others = [one for round in made for one in of(round)]
    (fill if {shipped} else answer)(first, stage.cast["inspector"])
    rows = list(Answer.objects.filter(inspection=first))
    copies = []
    for inspection in others:
        for row in rows:
            copy = Answer(inspection=inspection, item_id=row.item_id)
            for name in ("value", "note", "status", "version", "updated_by_id", "updated_at"):
                setattr(copy, name, getattr(row, name))
            copies.append(copy)
    Answer.objects.bulk_create(copies, batch_size=500)
    first.refresh_from_db()
    begun = dict(state=first.state)
    Inspection.objects.exclude(pk=first.pk).update(**begun)
sessions = dict()
for role in ("inspector", "lead_inspector"):
    client = Client()
    client.force_login(stage.cast[role])
    sessions[role] = client.session.session_key
print(json.dumps([[str(one.pk) for round in made for one in of(round)], sessions]))
"""


@dataclass
class Scene:
    """Inspections to work on, the sessions to do it with, and what came of it."""

    installation: Installation
    inspections: list[str]
    sessions: dict[str, str]
    acknowledged: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unanswered: int = 0
    seconds: list[float] = field(default_factory=list)

    def post(self, path: str, body: str, role: str, timeout: float = 30) -> tuple[int, str]:
        """Send one write; returns status, and where it leads or what it says. Raises where no answer came."""
        wire = http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=timeout)
        headers = {
            "Cookie": f"sessionid={self.sessions[role]}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            wire.request("POST", path, body, headers)
            said = wire.getresponse()
            text = said.read().decode()
            return said.status, said.headers.get("Location", text)
        finally:
            wire.close()

    def get(self, path: str, role: str, timeout: float = 30) -> str:
        """Ask for a page; raises where no answer came, or the portal said that it could give none."""
        wire = http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=timeout)
        try:
            wire.request("GET", path, headers={"Cookie": f"sessionid={self.sessions[role]}"})
            said = wire.getresponse()
            if said.status == 503:
                raise http.client.HTTPException("503")
            return said.read().decode()
        finally:
            wire.close()

    def save(self, number: int) -> None:
        """Save answer `number` with a note of its own; keeps the note if it was acknowledged."""
        inspection = self.inspections[number % len(self.inspections)]
        code = CODES[number % len(CODES)]
        note = f"{code} {number}"
        body = f"i{CODES.index(code) + 1}-note={code}+{number}"
        try:
            status, text = self.post(f"/inspections/{inspection}/answers/{code}/", body, "inspector")
        except (OSError, http.client.HTTPException):
            self.unanswered += 1
            return
        if status == 200 and json.loads(text)["version"] >= 1:
            self.acknowledged.append((inspection.replace("-", ""), note))
        else:
            self.refused.append(f"{status} {text[:200]}")

    def submit(self, number: int) -> None:
        """Submit inspection `number`; keeps it if the answer was the way to its score."""
        inspection = self.inspections[number]
        try:
            seen = DIGEST.search(self.get(f"/inspections/{inspection}/check/", "lead_inspector"))
            body = f"digest={seen[1]}" if seen else ""
            begun = time.monotonic()
            status, text = self.post(f"/inspections/{inspection}/submit/", body, "lead_inspector")
            self.seconds.append(time.monotonic() - begun)
        except (OSError, http.client.HTTPException):
            self.unanswered += 1
            return
        if status == 302 and text.endswith("/score/"):
            self.acknowledged.append((inspection.replace("-", ""), "submitted"))
        else:
            self.refused.append(f"{status} {text[:200]}")

    def lost_saves(self) -> int:
        """Count acknowledged notes that the history of the database does not hold."""
        rows = self.installation.query("SELECT inspection_id, new FROM inspections_answerevent")
        kept = set()
        for inspection, new in rows:
            value = new if isinstance(new, dict) else json.loads(new)
            kept.add((str(inspection).replace("-", ""), value["note"]))
        return len(set(self.acknowledged) - kept)

    def lost_submits(self) -> int:
        """Count acknowledged submissions that are not submitted with a score."""
        rows = self.installation.query(
            "SELECT id FROM inspections_inspection WHERE state = 'submitted' AND score IS NOT NULL"
        )
        kept = {(str(row[0]).replace("-", ""), "submitted") for row in rows}
        return len(set(self.acknowledged) - kept)

    def doubled_submits(self) -> int:
        """Count inspections that the trail says were submitted more than once."""
        rows = self.installation.query(
            "SELECT target FROM organization_auditentry "
            "WHERE action = 'inspection.submit' AND result = 'done' GROUP BY target HAVING count(*) > 1"
        )
        return len(rows)


def set_scene(
    installation: Installation,
    *,
    townships: int = 4,
    rounds: int = 1,
    filled: bool = False,
    shipped: bool = False,
) -> Scene:
    """Make tables and a county with its inspections in an installation, on a small standard or `shipped`."""
    installation.manage("migrate", "--noinput", "--verbosity", "0")
    made = SETTING_UP.format(townships=townships, rounds=rounds, filled=filled, shipped=shipped)
    said = installation.script(made)
    inspections, sessions = json.loads(said.splitlines()[-1])
    return Scene(installation, inspections, sessions)


def at_once(
    work: Callable[[int], None], numbers: Iterator[int], threads: int, stop: threading.Event
) -> list[threading.Thread]:
    """Start threads that take numbers and work on them until they run out or `stop` is set."""
    lock = threading.Lock()

    def loop() -> None:
        while not stop.is_set():
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            work(number)

    started = [threading.Thread(target=loop, daemon=True) for _ in range(threads)]
    for thread in started:
        thread.start()
    return started
