"""A township's score report: centers, sections, lost points, what would help."""

from decimal import Decimal

import pytest

from reports.document import BarChart, DocumentRefused, Table
from reports.score_report import SectionScore, TownshipScores
from tests.reports.samples import center_score, score_report

VILLAGE = "宜沟镇向阳村党群服务中心"


def test_opening_names_round_basis_and_number_of_centers() -> None:
    assert score_report(center_score(), center_score(name=VILLAGE)).opening == (
        "在2026年第四季度便民服务中心督导检查中，依据《关于政务服务向基层延伸的工作要求》（审服办〔2021〕13号），"
        "对宜沟镇2个便民服务中心（点）进行了检查。得分按照本次检查采用的评分办法计算，供对照整改。",
    )


def test_parts_follow_each_other() -> None:
    assert [part.heading for part in score_report().parts] == [
        "一、总体得分", "二、分项得分", "三、扣分项目", "四、提升方向",
    ]  # fmt: skip


def test_center_without_lost_points_has_neither_list_nor_advice() -> None:
    best = center_score(lost=(), next_grade="", next_score=None, repairs=0)
    assert [part.heading for part in score_report(best).parts] == ["一、总体得分", "二、分项得分"]


def test_best_grade_leaves_the_numbering_whole() -> None:
    best = center_score(next_grade="", next_score=None, repairs=0)
    assert [part.heading for part in score_report(best).parts][-1] == "三、扣分项目"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Decimal("3.5"), "宜沟镇党政综合便民服务中心比上次提高3.5分。"),
        (Decimal("-2.00"), "宜沟镇党政综合便民服务中心比上次下降2分。"),
        (Decimal("0.00"), "宜沟镇党政综合便民服务中心比上次持平。"),
        (None, ""),
    ],
)
def test_change_since_the_last_inspection_is_told(change: Decimal | None, words: str) -> None:
    assert score_report(center_score(change=change)).parts[0].passages[0].text == words


def test_overall_table_has_a_row_for_each_center() -> None:
    document = score_report(center_score(), center_score(name=VILLAGE, score=None, grade=""))
    (table,) = document.parts[0].passages[0].blocks
    assert isinstance(table, Table)
    assert table.rows == (
        ("1", "宜沟镇党政综合便民服务中心", "2026年11月12日", "77.50", "合格", "10"),
        ("2", VILLAGE, "2026年11月12日", "—", "—", "10"),
    )


def test_first_center_has_a_chart_of_its_sections_and_the_others_a_table() -> None:
    first, second = score_report(center_score(), center_score(name=VILLAGE)).parts[1].passages
    chart, table = first.blocks
    assert isinstance(chart, BarChart)
    assert [(bar.label, bar.words) for bar in chart.bars][:2] == [("建设场地", "77.5"), ("服务设施", "71.5")]
    assert chart.mark == 77.5
    assert isinstance(table, Table)
    assert [type(block) for block in second.blocks] == [Table]


def test_section_without_a_score_has_no_bar() -> None:
    sections = (SectionScore("一、建设场地要求", Decimal(0), Decimal(0), Decimal(0), None),)
    (only,) = score_report(center_score(sections=sections)).parts[1].passages
    assert [type(block) for block in only.blocks] == [Table]


def test_lost_points_are_listed_from_the_largest_under_each_center() -> None:
    document = score_report(center_score(), center_score(name=VILLAGE))
    (table,) = document.parts[2].passages[0].blocks
    assert isinstance(table, Table)
    assert table.rows[0] == ("宜沟镇党政综合便民服务中心（10项，共扣22.5分）",)
    lost = [Decimal(row[3]) for row in table.rows[1:11]]
    assert lost == sorted(lost, reverse=True)
    assert table.rows[11] == (f"{VILLAGE}（10项，共扣22.5分）",)


def test_advice_names_repairs_score_and_grade() -> None:
    assert score_report().parts[3].passages[0].text == (
        "宜沟镇党政综合便民服务中心完成估计最省力的3项整改后，得分可达84.00分，等次为良好。"
    )


def test_report_is_signed_without_a_seal() -> None:
    assert (score_report().seal, score_report().number) == ("unsealed", None)


def test_township_without_a_submitted_inspection_is_refused() -> None:
    nothing = TownshipScores("宜沟镇", "2026年检查", "要求", "", ())
    with pytest.raises(DocumentRefused, match="nothing_submitted"):
        score_report(facts=nothing)
