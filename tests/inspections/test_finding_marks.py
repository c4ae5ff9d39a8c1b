"""How lists show the deadline and the state of a finding."""

import pytest

from inspections.finding_marks import due_mark, state_mark
from inspections.finding_page import Due

ALERT = '<span class="tag tag-{}">{}</span>'
DAY = '<span class="text-nowrap">{}</span>'


@pytest.mark.parametrize(
    ("due", "drawn"),
    [
        (None, "收到通知之日起15个工作日内"),
        (Due("2026年3月5日", "", "", False), DAY.format("2026年3月5日")),
        (
            Due("2026年3月5日", "还剩9个工作日", "", False),
            f"{DAY.format('2026年3月5日 ·')} {DAY.format('还剩9个工作日')}",
        ),
        (
            Due("2026年3月5日", "已逾期8个工作日", "bad", False),
            f"{DAY.format('2026年3月5日 ·')} {ALERT.format('bad', '已逾期8个工作日')}",
        ),
        (
            Due("2026年3月5日", "今天到期", "info", True),
            f"{DAY.format('2026年3月5日')} {ALERT.format('warn', '暂定')} {ALERT.format('info', '今天到期')}",
        ),
    ],
)
def test_deadline_is_told_with_what_is_left(due: Due | None, drawn: str) -> None:
    assert due_mark(due, "fixed_term", 15) == f"<span>{drawn}</span>"


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        ("found", "quiet"), ("notified", "warn"), ("acknowledged", "warn"), ("in_repair", "info"),
        ("reported", "info"), ("to_reinspect", "info"), ("closed", "good"), ("withdrawn", "quiet"),
    ],
)  # fmt: skip
def test_state_has_its_tone(state: str, tone: str) -> None:
    assert state_mark(state, "甲").strip() == ALERT.format(tone, "甲")


@pytest.mark.parametrize(("tone", "told"), [("bad", True), ("warn", True), ("info", False), ("", False)])
def test_state_tells_of_a_deadline_that_is_near_or_over(tone: str, told: bool) -> None:
    drawn = state_mark("in_repair", "甲", Due("", "已逾期1个工作日", tone, False))
    assert drawn.startswith(ALERT.format(tone, "已逾期1个工作日")) is told
