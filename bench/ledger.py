"""What the pages of the ledger cost with 100,000 findings beside 1,000: the server's time of each page.

`PORTAL_DATABASE_URL` names the PostgreSQL (a test database is made there and dropped again); `FINDINGS`
and `ROUNDS` may be changed. `PLANS=1` prints what the database does for the slowest statement of each page.
"""

import logging
import os
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from bench._start import introduce

if __name__ == "__main__":
    introduce(__doc__)

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, get_runner  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench._yardstick import milliseconds  # noqa: E402
from inspections import actions as inspecting  # noqa: E402
from inspections.models import Finding, Inspection, Round  # noqa: E402
from organization.codes import Level  # noqa: E402
from organization.models import Assignment, Region, Role, ServiceCenter, User  # noqa: E402
from standards.actions import import_standard  # noqa: E402
from standards.models import Item  # noqa: E402
from standards.reading import read_standard  # noqa: E402

STANDARD = Path(settings.BASE_DIR, "standards", "data", "shenfuban-2021-13.yaml")
SIZES = [int(size) for size in os.environ.get("FINDINGS", "1000,100000").split(",")]
ROUNDS = int(os.environ.get("ROUNDS", "15"))
PER_INSPECTION = 20
AIM = 100  # ms
# One after another through the states in which findings are met, of the round that runs.
STATES = (
    "found",
    "notified",
    "acknowledged",
    "acknowledged",
    "in_repair",
    "reported",
    "to_reinspect",
    "closed",
)


