"""Forms about documents and the office that signs them."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy as _

from inspections.forms import DateInput, RowsField
from inspections.models import Finding, Inspection, Round
from inspections.templatetags.findings import round_name
from organization.models import Region, Role, ServiceCenter, User
from organization.widgets import LongSelect
from standards.models import Edition

from . import phrases
from .models import DocumentEvent, IssuingBody, OfficialDocument, SealImage
from .models.offices import DEMANDS
from .phrasing import office_words, sample_values
from .regional import called

ROUNDS_OFFERED = 12
# Several states under one word.
STATES = [("open", _("未销号")), ("overdue", _("已逾期")), ("with_county", _("等待县里办理"))]


class FindingFilter(forms.Form):
    """Which findings are listed, as chosen on the page; the item is chosen by a link from elsewhere."""

    round = forms.ChoiceField(label=_("轮次"), required=False, widget=LongSelect)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *STATES, *Finding.State.choices],
        widget=LongSelect,
    )  # fmt: skip
    region = forms.ChoiceField(label=_("乡镇"), required=False, widget=LongSelect)
    item = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        rounds: Collection[Round],
        places: Iterable[tuple[str, str]],
        wide: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if wide:
            self.fields["region"].label = _("地区（逐级选择）")
            self.order_fields(["region"])
        self.fields["round"].choices = [("", _("全部")), *((str(row.pk), row.name) for row in rounds)]
        if wide and not rounds:
            self.fields["round"].label = _("轮次（先选县）")
        self.fields["region"].choices = [("", _("全部")), *places]


WAITING = {
    "to_check": _("等我核稿"),
    "to_sign": _("等我签发"),
    "to_issue": _("等我印发"),
    "below": _("下级待印发"),
}


class DocumentFilter(forms.Form):
    """Which documents are listed."""

    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *OfficialDocument.State.choices]
    )
    kind = forms.ChoiceField(
        label=_("文种"), required=False, choices=[("", _("全部")), *OfficialDocument.Kind.choices]
    )
    region = forms.ChoiceField(label=_("地区（逐级选择）"), required=False, widget=LongSelect)
    round = forms.ChoiceField(label=_("轮次"), required=False)

    def __init__(
        self,
        *args: Any,
        places: Iterable[tuple[str, str]] | None,
        waiting: Iterable[str],
        round: Round | None,
        **kwargs: Any,
    ) -> None:
        """`waiting` are the names in `WAITING` to choose from; `round` is the one asked for."""
        super().__init__(*args, **kwargs)
        self.fields["state"].choices += [(name, WAITING[name]) for name in waiting]
        if round is None:
            del self.fields["round"]
        else:
            self.fields["round"].choices = [("", _("全部")), (round.pk, round_name(round.name))]
        if places is None:
            del self.fields["region"]
        else:
            self.fields["region"].choices = [("", _("全部")), *places]
            self.order_fields(["region"])


FAULTS = {
    "unknown": _("第%(at)s个字起的“{%(words)s}”不是可用的占位词。"),
    "stray": _("第%(at)s个字“%(words)s”是多余的花括号。"),
    "too_long": _("最多%(most)s个字，现在有%(words)s个字。"),
}
LABELS = {
    "basis": _("检查依据（正文开头）"),
    "report": _("书面反馈的要求"),
    "consequence": _("复查和逾期的后果"),
    "closing": _("结尾段"),
}


class PassageField(forms.CharField):
    """A sentence with placeholders; each fault is named with its place."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, kind: str, name: str, **kwargs: Any) -> None:
        super().__init__(label=LABELS[name], required=False, **kwargs)
        self.kind = kind

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        found = phrases.faults(text, self.kind)
        if found:
            raise forms.ValidationError([fault_words(fault) for fault in found])
        return text


