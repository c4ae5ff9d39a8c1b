"""Papers without a number: who may have them, what is in them, what the trail says."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inspections.answers import Given
from organization.models import AuditEntry, Role, User
from reports import actions, archives, long_tables, pdf, printed_ledger, progress
from reports.actions import job_steps
from reports.document import DocumentRefused, Ledger, ScoreReport
from reports.models import Job, OfficialDocument
from tests.factories import make_user
from tests.reports.asked_tables import run
from tests.small_stage import Stage, issued, later, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开")}


def ledger(client: Client, stage: Stage) -> Any:
    return client.post(reverse("reports:round-ledger-paper", args=[stage.round.pk]))


def score_report(client: Client, stage: Stage, place: int = 0) -> Any:
    return client.post(reverse("reports:score-report", args=[stage.inspections[place].pk]))


def test_ledger_is_a_pdf_of_the_rounds_own_findings(
    client: Client, stage: Stage, other: Stage, quick_pdf: list[Any]
) -> None:
    submitted(stage, 0, **SHORT)
    submitted(other, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    said = ledger(client, stage)
    assert (said.status_code, said["Content-Type"]) == (200, "application/pdf")
    assert "attachment" in said["Content-Disposition"]
    (document,) = quick_pdf
    assert isinstance(document, Ledger)
    names = [row[0] for row in document.table.rows if len(row) == 1]
    assert names == [f"{stage.county.townships[0].name}（1项）"]
    assert AuditEntry.objects.filter(action="ledger.print").count() == 1


def test_ledger_of_another_countys_round_is_not_found(
    client: Client, stage: Stage, other: Stage, quick_pdf: list[Any]
) -> None:
    submitted(stage, 0, **SHORT)
    client.force_login(other.cast["administrator"])
    assert ledger(client, stage).status_code == 404
    assert not quick_pdf


@pytest.mark.parametrize(
    "role", ["inspector", "township_staff", "security_administrator", "audit_administrator"]
)
def test_ledger_is_for_those_who_oversee_the_round(
    client: Client, stage: Stage, quick_pdf: list[Any], role: str
) -> None:
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast[role])
    assert ledger(client, stage).status_code in (403, 404)
    assert not quick_pdf


def test_ledger_without_a_finding_says_so(client: Client, stage: Stage, quick_pdf: list[Any]) -> None:
    submitted(stage, 0)
    client.force_login(stage.cast["administrator"])
    said = ledger(client, stage)
    assert said.status_code == 302
    assert not quick_pdf
    assert not AuditEntry.objects.filter(action="ledger.print").exists()


def test_ledger_that_takes_long_is_written_by_a_job(
    client: Client, stage: Stage, quick_pdf: list[Any], media_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_tables, "PRINTED_AT_ONCE", 1)
    for place in (0, 1):
        submitted(stage, place, **SHORT)
    client.force_login(stage.cast["administrator"])
    said = ledger(client, stage)
    job = Job.objects.get()
    assert (said.status_code, said["Location"]) == (302, reverse("reports:job", args=[job.pk]))
    assert (job.kind, job.query) == ("ledger", f"round={stage.round.pk}&as=pdf")
    assert not quick_pdf
    run(job)
    (document,) = quick_pdf
    assert len(document.table.rows) == 4
    file = job.files.get()
    assert (file.state, file.rows == file.rows_done) == ("done", True)
    assert file.name == f"{stage.round.name} 整改台账.pdf"
    got = client.get(reverse("reports:job-file", args=[job.pk, 1]))
    assert got["Content-Type"] == "application/pdf"
    assert b"".join(got.streaming_content).startswith(b"%PDF")
    assert AuditEntry.objects.get(action="ledger.print").detail == {"job": str(job.pk)}


@pytest.fixture
def asked(client: Client, stage: Stage, media_folder: Any, monkeypatch: pytest.MonkeyPatch) -> Job:
    """The job of a ledger of two findings, which gives a sign of life at each step."""
    monkeypatch.setattr(long_tables, "PRINTED_AT_ONCE", 0)
    monkeypatch.setattr(archives, "PAUSE", 0)
    for place in (0, 1):
        submitted(stage, place, **SHORT)
    client.force_login(stage.cast["administrator"])
    ledger(client, stage)
    return Job.objects.get()


def test_job_of_a_ledger_goes_on_while_it_is_read_laid_out_and_drawn(
    asked: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, quick = [], pdf.Rendered(b"%PDF", "", 3, ())

    def render(_document: Any, page_begun: Any) -> pdf.Rendered:
        seen.append("read")
        for _page in range(quick.pages):
            page_begun()
        seen.append("laid out")
        return quick

    def look(**given: Any) -> bool:
        alive = keep(**given)
        seen.append(progress.progress(asked, timezone.now()).count_words)
        return alive

    keep = job_steps.keep_file
    monkeypatch.setattr(job_steps, "keep_file", look)
    monkeypatch.setattr(pdf, "render", render)
    # As if both findings filled three pages.
    monkeypatch.setattr(printed_ledger, "ON_A_PAGE", 2 / 3)
    run(asked)
    # What is drawn is told once it is in the file; what is not stored yet is not whole.
    assert seen == ["5%", "10%", "read", "30%", "50%", "laid out", "50%"]
    assert progress.progress(asked, timezone.now()).count_words == "100%"


def test_cancelled_ledger_is_laid_out_no_further(asked: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []

    def render(_document: Any, page_begun: Any) -> pdf.Rendered:
        for number in range(9):
            begun.append(number)
            page_begun()
            actions.cancel_job(job=asked, by=asked.started_by, now=timezone.now())
        raise AssertionError("laid out to its end")

    monkeypatch.setattr(pdf, "render", render)
    file = run(asked).files.get()
    assert (asked.state, file.state, bool(file.file)) == ("cancelled", "waiting", False)
    assert begun == [0, 1]


@pytest.mark.parametrize("at_once", [0, 1])
def test_findings_of_a_ledger_are_counted_once(
    client: Client, stage: Stage, quick_pdf: list[Any], monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(long_tables, "PRINTED_AT_ONCE", at_once)
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    with CaptureQueriesContext(connection) as done:
        ledger(client, stage)
    assert Job.objects.exists() == (not at_once)
    counted = [one["sql"] for one in done if "COUNT(" in one["sql"] and "inspections_finding" in one["sql"]]
    assert len(counted) == 1


def test_ledger_that_cannot_be_printed_says_why_on_its_job(
    client: Client, stage: Stage, media_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: Any, **_more: Any) -> Any:
        raise DocumentRefused("too_slow", seconds=300)

    monkeypatch.setattr(long_tables, "PRINTED_AT_ONCE", 0)
    monkeypatch.setattr(pdf, "render", refuse)
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    ledger(client, stage)
    file = run(Job.objects.get()).files.get()
    assert (file.state, file.tries) == ("failed", 1)
    assert "300秒" in file.error


def test_ledger_that_is_too_long_for_paper_says_what_to_do(
    client: Client, stage: Stage, quick_pdf: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_tables, "PRINTED_AT_ONCE", 0)
    monkeypatch.setattr(long_tables, "MOST_PRINTED", 0)
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    said = ledger(client, stage)
    (message,) = get_messages(said.wsgi_request)
    assert "请下载 Excel 台账" in str(message)
    assert not quick_pdf
    assert not Job.objects.exists()


def test_ledger_that_grew_too_long_for_paper_is_not_typeset(
    client: Client, stage: Stage, quick_pdf: list[Any], media_folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_tables, "PRINTED_AT_ONCE", 0)
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    ledger(client, stage)
    monkeypatch.setattr(long_tables, "MOST_PRINTED", 1)
    submitted(stage, 1, **SHORT)
    file = run(Job.objects.get()).files.get()
    assert (file.state, file.tries) == ("failed", 1)
    assert "请下载 Excel 台账" in file.error
    assert not quick_pdf


def test_score_report_is_of_the_inspections_township(
    client: Client, stage: Stage, quick_pdf: list[Any]
) -> None:
    submitted(stage, 0, **SHORT)
    submitted(stage, 1, **SHORT)
    client.force_login(stage.cast["township_staff"])
    said = score_report(client, stage)
    assert (said.status_code, said["Content-Type"]) == (200, "application/pdf")
    (document,) = quick_pdf
    assert isinstance(document, ScoreReport)
    rows = document.parts[0].passages[0].blocks[0].rows  # type: ignore[union-attr]
    assert [row[1] for row in rows] == [stage.inspections[0].center.name]
    assert AuditEntry.objects.filter(action="score.print").count() == 1


def test_score_report_of_another_township_is_not_found(
    client: Client, stage: Stage, quick_pdf: list[Any]
) -> None:
    submitted(stage, 1, **SHORT)
    client.force_login(stage.cast["township_staff"])
    assert score_report(client, stage, 1).status_code == 404
    assert not quick_pdf


def test_score_report_waits_for_the_submission(client: Client, stage: Stage, quick_pdf: list[Any]) -> None:
    client.force_login(stage.cast["administrator"])
    assert score_report(client, stage).status_code == 403
    assert not quick_pdf


@pytest.mark.parametrize("name", ["round-ledger-paper", "score-report"])
def test_papers_are_asked_for_by_post(client: Client, stage: Stage, name: str) -> None:
    client.force_login(stage.cast["administrator"])
    key = stage.round.pk if name == "round-ledger-paper" else stage.inspections[0].pk
    assert client.get(reverse(f"reports:{name}", args=[key])).status_code == 405


def test_character_that_cannot_be_printed_is_told(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(document: Any) -> None:
        raise pdf.DocumentRefused("missing_glyph", place=("table",), character="😀")

    monkeypatch.setattr(pdf, "render", refuse)
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    (message,) = get_messages(ledger(client, stage).wsgi_request)
    assert "“台账”中的“😀”" in str(message)


# ---- the receipt slip of a document


def slip(client: Client, row: OfficialDocument) -> Any:
    return client.post(reverse("reports:document-receipt", args=[row.pk]))


def test_receipt_slip_says_who_signed_and_when(client: Client, stage: Stage, quick_pdf: list[Any]) -> None:
    row = issued(stage, submitted(stage, 0, **SHORT))
    client.force_login(stage.cast["township_staff"])
    page = reverse("reports:document", args=[row.pk])
    assert "签收回执" not in client.get(page).content.decode()
    actions.acknowledge(document=row, person="马会玲", by=stage.cast["township_staff"], now=later(1))
    assert reverse("reports:document-receipt", args=[row.pk]) in client.get(page).content.decode()
    quick_pdf.clear()
    for role in ("township_staff", "administrator", "signatory"):
        client.force_login(stage.cast[role])
        said = slip(client, row)
        assert (said.status_code, said["Content-Type"]) == (200, "application/pdf")
    told = dict(quick_pdf[0].table.rows)
    row.refresh_from_db()
    assert told["签收人"] == "马会玲"
    assert told["签收时间"] == "2026年11月21日10:00"
    assert (told["文号"], told["办理账号"]) == (row.number_text, "township_staff")
    assert row.token in told["核验地址"]
    assert quick_pdf[0].signing == (("签收单位（公章）：", "签收人（签字）："),)
    assert AuditEntry.objects.filter(action="document.receipt").count() == 3


def test_receipt_slip_waits_for_the_receipt_and_is_the_townships_own(
    client: Client, stage: Stage, other: Stage, quick_pdf: list[Any]
) -> None:
    row = issued(stage, submitted(stage, 0, **SHORT))
    client.force_login(stage.cast["township_staff"])
    said = slip(client, row)
    assert "还没有签收" in str([str(one) for one in get_messages(said.wsgi_request)])
    for stranger in (other.cast["township_staff"], other.cast["administrator"], beside(stage)):
        client.force_login(stranger)
        assert slip(client, row).status_code == 404


def beside(stage: Stage) -> User:
    return make_user("beside", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
