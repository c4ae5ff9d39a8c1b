"""Kills the web server, and a database of its own, with SIGKILL while documents are issued page by page.

No number may be left out, given twice, or shown and then not be there.
python -m tests.faults.kill_issues [--server cluster] [--documents 40] [--kills 6]
"""

import argparse
import threading
from pathlib import Path

from tests.faults.papers import set_papers, wait_for
from tests.faults.report import arguments, own_server, run, say


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    made, cluster = own_server(given, folder)
    stop = threading.Event()
    try:
        papers = set_papers(made, given.documents)
        say(f"{given.documents} drafts")
        made.start(workers=2)
        clients = papers.issue_all(3, stop)
        share = given.documents // (given.kills + 1)
        for kill in range(given.kills):
            goal = len(papers.told) + share
            wait_for(lambda goal=goal: len(papers.told) >= goal)
            # A moment in which some are under way.
            stop.wait(0.15 + 0.2 * kill)
            if cluster and kill % 2:
                cluster.kill()
                stop.wait(1)
                cluster.start()
            else:
                made.kill()
                made.start(workers=2, port=made.port)
            victim = "database" if cluster and kill % 2 else "web server"
            say(f"SIGKILL {kill + 1} of the {victim}: {len(papers.told)} numbers were shown so far")
        for client in clients:
            client.join(300)
        told503 = [text for text in papers.refused if text.startswith("503")]
        others = [text for text in papers.refused if not text.startswith("503")]
        say(f"{papers.unanswered} got no answer, {len(told503)} were told 503; each was asked for again")
        counts = papers.counts()
        failures = len(others) + given.documents - counts["issued"] + papers.whole()
        for text in papers.refused:
            if not text.startswith("503"):
                say(f"refused: {text}")
        wrong = counts["gaps"] + counts["doubled"] + counts["damaged"]
        return {"kills": given.kills, **counts, "failures": failures + wrong}
    finally:
        stop.set()
        made.kill()
        if cluster:
            cluster.kill()
        else:
            made.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, documents=12, kills=2))
