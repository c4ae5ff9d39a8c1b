"""Sets the clock of a running portal back by days, and forward again, while people save, submit and issue.

Only the portal's own processes see the other time: a settings module around ours moves what Python's clock
says by the seconds in a file. Nothing may be lost, no number given twice, and the trail must still verify.
python -m tests.faults.clock_back [--server …] [--days 3] [--documents 12]
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from tests.clients import Scene
from tests.faults.papers import Papers, set_papers
from tests.faults.report import arguments, installation, run, say

# Read at each look at the clock, so that it moves under processes that run.
MOVING = """
import datetime, os, time
from pathlib import Path

_file, _time, _datetime = Path(os.environ["CLOCK_FILE"]), time.time, datetime.datetime
def moved():
    return _time() + float(_file.read_text() or 0)
time.time = moved
time.time_ns = lambda: int(moved() * 1_000_000_000)
from django.utils import timezone
timezone.now = lambda: _datetime.fromtimestamp(moved(), datetime.UTC)
from config.settings import *
"""


def play(papers: Papers, saving: Scene, clock: Path, days: int) -> Iterator[str]:
    """Save, submit and issue at each setting of the clock; yields what was done."""
    share = len(papers.drafts) // 3
    for turn, (offset, words) in enumerate([(0, "right"), (-days, f"{days} days back"), (1, "right again")]):
        clock.write_text(str(offset * 86400) if offset < 0 else "0")
        for number in range(turn * 100, turn * 100 + 12):
            saving.save(number)
        papers.clients.submit(turn)
        for draft in papers.drafts[turn * share : (turn + 1) * share]:
            papers.issue(draft)
        done = f"{len(saving.acknowledged)} saves and {len(papers.clients.acknowledged)} submissions"
        yield f"clock {words}: {done} acknowledged, {len(papers.told)} numbers shown"


def stale(saving: Scene) -> int:
    """Count answers that do not show the note that was saved last."""
    rows = saving.installation.query(
        "SELECT a.inspection_id, i.code, a.note FROM inspections_answer a "
        "JOIN standards_item i ON i.id = a.item_id WHERE a.note <> ''"
    )
    last = {(inspection, note.split()[0]): note for inspection, note in saving.acknowledged}
    there = {(str(key).replace("-", ""), code): note for key, code, note in rows}
    return sum(there.get(key) != note for key, note in last.items())


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    clock = folder / "clock"
    clock.write_text("0")
    (folder / "moved_settings.py").write_text(MOVING)
    made = installation(given, folder, CLOCK_FILE=str(clock))
    made.environment["PYTHONPATH"] += f":{folder}"
    try:
        papers = set_papers(made, given.documents, filled=3, open=3)
        made.environment["DJANGO_SETTINGS_MODULE"] = "moved_settings"
        made.start(workers=2)
        scene = papers.clients
        saving = Scene(made, scene.inspections[3:], scene.sessions)
        for line in play(papers, saving, clock, given.days):
            say(line)
        counts = papers.counts()
        refused = papers.refused + scene.refused + saving.refused
        unlike = {
            "not issued": given.documents - counts["issued"],
            "not submitted": 3 - len(scene.acknowledged),
            "older text shown": stale(saving),
            "refused": len(refused),
            "no answer": papers.unanswered + scene.unanswered + saving.unanswered,
            "found by check_documents and verify_audit": papers.whole(),
            "numbers": counts["gaps"] + counts["doubled"] + counts["damaged"],
        }
        say(", ".join(f"{words}: {count}" for words, count in unlike.items()))
        for text in [*refused, *papers.refused]:
            say(f"refused: {text}")
        lost = counts.pop("lost") + saving.lost_saves() + scene.lost_submits()
        acknowledged = len(saving.acknowledged) + len(scene.acknowledged) + len(papers.told)
        return {"acknowledged": acknowledged, **counts, "lost": lost, "failures": sum(unlike.values())}
    finally:
        made.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, days=3, documents=6))
