"""What the field's answers cost: one save and a delivery of 70, beside a bare view and beside plain SQL.

Starts the portal under gunicorn on a database of its own, and lets devices on lasting connections send as
fast as they are answered. Rates and latencies are of the whole machine, which the devices share; processor
times are read from /proc, of the web processes and of PostgreSQL apart. The works take turns in one run;
medians are printed. With PORTAL_DATABASE_URL naming a PostgreSQL, a database is made there and dropped again.
"""

import http.client
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._plain_sql import write_rows  # noqa: E402
from bench._server import Server, database, postgres_seconds  # noqa: E402
from bench._start import introduce  # noqa: E402
from bench._yardstick import milliseconds  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = float(os.environ.get("SECONDS", "2"))
DEVICES = int(os.environ.get("DEVICES", "4"))
ANSWERS = 70
# So many forms are sent whole, each once, in one turn of such a work.
WHOLE = 50
TOKEN = "a" * 32
AT = "2026-11-20T09:30:00+08:00"
FLOOR, FLOOR_IN, SAVE, FIRST, FIRST_SQL, DELIVERY, SQL = (
    "a bare view with one upsert",
    "the same behind the portal's login",
    "one save of a device (sync of 1)",
    f"a form's first {ANSWERS} answers (sync of {ANSWERS})",
    "the same rows by plain SQL",
    f"a delivery of {ANSWERS} changed answers",
    "the same rows by plain SQL, again",
)
Ask = tuple[str, dict[str, Any]]


# ---- the county


@dataclass
class Device:
    """A phone: its session, its inspection, a good answer for each item, and the versions that it knows."""

    session: str
    person: int
    inspection: str
    values: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    cursor: int | None = None
    versions: dict[str, int] = field(default_factory=dict)
    turn: int = 0
    # Inspections that nobody has begun yet.
    fresh: list[str] = field(default_factory=list)

    def one(self) -> Ask:
        return self._delivery(1)

    def many(self) -> Ask:
        return self._delivery(ANSWERS)

    def begin(self) -> None:
        """Go on to the next form, which is empty."""
        self.inspection, self.cursor, self.versions = self.fresh.pop(), 0, {}

    def first(self) -> Ask:
        self.begin()
        return self.many()

    def upsert(self, path: str) -> Ask:
        self.turn += 1
        return path, {"id": self.id, "value": str(self.turn)}

    def _delivery(self, count: int) -> Ask:
        """So many answers, each other than the last time."""
        self.turn += 1
        mutations = [
            {
                "id": str(uuid.uuid4()), "item": item, "base": self.versions.get(item, 0), "after": None,
                "value": value, "na": False, "reason": "", "note": f"第{self.turn}次", "at": AT,
            }
            for item, value in list(self.values.items())[:count]
        ]  # fmt: skip
        body = {"person": self.person, "device": self.id, "cursor": self.cursor, "mutations": mutations}
        return f"/inspections/{self.inspection}/sync/", body

    def take(self, said: dict[str, Any]) -> None:
        self.cursor = said["cursor"]
        items = list(self.values)
        for item, result in zip(items, said["results"], strict=False):
            assert result["outcome"] == "applied", result
            self.versions[item] = result["version"]


def prepare(address: str, folder: str) -> list[Device]:
    """Make a county with one inspection for each device, and log each device in."""
    os.environ |= {
        "PORTAL_VAR_DIR": folder,
        "PORTAL_DATABASE_URL": address,
        "PORTAL_STATIC_ROOT": f"{folder}/static",
        "PORTAL_LOG_LEVEL": "WARNING",
        # A bench asks more often than strangers may.
        "PORTAL_PUBLIC_REQUESTS_PER_MINUTE": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
    }
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_floor (id varchar(36) PRIMARY KEY, value text)")
    from inspections.checklist import checklist
    from tests.small_stage import of
    from tests.stage import given, make_round, make_stage, take_in

    stage = make_stage(townships=DEVICES)
    devices = []
    for person, inspection in zip(people(stage), stage.inspections, strict=True):
        client, chance = Client(), random.Random(1)
        log_in(client, person)
        entries = checklist(inspection.edition_id, inspection.kind).entries
        values = {entry.item.code: given(entry, inspection.kind, chance).value for entry in entries}
        devices.append(Device(client.cookies["sessionid"].value, person.pk, str(inspection.pk), values))
    fresh = []
    while len(fresh) < 2 * WHOLE * (ROUNDS + 1):
        round = make_round(stage.county, stage.edition, stage.cast["administrator"], f"第{len(fresh) + 2}轮")
        take_in(round, stage.cast, ("township",))
        fresh += [str(inspection.pk) for inspection in of(round)]
    # One sends its forms, the other's are written by plain SQL.
    for number, device in enumerate((_like(devices[0]), _like(devices[0]))):
        device.fresh = fresh[number::2]
        devices.append(device)
    return devices


