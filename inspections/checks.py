"""What is wrong with the settings of this app, said at start and by `manage.py check`."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext_lazy as _


@register()
def addresses(**kwargs: Any) -> list[CheckMessage]:
    """Addresses that the portal calls or prints are whole and of the web; what is posted is signed."""
    found: list[CheckMessage] = []
    for name in ("PUBLIC_URL", "WEBHOOK_URL"):
        address = getattr(settings, name)
        parts = urlsplit(address)
        if address and (parts.scheme not in ("http", "https") or not parts.hostname):
            words = _("PORTAL_%(name)s 应为完整的网址，如 https://portal.example.gov.cn。")
            found.append(Error(words % {"name": name}, id=f"inspections.{name.lower()}"))
    if settings.WEBHOOK_URL and len(settings.WEBHOOK_SECRET) < 16:
        found.append(Error(_("PORTAL_WEBHOOK_SECRET 至少16个字符。"), id="inspections.webhook_secret"))
    return found
