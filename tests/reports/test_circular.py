"""The circular: what it says of a round, in which order."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reports.circular import circular_title, common_problem
from reports.document import BarChart, DocumentRefused, texts
from reports.drafting import Wording
from reports.refusals import explain
from tests.reports.notices import OFFICE
from tests.reports.samples import circular, round_facts


def said(document: object) -> str:
    return "\n".join(text for _, text in texts(document))  # type: ignore[arg-type]


def test_opening_gives_basis_period_and_region() -> None:
    assert circular().opening == (
        "根据《关于政务服务向基层延伸的工作要求》（审服办〔2021〕13号）和检查计划（汤审服办〔2026〕3号），"
        "2026年11月2日至20日，我办对全县便民服务中心（点）进行了检查。现将有关情况通报如下：",
    )


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 2), date(2026, 11, 2), "，2026年11月2日，"),
        (date(2026, 10, 26), date(2026, 11, 3), "，2026年10月26日至11月3日，"),
        (date(2026, 12, 28), date(2027, 1, 6), "，2026年12月28日至2027年1月6日，"),
    ],
)
def test_period_repeats_neither_year_nor_month(first: date, last: date, words: str) -> None:
    assert words in circular(facts=round_facts(starts_on=first, ends_on=last)).opening[0]


@pytest.mark.parametrize(
    ("region", "words"),
    [("安阳市", "我办对全市便民"), ("文峰区", "我办对全区便民"), ("宜沟镇", "我办对宜沟镇便民")],
)
def test_region_is_spoken_of_as_its_own_office_does(region: str, words: str) -> None:
    assert words in circular(facts=round_facts(region=region)).opening[0]


def test_overall_counts_centers_grades_and_findings() -> None:
    passages = circular().parts[0].passages
    assert [passage.text for passage in passages] == [
        "本轮涉及10个乡镇，应检查便民服务中心（点）40个，已检查39个，尚有1个未完成检查。",
        "按照本次检查采用的评分办法，平均得分83.50分，其中优秀6个、良好18个、合格12个、不合格3个。"
        "各乡镇平均得分见附件1。",
        "共发现问题245项，平均每个中心（点）6.3项。",
    ]


def test_round_that_is_done_leaves_none_waiting() -> None:
    towns = tuple(replace(town, inspected=town.centers) for town in round_facts().townships)
    assert circular(facts=round_facts(townships=towns)).parts[0].passages[0].text.endswith("已检查40个。")


def test_chart_has_a_bar_for_each_township_with_a_score_and_the_mean() -> None:
    towns = (*round_facts().townships[:3], replace(round_facts().townships[3], average=None))
    chart = circular(facts=round_facts(townships=towns)).parts[0].passages[1].blocks[0]
    assert isinstance(chart, BarChart)
    assert [(bar.label, bar.words) for bar in chart.bars] == [
        ("城关镇", "92.50"), ("菜园镇", "78.50"), ("任固镇", "84.50"),
    ]  # fmt: skip
    assert (chart.mark, chart.mark_words) == (83.5, "平均83.50")


def test_round_without_a_score_speaks_of_none() -> None:
    towns = tuple(replace(town, average=None) for town in round_facts().townships)
    document = circular(facts=round_facts(average=None, grades=(), townships=towns))
    assert [passage.heading for passage in document.parts[0].passages] == [
        "（一）检查覆盖情况。",
        "（二）问题情况。",
    ]
    assert document.annexes[0].blocks[0].rows[0][4] == "—"  # type: ignore[union-attr]


def test_problems_are_told_by_section_with_examples() -> None:
    first = circular().parts[1].passages[0]
    assert first.heading == "（一）建设场地方面。"
    assert first.text == (
        "发现问题30项，涉及8个中心（点），主要是：建筑面积为120平方米，低于规定的150平方米；"
        "周边道路未设置外部导向标识；无障碍通道坡度过陡，未设置扶手等。"
    )


def test_figures_of_one_center_are_not_told_of_the_county() -> None:
    """Where the item's sentence has places to fill, it is named with how many centers it is at."""
    template = "专职工作人员{value}名，少于规定的{minimum}名"
    said = ["专职工作人员2名，少于规定的3名", "专职工作人员1名，少于规定的3名"]
    assert common_problem("专职工作人员", template, said, 2) == "2个中心（点）在专职工作人员方面不符合要求"
    assert (
        common_problem("专职工作人员", template, said[:1], 1) == "1个中心（点）在专职工作人员方面不符合要求"
    )


def test_sentence_without_figures_is_told_as_it_is() -> None:
    said = ["未设置无障碍通道", "未设置残疾人无障碍通道", "未设置残疾人无障碍通道"]
    assert common_problem("无障碍通道", "未设置残疾人无障碍通道", said, 3) == "未设置残疾人无障碍通道"


def test_round_without_findings_has_no_part_on_them_and_one_annex() -> None:
    document = circular(facts=round_facts(sections=(), items=()))
    assert [part.heading for part in document.parts] == ["一、总体情况", "二、工作要求"]
    assert document.attachments == ("各乡镇检查得分情况表",)


def test_annexes_list_townships_with_their_sum_and_the_worst_items() -> None:
    towns, items = circular().annexes
    rows = towns.blocks[0].rows  # type: ignore[union-attr]
    assert rows[0] == ("1", "城关镇", "4", "4", "92.50", "20")
    assert rows[-1] == ("", "合计", "40", "39", "83.50", "245")
    assert items.blocks[0].rows[0][3] == "9"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("2026年第四季度便民服务中心督导检查", "关于2026年第四季度便民服务中心督导检查情况的通报"),
        ("秋季检查", "关于秋季检查情况的通报"),
    ],
)
def test_title_is_that_of_the_round(name: str, lines: str) -> None:
    assert "".join(circular_title(name)) == lines


def test_own_wording_takes_the_place_of_ours() -> None:
    own = Wording(basis="按照年度安排", consequence="将纳入年度考核", closing="请认真抓好落实")
    document = circular(wording=own)
    assert document.opening[0].startswith("按照年度安排，2026年")
    assert "我办将适时组织复查。将纳入年度考核。" in said(document)
    assert document.parts[-1].passages[0].text == "请认真抓好落实。"


def test_round_with_nothing_submitted_is_refused() -> None:
    towns = tuple(replace(town, inspected=0) for town in round_facts().townships)
    with pytest.raises(DocumentRefused) as refused:
        circular(facts=round_facts(townships=towns))
    assert explain(refused.value) == "还没有已提交的检查，没有可以写入公文的内容。"


def test_our_sentences_have_no_forbidden_word_and_a_given_one_is_refused() -> None:
    assert not [word for word in ("责令", "处罚", "复议") if word in said(circular())]
    with pytest.raises(DocumentRefused, match="forbidden_word"):
        circular(wording=Wording(consequence="将予以处罚"))


def test_average_of_findings_is_rounded_to_one_place() -> None:
    towns = (replace(round_facts().townships[0], inspected=3, findings=10),)
    text = circular(facts=round_facts(townships=towns, average=Decimal(80))).parts[0].passages[2].text
    assert text == "共发现问题10项，平均每个中心（点）3.3项。"


def test_demonstration_and_preview_are_carried() -> None:
    document = circular(demonstration=True, preview=True, office=replace(OFFICE, copy_to=""))
    assert (document.demonstration, document.preview, document.copy_to) == (True, True, "")
