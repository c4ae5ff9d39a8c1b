"""Two editions side by side, as a table for download."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from organization.models import AuditEntry
from standards.actions import copy_edition, import_standard
from standards.models import Edition
from standards.schema import parse_standard
from tests.factories import make_user
from tests.small_stage import NOW, Stage
from tests.small_standards import plain_item, standard
from tests.standards.test_succession import OLD, following

pytestmark = pytest.mark.django_db


@pytest.fixture
def editions(db: None) -> tuple[Edition, Edition]:
    return import_standard(standard(*OLD)), import_standard(parse_standard(following()))


def address(row: Edition, form: str, **query: str) -> str:
    args = [row.standard, row.edition, form]
    return reverse("reports:edition-changes-table", args=args, query=query)


def sheets(said: Any, tmp_path: Path) -> Any:
    path = tmp_path / "table.xlsx"
    path.write_bytes(b"".join(said.streaming_content))
    return openpyxl.load_workbook(path)


def lines(said: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(said.content.decode("utf-8-sig"))))


@pytest.fixture
def reader(client: Client) -> Client:
    """Somebody without any role: editions are everybody's."""
    client.force_login(make_user("reader"))
    return client


def test_whoever_sees_the_page_has_its_table(
    reader: Client, editions: tuple[Edition, Edition], tmp_path: Path
) -> None:
    _old, new = editions
    page = reader.get(reverse("standards:changes", args=[new.standard, new.edition])).content.decode()
    for form in ("xlsx", "csv"):
        assert f'action="{address(new, form)}?with=small/2026&amp;show="' in page
    book = sheets(reader.post(address(new, "xlsx")), tmp_path)
    rows = list(book.active.iter_rows(values_only=True))
    head = next(place for place, row in enumerate(rows) if row[0] == "变化")
    told = [(row[0], row[2], row[3], row[6], row[7]) for row in rows[head + 1 :]]
    assert told == [
        ("有改动", "检查项two", 4, "检查项second", 4),
        ("拆分", "检查项three", 4, "检查项third\n检查项fourth", 8),
        ("新增", None, None, "检查项new", 4),
        ("取消", "检查项four", 4, None, None),
        ("取消", "检查项five", 4, None, None),
    ]
    assert rows[head + 1][9].startswith("检查内容：检查项two → 检查项second")
    assert rows[head + 1][10] == "改了名称"
    assert book.active.freeze_panes == f"B{head + 2}"
    assert AuditEntry.objects.filter(action="standard.export_changes").count() == 1


def test_table_has_the_pages_filter_and_other_edition(
    reader: Client, editions: tuple[Edition, Edition]
) -> None:
    old, new = editions
    assert [row[2] for row in lines(reader.post(address(new, "csv", show="dropped")))[1:]] == [
        "检查项four", "检查项five",
    ]  # fmt: skip
    turned = lines(reader.post(address(old, "csv", **{"with": "small/2027"})))
    assert {row[0] for row in turned[1:]} >= {"新增"}
    assert [row[6] for row in turned[1:] if row[0] == "新增"][-1] == "检查项five"


def test_rules_of_scoring_have_a_sheet_where_they_changed(reader: Client, tmp_path: Path) -> None:
    import_standard(standard(*OLD))
    data = following()
    data["policy"]["rounding"]["places"] = 1
    new = import_standard(parse_standard(data))
    book = sheets(reader.post(address(new, "xlsx")), tmp_path)
    assert book.sheetnames == ["检查项", "评分办法"]
    assert ("保留的小数位数", "2", "1") in list(book["评分办法"].iter_rows(values_only=True))
    assert sheets(reader.post(address(new, "xlsx", show="added")), tmp_path).sheetnames == ["检查项"]


def test_no_cell_is_a_formula(reader: Client, tmp_path: Path) -> None:
    import_standard(standard(plain_item("a", title="=1+1")))
    new = import_standard(standard(plain_item("a", title="@x"), edition="2027"))
    wanted = {"with": "small/2026"}
    book = sheets(reader.post(address(new, "xlsx", **wanted)), tmp_path)
    assert [cell.data_type for row in book.active.iter_rows() for cell in row if cell.data_type == "f"] == []
    changed = lines(reader.post(address(new, "csv", **wanted)))[1]
    assert (changed[2], changed[6]) == ("'=1+1", "'@x")


def test_with_nothing_beside_it_one_is_led_to_the_page(
    reader: Client, editions: tuple[Edition, Edition]
) -> None:
    old, new = editions
    said = reader.post(address(old, "csv"))
    assert said["Location"] == reverse("standards:changes", args=[old.standard, old.edition])
    assert reader.post(address(new, "pdf")).status_code == 404


def test_drafts_are_their_keepers(client: Client, stage: Stage) -> None:
    draft = copy_edition(edition=stage.edition, by=stage.cast["administrator"], now=NOW)
    client.force_login(stage.cast["township_staff"])
    assert client.post(address(draft, "csv")).status_code == 404
    # Nor does one get at a draft by naming it beside what is published.
    beside = address(stage.edition, "csv", **{"with": f"{draft.standard}/{draft.edition}"})
    assert client.post(beside).status_code == 302
    client.force_login(stage.cast["administrator"])
    assert client.post(address(draft, "csv")).status_code == 200
