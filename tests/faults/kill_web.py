"""Kills the web server with SIGKILL in the middle of saves and submits, and counts what was lost.

python -m tests.faults.kill_web [--server postgres://user@host:port] [--kills 3]
"""

import argparse
import itertools
import threading
from pathlib import Path

from tests.clients import Scene, at_once, set_scene
from tests.faults.report import arguments, installation, run, say


def until(scene: Scene, count: int, pause: threading.Event) -> None:
    while len(scene.acknowledged) < count and not scene.refused:
        pause.wait(0.02)


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made = installation(given, folder)
    pause = threading.Event()
    try:
        scene = set_scene(made, townships=8)
        submits = Scene(made, scene.inspections, scene.sessions)
        numbers, each = itertools.count(), 40
        for kill in range(given.kills):
            made.start(workers=2)
            stop = threading.Event()
            clients = at_once(scene.save, numbers, 3, stop)
            until(scene, len(scene.acknowledged) + each, pause)
            made.kill()
            stop.set()
            for client in clients:
                client.join()
            say(f"SIGKILL {kill + 1} while saving: {len(scene.acknowledged)} acknowledged so far")
        say(f"{scene.unanswered} saves got no answer and are not counted as kept")
        # Every item answered, then submitted while the server is killed.
        made.script(FILLING)
        made.start(workers=2)
        stop = threading.Event()
        clients = at_once(submits.submit, iter(range(len(scene.inspections))), 2, stop)
        until(submits, 2, pause)
        made.kill()
        for client in clients:
            client.join()
        say(f"SIGKILL while submitting: {len(submits.acknowledged)} of {len(scene.inspections)} acknowledged")
        halves = made.query(HALF_SUBMITTED)[0][0]
        return {
            "kills": given.kills + 1,
            "acknowledged": len(scene.acknowledged) + len(submits.acknowledged),
            "lost": scene.lost_saves() + submits.lost_submits() + halves,
            "failures": len(scene.refused) + len(submits.refused),
        }
    finally:
        made.remove()


FILLING = """
from inspections.models import Inspection
from organization.models import User
from tests.small_stage import answer
for inspection in Inspection.objects.select_related("round", "center", "region"):
    answer(inspection, User.objects.get(username="inspector"))
"""
# A submission is all or nothing: state, score and the frozen snapshot together.
HALF_SUBMITTED = (
    "SELECT count(*) FROM inspections_inspection "
    "WHERE (state = 'submitted') <> (score IS NOT NULL AND snapshot IS NOT NULL)"
)

if __name__ == "__main__":
    run(work, arguments(__doc__, kills=2))
