"""From facts to the notice: what it says, in which order, and what is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reports.document import DocumentRefused, texts
from reports.drafting import compose_notice
from reports.refusals import explain
from reports.wording import Deadline
from tests.reports.notices import AT_ONCE, FINDINGS, LATER, MONTH, OFFICE, finding, inspection, notice


def test_opening_gives_basis_date_score_and_number_of_findings() -> None:
    (opening,) = notice().opening
    assert opening == (
        "为提升基层政务服务水平，根据《关于政务服务向基层延伸的工作要求》（审服办〔2021〕13号），"
        "我办于2026年11月12日对你镇党政综合便民服务中心进行了检查。按照本次检查采用的评分办法，"
        "得分77.50分，等次为合格。检查发现问题10项，现将有关情况和整改要求通知如下："
    )


def test_opening_names_the_approved_plan() -> None:
    facts = inspection(plan_number="汤审服办〔2026〕3号")
    assert "13号）和检查计划（汤审服办〔2026〕3号），我办" in notice(facts=facts).opening[0]


def test_opening_without_score_says_nothing_of_scoring() -> None:
    opening = notice(facts=inspection(score=None, grade="")).opening[0]
    assert "分" not in opening.replace("部分", "")


def test_village_center_is_named_after_the_township_addressed() -> None:
    facts = inspection(center="瓦岗乡大江窑村党群服务中心", township="瓦岗乡")
    document = notice(facts=facts)
    assert "对你乡大江窑村党群服务中心进行了检查" in document.opening[0]
    assert document.addressee == "瓦岗乡人民政府"


def test_findings_are_grouped_by_section_in_order_of_appearance() -> None:
    rows = (finding(FINDINGS[0]), finding(FINDINGS[4]), finding(FINDINGS[1]))
    document = notice(facts=inspection(findings=rows))
    headings = [passage.heading for passage in document.parts[0].passages]
    assert headings == ["（一）建设场地方面", "（二）服务设施方面"]
    assert [row.number for row in document.findings.rows] == [1, 2, 3]
    assert [row.section for row in document.findings.rows] == ["建设场地方面"] * 2 + ["服务设施方面"]


def test_item_carries_clause_and_points_in_brackets_of_the_other_kind() -> None:
    item = notice().parts[0].passages[0].items[0]
    assert item == "1.建筑面积为120平方米，低于规定的150平方米〔一、（一）2，扣4分〕。"


def test_item_without_lost_points_or_clause_has_no_brackets() -> None:
    row = finding(FINDINGS[0], clause="", lost=Decimal(0), finding="标识不清。")
    document = notice(facts=inspection(findings=(row,)))
    assert document.parts[0].passages[0].items == ("1.标识不清。",)
    assert document.findings.rows[0].lost == "—"


def test_many_findings_are_summed_up_by_section_in_the_body() -> None:
    document = notice(70)
    first = document.parts[0].passages[0]
    assert first.heading == "（一）建设场地方面。"
    assert first.items == ()
    assert first.text.startswith("存在问题28项，共扣71.19分，主要是：建筑面积为120平方米")
    assert first.text.endswith("等，详见附件1。")
    assert len(document.findings.rows) == len(document.feedback.rows) == 70


def test_deadlines_are_counted_by_mode() -> None:
    text = notice().parts[1].passages[1].text
    assert text == (
        "对能够立即整改的1项问题，要立行立改；对需要限期整改的8项问题，要按照附件1所列时限完成整改；"
        "对需要长期坚持的1项问题，要健全长效机制，持续抓好落实。"
        "标明“暂定”的时限，待国家公布该年度节假日安排后确定。"
    )


def test_one_common_deadline_is_named_in_the_body() -> None:
    rows = tuple(finding(row, deadline=MONTH) for row in FINDINGS[:3])
    text = notice(facts=inspection(findings=rows)).parts[1].passages[1].text
    assert text == "对需要限期整改的3项问题，要于2026年12月24日前完成整改。"


def test_working_days_from_receipt_are_worded_as_such() -> None:
    days = Deadline("fixed_term", working_days=15)
    document = notice(facts=inspection(findings=(finding(FINDINGS[0], deadline=days),)), report_by=days)
    assert "要自收到本通知之日起15个工作日内完成整改" in document.parts[1].passages[1].text
    assert document.parts[1].passages[2].text.startswith("请自收到本通知之日起15个工作日内将")


def test_provisional_deadline_says_so_in_body_and_annex() -> None:
    document = notice(facts=inspection(findings=(finding(FINDINGS[0], deadline=LATER),)))
    assert "要于2027年1月20日前（暂定）完成整改" in document.parts[1].passages[1].text
    assert document.findings.rows[0].deadline == "2027年1月20日前（暂定）"


def test_at_once_alone_names_no_other_mode() -> None:
    document = notice(facts=inspection(findings=(finding(FINDINGS[5], deadline=AT_ONCE),)))
    assert document.parts[1].passages[1].text == "对能够立即整改的1项问题，要立行立改。"


def test_score_has_the_places_of_its_standard() -> None:
    for text in ("77.5", "78", "77.125"):
        document = notice(facts=inspection(score=Decimal(text)))
        assert f"得分{text}分" in document.opening[0]
        assert document.findings.facts[2].startswith(f"得分：{text}分")


def test_points_are_printed_as_they_were_rounded() -> None:
    row = finding(FINDINGS[0], lost=Decimal("1.125"))
    document = notice(facts=inspection(findings=(row,)))
    assert document.findings.rows[0].lost == "1.125"
    assert "扣1.125分" in document.parts[0].passages[0].items[0]


def test_standard_without_a_number_has_no_empty_brackets() -> None:
    document = notice(facts=inspection(standard_number=""))
    assert "《关于政务服务向基层延伸的工作要求》，我办" in document.opening[0]
    assert "《关于政务服务向基层延伸的工作要求》的条款序号" in document.findings.note
    assert not [text for _place, text in texts(document) if "（）" in text]


def test_another_addressee_may_be_named() -> None:
    assert notice(addressed_to="城关镇党委").addressee == "城关镇党委"


def test_scoring_is_not_claimed_as_the_offices_own_policy() -> None:
    assert notice().findings.note == (
        "注：“条款”指《关于政务服务向基层延伸的工作要求》（审服办〔2021〕13号）的条款序号；"
        "扣分、得分和等次按照本次检查采用的评分办法计算。"
    )


def test_contact_is_a_remark_in_round_brackets() -> None:
    assert notice().note == "（联系人：李明；联系电话：0372-6212345）"
    assert notice(office=replace(OFFICE, contact="", phone="")).note == ""


def test_copies_end_with_one_full_stop() -> None:
    assert notice(office=replace(OFFICE, copy_to="县政府办公室。")).copy_to == "县政府办公室。"
    assert notice(office=replace(OFFICE, copy_to=" ")).copy_to == ""


def test_texts_are_cleaned() -> None:
    row = finding(FINDINGS[0], finding=" 面积\n不足\u200b；", requirement="扩建\x07")
    document = notice(facts=inspection(findings=(row,)))
    assert document.findings.rows[0].finding == "面积 不足"
    assert document.findings.rows[0].requirement == "扩建"


def test_nothing_to_rectify_is_refused() -> None:
    with pytest.raises(DocumentRefused) as refused:
        notice(facts=inspection(findings=()))
    assert explain(refused.value) == "本次检查没有发现问题，不需要发整改通知。"


@pytest.mark.parametrize("word", ["责令", "处罚", "复议"])
def test_word_that_no_notice_may_have_is_refused_with_its_place(word: str) -> None:
    rows = (finding(FINDINGS[0]), finding(FINDINGS[1], requirement=f"{word}整改"))
    with pytest.raises(DocumentRefused) as refused:
        notice(facts=inspection(findings=rows))
    assert explain(refused.value) == (f"“附件1 问题清单 第2项”中有“{word}”，整改通知不使用这个词，请改写。")


@pytest.mark.parametrize("count", [1, 10, 70])
def test_our_own_sentences_have_none_of_those_words(count: int) -> None:
    said = "".join(text for _, text in texts(notice(count)))
    assert not [word for word in ("责令", "处罚", "复议", "特此通知") if word in said]


@pytest.mark.parametrize("changes", [{"finding": " \u200b"}, {"requirement": ""}])
def test_empty_finding_or_requirement_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(DocumentRefused) as refused:
        notice(facts=inspection(findings=(finding(FINDINGS[0], **changes),)))
    assert refused.value.code == "empty"


def test_empty_issuer_is_refused() -> None:
    with pytest.raises(DocumentRefused) as refused:
        notice(office=replace(OFFICE, mark=" "))
    assert explain(refused.value) == "“发文机关标志”不能为空。"


def test_arguments_are_named() -> None:
    with pytest.raises(TypeError):
        compose_notice(OFFICE, inspection(), None, date(2026, 1, 1), MONTH)  # type: ignore[misc]
