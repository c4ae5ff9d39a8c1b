"""Probes answer without a log-in and without details; figures go to configured addresses alone."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from config.operations import health, metrics
from reports.models import Job
from tests.small_stage import small_stage


def test_health_asks_nothing_of_the_database(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_ready_when_all_parts_work(client: Client, db: None) -> None:
    answer = client.get("/ready/")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert default_storage.listdir("probe") == ([], [])


def test_not_ready_without_database(client: Client, db: None, caplog: pytest.LogCaptureFixture) -> None:
    def gone(*anything: Any) -> Any:
        raise OperationalError("connection refused at 10.0.0.7")

    with connection.execute_wrapper(gone), caplog.at_level(logging.ERROR):
        answer = client.get("/ready/")
    assert (answer.status_code, answer.content) == (503, b"unavailable\n")
    assert "not ready: database: connection refused at 10.0.0.7" in caplog.messages


def test_not_ready_while_a_migration_is_missing(client: Client, db: None) -> None:
    [last] = [name for app, name in health.wanted_migrations() if app == "organization"]
    MigrationRecorder(connection).record_unapplied("organization", last)
    assert client.get("/ready/").status_code == 503
    assert health.failing() == ["migrations"]


def test_ready_on_tables_newer_than_the_code(client: Client, db: None) -> None:
    MigrationRecorder(connection).record_applied("organization", "9999_of_the_next_release")
    assert client.get("/ready/").status_code == 200


def test_not_ready_when_photos_cannot_be_stored(client: Client, db: None, media_folder: Any) -> None:
    media_folder.write_text("a file where a folder should be")
    assert client.get("/ready/").status_code == 503
    assert health.failing() == ["storage"]


@pytest.mark.parametrize("path", ["/health/", "/ready/", "/metrics"])
def test_probes_take_no_writes(client: Client, db: None, path: str) -> None:
    assert client.post(path).status_code == 405


def test_figures_are_not_found_unless_configured(client: Client, db: None) -> None:
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("addresses", "status"),
    [(["127.0.0.1"], 200), (["10.0.0.0/8", "127.0.0.0/24"], 200), (["10.0.0.0/8"], 404), (["::1"], 404)],
)
def test_figures_go_to_configured_addresses(
    client: Client, db: None, settings: Any, addresses: list[str], status: int
) -> None:
    settings.METRICS_ADDRESSES = addresses
    assert client.get("/metrics").status_code == status


def test_stranger_behind_the_proxy_is_not_taken_for_the_proxy(
    client: Client, db: None, settings: Any
) -> None:
    settings.METRICS_ADDRESSES, settings.BEHIND_PROXY = ["127.0.0.1"], True
    answer = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1, 203.0.113.9"})
    assert answer.status_code == 404


def test_figures_count_requests_by_view_and_never_by_what_was_sent(
    client: Client, db: None, settings: Any
) -> None:
    settings.METRICS_ADDRESSES = ["127.0.0.1"]
    client.get("/login/?secret=1")
    client.get("/never-heard-of/")
    client.generic("BREW", "/login/")
    said = client.get("/metrics").text
    assert 'portal_requests_total{method="GET",status="2xx",view="login"}' in said
    assert 'portal_requests_total{method="GET",status="4xx",view="(none)"}' in said
    assert 'method="other"' in said
    assert "never-heard-of" not in said
    assert "secret" not in said
    assert "BREW" not in said


def test_nothing_is_counted_where_nobody_may_read(client: Client, db: None) -> None:
    def total() -> float:
        return sum(sample.value for metric in metrics.REQUESTS.collect() for sample in metric.samples)

    before = total()
    client.get("/login/")
    assert total() == before


def queue_figures(client: Client) -> dict[str, float]:
    lines = [line.split() for line in client.get("/metrics").text.splitlines() if line[:1] != "#"]
    wanted = ("portal_jobs_running", "portal_jobs_silent", "portal_queue_tasks")
    return {line[0]: float(line[1]) for line in lines if line[0] in wanted}


def test_figures_tell_of_a_queue_that_stands_still(client: Client, db: None, settings: Any) -> None:
    settings.METRICS_ADDRESSES = ["127.0.0.1"]
    assert set(queue_figures(client).values()) == {0}
    stage = small_stage()
    now = timezone.now()
    beats = {"issue": None, "export": now - timedelta(hours=1), "print": now}
    for kind, beat in beats.items():
        Job.objects.create(
            kind=kind, round=stage.round, region=stage.county.region, started_by=stage.cast["administrator"],
            started_at=now, beat_at=beat,
        )  # fmt: skip
    OrmQ.objects.create(key="portal", payload="x", lock=now)
    # The first was begun a moment ago, the third is being worked on.
    wanted = {"portal_jobs_running": 3, "portal_jobs_silent": 1, "portal_queue_tasks": 1}
    assert queue_figures(client) == wanted
    assert client.get("/ready/").status_code == 200


def test_figures_of_the_rest_are_there_while_the_database_is_away(
    client: Client, db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_ADDRESSES = ["127.0.0.1"]
    client.get("/login/")

    def gone(*anything: Any) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr(metrics, "queue_state", gone)
    assert queue_figures(client) == {}
    assert "portal_requests_total" in client.get("/metrics").text
