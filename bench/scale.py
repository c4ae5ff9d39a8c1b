"""A county, a province or the nation: what pages of figures, submitting, a recount and a rehearsal cost.

Each size gets a PostgreSQL database of its own under the server that PORTAL_DATABASE_URL names; it is dropped
afterwards. SIZES=county,province,nation chooses (default: county,province). A nation takes a quarter of an
hour to build and more; it is recounted only where RECOUNT=quick or RECOUNT=whole asks for it.
The ratios between the sizes are printed at the end.
"""

import gc
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import _arriving as arriving  # noqa: E402
from bench._nation import SIZES, VARIANTS, build, keep_variants  # noqa: E402
from bench._server import database  # noqa: E402
from bench._start import introduce  # noqa: E402
from bench._yardstick import milliseconds  # noqa: E402

WANTED = os.environ.get("SIZES", "county,province").split(",")
TURNS = int(os.environ.get("ROUNDS", "40"))
SUBMITS = int(os.environ.get("SUBMITS", "400"))
# Submissions a second that arrive while the figures are looked at.
RATE = float(os.environ.get("RATE", "100"))
DIGEST = re.compile(rb'name="digest" value="([0-9a-f]+)"')
RESULTS = os.environ.get("RESULTS", "")
RECOUNT = os.environ.get("RECOUNT", "")
CODES = {"county": "110101000000", "province": "110000000000", "nation": "000000000000"}
FLOOR = "one indexed SELECT behind the login"


def say(text: str) -> None:
    print(f"  {time.perf_counter() - STARTED:7.1f} s  {text}", flush=True)


STARTED = time.perf_counter()


def prepare(address: str, folder: str) -> None:
    os.environ |= {
        "PORTAL_VAR_DIR": folder,
        "PORTAL_DATABASE_URL": address,
        "PORTAL_STATIC_ROOT": f"{folder}/static",
        "PORTAL_LOG_LEVEL": "WARNING",
        "PORTAL_ALLOWED_HOSTS": "testserver,127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    # As the web server does once everything is loaded.
    gc.collect()
    gc.freeze()


def fill(size: str) -> dict[str, Any]:
    """The stage: results that were really scored, multiplied to the size."""
    from tests.stage import make_stage, submit

    stage = make_stage(townships=VARIANTS, villages=1, kinds=("township", "village"))
    for seed, inspection in enumerate(stage.inspections):
        submit(stage, inspection, seed)
    keep_variants(stage.inspections)
    say(f"{2 * VARIANTS} inspections filled and submitted")
    rounds = build(SIZES[size], stage.edition, stage.cast["lead_inspector"], say)
    return {"stage": stage, "rounds": rounds}


# ---- pages


def client_of(role: str, code: str) -> Any:
    from django.test import Client

    from organization.models import Region
    from tests.factories import make_user

    person = make_user(f"{role}{code}", [(role, Region.objects.get(pk=code))])
    client = Client()
    client.force_login(person)
    return client


def floor(request: Any) -> Any:
    from django.http import HttpResponse

    from organization.models import Region

    return HttpResponse(Region.objects.values_list("name", flat=True).get(pk=request.GET["code"]))


def timed(work: Callable[[], Any]) -> list[float]:
    spent = []
    for _ in range(TURNS):
        begin = time.perf_counter()
        work()
        spent.append(1000 * (time.perf_counter() - begin))
    return sorted(spent[1:])


def pages(size: str, rounds: list[Any]) -> dict[str, list[float]]:
    from django.urls import path

    from config import urls

    if not any(getattr(row, "name", None) == "bench-floor" for row in urls.urlpatterns):
        urls.urlpatterns.append(path("bench-floor/", floor, name="bench-floor"))
    code = CODES[size]
    client = client_of("administrator", code)
    below = ("11", "1101", "110101", "110101100")
    asked = {FLOOR: f"/bench-floor/?code={code}", f"home of the {size}": "/county/"}
    asked |= {
        f"region {one or 'nation'}": f"/regions/{one.ljust(12, '0')}/"
        for one in ("", *below)
        if one.ljust(12, "0") >= code and one.ljust(12, "0").startswith(code.rstrip("0"))
    }
    asked["ledger of findings"] = "/findings/"
    found: dict[str, list[float]] = {}
    for name, address in asked.items():

        def one(address: str = address) -> None:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)

        found[name] = timed(one)
    return found | {f"its figures alone, {size}": timed(lambda: figures(code, rounds))}


def figures(code: str, rounds: list[Any]) -> Any:
    """All that the region's page reads, without drawing it."""
    from reports import regional

    place = regional.Region.objects.get(pk=code)
    return regional.view(place, rounds[-1], rounds[-2], "", rounds[-1].starts_on)


def tell(found: dict[str, list[float]]) -> None:
    base = statistics.median(found[FLOOR])
    print(f"  {'page, milliseconds':44} {'p50':>7} {'p95':>7} {'÷ floor':>8}")
    for name, spent in found.items():
        p50, p95 = statistics.median(spent), spent[int(0.95 * len(spent))]
        print(f"  {name:44} {p50:7.1f} {p95:7.1f} {p50 / base:8.1f}")


# ---- submitting, saving, recounting


