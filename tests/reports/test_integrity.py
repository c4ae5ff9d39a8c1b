"""The nightly check: silent where all is as issued, and each kind of difference named."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from inspections.answers import Given
from reports import actions, freezing
from reports.models import GivenNumber, NumberSequence, OfficialDocument
from tests.small_stage import NOW, Stage, drafted, issued, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def row(stage: Stage, quick_pdf: Any) -> OfficialDocument:
    """Two documents are issued and one is a draft; the first is returned."""
    three = small_stage(townships=2, other=True)
    drafted(three, submitted(three, 0, **SHORT))
    issued(three, submitted(three, 1, **SHORT))
    return issued(stage, submitted(stage, 0, **SHORT))


@pytest.fixture
def thawed(row: OfficialDocument) -> None:
    """Somebody with the database's own password has put its guards aside."""
    for guard in freezing.GUARDS:
        for rule in guard.rules:
            with connection.cursor() as cursor:
                on = "" if connection.vendor == "sqlite" else f" ON {rule.table}"
                cursor.execute(f"DROP TRIGGER {rule.name}{on}")


def check() -> tuple[int, str, str]:
    """The command's exit code, what it said and what it complained of."""
    out, err = StringIO(), StringIO()
    try:
        call_command("check_documents", stdout=out, stderr=err)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_all_as_issued(row: OfficialDocument) -> None:
    assert check() == (0, "核对了2份公文，发现0处不符。\n", "")


def test_withdrawn_documents_are_checked_too(row: OfficialDocument, stage: Stage) -> None:
    actions.withdraw(document=row, words="印错", by=stage.cast["signatory"], now=NOW)
    row.pdf.storage.delete(row.pdf.name)
    code, _out, said = check()
    assert (code, said.count("\n")) == (1, 1)


def test_changed_byte_is_named(row: OfficialDocument) -> None:
    with open(row.pdf.path, "r+b") as file:
        file.seek(100)
        byte = file.read(1)
        file.seek(100)
        file.write(bytes([byte[0] ^ 1]))
    code, out, said = check()
    assert (code, out) == (1, "核对了2份公文，发现1处不符。\n")
    assert said.startswith(f"{row.number_text}：文件与印发时的摘要不符")


def test_missing_file_is_named(row: OfficialDocument) -> None:
    row.pdf.storage.delete(row.pdf.name)
    assert f"{row.number_text}：印发的文件不在存储中" in check()[2]


def altered(row: OfficialDocument, **changes: Any) -> None:
    OfficialDocument.objects.filter(pk=row.pk).update(**changes)


CHANGES: list[tuple[Callable[[OfficialDocument], object], str]] = [
    (lambda row: altered(row, title="改"), "登记的标题与印发的内容不符"),
    (lambda row: altered(row, issuer="改"), "登记的发文机关与印发的内容不符"),
    (lambda row: altered(row, document={**row.document, "addressee": "改"}), "内容与印发时的摘要不符"),
    (lambda row: altered(row, document={"kind": "notice"}), "读不出来"),
    (lambda row: altered(row, digest="0" * 64), "内容与印发时的摘要不符"),
    (lambda row: altered(row, sha256="0" * 64), "文件与印发时的摘要不符"),
    (lambda row: GivenNumber.objects.filter(document=row).delete(), "文号登记中没有这个文号"),
    (lambda row: GivenNumber.objects.filter(document=row).update(number=7), "登记中是汤政服办〔2026〕7号"),
    (lambda row: GivenNumber.objects.filter(document=row).update(number=7), "文号不连续，缺6个"),
    (lambda row: NumberSequence.objects.filter(body=row.body).update(last=9), "最后一个序号是9"),
]


@pytest.mark.parametrize(("change", "words"), CHANGES)
def test_difference_is_named(
    row: OfficialDocument, thawed: None, change: Callable[[OfficialDocument], object], words: str
) -> None:
    change(row)
    code, _out, said = check()
    assert code == 1
    assert words in said


def test_other_number_than_in_the_content_is_named(row: OfficialDocument, thawed: None) -> None:
    altered(row, number=8)
    assert "登记的文号与印发的内容不符" in check()[2]
