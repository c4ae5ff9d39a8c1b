"""签收回执: who signed for a document and when, as the portal has it, to be printed for the stamp."""

from django.utils import timezone

from . import workflow
from .document import Column, Ledger, Table
from .models import DocumentEvent, OfficialDocument
from .scrutiny import settled
from .verification import address, short
from .wording import chinese_date

COLUMNS = (Column("项目", 50), Column("内容", 175))
TITLE = "签收回执"
SIGNING = (("签收单位（公章）：", "签收人（签字）："),)
WAYS = {"system": "系统送达", "hand": "直接送交", "post": "邮寄送达"}


def receipt_of(document: OfficialDocument) -> DocumentEvent | None:
    """The step by which the township signed for it; None while it has not."""
    rows = document.events.filter(move=workflow.ACKNOWLEDGE).select_related("by")
    return rows.order_by("-at", "-pk").first()


def compose_receipt(document: OfficialDocument, receipt: DocumentEvent) -> Ledger:
    """Return the slip of an acknowledged document."""
    delivered = document.events.filter(move=workflow.DELIVER).order_by("-at", "-pk").first()
    at = timezone.localtime(receipt.at)
    told = (
        ("文书名称", document.title),
        ("文号", document.number_text),
        ("发文机关", document.issuer_name),
        ("收文单位", document.addressee),
        ("送达方式", WAYS[delivered.way if delivered else "system"]),
        ("签收人", receipt.person),
        ("签收时间", f"{chinese_date(at.date())}{at:%H:%M}"),
        ("办理账号", receipt.by.name),
        ("公文内容摘要", short(document.digest)),
        ("核验地址", address(document.token)),
    )
    center = document.inspection.center.name if document.inspection else document.addressee
    return settled(
        Ledger(
            issuer=document.issuer_name,
            title=(TITLE,),
            facts=(f"服务中心（点）：{center}", f"检查轮次：{document.round.name}"),
            table=Table(COLUMNS, told),
            note="注：签收人和签收时间以平台记录为准，需要纸质回执的，打印后签字盖章送发文机关。",
            signing=SIGNING,
            demonstration=document.region.is_demonstration,
        )
    )
