"""Messages in words: what happened, and what to do by when."""

from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from organization.templatetags.portal import day

from .models import Message
from .rectification_forms import MOVES

# Title and sentence by kind; the detail of a message fills them.
WORDS = {
    "self_check": (
        gettext_lazy("请先自查"),
        gettext_lazy("%(round)s：请按同一份检查表先自查并提交，县里检查以后逐项对照。"),
    ),
    "notified": (
        gettext_lazy("收到整改通知"),
        ngettext_lazy(
            "%(center)s：共%(count)s个问题。请签收，%(begin)s。",
            "%(center)s：共%(count)s个问题。请签收，%(begin)s。",
            "count",
        ),
    ),
    "recalled": (
        gettext_lazy("整改通知已撤回"),
        ngettext_lazy(
            "%(center)s：%(count)s个问题不再计算时限，请等待新的通知。",
            "%(center)s：%(count)s个问题不再计算时限，请等待新的通知。",
            "count",
        ),
    ),
    "reported": (gettext_lazy("乡镇报送整改情况"), gettext_lazy("%(center)s报送了整改情况，请审核。")),
    "asked": (
        gettext_lazy("乡镇有申请待答复"),
        gettext_lazy("%(center)s：%(what)s（%(finding)s）。请答复。"),
    ),
    "decided": (gettext_lazy("县里答复了申请"), gettext_lazy("%(what)s：%(result)s（%(finding)s）。")),
    "lapsed": (
        gettext_lazy("延期申请已失效"),
        gettext_lazy("%(finding)s：问题已经销号或撤销，延期申请不再答复。"),
    ),
    "corrected": (
        gettext_lazy("异议成立，得分已更正"),
        gettext_lazy("%(center)s：得分由%(before)s更正为%(after)s。"),
    ),
    "return": (
        gettext_lazy("整改情况被退回"),
        gettext_lazy("%(finding)s。意见：%(words)s。请继续整改后再报。"),
    ),
    "reinspection": (
        gettext_lazy("将进行复查"),
        ngettext_lazy(
            "%(center)s：%(count)s个问题。请做好准备。",
            "%(center)s：%(count)s个问题。请做好准备。",
            "count",
        ),
    ),
    "reinspected": (
        gettext_lazy("复查结果"),
        gettext_lazy("%(center)s：%(passed)s个问题合格销号，%(failed)s个继续整改。"),
    ),
    "reinspect": (gettext_lazy("将安排复查"), gettext_lazy("%(finding)s。请做好准备。")),
    "close": (gettext_lazy("问题已销号"), gettext_lazy("%(finding)s。")),
    "reopen": (gettext_lazy("问题需要重新整改"), gettext_lazy("%(finding)s。意见：%(words)s。")),
    "withdraw": (
        gettext_lazy("问题已撤销"),
        gettext_lazy("%(finding)s。意见：%(words)s。不再要求整改，得分不变。"),
    ),
    "reviewed": (
        gettext_lazy("县里办理了一批问题"),
        gettext_lazy("%(count)s个问题：%(what)s。各个问题的意见在问题的页面上。"),
    ),
    "recount": (
        gettext_lazy("整改期限有变动"),
        ngettext_lazy(
            "%(year)s年的工作日历已载入，%(center)s有%(count)s个问题的期限重新计算。",
            "%(year)s年的工作日历已载入，%(center)s有%(count)s个问题的期限重新计算。",
            "count",
        ),
    ),
    "blue": (gettext_lazy("整改快到期"), gettext_lazy("%(center)s：%(finding)s。请在期限内完成并报送。")),
    "yellow": (
        gettext_lazy("整改已逾期（黄色预警）"),
        gettext_lazy("%(center)s：%(finding)s。请尽快完成并报送。"),
    ),
    "red": (
        gettext_lazy("整改严重逾期（红色预警）"),
        gettext_lazy("%(center)s：%(finding)s。请立即完成并报送。"),
    ),
}
# Words that a detail holds as a code.
CODES = {
    "extension": gettext_lazy("申请延期"),
    "objection": gettext_lazy("提出异议"),
    **MOVES,
    "from_acknowledged": gettext_lazy("时限从签收之日起算"),
    "from_issued": gettext_lazy("时限从印发之日起算"),
    "fixed_day": gettext_lazy("限期整改的问题以通知写明的日期为限"),
    "granted": gettext_lazy("同意"),
    "refused": gettext_lazy("不同意"),
}

# What messages of earlier releases do not hold.
EARLIER = {"begin": "from_acknowledged"}


class Worded(NamedTuple):
    title: str
    words: str
    by_when: str


def worded(message: Message) -> Worded:
    """A message in the present language."""
    title, words = WORDS[message.kind]
    # The sentence ends what people wrote, whether they ended it themselves or not.
    detail: dict[str, Any] = {
        key: CODES.get(value, value.rstrip("。")) if isinstance(value, str) else value
        for key, value in (EARLIER | message.detail).items()
    }
    by_when = _("期限：%(day)s") % {"day": day(message.due_on)} if message.due_on else ""
    return Worded(str(title), str(words % detail), by_when)
