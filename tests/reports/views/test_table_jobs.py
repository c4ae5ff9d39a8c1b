"""Pages of long tables: how far they are, where the file is, who finds them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organization.models import AuditEntry
from reports import actions
from reports.models import Job, JobFile
from tests.reports.asked_tables import divided, run, stage, start, told
from tests.small_stage import Stage

pytestmark = pytest.mark.django_db
__all__ = ["divided", "stage"]


@pytest.fixture
def reviewer(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["reviewer"])
    return client


def page(client: Client, job: Job) -> str:
    return client.get(reverse("reports:job", args=[job.pk])).content.decode()


def test_page_says_how_far_it_is_and_where_the_file_will_be(reviewer: Client, stage: Stage) -> None:
    job = start(stage, by=stage.cast["reviewer"])
    shown = page(reviewer, job)
    assert 'aria-valuenow="0"' in shown
    assert "做好的文件列在这一页" in shown
    assert "每份文书" not in shown
    assert "下载" not in shown.split("<h2>文件</h2>")[1].split("</section>")[0]
    now = timezone.now()
    job.files.update(rows=40_000, rows_done=10_000, begun_at=now - timedelta(seconds=30), state="running")
    Job.objects.filter(pk=job.pk).update(beat_at=now)
    assert reviewer.get(reverse("reports:job-progress", args=[job.pk])).json() == {
        "state": "running", "percent": 25, "count": "25%", "left": "大约还要 2 分钟",
    }  # fmt: skip


def test_file_is_fetched_on_the_page_and_each_fetch_is_in_the_trail(reviewer: Client, stage: Stage) -> None:
    job = start(stage, by=stage.cast["reviewer"])
    address = reverse("reports:job-file", args=[job.pk, 1])
    assert reviewer.get(address).status_code == 404
    shown = page(reviewer, run(job))
    assert f'href="{address}"' in shown
    assert "的内容" in shown
    assert "需要时可以重新下载" in shown
    said = reviewer.get(address)
    assert len(told(b"".join(said.streaming_content))) == 8
    assert said["Content-Type"].endswith("spreadsheetml.sheet")
    entry = AuditEntry.objects.get(action="job.download")
    assert (entry.target, entry.by) == (f"Job {job.pk}", stage.cast["reviewer"])


def test_page_of_a_list_leads_to_its_findings(reviewer: Client, stage: Stage) -> None:
    job = run(start(stage, "csv", by=stage.cast["reviewer"], state="found"))
    shown = page(reviewer, job)
    assert f'href="{reverse("reports:finding-list")}?state=found&amp;as=csv">看这些问题' in shown
    assert "问题清单" in shown


def test_removed_file_is_asked_for_where_it_was(reviewer: Client, stage: Stage) -> None:
    for kind, where in (("scores", f"county/?round={stage.round.pk}"), ("findings", "findings/?")):
        job = run(start(stage, kind, by=stage.cast["reviewer"]))
        actions.remove_old_files(now=timezone.now() + timedelta(days=8))
        shown = page(reviewer, job)
        assert "已过保存期" in shown
        assert f'{where}">重新下载' in shown


def test_failed_table_says_why_and_is_tried_again(reviewer: Client, stage: Stage) -> None:
    job = start(stage, by=stage.cast["reviewer"])
    job.places.add(stage.county.townships[0])
    shown = page(reviewer, run(job))
    assert "没有做成，原因写在下面" in shown
    assert 'aria-valuenow="0"' in shown
    assert "您负责的地区有了变化，请重新下载这张表。" in shown
    reviewer.cookies["django_language"] = "en"
    assert "The regions that you are responsible for have changed." in page(reviewer, job)
    reviewer.cookies.clear()
    reviewer.force_login(stage.cast["reviewer"])
    job.places.remove(stage.county.townships[0])
    reviewer.post(reverse("reports:job-retry", args=[job.pk]))
    assert "全部完成" in page(reviewer, run(job))


def test_table_is_cancelled_and_taken_up_again(reviewer: Client, stage: Stage) -> None:
    job = start(stage, by=stage.cast["reviewer"])
    assert "没有写完的文件不保留" in page(reviewer, job)
    reviewer.post(reverse("reports:job-cancel", args=[job.pk]))
    assert "接着做完" in page(reviewer, job)
    reviewer.post(reverse("reports:job-retry", args=[job.pk]))
    assert "全部完成" in page(reviewer, run(job))


def test_nobody_else_finds_the_table(client: Client, stage: Stage, other: Stage) -> None:
    job = run(start(stage, by=stage.cast["reviewer"]))
    people = [stage.cast["administrator"], stage.cast["township_staff"], other.cast["reviewer"]]
    for person in people:
        client.force_login(person)
        for name, args in (("job", []), ("job-progress", []), ("job-file", [1])):
            address = reverse(f"reports:{name}", args=[job.pk, *args])
            assert client.get(address).status_code == 404, (person, name)
        for name in ("job-cancel", "job-retry"):
            assert client.post(reverse(f"reports:{name}", args=[job.pk])).status_code == 404
        assert str(job.pk) not in client.get(reverse("reports:job-list")).content.decode()


def test_table_is_not_found_once_a_region_of_it_is_no_longer_theirs(reviewer: Client, stage: Stage) -> None:
    job = run(start(stage, by=stage.cast["reviewer"]))
    stage.cast["reviewer"].assignments.update(region=stage.county.townships[0])
    for name, args in (("job", []), ("job-progress", []), ("job-file", [1])):
        assert reviewer.get(reverse(f"reports:{name}", args=[job.pk, *args])).status_code == 404


def test_running_table_is_listed_for_its_person(reviewer: Client, stage: Stage) -> None:
    job = start(stage, by=stage.cast["reviewer"])
    address = reverse("reports:job", args=[job.pk])
    for name in ("county", "document-list", "job-list"):
        assert address in reviewer.get(reverse(f"reports:{name}")).content.decode(), name
    job.files.update(rows=1234, rows_done=500)
    assert "40%" in reviewer.get(reverse("reports:county")).content.decode().split(address)[1][:200]
    reviewer.force_login(stage.cast["administrator"])
    assert address not in reviewer.get(reverse("reports:county")).content.decode()


def test_list_of_a_township_is_found_again_from_its_documents(client: Client, stage: Stage) -> None:
    staff = stage.cast["township_staff"]
    client.force_login(staff)
    jobs = f'href="{reverse("reports:job-list")}"'
    assert jobs not in client.get(reverse("reports:document-list")).content.decode()
    job = run(start(stage, "findings", by=staff))
    assert jobs in client.get(reverse("reports:document-list")).content.decode()
    assert reverse("reports:job", args=[job.pk]) in client.get(reverse("reports:job-list")).content.decode()
    assert "全部完成" in page(client, job)
    assert client.get(reverse("reports:job-file", args=[job.pk, 1])).status_code == 200


# ---- queries


@pytest.mark.parametrize("count", [1, 3])
def test_page_queries(reviewer: Client, stage: Stage, count: int, django_assert_num_queries: Any) -> None:
    job = start(stage, by=stage.cast["reviewer"])
    for number in range(2, count + 1):
        JobFile.objects.create(job=job, number=number, name=f"{number}.xlsx")
    with django_assert_num_queries(7):
        page(reviewer, job)
    with django_assert_num_queries(5):
        reviewer.get(reverse("reports:job-progress", args=[job.pk]))


@pytest.mark.parametrize("count", [1, 3])
def test_list_and_home_queries(
    reviewer: Client, stage: Stage, count: int, django_assert_num_queries: Any
) -> None:
    for kind in ("scores", "ledger", "findings")[:count]:
        start(stage, kind, by=stage.cast["reviewer"])
    with django_assert_num_queries(5):
        reviewer.get(reverse("reports:job-list"))
    with django_assert_num_queries(17):
        reviewer.get(reverse("reports:county"))
