"""A county in the middle of a round, with the neighboring county beside it."""

import pytest

from tests.small_stage import Stage, small_stage


@pytest.fixture
def stage(db: None) -> Stage:
    """Two townships assigned to the cast; nothing is filled yet."""
    return small_stage()


@pytest.fixture
def other(db: None) -> Stage:
    """The same in the county beside it."""
    return small_stage(other=True)
