"""Items are followed back through the links of one edition after another."""

from typing import Any

import pytest

from standards.lineage import Origin, origins

A, B, C = ("old", "2020"), ("new", "2022"), ("new", "2024")


def links(edition: tuple[str, str], *entries: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "standard": edition[0],
        "edition": edition[1],
        "items": [{"as": as_, "from": one.split(), "to": other.split()} for as_, one, other in entries],
    }


REPLACES = {
    A: None,
    B: links(
        A, ("same", "a", "a"), ("changed", "b", "b2"), ("split", "c", "c1 c2"), ("merged", "d e", "f"),
        ("added", "", "g"), ("dropped", "h", ""),
    ),
    C: links(
        B, ("same", "a", "a"), ("same", "b2", "b3"), ("changed", "c1", "c3"), ("merged", "f g", "i"),
        ("merged", "a2 g", "j"), ("same", "g", "g"), ("added", "", "k"),
    ),
}  # fmt: skip


def test_the_same_edition_needs_no_links() -> None:
    assert origins(["a"], A, A, {}) == {"a": Origin(("a",), "same")}


@pytest.mark.parametrize(
    ("code", "origin"),
    [
        ("a", Origin(("a",), "same")),
        ("b2", Origin(("b",), "changed")),
        ("c1", Origin(("c",), "split")),
        ("c2", Origin(("c",), "split")),
        ("f", Origin(("d", "e"), "merged")),
        ("g", None),
        ("unknown", None),
    ],
)
def test_one_step_back(code: str, origin: Origin | None) -> None:
    assert (origins([code], B, A, REPLACES) or {}).get(code) == origin


@pytest.mark.parametrize(
    ("code", "origin"),
    [
        ("a", Origin(("a",), "same")),
        ("b3", Origin(("b",), "changed")),
        ("c3", Origin(("c",), "split")),
        ("i", Origin(("d", "e"), "merged")),
        ("g", None),
        ("j", None),
        ("k", None),
    ],
)
def test_two_steps_back_are_as_loose_as_the_looser(code: str, origin: Origin | None) -> None:
    assert (origins([code], C, A, REPLACES) or {}).get(code) == origin


def test_editions_without_links_between_them_are_told_apart_from_new_items() -> None:
    assert origins(["k"], C, A, REPLACES) == {}
    assert origins(["a"], A, C, REPLACES) is None
    assert origins(["a"], B, ("other", "1"), REPLACES) is None


def test_editions_in_a_circle_lead_nowhere() -> None:
    circle = {A: links(B, ("same", "a", "a")), B: links(A, ("same", "a", "a"))}
    assert origins(["a"], A, C, circle) is None
