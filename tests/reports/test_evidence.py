"""Photos in a document: their order, their captions, how many."""

from dataclasses import replace
from datetime import datetime

from reports.evidence import EACH, MOST, PhotoFacts, evidence_annex, moment
from tests.reports.notices import inspection, notice
from tests.reports.samples import order, photo, with_photos


def test_caption_has_number_subject_and_time_of_capture() -> None:
    made = evidence_annex([(3, "标识不清。", (photo(5),))], ())
    assert made is not None
    assert made.blocks[0].photos[0].caption == "问题3　标识不清（2026年11月12日9:05拍摄）"  # type: ignore[union-attr]


def test_unknown_time_of_capture_is_said_to_be_so() -> None:
    made = evidence_annex([(1, "标识不清", (PhotoFacts("0" * 64),))], ())
    assert made is not None
    assert made.blocks[0].photos[0].caption.endswith("（拍摄时间未记录）")  # type: ignore[union-attr]


def test_long_finding_is_cut_in_the_caption() -> None:
    made = evidence_annex([(1, "长" * 60, (photo(0),))], ())
    assert made is not None
    assert "长" * 29 + "…（" in made.blocks[0].photos[0].caption  # type: ignore[union-attr]


def test_two_photos_of_a_finding_are_printed_and_the_rest_is_told() -> None:
    made = evidence_annex([(1, "标识不清", tuple(photo(n) for n in range(5)))], ())
    assert made is not None
    assert len(made.blocks[0].photos) == EACH  # type: ignore[union-attr]
    assert made.note.endswith("另有3张照片未印出，留存备查。")


def test_number_of_photos_in_a_document_is_bounded() -> None:
    made = evidence_annex([(n, "标识不清", (photo(0), photo(1))) for n in range(100)], ())
    assert made is not None
    assert len(made.blocks[0].photos) == MOST  # type: ignore[union-attr]
    assert "另有80张照片未印出" in made.note


def test_findings_without_photos_make_no_annex() -> None:
    assert evidence_annex([(1, "标识不清", ())], ()) is None
    assert notice().attachments == ("问题清单", "整改情况反馈表")


def test_photos_are_the_third_annex_of_a_notice_and_may_be_left_out() -> None:
    facts = with_photos()
    assert notice(facts=facts, proof="receipt").attachments == (
        "问题清单",
        "整改情况反馈表",
        "佐证照片",
        "回执",
    )
    assert notice(facts=facts, photos=False).annexes == ()


def test_numbers_in_captions_are_those_of_the_list_of_findings() -> None:
    """Findings are listed by section, so that their numbers are not their places in the inspection."""
    rows = inspection(10).findings
    mixed = (rows[4], rows[0], replace(rows[5], photos=(photo(1),)))
    document = notice(facts=replace(inspection(1), findings=mixed))
    row = next(row for row in document.findings.rows if row.finding.startswith("未提供老花镜"))
    caption = document.annexes[0].blocks[0].photos[0].caption  # type: ignore[union-attr]
    assert caption.startswith(f"问题{row.number}　未提供老花镜")


def test_order_has_its_photos_second() -> None:
    document = order(facts=with_photos(), proof="service")
    assert document.attachments == ("整改情况反馈表", "佐证照片", "送达回证")


def test_moment_has_no_leading_zero_in_the_hour() -> None:
    assert moment(datetime(2026, 3, 5, 9, 4)) == "2026年3月5日9:04"  # noqa: DTZ001
