"""The site under a realistic mix of visitors: latency of each page, errors, requests a second, memory.

Builds a county in a database of its own (PostgreSQL where PORTAL_DATABASE_URL names one, else SQLite), and
starts the portal under gunicorn with 2 processes of 4 threads. The visitors of `_visitors.py`, who come by
locust, log in, fill and submit, read figures, ledgers and scores, and verify documents. VISITORS, SECONDS and
TOWNSHIPS may be set. Visitors take part of the same machine's processors: what they need is told too.
"""

import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._server import Server, database  # noqa: E402
from bench._start import introduce  # noqa: E402

VISITORS = int(os.environ.get("VISITORS", "40"))
SECONDS = int(os.environ.get("SECONDS", "80"))
TOWNSHIPS, VILLAGES, NOTICES = int(os.environ.get("TOWNSHIPS", "10")), 3, 3
# Each inspector fills an inspection of their own; two of five visitors are such.
INSPECTORS = 1 + 2 * VISITORS // 5
PASSWORD = "bench-408-chuang"
HEAD = ("Request Count", "Failure Count", "50%", "95%", "99%")


# ---- the county


def prepare(address: str, folder: str) -> dict[str, Any]:
    """Make the county and return the plan: accounts, what they fill and submit, what they look at."""
    os.environ |= {
        "PORTAL_VAR_DIR": folder,
        "PORTAL_DATABASE_URL": address,
        "PORTAL_STATIC_ROOT": f"{folder}/static",
        "PORTAL_LOG_LEVEL": "WARNING",
        "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
        # A bench asks more often than strangers may.
        "PORTAL_PUBLIC_REQUESTS_PER_MINUTE": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
    }
    # Faces are built once for a machine.
    Path(folder, "fonts").symlink_to(ROOT / "var" / "fonts")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    return plan()


def plan() -> dict[str, Any]:
    from tests.stage import make_stage

    stage = make_stage(townships=TOWNSHIPS, villages=VILLAGES, kinds=("township", "village"))
    for inspection in stage.inspections:
        complete(inspection, stage.cast["inspector"])
        submit(stage, inspection)
    running = [one for name in ("本轮", "下一轮") for one in begun(stage, name)]
    inspectors = crew(stage, running)
    return {
        "password": PASSWORD,
        "county": stage.county.region.code,
        "townships": [township.code for township in stage.county.townships],
        "round": running[0].round_id,
        "tokens": [str(notice.token) for notice in notices(stage)],
        "people": {
            "lead_inspector": inspectors,
            "administrator": [account(stage.cast["administrator"])],
            "township_staff": [
                account(person("township_staff", township)) | {"submitted": first_of(stage, township)}
                for township in stage.county.townships
            ],
        },
    }


def complete(inspection: Any, by: Any) -> None:
    """Answer everything at once."""
    from django.utils import timezone

    from inspections import actions
    from inspections.answers import check
    from inspections.checklist import checklist
    from tests.stage import given

    chance = random.Random(inspection.region_id)
    checked = {
        entry: check(given(entry, inspection.kind, chance), entry.item, inspection.kind)
        for entry in checklist(inspection.edition_id, inspection.kind).entries
    }
    actions.save_answers(inspection=inspection, checked=checked, by=by, now=timezone.now())


def submit(stage: Any, inspection: Any) -> None:
    from django.utils import timezone

    from reports import actions

    actions.submit(inspection=inspection, by=stage.cast["lead_inspector"], now=timezone.now())
    inspection.refresh_from_db()


def begun(stage: Any, name: str) -> list[Any]:
    from tests.stage import make_round, take_in

    round = make_round(stage.county, stage.edition, stage.cast["administrator"], name)
    take_in(round, stage.cast, ("township", "village"))
    return list(round.inspections.select_related("center", "round", "region"))


def crew(stage: Any, running: list[Any]) -> list[dict[str, Any]]:
    """Inspectors, each with one inspection to fill, whose answers are told, and some that are complete."""
    from django.utils import timezone

    from inspections import actions
    from inspections.checklist import checklist
    from tests.stage import given

    made = []
    for number in range(INSPECTORS):
        who, own = person("lead_inspector", stage.county.region, number), running[number::INSPECTORS]
        actions.assign(
            inspections=own, people=[who], lead=who, by=stage.cast["administrator"], now=timezone.now()
        )
        for inspection in own[1:]:
            complete(inspection, who)
        entries, chance = checklist(own[0].edition_id, own[0].kind).entries, random.Random(1)
        values = {entry.item.code: given(entry, own[0].kind, chance).value for entry in entries}
        told = {"inspection": str(own[0].pk), "complete": [str(one.pk) for one in own[1:]], "values": values}
        made.append(account(who) | told)
    return made


