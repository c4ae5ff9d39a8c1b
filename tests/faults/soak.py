"""Saves, pages and submissions for a long time; memory of the server's processes must stay flat.

python -m tests.faults.soak [--server …] [--minutes 30] [--clients 4] [--pause 0.05]
"""

import argparse
import http.client
import itertools
import threading
import time
from pathlib import Path

from tests.clients import Scene, at_once, set_scene
from tests.faults.report import arguments, installation, run, say

# Memory after the first quarter, when caches are warm, against the end.
GROWTH_ALLOWED = 0.10


def megabytes(pid: int) -> float:
    """Return the proportional memory of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0
    for each in (pid, *map(int, children)):
        lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def look(scene: Scene, number: int) -> None:
    inspection = scene.inspections[number % len(scene.inspections)]
    path = ("/tasks/", f"/inspections/{inspection}/", f"/inspections/{inspection}/check/")[number % 3]
    wire = http.client.HTTPConnection("127.0.0.1", scene.installation.port, timeout=60)
    wire.request("GET", path, headers={"Cookie": f"sessionid={scene.sessions['inspector']}"})
    said = wire.getresponse()
    said.read()
    if said.status != 200:
        scene.refused.append(f"{said.status} {path}")


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made = installation(given, folder)
    stop = threading.Event()
    try:
        scene = set_scene(made, townships=40)
        made.start(workers=2, threads=4)
        assert made.process

        def step(number: int) -> None:
            if number % 3:
                scene.save(number)
            else:
                look(scene, number)
            time.sleep(given.pause)

        clients = at_once(step, itertools.count(), given.clients, stop)
        samples = []
        end = time.monotonic() + given.minutes * 60
        while time.monotonic() < end:
            stop.wait(min(10, given.minutes * 6))
            samples.append(megabytes(made.process.pid))
            if len(samples) % 6 == 0:
                say(f"{samples[-1]:.1f} MB, {len(scene.acknowledged)} saves acknowledged")
        stop.set()
        for client in clients:
            client.join()
        warm, last = samples[len(samples) // 4], samples[-1]
        say(f"MB: first {samples[0]:.1f}, warm {warm:.1f}, most {max(samples):.1f}, last {last:.1f}")
        flat = last <= warm * (1 + GROWTH_ALLOWED)
        for text in scene.refused[:3]:
            say(f"refused: {text}")
        return {
            "acknowledged": len(scene.acknowledged),
            "lost": scene.lost_saves(),
            "failures": len(scene.refused) + scene.unanswered + (not flat),
        }
    finally:
        stop.set()
        made.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, minutes=0.25, clients=3, pause=0.05))
