"""Sends submissions at a steady rate, counts what was acknowledged and whether all of it is there.

A submission is what a lead does: the check page, then the submit. The clients run on the same cores.
python -m tests.faults.submissions [--server …] [--rate 41] [--seconds 600] [--workers 2] [--clients 12]
  [--shipped 1: the shipped standard with its 70 items and findings, in place of six items and none]
"""

import argparse
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from tests.clients import at_once, set_scene
from tests.faults.report import arguments, installation, run, say

TOWNSHIPS = 400


def paced(count: int, rate: float) -> Iterator[int]:
    """Yield numbers, each at its time; late ones at once."""
    begun = time.monotonic()
    for number in range(count):
        wait = begun + number / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        yield number


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
        begun = time.monotonic()
        clients = at_once(scene.submit, paced(count, given.rate), given.clients, threading.Event())
        for client in clients:
            client.join()
        seconds = time.monotonic() - begun
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
