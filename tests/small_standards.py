"""Small standards for tests, as plain data that a test may spoil, and as parsed."""

from decimal import Decimal
from typing import Any

from standards.content import StandardData
from standards.schema import parse_standard

Plain = dict[str, Any]
BOTH = ["township", "village"]

YES_NO: Plain = {"kind": "yes_no"}
CHOICE: Plain = {"kind": "choice"}
AREA: Plain = {
    "kind": "number",
    "unit": "平方米",
    "minimum": {"township": Decimal(150), "village": Decimal(50)},
    "partial": "proportional",
}
ZONES: Plain = {
    "kind": "elements",
    "elements": [
        {"code": "guide", "title": "引导区"},
        {"code": "wait", "title": "等候区"},
        {"code": "office", "title": "后台审批区", "applies_to": ["township"]},
    ],
}
WINDOWS: Plain = {"kind": "per_unit", "unit": "个"}
EMPTY_POSTS: Plain = {"kind": "occurrences", "unit": "次", "deduct_each": Decimal("0.5")}
ALL_KINDS = {
    "yes": YES_NO,
    "choice": CHOICE,
    "area": AREA,
    "zones": ZONES,
    "windows": WINDOWS,
    "posts": EMPTY_POSTS,
}


def plain_item(code: str = "yes", measure: Plain | None = None, points: Any = 4, **changes: Any) -> Plain:
    item = {
        "code": code,
        "title": f"检查项{code}",
        "applies_to": BOTH,
        "points": Decimal(points),
        "measure": measure or YES_NO,
        "methods": ["on_site"],
        "rectify": {"mode": "fixed_term", "working_days": 15},
        "finding": f"{code}不符合要求",
        "requirement": f"整改{code}",
    }
    return item | changes


def plain_standard(*items: Plain, **changes: Any) -> Plain:
    """One section with one clause that holds the items (one yes/no item if none are given)."""
    clause = {
        "code": "1.1",
        "heading": "(一)建设标准",
        "text": "1、中心应符合要求。",
        "items": list(items or [plain_item()]),
    }
    data = {
        "format": 1,
        "standard": "small",
        "edition": "2026",
        "title": "关于小标准的要求",
        "document_number": "试〔2026〕1号",
        "issued_on": "2026-01-05",
        "notes": ["仅供测试"],
        "policy": {
            "grades": [
                {"name": "优秀", "min": Decimal(90)},
                {"name": "良好", "min": Decimal(80)},
                {"name": "合格", "min": Decimal(60)},
                {"name": "不合格", "min": Decimal(0)},
            ],
            "veto_grade": "不合格",
            "rounding": {"places": 2},
        },
        "sections": [{"code": "one", "title": "一、建设要求", "clauses": [clause]}],
    }
    return data | changes


def standard(*items: Plain, **changes: Any) -> StandardData:
    return parse_standard(plain_standard(*items, **changes))


def every_kind() -> StandardData:
    """A standard with one item of 4 points for each measure kind."""
    return standard(*(plain_item(code, measure) for code, measure in ALL_KINDS.items()))
