"""A field that is read without a form."""

import pytest
from django.http import QueryDict

from organization.posted import text_of


@pytest.mark.parametrize(
    ("sent", "longest", "read"),
    [("words=a%00b", None, "ab"), ("words=abc", 2, "ab"), ("other=a", None, ""), ("words=%00", 5, "")],
)
def test_text_is_cut_and_holds_no_nul(sent: str, longest: int | None, read: str) -> None:
    assert text_of(QueryDict(sent), "words", longest) == read
