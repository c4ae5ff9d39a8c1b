"""Documents to be issued under a fault: a county's drafts, who issues them, and what came of it."""

import hashlib
import http.client
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.clients import Scene
from tests.installation import Installation

NUMBER = re.compile(r"汤政服办〔(\d+)〕(\d+)号")
SETTING_UP = """
import json
from django.test import Client
from inspections.answers import Given
from tests.small_stage import answer, drafted, small_stage, submitted
stage = small_stage(townships={drafts} + {filled} + {open})
drafts = [drafted(stage, submitted(stage, place, yes=Given(False))) for place in range({drafts})]
for inspection in stage.inspections[{drafts}:{drafts} + {filled}]:
    answer(inspection, stage.cast["inspector"])
sessions = dict()
for role in ("administrator", "signatory", "inspector", "lead_inspector"):
    client = Client()
    client.force_login(stage.cast[role])
    sessions[role] = client.session.session_key
others = [str(one.pk) for one in stage.inspections[{drafts}:]]
print(json.dumps([[str(one.pk) for one in drafts], stage.round.pk, sessions, others]))
"""


@dataclass
class Papers:
    """Drafts of one round; `told` holds the numbers that a page has shown, by document."""

    installation: Installation
    drafts: list[str]
    round: int
    clients: Scene
    told: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    unanswered: int = 0

    def issue(self, draft: str) -> bool:
        """Ask for the issue as a person does, then read the number off the page; False if there is none."""
        try:
            status, text = self.clients.post(f"/documents/{draft}/issue/", "", "signatory", timeout=60)
            page = self.clients.get(f"/documents/{draft}/", "signatory") if status == 302 else ""
        except (OSError, http.client.HTTPException):
            self.unanswered += 1
            return False
        if found := NUMBER.search(page):
            self.told[draft.replace("-", "")] = int(found[2])
            return True
        self.refused.append(f"{status} {text[:200]}")
        return False

    def issue_all(self, threads: int, stop: threading.Event) -> list[threading.Thread]:
        """Start threads that issue the drafts; one that got no number is asked for again, as people do."""
        left, lock = list(self.drafts), threading.Lock()

        def loop() -> None:
            while not stop.is_set():
                with lock:
                    draft = left.pop(0) if left else None
                if draft is None:
                    return
                if not self.issue(draft):
                    with lock:
                        left.append(draft)
                    stop.wait(0.2)

        started = [threading.Thread(target=loop, daemon=True) for _ in range(threads)]
        for thread in started:
            thread.start()
        return started

    def begin_job(self, kind: str) -> str:
        """Ask for a job over the whole round on its page; returns its number."""
        status, where = self.clients.post(f"/rounds/{self.round}/documents/{kind}/", "", "administrator")
        assert status == 302, where
        return where.rstrip("/").rsplit("/", 1)[1]

    def one(self, sql: str) -> Any:
        return self.installation.query(sql)[0][0]

    def issued(self) -> int:
        return int(self.one("SELECT count(*) FROM reports_officialdocument WHERE number IS NOT NULL"))

    def counts(self) -> dict[str, int]:
        """Count what must be nought: told and not there, numbers left out or given twice, damaged files."""
        ask = self.installation.query
        rows = ask("SELECT id, number, pdf, sha256 FROM reports_officialdocument WHERE number IS NOT NULL")
        numbers = sorted(row[1] for row in rows)
        register = sorted(row[0] for row in ask("SELECT number FROM reports_givennumber"))
        events = self.one("SELECT count(*) FROM reports_documentevent WHERE move = 'issue'")
        there = {(str(row[0]).replace("-", ""), row[1]) for row in rows}
        files = [(self.installation.media / row[2], row[3]) for row in rows]
        whole = sum(path.exists() and _digest(path) == sha256 for path, sha256 in files)
        return {
            "issued": len(rows),
            "lost": len(set(self.told.items()) - there),
            "gaps": len(set(range(1, max(numbers, default=0) + 1)) - set(numbers)),
            "doubled": len(numbers) - len(set(numbers)) + abs(events - len(rows)) + (register != numbers),
            "damaged": len(files) - whole,
        }

    def whole(self) -> int:
        """Let the portal's own nightly commands look through documents and trail; returns what they found."""
        found = 0
        for command in ("check_documents", "verify_audit"):
            said = self.installation.try_run("manage.py", command)
            found += said.returncode != 0
            if said.returncode:
                self.refused.append(f"{command}: {said.stdout}{said.stderr}")
        return found


def _digest(path: Any) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def set_papers(installation: Installation, count: int, *, filled: int = 0, open: int = 0) -> Papers:
    """Make tables and a county whose inspections have a draft each; behind these, some that are filled
    and not submitted, and some that are open: they are the clients' inspections, in this order."""
    installation.manage("migrate", "--noinput", "--verbosity", "0")
    said = installation.script(SETTING_UP.format(drafts=count, filled=filled, open=open))
    drafts, round, sessions, others = json.loads(said.splitlines()[-1])
    return Papers(installation, drafts, round, Scene(installation, others, sessions))


def wait_for(wanted: Callable[[], bool], seconds: float = 240, every: float = 0.1) -> None:
    """Wait until something is so; a script that waits in vain ends with a clear fault."""
    until = time.monotonic() + seconds
    while not wanted():
        if time.monotonic() > until:
            raise AssertionError(f"waited {seconds:.0f} s in vain")
        time.sleep(every)
