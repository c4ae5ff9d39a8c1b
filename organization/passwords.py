"""A rule for passwords in the portal's own words."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """Django's rule; its sentence is not translated into Chinese."""

    def get_error_message(self) -> str:
        return _("密码太短，至少要%(length)s个字符。") % {"length": self.min_length}

    def get_help_text(self) -> str:
        return _("密码至少要%(length)s个字符。") % {"length": self.min_length}
