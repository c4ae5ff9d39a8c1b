"""One document of every kind for the tests, and the pictures that they name."""

import hashlib
import io
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw

from reports.circular import ItemFacts, RoundFacts, SectionFacts, TownshipFacts, compose_circular
from reports.document import (
    Circular,
    Document,
    Ledger,
    Notice,
    Number,
    Opinion,
    ScoreReport,
    SealImage,
)
from reports.evidence import PhotoFacts
from reports.ledger import LedgerRow, compose_ledger
from reports.opinion import ReinspectionFacts, ResultFacts, compose_opinion
from reports.pdf import render
from reports.score_report import CenterScore, LostPoints, SectionScore, TownshipScores, compose_score_report
from reports.typesetting import Verification
from reports.wording import Deadline
from tests.reports.notices import (
    FACILITIES,
    FINDINGS,
    OFFICE,
    SERVICES,
    SITE,
    STAFF,
    SYSTEMS,
    inspection,
    notice,
)
from tests.reports.pages import Pages

TOWNSHIPS = [
    "城关镇", "菜园镇", "任固镇", "五陵镇", "宜沟镇", "白营镇", "伏道镇", "韩庄镇", "古贤镇", "瓦岗乡",
]  # fmt: skip
SECTIONS = (SITE, FACILITIES, SERVICES, SYSTEMS, STAFF)
ROUND = "2026年第四季度便民服务中心督导检查"
STANDARD = ("关于政务服务向基层延伸的工作要求", "审服办〔2021〕13号")
NOTICE_TITLE = "关于宜沟镇党政综合便民服务中心存在问题限期整改的通知"
CHINA = timezone(timedelta(hours=8))
LATER = datetime(2026, 12, 28, 10, 20, tzinfo=CHINA)
LINE = "审服办〔2026〕15号　摘要 3f2a 91c4 77d0 1b2e"

# What became of the first findings of each township in the ledger.
FOLLOWED: dict[int, dict[str, Any]] = {
    1: {
        "person": "王强", "result": "已完成：在主要路口设置导向标识6处", "verdict": "合格，已销号",
        "closed_on": date(2026, 11, 24),
    },
    2: {"person": "王强", "result": "部分完成：扶手已安装，坡道正在改造", "verdict": "退回继续整改"},
    5: {
        "person": "赵敏", "result": "已完成：配齐老花镜、医药箱和轮椅", "verdict": "合格，已销号",
        "closed_on": date(2026, 11, 18),
    },
}  # fmt: skip


def jpeg(place: int, *, size: tuple[int, int] = (640, 480), **options: Any) -> bytes:
    """A photo's bytes; another `place` is another picture."""
    picture = Image.new("RGB", size, (80 + place * 7 % 150, 140, 160))
    ImageDraw.Draw(picture).rectangle((60, 60, 300, 260), outline="white", width=12)
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)
    return out.getvalue()


def seal_png(size: int = 400) -> bytes:
    """A stand-in for an uploaded seal: a blue square frame, which no seal is."""
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((0, 0, size - 1, size - 1), outline=(0, 0, 255, 255), width=8)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def key(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


SEAL_BYTES = seal_png()
SEAL = SealImage(key(SEAL_BYTES), 42.0, 42.0)
STAMP = SealImage(key(SEAL_BYTES), 40.0, 16.0)
PHOTOS = {key(body): body for body in (jpeg(place) for place in range(20))}
ASSETS = {**PHOTOS, SEAL.image: SEAL_BYTES}
CODE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="45" height="45" viewBox="0 0 45 45">'
    b'<path fill="#000" d="M4 4h37v37h-37z"/></svg>'
)
VERIFICATION = Verification(LINE, CODE)


def photo(place: int) -> PhotoFacts:
    """The facts of the photo at a place of PHOTOS."""
    return PhotoFacts(list(PHOTOS)[place], datetime(2026, 11, 12, 9, place, tzinfo=CHINA))


def with_photos(count: int = 10) -> Any:
    """An inspection whose first five findings have photos, the first of them two."""
    facts = inspection(count)
    findings = [
        replace(finding, photos=(photo(place), *((photo(place + 5),) if not place else ())))
        if place < 5
        else finding
        for place, finding in enumerate(facts.findings)
    ]
    return replace(facts, findings=tuple(findings))


def order(count: int = 10, **changes: Any) -> Notice:
    return notice(count, **{"kind": "order", **changes})


def letter(count: int = 10, **changes: Any) -> Notice:
    return notice(count, **{"kind": "letter", **changes})


