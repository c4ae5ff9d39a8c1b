"""What every document goes through before it is frozen."""

from dataclasses import replace

import pytest

from reports.document import DocumentRefused, Table, texts
from reports.refusals import explain
from reports.scrutiny import settled
from tests.reports.notices import notice
from tests.reports.samples import circular, ledger, samples


@pytest.mark.parametrize(
    "kind", ["notice", "letter", "order", "circular", "ledger", "score_report", "opinion"]
)
def test_settled_document_is_settled(kind: str) -> None:
    assert settled(samples()[kind]) == samples()[kind]


def test_control_characters_and_stray_spaces_are_left_out_everywhere() -> None:
    document = replace(circular(), opening=(" 一\x07二\u200b\n三 ",), note="\ufeff注")
    assert settled(document).opening == ("一二 三",)
    assert settled(document).note == "注"


@pytest.mark.parametrize("word", ["责令", "处罚", "复议"])
def test_forbidden_word_is_refused_in_a_table_too(word: str) -> None:
    table = ledger().table
    spoilt = replace(table, rows=(*table.rows, ("1", "中心", "", f"{word}整改", "", "", "", "", "", "")))
    with pytest.raises(DocumentRefused) as refused:
        settled(replace(ledger(), table=spoilt))
    assert explain(refused.value).startswith(f"“台账 第{len(table.rows) + 1}项”中有“{word}”")


def test_empty_text_is_refused_but_an_empty_cell_is_not() -> None:
    with pytest.raises(DocumentRefused, match="empty"):
        settled(replace(circular(), signature=" "))
    table = Table(ledger().table.columns, (("1", *[""] * 9),))
    assert settled(replace(ledger(), table=table)).table.rows[0][1:] == ("",) * 9


def test_cell_of_the_feedback_form_is_not_left_empty() -> None:
    feedback = replace(notice(1).feedback, rows=((1, ""),))
    with pytest.raises(DocumentRefused, match="empty"):
        settled(replace(notice(1), feedback=feedback))


def test_document_without_a_title_is_refused() -> None:
    with pytest.raises(DocumentRefused) as refused:
        settled(replace(circular(), title=()))
    assert refused.value.params == {"place": ("title",)}


def test_words_that_choose_are_no_texts() -> None:
    assert not {"sealed", "red_head", "circular", "table"} & {text for _, text in texts(circular())}
