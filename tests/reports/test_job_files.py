"""Files of ended jobs are kept for some days and then removed at night; nothing else is touched."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule

from inspections.answers import Given
from organization.models import AuditEntry
from reports import actions, tasks
from reports.management.commands import run_worker
from reports.models import Job, OfficialDocument
from tests.small_stage import NOW, Stage, issued, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def exported(quick_pdf: Any, media_folder: Path) -> Stage:
    """A round of which one job has made a ZIP and another one a volume to print."""
    stage = small_stage(townships=2)
    for place in range(2):
        issued(stage, submitted(stage, place, **SHORT))
    for kind in (Job.Kind.EXPORT, Job.Kind.PRINT):
        by = stage.cast["administrator"]
        job = actions.start_job(kind=kind, round=stage.round, by=by, now=timezone.now())
        tasks.work(str(job.pk))
    return stage


def after(days: float) -> datetime:
    return timezone.now() + timedelta(days=days)


def age(name: str, days: float) -> None:
    then = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(default_storage.path(name), (then, then))


def stored() -> set[str]:
    return {made.file.name for job in Job.objects.all() for made in job.files.all() if there(made.file.name)}


def there(name: str) -> bool:
    return default_storage.exists(name)


def test_files_stay_for_their_days_and_then_go(exported: Stage) -> None:
    before = stored()
    assert len(before) == 2
    assert actions.remove_old_files(now=after(6.9)) == 0
    assert stored() == before
    assert actions.remove_old_files(now=after(7.1)) == 2
    assert stored() == set()
    assert actions.remove_old_files(now=after(8)) == 0
    rows = AuditEntry.objects.filter(action="job.expire", result="done")
    assert [row.detail for row in rows] == [{"count": 1}, {"count": 1}]


def test_issued_documents_are_not_touched(exported: Stage) -> None:
    actions.remove_old_files(now=after(3650))
    for row in OfficialDocument.objects.all():
        assert there(row.pdf.name)


def test_days_are_a_setting_and_none_keeps_everything(exported: Stage, settings: Any) -> None:
    settings.JOB_FILES_DAYS = 0
    assert actions.remove_old_files(now=after(3650)) == 0
    settings.JOB_FILES_DAYS = 30
    assert actions.remove_old_files(now=after(29)) == 0
    assert actions.remove_old_files(now=after(31)) == 2


def test_running_job_keeps_its_file(exported: Stage) -> None:
    Job.objects.filter(kind="export").update(state="running", ended_at=None)
    assert actions.remove_old_files(now=after(365)) == 1
    assert there(Job.objects.get(kind="export").files.get().file.name)


def test_what_a_dead_worker_left_goes_too_once_it_is_old(exported: Stage) -> None:
    left = [default_storage.save(f"jobs/2026/11/{name}.zip", ContentFile(b"PK")) for name in ("old", "new")]
    age(left[0], 8)
    assert actions.remove_old_files(now=timezone.now()) == 1
    assert [there(name) for name in left] == [False, True]
    assert len(stored()) == 2


def test_storage_without_any_job_is_no_fault(media_folder: Path) -> None:
    assert actions.remove_old_files(now=NOW) == 0


def test_row_that_was_not_written_is_written_the_next_night(
    exported: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process was stopped between the deletion and its row."""
    made = Job.objects.get(kind="export").files.get()
    default_storage.delete(made.file.name)
    assert actions.remove_old_files(now=after(8)) == 2
    made.refresh_from_db()
    assert made.removed_at is not None


def test_page_says_until_when_and_then_that_it_is_gone(client: Client, exported: Stage) -> None:
    job = Job.objects.get(kind="export")
    address = reverse("reports:job", args=[job.pk])
    client.force_login(exported.cast["administrator"])
    day = timezone.localdate(after(7))
    assert f"文件保存到{day.year}年{day.month}月{day.day}日" in client.get(address).content.decode()
    actions.remove_old_files(now=after(8))
    shown = client.get(address).content.decode()
    assert "已过保存期" in shown
    assert reverse("reports:job-file", args=[job.pk, 1]) not in shown
    said = client.get(reverse("reports:job-file", args=[job.pk, 1]), follow=True)
    assert "需要时请重新导出" in said.content.decode()


def test_round_is_exported_anew_after_its_file_is_gone(exported: Stage) -> None:
    actions.remove_old_files(now=after(8))
    by = exported.cast["administrator"]
    job = actions.start_job(kind=Job.Kind.EXPORT, round=exported.round, by=by, now=after(8))
    tasks.work(str(job.pk))
    made = job.files.get()
    assert (made.state, made.removed_at, there(made.file.name)) == ("done", None, True)


def test_workers_do_it_every_night(monkeypatch: pytest.MonkeyPatch, faces: Any) -> None:
    monkeypatch.setattr(run_worker.Cluster, "start", lambda self: None)
    monkeypatch.setattr(run_worker.connections, "close_all", lambda: None)
    run_worker.Command().handle()
    row = Schedule.objects.get(func="reports.tasks.remove_old_files")
    when = timezone.localtime(row.next_run)
    assert (row.schedule_type, when.hour, when.minute) == (Schedule.DAILY, 2, 40)
    assert timezone.now() < when <= after(1)
    run_worker.Command().handle()
    assert Schedule.objects.filter(func="reports.tasks.remove_old_files").get().next_run == row.next_run
    assert tasks.remove_old_files() == 0
