"""The form's fragments: every measure filled and blank, always escaped, no slot left open."""

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.http import QueryDict

from inspections.answers import Given, check, read_given
from inspections.checklist import checklist
from inspections.fragments import CLOSE, OPEN, State, fill, fragments
from inspections.wording import answer_words
from standards.actions import import_standard
from standards.models import Edition
from tests.small_standards import every_kind, plain_item, standard
from tests.stage import shipped

pytestmark = pytest.mark.django_db
HOSTILE = "\"><script>alert('x')</script>&amp;<img src=x onerror=alert(1)>{{ 7|add:7 }}{% now 'Y' %}"
PRIVATE = re.compile("[\ue000-\uf8ff]")


@pytest.fixture
def edition() -> Edition:
    return import_standard(every_kind())


class Controls(HTMLParser):
    """The form controls of a piece of HTML by name: (tag, attributes) in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("input", "textarea"):
            self.found.append((tag, dict(attrs)))

    def checked(self) -> list[str]:
        """`name=value` of what is ticked, the first part of the name left out."""
        return [
            f"{attrs['name'].partition('-')[2]}={attrs.get('value', 'on')}"
            for _, attrs in self.found
            if "checked" in attrs and attrs.get("name")
        ]

    def value(self, name: str) -> str | None:
        (attrs,) = (attrs for _, attrs in self.found if (attrs.get("name") or "").endswith(f"-{name}"))
        return attrs.get("value")


def shown(edition: Edition, code: str, state: State | None = None, kind: str = "township") -> str:
    items = checklist(edition.pk, kind)
    entry = items.by_code[code]
    return fill(items, edition.pk, "zh-hans", {entry.pk: state} if state else {})[entry.number - 1]


def given(edition: Edition, code: str, value: object, **more: object) -> Controls:
    return Controls(shown(edition, code, State(Given(value, **more), status="met")))


@pytest.mark.parametrize("code", [item.code for item in every_kind().items()])
def test_blank_item_has_nothing_filled(edition: Edition, code: str) -> None:
    controls = Controls(shown(edition, code))
    assert controls.found
    assert controls.checked() == []
    assert all(
        not attrs.get("value") for _, attrs in controls.found if attrs.get("type") in ("text", "number")
    )


@pytest.mark.parametrize(
    ("code", "value", "ticked"),
    [
        ("yes", True, ["value=met"]),
        ("yes", False, ["value=not_met"]),
        ("choice", "met", ["value=met"]),
        ("choice", "partly", ["value=partly"]),
        ("choice", "not_met", ["value=not_met"]),
        ("zones", ["guide", "office"], ["value=guide", "value=office"]),
    ],
)
def test_what_was_chosen_is_ticked(edition: Edition, code: str, value: object, ticked: list[str]) -> None:
    assert given(edition, code, value).checked() == ticked


def test_list_of_which_nothing_is_there_is_told_from_one_not_looked_at(edition: Edition) -> None:
    (ticked,) = given(edition, "zones", []).checked()
    assert ticked.startswith("none=")


def test_numbers_and_counts_are_filled_in(edition: Edition) -> None:
    assert given(edition, "area", "132.5").value("value") == "132.5"
    assert given(edition, "posts", 0).value("value") == "0"
    counts = given(edition, "windows", {"total": 8, "compliant": 0})
    assert (counts.value("value_0"), counts.value("value_1")) == ("8", "0")


@pytest.mark.parametrize("code", [item.code for item in every_kind().items()])
def test_not_applicable_is_ticked_with_its_reason(edition: Edition, code: str) -> None:
    html = shown(edition, code, State(Given(na=True, reason="场地由上级统一设置"), status="na"))
    assert "场地由上级统一设置" in html
    controls = Controls(html)
    assert [tick for tick in controls.checked() if "na" in tick]
    assert "value=met" not in controls.checked()


def test_element_of_the_other_kind_is_not_offered(edition: Edition) -> None:
    assert "后台审批区" in shown(edition, "zones")
    assert "后台审批区" not in shown(edition, "zones", kind="village")


def test_threshold_stands_beside_its_number_by_kind(edition: Edition) -> None:
    assert "150" in shown(edition, "area")
    assert "50" in shown(edition, "area", kind="village")
    assert "150" not in shown(edition, "area", kind="village")


def test_note_status_time_errors_and_last_result_are_shown(edition: Edition) -> None:
    state = State(
        Given(False, note="门未开\n下午再看"),
        "not_met",
        last="上次：合格",
        saved="已保存 14:05",
        errors="请填写",
    )
    html = shown(edition, "yes", state)
    for words in ("门未开\n下午再看", "上次：合格", "已保存 14:05", "请填写", "not_met"):
        assert words in html


@pytest.mark.parametrize("code", [item.code for item in every_kind().items()])
@pytest.mark.parametrize("name", ["value", "note", "reason", "last", "saved", "errors"])
def test_hostile_text_is_text_and_nothing_else(edition: Edition, code: str, name: str) -> None:
    own = {"value": HOSTILE, "note": HOSTILE, "reason": HOSTILE}
    if name == "value":
        values = {"zones": [HOSTILE], "windows": {"total": HOSTILE, "compliant": HOSTILE}}
        state = State(Given(values.get(code, HOSTILE)))
    elif name in own:
        state = State(Given(na=name == "reason", **{name: HOSTILE}))
    else:
        state = State(**{name: HOSTILE})
    html = shown(edition, code, state)
    assert "<script" not in html
    assert "<img" not in html
    assert Controls(html).tags == Controls(shown(edition, code)).tags


def test_private_characters_in_a_note_stay_text(edition: Edition) -> None:
    """They mark the slots inside this module; what a person types must not open one."""
    note = f"{OPEN}reason{CLOSE}{OPEN}photos{CLOSE}"
    html = shown(edition, "yes", State(Given(True, reason="secret", note=note)))
    assert note in html
    assert "secret" in html
    assert html.count("secret") == 1


@pytest.mark.parametrize("kind", ["township", "village"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_slot_leaks_from_the_shipped_standard(db: None, kind: str, language: str) -> None:
    edition = import_standard(shipped())
    items = checklist(edition.pk, kind)
    html = "".join(fill(items, edition.pk, language, {}))
    assert len(items.entries) > 40
    assert not PRIVATE.search(html)
    filled = {entry.pk: State(Given(note="记录"), saved="已保存") for entry in items.entries}
    assert not PRIVATE.search("".join(fill(items, edition.pk, language, filled)))


def test_private_characters_in_a_standard_open_no_slot(db: None) -> None:
    """Published lists spell rare characters with them, so that a standard may hold any of them."""
    title = "\ue000note\ue001面积"
    edition = import_standard(standard(plain_item(title=title, hint="\ue000")))
    html = shown(edition, "yes", State(Given(True, note="甲")))
    assert html.count("甲") == 1
    assert title in html


def test_fragments_are_rendered_once_per_edition_kind_and_language(edition: Edition) -> None:
    first = fragments(edition.pk, "township", "zh-hans")
    assert fragments(edition.pk, "township", "zh-hans") is first
    assert fragments(edition.pk, "village", "zh-hans") is not first
    assert fragments(edition.pk, "township", "en") is not first


def test_filling_one_item_leaves_the_others_blank(edition: Edition) -> None:
    items = checklist(edition.pk, "township")
    blank = fill(items, edition.pk, "zh-hans", {})
    filled = fill(items, edition.pk, "zh-hans", {items.entries[0].pk: State(Given(True), "met")})
    assert filled[0] != blank[0]
    assert filled[1:] == blank[1:]


def test_a_banded_item_is_asked_read_and_shown_with_its_basis() -> None:
    measure = {
        "kind": "banded", "basis": "常住人口", "basis_unit": "人", "unit": "平方米",
        "bands": [{"below": Decimal(50000), "minimum": Decimal(200)}, {"minimum": Decimal(300)}],
    }  # fmt: skip
    edition = import_standard(standard(plain_item("space", measure)))
    entry = checklist(edition.pk, "township").by_code["space"]
    posted = QueryDict(mutable=True)
    posted.update({"i1-value_0": "60000", "i1-value_1": "210.50"})
    kept = check(read_given(posted, "i1", entry.item.measure), entry.item, "township")
    assert (kept.value, kept.status) == ({"basis": "60000", "value": "210.5"}, "not_met")
    controls = given(edition, "space", kept.value)
    assert (controls.value("value_0"), controls.value("value_1")) == ("60000", "210.5")
    assert answer_words(entry.item, "township", kept) == "210.5 平方米（常住人口 60000 人）"
    assert "常住人口不足 50,000 人的，不低于 200 平方米；其余不低于 300 平方米" in shown(edition, "space")
    assert read_given(QueryDict(), "i1", entry.item.measure).value is None
