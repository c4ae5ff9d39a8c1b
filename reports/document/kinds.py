"""The kinds of documents, each with the elements that GB/T 9704-2012 gives it, in their order."""

from dataclasses import dataclass
from typing import Literal

from .blocks import Annex, FeedbackAnnex, FindingsAnnex, Part, ProofAnnex, Table

Kind = Literal["notice", "letter", "order", "circular", "ledger", "score_report", "opinion"]
# GB/T 9704-2012, 7.3.5.1, 7.3.5.2 and 7.3.5.3
Seal = Literal["sealed", "unsealed", "signature"]


@dataclass(frozen=True)
class Number:
    """发文字号; `sequence` is None until the document is issued."""

    code: str
    year: int
    sequence: int | None

    @property
    def text(self) -> str:
        """Return the number as printed: U+3014 and U+3015 round the year, no leading zeros."""
        sequence = "\u3000" if self.sequence is None else str(self.sequence)
        return f"{self.code}〔{self.year}〕{sequence}号"


@dataclass(frozen=True)
class SealImage:
    """An uploaded seal or signature stamp: `image` is the SHA-256 of its bytes, sizes in mm."""

    image: str
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What every kind has.

    `title` is in pieces: a line may end after any of them. `preview` marks every page as a draft,
    `demonstration` as 演示数据.
    """

    issuer: str
    title: tuple[str, ...]
    number: Number | None = None
    demonstration: bool = False
    preview: bool = False
    format: int = 2

    @property
    def title_text(self) -> str:
        """Return the title in one piece."""
        return "".join(self.title)


@dataclass(frozen=True, kw_only=True)
class Written(Paper):
    """A paper with a text that somebody signs.

    `seal` says how; `seal_image` is the uploaded picture of the seal or the signature stamp, without
    which its place stays empty. `post` is the signatory's office, printed beside a signature stamp.
    """

    opening: tuple[str, ...]
    parts: tuple[Part, ...]
    signature: str
    dated: str
    seal: Seal
    seal_image: SealImage | None = None
    post: str = ""
    note: str = ""
    attachments: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Official(Written):
    """A paper with a head (版头), an addressee (主送机关) and an imprint block (版记)."""

    mark: str
    number: Number
    addressee: str
    copy_to: str
    printed_by: str
    printed_on: str


@dataclass(frozen=True, kw_only=True)
class Notice(Official):
    """关于……限期整改的通知: red-head (notice), as a letter, or the form 整改通知书 (order).

    Of the annexes the findings come first, the feedback form second, `annexes` (evidence) next,
    and the receipt or proof of service last.
    """

    kind: Literal["notice", "letter", "order"] = "notice"
    findings: FindingsAnnex
    feedback: FeedbackAnnex
    proof: ProofAnnex | None = None


@dataclass(frozen=True, kw_only=True)
class Circular(Official):
    """关于……检查情况的通报: what a round came to, to all townships."""

    kind: Literal["circular"] = "circular"


@dataclass(frozen=True, kw_only=True)
class Opinion(Official):
    """复查意见书: what a re-inspection found of each finding."""

    kind: Literal["opinion"] = "opinion"
    proof: ProofAnnex | None = None


@dataclass(frozen=True, kw_only=True)
class ScoreReport(Written):
    """得分报告: a township's result in a round."""

    kind: Literal["score_report"] = "score_report"


@dataclass(frozen=True, kw_only=True)
class Ledger(Paper):
    """整改台账: an A4 landscape table."""

    facts: tuple[str, ...]
    table: Table
    note: str
    # Places to be signed and stamped below the table, two in a row.
    signing: tuple[tuple[str, str], ...] = ()
    kind: Literal["ledger"] = "ledger"


Document = Notice | Circular | Opinion | ScoreReport | Ledger
KINDS: dict[str, type[Document]] = {
    "notice": Notice,
    "letter": Notice,
    "order": Notice,
    "circular": Circular,
    "ledger": Ledger,
    "score_report": ScoreReport,
    "opinion": Opinion,
}
