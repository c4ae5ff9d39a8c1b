"""How pages write points and moments."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone, translation

from organization.templatetags.portal import (
    full_moment,
    grouped,
    moment,
    moment_within,
    points,
    rank_change,
    score,
    score_change,
)


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


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0.40", "+0.40"), (Decimal("-2.98"), "−2.98"), (0, "0.00"), (Decimal("0.4"), "+0.40"),
        (Decimal("-1.1250"), "−1.125"), (Decimal("6.05"), "+6.05"),
    ],
)  # fmt: skip
def test_changes_of_scores_have_a_sign_and_a_scores_places(value: Any, words: str) -> None:
    assert score_change(value) == words


@pytest.mark.parametrize(("places", "words"), [(2, "↑2"), (-11, "↓11"), (0, "不变")])
def test_changes_of_rank_are_arrows(places: int, words: str) -> None:
    assert rank_change(places) == words


def test_register_writes_the_date_of_today_too() -> None:
    now = timezone.localtime()
    assert moment(now) == f"今天 {now:%H:%M}"
    assert full_moment(now) == f"{now.year}年{now.month}月{now.day}日 {now:%H:%M}"
    assert full_moment(now - timedelta(days=2)) == moment(now - timedelta(days=2))
    assert full_moment(None) == ""


def test_moment_within_a_sentence_begins_small_in_english() -> None:
    now = timezone.localtime()
    assert moment_within(now) == f"今天 {now:%H:%M}"
    with translation.override("en"):
        assert (moment(now), moment_within(now)) == (f"Today {now:%H:%M}", f"today {now:%H:%M}")
        before = now - timedelta(days=2)
        assert moment_within(before) == moment(before)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (999, "999"), (1000, "1,000"), (48960, "48,960"), (1_310_000, "1,310,000"),
        ("48960 / 48960", "48960 / 48960"), (Decimal("1234.5"), "1234.5"), ("—", "—"), (True, "True"),
    ],
)  # fmt: skip
def test_counts_have_their_thousands_apart(value: object, text: str) -> None:
    assert str(grouped(value)) == text


@pytest.mark.parametrize(("n", "text"), [(1, "1 question"), (42600, "42,600 questions")])
def test_count_in_a_sentence_has_them_and_is_still_a_number(n: int, text: str) -> None:
    one, many = "{{ n }} question", "{{ n }} questions"
    count = "{% blocktranslate count n=n|grouped %}"
    sentence = f"{count}{one}{{% plural %}}{many}{{% endblocktranslate %}}"
    with translation.override("en"):
        assert Template("{% load i18n portal %}" + sentence).render(Context({"n": n})) == text
    assert not grouped(0)


def test_progress_and_sums_have_them_too() -> None:
    page = render_to_string(
        "components/progress.html", {"label": "已提交", "done": 9800, "total": 10848, "percent": 90}
    )
    assert "<b>9,800</b> / 10,848" in page
    assert score(Decimal(1380)) == "1,380.00"
