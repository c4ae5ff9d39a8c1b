"""Forms about notices and the office that signs them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import IssuingBody, Notice


class NoticeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a draft leaves open; findings, score and clauses come from the inspection."""

    report_days = forms.IntegerField(
        min_value=1,
        max_value=250,
        label=_("书面反馈时限（工作日）"),
        help_text=_("自收到通知之日起计算。"),
    )

    class Meta:
        model = Notice
        fields = ["report_days", "contact", "phone", "copy_to"]
        help_texts = {"copy_to": _("多个机关用顿号或逗号隔开；不抄送则留空。")}


class IssuingBodyForm(forms.ModelForm):  # type: ignore[type-arg]
    report_days = forms.IntegerField(min_value=1, max_value=250, label=_("书面反馈时限（工作日）"))

    class Meta:
        model = IssuingBody
        fields = ["name", "number_code", "contact", "phone", "copy_to", "report_days"]
        help_texts = {
            "name": _("全称或规范化简称，印在文件上方和落款处。"),
            "number_code": _("例如：审服办。文号由代字、年份和序号组成。"),
            "copy_to": _("多个机关用顿号或逗号隔开；不抄送则留空。"),
        }
