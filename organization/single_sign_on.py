"""The office's own log-in (OpenID Connect), checked by Authlib; off until its issuer is configured."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# In the session: how its person came in; nothing for a password.
WAY = "way"
SSO = "sso"
# The provider has said that it asked for a second factor, and is believed by the settings.
SSO_STRONG = "sso_strong"
# Signatures that only the provider can make; never one made with our own secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Proof:
    """Whom the provider has let in: the account's name, and whether by a second factor too."""

    account: str
    strong: bool

    @property
    def way(self) -> str:
        return SSO_STRONG if self.strong else SSO


class Refused(Exception):
    """No proof: `reason` is `unreachable`, `cancelled` or `answer` (what came back does not hold)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_on() -> bool:
    return bool(settings.SSO_ISSUER)


def ask(request: HttpRequest, back: str) -> HttpResponse:
    """Send the browser to the provider, which sends it on to `back`; state, nonce and PKCE in the session."""
    with _told():
        return _client().authorize_redirect(request, back)


def prove(request: HttpRequest) -> Proof:
    """Exchange the code that came back, and check the signed answer; raise `Refused` if it does not hold."""
    if request.GET.get("error"):
        raise Refused("cancelled")
    with _told():
        client = _client()
        token = client.authorize_access_token(
            request,
            claims_options={
                "iss": {"essential": True, "value": settings.SSO_ISSUER},
                "aud": {"essential": True, "value": settings.SSO_CLIENT_ID},
            },
            leeway=60,
        )
        claims = dict(token["userinfo"])
        return Proof(_account(client, token, claims), _is_strong(claims))


def _account(client: Any, token: dict[str, Any], claims: dict[str, Any]) -> str:
    """The claim that names the account; some providers tell it only when they are asked once more."""
    name = settings.SSO_ACCOUNT_CLAIM
    if name not in claims and client.server_metadata.get("userinfo_endpoint"):
        told = client.userinfo(token=token)
        if told["sub"] == claims["sub"]:
            claims |= told
    account = claims[name]
    if not isinstance(account, str) or not account:
        raise Refused("answer")
    return account


def _is_strong(claims: dict[str, Any]) -> bool:
    said = claims.get("amr") or []
    return bool({claims.get("acr"), *said} & set(settings.SSO_SECOND_FACTOR))


def _client() -> Any:
    client = _made(
        settings.SSO_ISSUER, settings.SSO_CLIENT_ID, settings.SSO_CLIENT_SECRET, settings.SSO_SCOPE
    )
    said = client.load_server_metadata()
    if said["issuer"] != settings.SSO_ISSUER:
        raise Refused("answer")
    said["id_token_signing_alg_values_supported"] = ALGORITHMS
    ways = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" not in ways:
        client.client_kwargs["token_endpoint_auth_method"] = ways[0]
    return client


@lru_cache(maxsize=1)
def _made(issuer: str, client_id: str, secret: str, scope: str) -> Any:
    """Make the client once in each process: it keeps what it has read of the provider, keys included."""
    from authlib.integrations.django_client import OAuth

    return OAuth().register(
        "sso",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": scope, "code_challenge_method": "S256", "default_timeout": TIMEOUT},
    )


@contextmanager
def _told() -> Iterator[None]:
    """Turn what goes wrong on the way into `Refused`."""
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    try:
        yield
    except RequestException as fault:
        raise Refused("unreachable") from fault
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, RuntimeError) as fault:
        raise Refused("answer") from fault
