"""Reading lists of division codes."""

import pytest

from organization import division_lists as lists
from organization.codes import Level
from organization.division_lists import Fault, Row, center_name, place_name, read


def rows_of(text: str | bytes) -> list[Row | Fault]:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(read(raw.splitlines(keepends=True), "x.csv"))


def test_plain_list_gives_rows() -> None:
    assert rows_of("# 来源\ncode,name\n410523000000,汤阴县\n\n410523104201,小寨村委会\n") == [
        Row("410523000000", Level.COUNTY, "汤阴县", "x.csv", 3),
        Row("410523104201", Level.VILLAGE, "小寨村", "x.csv", 5),
    ]


@pytest.mark.parametrize(
    ("text", "code", "level"),
    [
        ('code,name\n41,"河南省"\n', "410000000000", Level.PROVINCE),
        ('code,name,provinceCode\n4105,"安阳市",41\n', "410500000000", Level.CITY),
        ('code,name,cityCode,provinceCode\n410523,"汤阴县",4105,41\n', "410523000000", Level.COUNTY),
        (
            'code,name,areaCode,provinceCode,cityCode\n410523104,"宜沟镇",410523,41,4105\n',
            "410523104000",
            Level.TOWNSHIP,
        ),
        (
            'code,name,streetCode,provinceCode,cityCode,areaCode\n410523104201,"中山街村委会",410523104,41,4105,410523\n',
            "410523104201",
            Level.VILLAGE,
        ),
        ("name,code\n宜沟镇,410523104\n", "410523104000", Level.TOWNSHIP),
    ],
)
def test_published_columns_are_understood(text: str, code: str, level: Level) -> None:
    (row,) = rows_of(text)
    assert isinstance(row, Row)
    assert (row.code, row.level, row.line) == (code, level, 2)


def test_byte_order_mark_and_carriage_returns_change_nothing() -> None:
    plain = "code,name\n410523104,宜沟镇\n"
    assert rows_of(b"\xef\xbb\xbf" + plain.replace("\n", "\r\n").encode()) == rows_of(plain)


@pytest.mark.parametrize(
    ("line", "kind", "found"),
    [
        ("410523104", lists.LINE, "410523104"),
        ('410523104,"宜沟镇', lists.LINE, '410523104,"宜沟镇'),
        ("41052310,宜沟镇", lists.CODE, "41052310"),
        ("41052310a,宜沟镇", lists.CODE, "41052310a"),
        ("000000000,宜沟镇", lists.CODE, "000000000"),
        ("NaN,宜沟镇", lists.CODE, "NaN"),
        ("410523104,", lists.NAME, ""),
        ("410523104," + "长" * 81, lists.NAME, "长" * 40),
        ("410523104,宜\u202e沟镇", lists.NAME, "宜\u202e沟镇"),
        ("410523104,宜\x00沟镇", lists.NAME, "宜\x00沟镇"),
        ("410523104," + "x" * 5000, lists.LINE, ""),
    ],
)
def test_bad_line_is_named_and_the_next_one_still_read(line: str, kind: str, found: str) -> None:
    fault, row = rows_of(f"code,name\n{line}\n410523105,白营镇\n")
    assert fault == Fault("x.csv", 2, kind, found)
    assert isinstance(row, Row)
    assert row.line == 3


def test_private_characters_of_the_published_lists_are_kept() -> None:
    (row,) = rows_of("code,name\n420684103229,高\ue170村委会\n")
    assert isinstance(row, Row)
    assert row.name == "高\ue170村"


def test_other_encoding_ends_the_reading() -> None:
    text = "code,name\n410523104,宜沟镇\n410523105,白营镇\n".encode("gb18030")
    assert rows_of(text) == [Fault("x.csv", 2, lists.ENCODING)]


def test_wrong_header_ends_the_reading() -> None:
    assert rows_of("代码,名称\n410523104,宜沟镇\n") == [Fault("x.csv", 1, lists.HEADER, "代码,名称")]


@pytest.mark.parametrize("text", ["", "\n\n", "# 只有说明\n"])
def test_empty_file_is_a_fault_of_the_file(text: str) -> None:
    assert rows_of(text) == [Fault("x.csv", 0, lists.EMPTY)]


def test_long_line_cut_inside_a_character_is_no_fault_of_encoding() -> None:
    text = b"code,name\n1," + "长".encode() * 4000 + b"\n"
    assert rows_of(text) == [Fault("x.csv", 2, lists.LINE)]


@pytest.mark.parametrize(
    ("listed", "place"),
    [
        ("小寨村委会", "小寨村"),
        ("石家庄村民委员会", "石家庄村"),
        ("陈孔村村民委员会", "陈孔村"),
        ("三里村村委会", "三里村"),
        ("东风社区居委会", "东风社区"),
        ("大北家园社区居民委员会", "大北家园社区"),
        ("前门居委会", "前门社区"),
        ("城南村居委会", "城南村"),
        ("万达社区委员会", "万达社区"),
        ("巴彦芒哈嘎查委员会", "巴彦芒哈嘎查"),
        ("汤河办事处社区", "汤河办事处社区"),
        ("山海关林场管理区", "山海关林场管理区"),
        ("村委会", "村委会"),
        ("居委会", "居委会"),
    ],
)
def test_place_is_named_without_its_committee(listed: str, place: str) -> None:
    assert place_name(listed) == place


@pytest.mark.parametrize(
    ("place", "level", "name"),
    [
        ("宜沟镇", Level.TOWNSHIP, "宜沟镇党政综合便民服务中心"),
        ("瓦岗乡", Level.TOWNSHIP, "瓦岗乡党政综合便民服务中心"),
        ("小寨村", Level.VILLAGE, "小寨村党群服务中心"),
        ("东风社区", Level.VILLAGE, "东风社区党群服务中心"),
    ],
)
def test_center_is_named_by_the_rule_of_the_document(place: str, level: int, name: str) -> None:
    assert center_name(place, level) == name
