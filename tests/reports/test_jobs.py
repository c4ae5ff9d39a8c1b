"""Jobs over a round: what is in them, what workers do with them, and what happens when one fails."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ

from inspections.answers import Given
from organization.models import AuditEntry, Role
from organization.problems import NotAllowed, Problem
from reports import actions, archives, pdf, tasks
from reports.actions import bulk_issuing, job_steps
from reports.document import DocumentRefused
from reports.models import GivenNumber, IssuingBody, Job, JobItem, OfficialDocument
from reports.models.jobs import Step
from tests.factories import make_user
from tests.small_stage import NOW, Stage, drafted, issued, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def drafts(quick_pdf: Any) -> Stage:
    """Three townships, each with a draft."""
    stage = small_stage(townships=3)
    for place in range(3):
        drafted(stage, submitted(stage, place, **SHORT))
    return stage


def start(stage: Stage, kind: str = "issue", by: Any = None) -> Job:
    return actions.start_job(
        kind=Job.Kind(kind), round=stage.round, by=by or stage.cast["administrator"], now=NOW
    )


def run(job: Job) -> Job:
    tasks.work(str(job.pk))
    job.refresh_from_db()
    return job


def states(job: Job) -> list[str]:
    return list(job.items.order_by("place").values_list("state", flat=True))


def numbers() -> list[int]:
    return list(GivenNumber.objects.order_by("number").values_list("number", flat=True))


# ---- issuing


def test_issuing_gives_numbers_in_the_order_of_the_townships(drafts: Stage) -> None:
    job = run(start(drafts))
    assert (job.state, states(job)) == ("done", ["done"] * 3)
    rows = OfficialDocument.objects.order_by("region_id")
    assert [(row.number, row.state, row.issued_by) for row in rows] == [
        (place, "issued", drafts.cast["administrator"]) for place in (1, 2, 3)
    ]
    assert numbers() == [1, 2, 3]
    assert AuditEntry.objects.filter(action="document.issue").count() == 3


def test_what_is_rendered_carries_the_number_that_was_given(drafts: Stage, quick_pdf: list[Any]) -> None:
    run(start(drafts))
    for row in OfficialDocument.objects.all():
        assert row.document["number"]["sequence"] == row.number
    # Each number was foretold rightly, so nothing was rendered twice.
    assert sorted(given.number.sequence for given in quick_pdf if not given.preview) == [1, 2, 3]


def test_job_goes_on_after_each_slice(drafts: Stage, settings: Any) -> None:
    settings.JOB_SLICE = 0
    job = start(drafts)
    run(job)
    assert (job.state, OrmQ.objects.count()) == ("running", 1)
    settings.JOB_SLICE = 600
    assert run(job).state == "done"


def test_work_is_queued_once_the_job_is_written(
    drafts: Stage, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.JOB_LANES = 2
    with django_capture_on_commit_callbacks(execute=True):
        job = start(drafts)
    assert [task.func() for task in OrmQ.objects.all()] == ["reports.tasks.work"] * 2
    assert {task.task["args"] for task in OrmQ.objects.all()} == {(str(job.pk),)}


def test_starting_again_returns_the_job_that_runs(drafts: Stage) -> None:
    assert start(drafts) == start(drafts)
    assert Job.objects.count() == 1
    assert AuditEntry.objects.filter(action="job.start").count() == 1


def test_document_that_no_worker_lives_through_is_given_up_and_the_others_are_issued(drafts: Stage) -> None:
    job = start(drafts)
    gone = {"state": Step.RUNNING, "claimed_until": NOW - timedelta(days=1)}
    job.items.filter(place=0).update(tries=job_steps.CLAIMS, expected=1, **gone)
    job.items.filter(place=1).update(tries=job_steps.CLAIMS - 1, **gone)
    job = run(job)
    assert (job.state, states(job)) == ("done", ["failed", "done", "done"])
    assert numbers() == [1, 2]
    assert job.items.get(place=0).error == str(job_steps.UNEXPECTED)
    job = run(actions.retry_job(job=job, by=drafts.cast["administrator"], now=NOW))
    assert states(job) == ["done"] * 3


def test_export_that_no_worker_lives_through_is_given_up(quick_pdf: Any) -> None:
    stage = small_stage(townships=1)
    issued(stage, submitted(stage, 0, **SHORT))
    job = start(stage, "export")
    job.files.update(state=Step.RUNNING, tries=job_steps.CLAIMS, claimed_until=NOW - timedelta(days=1))
    job = run(job)
    assert (job.state, job.files.get().state) == ("done", "failed")


def test_job_that_ended_in_the_moment_another_was_begun_is_returned(
    drafts: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start(drafts, "issue")
    create = Job.objects.create

    def too_late(**values: Any) -> Job:
        try:
            with transaction.atomic():
                return create(**values)
        finally:
            Job.objects.update(state=Job.State.DONE, ended_at=NOW)

    monkeypatch.setattr(Job.objects, "create", too_late)
    assert start(drafts, "issue") == job


def test_running_it_twice_changes_nothing(drafts: Stage) -> None:
    job = start(drafts)
    run(job)
    before = list(OfficialDocument.objects.values("pk", "number", "sha256").order_by("pk"))
    run(job)
    assert list(OfficialDocument.objects.values("pk", "number", "sha256").order_by("pk")) == before
    assert numbers() == [1, 2, 3]


def test_what_another_issued_meanwhile_counts_as_done(drafts: Stage) -> None:
    job = start(drafts)
    other = job.items.order_by("place")[1].document
    actions.issue_document(document=other, by=drafts.cast["signatory"], now=NOW)
    run(job)
    assert states(job) == ["done"] * 3
    assert numbers() == [1, 2, 3]


def test_refused_document_leaves_no_gap_and_says_why(drafts: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    job = start(drafts)
    bad = job.items.order_by("place")[1].document
    render = pdf.render

    def refuse(document: Any, *args: Any, **more: Any) -> Any:
        if document.addressee == bad.addressee:
            raise DocumentRefused("missing_glyph", place=("addressee",), character="😀")
        return render(document, *args, **more)

    monkeypatch.setattr(pdf, "render", refuse)
    run(job)
    assert (job.state, states(job)) == ("done", ["done", "failed", "done"])
    assert "没有字体可以印出" in job.items.get(state="failed").error
    assert numbers() == [1, 2]
    bad.refresh_from_db()
    assert bad.state == "draft"
    # Put right, it is tried again, and only it.
    monkeypatch.setattr(pdf, "render", render)
    job = run(actions.retry_job(job=job, by=drafts.cast["administrator"], now=NOW))
    assert (job.state, states(job), numbers()) == ("done", ["done"] * 3, [1, 2, 3])


def test_unforeseen_error_is_tried_again_and_then_told(
    drafts: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_any: Any) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(bulk_issuing, "issue_in_turn", broken)
    job = run(start(drafts))
    assert states(job) == ["failed"] * 3
    assert {item.tries for item in job.items.all()} == {job_steps.TRIES}
    assert "已记入服务器日志" in job.items.first().error
    assert "the disk is gone" in caplog.text


def test_lost_right_stops_each_document_and_leaves_a_row(drafts: Stage) -> None:
    person = make_user("shortly", [(Role.ADMINISTRATOR, drafts.county.region)])
    job = start(drafts, by=person)
    person.assignments.all().delete()
    run(job)
    assert states(job) == ["failed"] * 3
    assert numbers() == []
    assert AuditEntry.objects.filter(result="refused", action="document.issue", by=person).count() == 3


def test_cancelled_job_stops_before_the_next_and_can_be_taken_up_again(drafts: Stage) -> None:
    job = start(drafts)
    item = job_steps.claim_item(job=job, now=timezone.now())
    actions.cancel_job(job=job, by=drafts.cast["administrator"], now=NOW)
    # The worker that had begun finishes its document, and takes no other.
    bulk_issuing.issue_in_turn(item=item, by=drafts.cast["administrator"], now=NOW)
    job_steps.finish(piece=item, now=NOW)
    run(job)
    assert (job.state, states(job), numbers()) == ("cancelled", ["done", "waiting", "waiting"], [1])
    job = run(actions.retry_job(job=job, by=drafts.cast["administrator"], now=NOW))
    assert (job.state, states(job), numbers()) == ("done", ["done"] * 3, [1, 2, 3])


def test_claim_of_a_dead_worker_runs_out(drafts: Stage, settings: Any) -> None:
    job = start(drafts)
    dead = job_steps.claim_item(job=job, now=timezone.now())
    assert (dead.place, dead.expected) == (0, 1)
    alive = job_steps.claim_item(job=job, now=timezone.now())
    assert (alive.place, alive.expected) == (1, 2)
    later = timezone.now() + timedelta(seconds=settings.JOB_LEASE + 1)
    again = job_steps.claim_item(job=job, now=later)
    assert (again.place, again.tries, again.expected) == (0, 2, 1)


def test_wake_queues_what_no_worker_touches(
    drafts: Stage, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.JOB_LANES = 1
    job = start(drafts)
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now())
    assert tasks.wake() == 0
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now() - timedelta(seconds=settings.JOB_LEASE + 1))
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.wake() == 1
    assert OrmQ.objects.count() == 1
    assert run(job).state == "done"
    assert tasks.wake() == 0


# ---- numbers foretold


def test_number_left_by_a_refused_one_is_taken_by_the_next(drafts: Stage) -> None:
    job = start(drafts)
    first, second, third = (job_steps.claim_item(job=job, now=timezone.now()) for _place in range(3))
    assert [item.expected for item in (first, second, third)] == [1, 2, 3]
    job_steps.fail(piece=first, why="…", now=NOW)
    person = drafts.cast["administrator"]
    assert bulk_issuing.issue_in_turn(item=second, by=person, now=NOW).number == 1
    job_steps.finish(piece=second, now=NOW)
    assert bulk_issuing.issue_in_turn(item=third, by=person, now=NOW).number == 2


def test_number_taken_from_outside_makes_the_item_render_again(drafts: Stage) -> None:
    job = start(drafts)
    first, second = (job_steps.claim_item(job=job, now=timezone.now()) for _place in range(2))
    other = job.items.order_by("place")[2].document
    actions.issue_document(document=other, by=drafts.cast["signatory"], now=NOW)
    person = drafts.cast["administrator"]
    assert bulk_issuing.issue_in_turn(item=first, by=person, now=NOW).number == 2
    job_steps.finish(piece=first, now=NOW)
    assert bulk_issuing.issue_in_turn(item=second, by=person, now=NOW).number == 3


def test_item_does_not_wait_for_a_dead_worker_for_ever(drafts: Stage, settings: Any) -> None:
    settings.JOB_LEASE = 0.2
    job = start(drafts)
    dead, alive = (job_steps.claim_item(job=job, now=timezone.now()) for _place in range(2))
    assert (dead.expected, alive.expected) == (1, 2)
    issued_one = bulk_issuing.issue_in_turn(item=alive, by=drafts.cast["administrator"], now=NOW)
    assert issued_one.number == 1


# ---- whose


def test_only_what_the_person_may_issue_is_in_the_job(drafts: Stage) -> None:
    IssuingBody.objects.update(step_by_step=True)
    signatory = drafts.cast["signatory"]
    with pytest.raises(Problem, match="没有您可以印发"):
        start(drafts, by=signatory)
    document = OfficialDocument.objects.order_by("region_id").first()
    OfficialDocument.objects.filter(pk=document.pk).update(state="signed")
    assert [item.document for item in start(drafts, by=signatory).items.all()] == [document]
    with pytest.raises(Problem):
        start(drafts, by=drafts.cast["administrator"])


def test_circular_is_never_issued_with_the_rest(drafts: Stage) -> None:
    actions.draft_circular(round=drafts.round, by=drafts.cast["administrator"], now=NOW)
    assert start(drafts).items.count() == 3


@pytest.mark.parametrize("kind", ["issue", "export", "print"])
@pytest.mark.parametrize("role", ["reviewer", "inspector", "township_staff", "security_administrator"])
def test_job_is_refused_to_others(drafts: Stage, kind: str, role: str) -> None:
    with pytest.raises(NotAllowed):
        start(drafts, kind, drafts.cast[role])
    assert Job.objects.count() == 0


def test_job_of_one_township_is_kept_under_that_township(drafts: Stage) -> None:
    region = drafts.county.townships[1]
    issued(drafts, drafts.inspections[1])
    near = make_user("near", [(Role.ADMINISTRATOR, region)])
    job = start(drafts, "export", near)
    assert (job.region, job.items.count()) == (region, 1)
    assert list(Job.objects.visible_to(drafts.cast["administrator"])) == [job]
    beside = make_user("beside", [(Role.ADMINISTRATOR, drafts.county.townships[0])])
    assert list(Job.objects.visible_to(beside)) == []


def test_job_over_several_of_ones_own_townships_stays_visible_while_they_are(drafts: Stage) -> None:
    for place in (0, 1):
        issued(drafts, drafts.inspections[place])
    own = [(Role.ADMINISTRATOR, drafts.county.townships[place]) for place in (0, 1)]
    both = make_user("both", own)
    job = start(drafts, "export", both)
    assert job.region == drafts.county.region
    assert list(Job.objects.visible_to(both)) == [job]
    both.assignments.filter(region=drafts.county.townships[0]).delete()
    both.__dict__.pop("grants", None)
    assert list(Job.objects.visible_to(both)) == []


@pytest.mark.parametrize("kind", ["export", "print"])
def test_round_without_issued_documents_says_so(drafts: Stage, kind: str) -> None:
    with pytest.raises(Problem, match="还没有印发"):
        start(drafts, kind)


# ---- export


def test_export_that_fails_is_tried_again_whole(drafts: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [issued(drafts, drafts.inspections[place]) for place in range(3)]
    rows[1].pdf.storage.delete(rows[1].pdf.name)
    job = run(start(drafts, "export"))
    assert (job.state, states(job)) == ("done", ["done", "failed", "done"])
    assert "请联系系统维护人员从备份恢复" in job.items.get(state="failed").error
    first = job.files.get()
    rows[1].pdf.storage.save(rows[1].pdf.name, ContentFile(actions.bytes_of(rows[0], now=NOW)))
    job = run(actions.retry_job(job=job, by=drafts.cast["administrator"], now=NOW))
    assert "不一致" in job.items.get(state="failed").error
    assert states(job) == ["done", "failed", "done"]
    assert job.files.get().pk == first.pk


def test_export_cancelled_midway_makes_no_file(drafts: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in range(3):
        issued(drafts, drafts.inspections[place])
    monkeypatch.setattr(archives, "BATCH", 1)
    job = start(drafts, "export")
    told = job_steps.keep_file

    def cancel(**given: Any) -> bool:
        actions.cancel_job(job=job, by=drafts.cast["administrator"], now=NOW)
        return told(**given)

    monkeypatch.setattr(job_steps, "keep_file", cancel)
    run(job)
    assert (job.state, states(job)) == ("cancelled", ["waiting"] * 3)
    assert job.files.get().state == Step.WAITING
    monkeypatch.setattr(job_steps, "keep_file", told)
    job = run(actions.retry_job(job=job, by=drafts.cast["administrator"], now=NOW))
    assert (job.state, states(job), job.files.get().state) == ("done", ["done"] * 3, "done")


def test_making_a_file_again_replaces_it(drafts: Stage) -> None:
    for place in range(3):
        issued(drafts, drafts.inspections[place])
    job = run(start(drafts, "export"))
    name = job.files.get().file.name
    job.files.update(state=Step.RUNNING, claimed_until=timezone.now() - timedelta(seconds=1))
    Job.objects.filter(pk=job.pk).update(state="running", ended_at=None)
    run(job)
    made = job.files.get()
    assert made.state == Step.DONE
    assert made.file.storage.exists(made.file.name)
    assert made.file.name == name or not made.file.storage.exists(name)
    assert JobItem.objects.filter(job=job, state="done").count() == 3
