"""How one edition follows another: what is read, and each fault of the links with its place."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from standards.actions import import_standard
from standards.content import to_plain
from standards.editions import load_edition
from standards.faults import Faults
from standards.models import Edition
from standards.schema import parse_standard
from standards.succession import identity
from tests.small_standards import plain_item, plain_standard, standard

OLD = [plain_item(code) for code in ("one", "two", "three", "four", "five")]
LINKS: list[dict[str, Any]] = [
    {"as": "same", "from": ["one"], "to": ["one"]},
    {"as": "changed", "from": ["two"], "to": ["second"], "note": "改了名称"},
    {"as": "split", "from": ["three"], "to": ["third", "fourth"]},
    {"as": "dropped", "from": ["four"]},
    {"as": "dropped", "from": ["five"]},
    {"as": "added", "to": ["new"]},
]
NEW = [plain_item("one"), *(plain_item(code) for code in ("second", "third", "fourth", "new"))]


def following(change: Callable[[list[dict[str, Any]]], object] = lambda links: None) -> dict[str, Any]:
    links = deepcopy(LINKS)
    change(links)
    follows = {"standard": "small", "edition": "2026", "items": links}
    return plain_standard(*deepcopy(NEW), edition="2027", replaces=follows)


def faults_of(data: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Faults) as caught:
        parse_standard(data)
    return [(fault.path, fault.expected) for fault in caught.value.faults]


def test_links_are_read_and_written_back() -> None:
    data = parse_standard(following())
    assert data.replaces is not None
    assert data.replaces.sources()["fourth"].old == ("three",)
    assert parse_standard(to_plain(data)) == data


def test_an_edition_may_say_that_its_clauses_are_no_quotation() -> None:
    data = standard(summary=True)
    assert data.summary
    assert parse_standard(to_plain(data)).summary
    assert not standard().summary


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda links: links[0].update({"as": "kept"}), ("replaces.items[0].as", "one_of")),
        (lambda links: links[1].update(to=["second", "new"]), ("replaces.items[1].to", "list_length")),
        (lambda links: links[2].update(to=["third"]), ("replaces.items[2].to", "list_length")),
        (lambda links: links[3].pop("from"), ("replaces.items[3].from", "required")),
        (lambda links: links[3].update(to=["one"]), ("replaces.items[3].to", "list_length")),
        (lambda links: links[5].update({"from": ["one"]}), ("replaces.items[5].from", "list_length")),
        (lambda links: links[5].update(to=["nwe"]), ("replaces.items[5].to[0]", "item_code")),
        (lambda links: links[4].update({"from": ["four"]}), ("replaces.items[4].from[0]", "duplicate_code")),
        (lambda links: links[5].update(to=["one"]), ("replaces.items[5].to[0]", "duplicate_code")),
        (lambda links: links.pop(), ("replaces.items", "link_missing")),
        (lambda links: links.clear(), ("replaces.items", "list_length")),
    ],
)
def test_a_fault_in_the_links_is_told_with_its_place(change: Any, expected: tuple[str, str]) -> None:
    assert expected in faults_of(following(change))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda links: links.pop(3), ("replaces.items", "link_missing_old")),
        (lambda links: links[3].update({"from": ["fuor"]}), ("replaces.items[3].from[0]", "item_code")),
        (lambda links: links[1].update({"as": "same"}), ("replaces.items[1].as", "link_not_same")),
    ],
)
def test_links_that_do_not_fit_the_edition_before_are_refused(change: Any, expected: Any) -> None:
    import_standard(standard(*OLD))
    with pytest.raises(Faults) as caught:
        import_standard(parse_standard(following(change)))
    assert expected in [(fault.path, fault.expected) for fault in caught.value.faults]
    assert Edition.objects.count() == 1


@pytest.mark.django_db
def test_the_edition_before_must_be_there_and_be_another() -> None:
    import_standard(standard(*OLD))
    for place in ({"edition": "2025"}, {"edition": "2027"}):
        data = following()
        data["replaces"] |= place
        with pytest.raises(Faults) as caught:
            import_standard(parse_standard(data))
        assert [fault.path for fault in caught.value.faults] == ["replaces.edition"]


@pytest.mark.django_db
def test_links_are_kept_with_the_edition() -> None:
    import_standard(standard(*OLD))
    data = parse_standard(following())
    edition = import_standard(data)
    assert load_edition(edition.pk) == data


def test_a_copy_follows_item_by_item() -> None:
    follows = identity(standard(*OLD))
    assert [(link.relation, link.old, link.new) for link in follows.links[:2]] == [
        ("same", ("one",), ("one",)),
        ("same", ("two",), ("two",)),
    ]