def fault_words(fault: phrases.Fault) -> str:
    """A fault of a passage as a sentence."""
    return str(FAULTS[fault.code]) % {"words": fault.words, "at": fault.at, "most": phrases.LONGEST}


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a draft leaves open; findings, score and clauses come from the inspection."""

    report_days = forms.IntegerField(
        min_value=1,
        max_value=250,
        label=_("书面反馈时限（工作日）"),
        help_text=_("自收到通知之日起计算。"),
    )

    class Meta:
        model = OfficialDocument
        fields = [
            "kind", "addressee", "repair_by", "report_days", "contact", "phone", "copy_to", "seal", "proof",
            "with_photos",
        ]  # fmt: skip
        widgets = {"repair_by": DateInput()}
        help_texts = {
            "repair_by": _("写定的，限期整改的问题都以这一天为限；不填的，按各检查项的工作日时限计算。"),
            "kind": _("三种形式内容相同：通知用红头或者信函格式，整改通知书用表格。"),
            "addressee": _("负责整改的机关的全称，例如某镇人民政府。"),
            "copy_to": _("多个机关用顿号或逗号隔开；不抄送则留空。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        self.kind_before: str = row.kind
        labels = dict(OfficialDocument.Kind.choices)
        kinds = DEMANDS if row.kind in DEMANDS else (row.kind,)
        self.fields["kind"].choices = [(kind, labels[kind]) for kind in kinds]
        if row.kind not in DEMANDS:
            self._leave_out("repair_by", "kind")
        if row.kind == OfficialDocument.Kind.CIRCULAR:
            # It asks nobody for a report of their own, and has no slip and no photos.
            self._leave_out("report_days", "proof", "with_photos")
            self.fields["addressee"].help_text = ""
        self.words_before = phrases.chosen(row.kind, {}, office_words(row.body, row.kind))
        chosen = self.data.get("kind", row.kind) if self.is_bound else row.kind
        self.kind: str = chosen if chosen in kinds else row.kind
        self.office_words = self.words_before
        if self.kind != self.kind_before:
            self.office_words = phrases.chosen(self.kind, {}, office_words(row.body, self.kind))
        for name, text in phrases.chosen(self.kind, row.wording, self.office_words).items():
            self.fields[name] = PassageField(self.kind, name, initial=text)

    def _leave_out(self, *names: str) -> None:
        for name in names:
            del self.fields[name]

    def fields_given(self) -> dict[str, Any]:
        """The cleaned fields, the passages among them only where they differ from the office's.

        Words that the office has for the kind that it was are not those of the kind that it becomes: an
        order numbers its annexes otherwise.
        """
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        passages = {name: self.cleaned_data[name] for name in self.words_before if name in self.cleaned_data}
        own = {name: text for name, text in passages.items() if text != self.words_before[name]}
        kept = own if self.kind != self.kind_before else passages
        return given | {"wording": phrases.kept(self.kind, kept, self.office_words)}


class CorrectionForm(forms.Form):
    """Why a result is set right; the result itself comes from the item's own controls."""

    words = forms.CharField(
        label=_("更正的理由"),
        max_length=500,
        help_text=_("写明核实的情况，乡镇能看到。"),
        error_messages={"required": _("请写明更正的理由。")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class WordingForm(forms.Form):
    """An office's usual words for one kind of document."""

    def __init__(self, *args: Any, body: IssuingBody, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body, self.kind = body, kind
        for name, text in phrases.chosen(kind, {}, office_words(body, kind)).items():
            self.fields[name] = PassageField(kind, name, initial=text)

    def sample(self) -> list[tuple[str, str]]:
        """Each passage without faults, filled in with the values of an example."""
        if self.is_bound:
            self.is_valid()
            texts = self.cleaned_data
        else:
            texts = {name: field.initial for name, field in self.fields.items()}
        values = sample_values(self.body)
        return [
            (str(LABELS[name]), phrases.filled(texts[name], values))
            for name in self.fields
            if texts.get(name)
        ]


class DeliveryForm(forms.Form):
    """How and when a document reached its addressee."""

    way = forms.ChoiceField(label=_("送达方式"), choices=DocumentEvent.Way.choices)
    happened_on = forms.DateField(
        label=_("送达日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    person = forms.CharField(
        label=_("签收人"), required=False, max_length=50, help_text=_("直接送交的必须填写。")
    )
    words = forms.CharField(
        label=_("凭证说明"),
        required=False,
        max_length=500,
        help_text=_("邮寄的必须填写邮件单号；也可以写回证编号等。"),
    )


class SealForm(forms.Form):
    """A picture of a seal or signature stamp, as the office already has it."""

    purpose = forms.ChoiceField(label=_("用途"), choices=SealImage.Purpose.choices)
    image = forms.FileField(label=_("图片"), help_text=_("PNG，背景透明，边长 200 至 4000 像素，最大 4 MB。"))
    width_mm = forms.DecimalField(
        label=_("宽度（毫米）"), min_value=10, max_value=60, max_digits=4, decimal_places=1, initial=42,
        help_text=_("按实物尺寸印出，县级机关印章一般为 42 毫米。"),
    )  # fmt: skip
    post = forms.CharField(
        label=_("签发人职务"), required=False, max_length=30, help_text=_("只用于签名章，印在签名章左侧。")
    )


class PaperNumbersForm(forms.Form):
    """Numbers that were used outside the portal."""

    year = forms.IntegerField(label=_("年份"), min_value=2000, max_value=2100)
    through = forms.IntegerField(
        label=_("登记到第几号"), min_value=1, max_value=99999,
        help_text=_("从下一个文号登记到这个号（含）。"),
    )  # fmt: skip
    reason = forms.CharField(label=_("用在哪里"), max_length=200)


class IssuingBodyForm(forms.ModelForm):  # type: ignore[type-arg]
    report_days = forms.IntegerField(min_value=1, max_value=250, label=_("书面反馈时限（工作日）"))

    class Meta:
        model = IssuingBody
        fields = ["name", "number_code", "contact", "phone", "copy_to", "report_days", "step_by_step"]
        help_texts = {
            "name": _("全称或规范化简称，印在文件上方和落款处。"),
            "number_code": _("例如：审服办。文号由代字、年份和序号组成。"),
            "step_by_step": _(
                "选中后，公文必须依次由核稿人核稿、签发人签发，才能印发，业务管理员不能代办；"
                "不选时业务管理员可以直接印发，经办人都记录在公文上。"
            ),
            "copy_to": _("多个机关用顿号或逗号隔开；不抄送则留空。"),
        }


class RegionFilter(forms.Form):
    """Which round a region's page shows, beside which other, and of which centers."""

    round = forms.ChoiceField(label=_("轮次"), required=False)
    against = forms.ChoiceField(label=_("对比"), required=False)
    kind = forms.ChoiceField(
        label=_("中心类型"), required=False, choices=[("", _("全部")), *ServiceCenter.Kind.choices]
    )

    def __init__(self, *args: Any, rounds: Iterable[Round], region: Region, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(row.pk), called(row, region)) for row in rounds]
        self.fields["round"].choices = named
        self.fields["against"].choices = [("none", _("不对比")), *named]


class BoundaryForm(forms.Form):
    """A file of boundaries, and whose map it is."""

    file = forms.FileField(
        label=_("边界文件"),
        widget=forms.FileInput(attrs={"accept": ".json,.geojson"}),
    )
    source = forms.CharField(
        label=_("来源和审图号"), max_length=100,
        help_text=_("印在分布图下面，例如：某省标准地图服务，审图号：某S(2026)001号。"),
    )  # fmt: skip


class RehearsalForm(forms.Form):
    """Which edition is tried out on which rounds, in which of the person's regions."""

    edition = forms.ModelChoiceField(
        Edition.objects.none(), label=_("试算哪个版次"), to_field_name="pk", empty_label=None
    )
    rounds = RowsField(
        Round.objects.none(),
        label=_("用哪些轮次的答案"),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = [grant.region_id for grant in user.grants if grant.role == Role.ADMINISTRATOR]
        self.region = Region.objects.filter(code__in=codes).order_by("level", "code").first()
        rounds = Round.objects.none()
        if self.region is not None:
            inside = (
                Inspection.objects.submitted()
                .whole()
                .filter(round=OuterRef("pk"), region__code__startswith=self.region.prefix)
            )
            rounds = Round.objects.filter(Exists(inside.order_by())).order_by("-starts_on", "-pk")
        offered = list(rounds.values_list("pk", "kind")[:ROUNDS_OFFERED])
        newest = [pk for pk, _kind in offered]
        # What the county itself found is what a new edition is measured by; the rest may be ticked besides.
        county = [pk for pk, kind in offered if kind == Round.Kind.COUNTY]
        # Drafts first: they are what is tried out before anything is published.
        editions = Edition.objects.order_by(F("published_at").desc(nulls_first=True), "-pk")
        self.fields["edition"].queryset = editions  # type: ignore[attr-defined]
        self.fields["rounds"].queryset = rounds.filter(pk__in=newest)  # type: ignore[attr-defined]
        self.fields["rounds"].initial = (county or newest)[:1]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return cleaned | {"region": self.region}
