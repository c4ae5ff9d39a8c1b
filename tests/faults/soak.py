"""Saves, pages and bulk jobs for a long time; memory of the web server and of the workers must stay flat.

python -m tests.faults.soak [--server …] [--minutes 30] [--clients 4] [--pause 0.05]
"""

import argparse
import http.client
import itertools
import threading
import time
from pathlib import Path

from tests.clients import Scene, at_once
from tests.faults.papers import Papers, set_papers, wait_for
from tests.faults.report import arguments, installation, run, say
from tests.installation import kill_tree

# Memory after the first quarter, when caches are warm, against the end.
GROWTH_ALLOWED = 0.10
# Sooner the caches still fill: the memory is only reported.
JUDGED_FROM = 2
# Seconds between two bulk jobs over the documents of the round: exports and print files in turn.
JOBS_EVERY = 15


def megabytes(pid: int) -> float:
    """Return the proportional memory of a process and all below it."""
    total, pids = 0, [pid]
    while pids:
        each = pids.pop()
        try:
            children = Path(f"/proc/{each}/task/{each}/children").read_text().split()
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # It ended meanwhile.
        pids += map(int, children)
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def look(scene: Scene, number: int) -> None:
    inspection = scene.inspections[number % len(scene.inspections)]
    path = ("/tasks/", f"/inspections/{inspection}/", f"/inspections/{inspection}/check/")[number % 3]
    wire = http.client.HTTPConnection("127.0.0.1", scene.installation.port, timeout=60)
    wire.request("GET", path, headers={"Cookie": f"sessionid={scene.sessions['inspector']}"})
    said = wire.getresponse()
    said.read()
    wire.close()
    if said.status != 200:
        scene.refused.append(f"{said.status} {path}")


def flat(name: str, samples: list[float]) -> bool:
    warm, last = samples[len(samples) // 4], samples[-1]
    most = max(samples)
    say(f"{name}, MB: first {samples[0]:.1f}, warm {warm:.1f}, most {most:.1f}, last {last:.1f}")
    return last <= warm * (1 + GROWTH_ALLOWED)


def begin_jobs(papers: Papers, stop: threading.Event, begun: list[str]) -> None:
    """Ask for exports and print files in turn; one that still runs is not begun again."""
    for kind in itertools.cycle(("export", "print")):
        begun.append(papers.begin_job(kind))
        if stop.wait(JOBS_EVERY):
            return


def watch(web: int, workers: int, minutes: float, stop: threading.Event) -> tuple[list[float], list[float]]:
    """Look at the memory of both every ten seconds; say it once a minute."""
    samples: tuple[list[float], list[float]] = ([], [])
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        stop.wait(min(10, minutes * 6))
        for found, pid in zip(samples, (web, workers), strict=True):
            found.append(megabytes(pid))
        if len(samples[0]) % 6 == 0:
            say(f"web {samples[0][-1]:.1f} MB, workers {samples[1][-1]:.1f} MB")
    return samples


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made = installation(given, folder, PORTAL_QUEUE_WORKERS="1")
    stop = threading.Event()
    worker = None
    try:
        papers = set_papers(made, 4, open=36)
        scene, begun = papers.clients, [""]
        made.start(workers=2, threads=4)
        worker = made.begin("manage.py", "run_worker")
        assert made.process
        begun[0] = papers.begin_job("issue")
        wait_for(lambda: papers.issued() == 4)

        def step(number: int) -> None:
            if number % 3:
                scene.save(number)
            else:
                look(scene, number)
            time.sleep(given.pause)

        clients = at_once(step, itertools.count(), given.clients, stop)
        clients.append(threading.Thread(target=begin_jobs, args=(papers, stop, begun), daemon=True))
        clients[-1].start()
        web, queue = watch(made.process.pid, worker.pid, given.minutes, stop)
        say(f"{len(scene.acknowledged)} saves acknowledged, {len(begun)} jobs")
        stop.set()
        for client in clients:
            client.join()
        growth = [name for name, samples in (("web", web), ("workers", queue)) if not flat(name, samples)]
        if given.minutes < JUDGED_FROM:
            growth = []
        for text in scene.refused[:3]:
            say(f"refused: {text}")
        wait_for(lambda: papers.one("SELECT count(*) FROM reports_job WHERE state = 'running'") == 0)
        return {
            "jobs": len(set(begun)),
            "acknowledged": len(scene.acknowledged),
            "lost": scene.lost_saves(),
            "failures": len(scene.refused) + scene.unanswered + len(growth),
        }
    finally:
        stop.set()
        if worker:
            kill_tree(worker)
        made.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, minutes=0.25, clients=3, pause=0.05))
