"""Papers without a number: who may have them, what is in them, what the trail says."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from inspections.answers import Given
from organization.models import AuditEntry, Role, User
from reports import actions, pdf
from reports.document import Ledger, ScoreReport
from reports.models import OfficialDocument
from reports.views import prints
from tests.factories import make_user
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