class Scene:
    """A province of as many counties, each with ten townships of nine villages, inspected twice."""

    def __init__(self, findings: int) -> None:
        self.now = timezone.now()
        centers = max(1, findings // (2 * PER_INSPECTION))
        self.person = User.objects.create_user(
            "province", "省级", None, notice_version=settings.PRIVACY_VERSION
        )
        province = Region.objects.create(code="410000000000", level=Level.PROVINCE, name="河南省")
        self._places(province, centers)
        self.edition = import_standard(read_standard(STANDARD))
        self.items = list(Item.objects.filter(edition=self.edition, for_village=True)[:PER_INSPECTION])
        self.rounds = [self._round(province, name, months) for name, months in (("上一轮", 8), ("本轮", 2))]
        for round, state in zip(self.rounds, (("closed",), STATES), strict=True):
            self._inspect(round, state)
        inspecting.load_year(
            year=self.now.year, days=[], published_on=None, source="公布的通知", by=None, now=self.now
        )
        self._people(province)
        with connection.cursor() as cursor:
            # As a database stands that has been up for a while: PostgreSQL does this by itself.
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")

    def _places(self, province: Region, centers: int) -> None:
        """Counties of a hundred centers: ten townships, each with nine villages."""
        city = Region.objects.create(code="410100000000", level=Level.CITY, name="某市", parent=province)
        counties, townships, villages = [], [], []
        for number in range(-(-centers // 100)):
            code = (
                f"4101{number % 90 + 10:02d}"
                if number < 90
                else f"41{number // 90 + 1:02d}{number % 90 + 10:02d}"
            )
            county = Region(code=f"{code}000000", level=Level.COUNTY, name=f"第{number}县", parent=city)
            counties.append(county)
            for town in range(10):
                above = Region(
                    code=f"{code}1{town:02d}000",
                    level=Level.TOWNSHIP,
                    name=f"{number}县{town}乡",
                    parent=county,
                )
                townships.append(above)
                villages += [
                    Region(
                        code=f"{code}1{town:02d}2{n:02d}",
                        level=Level.VILLAGE,
                        name=f"{town}乡{n}村",
                        parent=above,
                    )
                    for n in range(1, 10)
                ]
        for rows in (counties, townships, villages):
            Region.objects.bulk_create(rows, batch_size=1000)
        self.county, self.township = counties[0], townships[0]
        places = sorted([*townships, *villages], key=lambda row: row.code)[:centers]
        ServiceCenter.objects.bulk_create(
            [
                ServiceCenter(
                    region=row,
                    kind="township" if row.level == Level.TOWNSHIP else "village",
                    name=f"{row.name}中心",
                )
                for row in places
            ],
            batch_size=1000,
        )

    def _round(self, province: Region, name: str, months: int) -> Round:
        begun = self.now.date() - timedelta(days=30 * months)
        return Round.objects.create(
            name=name, region=province, edition=self.edition, starts_on=begun,
            ends_on=begun + timedelta(days=60), plan_number="督查〔2026〕1号",
            created_by=self.person, created_at=self.now,
        )  # fmt: skip

    def _inspect(self, round: Round, states: tuple[str, ...]) -> None:
        at = timezone.make_aware(timezone.datetime.combine(round.starts_on, timezone.datetime.min.time()))
        inspections = [
            Inspection(
                round=round, center=center, region_id=center.region_id, kind=center.kind,
                edition=self.edition, state="submitted", submitted_at=at, submitted_by=self.person,
                score=Decimal(75), grade="合格",
                snapshot={"clauses": {}, "items": [], "next": None},
            )
            for center in ServiceCenter.objects.all()
        ]  # fmt: skip
        Inspection.objects.bulk_create(inspections, batch_size=1000)
        Finding.objects.bulk_create(
            (self._finding(row, item, round, states[n % len(states)], n) for n, (row, item) in enumerate(
                (row, item) for row in inspections for item in self.items
            )),
            batch_size=2000,
        )  # fmt: skip

    def _finding(self, row: Inspection, item: Item, round: Round, state: str, n: int) -> Finding:
        due = None if state in ("found", "notified") else timezone.localdate() + timedelta(days=n % 40 - 10)
        return Finding(
            inspection=row, item=item, round=round, center_id=row.center_id, region_id=row.region_id,
            state=state, clause="一、（一）2", finding=item.finding, requirement=item.requirement,
            lost=Decimal(n % 40) / 10, mode="fixed_term", working_days=15, found_at=row.submitted_at,
            term_from=due and round.starts_on, due_on=due, closed_at=self.now if state == "closed" else None,
        )  # fmt: skip

    def _people(self, province: Region) -> None:
        places = {"province": province, "county": self.county, "township": self.township}
        for name, region in places.items():
            person = User.objects.filter(username=name).first() or User.objects.create_user(
                name, name, None, notice_version=settings.PRIVACY_VERSION
            )
            role = Role.TOWNSHIP_STAFF if name == "township" else Role.ADMINISTRATOR
            Assignment.objects.create(user=person, role=role, region=region)

    def pages(self) -> list[tuple[str, str, str]]:
        """What is measured: its name, who asks, and the address."""
        last, item = self.rounds[1].pk, self.items[0].pk
        finding = Finding.objects.filter(round=last, region=self.township).first()
        assert finding is not None
        ledger = "/findings/"
        return [
            ("ledger, all", "province", ledger),
            ("ledger, last page", "province", f"{ledger}?page=9999"),
            ("ledger, open", "province", f"{ledger}?state=open"),
            ("ledger, overdue", "province", f"{ledger}?state=overdue"),
            ("ledger, with the county", "province", f"{ledger}?state=with_county"),
            ("ledger, closed", "province", f"{ledger}?state=closed"),
            ("ledger, one round", "province", f"{ledger}?round={last}"),
            ("ledger, one round and item", "province", f"{ledger}?round={last}&item={item}"),
            ("ledger, one item", "province", f"{ledger}?item={item}"),
            ("ledger, one township", "province", f"{ledger}?region={self.township.prefix}"),
            ("inbox", "province", "/inbox/"),
            ("county: ledger, all", "county", ledger),
            ("county: ledger, overdue", "county", f"{ledger}?state=overdue"),
            ("county: inbox", "county", "/inbox/"),
            ("township: ledger, all", "township", ledger),
            ("township: home", "township", "/our-centers/"),
            ("finding", "township", f"/findings/{finding.pk}/"),
        ]


def measured(scene: Scene) -> dict[str, float]:
    """Median milliseconds by page, after one round that is not counted."""
    clients: dict[str, Client] = {}
    for name in ("province", "county", "township"):
        clients[name] = Client()
        clients[name].force_login(User.objects.get(username=name))
    times: dict[str, list[float]] = {}
    for turn in range(ROUNDS + 1):
        for name, who, url in scene.pages():
            began = time.perf_counter()
            response = clients[who].get(url)
            took = time.perf_counter() - began
            assert response.status_code == 200, (url, response.status_code)
            if turn:
                times.setdefault(name, []).append(took * 1000)
    if os.environ.get("PLANS"):
        for name, who, url in scene.pages():
            _plan(name, clients[who], url)
    return {name: statistics.median(own) for name, own in times.items()}


def _plan(name: str, client: Client, url: str) -> None:
    with CaptureQueriesContext(connection) as told:
        client.get(url)
    slowest = max(told.captured_queries, key=lambda one: float(one["time"]))
    print(f"== {name}: {slowest['time']} s of {sum(float(q['time']) for q in told.captured_queries):.3f} s")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {slowest['sql']}")
        print(slowest["sql"][:600])
        print("\n".join(row[0] for row in cursor.fetchall()))


def main() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    logging.disable(logging.INFO)
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["*"], False
    runner = get_runner(settings)(verbosity=0, interactive=False)
    found: dict[int, dict[str, float]] = {}
    for size in SIZES:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = f"{tempfile.mkdtemp()}/ledger.sqlite3"
        old = runner.setup_databases()
        try:
            scene = Scene(size)
            speed = f"{ROUNDS} rounds; yardstick {milliseconds():.0f} ms"
            print(f"{connection.vendor}: {Finding.objects.count()} findings, {speed}")
            found[size] = measured(scene)
        finally:
            runner.teardown_databases(old)
    print(f"{'page':<30}" + "".join(f"{size:>12,}" for size in SIZES) + "   ms, median")
    for name in found[SIZES[0]]:
        worst = max(found[size][name] for size in SIZES)
        told = "" if worst < AIM else f"   over {AIM}"
        print(f"{name:<30}" + "".join(f"{found[size][name]:>12.1f}" for size in SIZES) + told)


if __name__ == "__main__":
    main()
