"""Papers without a number: who may have them, what is in them, what the trail says."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from inspections.answers import Given
from organization.models import AuditEntry
from reports import pdf
from reports.document import Ledger, ScoreReport
from reports.views import prints
from tests.small_stage import Stage, submitted

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


def test_ledger_that_is_too_long_to_wait_for_says_what_to_do(
    client: Client, stage: Stage, quick_pdf: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prints, "MOST_ROWS", 0)
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    said = ledger(client, stage)
    (message,) = get_messages(said.wsgi_request)
    assert "有 1 项问题，一次最多打印 0 项" in str(message)
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
