"""Kills the workers, and a database of its own, with SIGKILL while a round is issued, exported, printed.

python -m tests.faults.kill_worker [--server cluster] [--documents 60] [--kills 6]
"""

import argparse
import zipfile
from pathlib import Path

from tests.faults.papers import Papers, set_papers, wait_for
from tests.faults.report import Cluster, arguments, own_server, run, say
from tests.installation import Installation, kill_tree

# A dead worker's piece is free again after this many seconds, in operation after sixty.
HURRIED = {"PORTAL_QUEUE_WORKERS": "2", "PORTAL_JOB_LEASE": "4", "PORTAL_JOB_SLICE": "2"}
TRIES = 10


class Worker:
    """`manage.py run_worker`, started anew when it has ended, as systemd does."""

    def __init__(self, made: Installation) -> None:
        self.made = made
        self.start()

    def start(self) -> None:
        self.process = self.made.begin("manage.py", "run_worker")

    def kill(self) -> None:
        kill_tree(self.process)

    def is_kept(self) -> bool:
        """Start it anew where it has ended; true in any case, so that a wait can ask in passing."""
        if self.process.poll() is not None:
            kill_tree(self.process)
            say("the worker had ended; started again, as systemd would")
            self.start()
        return True


def state(papers: Papers, job: str) -> str:
    key = job if papers.installation.server != "sqlite" else job.replace("-", "")
    return str(papers.one(f"SELECT state FROM reports_job WHERE id = '{key}'"))


def kill_while_issuing(papers: Papers, worker: Worker, cluster: Cluster | None, kills: int) -> None:
    share = len(papers.drafts) // (kills + 1)
    for kill in range(kills):
        goal = papers.issued() + share
        wait_for(lambda goal=goal: worker.is_kept() and papers.issued() >= goal)
        if cluster and kill % 2:
            cluster.kill()
            cluster.start()
            worker.is_kept()
        else:
            worker.kill()
            worker.start()
        victim = "database" if cluster and kill % 2 else "workers"
        say(f"SIGKILL {kill + 1} of the {victim}: {papers.issued()} of {len(papers.drafts)} are issued")


def kill_while_exporting(papers: Papers, worker: Worker) -> list[str]:
    """Kill the workers while a ZIP or a print file is half made; returns the jobs that were asked for.

    Where both were whole before they were seen half made, they are asked for once more.
    """
    jobs: list[str] = []
    for _ in range(TRIES):
        jobs += [papers.begin_job(kind) for kind in ("export", "print")]
        wait_for(lambda: worker.is_kept() and files_in(papers, "waiting") == 0, every=0.005)
        worker.kill()
        half = files_in(papers, "running")
        say(f"SIGKILL of the workers while {half} of a ZIP and a print file were half made")
        worker.start()
        if half:
            return jobs
    raise AssertionError(f"{TRIES} times both files were whole before the workers could be killed")


def files_in(papers: Papers, state: str) -> int:
    return int(papers.one(f"SELECT count(*) FROM reports_jobfile WHERE state = '{state}'"))


def run_out(papers: Papers, worker: Worker, job: str) -> None:
    """Wait until a job has ended."""
    wait_for(lambda: worker.is_kept() and state(papers, job) != "running")


def broken_files(papers: Papers) -> int:
    """Count files of jobs that are not whole: not there, of another size, a ZIP that does not open."""
    broken = 0
    rows = papers.installation.query("SELECT state, file, size, tries FROM reports_jobfile")
    for step, name, size, tries in rows:
        path = papers.installation.media / name
        well = step == "done" and path.is_file() and path.stat().st_size == size
        inside = 0
        if well and path.suffix == ".zip":
            with zipfile.ZipFile(path) as opened:
                inside = sum(one.endswith(".pdf") for one in opened.namelist())
                well = opened.testzip() is None and inside == len(papers.drafts)
        about = f"{size} bytes, {tries} tries, {inside or 'all'} documents"
        say(f"{path.suffix[1:]}: {about}: {'whole' if well else 'BROKEN'}")
        broken += not well
    return broken


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made, cluster = own_server(given, folder, **HURRIED)
    worker = None
    try:
        papers = set_papers(made, given.documents)
        made.start(workers=1)
        worker = Worker(made)
        job = papers.begin_job("issue")
        kill_while_issuing(papers, worker, cluster, given.kills)
        run_out(papers, worker, job)
        say(f"the job ended: {papers.issued()} of {given.documents} are issued")
        for job in kill_while_exporting(papers, worker):
            run_out(papers, worker, job)
        counts = papers.counts()
        left = papers.one("SELECT count(*) FROM reports_jobitem WHERE state <> 'done'")
        failures = given.documents - counts["issued"] + left + broken_files(papers) + papers.whole()
        for text in papers.refused:
            say(f"refused: {text}")
        wrong = counts["gaps"] + counts["doubled"] + counts["damaged"]
        return {"kills": given.kills + 1, **counts, "failures": failures + wrong}
    finally:
        if worker:
            worker.kill()
        made.kill()
        if cluster:
            cluster.kill()
        else:
            made.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, documents=12, kills=2))
