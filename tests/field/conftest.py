"""A county in the middle of a round, and the phones of its inspector and its lead."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.field.phones import Phone
from tests.small_stage import Stage, small_stage


@pytest.fixture
def stage(transactional_db: None) -> Stage:
    return small_stage()


@pytest.fixture
def phone(new_page: Callable[..., Any], stage: Stage, live_server: Any) -> Phone:
    """The inspector's phone, logged in."""
    return Phone(new_page(375), stage.cast["inspector"], live_server.url)


@pytest.fixture
def lead(new_page: Callable[..., Any], stage: Stage, live_server: Any) -> Phone:
    """The lead's phone, logged in."""
    return Phone(new_page(375), stage.cast["lead_inspector"], live_server.url)
