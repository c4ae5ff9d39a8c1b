"""A county, a province or the nation: what pages of figures, submitting and a recount cost at each size.

Each size gets a PostgreSQL database of its own under the server that PORTAL_DATABASE_URL names; it is dropped
afterwards. SIZES=county,province,nation chooses (default: county,province); a nation takes far longer.
RECOUNT=1 recounts the summaries of the larger sizes too.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._nation import SIZES, VARIANTS, build, keep_variants  # noqa: E402
from bench._server import database  # noqa: E402

WANTED = os.environ.get("SIZES", "county,province").split(",")
TURNS = int(os.environ.get("ROUNDS", "40"))
SUBMITS = int(os.environ.get("SUBMITS", "60"))
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
        "PORTAL_ALLOWED_HOSTS": "testserver",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


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
    code = {"county": "110101", "province": "11", "nation": ""}[size].ljust(12, "0")
    client = client_of("administrator", code)
    below = ("11", "1101", "110101", "110101100")
    asked = {FLOOR: f"/bench-floor/?code={code}", f"home of the {size}": "/county/"}
    asked |= {
        f"region {one or 'nation'}": f"/regions/{one.ljust(12, '0')}/"
        for one in ("", *below)
        if one.ljust(12, "0") >= code and one.ljust(12, "0").startswith(code.rstrip("0"))
    }
    asked["ledger of findings"] = "/findings/"
    found = {}
    for name, address in asked.items():

        def one(address: str = address) -> None:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)

        found[name] = timed(one)
    return found


def tell(found: dict[str, list[float]]) -> None:
    base = statistics.median(found[FLOOR])
    print(f"  {'page, milliseconds':44} {'p50':>7} {'p95':>7} {'÷ floor':>8}")
    for name, spent in found.items():
        p50, p95 = statistics.median(spent), spent[int(0.95 * len(spent))]
        print(f"  {name:44} {p50:7.1f} {p95:7.1f} {p50 / base:8.1f}")


# ---- submitting and recounting


def to_submit(stage: Any, count: int) -> list[Any]:
    """Rounds of their own over the real county, each inspection with the answers of a submitted one."""
    from django.db import connection
    from django.utils import timezone

    from inspections.models import Inspection, Round
    from tests.stage import take_in

    first = Inspection.objects.filter(round=stage.round, kind="village").first()
    found: list[Any] = []
    while len(found) < count:
        round = Round.objects.create(
            name=f"bench {len(found)}", kind=Round.Kind.COUNTY, region=stage.county.region,
            edition=stage.edition, starts_on=date(2026, 11, 1), ends_on=date(2026, 12, 31), plan_number="1",
            created_by=stage.cast["administrator"], created_at=timezone.now(),
        )  # fmt: skip
        take_in(round, stage.cast, ("village",))
        Inspection.objects.filter(round=round).update(state="in_progress", began_at=timezone.now())
        found += Inspection.objects.filter(round=round).select_related("round", "center")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO inspections_answer (inspection_id, item_id, value, na, reason, note, status, "
            "version, updated_by_id, updated_at) SELECT i.id, a.item_id, a.value, a.na, a.reason, a.note, "
            "a.status, a.version, a.updated_by_id, a.updated_at "
            "FROM inspections_answer a, inspections_inspection i "
            "WHERE a.inspection_id = %s AND i.id = ANY(%s::uuid[])",
            [str(first.pk), [str(one.pk) for one in found]],
        )
    return found[:count]


@contextmanager
def no_summaries() -> Iterator[None]:
    """The same submit without counting anything."""
    from organization import counting
    from reports.actions import submitting

    count, write = submitting.count_result, counting.Counts.write
    submitting.count_result, counting.Counts.write = (lambda *_: None), (lambda _: None)
    try:
        yield
    finally:
        submitting.count_result, counting.Counts.write = count, write


def submits(stage: Any) -> None:
    from django.utils import timezone

    from reports import actions

    def rate(some: list[Any]) -> float:
        begin = time.perf_counter()
        for one in some:
            actions.submit(inspection=one, by=stage.cast["lead_inspector"], now=timezone.now())
        return len(some) / (time.perf_counter() - begin)

    waiting = to_submit(stage, SUBMITS)
    quarter = SUBMITS // 4
    with_them = [rate(waiting[:quarter])]
    with no_summaries():
        without = [rate(waiting[quarter : 2 * quarter])]
    with_them.append(rate(waiting[2 * quarter : 3 * quarter]))
    with no_summaries():
        without.append(rate(waiting[3 * quarter :]))
    told = statistics.mean(with_them), statistics.mean(without)
    print(
        f"  submits by one process: {told[0]:.0f}/s with all summaries, {told[1]:.0f}/s without any: "
        f"{told[0] / told[1]:.2f}"
    )


def recount() -> None:
    from django.core.management import call_command

    begin, said = time.perf_counter(), StringIO()
    try:
        call_command("rebuild_summaries", "--check", stdout=said, stderr=StringIO())
        word = "no difference"
    except SystemExit:
        word = "DIFFERENCES"
    print(f"  recount of everything: {time.perf_counter() - begin:.1f} s, {word}")


def measure(size: str) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as folder, database(folder) as address:
        prepare(address, folder)
        made = fill(size)
        # Some 5 ms an inspection: a quarter of an hour for a province.
        if size == "county" or os.environ.get("RECOUNT"):
            recount()
        found = pages(size, made["rounds"])
        tell(found)
        submits(made["stage"])
        from django.db import connections

        connections.close_all()
    return found


def main() -> None:
    if len(WANTED) == 1:
        print(f"== {WANTED[0]}: {SIZES[WANTED[0]].centers:,} centers, 4 rounds")
        measure(WANTED[0])
        return
    import subprocess

    # Each size in a process of its own: settings are read once.
    for size in WANTED:
        subprocess.run([sys.executable, __file__], env=os.environ | {"SIZES": size}, check=True)


if __name__ == "__main__":
    main()
