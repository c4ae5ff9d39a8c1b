"""The words of documents: dates, deadlines, how one body speaks of itself and to another."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

NUMERALS = "一二三四五六七八九十"
NAME_BREAK = r"(?=党群服务|党政综合|(?<!综合)便民服务)"  # where a center's name may end a title's line
# What a correction of a score leaves in the history of documents.
CORRECTED = "检查得分已更正，请重新核稿。"
OVERTAKEN = "检查得分已更正，另发一份代替。"


@dataclass(frozen=True)
class Deadline:
    """By when: a day, or working days from receipt (fixed_term only).

    `provisional` says that the day lies in a year whose holidays are not published yet.
    """

    mode: Literal["at_once", "fixed_term", "sustained"]
    due: date | None = None
    working_days: int | None = None
    provisional: bool = False

    def __post_init__(self) -> None:
        """Refuse (ValueError) a fixed term that does not say by when."""
        if self.mode == "fixed_term" and self.due is None and not self.working_days:
            raise ValueError("a fixed term needs a day or a number of working days")


def addressee(township: str) -> str:
    """Return the body that answers for a township: its government, a street's office, or itself.

    A farm, a development zone or an office that the division list names as such has no government.
    """
    if township.endswith(("镇", "乡", "苏木")):
        return township + "人民政府"
    return township + ("办事处" if township.endswith("街道") else "")


def second_person(township: str) -> str:
    """Return how the notice speaks to the township: 你镇, 你乡, 你苏木, 你街道, else 你单位."""
    for ending in ("街道", "镇", "乡", "苏木"):
        if township.removesuffix("办事处").endswith(ending):
            return "你" + ending
    return "你单位"


def first_person(issuer: str) -> str:
    """Return how the issuing body speaks of itself: 我办, 我局, 我委, 我中心, else 我单位."""
    endings = {"办公室": "我办", "办": "我办", "局": "我局", "委员会": "我委", "中心": "我中心"}
    for ending, words in endings.items():
        if issuer.endswith(ending):
            return words
    return "我单位"


def chinese_date(day: date) -> str:
    """Return a day as documents write it, without leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def deadline_text(deadline: Deadline) -> str:
    """Return a deadline in the words of annex 1."""
    if deadline.mode != "fixed_term":
        return {"at_once": "立行立改", "sustained": "长期坚持"}[deadline.mode]
    if deadline.due is None:
        return f"收到通知之日起{deadline.working_days}个工作日内"
    return f"{chinese_date(deadline.due)}前" + ("（暂定）" if deadline.provisional else "")


def title_pieces(township: str, center: str) -> tuple[str, ...]:
    """Return the notice's title in the pieces between which a line may end."""
    rest = center.removeprefix(township)
    named = (township, rest) if rest != center and rest else (center,)
    pieces = (piece for name in named for piece in re.split(NAME_BREAK, name) if piece)
    return ("关于", *pieces, "存在问题", "限期整改", "的通知")


def section_words(title: str) -> str:
    """Return a section of the standard as the notice names it: 一、服务设施要求 is 服务设施方面."""
    name = re.sub(rf"^[{NUMERALS}]+、", "", title)
    return name.removesuffix("要求") + "方面"


def numeral(number: int) -> str:
    """Return a number up to 99 in Chinese."""
    tens, units = divmod(number, 10)
    if tens == 0:
        return NUMERALS[units - 1]
    head = "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return head + (NUMERALS[units - 1] if units else "")


def points_words(value: Decimal) -> str:
    """Return points, rounded before by their standard, without superfluous zeros: 4, 1.5, 0.33."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def bare(text: str) -> str:
    """Return a sentence without the mark at its end."""
    return text.strip().rstrip("。．.；;，,、 ")


def due_words(deadline: Deadline) -> str:
    """Return a deadline as an adverbial: 于某日前, or 自收到本通知之日起若干个工作日内."""
    if deadline.due is None:
        return f"自收到本通知之日起{deadline.working_days}个工作日内"
    return "于" + deadline_text(deadline)


def clean(text: str) -> str:
    """Return text without what cannot be printed: control and format characters, stray spaces."""
    spaced = re.sub(r"[^\S\u3000]+", " ", unicodedata.normalize("NFC", text))
    kept = "".join(char for char in spaced if unicodedata.category(char) not in ("Cc", "Cf"))
    return kept.strip()
