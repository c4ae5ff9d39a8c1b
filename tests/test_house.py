"""The repository tests itself: the house rules that no linter knows."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["config", "organization", "standards", "inspections", "reports"]
NOT_OURS = {".git", ".venv", "node_modules", "var", "staticfiles", "__pycache__"}
CACHES = {".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"}
BINARY = {".png", ".jpg", ".jpeg", ".webp", ".pdf", ".mo", ".ico", ".pyc", ".gz", ".zip"}
HAN = re.compile(r"[\u3400-\u9fff\uff01-\uff5e\u3001-\u3011]+")


def files(*suffixes: str, below: str = "") -> list[Path]:
    """Files of the project with one of these endings (all if none), caches and data left out."""
    found = []
    for folder, folders, names in os.walk(ROOT / below):
        folders[:] = [name for name in folders if name not in NOT_OURS | CACHES]
        found += [Path(folder, name) for name in names if not suffixes or name.endswith(suffixes)]
    return sorted(path for path in found if path.suffix not in BINARY and path.name != ".env")


def app_modules() -> list[Path]:
    return [path for app in APPS for path in files(".py", below=app) if path.parent.name != "migrations"]


def named(path: Path, line: int = 0) -> str:
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"


def line_of(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


def lines_matching(pattern: str, paths: list[Path], flags: int = 0) -> list[str]:
    """Return `file:line text` for each match; the pattern may span lines."""
    found = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        matches = re.finditer(pattern, text, flags)
        found += [f"{named(path, line_of(text, m))} {m.group()[:80]}" for m in matches]
    return found


# ---- size


def test_modules_stay_below_400_lines() -> None:
    scripts = files(".py", ".js", ".css", ".sh")
    long = [p for p in scripts if "migrations" not in p.parts and len(p.read_text().splitlines()) > 400]
    assert [named(p) for p in long] == []


def test_templates_stay_below_150_lines() -> None:
    long = [p for p in files(below="templates") if len(p.read_text().splitlines()) >= 150]
    assert [named(p) for p in long] == []


# ---- what must not stand in a public repository


def test_no_file_names_a_path_of_one_machine() -> None:
    machine = r"(?<![\w.])/(?:work|root|Users)/|/home/\w+/|/tmp/[\w.]+/|[A-Z]:\\\\"
    assert lines_matching(machine, [p for p in files() if p != Path(__file__)]) == []


def test_no_file_names_a_package_registry() -> None:
    hosts = ["registry[.]npmjs", "npmmirror", "pypi[.](?:org|tuna|doubanio)", "pythonhosted", "debian[.]org"]
    assert lines_matching("|".join(hosts), [p for p in files() if p != Path(__file__)]) == []


def test_no_third_party_file_is_committed() -> None:
    endings = (".min.js", ".min.css", ".woff", ".woff2", ".ttf", ".otf", ".ttc", ".whl")
    assert [named(p) for p in files(*endings)] == []


def test_no_test_is_skipped() -> None:
    skips = r"\bmark\.(?:skip|skipif|xfail)\b|\bpytest\.(?:skip|importorskip|xfail)\(|\bunittest\.skip"
    assert lines_matching(skips, [p for p in files(".py", below="tests") if p != Path(__file__)]) == []


def test_nothing_is_left_undone() -> None:
    words = "|".join(["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error"])
    assert lines_matching(rf"\b(?:{words})\b", files(".py", ".js", ".html", ".css")) == []


def test_every_path_named_in_the_guides_exists() -> None:
    made = ("var/", "staticfiles/", "node_modules/", ".venv/")
    for guide in ROOT.glob("*.md"):
        paths = re.findall(r"`([\w.-]+/[\w./-]*)`", guide.read_text())
        lost = [path for path in paths if not path.startswith(made) and not (ROOT / path).exists()]
        assert lost == [], guide.name


# ---- how the code is built


def test_import_contracts_hold() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    said = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def test_no_signals() -> None:
    assert lines_matching(r"\bdjango\.dispatch\b|\bmodels\.signals\b|@receiver\b", app_modules()) == []


def test_models_override_neither_save_nor_delete() -> None:
    models = [p for p in app_modules() if "models" in (p.stem, p.parent.name)]
    assert models
    assert lines_matching(r"\bdef (?:save|delete|bulk_create)\b", models) == []


def test_module_names_say_what_a_module_holds() -> None:
    vague = {"utils", "util", "helpers", "helper", "managers", "common", "misc", "base"}
    assert [named(p) for p in app_modules() if p.stem in vague] == []


def test_every_module_has_a_docstring_of_one_sentence() -> None:
    silent = [
        p for p in app_modules() if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert [named(p) for p in silent] == []


# ---- pages


def test_no_template_holds_inline_script_or_style() -> None:
    inline = (
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>"
        r"|<style\b|\sstyle=[\"']|\son[a-z]+=[\"']|javascript:"
    )
    assert lines_matching(inline, files(below="templates"), re.IGNORECASE) == []


def test_every_import_statement_in_javascript_ends_with_a_semicolon() -> None:
    """The static storage does not rewrite the others, and the browser would then miss the file."""
    statements = (
        r"^\s*(?:import|export)\b[^;\n]*\bfrom\s*[\"'][^\"']+[\"'](?!;)|^\s*import\s*[\"'][^\"']+[\"'](?!;)"
    )
    assert lines_matching(statements, files(".js", below="static"), re.MULTILINE) == []


# ---- dependencies


def direct_dependencies() -> Iterator[str]:
    for name in ("requirements.in", "requirements-dev.in"):
        for line in (ROOT / name).read_text().splitlines():
            if match := re.match(r"[A-Za-z][\w.-]*", line):
                yield match.group()
    package = (ROOT / "package.json").read_text()
    yield from re.findall(r'"([^"]+)": "[\d^~]', package)


def test_every_direct_dependency_is_explained() -> None:
    table = (ROOT / "docs" / "dependencies.md").read_text().lower()
    explained = set(re.findall(r"^\| *`([^`]+)`", table, re.MULTILINE))
    assert {name.lower() for name in direct_dependencies()} - explained == set()


def test_every_explained_dependency_is_used() -> None:
    table = (ROOT / "docs" / "dependencies.md").read_text().lower()
    needed = table.split("## system")[0]
    explained = set(re.findall(r"^\| *`([^`]+)`", needed, re.MULTILINE))
    assert explained - {name.lower() for name in direct_dependencies()} == set()


def test_compiled_requirements_are_hashed() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        entries = re.split(r"\n(?=[a-z])", (ROOT / name).read_text())
        unhashed = [entry.split()[0] for entry in entries if "==" in entry and "--hash=" not in entry]
        assert unhashed == []


# ---- language

SAID = re.compile(
    r"{%-?\s*comment.*?endcomment\s*%}"
    r"|{%-?\s*blocktranslate.*?endblocktranslate\s*%}"
    r"|{%.*?%}|{{.*?}}|{#.*?#}|<!--.*?-->",
    re.DOTALL,
)
# Official documents are written in Chinese whatever the reader's language is.
DOCUMENTS = ROOT / "templates" / "reports" / "documents"
DOCUMENT_WORDS = ROOT / "reports" / "wording.py"
# The developers' page shows components with made-up data.
SAMPLES = ROOT / "templates" / "organization" / "components_page.html"


def page_templates() -> list[Path]:
    return [path for path in files(below="templates") if DOCUMENTS not in path.parents and path != SAMPLES]


def test_no_template_holds_chinese_outside_translate_tags() -> None:
    found = []
    for path in page_templates():
        plain = SAID.sub(lambda tag: "\n" * tag.group().count("\n"), path.read_text())
        found += [
            f"{named(path, n)} {line.strip()}"
            for n, line in enumerate(plain.splitlines(), 1)
            if HAN.search(line)
        ]
    assert found == []


def test_no_tag_holds_chinese_that_is_not_translated() -> None:
    """In a tag, Chinese stands in `translate`, `_("…")`, a message's context or a comment."""
    found = []
    for path in page_templates():
        for tag in re.findall(r"{%.*?%}|{{.*?}}", path.read_text(), re.DOTALL):
            marked = re.match(r"{%-?\s*(?:translate|blocktranslate|comment)\b", tag)
            rest = re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", tag)
            if not marked and HAN.search(rest):
                found.append(f"{named(path)} {tag}")
    assert found == []


