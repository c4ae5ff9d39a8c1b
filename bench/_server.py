"""A database and a server of their own for a measurement, and the processor time that they spend."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def database(folder: str) -> Iterator[str]:
    """The address of an empty database: SQLite in the folder, or PostgreSQL where one is named."""
    given = os.environ.get("PORTAL_DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    import psycopg2

    place, name = urlsplit(given), f"bench_field_{secrets.token_hex(4)}"

    def execute(statement: str) -> None:
        connection = psycopg2.connect(place._replace(path="/postgres").geturl())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    execute(f"CREATE DATABASE {name}")
    try:
        yield place._replace(path=f"/{name}").geturl()
    finally:
        execute(f"DROP DATABASE {name} WITH (FORCE)")


class Server:
    """gunicorn as `deploy/serve` starts it, with the processor time of its workers."""

    def __init__(self, folder: str, application: str = "bench.field:make_application()") -> None:
        log = Path(folder, "server.log")
        command = [
            *(sys.executable, "-m", "gunicorn", application, "--bind", "127.0.0.1:0"),
            *("--workers", "2", "--threads", "4", "--worker-class", "gthread", "--no-control-socket"),
        ]
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, cwd=ROOT, stderr=out, start_new_session=True)
        for _ in range(1200):
            said = log.read_text()
            if said.count("Booting worker") == 2:
                self.port = int(said.split("Listening at: http://127.0.0.1:")[1].split()[0])
                return
            assert self.process.poll() is None, said
            time.sleep(0.1)
        raise AssertionError(log.read_text())

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()

    def seconds(self) -> float:
        return sum(spent for _, parent, spent in processes() if parent == self.process.pid)

    def memory(self) -> list[float]:
        """What each worker holds, in MB; pages that workers share are counted with each."""
        pages = [
            int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            for pid, parent, _ in processes()
            if parent == self.process.pid
        ]
        return [count * os.sysconf("SC_PAGE_SIZE") / 1024**2 for count in pages]


def processes() -> Iterator[tuple[int, int, float]]:
    """Each process of this machine with its parent and its processor time."""
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parts = Path(entry.path, "stat").read_text().rsplit(")", 1)[1].split()
                yield int(entry.name), int(parts[1]), (int(parts[11]) + int(parts[12])) / TICKS


def postgres_seconds() -> float:
    """Processor time of PostgreSQL's processes that serve this database, if they are on this machine."""
    name = os.environ["PORTAL_DATABASE_URL"].rpartition("/")[2].encode()
    return sum(spent for pid, _, spent in processes() if name in command_line(pid))


def command_line(pid: int) -> bytes:
    """A backend of PostgreSQL writes the database that it serves into its command line."""
    try:
        found = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
    return found if found.startswith(b"postgres:") else b""
