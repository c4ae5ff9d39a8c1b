"""Forms about notices and the office that signs them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inspections.models import Finding, Round
from organization.models import Region

from .models import IssuingBody, OfficialDocument


class FindingFilter(forms.Form):
    """Which findings are listed, as chosen on the page; the item is chosen by a link from elsewhere."""

    round = forms.ChoiceField(label=_("轮次"), required=False)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *Finding.State.choices]
    )
    region = forms.ChoiceField(label=_("乡镇"), required=False)
    item = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rounds: Iterable[Round], places: Iterable[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round"].choices = [("", _("全部")), *((str(row.pk), row.name) for row in rounds)]
        self.fields["region"].choices = [("", _("全部")), *((row.prefix, row.name) for row in places)]


class NoticeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a draft leaves open; findings, score and clauses come from the inspection."""

    report_days = forms.IntegerField(
        min_value=1,
        max_value=250,
        label=_("书面反馈时限（工作日）"),
        help_text=_("自收到通知之日起计算。"),
    )

    class Meta:
        model = OfficialDocument
        fields = ["addressee", "report_days", "contact", "phone", "copy_to"]
        help_texts = {
            "addressee": _("负责整改的机关的全称，例如某镇人民政府。"),
            "copy_to": _("多个机关用顿号或逗号隔开；不抄送则留空。"),
        }


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
