"""`import_standard` and `export_standard`: what they print, refuse and leave unchanged."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from standards.actions import import_standard
from standards.models import Clause, Edition, Item, Section
from standards.reading import read_standard
from standards.writing import write_standard
from tests.small_standards import every_kind, plain_item, standard
from tests.standards.test_shenfuban import FILE, shipped

pytestmark = pytest.mark.django_db


def run(name: str, *args: str) -> tuple[int, str, list[str]]:
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command(name, *args, stdout=out, stderr=err)
    except SystemExit as exit_:
        code = int(str(exit_.code))
    return code, out.getvalue(), err.getvalue().splitlines()


def written(folder: Path, text: str) -> str:
    path = folder / "standard.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_import_then_export_gives_the_shipped_standard_back() -> None:
    code, said, errors = run("import_standard", str(FILE))
    assert (code, errors) == (0, [])
    assert said == "已导入并发布 关于政务服务向基层延伸的工作要求（2021），共77个检查项。\n"
    code, text, errors = run("export_standard", "shenfuban-2021-13")
    assert (code, errors) == (0, [])
    assert read_standard(text.encode(), "again.yaml") == shipped()
    assert "finding: 面积为{value}平方米，低于规定的{minimum}平方米\n" in text


def test_import_again_says_that_nothing_changed() -> None:
    run("import_standard", str(FILE))
    before = list(Item.objects.values())
    code, said, _errors = run("import_standard", str(FILE))
    assert (code, said) == (0, "关于政务服务向基层延伸的工作要求（2021） 早已发布，内容相同，没有改动。\n")
    assert list(Item.objects.values()) == before


def test_import_as_draft_can_be_published_later(tmp_path: Path) -> None:
    path = written(tmp_path, write_standard(every_kind()))
    assert (
        run("import_standard", path, "--draft")[1]
        == "已导入 关于小标准的要求（2026），共6个检查项，尚未发布。\n"
    )
    assert Edition.objects.published().count() == 0
    assert run("import_standard", path)[1] == "已导入并发布 关于小标准的要求（2026），共6个检查项。\n"
    assert Edition.objects.published().count() == 1


def test_import_of_other_content_is_refused(tmp_path: Path) -> None:
    import_standard(every_kind())
    path = written(tmp_path, write_standard(standard(plain_item())))
    with pytest.raises(CommandError, match="已经发布，内容不能再改"):
        run("import_standard", path)
    assert Item.objects.count() == 6


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", 1),
        ("format: [", 1),
        ("a: 1\n" * 300_000, 1),
        (write_standard(every_kind()).replace("points: 4", "points: -4"), 6),
        (write_standard(every_kind()).replace("code: choice", "code: yes"), 1),
        (write_standard(every_kind()).replace("kind: choice", "kind: guess"), 1),
    ],
)
def test_import_of_a_bad_file_changes_nothing(tmp_path: Path, text: str, faults: int) -> None:
    path = written(tmp_path, text)
    code, said, errors = run("import_standard", path)
    assert (code, said, len(errors)) == (1, "", faults)
    assert all(line.startswith(f"{path}：") for line in errors)
    assert [model.objects.count() for model in (Edition, Section, Clause, Item)] == [0, 0, 0, 0]


def test_import_of_no_file_is_refused(tmp_path: Path) -> None:
    assert run("import_standard", str(tmp_path / "none.yaml"))[0] == 1
    assert run("import_standard", str(tmp_path))[0] == 1


def test_export_chooses_the_newest_published_edition_or_the_one_asked_for() -> None:
    for edition, day, publish in (
        ("2026", "2026-01-05", True),
        ("2027", "2027-01-05", True),
        ("2028", "2028-01-05", False),
    ):
        import_standard(standard(edition=edition, issued_on=day), publish=publish)
    import_standard(standard(standard="other", edition="2030", issued_on="2030-01-05"))
    for args, edition in (((), "2027"), (("--edition", "2026"), "2026"), (("--edition", "2028"), "2028")):
        assert read_standard(run("export_standard", "small", *args)[1].encode(), "x.yaml").edition == edition


def test_export_of_what_is_not_there_names_what_is() -> None:
    with pytest.raises(CommandError, match="现有：没有"):
        run("export_standard", "small")
    import_standard(every_kind())
    with pytest.raises(CommandError, match="现有：small 2026"):
        run("export_standard", "smal")
    with pytest.raises(CommandError, match="现有：small 2026"):
        run("export_standard", "small", "--edition", "2025")
