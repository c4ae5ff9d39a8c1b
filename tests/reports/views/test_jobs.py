"""Pages of jobs: what they show, whom they let steer, how many queries they make."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inspections.answers import Given
from organization.models import AuditEntry, Role
from reports import actions, tasks
from reports.models import Job, JobItem
from reports.models.jobs import Step
from tests.factories import make_user
from tests.small_stage import NOW, Stage, drafted, issued, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def round_of_three(quick_pdf: Any) -> Stage:
    stage = small_stage(townships=3)
    for place in range(3):
        submitted(stage, place, **SHORT)
    return stage


def export(stage: Stage, count: int = 1) -> Job:
    for place in range(count):
        issued(stage, stage.inspections[place])
    return actions.start_job(kind=Job.Kind.EXPORT, round=stage.round, by=stage.cast["administrator"], now=NOW)


def page(client: Client, job: Job, query: str = "") -> str:
    return client.get(reverse("reports:job", args=[job.pk]) + query).content.decode()


@pytest.fixture
def administrator(client: Client, round_of_three: Stage) -> Client:
    client.force_login(round_of_three.cast["administrator"])
    return client


def test_round_is_issued_from_its_button(administrator: Client, round_of_three: Stage) -> None:
    for place in range(3):
        drafted(round_of_three, round_of_three.inspections[place])
    said = administrator.post(reverse("reports:round-issue", args=[round_of_three.round.pk]))
    job = Job.objects.get()
    assert said["Location"] == reverse("reports:job", args=[job.pk])
    tasks.work(str(job.pk))
    shown = page(administrator, job)
    assert "3 / 3 份" in shown
    assert "汤政服办〔2026〕3号" in shown
    assert "取消任务" not in shown


def test_running_job_shows_how_far_it_is(administrator: Client, round_of_three: Stage) -> None:
    job = export(round_of_three, 3)
    shown = page(administrator, job)
    assert 'role="progressbar"' in shown
    assert 'aria-valuenow="0"' in shown
    assert "js/job.js" in shown
    assert reverse("reports:job-progress", args=[job.pk]) in shown
    assert "后台工作进程没有响应" in shown


def test_time_left_follows_the_pace(administrator: Client, round_of_three: Stage) -> None:
    job = export(round_of_three, 3)
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(beat_at=now)
    first, second, _third = job.items.order_by("place")
    JobItem.objects.filter(pk=first.pk).update(state=Step.DONE, ended_at=now - timedelta(seconds=20))
    address = reverse("reports:job-progress", args=[job.pk])
    assert administrator.get(address).json() == {
        "state": "running", "percent": 33, "count": "1 / 3 份", "left": "正在估算剩余时间",
    }  # fmt: skip
    JobItem.objects.filter(pk=second.pk).update(state=Step.FAILED, error="…", ended_at=now)
    assert administrator.get(address).json() == {
        "state": "running", "percent": 66, "count": "2 / 3 份，其中1 份未成功", "left": "不到 1 分钟",
    }  # fmt: skip


def test_failed_document_says_why_and_is_tried_again(administrator: Client, round_of_three: Stage) -> None:
    job = export(round_of_three, 2)
    lost = job.items.first().document
    body = lost.pdf.read()
    lost.pdf.storage.delete(lost.pdf.name)
    tasks.work(str(job.pk))
    shown = page(administrator, job, "?state=failed")
    assert "从备份恢复" in shown
    assert shown.count("<tr>") == 2
    from django.core.files.base import ContentFile

    lost.pdf.storage.save(lost.pdf.name, ContentFile(body))
    administrator.post(reverse("reports:job-retry", args=[job.pk]))
    tasks.work(str(job.pk))
    assert "全部完成" in page(administrator, job)


def test_job_is_cancelled_and_taken_up_again(administrator: Client, round_of_three: Stage) -> None:
    job = export(round_of_three)
    administrator.post(reverse("reports:job-cancel", args=[job.pk]))
    shown = page(administrator, job)
    assert "administrator于" in shown
    assert "接着做完" in shown
    administrator.post(reverse("reports:job-retry", args=[job.pk]))
    tasks.work(str(job.pk))
    assert "全部完成" in page(administrator, job)


def test_file_is_downloaded_under_its_name(administrator: Client, round_of_three: Stage) -> None:
    job = export(round_of_three)
    address = reverse("reports:job-file", args=[job.pk, 1])
    assert administrator.get(address).status_code == 404
    tasks.work(str(job.pk))
    said = administrator.get(address)
    assert b"".join(said.streaming_content).startswith(b"PK")
    assert "attachment" in said["Content-Disposition"]
    entry = AuditEntry.objects.get(action="job.download")
    assert (entry.target, entry.detail) == (f"Job {job.pk}", {"number": 1})
    made = job.files.get()
    made.file.storage.delete(made.file.name)
    assert "请重新导出" in administrator.get(address, follow=True).content.decode()


def test_job_file_and_progress_of_others_are_not_found(
    client: Client, round_of_three: Stage, other: Stage
) -> None:
    job = export(round_of_three, 2)
    tasks.work(str(job.pk))
    near = make_user("near", [(Role.ADMINISTRATOR, round_of_three.county.townships[0])])
    for person in (other.cast["administrator"], near, round_of_three.cast["township_staff"]):
        client.force_login(person)
        for name, args in (("job", []), ("job-progress", []), ("job-file", [1])):
            address = reverse(f"reports:{name}", args=[job.pk, *args])
            assert client.get(address).status_code == 404, (person, name)
        for name in ("job-cancel", "job-retry"):
            assert client.post(reverse(f"reports:{name}", args=[job.pk])).status_code == 404
    client.force_login(other.cast["administrator"])
    assert "导出全部" not in client.get(reverse("reports:job-list")).content.decode()


def test_running_jobs_are_listed_on_the_home_and_the_documents_page(
    administrator: Client, round_of_three: Stage, other: Stage
) -> None:
    job = export(round_of_three)
    address = reverse("reports:job", args=[job.pk])
    for name in ("county", "document-list", "job-list"):
        assert address in administrator.get(reverse(f"reports:{name}")).content.decode(), name
    tasks.work(str(job.pk))
    assert address not in administrator.get(reverse("reports:county")).content.decode()
    administrator.force_login(other.cast["administrator"])
    assert address not in administrator.get(reverse("reports:document-list")).content.decode()


def test_empty_round_says_so(administrator: Client, round_of_three: Stage) -> None:
    address = reverse("reports:round-export", args=[round_of_three.round.pk])
    assert "还没有印发的文书" in administrator.post(address, follow=True).content.decode()


# ---- queries


@pytest.mark.parametrize("count", [1, 3])
def test_job_page_queries(
    administrator: Client, round_of_three: Stage, count: int, django_assert_num_queries: Any
) -> None:
    job = export(round_of_three, count)
    with django_assert_num_queries(8):
        page(administrator, job)


def test_job_page_of_300_documents_shows_a_page_of_them(
    administrator: Client, round_of_three: Stage, django_assert_num_queries: Any
) -> None:
    job = export(round_of_three, 1)
    only = job.items.get()
    documents = [clone(only.document, number) for number in range(300)]
    JobItem.objects.bulk_create(
        JobItem(job=job, place=place, document=document) for place, document in enumerate(documents, start=1)
    )
    with django_assert_num_queries(8):
        shown = page(administrator, job)
    assert shown.count("<tr>") == 51
    assert "第 1 页，共 7 页" in shown


def clone(document: Any, number: int) -> Any:
    """A draft of the same round beside an issued document: only rows are wanted here."""
    return type(document).objects.create(
        kind="circular", round=document.round, region=document.region, body=document.body, state="withdrawn",
        title=document.title, addressee=document.addressee, report_days=15, issuer=document.issuer,
        number_code=document.number_code, year=document.year, number=1000 + number,
        dated_on=document.dated_on, document=document.document, digest=document.digest, pdf=document.pdf.name,
        sha256=document.sha256, drafted_by=document.drafted_by, drafted_at=NOW,
        issued_by=document.issued_by, issued_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_job_progress_queries(
    administrator: Client, round_of_three: Stage, count: int, django_assert_num_queries: Any
) -> None:
    job = export(round_of_three, count)
    with django_assert_num_queries(5):
        administrator.get(reverse("reports:job-progress", args=[job.pk]))


@pytest.mark.parametrize("count", [1, 3])
def test_job_list_queries(
    administrator: Client, round_of_three: Stage, count: int, django_assert_num_queries: Any
) -> None:
    for _turn in range(count):
        job = export(round_of_three)
        tasks.work(str(job.pk))
    with django_assert_num_queries(5):
        administrator.get(reverse("reports:job-list"))
