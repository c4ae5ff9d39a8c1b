"""What is in a long table's file, how it is divided, and how it is asked for."""

from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django_q.models import OrmQ

from inspections.models import Finding
from organization.models import AuditEntry, Role, User
from organization.problems import NotAllowed, Problem
from reports import long_tables, progress
from reports.models import Job
from tests.factories import make_user
from tests.reports.asked_tables import divided, made, run, stage, start, table, told, townships
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db
__all__ = ["divided", "stage"]
KINDS = ["scores", "ledger", "findings", "csv"]


# ---- what is in the file


@pytest.mark.parametrize("kind", KINDS)
def test_file_is_the_one_that_is_given_at_once(stage: Stage, tmp_path: Any, kind: str) -> None:
    table(stage, kind).write(tmp_path / "at-once")
    job = run(start(stage, kind))
    assert (job.state, job.files.get().state) == ("done", "done")
    assert told(made(job)) == told((tmp_path / "at-once").read_bytes())
    assert job.files.get().size == len(made(job))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("scores", "%s 得分表.xlsx"), ("ledger", "%s 整改台账.xlsx"), ("findings", "问题清单.xlsx"),
        ("csv", "问题清单.csv"),
    ],
)  # fmt: skip
def test_file_has_the_name_it_would_have_at_once(stage: Stage, kind: str, name: str) -> None:
    named = name % stage.round.name if "%s" in name else name
    assert start(stage, kind).files.get().name == table(stage, kind).name() == named


def test_name_of_a_round_with_a_long_name_fits(stage: Stage) -> None:
    stage.round.name = "长" * 100
    with translation.override("en"):
        named = table(stage).name(12)
    assert len(named) <= 120
    assert named.endswith(" volume 12.xlsx")


