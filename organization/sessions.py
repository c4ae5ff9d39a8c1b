"""A person's log-ins that are still going on, in words."""

from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import LoginSession, User

# What a browser says of itself, and the words for it; the first that fits.
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
]
BROWSERS = [
    ("MicroMessenger", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
]


def running(user: User, current: str | None) -> list[LoginSession]:
    """Return the log-ins whose session is still there, newest first, each with `device` and `is_current`."""
    rows = list(user.login_sessions.all())
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    shown = [row for row in rows if row.session_key in alive]
    for row in shown:
        row.device, row.is_current = device_words(row.agent), row.session_key == current
    return shown


def device_words(agent: str) -> str:
    """Say what a browser's own word means: `Windows · Edge`."""
    found = [next((said for mark, said in marks if mark in agent), "") for marks in (SYSTEMS, BROWSERS)]
    return " · ".join(filter(None, found)) or _("未知设备")
