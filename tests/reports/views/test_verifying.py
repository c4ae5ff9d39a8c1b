"""The public page: what it tells and what it never tells, and which file it takes for the issued one."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from inspections.answers import Given
from organization.models import AuditEntry
from reports import actions
from reports.models import OfficialDocument
from tests.small_stage import NOW, Stage, drafted, issued, later, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def row(stage: Stage, quick_pdf: Any) -> OfficialDocument:
    return issued(stage, submitted(stage, **SHORT))


def shown(client: Client, token: str) -> Any:
    return client.get(reverse("reports:verify", args=[token]))


def compare(client: Client, row: OfficialDocument, body: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile("通知.pdf", body, "application/pdf")
    return client.post(reverse("reports:verify", args=[row.token]), {"file": file}, **more)


def test_page_tells_without_a_login_who_issued_what_and_when(client: Client, row: OfficialDocument) -> None:
    said = shown(client, row.token)
    text = said.content.decode()
    assert said.status_code == 200
    for words in (row.issuer, row.number_text, row.title, "2026年11月20日", "现在有效"):
        assert words in text
    assert row.digest[:4] in text
    assert "no-store" in said["Cache-Control"]


def test_page_names_no_person(client: Client, stage: Stage, row: OfficialDocument) -> None:
    actions.acknowledge(document=row, person="张三", by=stage.cast["township_staff"], now=later(1))
    text = shown(client, row.token).content.decode()
    people = {person.name for person in stage.cast.values()} | {"张三", row.contact, row.phone}
    assert not {name for name in people if name and name in text}


@pytest.mark.parametrize("token", ["x", "A" * 22, "..%2f", "é"])
def test_unknown_address_is_told_as_such(client: Client, row: OfficialDocument, token: str) -> None:
    said = shown(client, token)
    assert said.status_code == 404
    assert "没有这份公文" in said.content.decode() or "login" not in said.content.decode()


def test_draft_has_no_page(client: Client, stage: Stage) -> None:
    draft = drafted(stage, submitted(stage, **SHORT))
    assert shown(client, draft.token).status_code == 404


def test_addresses_cannot_be_guessed(row: OfficialDocument) -> None:
    assert re.fullmatch(r"[\w-]{22}", row.token)
    assert row.token not in (str(row.pk), row.sha256)


def test_withdrawn_and_replaced_are_told_with_the_new_number(
    client: Client, stage: Stage, row: OfficialDocument
) -> None:
    actions.withdraw(document=row, words="张三的姓名印错", by=stage.cast["signatory"], now=later(1))
    text = shown(client, row.token).content.decode()
    assert "已经撤回，不再有效" in text
    assert "姓名印错" not in text
    second = actions.replace_document(document=row, by=stage.cast["administrator"], now=later(1))
    # A replacement that is not yet issued is nobody's business.
    assert "代替" not in shown(client, row.token).content.decode()
    second = actions.issue_document(document=second, by=stage.cast["signatory"], now=later(1))
    assert f"由{second.number_text}代替" in shown(client, row.token).content.decode()
    assert row.number_text in shown(client, second.token).content.decode()


# ---- the file


def test_issued_file_is_recognized(client: Client, row: OfficialDocument) -> None:
    said = compare(client, row, actions.bytes_of(row, now=NOW))
    assert said.status_code == 200
    assert "相同：这就是印发的原件" in said.content.decode().split('role="status"')[-1]


@pytest.mark.parametrize("change", ["byte", "appended", "cut", "other", "empty"])
def test_any_other_file_is_told_apart(
    client: Client, stage: Stage, row: OfficialDocument, change: str
) -> None:
    body = actions.bytes_of(row, now=NOW)
    changed = {
        "byte": body[:50] + bytes([body[50] ^ 1]) + body[51:],
        "appended": body + b"\n",
        "cut": body[:-1],
        "other": b"%PDF-1.7",
        "empty": b"",
    }[change]
    text = compare(client, row, changed).content.decode().split('class="check-result"')[1]
    assert ("不相同" in text) or (change == "empty" and "请先选择" in text)
    assert "相同：这就是" not in text


def test_no_file_is_told(client: Client, row: OfficialDocument) -> None:
    said = client.post(reverse("reports:verify", args=[row.token]), {})
    assert said.status_code == 400
    assert "请先选择一个 PDF 文件" in said.content.decode()


def test_file_beyond_the_limit_is_told_before_it_is_read(
    client: Client, row: OfficialDocument, settings: Any
) -> None:
    settings.VERIFY_MAX_BYTES = 2**20
    said = compare(client, row, b"x" * (2**20 + 5000))
    assert said.status_code == 413
    assert "最多 1 MB" in said.content.decode()


def test_comparing_writes_nothing(
    client: Client, row: OfficialDocument, media_folder: Any, django_assert_num_queries: Any
) -> None:
    def files() -> set[str]:
        return {str(path) for path in media_folder.rglob("*")}

    before = (files(), AuditEntry.objects.count())
    compare(client, row, b"x" * 3_000_000)
    assert (files(), AuditEntry.objects.count()) == before


def test_file_is_compared_without_a_token_of_the_session(row: OfficialDocument) -> None:
    """Whoever scans the code comes from nowhere: there is no session to protect."""
    strict = Client(enforce_csrf_checks=True)
    assert compare(strict, row, b"x").status_code == 200


@pytest.mark.parametrize("townships", [1, 3])
def test_page_costs_the_same_for_one_and_three(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=townships)
    rows = [issued(stage, submitted(stage, place, **SHORT)) for place in range(townships)]
    with django_assert_num_queries(2):
        shown(client, rows[0].token)


# ---- the browser


@pytest.mark.django_db(transaction=True)
def test_browser_compares_without_sending_the_file(
    page: Any, live_server: Any, quick_pdf: Any, tmp_path: Any, axe: Any
) -> None:
    stage = small_stage(townships=1)
    row = issued(stage, submitted(stage, **SHORT))
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    body = actions.bytes_of(row, now=NOW)
    good.write_bytes(body)
    bad.write_bytes(body + b"\n")
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.goto(reverse("reports:verify", args=[row.token]))
    result = page.locator(".check-result")
    for path, words in ((good, "相同：这就是印发的原件"), (bad, "不相同")):
        page.set_input_files("#file", str(path))
        # What was said of the file before is gone.
        expect(result).to_be_empty()
        page.click("file-check button")
        expect(result).to_contain_text(words)
        assert axe(page) == []
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_without_script_the_server_compares(
    new_page: Any, live_server: Any, quick_pdf: Any, tmp_path: Any
) -> None:
    stage = small_stage(townships=1)
    row = issued(stage, submitted(stage, **SHORT))
    good = tmp_path / "good.pdf"
    good.write_bytes(actions.bytes_of(row, now=NOW))
    plain = new_page(java_script_enabled=False)
    plain.goto(reverse("reports:verify", args=[row.token]))
    plain.set_input_files("#file", str(good))
    plain.click("button.btn-primary")
    assert "相同：这就是印发的原件" in plain.inner_text(".check-result")
