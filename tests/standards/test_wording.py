"""Every fault has words, on one line."""

import ast
from pathlib import Path

import pytest

from standards.faults import Fault, Faults
from standards.wording import EXPECTED, describe, lines

ROOT = Path(__file__).resolve().parents[2]
PURE = [
    "faults",
    "measures",
    "quantities",
    "succession",
    "actions",
    "measure_schema",
    "schema",
    "answers",
    "reading",
]
# What devices send is refused in the same words.
SOURCES = [
    *(ROOT / "standards" / f"{name}.py" for name in PURE),
    *(ROOT / "inspections" / "sync").glob("*.py"),
]
# Where in a call the code stands.
PLACES = {"fault": 0, "_fault": 1, "_refuse": 1, "Fault": 2, "_Refused": 0}


def codes_in(path: Path) -> set[str]:
    """The fault codes that a module names in its calls."""
    found = set()
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            place = PLACES.get(name)
            if place is not None and len(call.args) > place and isinstance(call.args[place], ast.Constant):
                found.add(call.args[place].value)
    return found


def words_in(path: Path) -> set[object]:
    """Every text that a module holds."""
    return {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}


def test_every_code_that_is_used_has_words_and_no_others_have() -> None:
    used = set().union(*(codes_in(ROOT / "standards" / f"{name}.py") for name in PURE))
    assert used <= set(EXPECTED)
    # What devices send is refused in the same words.
    elsewhere = set().union(*map(words_in, (ROOT / "inspections").rglob("*.py")))
    assert set(EXPECTED) - used - {"number_least", "number_most"} <= elsewhere


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (
            Fault("items[0].points", "-1", "number_range", {"least": "0", "most": "1000"}),
            "items[0].points：发现 -1：应为 0 至 1000 的数",
        ),
        (Fault("a", "-1", "number_range", {"least": "0", "most": ""}), "a：发现 -1：应为不小于 0 的数"),
        (Fault("a", "9", "number_range", {"least": "", "most": "3"}), "a：发现 9：应为不大于 3 的数"),
        (Fault("title", "", "required"), "title：没有找到：必须填写"),
        (
            Fault("pionts", '"pionts"', "known_key", {"keys": "points、code", "near": "points"}),
            'pionts：发现 "pionts"：不认识这个名称，可用的有：points、code，是否想写 points？',
        ),
        (
            Fault("", '"bad"', "yaml", {"line": "3", "column": "5"}),
            '第3行第5列：发现 "bad"：不是正确的 YAML',
        ),
        (
            Fault("sections", "[…]", "items_for_kind", {"kind": "village"}),
            "sections：发现 […]：没有一个检查项适用于村（社区）便民服务点，每类服务场所至少要有一项",
        ),
    ],
)
def test_fault_is_described(fault: Fault, words: str) -> None:
    assert describe(fault) == words


def test_lines_begin_with_the_file() -> None:
    fault = Fault("", "", "not_empty")
    assert lines(Faults([fault], "a.json")) == ["a.json：文件不能为空"]
    assert lines(Faults([fault])) == ["文件不能为空"]
