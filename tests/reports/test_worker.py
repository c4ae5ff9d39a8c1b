"""Real workers in processes of their own, killed in the middle: nothing lost, doubled or numbered twice."""

import hashlib
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.utils import timezone

from inspections.answers import Given
from inspections.models import Inspection
from organization.codes import Level
from organization.models import AuditEntry, Region, ServiceCenter
from reports import actions, fonts
from reports.long_tables import LongTable
from reports.models import DocumentEvent, GivenNumber, Job, NumberSequence, OfficialDocument
from tests.reports.workers import Start, kill, start_worker, wait_for
from tests.small_stage import Stage, drafted, small_stage, submitted

__all__ = ["start_worker"]
pytestmark = pytest.mark.django_db(transaction=True)
TOWNSHIPS = 14
LEASE = timedelta(seconds=5)
VILLAGES = 20_000  # of which a table is written for more than a second


@pytest.fixture
def drafts(faces: tuple[fonts.Face, ...]) -> Stage:
    stage = small_stage(townships=TOWNSHIPS)
    for place in range(TOWNSHIPS):
        drafted(stage, submitted(stage, place, yes=Given(False), zones=Given(["guide"])))
    return stage


def test_killed_twice_loses_nothing_and_numbers_nothing_twice(
    drafts: Stage, start_worker: Start, media_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = start(drafts, Job.Kind.ISSUE)
    seen = []
    for share in (3, 8):
        worker = start_worker()
        wait_for(lambda share=share: OfficialDocument.objects.issued().count() >= share)
        wait_for(lambda: job.items.filter(state="running").exists())
        kill(worker)
        seen.append((OfficialDocument.objects.issued().count(), job.items.filter(state="running").count()))
    start_worker()
    wait_for(lambda: Job.objects.filter(pk=job.pk, state="done").exists())
    rows = list(OfficialDocument.objects.order_by("number"))
    stored = list(media_folder.glob("documents/*/*.pdf"))
    with capsys.disabled():
        print(
            f"\n  {connection.vendor}: {TOWNSHIPS} documents; when killed (issued, under way) {seen}; at the "
            f"end {len(rows)} issued, numbers {rows[0].number} to {rows[-1].number}, "
            f"{GivenNumber.objects.count()} in the register, {len(stored)} files, "
            f"{job.items.filter(tries__gt=1).count()} taken up again"
        )
    assert any(under_way for _issued, under_way in seen)
    assert [row.number for row in rows] == list(range(1, TOWNSHIPS + 1))
    assert list(GivenNumber.objects.order_by("number").values_list("number", flat=True)) == [
        row.number for row in rows
    ]
    assert NumberSequence.objects.get().last == TOWNSHIPS
    assert DocumentEvent.objects.filter(move="issue").count() == TOWNSHIPS
    assert AuditEntry.objects.filter(action="document.issue", result="done").count() == TOWNSHIPS
    assert set(job.items.values_list("state", flat=True)) == {"done"}
    for row in rows:
        with row.pdf.open() as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == row.sha256


def test_export_killed_midway_is_made_whole_by_the_next_worker(
    drafts: Stage, start_worker: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    for document in OfficialDocument.objects.order_by("region_id"):
        actions.issue_document(document=document, by=drafts.cast["signatory"], now=timezone.now())
    jobs = [start(drafts, kind) for kind in (Job.Kind.EXPORT, Job.Kind.PRINT)]
    worker = start_worker()
    wait_for(lambda: Job.objects.filter(beat_at__isnull=False).exists())
    kill(worker)
    start_worker()
    wait_for(lambda: not Job.objects.running().exists())
    for job in jobs:
        made = job.files.get()
        with capsys.disabled():
            size = f"{made.size} bytes, {made.pages} pages, {made.tries} tries"
            print(f"\n  {connection.vendor}: {job.kind} {size}")
        assert made.state == "done"
        assert made.file.storage.size(made.file.name) == made.size
        assert set(job.items.values_list("state", flat=True)) == {"done"}


def test_table_killed_midway_is_made_whole_by_the_next_worker(
    faces: tuple[fonts.Face, ...], stage: Stage, start_worker: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    villages(stage)
    table = LongTable(Job.Kind.SCORES, stage.cast["administrator"], stage.round)
    job = actions.start_table(table=table, now=timezone.now())
    worker = start_worker()
    wait_for(lambda: job.files.filter(state="running", rows__gt=0).exists())
    kill(worker)
    made = job.files.get()
    assert made.state == "running"
    # Once it is taken for silent, the next worker wakes it as it starts.
    wait_for(lambda: Job.objects.filter(beat_at__lt=timezone.now() - LEASE).exists())
    start_worker()
    wait_for(lambda: not Job.objects.running().exists())
    made.refresh_from_db()
    with capsys.disabled():
        print(f"\n  {connection.vendor}: {made.rows} rows, {made.tries} tries")
    assert (made.state, made.tries) == ("done", 2)
    assert VILLAGES <= made.rows == made.rows_done
    with made.file.open() as file:
        book = openpyxl.load_workbook(file, read_only=True)
        assert book["各中心"].max_row == 3 + VILLAGES + len(stage.inspections)


def villages(stage: Stage) -> None:
    """Very many centers below the first township, which are yet to be inspected."""
    above = stage.county.townships[0]
    codes = [f"{stage.county.region.prefix}{500_000 + number}" for number in range(VILLAGES)]
    Region.objects.bulk_create(
        [Region(code=code, level=Level.VILLAGE, name=f"{code}村", parent=above) for code in codes],
        batch_size=500,
    )
    ServiceCenter.objects.bulk_create(
        [ServiceCenter(region_id=code, kind="village", name=f"{code}便民服务点") for code in codes],
        batch_size=500,
    )
    centers = ServiceCenter.objects.filter(region__in=Region.objects.filter(parent=above))
    Inspection.objects.bulk_create(
        [
            Inspection(round=stage.round, center_id=pk, region_id=code, kind="village", edition=stage.edition)
            for pk, code in centers.values_list("pk", "region_id")
        ],
        batch_size=500,
    )


def start(stage: Stage, kind: Job.Kind) -> Job:
    """Begin a job; its tasks reach the queue, for here transactions are real."""
    return actions.start_job(kind=kind, round=stage.round, by=stage.cast["administrator"], now=timezone.now())
