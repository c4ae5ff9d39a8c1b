"""Lets several processes submit while one corrects, closes, moves and reviews; then recounts everything.

The summaries are rows that all of them change: in whatever order they do, PostgreSQL must find no deadlock,
and the recount no difference.
python -m tests.faults.crowd [--server …] [--submits 100000] [--processes 3] [--writers 2]
"""

import argparse
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from tests.clients import set_scene
from tests.faults.report import arguments, installation, run, say
from tests.installation import ROOT, Installation

TOWNSHIPS = 200
# A process of the crowd: the first argument says which part of the inspections is its own, -1 to disturb.
PROCESS = """
import sys, threading
import django
django.setup()
from inspections.models import Inspection
from organization.models import Region, User
from tests.reports.crowds import Crowd
part, of, writers = map(int, sys.argv[1:])
cast = {user.username: user for user in User.objects.all()}
keys = list(Inspection.objects.order_by("pk").values_list("pk", flat=True))
places = list(Region.objects.filter(level=4, code__startswith="410523"))
made = Crowd(cast, places, keys if part < 0 else keys[part::of])
if part < 0:
    around = made.disturb()
    sys.stdin.read()
    made.done.set()
    for thread in around:
        thread.join()
else:
    made.submit(writers)
for fault in made.faults:
    print(repr(fault))
"""
FREE = """
from organization.models import Region
county = Region.objects.get(code="410523000000")
Region.objects.bulk_create(
    Region(code=f"41052399{n}000", level=4, name=f"空乡{n}", parent=county) for n in range(9)
)
"""
# Some of the filled inspections fall short, so that there are findings: the first item is answered with no.
FALL_SHORT = """
UPDATE inspections_answer SET value = 'false', note = '门未开', status = 'not_met'
WHERE item_id = (SELECT MIN(item_id) FROM inspections_answer)
    AND SUBSTR(CAST(inspection_id AS text), 32, 1) IN ('0', '1', '2', '3', '4', '5')
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
SUBMITTED = "SELECT COUNT(*) FROM inspections_inspection WHERE state = 'submitted'"


def start(made: Installation, part: int, given: argparse.Namespace) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROCESS, str(part), str(given.processes), str(given.writers)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=ROOT, env=made.environment, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


def one(made: Installation, statement: str) -> int:
    return int(made.query(statement)[0][0])


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made, ended = installation(given, folder), ExitStack()
    ended.callback(made.remove)
    with ended:
        centers = min(given.submits, TOWNSHIPS)
        scene = set_scene(made, townships=centers, rounds=-(-given.submits // centers), filled=True)
        made.script(FREE)
        made.execute(FALL_SHORT)
        count, begun = len(scene.inspections), time.monotonic()
        say(f"{count} inspections are filled")
        disturber, *crowd = [start(made, part, given) for part in range(-1, given.processes)]
        for process in (disturber, *crowd):
            # Nobody goes on where the test is broken off.
            ended.callback(process.kill)
        told = [process.communicate()[0] for process in crowd]
        told.append(disturber.communicate()[0])
        seconds = time.monotonic() - begun
        faults = [line for text in told for line in text.splitlines()]
        for line in faults[:5]:
            say(line[:300])
        dead = one(made, DEADLOCKS) if made.server != "sqlite" else 0
        findings = one(made, "SELECT COUNT(*) FROM inspections_finding")
        say(f"{count / seconds:.0f} submits a second, {findings} findings; now the recount")
        # What the crowd corrects is in no inspection's content: the sums are held against the results.
        counted = made.try_run("manage.py", "rebuild_summaries", "--check", "--quick")
        if counted.returncode:
            say((counted.stdout + counted.stderr)[-600:])
        return {
            "submitted": one(made, SUBMITTED),
            "lost": count - one(made, SUBMITTED),
            "deadlocks": dead,
            "differences": int(bool(counted.returncode)),
            "failures": len(faults) + dead + bool(counted.returncode),
        }


if __name__ == "__main__":
    run(work, arguments(__doc__, submits=60, processes=2, writers=2))
