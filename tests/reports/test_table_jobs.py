"""Jobs that write long tables: whose they are, how far they are, and what happens when one fails."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from organization.models import Assignment, AuditEntry, Role, User
from organization.problems import NotAllowed
from reports import actions, archives, progress, tables, tasks
from reports.actions import job_steps
from reports.models import Job, JobFile
from reports.models.jobs import Step
from tests.factories import make_user
from tests.reports.asked_tables import divided, made, run, stage, start, table, told, townships
from tests.small_stage import GOOD, NOW, Stage

pytestmark = pytest.mark.django_db
__all__ = ["divided", "stage"]


# ---- whose


def test_file_holds_what_its_person_sees(stage: Stage) -> None:
    near = make_user("near", [(Role.REVIEWER, stage.county.townships[1])])
    assert townships(made(run(start(stage, by=near)))) == ["菜园镇"] * 2
    names = [row[1] for row in told(made(run(start(stage, "scores", near))))]
    assert not {"城关镇", "任固镇"} & set(names)
    assert [row[0] for row in told(made(run(start(stage, "csv", near))))[1:]] == ["菜园镇"] * 2
    staff = stage.cast["township_staff"]
    assert [row[0] for row in told(made(run(start(stage, "csv", staff))))[1:]] == ["城关镇"]


def test_table_is_its_persons_alone(stage: Stage, other: Stage) -> None:
    job = run(start(stage, by=stage.cast["reviewer"]))
    for person in (stage.cast["reviewer"], stage.cast["administrator"], other.cast["reviewer"]):
        seen = Job.objects.visible_to(person)
        assert list(seen) == ([job] if person == stage.cast["reviewer"] else [])


def visible(job: Job) -> bool:
    person = User.objects.get(pk=job.started_by_id)
    return Job.objects.visible_to(person).filter(pk=job.pk).exists()


@pytest.mark.parametrize("kind", ["scores", "ledger", "findings"])
def test_table_is_seen_while_all_its_regions_are(stage: Stage, kind: str) -> None:
    one, two, _three = stage.county.townships
    person = make_user("both", [(Role.REVIEWER, one), (Role.REVIEWER, two)])
    job = run(start(stage, kind, person))
    assert visible(job)
    person.assignments.filter(region=one).delete()
    assert not visible(job)
    # Held otherwise, it is theirs again.
    Assignment.objects.create(user=person, role=Role.ADMINISTRATOR, region=stage.county.region)
    assert visible(job)


def test_staff_of_a_township_see_its_findings_but_no_table_of_a_round(stage: Stage) -> None:
    region = stage.county.townships[0]
    person = make_user("changing", [(Role.REVIEWER, region)])
    jobs = [run(start(stage, kind, person)) for kind in ("scores", "ledger", "findings")]
    person.assignments.update(role=Role.TOWNSHIP_STAFF)
    assert [visible(job) for job in jobs] == [False, False, True]
    person.assignments.update(role=Role.INSPECTOR)
    assert [visible(job) for job in jobs] == [False] * 3


def test_lost_right_makes_no_file_and_leaves_a_row(stage: Stage) -> None:
    person = make_user("shortly", [(Role.ADMINISTRATOR, stage.county.region)])
    job = start(stage, by=person)
    person.assignments.all().delete()
    file = run(job).files.get()
    assert (job.state, file.state, bool(file.file)) == ("done", "failed", False)
    entry = AuditEntry.objects.get(action="ledger.export", result="refused")
    assert (entry.by, entry.target, entry.region) == (person, f"Round {stage.round.pk}", stage.county.region)
    assert not visible(job)


def test_other_regions_than_it_was_asked_for_make_no_file(stage: Stage) -> None:
    one, two, _three = stage.county.townships
    person = make_user("moving", [(Role.REVIEWER, one)])
    job = start(stage, by=person)
    Assignment.objects.create(user=person, role=Role.REVIEWER, region=two)
    with translation.override("en"):
        file = run(job).files.get()
    assert (file.state, file.error) == ("failed", "您负责的地区有了变化，请重新下载这张表。")
    person = User.objects.get(pk=person.pk)
    assert townships(made(run(start(stage, by=person)))) == ["城关镇", "菜园镇", "菜园镇"]


# ---- progress


@pytest.fixture
def every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign of life after each row."""
    monkeypatch.setattr(archives, "PAUSE", 0)


