"""A county with its cast, and the neighboring county that must stay out of sight."""

import pytest

from organization.models import User
from tests.factories import County, make_cast, make_county, make_other_county


@pytest.fixture
def county(db: None) -> County:
    return make_county()


@pytest.fixture
def other(db: None) -> County:
    return make_other_county()


@pytest.fixture
def cast(county: County, other: County) -> dict[str, User]:
    make_cast(other, suffix="-elsewhere")
    return make_cast(county)
