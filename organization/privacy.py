"""Personal data: what the notice says, what belongs to a person alone, and what is kept of their acts."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from .models import Assignment, AuditEntry, User

# In the session: the notice is to be read before anything else.
DUE = "notice_due"
# Never handed out, not even to the person: whoever had the file could enter by them.
SECRET = {"password", "key", "digest", "session_key"}
MOST = 10_000


def is_due(person: User) -> bool:
    """Say whether the person has not yet read this version of the notice."""
    return person.notice_version != settings.PRIVACY_VERSION


def stored() -> list[dict[str, str]]:
    """What is kept of a person, why, and how long, in words."""
    sessions = settings.SESSION_COOKIE_AGE // 86400
    return [
        {
            "what": _("姓名、用户名、角色和地区"),
            "why": _("确认身份，按职责开放内容"),
            "long": _("使用期间；注销后去除"),
        },
        {
            "what": _("密码和恢复码的摘要，动态口令密钥（加密）"),
            "why": _("防止他人冒用账号"),
            "long": _("使用期间；停用满%(days)d天后删除") % {"days": settings.RETAIN_ACCOUNT_DAYS},
        },
        {
            "what": _("登录的时间、网络地址和浏览器"),
            "why": _("让本人看到自己的登录，发现异常"),
            "long": _("登录结束为止，最长%(days)d天") % {"days": sessions},
        },
        {
            "what": _("操作记录：时间、网络地址、做了什么"),
            "why": _("法律要求网络日志至少保存六个月；防止抵赖"),
            "long": _("%(days)d天") % {"days": settings.AUDIT_KEEP_DAYS},
        },
        {
            "what": _("检查答案、照片、整改情况和公文上的经办人"),
            "why": _("说明每个结论由谁、何时作出"),
            "long": _("随检查和公文归档，长期保存"),
        },
        {
            "what": _("站内消息，选填的电子邮箱"),
            "why": _("提醒到期和待办事项"),
            "long": _("%(days)d天；邮箱可随时清空") % {"days": settings.RETAIN_MESSAGE_DAYS},
        },
    ]


def data_of(person: User) -> dict[str, Any]:
    """Everything that is kept under the person's name, fit for JSON, without secrets."""
    shown = ("username", "name", "is_active", "created_at", "last_login", "password_changed_at")
    more = ("second_factor_at", "notice_version", "notice_at", "disabled_at")
    trail = AuditEntry.objects.filter(by=person)
    rows = trail.values("at", "address", "action", "target", "object_name", "result")[:MOST]
    return {
        "account": {name: getattr(person, name) for name in (*shown, *more)},
        "roles": [{"role": grant.role, "region": grant.region_id} for grant in person.grants],
        "own": {label: [_plain(row) for row in found] for label, found in own_rows(person)},
        "acts": {label: {"count": found.count(), "ids": _ids(found)} for label, found in _acts(person)},
        "trail": {"count": trail.count(), "rows": list(rows)},
    }


def own_rows(person: User) -> Iterator[tuple[str, Any]]:
    """Yield what belongs to the person alone, by kind: their log-ins, messages, factors, former passwords.

    Those are the rows that would go with the account; the roles stay, else nobody could see it.
    """
    for relation in _relations():
        model = relation.related_model
        through = model._meta.auto_created
        if relation.on_delete is models.CASCADE and not through and model is not Assignment:
            found = model._base_manager.filter(**{relation.field.name: person})
            yield model._meta.label, found


def _acts(person: User) -> Iterator[tuple[str, Any]]:
    """Yield what the person did and others rely on, by kind and part."""
    for relation in _relations():
        model = relation.related_model
        if relation.on_delete is models.PROTECT and model is not AuditEntry:
            found = model._base_manager.filter(**{relation.field.name: person})
            yield f"{model._meta.label}.{relation.field.name}", found


def _relations() -> list[Any]:
    """Every foreign key to a person, of whatever app, also those without a way back."""
    fields = User._meta.get_fields(include_hidden=True)
    return [field for field in fields if field.one_to_many or (field.one_to_one and field.auto_created)]


def _plain(row: models.Model) -> dict[str, Any]:
    values = model_to_dict(row)
    for field in row._meta.concrete_fields:
        values.setdefault(field.name, getattr(row, field.attname))
    return {name: value for name, value in values.items() if name not in SECRET}


def _ids(found: Any) -> list[str]:
    return [str(pk) for pk in found.order_by("pk").values_list("pk", flat=True)[:MOST]]
