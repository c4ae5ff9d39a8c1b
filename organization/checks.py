"""Settings that the portal cannot work with, told before it starts."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .actions.trail import LEAST_DAYS
from .chain import is_available
from .models import Role


@register
def check_trail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The trail's digest must be there on this machine, and six months are the law's least."""
    found: list[CheckMessage] = []
    if not is_available(settings.AUDIT_DIGEST):
        found.append(
            Error(
                f"PORTAL_AUDIT_DIGEST is {settings.AUDIT_DIGEST!r}, which this machine does not compute.",
                hint="Take sha256, or sm3 with an OpenSSL that has it.",
                id="organization.E001",
            )
        )
    if settings.AUDIT_KEEP_DAYS < LEAST_DAYS:
        found.append(
            Error(
                f"PORTAL_AUDIT_KEEP_DAYS is {settings.AUDIT_KEEP_DAYS}; at least {LEAST_DAYS} are required.",
                id="organization.E002",
            )
        )
    return found


@register
def check_sso(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without TLS anybody on the way could be the provider; without a client it would refuse everybody."""
    issuer = urlsplit(settings.SSO_ISSUER)
    if not settings.SSO_ISSUER:
        return []
    found: list[CheckMessage] = []
    if issuer.scheme != "https" and issuer.hostname not in {"localhost", "127.0.0.1", "::1"}:
        said = f"PORTAL_SSO_ISSUER is {settings.SSO_ISSUER!r}; it must begin with https://."
        found.append(Error(said, id="organization.E004"))
    if not (settings.SSO_CLIENT_ID and settings.SSO_CLIENT_SECRET):
        said = "PORTAL_SSO_ISSUER needs PORTAL_SSO_CLIENT_ID and PORTAL_SSO_CLIENT_SECRET."
        found.append(Error(said, id="organization.E005"))
    if "openid" not in settings.SSO_SCOPE.split():
        found.append(Error("PORTAL_SSO_SCOPE must hold openid.", id="organization.E006"))
    return found


@register
def check_roles(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A misspelt role would leave its people without a second factor, or log them out in the field."""
    found: list[CheckMessage] = []
    for name in ("SECOND_FACTOR_ROLES", "IDLE_EXEMPT_ROLES"):
        unknown = sorted(set(getattr(settings, name)) - set(Role.values))
        if unknown:
            said = f"PORTAL_{name} names {', '.join(unknown)}; roles are {', '.join(Role.values)}."
            found.append(Error(said, id="organization.E003"))
    return found