def person(role: str, region: Any, number: int = 0) -> Any:
    from tests.factories import make_user

    return make_user(f"{role}-{region.code}-{number}", [(role, region)])


def account(who: Any) -> dict[str, Any]:
    who.set_password(PASSWORD)
    who.save(update_fields=["password"])
    return {"username": who.username, "person": who.pk}


def first_of(stage: Any, township: Any) -> str:
    return next(str(one.pk) for one in stage.inspections if one.region_id == township.code)


def notices(stage: Any) -> list[Any]:
    from django.utils import timezone

    from reports import actions
    from tests.stage import draft

    return [
        actions.issue_document(
            document=draft(stage, inspection), by=stage.cast["signatory"], now=timezone.now()
        )
        for inspection in stage.inspections[:NOTICES]
    ]


# ---- measuring


def warm(server: Server) -> None:
    """Let both workers load what they serve from."""
    for _ in range(20):
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/login/", timeout=60) as answer:
            answer.read()


def visit(server: Server, folder: str, made: dict[str, Any]) -> tuple[list[dict[str, str]], float]:
    """Let the visitors come; return locust's rows, and the seconds of processor that locust took."""
    Path(folder, "plan.json").write_text(json.dumps(made))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        *(sys.executable, "-m", "locust", "-f", str(ROOT / "bench" / "_visitors.py"), "--headless"),
        *("--host", f"http://127.0.0.1:{server.port}", "--users", str(VISITORS)),
        *("--spawn-rate", str(max(1, VISITORS // 20)), "--run-time", f"{SECONDS}s", "--stop-timeout", "10"),
        *("--csv", f"{folder}/visits", "--reset-stats", "--exit-code-on-error", "0", "--loglevel", "ERROR"),
    ]
    environment = os.environ | {"BENCH_PLAN": f"{folder}/plan.json"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with Path(folder, "visits_stats.csv").open() as file:
        rows = list(csv.DictReader(file))
    with Path(folder, "visits_failures.csv").open() as file:
        for fault in csv.DictReader(file):
            print(f"  failed {fault['Occurrences']} times: {fault['Name']}: {fault['Error']}")
    return rows, spent


def tell(rows: list[dict[str, str]], kind: str) -> None:
    print(f"{kind}; {VISITORS} visitors for {SECONDS} s on {os.cpu_count()} processors")
    print(f"  {'':28} {'requests':>9} {'errors':>7} {'p50':>6} {'p95':>6} {'p99':>6}  ms")
    *pages, total = rows
    for row in [*sorted(pages, key=lambda row: -int(row["Request Count"])), total]:
        count, faults, *times = (int(row[name]) for name in HEAD)
        p50, p95, p99 = times
        print(f"  {row['Name']:28} {count:9} {faults:7} {p50:6} {p95:6} {p99:6}")
    print(f"  {float(total['Requests/s']):.1f} requests a second")


def main() -> None:
    introduce(__doc__)
    with tempfile.TemporaryDirectory() as folder, database(folder) as address:
        begin = time.perf_counter()
        made = prepare(address, folder)
        print(f"county built in {time.perf_counter() - begin:.0f} s")
        from django.db import connections

        connections.close_all()
        server = Server(folder, "config.wsgi:application")
        try:
            warm(server)
            before, memory = server.seconds(), server.memory()
            begin = time.perf_counter()
            rows, visitors = visit(server, folder, made)
            seconds = time.perf_counter() - begin
            spent, after = server.seconds() - before, server.memory()
        finally:
            server.stop()
        tell(rows, "PostgreSQL" if address.startswith("postgres") else "SQLite")
        first, last = (" + ".join(f"{one:.0f}" for one in held) for held in (memory, after))
        print(
            f"  web processes: {spent / seconds:.2f} of {os.cpu_count()} processors, memory {first} MB at "
            f"first, {last} MB in the end; the visitors themselves: {visitors / seconds:.2f} of a processor"
        )


if __name__ == "__main__":
    main()
