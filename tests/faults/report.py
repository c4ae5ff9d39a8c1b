"""How a fault script speaks: what it did, line by line, and one last line with the counts."""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import psycopg2

from tests.installation import SQLITE, Installation, free_port

BEGUN = time.monotonic()
CLUSTER = "cluster"
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def say(text: str) -> None:
    print(f"{time.monotonic() - BEGUN:7.1f}s  {text}", flush=True)


def arguments(about: str | None, **numbers: float) -> argparse.Namespace:
    """Read the arguments: the database's server, and numbers with defaults short enough for the suite."""
    parser = argparse.ArgumentParser(description=about)
    said = "sqlite (default), postgres://user@host:port, or where the script kills the database too: cluster"
    parser.add_argument("--server", default=SQLITE, help=said)
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


def run(work: Callable[[argparse.Namespace, Path], dict[str, int]], given: argparse.Namespace) -> None:
    """Run a fault in a temporary folder; print its counts; exit 1 if anything was lost or went wrong."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        # PostgreSQL's own user must reach a cluster inside it.
        os.chmod(folder, 0o755)
        counts = work(given, Path(folder))
    say("  ".join(f"{name}={count}" for name, count in counts.items()))
    sys.exit(any(counts[name] for name in ("lost", "failures") if name in counts))


class Cluster:
    """A PostgreSQL cluster in a folder, run as the user `postgres` where this is root."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / "cluster", free_port()
        self.user = "postgres" if os.geteuid() == 0 else None
        self.folder.mkdir()
        if self.user:
            shutil.chown(self.folder, self.user)
        self._call("initdb", "--username=portal", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        self.url = f"postgres://portal@127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def _call(self, program: str, *options: str) -> None:
        command = [str(BINARIES[-1] / program), "--pgdata", str(self.folder), *options]
        subprocess.run(command, user=self.user, check=True, capture_output=True, cwd=self.folder)

    def start(self) -> None:
        """Start the server and wait until it has recovered and answers."""
        command = [str(BINARIES[-1] / "postgres"), "-D", str(self.folder), "-p", str(self.port), "-k", ""]
        with (self.folder.parent / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, user=self.user, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )
        for _ in range(600):
            try:
                with closing(psycopg2.connect(f"{self.url}/postgres", connect_timeout=2)):
                    return
            except psycopg2.OperationalError:
                time.sleep(0.1)
        raise AssertionError((self.folder.parent / "postgres.log").read_text())

    def kill(self) -> None:
        """SIGKILL to the server and all its processes, as a power cut would."""
        if self.process and self.process.poll() is None:
            # Each of its processes has a session of its own: found by their parent.
            children = [
                int(stat.parent.name)
                for stat in Path("/proc").glob("[0-9]*/stat")
                if _parent(stat) == self.process.pid
            ]
            for pid in (self.process.pid, *children):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def installation(given: argparse.Namespace, folder: Path, **environment: str) -> Installation:
    return Installation(folder / "portal", given.server, **environment)


def own_server(
    given: argparse.Namespace, folder: Path, **environment: str
) -> tuple[Installation, Cluster | None]:
    """Make an installation; where the server is `cluster`, on a PostgreSQL that can be killed too."""
    if given.server != CLUSTER:
        return installation(given, folder, **environment), None
    cluster = Cluster(folder)
    cluster.start()
    return Installation(folder / "portal", cluster.url, **environment), cluster
