"""What an audited write costs, with its seal and without: one writer, and eight at once."""

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench._start import introduce

if __name__ == "__main__":
    introduce(__doc__)

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import get_runner  # noqa: E402

from organization import audit, sealing  # noqa: E402
from organization.models import AuditEntry  # noqa: E402

WRITES = 400


def writes(count: int, times: list[float]) -> None:
    for n in range(count):
        began = time.perf_counter()
        with transaction.atomic():
            audit.record("center.edit", by=None, target=f"center {n}", changed={"name": ["a", "b"]})
        times.append(time.perf_counter() - began)
    connection.close()


def measured(writers: int) -> str:
    times: list[float] = []
    threads = [threading.Thread(target=writes, args=[WRITES // writers, times]) for _ in range(writers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = WRITES / (time.perf_counter() - began)
    ninety = sorted(times)[int(len(times) * 0.95)]
    median = statistics.median(times) * 1000
    return f"median {median:.2f} ms, 95% within {ninety * 1000:.2f} ms, {rate:.0f} a second"


def main() -> None:
    runner = get_runner(settings)(verbosity=0)
    # In memory all threads would share one connection.
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"{tempfile.mkdtemp()}/trail.sqlite3"
    old = runner.setup_databases()
    try:
        print(f"{connection.vendor}: {WRITES} transactions of one audited row each")
        for writers in (1, 8):
            for sealed in (False, True):
                audit.seal_soon = sealing.seal_soon if sealed else lambda: None
                print(f"  {writers} at once, {'sealed' if sealed else 'without a seal'}: {measured(writers)}")
        waiting = AuditEntry.objects.filter(position=None).count()
        began = time.perf_counter()
        sealing.seal_all()
        print(f"  {waiting} rows left over were sealed in {time.perf_counter() - began:.2f} s")
    finally:
        runner.teardown_databases(old)


if __name__ == "__main__":
    main()
