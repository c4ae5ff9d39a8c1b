"""Leaves a job without a worker, then a broker full of tasks; tells how it shows, and what came of it.

The job's page and the figures for monitoring must say so; with a worker again everything is done once.
python -m tests.faults.queue_stuck [--server …] [--documents 40] [--backlog 1000]
"""

import argparse
import re
from pathlib import Path

from tests.faults.kill_worker import HURRIED, Worker, run_out
from tests.faults.papers import Papers, set_papers, wait_for
from tests.faults.report import arguments, installation, run, say

SILENT = "后台工作进程没有响应。任务已经保存"
FIGURE = re.compile(r"^(portal_\w+) (\S+)$", re.MULTILINE)
# A dead worker left its task behind, and was queued up again many times.
FLOODING = """
from django_q.tasks import async_task
from reports.actions.jobs import WORK
for _ in range({count}):
    async_task(WORK, "{job}")
"""


def figures(papers: Papers) -> dict[str, float]:
    """Read the figures of the queue as Prometheus would."""
    said = papers.clients.get("/metrics", "inspector")
    return {name: float(number) for name, number in FIGURE.findall(said) if "queue" in name or "jobs" in name}


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made = installation(given, folder, **HURRIED, PORTAL_METRICS_ADDRESSES="127.0.0.1")
    worker = None
    failures = 0
    try:
        papers = set_papers(made, given.documents)
        made.start(workers=1)
        quiet = figures(papers)
        say(f"nothing under way: {quiet}")
        job = papers.begin_job("issue")

        def page() -> str:
            return papers.clients.get(f"/jobs/{job}/", "administrator")

        wait_for(lambda: SILENT in page(), 60)
        stuck = figures(papers)
        say(f"no worker: the job's page says that it waits; figures: {stuck}")
        failures += stuck.get("portal_jobs_silent") != 1 or stuck.get("portal_queue_tasks", 0) < 1
        ready = papers.clients.get("/ready/", "inspector")
        say(f"the web server goes on: /ready/ says {ready.strip()}")
        failures += ready != "ok\n"

        made.script(FLOODING.format(count=given.backlog, job=job))
        flooded = figures(papers)
        say(f"{given.backlog} more tasks for the same job: {flooded}")
        failures += flooded.get("portal_queue_tasks", 0) < given.backlog
        worker = Worker(made)
        wait_for(lambda: papers.issued() >= given.documents // 3)
        worker.kill()
        say(f"workers killed with the backlog at hand: {papers.issued()} are issued")
        worker.start()
        run_out(papers, worker, job)
        say(f"worker back: the job ended, {papers.issued()} are issued")
        wait_for(lambda: figures(papers).get("portal_queue_tasks") == 0)
        after = figures(papers)
        say(f"the backlog is gone: {after}")
        failures += after.get("portal_jobs_silent") != 0 or after.get("portal_jobs_running") != 0
        counts = papers.counts()
        failures += given.documents - counts["issued"] + papers.whole()
        for text in papers.refused:
            say(f"refused: {text}")
        wrong = counts["gaps"] + counts["doubled"] + counts["damaged"]
        return {"backlog": given.backlog, **counts, "failures": failures + wrong}
    finally:
        if worker:
            worker.kill()
        made.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, documents=8, backlog=100))
