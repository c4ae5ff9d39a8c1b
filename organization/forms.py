"""Forms of the organization's pages; their values are written by actions."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from . import passwords
from .actions import must_wait
from .middleware import address_of
from .models import AuditEntry, Region, Role, ServiceCenter, User
from .wording import ACTIONS

CANDIDATES = 20


class DayField(forms.DateField):
    """A day of these centuries: the first and the last that Python knows have no midnight in UTC."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_validators = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2999, 12, 31))]


class LoginForm(AuthenticationForm):
    """Log-in that says in plain words what is wrong, and makes guessers wait."""

    error_messages = {
        "invalid_login": _(
            "用户名或密码不对，请检查后再试。连续%(tries)s次不对，要等%(minutes)s分钟才能再登录。"
        ),
        "inactive": _("这个账号已停用，请联系安全管理员。"),
        "wait": _("密码不对的次数太多。为了账号安全，请%(minutes)s分钟后再试，或请安全管理员帮助。"),
    }

    def clean(self) -> dict[str, Any]:
        address = address_of(self.request) if self.request else None
        if must_wait(self.cleaned_data.get("username", ""), address):
            raise ValidationError(self.error_messages["wait"] % _numbers(), code="wait")
        return super().clean()

    def get_invalid_login_error(self) -> ValidationError:
        return ValidationError(self.error_messages["invalid_login"] % _numbers(), code="invalid_login")


def _numbers() -> dict[str, int]:
    return {"tries": settings.LOCKOUT_TRIES, "minutes": settings.LOCKOUT_MINUTES}


class OwnPasswordForm(PasswordChangeForm):
    """Django's form with the rules in one sentence; it stands below other things, so takes no focus."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].widget.attrs.pop("autofocus", None)
        self.fields["new_password1"].help_text = passwords.rules()
        self.fields["new_password2"].help_text = ""


class TokenForm(forms.Form):
    """Six digits, or a recovery code."""

    token = forms.CharField(
        label=_("6位数字"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label=_("人员表"),
        help_text=_("Excel 或 WPS 的 .xlsx，或 .csv。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("初始密码"),
        strip=False,
        help_text=_("请当面告诉本人；本人第一次登录时要先改成自己的密码。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class GrantForm(forms.Form):
    """A role in a region, found by its code or name; several matches are offered to choose from."""

    role = forms.ChoiceField(label=_("角色"), choices=Role.choices)
    place = forms.CharField(
        label=_("地区"), max_length=100, help_text=_("名称或区划代码，如“宜沟镇”或 410523104。")
    )
    region = forms.ChoiceField(label=_("选一个地区"), required=False, widget=forms.RadioSelect)

    def __init__(self, *args: Any, giver: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.giver = giver
        self.chosen: Region | None = None
        self.choice = self.fields.pop("region")

    def clean(self) -> dict[str, Any]:
        """Find the region; it is in `chosen` then."""
        values = super().clean()
        if "place" in values:
            try:
                self.chosen = self._find(values["place"])
            except ValidationError as error:
                self.add_error("place", error)
        return values

    def _find(self, words: str) -> Region:
        found = Region.objects.assignable_by(self.giver).matching(words).select_related("parent")
        found = list(found[: CANDIDATES + 1])
        if not found:
            raise ValidationError(
                _("在您管理的地区里没有找到“%(words)s”，请检查名称或代码。") % {"words": words}
            )
        if len(found) > CANDIDATES:
            raise ValidationError(_("符合的地区太多，请写完整的名称或区划代码。"))
        picked = self.data.get(self.add_prefix("region"))
        chosen = found[0] if len(found) == 1 else next((r for r in found if r.code == picked), None)
        if chosen is None:
            self._offer(found)
            raise ValidationError(_("有%(count)s个地区符合，请在下面选一个。") % {"count": len(found)})
        return chosen

    def _offer(self, found: list[Region]) -> None:
        self.choice.choices = [(r.code, f"{r.parent or ''}{r.name}（{r.code}）") for r in found]
        self.fields["region"] = self.choice


class PersonForm(NewPasswordForm, GrantForm):
    """A new account with its first role."""

    field_order = ["username", "name", "password", "role", "place", "region"]

    username = forms.CharField(
        label=_("用户名"), max_length=64, help_text=_("登录用，可用文字、数字和 @ . + - _，如姓名拼音。")
    )
    name = forms.CharField(label=_("姓名"), max_length=50)


class DelegateForm(NewPasswordForm):
    """A new account for one of a township's villages."""

    field_order = ["region", "username", "name", "password"]

    region = forms.ModelChoiceField(Region.objects.none(), label=_("村（社区）"), empty_label=_("请选择"))
    username = forms.CharField(
        label=_("用户名"), max_length=64, help_text=_("登录用，可用文字、数字和 @ . + - _，如姓名拼音。")
    )
    name = forms.CharField(label=_("姓名"), max_length=50)

    def __init__(self, *args: Any, villages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = villages


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]


class CenterForm(forms.ModelForm):
    class Meta:
        model = ServiceCenter
        fields = ["name", "address", "phone", "closed_on"]
        widgets = {"closed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}
        help_texts = {
            "closed_on": _(
                "不能晚于今天。保存后立即停用，不再安排新的检查；还没有销号的问题仍要继续整改、销号。清空即恢复使用。"
            )
        }

    def validate_constraints(self) -> None:
        """Leave the database's rules to the action, which has words for them."""


class CenterFilter(forms.Form):
    q = forms.CharField(label=_("名称"), required=False, max_length=100)
    region = forms.ChoiceField(label=_("地区"), required=False)
    kind = forms.ChoiceField(
        label=_("类型"), required=False, choices=[("", _("全部")), *ServiceCenter.Kind.choices]
    )
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("使用中")), ("closed", _("已停用")), ("all", _("全部"))],
    )

    def __init__(self, *args: Any, regions: list[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", _("全部")), *((r.code, r.name) for r in regions)]


class PersonFilter(forms.Form):
    q = forms.CharField(label=_("姓名或用户名"), required=False, max_length=64)
    role = forms.ChoiceField(label=_("角色"), required=False, choices=[("", _("全部")), *Role.choices])
    state = forms.ChoiceField(
        label=_("状态"),
        required=False,
        choices=[("", _("全部")), ("active", _("启用")), ("disabled", _("已停用"))],
    )


class AuditFilter(forms.Form):
    person = forms.CharField(label=_("姓名或用户名"), required=False, max_length=64)
    action = forms.ChoiceField(label=_("操作"), required=False, choices=[("", _("全部")), *ACTIONS.items()])
    object = forms.CharField(label=_("对象"), required=False, max_length=100)
    region = forms.CharField(label=_("地区或代码"), required=False, max_length=100)
    since = DayField(label=_("从"), required=False)
    until = DayField(label=_("到"), required=False)
    result = forms.ChoiceField(
        label=_("结果"), required=False, choices=[("", _("全部")), *AuditEntry.Result.choices]
    )
    address = forms.GenericIPAddressField(label=_("来源地址"), required=False)