def people(stage: Any) -> list[Any]:
    """An inspector for each inspection, as each carries a phone of their own; the first is the cast's."""
    from django.utils import timezone

    from inspections import actions
    from tests.factories import make_user

    found = [stage.cast["inspector"]]
    for number, inspection in enumerate(stage.inspections[1:]):
        found.append(make_user(f"inspector-{number}", [("inspector", stage.county.region)]))
        actions.assign(
            inspections=[inspection], people=found[-1:], lead=stage.cast["lead_inspector"],
            by=stage.cast["administrator"], now=timezone.now(),
        )  # fmt: skip
    return found


def log_in(client: Any, person: Any) -> None:
    """Open a session as the portal's own door does, without its pages."""
    from organization import actions
    from organization.middleware import begin

    client.force_login(person)
    session = client.session
    begin(session)
    session.save()
    actions.begin_session(by=person, session_key=session.session_key, address=None, agent="")


def _like(device: Device) -> Device:
    return Device(device.session, device.person, device.inspection, device.values)


# ---- what the server serves besides: any view with one upsert


def floor(request: Any) -> Any:
    from django.db import connection
    from django.http import JsonResponse

    told = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_floor (id, value) VALUES (%s, %s) "
            "ON CONFLICT (id) DO UPDATE SET value = excluded.value",
            [told["id"], told["value"]],
        )
    return JsonResponse({"saved": True})


def make_application() -> Any:
    """The portal with the bare view beside it, as gunicorn loads it from here."""
    from config.wsgi import application  # isort: skip

    from django.contrib.auth.decorators import login_not_required
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    from config import urls

    def floor_in(request: Any) -> Any:
        return floor(request)

    urls.urlpatterns += [
        path("floor/", csrf_exempt(login_not_required(floor))),
        path("floor-in/", floor_in),
    ]
    return application


# ---- measuring


