"""A claim on a file is held while its worker waits for the database, and not for ever."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from organization.models import User
from reports import actions, holding, tasks
from reports.actions import job_steps
from reports.long_tables import LongTable
from reports.models import Job, JobFile
from reports.models.jobs import Step
from tests.reports.asked_tables import made, run, stage, start, told
from tests.small_stage import Stage

# A thread with a connection of its own sees what is written, and nothing before.
pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["stage"]


@pytest.fixture(autouse=True)
def hurried(settings: Any) -> None:
    settings.JOB_LEASE = 3


def until_it_ran_out(job: Job) -> None:
    """Wait for as long as the claim lasted that was made when the file was begun."""
    begun = job.files.get(number=1).begun_at
    while (timezone.now() - begun).total_seconds() < 3.4:
        time.sleep(0.05)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], None]], None]:
    """Let a step of a long table take what something else takes, once."""

    def during(name: str, happens: Callable[[], None]) -> None:
        step = getattr(LongTable, name)

        def slow(table: LongTable, *given: Any) -> Any:
            monkeypatch.setattr(LongTable, name, step)
            happens()
            return step(table, *given)

        monkeypatch.setattr(LongTable, name, slow)

    return during


@pytest.mark.parametrize("step", ["parts", "write"])
def test_nobody_else_gets_a_file_that_is_counted_or_sorted_for_longer_than_a_claim_lasts(
    stage: Stage, slowly: Any, step: str
) -> None:
    job, claims = start(stage, "scores"), []

    def second_worker() -> None:
        until_it_ran_out(job)
        claims.append(job_steps.claim_file(job=job, now=timezone.now()))

    slowly(step, second_worker)
    file = run(job).files.get()
    assert claims == [None]
    assert (job.state, file.state, file.tries, file.claimed_until) == ("done", "done", 1, None)
    assert len(told(made(job))) > 3


def test_worker_that_hangs_holds_no_claim_for_ever(stage: Stage, slowly: Any, settings: Any) -> None:
    settings.Q_CLUSTER = settings.Q_CLUSTER | {"timeout": 0.1}
    job, claims = start(stage), []

    def second_worker() -> None:
        until_it_ran_out(job)
        claims.append(job_steps.claim_file(job=job, now=timezone.now()))

    slowly("parts", second_worker)
    run(job)
    assert [claim.tries for claim in claims] == [2]


def test_nothing_is_left_running(stage: Stage, slowly: Any) -> None:
    before: set[threading.Thread] = set(threading.enumerate())
    during: list[threading.Thread] = []
    slowly("parts", lambda: during.extend(set(threading.enumerate()) - before))
    run(start(stage))
    (holding,) = during
    assert not holding.is_alive()


def claimed(job: Job) -> JobFile:
    file = job_steps.claim_file(job=job, now=timezone.now())
    assert file is not None
    file.job = job
    return file


def test_claim_that_another_has_taken_up_is_not_held_with_it(stage: Stage) -> None:
    job = start(stage)
    first = claimed(job)
    assert job_steps.hold_file(made=first, now=timezone.now())
    job.files.update(claimed_until=first.begun_at)
    second = claimed(job)
    assert not job_steps.hold_file(made=first, now=timezone.now())
    assert JobFile.objects.get().claimed_until == second.claimed_until
    assert job_steps.hold_file(made=second, now=timezone.now())


def test_file_of_a_job_that_was_cancelled_or_has_ended_is_not_held(stage: Stage) -> None:
    job, by = start(stage), stage.cast["administrator"]
    file = claimed(job)
    actions.cancel_job(job=job, by=User.objects.get(pk=by.pk), now=timezone.now())
    assert not job_steps.hold_file(made=file, now=timezone.now())
    Job.objects.update(state="running", ended_at=None, cancelled_by=None)
    job_steps.fail(piece=file, why="…", now=timezone.now())
    assert not job_steps.hold_file(made=file, now=timezone.now())
    assert (JobFile.objects.get().state, JobFile.objects.get().claimed_until) == (Step.FAILED, None)


def test_busy_database_is_asked_again(
    stage: Stage, slowly: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hold, asked = job_steps.hold_file, []

    def locked_at_first(**given: Any) -> bool:
        asked.append(given)
        if len(asked) == 1:
            raise OperationalError("database is locked")
        return hold(**given)

    monkeypatch.setattr(holding.job_steps, "hold_file", locked_at_first)
    job, claims = start(stage), []

    def second_worker() -> None:
        until_it_ran_out(job)
        claims.append(job_steps.claim_file(job=job, now=timezone.now()))

    slowly("parts", second_worker)
    with caplog.at_level(logging.WARNING):
        tasks.work(str(job.pk))
    assert claims == [None]
    assert len(asked) > 1
    assert "the claim could not be held" in caplog.text