def submits(size: str, stage: Any) -> dict[str, float]:
    """Rates of one and two processes, and the page of the whole while as much arrives as they can."""
    with_them, without = arriving.with_and_without(stage, SUBMITS)
    told = {"one": with_them, "share": with_them / without}
    print(f"  submits of one process: {with_them:.0f}/s with all summaries, {without:.0f}/s without any:"
          f" {told['share']:.2f}")  # fmt: skip
    told["two"], _ = arriving.at_once(stage, 2, SUBMITS // 2)
    print(f"  submits of two processes: {told['two']:.0f}/s")
    client = client_of("reviewer", CODES[size])
    for wanted in (RATE / 2, RATE):
        rate, spent = arriving.at_once(
            stage, 2, int(10 * wanted), lambda: client.get(f"/regions/{CODES[size]}/"), rate=wanted
        )
        p50, p95 = statistics.median(spent), spent[int(0.95 * len(spent))]
        print(f"  region page of the {size} while {rate:.0f} of {wanted:.0f} submits/s arrive: "
              f"p50 {p50:.1f}, p95 {p95:.1f} ms ({len(spent)} times)")  # fmt: skip
        told |= {f"arriving of {wanted}": rate, f"busy p50 {wanted}": p50, f"busy p95 {wanted}": p95}
    return told


def by_request(stage: Any) -> None:
    """The page before submitting and the submission, as a browser asks for them: processor time of both."""
    from django.test import Client

    from bench._server import postgres_seconds

    client = Client()
    client.force_login(stage.cast["lead_inspector"])
    some = arriving.to_submit(stage, 24)
    cost: dict[str, list[float]] = {"check": [], "submit": []}
    for one in some:
        begin, stored = time.process_time(), postgres_seconds()
        page = client.get(f"/inspections/{one.pk}/check/")
        between, held = time.process_time(), postgres_seconds()
        answer = client.post(
            f"/inspections/{one.pk}/submit/", {"digest": DIGEST.search(page.content)[1].decode()}
        )
        assert answer.status_code == 302, answer.status_code
        assert answer.url.endswith("/score/"), answer.url
        cost["check"].append(1000 * (between - begin + held - stored))
        cost["submit"].append(1000 * (time.process_time() - between + postgres_seconds() - held))
    told = {name: statistics.mean(spent[4:]) for name, spent in cost.items()}
    print(f"  processor: check page {told['check']:.1f} ms, submission {told['submit']:.1f} ms by request")


def saving(stage: Any, folder: str) -> None:
    saved, bare = arriving.saves(stage, folder)
    for name, one in (("one save", saved), ("a bare view with one upsert", bare)):
        spent = sorted(one.latencies)
        print(f"  {name}, two web processes: {one.rate:.0f}/s, p50 {statistics.median(spent):.1f}, "
              f"p95 {spent[int(0.95 * len(spent))]:.1f} ms")  # fmt: skip
    print(f"  a save ÷ the bare view: {saved.rate / bare.rate:.2f}")


def what_if(size: str, stage: Any, round: Any) -> None:
    from organization.models import Region, User

    by = User.objects.get(username=f"administrator{CODES[size]}")
    cost = arriving.rehearse(stage, round, Region.objects.get(pk=CODES[size]), by, 10)
    print(f"  rehearsal: {cost:.2f} ms an inspection, 50,000 in {50 * cost / 60:.1f} minutes")


def recount(*options: str) -> float:
    from django.core.management import call_command

    begin, said = time.perf_counter(), StringIO()
    try:
        call_command("rebuild_summaries", "--check", *options, stdout=said, stderr=StringIO())
        word = "no difference"
    except SystemExit:
        word = "DIFFERENCES"
    spent = time.perf_counter() - begin
    print(f"  recount {' '.join(options) or 'with the frozen content'}: {spent:.1f} s, {word}")
    return spent


def measure(size: str) -> None:
    with tempfile.TemporaryDirectory() as folder, database(folder) as address:
        prepare(address, folder)
        made = fill(size)
        told: dict[str, Any] = {}
        if size != "nation" or RECOUNT:
            told["quick"] = recount("--quick")
        if size != "nation" or RECOUNT == "whole":
            told["whole"] = recount()
        found = pages(size, made["rounds"])
        tell(found)
        what_if(size, made["stage"], made["rounds"][-1])
        told |= submits(size, made["stage"])
        by_request(made["stage"])
        saving(made["stage"], folder)
        say(f"measured; yardstick {milliseconds():.0f} ms")
        from django.db import connections

        connections.close_all()
    told["floor"] = statistics.median(found[FLOOR])
    told["page"] = statistics.median(found[f"region {CODES[size].rstrip('0') or 'nation'}"])
    if RESULTS:
        Path(RESULTS, size).write_text(json.dumps(told))


def compare(folder: str) -> None:
    """The larger sizes by the smallest one."""
    told = {size: json.loads(Path(folder, size).read_text()) for size in WANTED}
    first = told[WANTED[0]]
    for size, one in told.items():
        print(f"== {size}: page of the whole ÷ {WANTED[0]}'s {one['page'] / first['page']:.2f}, "
              f"÷ floor {one['page'] / one['floor']:.1f}, submits ÷ {one['one'] / first['one']:.2f}, "
              f"with ÷ without summaries {one['share']:.2f}")  # fmt: skip


def main() -> None:
    introduce(__doc__, postgresql=True)
    if len(WANTED) == 1:
        size = SIZES[WANTED[0]]
        print(f"== {WANTED[0]}: {size.centers:,} centers, {size.rounds} rounds", flush=True)
        measure(WANTED[0])
        return
    import subprocess

    with tempfile.TemporaryDirectory() as folder:
        # Each size in a process of its own: settings are read once.
        for size in WANTED:
            changed = os.environ | {"SIZES": size, "RESULTS": folder}
            subprocess.run([sys.executable, __file__], env=changed, check=True)
        compare(folder)


if __name__ == "__main__":
    main()
