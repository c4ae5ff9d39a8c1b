"""The words of documents, one by one."""

from datetime import date
from decimal import Decimal

import pytest

from reports.wording import (
    Deadline,
    addressee,
    chinese_date,
    clean,
    deadline_text,
    first_person,
    numeral,
    points_words,
    second_person,
    title_pieces,
)


@pytest.mark.parametrize(
    ("township", "body", "you"),
    [
        ("宜沟镇", "宜沟镇人民政府", "你镇"),
        ("瓦岗乡", "瓦岗乡人民政府", "你乡"),
        ("繁阳街道", "繁阳街道办事处", "你街道"),
        ("巴彦苏木", "巴彦苏木人民政府", "你苏木"),
        ("产业集聚区", "产业集聚区", "你单位"),
        ("工业园区管委会", "工业园区管委会", "你单位"),
        ("开发区管理委员会", "开发区管理委员会", "你单位"),
        ("红旗农场", "红旗农场", "你单位"),
        ("保康街道办事处", "保康街道办事处", "你街道"),
    ],
)
def test_township_is_addressed_by_its_kind(township: str, body: str, you: str) -> None:
    assert (addressee(township), second_person(township)) == (body, you)


@pytest.mark.parametrize(
    ("issuer", "we"),
    [
        ("汤阴县审批服务便民化工作领导小组办公室", "我办"),
        ("县政务办", "我办"),
        ("汤阴县政务服务和大数据管理局", "我局"),
        ("县政务服务管理委员会", "我委"),
        ("县政务服务中心", "我中心"),
        ("汤阴县人民政府", "我单位"),
    ],
)
def test_issuer_speaks_of_itself_by_its_kind(issuer: str, we: str) -> None:
    assert first_person(issuer) == we


def test_date_has_no_leading_zeros() -> None:
    assert chinese_date(date(2026, 3, 5)) == "2026年3月5日"


@pytest.mark.parametrize(
    ("deadline", "words"),
    [
        (Deadline("at_once"), "立行立改"),
        (Deadline("sustained"), "长期坚持"),
        (Deadline("fixed_term", due=date(2026, 12, 4)), "2026年12月4日前"),
        (Deadline("fixed_term", due=date(2027, 1, 4), provisional=True), "2027年1月4日前（暂定）"),
        (Deadline("fixed_term", working_days=15), "收到通知之日起15个工作日内"),
    ],
)
def test_deadline_is_worded_by_its_mode(deadline: Deadline, words: str) -> None:
    assert deadline_text(deadline) == words


def test_fixed_term_without_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="working days"):
        Deadline("fixed_term")


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (34, "三十四")]
)
def test_numeral_up_to_ninety_nine(number: int, words: str) -> None:
    assert numeral(number) == words


@pytest.mark.parametrize(
    ("value", "words"), [("4", "4"), ("1.50", "1.5"), ("0.333", "0.333"), ("10", "10"), ("1.5000", "1.5")]
)
def test_points_have_no_superfluous_zeros(value: str, words: str) -> None:
    assert points_words(Decimal(value)) == words


def test_title_may_end_a_line_after_each_piece_but_not_inside_a_name() -> None:
    pieces = title_pieces("宜沟镇", "宜沟镇党政综合便民服务中心")
    assert pieces == ("关于", "宜沟镇", "党政综合便民服务中心", "存在问题", "限期整改", "的通知")


def test_title_of_a_village_center_may_end_a_line_after_the_village() -> None:
    pieces = title_pieces("宜沟镇", "宜沟镇向阳村党群服务中心")
    assert pieces[:4] == ("关于", "宜沟镇", "向阳村", "党群服务中心")


def test_clean_takes_out_what_cannot_be_printed() -> None:
    assert clean("  窗口\t缺\u200b岗\r\n\u202e两处\ufeff\x00 ") == "窗口 缺岗 两处"
