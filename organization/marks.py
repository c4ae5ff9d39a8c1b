"""The colored tag that says how far something is: color, shape and word."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

# Code → tone and word. Items: met to unanswered; inspections: to_begin to submitted; findings: open to
# overdue; documents: the rest.
CODES = {
    "met": ("good", _("合格")),
    "partly": ("warn", _("部分合格")),
    "not_met": ("bad", _("不合格")),
    "na": ("quiet", _("不适用")),
    "unanswered": ("quiet", _("未填")),
    "to_begin": ("quiet", _("待检查")),
    "in_progress": ("info", _("检查中")),
    "submitted": ("good", _("已提交")),
    "open": ("warn", _("待整改")),
    "in_repair": ("info", _("整改中")),
    "closed": ("good", _("已销号")),
    "overdue": ("bad", _("已逾期")),
    "draft": ("quiet", _("草稿")),
    "checked": ("info", _("已核稿")),
    "signed": ("info", _("已签发")),
    "issued": ("info", _("已印发")),
    "delivered": ("info", _("已送达")),
    "acknowledged": ("good", _("已签收")),
    "withdrawn": ("quiet", _("已撤回")),
}


def status(code: str = "", tone: str = "", label: object = "") -> SafeString:
    """The tag of one of the codes; `label` says it in other words, then also in a `tone` of its own.

    Tones are good, warn, bad, info and quiet.
    """
    usual, word = CODES.get(code, ("quiet", ""))
    words = label or word
    if not words:
        return SafeString("")
    return format_html('<span class="tag tag-{}">{}</span>', tone if tone and label else usual, words)
