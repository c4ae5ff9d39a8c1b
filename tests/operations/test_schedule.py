"""The regular commands run at the times of the systemd timers, where containers have no systemd."""

import json
import signal
from datetime import datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep
from zoneinfo import ZoneInfo

import pytest
from django.core.management import get_commands

from config.operations.management.commands import run_scheduler
from config.operations.schedule import Rule, read_rules
from tests.installation import ROOT, Installation, kill_tree, server_of_tests

HERE = ZoneInfo("Asia/Shanghai")
NIGHTLY = Rule("backup", at=time(2, 30))
MONTHLY = Rule("prune_audit", at=time(4, 30), day=1)
OFTEN = Rule("send_messages", every=timedelta(minutes=5))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HERE)


def test_every_timer_is_read_and_names_a_command() -> None:
    rules = {rule.command: rule for rule in read_rules(ROOT / "deploy" / "systemd")}
    assert len(rules) == len(list((ROOT / "deploy" / "systemd").glob("*.timer")))
    assert set(rules) <= set(get_commands())
    assert (rules["backup"].at, rules["backup"].day) == (NIGHTLY.at, None)
    assert (rules["prune_audit"].at, rules["prune_audit"].day) == (MONTHLY.at, 1)
    assert rules["send_messages"] == OFTEN


def test_time_of_another_form_is_named(tmp_path: Path) -> None:
    timer = tmp_path / "odd.timer"
    timer.write_text("[Timer]\nUnit=portal-command@backup.service\nOnCalendar=Mon *-*-* 02:30:00\n")
    with pytest.raises(ValueError, match=r"odd\.timer"):
        read_rules(tmp_path)


@pytest.mark.parametrize(
    ("rule", "last", "now", "due"),
    [
        (NIGHTLY, None, "2026-11-20T03:00", False),
        (NIGHTLY, "2026-11-19T02:30", "2026-11-20T02:29", False),
        (NIGHTLY, "2026-11-19T02:30", "2026-11-20T02:30", True),
        (NIGHTLY, "2026-11-20T02:31", "2026-11-20T09:00", False),
        # Off for a week: once, not seven times.
        (NIGHTLY, "2026-11-12T02:30", "2026-11-20T01:00", True),
        (NIGHTLY, "2026-11-20T01:00", "2026-11-20T01:10", False),
        # The clock was set back: nothing is begun twice.
        (NIGHTLY, "2026-11-20T02:30", "2026-11-17T10:00", False),
        (MONTHLY, "2026-11-01T04:30", "2026-11-30T23:59", False),
        (MONTHLY, "2026-11-01T04:30", "2026-12-01T04:31", True),
        (OFTEN, None, "2026-11-20T03:00", True),
        (OFTEN, "2026-11-20T03:00", "2026-11-20T03:04", False),
        (OFTEN, "2026-11-20T03:00", "2026-11-20T03:05", True),
    ],
)
def test_when_a_command_is_due(rule: Rule, last: str | None, now: str, due: bool) -> None:
    assert rule.is_due(at(last) if last else None, at(now)) is due


def test_nothing_is_begun_twice_at_once_and_a_failure_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Process:
        def __init__(self, command: list[str], cwd: Path) -> None:
            self.returncode: int | None = None

        def poll(self) -> int | None:
            return self.returncode

    monkeypatch.setattr(run_scheduler.subprocess, "Popen", Process)
    memory = tmp_path / "schedule.json"
    scheduler = run_scheduler.Scheduler([NIGHTLY, OFTEN], memory)
    assert scheduler.look(at("2026-11-20T01:00")) == ["send_messages"]
    assert scheduler.look(at("2026-11-20T01:06")) == []
    scheduler.running["send_messages"].returncode = 3
    assert scheduler.look(at("2026-11-20T02:31")) == ["backup", "send_messages"]
    assert "send_messages ended with 3" in caplog.text
    # Another process knows when they were begun.
    following = run_scheduler.Scheduler([NIGHTLY, OFTEN], memory)
    assert following.look(at("2026-11-20T02:34")) == []


def test_scheduler_runs_a_command_of_the_portal_and_stops_when_told(
    tmp_path: Path, django_db_setup: None
) -> None:
    made = Installation(tmp_path / "portal", server_of_tests())
    timers = tmp_path / "timers"
    timers.mkdir()
    (timers / "x.timer").write_text(
        "[Timer]\nUnit=portal-command@clearsessions.service\nOnUnitActiveSec=9min\n"
    )
    try:
        made.manage("migrate", "--noinput", "--verbosity", "0")
        for key, day in (("old", "2020-01-01"), ("new", "2100-01-01")):
            made.execute(f"INSERT INTO django_session VALUES ('{key}', '', '{day} 00:00:00')")
        process = made.begin("manage.py", "run_scheduler", "--timers", str(timers))
        until = monotonic() + 120
        while made.query("SELECT session_key FROM django_session") != [("new",)]:
            assert monotonic() < until
            sleep(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert list(json.loads((made.folder / "schedule.json").read_text())) == ["clearsessions"]
        kill_tree(process)
    finally:
        made.remove()
