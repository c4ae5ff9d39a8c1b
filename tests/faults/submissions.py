"""Sends submissions at a steady rate, counts what was acknowledged and whether all of it is there.

A submission is what a lead does: the check page, then the submit. The clients run on the same cores.
python -m tests.faults.submissions [--server …] [--rate 41] [--seconds 600] [--workers 2] [--clients 12]
  [--shipped 1: the shipped standard with its 70 items and findings, in place of six items and none]
"""

import argparse
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.clients import at_once, set_scene
from tests.faults.report import arguments, installation, run, say
from tests.installation import Installation

TOWNSHIPS = 400


def paced(count: int, rate: float) -> Iterator[int]:
    """Yield numbers, each at its time; late ones at once."""
    begun = time.monotonic()
    for number in range(count):
        wait = begun + number / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        yield number


def cpu_seconds(made: Installation) -> dict[str, float]:
    """CPU used so far: by the web server, by the database for this portal alone, by the clients here."""
    assert made.process
    used = {"web": 0.0, "database": 0.0, "clients": time.process_time()}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name = (folder / "cmdline").read_bytes().decode(errors="replace")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parent, ticks = int(fields[1]), int(fields[11]) + int(fields[12])
        if made.process.pid in (int(folder.name), parent):
            used["web"] += ticks / os.sysconf("SC_CLK_TCK")
        elif name.startswith("postgres:") and made.name in name:
            used["database"] += ticks / os.sysconf("SC_CLK_TCK")
    return used


def tell_cost(before: dict[str, float], after: dict[str, float], count: int) -> None:
    """Say what one submission costs, and what these cores could do at most if nobody else used them."""
    each = {name: 1000 * (after[name] - before[name]) / max(count, 1) for name in after}
    cores = len(os.sched_getaffinity(0))
    most = cores * 1000 / sum(each.values())
    parts = ", ".join(f"{name} {cost:.1f}" for name, cost in each.items())
    say(f"CPU of one submission in ms: {parts}; {cores} cores of their own could do {most:.0f}/s at most")


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made = installation(given, folder)
    count = int(given.rate * given.seconds)
    try:
        rounds = -(-count // TOWNSHIPS)
        scene = set_scene(
            made, townships=min(count, TOWNSHIPS), rounds=rounds, filled=True, shipped=bool(given.shipped)
        )
        say(f"{len(scene.inspections)} inspections are filled")
        made.start(workers=given.workers, threads=8)
        # The first request of each process loads the standard.
        for _ in range(4 * given.workers):
            scene.post("/language/", "language=zh-hans", "lead_inspector")
        before, begun = cpu_seconds(made), time.monotonic()
        clients = at_once(scene.submit, paced(count, given.rate), given.clients, threading.Event())
        for client in clients:
            client.join()
        seconds = time.monotonic() - begun
        tell_cost(before, cpu_seconds(made), count)
        rate = len(scene.acknowledged) / seconds
        lost, doubled = scene.lost_submits(), scene.doubled_submits()
        p95 = sorted(scene.seconds)[int(0.95 * len(scene.seconds))] if scene.seconds else 0
        say(
            f"asked {given.rate:.1f}/s for {given.seconds:.0f} s, reached {rate:.1f}/s in {seconds:.1f} s; "
            f"{lost} lost, {doubled} doubled; a submit took {1000 * p95:.0f} ms at the 95th percentile"
        )
        for text in scene.refused[:3]:
            say(f"refused: {text}")
        return {
            "sent": count,
            "acknowledged": len(scene.acknowledged),
            "lost": lost,
            "doubled": doubled,
            "failures": len(scene.refused) + scene.unanswered + doubled,
        }
    finally:
        made.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, rate=41.0, seconds=2.0, workers=2, clients=12, shipped=0))
