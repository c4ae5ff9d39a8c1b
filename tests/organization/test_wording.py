"""The trail in words."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import override

from organization.wording import ACTIONS, action_words, detail_words, target_words

APPS = ("organization", "inspections", "standards", "reports")
WRITTEN = re.compile(
    r'(?:record\(|action=|request, pk,|by, person,|_table\(\s*request,|"[a-z]+":(?= "\w+\.export"))'
    r'\s*"([a-z_]+\.[a-z_]+)"'
)


def codes_in(path: Path) -> set[str]:
    return set(WRITTEN.findall(path.read_text(encoding="utf-8")))


def test_every_action_that_is_written_has_words() -> None:
    sources = [path for app in APPS for path in (settings.BASE_DIR / app).rglob("*.py")]
    written = {code for path in sources for code in codes_in(path)}
    assert {"center.edit", "person.edit", "person.assign", "scores.export"} <= written
    assert written - set(ACTIONS) == set()


def test_unknown_action_keeps_its_code() -> None:
    assert action_words("x.y") == "x.y"
    assert action_words("login") == "登录"


@pytest.mark.parametrize(
    ("target", "words"),
    [("User 7", "人员 7"), ("/people/", "/people/"), ("User", "User"), ("Unheard 7", "Unheard 7"), ("", "")],
)
def test_target_is_named_by_its_kind(target: str, words: str) -> None:
    assert target_words(target) == words


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        ({}, ""),
        ({"username": "wang"}, "用户名：wang"),
        ({"role": "reviewer"}, "角色：核稿人"),
        ({"roles": ["reviewer", "x"]}, "角色：核稿人、x"),
        ({"changed": {"name": ["甲", "乙"], "phone": ["", "1"]}}, "名称：甲 → 乙；电话：（空） → 1"),
        ({"people": ["a", "b"], "count": 0}, "人员：a、b；数量：0"),
        ({"unheard": None}, "unheard：（空）"),
        ({"changed": "odd"}, "changed：odd"),
    ],
)
def test_details_become_one_line(detail: dict[str, object], words: str) -> None:
    with override("zh-hans"):
        assert detail_words(detail) == words


def test_details_are_in_the_readers_language() -> None:
    with override("en"):
        assert detail_words({"grade": "合格", "roles": ["reviewer", "signatory"]}) == (
            "Grade: Pass; Role: Reviewer, Signatory"
        )
