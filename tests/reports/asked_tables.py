"""Long tables as somebody asks for them, written by the job's own work, and read back."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from inspections.answers import Given
from organization.models import User
from reports import actions, long_tables, tasks
from reports.long_tables import LongTable, findings_table
from reports.models import Job
from tests.small_stage import Stage, small_stage, submitted

SHORT = {"yes": Given(False)}
MORE = SHORT | {"zones": Given(["guide"])}


@pytest.fixture
def stage(media_folder: Any) -> Stage:
    """Three townships with one, two and one finding."""
    stage = small_stage(townships=3)
    for place, answers in enumerate((SHORT, MORE, SHORT)):
        submitted(stage, place, **answers)
    return stage


def table(stage: Stage, kind: str = "ledger", by: User | None = None, **query: str) -> LongTable:
    by = by or stage.cast["administrator"]
    if kind in ("findings", "csv"):
        return findings_table(by, query, "csv" if kind == "csv" else "xlsx")
    return LongTable(kind, by, stage.round)


def start(stage: Stage, kind: str = "ledger", by: User | None = None, **query: str) -> Job:
    return actions.start_table(table=table(stage, kind, by, **query), now=timezone.now())


def run(job: Job) -> Job:
    tasks.work(str(job.pk))
    job.refresh_from_db()
    return job


def made(job: Job, number: int = 1) -> bytes:
    with job.files.get(number=number).file.open() as body:
        return bytes(body.read())


def told(body: bytes) -> list[list[Any]]:
    """The rows of every sheet, or of a CSV file."""
    if not body.startswith(b"PK"):
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(body))
    return [list(row) for sheet in book for row in sheet.iter_rows(values_only=True)]


def townships(body: bytes) -> list[str]:
    """Of each row of a ledger its township."""
    return [row[1] for row in told(body)[4:]]


@pytest.fixture
def divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_tables, "IN_A_FILE", 2)
