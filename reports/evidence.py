"""Photos as documents show them: beside their findings, with number, subject and time of capture."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .document import Annex, Photo, Photos
from .wording import bare, chinese_date

TITLE = "佐证照片"
EACH = 2  # photos printed of one finding
MOST = 120  # photos printed in one document
SUBJECT = 30  # characters of a finding in a caption


@dataclass(frozen=True)
class PhotoFacts:
    """A stored photo: the SHA-256 of its bytes, and when the camera says that it was taken.

    `taken_at` is local time; None where the camera did not say.
    """

    image: str
    taken_at: datetime | None = None


def moment(at: datetime) -> str:
    """Return a time as captions give it: 2026年11月12日9:05."""
    return f"{chinese_date(at.date())}{at.hour}:{at.minute:02d}"


def photo(facts: PhotoFacts, words: str) -> Photo:
    """Return a photo with its caption."""
    taken = f"{moment(facts.taken_at)}拍摄" if facts.taken_at else "拍摄时间未记录"
    return Photo(facts.image, f"{words}（{taken}）")


def evidence_annex(
    findings: Iterable[tuple[int, str, tuple[PhotoFacts, ...]]], facts: tuple[str, ...]
) -> Annex | None:
    """Return the annex of photos of (number, finding, photos), None where no finding has any."""
    found: list[Photo] = []
    left_out = 0
    for number, finding, taken in findings:
        shown = taken[: max(0, min(EACH, MOST - len(found)))]
        left_out += len(taken) - len(shown)
        found += [photo(each, f"问题{number}　{_subject(finding)}") for each in shown]
    if not found:
        return None
    more = f"另有{left_out}张照片未印出，留存备查。" if left_out else ""
    note = f"注：照片按问题清单的序号排列，拍摄时间以拍摄设备的记录为准。{more}"
    return Annex(TITLE, facts, (Photos(tuple(found)),), note)


def _subject(finding: str) -> str:
    words = bare(finding)
    return words if len(words) <= SUBJECT else words[: SUBJECT - 1] + "…"
