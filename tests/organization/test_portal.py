"""How pages write points."""

from decimal import Decimal
from typing import Any

import pytest

from organization.templatetags.portal import points


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("4.00", "4"),
        ("1.50", "1.5"),
        (Decimal("0.3300"), "0.33"),
        ("10", "10"),
        (100, "100"),
        (Decimal("1.1250"), "1.125"),
        ("0.00", "0"),
        (Decimal("-1.5000"), "-1.5"),
        (None, ""),
        ("", ""),
    ],
)
def test_points_are_as_their_standard_rounded_them(value: Any, words: str) -> None:
    assert points(value) == words
