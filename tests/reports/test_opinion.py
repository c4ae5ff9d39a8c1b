"""The re-inspection opinion: counts, verdict, photos before and after."""

from dataclasses import replace
from typing import Any

import pytest

from reports.document import DocumentRefused, Pairs, texts
from reports.drafting import Wording
from reports.opinion import MOST_PAIRS
from tests.reports.samples import opinion, photo, reinspection


def all_done(count: int = 3) -> Any:
    facts = reinspection(count)
    return replace(facts, results=tuple(replace(result, outcome="done") for result in facts.results))


def test_opening_names_the_notice_and_counts_the_outcomes() -> None:
    assert opinion().opening == (
        "我办于2026年12月28日对你镇党政综合便民服务中心落实"
        "《关于宜沟镇党政综合便民服务中心存在问题限期整改的通知》（审服办〔2026〕15号）的情况进行了复查。"
        "通知所列问题10项，经复查，已完成8项、部分完成1项、未完成1项，具体如下：",
    )


def test_findings_withdrawn_meanwhile_are_counted_but_not_judged() -> None:
    (said,) = opinion(facts=reinspection(3, withdrawn=2)).opening
    assert "通知所列问题5项，其中2项经核实已撤销，其余3项，经复查，已完成1项、部分完成1项、未完成1项" in said


def test_table_has_a_row_for_each_finding_with_its_conclusion() -> None:
    (table,) = opinion(4).parts[0].passages[0].blocks
    assert [row[4] for row in table.rows] == ["已完成", "部分完成", "未完成", "已完成"]  # type: ignore[union-attr]


def test_what_is_left_is_due_again() -> None:
    assert opinion().parts[1].passages[0].text == (
        "复查意见：对已完成整改的8项问题，同意销号；其余2项问题尚未整改到位，请你镇继续整改，"
        "于2027年1月20日前将整改情况和佐证材料书面报送我办。"
    )


def test_all_done_is_closed_out() -> None:
    passages = opinion(facts=all_done()).parts[1].passages
    assert [p.text for p in passages] == [
        "复查意见：通知所列3项问题均已整改到位，同意销号。请你镇巩固整改成果，防止问题反弹。"
    ]


def test_what_was_closed_before_is_neither_closed_again_nor_left_to_do() -> None:
    one, two, three = reinspection(3).results
    said = []
    for outcomes in (
        ("done", "closed", "closed"),
        ("closed", "closed", "closed"),
        ("closed", "not_done", "done"),
    ):
        results = tuple(replace(r, outcome=o) for r, o in zip((one, two, three), outcomes, strict=True))
        said.append(opinion(facts=replace(reinspection(3), results=results)).parts[1].passages[0].text)
    assert said[0].startswith("复查意见：本次复查的1项问题均已整改到位，同意销号；另有2项此前已销号。请你镇")
    assert said[1].startswith("复查意见：通知所列3项问题此前均已销号。请你镇")
    assert said[2].startswith("复查意见：对已完成整改的1项问题，同意销号；其余1项问题尚未整改到位")


def test_none_done_closes_nothing() -> None:
    facts = reinspection(2)
    left = replace(facts, results=tuple(replace(r, outcome="not_done") for r in facts.results))
    text = opinion(facts=left).parts[1].passages[0].text
    assert text.startswith("复查意见：通知所列2项问题尚未整改到位，请你镇继续整改")
    assert "销号" not in text


def test_finding_that_was_not_looked_at_is_said_to_be_so() -> None:
    facts = reinspection(1)
    skipped = replace(facts, results=(replace(facts.results[0], outcome="not_checked", now=""),))
    document = opinion(facts=skipped)
    assert "未复查1项" in document.opening[0]
    assert document.parts[0].passages[0].blocks[0].rows[0][3:] == ("—", "未复查")  # type: ignore[union-attr]


def test_photos_are_paired_by_finding_and_a_missing_one_is_none() -> None:
    (annex,) = opinion().annexes
    (pairs,) = annex.blocks
    assert isinstance(pairs, Pairs)
    assert [pair.heading[:3] for pair in pairs.pairs] == ["问题1", "问题2", "问题3", "问题4", "问题5"]
    assert pairs.pairs[0].before == pairs.pairs[0].sides[0][1]
    assert pairs.pairs[4].after is None
    assert "2026年11月12日9:00拍摄" in pairs.pairs[0].before.caption  # type: ignore[union-attr]


def test_photos_are_left_out_where_unwanted_or_where_there_are_none() -> None:
    bare = replace(reinspection(1), results=(replace(reinspection(1).results[0], before=None, after=None),))
    assert opinion(photos=False).attachments == ()
    assert opinion(facts=bare).annexes == ()


def test_photos_are_bounded_and_the_rest_is_told() -> None:
    facts = reinspection(80)
    many = replace(facts, results=tuple(replace(r, before=photo(0)) for r in facts.results))
    (annex,) = opinion(facts=many).annexes
    assert len(annex.blocks[0].pairs) == MOST_PAIRS  # type: ignore[union-attr]
    assert annex.note.endswith("另有20组照片未印出，留存备查。")


def test_receipt_is_the_last_attachment() -> None:
    document = opinion(proof="receipt")
    assert document.attachments == ("整改前后对比照片", "回执")
    assert document.proof is not None
    assert document.proof.document == "复查意见书"


def test_own_wording_is_used() -> None:
    document = opinion(
        wording=Wording(basis="根据工作安排", consequence="逾期不改将予以通报", closing="特此告知")
    )
    assert document.opening[0].startswith("根据工作安排，我办于")
    assert document.parts[1].passages[1].text == "逾期不改将予以通报。"
    assert document.parts[-1].passages[0].text == "特此告知。"


def test_notice_without_findings_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="no_findings"):
        opinion(facts=replace(reinspection(), results=()))


def test_our_sentences_have_no_forbidden_word() -> None:
    said = "".join(text for _, text in texts(opinion(proof="service")))
    assert not [word for word in ("责令", "处罚", "复议") if word in said]
