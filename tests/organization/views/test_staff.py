"""Accounts from a sheet: all of them or none, each bad line named."""

import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from organization import passwords
from organization.models import AuditEntry, User
from organization.staff_sheets import MOST_LINES, new_password
from tests.factories import County, make_user

pytestmark = pytest.mark.django_db
PAGE = "/people/import/"
HEADS = ["用户名", "姓名", "角色", "地区"]
GOOD = [["zhang", "张三", "检查员", "汤阴县"], ["li", "李四", "乡镇工作人员", "410523100"]]


@pytest.fixture
def guard(client: Client, cast: dict[str, User]) -> User:
    client.force_login(cast["security_administrator"])
    return cast["security_administrator"]


def as_csv(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode(encoding)


def as_xlsx(rows: list[list[Any]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def send(client: Client, body: bytes, name: str = "people.csv") -> Any:
    return client.post(PAGE, {"sheet": SimpleUploadedFile(name, body)})


@pytest.mark.parametrize(
    "body",
    [
        as_csv([HEADS, *GOOD]),
        as_csv([HEADS, *GOOD], "utf-8-sig"),
        as_csv([HEADS, *GOOD], "gb18030"),
        as_xlsx([HEADS, *GOOD]),
        as_xlsx([["备注", *reversed(HEADS)], *([["", *reversed(row)] for row in GOOD])]),
        as_xlsx([HEADS, GOOD[0], [], ["li", "李四", "乡镇工作人员", 410523100000]]),
    ],
    ids=["utf-8", "with mark", "gb18030", "xlsx", "other order", "number and empty line"],
)
def test_sheet_makes_its_accounts(client: Client, guard: User, county: County, body: bytes) -> None:
    response = send(client, body)
    made = response.context["made"]
    assert [(row["username"], row["region"]) for row in made] == [("zhang", "汤阴县"), ("li", "城关镇")]
    for row in made:
        person = User.objects.get(username=row["username"])
        assert person.check_password(row["password"])
        assert person.must_change_password
        assert row["password"] in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_passwords_are_kept_nowhere(client: Client, guard: User, county: County) -> None:
    made = send(client, as_csv([HEADS, *GOOD])).context["made"]
    assert not any(row["password"] in str(entry.detail) for row in made for entry in AuditEntry.objects.all())
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["person.create", "person.assign"] * 2 + ["people.create"]
    assert made[0]["password"] not in client.get(PAGE).content.decode()


def test_each_bad_line_is_named_and_nothing_is_made(client: Client, guard: User, county: County) -> None:
    make_user("taken")
    before = User.objects.count()
    rows = [
        HEADS,
        GOOD[0],
        ["taken", "甲", "检查员", "汤阴县"],
        ["b d", "乙", "检查员", "汤阴县"],
        ["c", "", "检查员", "汤阴县"],
        ["d", "丁", "大王", "汤阴县"],
        ["e", "戊", "检查员", "滑县"],
        ["f", "己", "检查员", ""],
        ["g", "庚", "业务管理员", "城关镇"],
        GOOD[0],
        ["", "壬", "检查员", "汤阴县"],
        ["h", "癸", "检查员", "镇"],
    ]
    response = send(client, as_csv(rows))
    assert response.status_code == 400
    faults = response.context["lines"]
    numbers = [int(fault.split("行")[0][1:]) for fault in faults]
    assert numbers == [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    for words in ("已经有人使用", "没有“大王”", "没有找到“滑县”", "有几个地区符合“镇”", "县级的名义"):
        assert any(words in fault for fault in faults), words
    assert User.objects.count() == before
    assert not AuditEntry.objects.filter(action__startswith="person.create").exists()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (30 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"x" * (1024 * 1024 + 1), "超过1 MB"),
        (b"\xff\xfe\x00\x01", "不能读出"),
        (b"PK\x03\x04 nonsense", "不能读出"),
        (b"\n", "缺少这些标题"),
        (as_csv([["用户名", "姓名"], ["a", "b"]]), "缺少这些标题：角色、地区"),
        (as_csv([HEADS]), "没有人员"),
        (as_csv([HEADS, *[GOOD[0]] * (MOST_LINES + 1)]), "一次最多100人"),
        (bomb(), "展开后过大"),
    ],
    ids=["large", "bytes", "no zip", "empty", "headings", "nobody", "many", "bomb"],
)
def test_file_that_cannot_be_is_told(client: Client, guard: User, body: bytes, words: str) -> None:
    response = send(client, body)
    assert response.status_code == 200
    assert words in response.content.decode()


def with_entities(part: str, declared: str) -> bytes:
    """An XLSX in order, but that a name in `part` is `&x;` as this declares it."""
    cells = [HEADS, ["x1", "PLACEHOLDER", "检查员", "汤阴县"]]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(cells))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == part:
                at = text.index(b"?>") + 2 if text.startswith(b"<?xml") else 0
                text = text[:at] + f"<!DOCTYPE a [{declared}]>".encode() + text[at:]
                text = text.replace(b"PLACEHOLDER", b"&x;").replace(
                    b"</worksheet>", b"<a>&x;</a></worksheet>"
                )
            new.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
@pytest.mark.parametrize("kind", ["file", "address", "laughs"])
def test_entities_of_a_sheet_are_neither_fetched_nor_unfolded(
    client: Client, guard: User, county: County, tmp_path: Path, part: str, kind: str
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top-secret")
    laughs = '<!ENTITY l0 "ha">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    declared = {
        "file": f'<!ENTITY x SYSTEM "{secret.as_uri()}">',
        "address": '<!ENTITY x SYSTEM "http://127.0.0.1:9/x">',
        "laughs": f'{laughs}<!ENTITY x "&l8;">',
    }
    begun = time.perf_counter()
    response = send(client, with_entities(part, declared[kind]), "people.xlsx")
    assert time.perf_counter() - begun < 10
    assert response.status_code in (200, 400)
    page = response.content.decode()
    assert "top-secret" not in page
    assert "ha" * 50 not in page
    assert not User.objects.filter(name__contains="secret").exists()


def test_no_file_is_told(client: Client, guard: User) -> None:
    assert client.post(PAGE).status_code == 200


def test_formula_in_a_sheet_is_text(client: Client, guard: User, county: County) -> None:
    response = send(client, as_xlsx([HEADS, ["x1", "=1+1", "检查员", "汤阴县"]]), "people.xlsx")
    assert response.status_code == 400
    assert "没有填写姓名" in response.context["lines"][0]


def test_empty_sheet_has_the_headings(client: Client, guard: User, county: County) -> None:
    sheet = client.get(f"{PAGE}sheet/").content
    assert sheet.decode() == "\ufeff" + ",".join(HEADS) + "\r\n"
    assert "没有人员" in send(client, sheet).content.decode()


def test_empty_sheet_is_to_be_had_for_spreadsheets_and_keeps_codes_as_text(
    client: Client, guard: User, county: County
) -> None:
    assert f"{PAGE}sheet/?form=xlsx" in client.get(PAGE).content.decode()
    said = client.get(f"{PAGE}sheet/?form=xlsx")
    assert said["Content-Disposition"] == 'attachment; filename="people.xlsx"'
    page = load_workbook(io.BytesIO(said.content)).active
    assert [cell.value for cell in page[1]] == HEADS
    assert {cell.number_format for row in page["A1:D101"] for cell in row} == {"@"}
    assert "没有人员" in send(client, said.content, "people.xlsx").content.decode()


def test_initial_passwords_fit_the_strictest_rules() -> None:
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert {passwords.classes(password) for password in made} == {4}
    assert {len(password) for password in made} == {14}
