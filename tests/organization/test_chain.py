"""The digest of the chain."""

import datetime as dt

import pytest

from organization.chain import ALGORITHMS, BEGINNING, canonical, digest, is_available

CONTENT = {"at": dt.datetime(2026, 3, 5, 8, tzinfo=dt.UTC), "detail": {"乙": 1, "甲": [None, "旧"]}}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_digest_names_its_algorithm(algorithm: str) -> None:
    assert is_available(algorithm)
    said = digest(algorithm, BEGINNING, 1, CONTENT)
    assert said.startswith(f"{algorithm}:")
    assert len(said.partition(":")[2]) == 64


def test_digest_of_sm3_is_the_standards() -> None:
    """GB/T 32905-2016, example 1: the digest of "abc"."""
    import hashlib

    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert hashlib.new("sm3", b"abc").hexdigest() == expected


@pytest.mark.parametrize(
    "other",
    [
        (BEGINNING, 2, CONTENT),
        ("sha256:" + "1" * 64, 1, CONTENT),
        (BEGINNING, 1, CONTENT | {"detail": {"乙": 2, "甲": [None, "旧"]}}),
        (BEGINNING, 1, CONTENT | {"at": CONTENT["at"] + dt.timedelta(microseconds=1)}),
    ],
)
def test_digest_differs_with_anything_that_differs(other: tuple) -> None:
    assert digest("sha256", *other) != digest("sha256", BEGINNING, 1, CONTENT)


def test_digest_is_the_same_for_the_same_moment_and_the_same_keys() -> None:
    there = CONTENT["at"].astimezone(dt.timezone(dt.timedelta(hours=8)))
    again = {"detail": {"甲": [None, "旧"], "乙": 1}, "at": there}
    assert canonical(again) == canonical(CONTENT)


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "", "SHA256"])
def test_algorithm_that_is_none_of_ours_is_refused(algorithm: str) -> None:
    assert not is_available(algorithm)
    with pytest.raises(ValueError, match="none of"):
        digest(algorithm, BEGINNING, 1, CONTENT)


def test_value_that_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="no JSON value"):
        canonical({"x": object()})
