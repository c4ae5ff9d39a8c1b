"""The strict reading of files: exact numbers, and every refusal with its place."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from standards.answers import Answer, answer_to_plain, parse_answer
from standards.faults import Faults
from standards.reading import load, read_answers, read_standard
from standards.writing import write_standard
from tests.small_standards import every_kind, plain_item, standard


def faults_of(call: Any, *args: Any, **options: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(Faults) as caught:
        call(*args, **options)
    return [(fault.path, fault.found, fault.expected) for fault in caught.value.faults]


def expected_of(call: Any, *args: Any, **options: Any) -> list[tuple[str, str]]:
    return [(path, expected) for path, _, expected in faults_of(call, *args, **options)]


# ---- YAML


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": Decimal(1)}),
        ("a: 0.10", {"a": Decimal("0.10")}),
        ("a: -2.5", {"a": Decimal("-2.5")}),
        ("a: '1'", {"a": "1"}),
        ("a: true", {"a": True}),
        ("a: yes", {"a": "yes"}),
        ("a: 'true'", {"a": "true"}),
        ("a:", {"a": None}),
        ("a: ~", {"a": None}),
        ("a: 2021-11-02", {"a": "2021-11-02"}),
        ("a: 1e5", {"a": "1e5"}),
        ("a: .nan", {"a": ".nan"}),
        ("a: -.inf", {"a": "-.inf"}),
        ("a: 0x10", {"a": "0x10"}),
        ("a: 012", {"a": "012"}),
        ("a: 12:30", {"a": "12:30"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 12345678901234567890", {"a": "12345678901234567890"}),
        ("1.10: x", {"1.10": "x"}),
        ("- {a: [1, b]}\n- |-\n  两行\n  文字", [{"a": [Decimal(1), "b"]}, "两行\n文字"]),
    ],
)
def test_yaml_is_read_exactly(text: str, value: Any) -> None:
    assert repr(load(text)) == repr(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {b: 1, b: 2}", [("a.b", "unique_key")]),
        ("a: &x 1\nb: *x", [("a", "no_anchor"), ("b", "no_alias")]),
        ("a: !!python/object/apply:os.system [ls]", [("a", "no_tag")]),
        ("a: !!float 1", [("a", "no_tag")]),
        ("a: 1\n---\nb: 2", [("", "one_document")]),
        ("? [a, b]\n: 1", [("", "plain_key")]),
        ("", [("", "not_empty")]),
        ("# nothing", [("", "not_empty")]),
        ("[" * 21 + "]" * 21, [("[0]" * 20, "depth")]),
        ("a: [1, 2", [("", "yaml")]),
        ("a: b: c", [("", "yaml")]),
        ("\tb: 1", [("", "yaml")]),
        ("a: \x01", [("", "yaml_characters")]),
    ],
)
def test_yaml_is_refused(text: str, expected: list[tuple[str, str]]) -> None:
    assert expected_of(load, text) == expected


def test_syntax_fault_names_line_and_column() -> None:
    with pytest.raises(Faults) as caught:
        load("format: 1\nitems: [1, 2\nmore: 3\n")
    (fault,) = caught.value.faults
    assert (fault.params["line"], fault.expected) == ("3", "yaml")
    with pytest.raises(Faults) as caught:
        load('{\n  "a": 1,\n  "b" 2\n}', as_json=True)
    (fault,) = caught.value.faults
    assert (dict(fault.params), fault.found) == ({"line": "3", "column": "7"}, '"2\\n}"')


def test_alias_bomb_costs_nothing() -> None:
    levels = "\n".join(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 9)}]" for i in range(30))
    assert ("a0", "no_anchor") in expected_of(load, f"a0: &a0 x\n{levels}")


# ---- JSON


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1.10, "b": -2}', {"a": Decimal("1.10"), "b": Decimal(-2)}),
        ('{"a": 1e400}', {"a": "1e400"}),
        ('{"a": ' + "9" * 5000 + "}", {"a": "9" * 5000}),
        ('\t{"a":\t"\\u4e2d"}', {"a": "中"}),
    ],
)
def test_json_is_read_exactly(text: str, value: Any) -> None:
    assert load(text, as_json=True) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": {"value": NaN}}', [("a.value", "finite")]),
        ('{"a": [1, -Infinity]}', [("a[1]", "finite")]),
        ('{"a": 1, "a": 2}', [("a", "unique_key")]),
        ('{"a": 1,}', [("", "json")]),
        ("", [("", "not_empty")]),
        ("[" * 25 + "]" * 25, [("[0]" * 20, "depth")]),
        ("[" * 200_000, [("", "depth")]),
    ],
)
def test_json_is_refused(text: str, expected: list[tuple[str, str]]) -> None:
    assert expected_of(load, text, as_json=True) == expected


# ---- files


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "not_empty"),
        (b"a: 1" + b" " * 1024 * 1024, "file_size"),
        (b"9" * 10_000_000, "file_size"),
        ("标题: 中".encode("gb18030"), "utf8"),
        ("format: 1".encode("utf-16"), "utf8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "utf8"),
        (b"format: 1\x00", "no_nul"),
        (b"format: [", "yaml"),
    ],
)
def test_bad_file_is_one_fault_with_its_name(tmp_path: Path, data: bytes, expected: str) -> None:
    path = tmp_path / "standard.yaml"
    path.write_bytes(data)
    with pytest.raises(Faults) as caught:
        read_standard(path)
    assert caught.value.source == str(path)
    assert [(fault.path, fault.expected) for fault in caught.value.faults] == [("", expected)]


def test_file_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    assert expected_of(read_standard, tmp_path / "none.yaml") == [("", "file_readable")]
    assert expected_of(read_standard, tmp_path) == [("", "file_not_directory")]
    assert expected_of(read_standard, "no\0name") == [("", "file_readable")]


def test_file_just_within_the_size_is_read() -> None:
    padding = b"#" * (1024 * 1024 - len(b"a: 1\n"))
    assert ("a", "known_key") in expected_of(read_standard, b"a: 1\n" + padding, "big.yaml")
    assert expected_of(read_standard, b"a: 1\n#" + padding, "big.yaml") == [("", "file_size")]


def test_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + write_standard(every_kind()).encode())
    assert read_standard(path) == every_kind()


def test_written_standard_reads_back_equal_and_shows_its_chinese() -> None:
    data = standard(
        plain_item("a", finding="“甲”: 不符合要求 # 一", requirement="- 改\n- 正", hint="true"),
        plain_item("b", title="1.50", finding="{{甲}}", points="0.50"),
        edition="2026",
        notes=["第一行\n第二行", "123", "null", "2026-01-05", "*甲", "末尾：", "'引号'"],
    )
    text = write_standard(data)
    assert read_standard(text.encode(), "small.yaml") == data
    assert "title: 关于小标准的要求\n" in text
    assert "points: 0.5\n" in text
    assert "applies_to: [township, village]\n" in text
    assert "  - |-\n    第一行\n    第二行\n" in text


# ---- answers


def test_answers_are_read_in_the_standards_order_from_either_shape() -> None:
    yaml_text = b"windows: {value: {total: 3, compliant: 2}}\nyes: {value: true}\narea: {value: '82.50'}\n"
    json_text = (
        b'{"answers": {"area": {"value": 82.50}, "yes": {"value": true},'
        b' "windows": {"value": {"total": 3, "compliant": 2}}}}'
    )
    for data, name in ((yaml_text, "a.yaml"), (json_text, "a.json"), (json_text, "a"), (yaml_text, "a")):
        answers = read_answers(every_kind(), "township", data, name)
        assert list(answers) == ["yes", "area", "windows"]
        assert answers["area"] == Answer(Decimal("82.50"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"value": True}, []),
        ({"na": True, "reason": "没有窗口"}, []),
        ({"na": True}, [("x.reason", "required")]),
        ({"na": True, "reason": " "}, [("x.reason", "text_empty")]),
        ({"na": True, "reason": "长" * 201}, [("x.reason", "text_length")]),
        ({"na": True, "reason": "坏\ud800"}, [("x.reason", "text_characters")]),
        ({"na": False, "reason": "没有"}, [("x.na", "na_true")]),
        ({"na": True, "reason": "没有", "value": True}, [("x", "answer")]),
        ({"reason": "没有"}, [("x", "answer")]),
        ({}, [("x", "answer")]),
        (True, [("x", "answer")]),
        (None, [("x", "answer")]),
        ({"value": True, "note": "好"}, [("x.note", "known_key")]),
        ({"value": None}, [("x.value", "flag")]),
    ],
)
def test_answer_shapes(raw: Any, expected: list[tuple[str, str]]) -> None:
    item = every_kind().item("yes").item
    if expected:
        assert expected_of(parse_answer, item, "township", raw, "x") == expected
    else:
        answer = parse_answer(item, "township", raw, "x")
        assert answer_to_plain(item, answer) == raw


def test_na_is_refused_where_it_is_not_allowed() -> None:
    item = standard(plain_item(na_allowed=False)).item("yes").item
    raw = {"na": True, "reason": "没有"}
    assert faults_of(parse_answer, item, "village", raw, "yes") == [("yes.na", "true", "na_not_allowed")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", [("", "answers")]),
        (b'{"answers": 3}', [("answers", "answers")]),
        (b'{"yse": {"value": true}}', [("yse", "item_code")]),
        (b'{"only": {"value": true}}', [("only", "item_for_kind")]),
        (b'{"yes": {"value": "true"}}', [("yes.value", "flag")]),
        (b'{"answers": {"yes": {"value": NaN}}}', [("answers.yes.value", "finite")]),
        (b'{"yes": {"value": true}, "yes": {"value": false}}', [("yes", "unique_key")]),
        (b'{"\\ud800": {"value": true}}', [('"\\ud800"', "item_code")]),
    ],
)
def test_bad_answers_are_refused_with_their_paths(data: bytes, expected: list[tuple[str, str]]) -> None:
    small = standard(plain_item(), plain_item("only", applies_to=["township"]))
    assert expected_of(read_answers, small, "village", data, "a.json") == expected


def test_mistyped_item_code_is_told_the_near_one() -> None:
    with pytest.raises(Faults) as caught:
        read_answers(every_kind(), "township", b'{"windwos": {"value": 1}}', "a.json")
    assert caught.value.faults[0].params == {"near": "windows"}