def test_progress_goes_on_while_rows_are_written(
    stage: Stage, every_row: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, seen = start(stage), []
    keep = job_steps.keep_file

    def look(**given: Any) -> bool:
        alive = keep(**given)
        far = progress.progress(job, timezone.now())
        seen.append((far.percent, far.count_words))
        return alive

    monkeypatch.setattr(job_steps, "keep_file", look)
    before = progress.progress(job, timezone.now())
    assert (before.percent, before.count_words, before.left_words) == (0, "0%", "正在估算剩余时间")
    run(job)
    # What is not stored yet is not whole.
    assert seen == [(25, "25%"), (50, "50%"), (75, "75%"), (99, "99%"), (99, "99%")]
    job.refresh_from_db()
    assert progress.progress(job, timezone.now()).percent == 100


def test_progress_of_a_divided_table_is_that_of_all_its_files(stage: Stage, divided: None) -> None:
    job = start(stage)
    now = timezone.now()
    job.files.update(rows=199_739, rows_done=50_000, begun_at=now - timedelta(seconds=10), state="running")
    JobFile.objects.create(job=job, number=2, name="2", rows=100_261)
    far = progress.progress(job, now)
    assert (far.percent, far.count_words, far.seconds) == (16, "16%", 50)
    # From a few rows nothing is concluded.
    job.files.update(rows_done=1)
    assert progress.progress(job, now).seconds is None


def test_more_rows_than_were_counted_are_not_more_than_all(stage: Stage) -> None:
    job = start(stage)
    job.files.update(rows=2, rows_done=3, begun_at=timezone.now())
    far = progress.progress(job, timezone.now())
    assert (far.percent, far.count_words, far.seconds) == (99, "99%", 0)


def test_scores_count_wide_rows_for_several(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    # Three townships and as many centers, and at most all items.
    assert table(stage, "scores").parts()[0][1] == 6 + len(GOOD)
    job = run(start(stage, "scores"))
    assert (job.files.get().rows, job.files.get().rows_done) == (8, 8)
    monkeypatch.setattr(tables, "_each", lambda columns: columns)
    job = run(start(stage, "scores"))
    assert job.files.get().rows == 3 * 7 + 3 * 10 + 2 * (3 + 3)


# ---- what goes wrong


@pytest.fixture
def breaking(stage: Stage, every_row: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Let something happen after the first row."""

    def after_the_first(happens: Any) -> None:
        keep = job_steps.keep_file

        def once(**given: Any) -> bool:
            monkeypatch.setattr(job_steps, "keep_file", keep)
            happens()
            return keep(**given)

        monkeypatch.setattr(job_steps, "keep_file", once)

    return after_the_first


def test_cancelled_midway_makes_no_file_and_can_be_taken_up_again(stage: Stage, breaking: Any) -> None:
    job, by = start(stage), stage.cast["administrator"]
    breaking(lambda: actions.cancel_job(job=job, by=by, now=NOW))
    file = run(job).files.get()
    assert (job.state, file.state, bool(file.file)) == ("cancelled", "waiting", False)
    job = run(actions.retry_job(job=job, by=by, now=NOW))
    assert (job.state, len(told(made(job)))) == ("done", 8)


def test_claim_of_a_dead_worker_runs_out_and_the_file_is_made_anew(
    stage: Stage, breaking: Any, settings: Any
) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    job = start(stage)
    breaking(kill)
    with pytest.raises(Killed):
        tasks.work(str(job.pk))
    file = job.files.get()
    assert (file.state, file.tries, file.rows) == ("running", 1, 4)
    # Held for as long as the claim lasts.
    assert run(job).state == "running"
    job.files.update(claimed_until=timezone.now() - timedelta(seconds=1), rows_done=3)
    assert run(job).state == "done"
    file.refresh_from_db()
    assert (file.tries, file.rows_done, len(told(made(job)))) == (2, 4, 8)


def test_killed_between_files_goes_on_with_the_next(stage: Stage, divided: None, settings: Any) -> None:
    settings.JOB_SLICE = 0
    job = start(stage)
    archives.make(claimed(job))
    assert list(job.files.values_list("state", flat=True)) == ["done", "waiting", "waiting"]
    settings.JOB_SLICE = 600
    assert run(job).state == "done"
    assert [file.tries for file in job.files.all()] == [1, 1, 1]


def claimed(job: Job) -> JobFile:
    file = job_steps.claim_file(job=job, now=timezone.now())
    assert file is not None
    file.job = job
    return file


def test_unforeseen_error_is_tried_again_and_then_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_any: Any, **_more: Any) -> Iterator[Any]:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(tables, "_center_rows", broken)
        job = run(start(stage, "scores"))
    file = job.files.get()
    assert (job.state, file.state, file.tries) == ("done", "failed", job_steps.TRIES)
    assert "已记入服务器日志" in file.error
    assert "the disk is full" in caplog.text
    assert AuditEntry.objects.get(action="job.end").detail == {"failed": 1}
    job = run(actions.retry_job(job=job, by=stage.cast["administrator"], now=NOW))
    assert (job.state, job.files.get().state) == ("done", Step.DONE)


def test_table_of_another_is_not_steered(stage: Stage) -> None:
    job = start(stage, by=stage.cast["reviewer"])
    with pytest.raises(NotAllowed, match="下载它的人"):
        actions.cancel_job(job=job, by=stage.cast["administrator"], now=NOW)
    assert actions.cancel_job(job=job, by=stage.cast["reviewer"], now=NOW).state == "cancelled"


def test_rows_are_not_held(stage: Stage) -> None:
    held = [0]

    def rows() -> Iterator[list[int]]:
        for number in range(1000):
            held[0] = number
            yield [number]

    account = archives.Account(claimed(start(stage)))
    passed = iter(account.through(rows(), 1))
    for number in range(3):
        assert next(passed) == [number]
        assert (held[0], account.rows) == (number, number)