def round_facts(**changes: Any) -> RoundFacts:
    facts = RoundFacts(
        name=ROUND,
        region="汤阴县",
        starts_on=date(2026, 11, 2),
        ends_on=date(2026, 11, 20),
        standard_title=STANDARD[0],
        standard_number=STANDARD[1],
        plan_number="汤审服办〔2026〕3号",
        average=Decimal("83.50"),
        grades=(("优秀", 6), ("良好", 18), ("合格", 12), ("不合格", 3)),
        townships=tuple(
            TownshipFacts(name, 4, 4 - (place == 9), Decimal("92.50") - 2 * (place * 7 % 10), 20 + place)
            for place, name in enumerate(TOWNSHIPS)
        ),
        sections=tuple(
            SectionFacts(title, 30 + place, 8 + place, tuple(r[2] for r in FINDINGS if r[0] == title)[:3])
            for place, title in enumerate(SECTIONS)
        ),
        items=tuple(ItemFacts(row[2], row[1], 9 - place) for place, row in enumerate(FINDINGS[:8])),
    )
    return replace(facts, **changes)


def circular(**changes: Any) -> Circular:
    arguments = {
        "office": OFFICE,
        "facts": round_facts(),
        "number": Number("审服办", 2026, 18),
        "dated": date(2026, 11, 25),
    }
    return compose_circular(**{**arguments, **changes})


def reinspection(count: int = 10, **changes: Any) -> ReinspectionFacts:
    results = tuple(
        ResultFacts(
            finding=row[2],
            requirement=row[3],
            outcome=("done", "partly", "not_done", "done")[place] if place < 4 else "done",
            now="现场查看，符合要求",
            before=photo(place) if place < 5 else None,
            after=replace(photo(place + 5), taken_at=LATER) if place < 4 else None,
        )
        for place, row in enumerate((FINDINGS * 20)[:count])
    )
    facts = ReinspectionFacts(
        center="宜沟镇党政综合便民服务中心",
        township="宜沟镇",
        notice_title=NOTICE_TITLE,
        notice_number="审服办〔2026〕15号",
        reinspected_on=date(2026, 12, 28),
        results=results,
    )
    return replace(facts, **changes)


def opinion(count: int = 10, **changes: Any) -> Opinion:
    arguments = {
        "office": OFFICE,
        "facts": reinspection(count),
        "number": Number("审服办", 2026, 21),
        "dated": date(2026, 12, 29),
        "report_by": Deadline("fixed_term", due=date(2027, 1, 20)),
    }
    return compose_opinion(**{**arguments, **changes})


def center_score(**changes: Any) -> CenterScore:
    center = CenterScore(
        name="宜沟镇党政综合便民服务中心",
        inspected_on=date(2026, 11, 12),
        score=Decimal("77.50"),
        grade="合格",
        sections=tuple(
            SectionScore(title, Decimal(20), Decimal("15.5"), Decimal("4.5"), Decimal("77.5") - 6 * place)
            for place, title in enumerate(SECTIONS)
        ),
        lost=tuple(LostPoints(row[1], row[2], row[3], Decimal(row[4])) for row in FINDINGS),
        change=Decimal("3.5"),
        next_grade="良好",
        next_score=Decimal("84.00"),
        repairs=3,
    )
    return replace(center, **changes)


def score_report(*centers: CenterScore, **changes: Any) -> ScoreReport:
    facts = TownshipScores("宜沟镇", ROUND, *STANDARD, centers or (center_score(),))
    arguments = {"issuer": OFFICE.name, "facts": facts, "dated": date(2026, 11, 25)}
    return compose_score_report(**{**arguments, **changes})


def ledger(townships: int = 3, **changes: Any) -> Ledger:
    rows = [
        LedgerRow(
            name, f"{name}党政综合便民服务中心", row[1], row[2], row[3], row[5], **FOLLOWED.get(place, {})
        )
        for name in TOWNSHIPS[:townships]
        for place, row in enumerate(FINDINGS)
    ]
    arguments = {"issuer": OFFICE.name, "region": "汤阴县", "round": ROUND, "rows": rows}
    return compose_ledger(**{**arguments, "dated": date(2026, 11, 25), **changes})


@lru_cache
def samples() -> dict[str, Document]:
    """One document of each kind, with photos, seal and a last annex where the kind has them."""
    facts = with_photos()
    return {
        "notice": notice(facts=facts, seal_image=SEAL, proof="receipt"),
        "letter": letter(facts=facts, proof="service"),
        "order": order(facts=facts, seal="signature", seal_image=STAMP, post="主任", proof="service"),
        "circular": circular(seal_image=SEAL),
        "opinion": opinion(proof="receipt", seal="unsealed"),
        "score_report": score_report(
            center_score(), center_score(name="宜沟镇向阳村党群服务中心", change=None)
        ),
        "ledger": ledger(),
    }


@lru_cache
def sample_pages(kind: str) -> Pages:
    """The sample of a kind as printed, rendered once for all tests of a process."""
    return Pages(render(samples()[kind], ASSETS, VERIFICATION))
