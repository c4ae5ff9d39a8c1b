"""The rules for passwords in the portal's own words; their numbers are settings."""

import string
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class LongEnough:
    """So many characters at least."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < settings.PASSWORD_MIN_LENGTH:
            raise ValidationError(
                _("密码太短，至少要%(length)s个字符。") % {"length": settings.PASSWORD_MIN_LENGTH},
                code="password_too_short",
            )

    def get_help_text(self) -> str:
        return _("密码至少要%(length)s个字符。") % {"length": settings.PASSWORD_MIN_LENGTH}


class MixedEnough:
    """So many of the four classes: small and capital letters, digits, all other characters."""

    def validate(self, password: str, user: Any = None) -> None:
        if classes(password) < settings.PASSWORD_CLASSES:
            raise ValidationError(self.get_help_text(), code="password_classes")

    def get_help_text(self) -> str:
        return _("密码要用到大写字母、小写字母、数字、其他字符四类中的至少%(count)s类。") % {
            "count": settings.PASSWORD_CLASSES
        }


class NotUsedBefore:
    """None of a person's last passwords, the present one among them."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None or not settings.PASSWORD_REMEMBERED:
            return
        before = user.previous_passwords.values_list("password", flat=True)
        known = [user.password, *before[: settings.PASSWORD_REMEMBERED - 1]]
        if any(check_password(password, kept) for kept in known):
            raise ValidationError(self.get_help_text(), code="password_reused")

    def get_help_text(self) -> str:
        return _("新密码不能与最近%(count)s次用过的相同。") % {"count": settings.PASSWORD_REMEMBERED}


def classes(password: str) -> int:
    """Count the classes of characters in a password, of four."""
    small = any(letter in string.ascii_lowercase for letter in password)
    capital = any(letter in string.ascii_uppercase for letter in password)
    digit = any(letter in string.digits for letter in password)
    other = any(letter not in string.ascii_letters + string.digits for letter in password)
    return small + capital + digit + other


def is_too_old(changed_at: datetime, now: datetime) -> bool:
    """Say whether a password must be changed at this log-in; never where `PASSWORD_DAYS` is 0."""
    return bool(settings.PASSWORD_DAYS) and changed_at < now - timedelta(days=settings.PASSWORD_DAYS)


def rules() -> str:
    """All that a new password must be, in one line for the form."""
    said = [LongEnough().get_help_text(), MixedEnough().get_help_text()]
    return "".join([*said, NotUsedBefore().get_help_text()] if settings.PASSWORD_REMEMBERED else said)