@pytest.mark.parametrize("kind", ["scores", "ledger"])
def test_table_is_as_long_as_its_rows(stage: Stage, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    rows = {"scores": 3, "ledger": 4}[kind]
    for most, expected in ((rows - 1, True), (rows, False)):
        monkeypatch.setattr(long_tables, "AT_ONCE", most)
        assert table(stage, kind).is_long() == expected
    monkeypatch.setattr(long_tables, "AT_ONCE", 1)
    near = make_user("near", [(Role.ADMINISTRATOR, stage.county.townships[0])])
    assert not table(stage, kind, near).is_long()


def test_list_is_filtered_as_it_was_when_it_was_asked_for(stage: Stage) -> None:
    township = stage.county.townships[1].prefix
    job = start(stage, "csv", region=township, state="found", item="nonsense", order="up")
    assert job.query == f"region={township}&state=found&as=csv"
    assert [row[0] for row in told(made(run(job)))[1:]] == ["菜园镇"] * 2
    assert told(made(run(start(stage, "csv", state="closed"))))[1:] == []


def test_list_of_one_round_is_kept_under_it(stage: Stage) -> None:
    assert start(stage, "findings", round=str(stage.round.pk)).round == stage.round
    assert start(stage, "findings").round is None
    assert start(stage, "findings", round="999").round is None


def test_file_speaks_the_language_in_which_it_was_asked_for(stage: Stage) -> None:
    with translation.override("en"):
        job = start(stage, "csv")
    assert (job.language, job.files.get().name) == ("en", "Findings.csv")
    head, first, *_rest = told(made(run(job)))
    assert "Clause" in head
    assert "Notice pending" in first


def test_file_is_of_the_moment_in_which_it_is_made(stage: Stage) -> None:
    job = start(stage)
    gone = Finding.objects.filter(region=stage.county.townships[1]).first()
    Finding.objects.filter(pk=gone.pk).update(state="withdrawn")
    assert [row[11] for row in told(made(run(job)))[4:]] == ["待通知", "已撤销", "待通知", "待通知"]


# ---- divided


def test_long_table_is_divided_by_townships(stage: Stage, divided: None) -> None:
    job = run(start(stage))
    files = list(job.files.all())
    assert [(file.number, file.rows, file.state) for file in files] == [
        (1, 1, "done"), (2, 2, "done"), (3, 1, "done"),
    ]  # fmt: skip
    assert [file.name for file in files] == [
        f"{stage.round.name} 整改台账 第{number}册.xlsx" for number in (1, 2, 3)
    ]
    assert [townships(made(job, number)) for number in (1, 2, 3)] == [
        ["城关镇"], ["菜园镇", "菜园镇"], ["任固镇"],
    ]  # fmt: skip
    # Each file counts its own.
    assert [[row[0] for row in told(made(job, number))[4:]] for number in (1, 2, 3)] == [[1], [1, 2], [1]]


def test_division_leaves_no_region_between(stage: Stage, divided: None) -> None:
    parts = [part for part, _rows in table(stage).parts()]
    assert (parts[0].first, parts[-1].last) == ("0" * 12, "9" * 12)
    for one, following in pairwise(parts):
        assert int(following.first) - int(one.last) == 1


def test_list_is_divided_too_and_scores_are_not(stage: Stage, divided: None) -> None:
    job = run(start(stage, "csv"))
    assert [len(told(made(job, number))) - 1 for number in (1, 2, 3)] == [1, 2, 1]
    assert job.files.get(number=2).name == "问题清单 第2册.csv"
    assert run(start(stage, "scores")).files.get().name == f"{stage.round.name} 得分表.xlsx"


def test_table_without_rows_is_one_file(stage: Stage, divided: None) -> None:
    job = run(start(stage, "csv", state="closed"))
    assert (job.state, job.files.get().rows) == ("done", 0)
    assert progress.progress(job, timezone.now()).percent == 100


def test_files_of_a_divided_table_are_made_side_by_side(
    stage: Stage, divided: None, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.JOB_LANES = 2
    with django_capture_on_commit_callbacks(execute=True):
        job = start(stage)
    assert OrmQ.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        run(job)
    assert OrmQ.objects.count() == 3


# ---- asked for


def test_asked_for_twice_is_one_job(stage: Stage) -> None:
    job = start(stage)
    assert start(stage) == job
    others = [start(stage, "scores"), start(stage, "findings"), start(stage, "csv")]
    others += [start(stage, "findings", state="open"), start(stage, by=stage.cast["reviewer"])]
    assert len({job.pk, *(other.pk for other in others)}) == 6
    run(job)
    assert start(stage) != job


def test_one_of_other_regions_is_not_given_back(stage: Stage) -> None:
    person = make_user("both", [(Role.REVIEWER, region) for region in stage.county.townships[:2]])
    start(stage, by=person)
    person.assignments.filter(region=stage.county.townships[0]).delete()
    with pytest.raises(Problem, match="正在进行"):
        start(stage, by=User.objects.get(pk=person.pk))


def test_export_is_in_the_trail_when_it_is_asked_for_and_only_then(stage: Stage) -> None:
    job = start(stage)
    entry = AuditEntry.objects.get(action="ledger.export")
    assert (entry.target, entry.region, entry.by) == (
        f"Round {stage.round.pk}", stage.county.region, stage.cast["administrator"],
    )  # fmt: skip
    assert entry.detail == {"job": str(job.pk)}
    start(stage)
    run(job)
    assert AuditEntry.objects.filter(action="ledger.export").count() == 1
    start(stage, "findings", by=stage.cast["township_staff"])
    entry = AuditEntry.objects.get(action="findings.export")
    assert (entry.target, entry.region) == ("finding", stage.county.townships[0])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", ["inspector", "security_administrator"])
def test_table_is_refused_to_others(stage: Stage, kind: str, role: str) -> None:
    with pytest.raises(NotAllowed):
        start(stage, kind, stage.cast[role])
    assert Job.objects.count() == 0


def test_database_holds_what_a_job_is(stage: Stage) -> None:
    fields = {"region": stage.county.region, "started_by": stage.cast["reviewer"], "started_at": NOW}
    for kind in ("scores", "export"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.create(kind=kind, **fields)
    Job.objects.create(kind="findings", **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="findings", **fields)
    Job.objects.create(kind="findings", query="state=open", **fields)