def tidy() -> None:
    """What PostgreSQL does by itself within a minute, and on some machines is told not to do."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


@dataclass
class Sample:
    """One turn of one work: requests a second; latencies and processor times in milliseconds."""

    rate: float
    latencies: list[float]
    web: float
    postgres: float


def load(
    server: Server, devices: list[Device], make: Callable[[Device], Ask], most: int | None = None
) -> Sample:
    """Let each device send as fast as it is answered, for a time or so many times."""
    latencies: list[float] = []
    faults: list[BaseException] = []
    until = time.monotonic() + SECONDS

    def work(device: Device) -> None:
        try:
            wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            while len(latencies) < most if most else time.monotonic() < until:
                latencies.append(send(wire, device, *make(device)))
        except BaseException as fault:
            faults.append(fault)

    web, database = server.seconds(), postgres_seconds()
    begin = time.monotonic()
    threads = [threading.Thread(target=work, args=(device,)) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    spent, count = time.monotonic() - begin, len(latencies)
    web, database = server.seconds() - web, postgres_seconds() - database
    return Sample(count / spent, latencies, 1000 * web / count, 1000 * database / count)


def send(wire: http.client.HTTPConnection, device: Device, path: str, body: dict[str, Any]) -> float:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if path != "/floor/":
        headers |= {"Cookie": f"sessionid={device.session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
    sent = json.dumps(body)
    begin = time.perf_counter()
    wire.request("POST", path, sent, headers)
    answer = wire.getresponse()
    said = answer.read()
    spent = 1000 * (time.perf_counter() - begin)
    assert answer.status == 200, said[:500]
    if "mutations" in body:
        device.take(json.loads(said))
    return spent


def plain_sql(device: Device, most: int | None = None) -> Sample:
    """Write the same rows by two statements in one transaction, from this process.

    For a time into one form, or so many times into a form that nobody has begun.
    """
    from inspections.models import Inspection

    inspections = {str(one.pk): one for one in Inspection.objects.all()}
    latencies: list[float] = []
    web, database, until = time.process_time(), postgres_seconds(), time.monotonic() + SECONDS
    while len(latencies) < most if most else time.monotonic() < until:
        if most:
            device.begin()
        inspection = inspections[device.inspection]
        begin = time.perf_counter()
        write_rows(device, inspection, ANSWERS, AT)
        latencies.append(1000 * (time.perf_counter() - begin))
    count = len(latencies)
    web, database = time.process_time() - web, postgres_seconds() - database
    return Sample(1000 / statistics.mean(latencies), latencies, 1000 * web / count, 1000 * database / count)


def main() -> None:
    introduce(__doc__)
    with tempfile.TemporaryDirectory() as folder, database(folder) as address:
        devices = prepare(address, folder)
        server = Server(folder)
        *devices, whole, whole_sql = devices
        sender, writer = devices[0], devices[-1]
        works: dict[str, Callable[[], Sample]] = {
            FLOOR: lambda: load(server, devices[:-1], lambda device: device.upsert("/floor/")),
            FLOOR_IN: lambda: load(server, devices[:-1], lambda device: device.upsert("/floor-in/")),
            SAVE: lambda: load(server, devices[:-1], Device.one),
            FIRST: lambda: load(server, [whole], Device.first, WHOLE),
            FIRST_SQL: lambda: plain_sql(whole_sql, WHOLE),
            DELIVERY: lambda: load(server, [sender], Device.many),
            SQL: lambda: plain_sql(writer),
        }
        samples: dict[str, list[Sample]] = {name: [] for name in works}
        try:
            for turn in range(ROUNDS + 1):
                tidy()
                for name, work in works.items():
                    sample = work()
                    if turn:  # the first turn fills the caches
                        samples[name].append(sample)
        finally:
            server.stop()
            from django.db import connections

            connections.close_all()
        tell(samples, "PostgreSQL" if address.startswith("postgres") else "SQLite")


def tell(samples: dict[str, list[Sample]], kind: str) -> None:
    print(f"{kind}; {DEVICES - 1} devices at once, a delivery by one; yardstick {milliseconds():.0f} ms")
    print(f"{'':44} {'/s':>6} {'p50':>7} {'p95':>7}   {'web':>6} {'PG':>6}  (ms)")
    for name, found in samples.items():
        every = sorted(one for sample in found for one in sample.latencies)
        p50, p95 = every[len(every) // 2], every[int(len(every) * 0.95)]
        rate, web, database = (median(found, part) for part in ("rate", "web", "postgres"))
        print(f"{name:44} {rate:6.0f} {p50:7.1f} {p95:7.1f}   {web:6.2f} {database:6.2f}")
    for floor_name in (FLOOR, FLOOR_IN):
        # Of each turn by itself: what else the machine does changes from one to the next.
        shares = [
            one.rate / other.rate for one, other in zip(samples[SAVE], samples[floor_name], strict=True)
        ]
        cost = median(samples[SAVE], "web") + median(samples[SAVE], "postgres")
        base = median(samples[floor_name], "web") + median(samples[floor_name], "postgres")
        print(
            f"{statistics.median(shares):6.2f} × the rate, {cost / base:.1f} × the processor: "
            f"a save ÷ {floor_name}"
        )
    for name, bare_name in ((FIRST, FIRST_SQL), (DELIVERY, SQL)):
        whole = median(samples[name], "web") + median(samples[name], "postgres")
        bare = median(samples[bare_name], "web") + median(samples[bare_name], "postgres")
        print(f"{whole / bare:6.2f} × the processor: {name} ÷ plain SQL; {whole:.1f} ms in all")


def median(found: list[Sample], part: str) -> float:
    return statistics.median(getattr(sample, part) for sample in found)


if __name__ == "__main__":
    main()
