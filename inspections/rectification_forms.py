"""What people fill in while a finding is put right, on the township's side and on the county's."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import workflow
from .forms import DateInput
from .models import Finding, MessageChoice, RectificationPolicy, Reply, Request

# The county's moves (`workflow.MAKERS`) as its buttons name them.
MOVES = {
    "close": _("销号"),
    "return": _("退回整改"),
    "reinspect": _("安排复查"),
    "reopen": _("重新整改"),
    "withdraw": _("撤销问题"),
}


WITHDRAWING = _(
    "撤销只是不再要求整改，得分不变。检查结果有误、应当更正得分的，不要撤销，请在乡镇提出的异议里办理“更正得分”。"
)


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files; an empty one is a fault as in Django's own field."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        return [super(SeveralFilesField, self).clean(one, initial) for one in data or []]


class ReplyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A reply, of which a `draft` may be half filled in; `cleaned_data` without `files` fits `save_reply`."""

    files = SeveralFilesField(
        label=_("整改后的照片和材料"),
        required=False,
        help_text=_(
            "照片、PDF、Word 或 Excel，可以一次选几个。写成“已完成”的至少要有一份。"
            "照片里有人脸、证件号的，选好以后点“标注”遮盖再报送。"
        ),
        widget=SeveralFiles(attrs={"accept": "image/*,.pdf,.docx,.xlsx", "data-cover": ""}),
    )

    class Meta:
        model = Reply
        fields = ["measure", "responsible", "result", "done_on", "plan"]
        widgets = {
            "measure": forms.Textarea(attrs={"rows": 3}),
            "plan": forms.Textarea(attrs={"rows": 2}),
            "done_on": DateInput(),
            "result": forms.RadioSelect,
        }
        help_texts = {
            "measure": _("做了什么，例如：已在大厅增设轮椅坡道。"),
            "done_on": _("已完成的填写。"),
            "plan": _("部分完成或未完成的填写：为什么，下一步什么时候做完。"),
        }

    def __init__(self, *args: Any, draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        self.fields["result"].choices = Reply.Result.choices
        if draft:
            for field in self.fields.values():
                field.required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        result, done_on = cleaned.get("result"), cleaned.get("done_on")
        if done_on and done_on > timezone.localdate() and (self.draft or result == Reply.Result.DONE):
            self.add_error("done_on", _("完成日期不能晚于今天。"))
        if self.draft:
            return cleaned
        if result == Reply.Result.DONE:
            cleaned["plan"] = ""
            if not done_on and "done_on" not in self.errors:
                self.add_error("done_on", _("请填写完成日期。"))
        elif result:
            cleaned["done_on"] = None
            if not cleaned.get("plan"):
                self.add_error("plan", _("请写明未完成的原因和下步打算。"))
        return cleaned

    def reply_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class OneOfSeveral(forms.Form):
    """A form beside others whose fields have the same names: the ids of each are its own."""

    ids = "id_%s"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": self.ids, **kwargs})


class ExtensionForm(OneOfSeveral):
    ids = "extension-%s"

    until = forms.DateField(label=_("申请延至"), widget=DateInput())
    reason = forms.CharField(label=_("理由"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until.year > timezone.localdate().year + 1:
            raise forms.ValidationError(_("最晚到明年年底。"))
        return until


class ObjectionForm(OneOfSeveral):
    ids = "objection-%s"

    reason = forms.CharField(
        label=_("异议的依据"),
        max_length=1000,
        help_text=_("说明哪里与实际不符，有什么可以证明。"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReviewForm(OneOfSeveral):
    """What the county makes of one finding; only moves that exist from its state are offered."""

    ids = "review-%s"

    move = forms.ChoiceField(label=_("处理"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("意见"),
        max_length=500,
        required=False,
        help_text=_("乡镇能看到。退回、重新整改、撤销必须写明理由。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["move"].choices = moves_from(finding.state)
        # One move is no choice: the page has a button of that name.
        self.only = choices[0][1] if len(choices) == 1 else None
        if self.only:
            self.fields["move"].widget = forms.HiddenInput()
            self.initial["move"] = choices[0][0]
            self.fields["words"].help_text = _("乡镇能看到，必须写明理由。")
        if "withdraw" in dict(choices):
            self.fields["move"].help_text = WITHDRAWING


def moves_from(state: str) -> list[tuple[str, Any]]:
    """The county's moves that exist from a state, with their words."""
    return [(move, MOVES[move]) for move in workflow.moves_by(workflow.ADMINISTRATOR, state)]


class DecisionForm(OneOfSeveral):
    """The answer to what a township asked for; a finding may have several that wait."""

    grant = forms.TypedChoiceField(
        label=_("答复"),
        choices=[("1", _("同意")), ("0", _("不同意"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("意见"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, asked: Request, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"request-{asked.pk}-%s", **kwargs)


class MessageChoiceForm(forms.Form):
    mode = forms.ChoiceField(label=_("邮件"), choices=MessageChoice.Mode, widget=forms.RadioSelect)
    email = forms.EmailField(label=_("电子邮箱"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        wanted = cleaned.get("mode") in (MessageChoice.Mode.DAILY, MessageChoice.Mode.AT_ONCE)
        if wanted and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("要发邮件，请填写电子邮箱。"))
        return cleaned


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RectificationPolicy
        fields = ["basis", "at_once_days", "blue", "yellow", "red"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        yellow, red = cleaned.get("yellow"), cleaned.get("red")
        if yellow is not None and yellow < 1:
            self.add_error("yellow", _("至少1个工作日。"))
        elif yellow is not None and red is not None and red <= yellow:
            self.add_error("red", _("红色预警应当晚于黄色预警。"))
        if not 1 <= (cleaned.get("at_once_days") or 1) <= 30:
            self.add_error("at_once_days", _("应为1至30个工作日。"))
        return cleaned
