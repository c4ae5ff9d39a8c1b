"""The failure page stands by itself: no request, no person, no database."""

from django.template.loader import render_to_string


def test_failure_page_needs_nothing() -> None:
    page = render_to_string("500.html")
    assert "<h1" in page
    assert "系统出错了" in page
