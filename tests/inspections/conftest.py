"""A county in the middle of a round, with the neighboring county beside it."""

import pytest

from organization.models import User
from tests.factories import make_cast, make_county
from tests.small_stage import Stage, small_stage


@pytest.fixture
def stage(db: None) -> Stage:
    """Two townships assigned to the cast; nothing is filled yet."""
    return small_stage()


@pytest.fixture
def other(db: None) -> Stage:
    """The same in the county beside it."""
    return small_stage(other=True)


@pytest.fixture
def cast(db: None) -> dict[str, User]:
    """One person for each role in one county, without any round."""
    return make_cast(make_county(townships=1, villages=0))
