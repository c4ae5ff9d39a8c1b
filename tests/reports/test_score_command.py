"""`manage.py score`: the JSON of the design, or exit 1 with one line a fault and never a traceback."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from standards.content import StandardData
from standards.reading import read_standard
from standards.writing import write_standard
from tests.small_standards import every_kind, plain_item, standard

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "standards" / "data" / "shenfuban-2021-13.yaml"
GOOD: dict[str, Any] = {
    "yes": {"value": True},
    "choice": {"value": "partly"},
    "area": {"value": "112.5"},
    "zones": {"value": ["guide", "wait"]},
    "windows": {"value": {"total": 3, "compliant": 1}},
    "posts": {"na": True, "reason": "没有窗口"},
}


def run(
    folder: Path, answers: Any = GOOD, data: StandardData | bytes | None = None, kind: str = "township"
) -> tuple[int, Any, list[str]]:
    """Exit code, the JSON that was printed (None if nothing), and the lines on stderr."""
    given = data if isinstance(data, bytes) else write_standard(data or every_kind()).encode()
    (folder / "standard.yaml").write_bytes(given)
    raw = answers if isinstance(answers, bytes) else json.dumps(answers).encode()
    (folder / "answers.json").write_bytes(raw)
    return call(folder / "standard.yaml", folder / "answers.json", kind)


def call(standard_file: Path, answers_file: Path, kind: str = "township") -> tuple[int, Any, list[str]]:
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command(
            "score", standard=str(standard_file), answers=str(answers_file), kind=kind, stdout=out, stderr=err
        )
    except SystemExit as exit_:
        code = int(str(exit_.code))
    said = out.getvalue()
    return code, json.loads(said) if said else None, err.getvalue().splitlines()


def test_every_measure_kind_and_na_are_scored(tmp_path: Path) -> None:
    code, result, errors = run(tmp_path)
    assert (code, errors) == (0, [])
    assert list(result) == ["score", "grade", "complete", "vetoed", "sections", "items"]
    assert (result["score"], result["grade"], result["complete"], result["vetoed"]) == (
        "65.00",
        "合格",
        True,
        [],
    )
    assert [(i["code"], i["status"], i["points"], i["achieved"], i["lost"]) for i in result["items"]] == [
        ("yes", "met", "4.00", "4.00", "0.00"),
        ("choice", "partly", "4.00", "2.00", "2.00"),
        ("area", "partly", "4.00", "3.00", "1.00"),
        ("zones", "partly", "4.00", "2.67", "1.33"),
        ("windows", "partly", "4.00", "1.33", "2.67"),
        ("posts", "na", "4.00", "0.00", "0.00"),
    ]


def test_village_is_scored_by_its_own_limits(tmp_path: Path) -> None:
    _, result, _ = run(tmp_path, {"answers": GOOD}, kind="village")
    assert [(i["code"], i["achieved"]) for i in result["items"]][2:4] == [("area", "4.00"), ("zones", "4.00")]


def test_veto_and_unanswered(tmp_path: Path) -> None:
    data = standard(plain_item("v", points=1, veto=True), plain_item("a", points=99))
    _, result, _ = run(tmp_path, {"v": {"value": False}, "a": {"value": True}}, data)
    assert (result["score"], result["grade"], result["vetoed"]) == ("99.00", "不合格", ["v"])
    _, result, _ = run(tmp_path, {"a": {"value": True}}, data)
    assert (result["score"], result["grade"], result["complete"]) == ("100.00", None, False)
    _, result, _ = run(tmp_path, {}, data)
    assert (result["score"], result["grade"], result["complete"]) == (None, None, False)


def test_half_is_rounded_up(tmp_path: Path) -> None:
    data = standard(plain_item("w", {"kind": "per_unit"}, 1))
    for compliant, total, text in (
        (1, 80_000, "0.00"),
        (4, 80_000, "0.01"),
        (3, 160, "1.88"),
        (1, 3, "33.33"),
    ):
        _, result, _ = run(tmp_path, {"w": {"value": {"total": total, "compliant": compliant}}}, data)
        assert result["score"] == text


@pytest.mark.parametrize(("kind", "count"), [("township", 74), ("village", 50)])
def test_shipped_standard_is_scored(tmp_path: Path, kind: str, count: int) -> None:
    best: dict[str, Any] = {
        "yes_no": lambda m: True,
        "choice": lambda m: "met",
        "number": lambda m: str(m.minimum.of(kind)),
        "elements": lambda m: [element.code for element in m.required(kind)],
        "per_unit": lambda m: {"total": 4, "compliant": 4},
        "occurrences": lambda m: 0,
    }
    items = read_standard(SHIPPED).items(kind)
    answers = {item.code: {"value": best[item.measure.name](item.measure)} for item in items}
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    code, result, errors = call(SHIPPED, tmp_path / "answers.json", kind)
    assert (code, errors, len(result["items"])) == (0, [], count)
    assert (result["score"], result["grade"], result["complete"]) == ("100.00", "优秀", True)
    answers["site.area"]["value"] = "49.99"
    (tmp_path / "answers.json").write_text(json.dumps(answers))
    _, result, _ = call(SHIPPED, tmp_path / "answers.json", kind)
    assert [(i["code"], i["lost"]) for i in result["items"] if i["lost"] != "0.00"] == [("site.area", "4.00")]
    assert result["items"][1 if kind == "township" else 0]["finding"].startswith(
        "面积为49.99平方米，低于规定的"
    )
    assert result["score"] == {"township": "96.00", "village": "94.56"}[kind]


# ---- bad input

PLAIN = write_standard(every_kind())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["文件不能为空"]),
        ("a: [1\n", ["第2行第1列：不是正确的 YAML"]),
        ("标准: &x 1\n", ['标准：第1行第5列：发现 "&x"：不能使用 YAML 锚点']),
        (PLAIN.replace("kind: yes_no", "kind: guess"), ['items[0].measure.kind：发现 "guess"：应为下列之一']),
        (PLAIN.replace("code: choice", "code: yes"), ['items[1].code：发现 "yes"：已在前面用过']),
        (PLAIN.replace("points: 4", "points: -4", 1), ["items[0].points：发现 -4：应为 0 至 999 的数"]),
        (PLAIN.replace("points: 4", "points: .nan", 1), ['items[0].points：发现 ".nan"：应为数字']),
        (PLAIN.replace("points: 4", "points: .inf", 1), ['items[0].points：发现 ".inf"：应为数字']),
        (PLAIN.replace("points: 4", "points: four", 1), ['items[0].points：发现 "four"：应为数字']),
        (
            PLAIN.replace("points: 4", "points: 0"),
            ["sections：发现 […]：适用于乡镇便民服务中心", "sections：发现 […]：适用于村"],
        ),
        (
            PLAIN.replace("applies_to: [township, village]", "applies_to: [township]"),
            ["sections：发现 […]：没有一个检查项适用于村（社区）便民服务点"],
        ),
        (PLAIN.replace("points: 4", "pionts: 4", 1), ["items[0].pionts：", "items[0].points：没有找到"]),
    ],
)
def test_bad_standard_is_refused_with_one_line_a_fault(tmp_path: Path, text: str, said: list[str]) -> None:
    code, result, errors = run(tmp_path, data=text.encode())
    assert (code, result, len(errors)) == (1, None, len(said))
    for line, part in zip(errors, said, strict=True):
        assert line.startswith(f"{tmp_path / 'standard.yaml'}：")
        assert part in line


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (b"", ["文件不能为空"]),
        (b"{", ["第1行第2列：不是正确的 JSON"]),
        (b"[]", ["发现 []：应为以检查项代码为名称的一组答案"]),
        (b'{"area": {"value": NaN}}', ['area.value：发现 "NaN"：应为数字，不能是 NaN 或 Infinity']),
        (b'{"area": {"value": Infinity}}', ['area.value：发现 "Infinity"：应为数字，不能是 NaN 或 Infinity']),
        (b'{"area": {"value": 1e999}}', ['area.value：发现 "1e999"：应为数字']),
        ({"area": {"value": True}}, ["area.value：发现 true：应为数字"]),
        (
            {"yes": {"value": 1}, "posts": {"value": -1}},
            ["yes.value：发现 1：应为 true 或 false", "posts.value：发现 -1：应为 0 至"],
        ),
        (
            {"windows": {"value": {"total": 1, "compliant": 2}}},
            ["windows.value.compliant：发现 2：符合的数量不能多于总数 1"],
        ),
        ({"zones": {"value": ["wait", "wait"]}}, ['zones.value[1]：发现 "wait"：不能重复']),
        (
            {"zones": {"value": ["lobby"]}},
            ['zones.value[0]：发现 "lobby"：应为适用的要素代码之一：guide、wait、office'],
        ),
        ({"yes": {"na": True}}, ["yes.reason：没有找到：必须填写"]),
        ({"yse": {"value": True}}, ['yse：发现 "yse"：标准中没有这个检查项，是否想写 yes？']),
        (b'{"yes": {"value": true}, "yes": {"value": true}}', ['yes：发现 "yes"：名称重复']),
        (b"\xff\xfe", ["发现 0xff：应为 UTF-8 编码的文本"]),
        (b"\x00" * 10, ["应为文本，第0个字符是空字符"]),
        (b"9" * 10_000_000, ["文件不能大于1 MB"]),
        (b"[" * 100_000, ["嵌套不能超过20层"]),
    ],
)
def test_bad_answers_are_refused_with_one_line_a_fault(tmp_path: Path, answers: Any, said: list[str]) -> None:
    code, result, errors = run(tmp_path, answers)
    assert (code, result, len(errors)) == (1, None, len(said))
    for line, part in zip(errors, said, strict=True):
        assert line.startswith(f"{tmp_path / 'answers.json'}：")
        assert part in line


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.yaml", "应为可以读取的文件"),
        (tmp_path, "应为文件，这是一个文件夹"),
    ):
        assert call(path, path) == (1, None, [call(path, path)[2][0]])
        assert call(path, path)[2][0].startswith(f"{path}：")
        assert said in call(path, path)[2][0]


def test_kind_that_is_none_is_refused(tmp_path: Path) -> None:
    code, result, errors = run(tmp_path, kind="county")
    assert (code, result) == (1, None)
    assert errors == ['--kind：发现 "county"：应为下列之一：township、village']


def test_from_the_command_line_without_any_database(tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text('{"site.area": {"value": "120"}}')
    environment = os.environ | {
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "PORTAL_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "PORTAL_VAR_DIR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONIOENCODING": "ascii",
    }
    command = [
        sys.executable,
        "-m",
        "django",
        "score",
        "--standard",
        str(SHIPPED),
        "--kind",
        "village",
        "--answers",
    ]
    done = subprocess.run(
        [*command, str(tmp_path / "answers.json")], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["score"] == "100.00"
    (tmp_path / "answers.json").write_text('{"site.area": {"value": "many"}}')
    done = subprocess.run(
        [*command, str(tmp_path / "answers.json")], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "Traceback" not in done.stderr


def test_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        call_command("score", "--help")
    assert stop.value.code == 0
    assert "--answers" in capsys.readouterr().out
