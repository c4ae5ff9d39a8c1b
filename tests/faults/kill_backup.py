"""Kills backups, and a database of its own, with SIGKILL in the middle of a backup, while clients save.

What is left must never look like a backup; the next one must be whole, and hold on an empty machine every
save that was acknowledged before it began. python -m tests.faults.kill_backup [--server cluster] [--kills 8]
"""

import argparse
import itertools
import json
import subprocess
import threading
from pathlib import Path

import pyrage

from tests.clients import at_once, set_scene
from tests.faults.papers import wait_for
from tests.faults.report import arguments, own_server, run, say
from tests.installation import Installation, kill_tree

# So large that the kill comes in the middle.
BALLAST = 1 << 29


def in_the_middle(folder: Path, process: subprocess.Popen[bytes], share: float) -> None:
    """Wait until a part of the archive is written."""
    wait_for(
        lambda: (
            process.poll() is not None
            or any(path.stat().st_size > BALLAST * share for path in folder.glob("*.part"))
        )
    )


def notes(made: Installation) -> set[tuple[str, str]]:
    rows = made.query("SELECT inspection_id, new FROM inspections_answerevent")
    return {
        (str(key).replace("-", ""), (new if isinstance(new, dict) else json.loads(new))["note"])
        for key, new in rows
    }


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    identity = pyrage.x25519.Identity.generate()
    key = folder / "key.txt"
    key.write_text(f"{identity}\n")
    made, cluster = own_server(given, folder, PORTAL_BACKUP_RECIPIENTS=str(identity.to_public()))
    empty = None
    backups = folder / "backups"
    stop = threading.Event()
    failures = 0
    try:
        scene = set_scene(made)
        ballast = made.media / "photos" / "ballast.bin"
        ballast.parent.mkdir(parents=True)
        with ballast.open("wb") as file:
            file.truncate(BALLAST)
        made.start(workers=1)
        clients = at_once(scene.save, itertools.count(), 2, stop)
        for kill in range(given.kills):
            process = made.begin("manage.py", "backup", "--to", str(backups))
            hits_database = bool(cluster and kill % 2)
            # The rows come first: the database is killed at the first bytes, a backup also among the files.
            in_the_middle(backups, process, 0 if hits_database else 0.1 + 0.8 * kill / given.kills)
            if cluster and hits_database:
                # It ends well where the rows were read by then, else says that no backup was made.
                cluster.kill()
                code = process.wait()
                cluster.start()
                said = f"of the database during a backup, which ended with {code}"
            else:
                kill_tree(process)
                said = "of a backup"
            left = len(list(backups.glob("*.age")))
            say(f"SIGKILL {kill + 1} {said}: {left} archives, {len(list(backups.glob('*.part')))} parts left")
            failures += not cluster and left > 0
        ballast.unlink()
        goal = len(scene.acknowledged) + 10
        wait_for(lambda: len(scene.acknowledged) >= goal)
        before = set(scene.acknowledged)
        archive = Path(made.manage("backup", "--to", str(backups)).splitlines()[0])
        stop.set()
        for client in clients:
            client.join()
        size = archive.stat().st_size
        say(f"the next backup is whole: {size} bytes, {len(scene.acknowledged)} saves so far")
        failures += len(list(backups.glob("*.part")))
        server = cluster.url if cluster else given.server
        empty = Installation(folder / "empty", server)
        empty.manage("restore", str(archive), "--identity", str(key))
        kept = notes(empty)
        say(f"restored onto an empty machine: {len(kept)} saves, {len(before)} acknowledged before it began")
        for text in (one for one in scene.refused if not one.startswith("503")):
            say(f"refused: {text}")
            failures += 1
        return {
            "kills": given.kills,
            "acknowledged": len(scene.acknowledged),
            "lost": scene.lost_saves() + len(before - kept),
            "failures": failures,
        }
    finally:
        stop.set()
        made.kill()
        if cluster:
            cluster.kill()
        else:
            made.remove()
            if empty:
                empty.remove()


if __name__ == "__main__":
    run(work, arguments(__doc__, kills=2))
