"""Kills a PostgreSQL cluster of its own with SIGKILL during saves, restarts it; leaves the portal running.

Then stops it for a while: pages must say so with 503, and work again without a restart of the portal.
python -m tests.faults.kill_database [--kills 3]
"""

import argparse
import itertools
import threading
from pathlib import Path

from tests.clients import at_once, set_scene
from tests.faults.report import Cluster, arguments, run, say
from tests.installation import Installation


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    cluster = Cluster(folder)
    cluster.start()
    made = Installation(folder / "portal", cluster.url)
    stop = threading.Event()
    failures = 0
    try:
        scene = set_scene(made)
        made.start(workers=2)
        clients = at_once(scene.save, itertools.count(), 3, stop)
        for kill in range(given.kills):
            goal = len(scene.acknowledged) + 30
            while len(scene.acknowledged) < goal:
                stop.wait(0.02)
            cluster.kill()
            stop.wait(1)
            cluster.start()
            say(f"SIGKILL {kill + 1} of the database: {len(scene.acknowledged)} acknowledged so far")
        goal = len(scene.acknowledged) + 10
        while len(scene.acknowledged) < goal:
            stop.wait(0.02)
        stop.set()
        for client in clients:
            client.join()
        told = [text for text in scene.refused if text.startswith("503")]
        failures += len(scene.refused) - len(told)
        say(f"{len(told)} writes were told 503, {scene.unanswered} got no answer; it went on by itself")

        cluster.kill()
        place = f"/inspections/{scene.inspections[0]}/answers/yes/"
        status, page = scene.post(place, "i1-note=x", "inspector")
        honest = status == 503 and "请当作没有保存" in page and "Traceback" not in page
        say(f"database gone: a write is answered {status}, {'honestly' if honest else 'WRONGLY: ' + page}")
        failures += not honest
        cluster.start()
        status, page = scene.post(place, "i1-note=x", "inspector")
        say(f"database back: the next write is answered {status}")
        failures += status != 200
        return {
            "kills": given.kills + 1,
            "acknowledged": len(scene.acknowledged),
            "lost": scene.lost_saves(),
            "failures": failures,
        }
    finally:
        stop.set()
        made.kill()
        cluster.kill()


if __name__ == "__main__":
    run(work, arguments(__doc__, kills=2))
