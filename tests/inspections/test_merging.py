"""The rules by which answers of several devices meet, without a database."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspections.answers import Given
from inspections.merging import (
    EMPTY,
    NOTHING,
    Held,
    Mutation,
    Outcome,
    canonical,
    digest,
    digest_of_all,
    in_order,
    outcome,
)

YES = {"value": True, "na": False, "reason": "", "note": ""}
NO = YES | {"value": False}
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def made(after: UUID | None = None) -> Mutation:
    return Mutation(uuid4(), "yes", 0, after, Given(True), NOW)


@pytest.mark.parametrize(
    ("content", "base", "expected"),
    [
        (YES, 0, Outcome.SAME),
        (YES, 3, Outcome.SAME),
        (NO, 3, Outcome.APPLIED),
        (NO, 2, Outcome.CONFLICT),
        (NO, 4, Outcome.CONFLICT),
        (EMPTY, 3, Outcome.APPLIED),
    ],
)
def test_outcome_upon_an_answer_of_version_3(
    content: dict[str, object], base: int, expected: Outcome
) -> None:
    assert outcome(Held(YES, "met", 3, 1, NOW), content, base) is expected


def test_outcome_where_nothing_is() -> None:
    assert outcome(NOTHING, YES, 0) is Outcome.APPLIED
    assert outcome(NOTHING, EMPTY, 0) is Outcome.SAME
    assert outcome(NOTHING, YES, 2) is Outcome.CONFLICT


def test_chain_comes_in_its_order_however_it_was_sent() -> None:
    first = made()
    second = made(first.id)
    third = made(second.id)
    for sent in permutations([first, second, third]):
        assert in_order(sent) == [first, second, third]


def test_what_has_no_order_keeps_its_own() -> None:
    sent = [made(), made(uuid4()), made()]
    assert in_order(sent) == sent


def test_ring_ends() -> None:
    one, two = made(), made()
    ring = [replace(one, after=two.id), replace(two, after=one.id)]
    free = made()
    assert in_order([*ring, free]) == [free, *ring]


@given(st.lists(st.integers(0, 30), max_size=30))
def test_order_loses_and_doubles_nothing(parents: list[int]) -> None:
    keys = [uuid4() for _ in parents]
    sent = [
        Mutation(key, "yes", 0, keys[parent] if parent < len(keys) else None, Given(), NOW)
        for key, parent in zip(keys, parents, strict=True)
    ]
    ordered = in_order(sent)
    assert sorted(m.id for m in ordered) == sorted(keys)


def test_canonical_json_is_one_spelling() -> None:
    assert canonical({"b": "窗口", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"窗口"}'.encode()


def test_digest_is_of_item_and_content() -> None:
    spelled = b'{"item":"yes","na":false,"note":"","reason":"","value":true}'
    assert digest("yes", YES) == hashlib.sha256(spelled).hexdigest()
    assert len({digest("yes", YES), digest("no", YES), digest("yes", NO)}) == 3


def test_digest_of_all_does_not_depend_on_the_order() -> None:
    assert digest_of_all({"a": "1", "b": "2"}) == digest_of_all({"b": "2", "a": "1"})
    assert digest_of_all({"a": "1"}) != digest_of_all({"a": "2"})


def test_outcomes_that_are_stored() -> None:
    assert [one.value for one in Outcome if not one.is_stored] == ["early", "reused"]
