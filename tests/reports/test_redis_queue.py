"""Redis as the queue by setting: a round is issued over a real server, and nothing waits in the database."""

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection
from django_q.models import OrmQ

from inspections.answers import Given
from reports import fonts
from reports.models import Job, OfficialDocument
from tests.reports.workers import environment, kill, run_worker, wait_for
from tests.small_stage import Stage, drafted, small_stage, submitted

pytestmark = pytest.mark.django_db(transaction=True)
TOWNSHIPS = 4
# Begins the job in a process that reads the setting, as a web server does.
STARTING = """
import sys, django
django.setup()
from django.utils import timezone
from django_q.brokers import get_broker
from inspections.models import Round
from organization.models import User
from reports import actions
from reports.models import Job
by, round = User.objects.get(username="administrator"), Round.objects.get()
print(type(get_broker()).__name__)
actions.start_job(kind=Job.Kind.ISSUE, round=round, by=by, now=timezone.now())
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A server of its own, on this machine alone and without a file; its address."""
    program = shutil.which("redis-server")
    assert program, "redis-server is missing: deploy/setup tests installs it"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    with (tmp_path / "redis.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    address = f"redis://127.0.0.1:{port}/0"
    wait_for(lambda: _answers(address))
    yield address
    process.send_signal(signal.SIGTERM)
    process.wait(30)


def _answers(address: str) -> bool:
    try:
        with redis.Redis.from_url(address) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


@pytest.fixture
def drafts(faces: tuple[fonts.Face, ...]) -> Stage:
    stage = small_stage(townships=TOWNSHIPS)
    for place in range(TOWNSHIPS):
        drafted(stage, submitted(stage, place, yes=Given(False)))
    return stage


def test_round_is_issued_over_redis_and_survives_a_kill(
    drafts: Stage, server: str, media_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = environment(media_folder, tmp_path, PORTAL_REDIS_URL=server)
    begun = subprocess.run(
        [sys.executable, "-c", STARTING], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
        env=said | {"DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(settings.BASE_DIR)},
    )  # fmt: skip
    assert begun.stdout.split()[-1] == "Redis"
    assert not OrmQ.objects.exists()
    with redis.Redis.from_url(server) as client:
        waiting = sum(client.llen(key) for key in client.keys("*:q") or client.keys("*"))
    assert waiting > 0
    job = Job.objects.get()
    workers = [run_worker(tmp_path, said)]
    try:
        wait_for(lambda: OfficialDocument.objects.issued().exists())
        kill(workers[0])
        seen = OfficialDocument.objects.issued().count()
        workers.append(run_worker(tmp_path, said, 1))
        wait_for(lambda: Job.objects.filter(pk=job.pk, state="done").exists())
    finally:
        for worker in workers:
            kill(worker)
    numbers = list(OfficialDocument.objects.order_by("number").values_list("number", flat=True))
    with capsys.disabled():
        print(f"\n  {connection.vendor} over Redis: {seen} issued when killed, at the end numbers {numbers}")
    assert numbers == list(range(1, TOWNSHIPS + 1))
    assert not OrmQ.objects.exists()