MARKS = {
    "_",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
# What a person at a page may come to read; documents and commands speak Chinese only.
SPOKEN = {
    *(
        "actions",
        "context_processors",
        "forms",
        "middleware",
        "models",
        "permissions",
        "problems",
        "querysets",
    ),
    *("views", "wording"),
}


def unmarked_chinese(module: ast.Module) -> Iterator[ast.AST]:
    """Yield string constants with two Chinese characters or more, docstrings and marked ones left out."""
    said: set[int] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in MARKS:
            said |= {id(part) for part in ast.walk(node)}
        elif isinstance(node, ast.Expr):
            said.add(id(node.value))
    for node in ast.walk(module):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in said else None
        if isinstance(text, str) and re.search(r"[\u3400-\u9fff]{2}", text):
            yield node


def test_no_code_behind_a_page_holds_chinese_that_is_not_translated() -> None:
    found = []
    for path in app_modules():
        if SPOKEN & {path.stem, path.parent.name} and path != DOCUMENT_WORDS:
            found += [
                f"{named(path, n.lineno)} {n.value}" for n in unmarked_chinese(ast.parse(path.read_text()))
            ]
    assert found == []


def test_no_script_holds_chinese() -> None:
    """Scripts take their words from the page, where they are translated."""
    found = []
    for path in files(".js", below="static"):
        code = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", path.read_text(), flags=re.DOTALL)
        found += [f"{named(path)} {words}" for words in HAN.findall(code)]
    assert found == []


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """The English catalogue as it would be after extracting every marked string anew."""
    copy = tmp_path_factory.mktemp("messages")
    for folder in [*APPS, "templates", "locale"]:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    command = [sys.executable, "-m", "django", "makemessages", "--locale", "en", "--no-location"]
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    said = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
    return polib.pofile(str(copy / "locale" / "en" / "LC_MESSAGES" / "django.po"))


def test_every_marked_string_has_an_english_one(extracted: polib.POFile) -> None:
    assert len(extracted) > 0
    lacking = [
        entry.msgid for entry in extracted if not entry.obsolete and (not entry.translated() or entry.fuzzy)
    ]
    assert lacking == []


def test_no_english_string_is_left_over(extracted: polib.POFile) -> None:
    assert [entry.msgid for entry in extracted.obsolete_entries()] == []


def test_english_strings_are_english_and_well_formed(extracted: polib.POFile, tmp_path: Path) -> None:
    """Chinese may stand in an English sentence as the official term, between brackets."""
    bracketed = re.compile(r"\([^)]*\)|“[^”]*”|〔[^〕]*〕")
    english = [text for entry in extracted for text in (entry.msgstr, *entry.msgstr_plural.values())]
    assert [text for text in english if HAN.search(bracketed.sub("", text))] == []
    # A curly apostrophe is drawn as wide as a Chinese character where no Latin face is before the Chinese.
    assert [text for text in english if "’" in text] == []
    source = tmp_path / "django.po"
    extracted.save(str(source))
    said = subprocess.run(
        ["msgfmt", "--check-format", "-o", tmp_path / "django.mo", source], capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
