"""Single sign-on against a provider that runs beside the tests, and refuses to be believed too easily."""

import importlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import NoReverseMatch, clear_url_caches, reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from joserfc.jwk import OctKey, RSAKey

import config.urls
from organization import single_sign_on
from organization.models import AuditEntry, LoginSession, Role, User
from tests.factories import PASSWORD, County, make_user
from tests.provider import CLIENT, SECRET, Provider, running

pytestmark = pytest.mark.django_db


def _addresses_anew() -> None:
    importlib.reload(config.urls)
    clear_url_caches()
    single_sign_on._made.cache_clear()


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running() as made:
        settings.SSO_ISSUER = made.issuer
        settings.SSO_CLIENT_ID, settings.SSO_CLIENT_SECRET = CLIENT, SECRET
        _addresses_anew()
        yield made
    settings.SSO_ISSUER = ""
    _addresses_anew()


@pytest.fixture
def person(county: County) -> User:
    return make_user("lihua", [(Role.ADMINISTRATOR, county.region)], name="李华", password=PASSWORD)


def go(client: Client, provider: Provider, query: str = "") -> Any:
    """Press the button, show who one is over there, and come back."""
    out = client.get(f"/sso/{query}", REMOTE_ADDR="10.1.2.3")
    assert out.status_code == 302, out.content
    back = provider.authorize(out["Location"])
    return client.get(back.removeprefix("http://testserver"), REMOTE_ADDR="10.1.2.3")


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def last() -> AuditEntry:
    return AuditEntry.objects.latest("pk")


def said(client: Client) -> str:
    return client.get("/login/").content.decode()


# ---- off


def test_nothing_of_it_is_there_while_it_is_off(client: Client, person: User) -> None:
    assert client.get("/sso/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("sso")
    assert "统一身份认证" not in said(client)


def test_log_in_page_costs_no_query_on_or_off(
    client: Client, provider: Provider, django_assert_num_queries: Any, settings: Any
) -> None:
    with django_assert_num_queries(1):  # whether there is a demonstration
        client.get("/login/")
    settings.SSO_ISSUER = ""
    with django_assert_num_queries(1):
        client.get("/login/")
    assert not provider.asked


# ---- in


def test_person_with_an_account_comes_in_as_by_password(
    client: Client, provider: Provider, person: User
) -> None:
    assert "用统一身份认证登录" in said(client)
    answer = go(client, provider)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    entry = last()
    assert (entry.action, entry.by, entry.address, entry.result) == ("login.sso", person, "10.1.2.3", "done")
    assert client.get("/county/").status_code == 200
    session = LoginSession.objects.get()
    assert (session.user, session.session_key) == (person, client.session.session_key)
    assert "10.1.2.3" in client.get("/account/").content.decode()


def test_session_key_changes_at_the_door(client: Client, provider: Provider, person: User) -> None:
    client.get("/sso/")
    before = client.session.session_key
    go(client, provider)
    assert client.session.session_key != before


def test_way_leads_back_inside_only(client: Client, provider: Provider, person: User) -> None:
    assert 'href="/sso/?next=/rounds/"' in client.get("/login/?next=/rounds/").content.decode()
    assert go(client, provider, "?next=/rounds/")["Location"] == "/rounds/"
    client.logout()
    assert go(client, provider, "?next=https://elsewhere.example/")["Location"] == "/"


def test_unused_log_in_ends_too(
    client: Client, provider: Provider, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(client, provider)
    client.get("/county/")
    later = timezone.now() + timedelta(minutes=31)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert client.get("/county/").status_code == 302
    assert last().action == "logout.idle"


def test_claim_of_the_settings_names_the_account(
    client: Client, provider: Provider, person: User, settings: Any
) -> None:
    settings.SSO_ACCOUNT_CLAIM = "employee"
    provider.claims = {"preferred_username": "somebody", "employee": "lihua"}
    go(client, provider)
    assert is_in(client)


def test_claim_that_only_userinfo_tells_is_asked_for(
    client: Client, provider: Provider, person: User
) -> None:
    provider.claims, provider.userinfo = {}, {"preferred_username": "lihua"}
    go(client, provider)
    assert is_in(client)


def test_keys_that_changed_are_read_anew(client: Client, provider: Provider, person: User) -> None:
    go(client, provider)
    client.logout()
    provider.key = RSAKey.generate_key(2048, {"kid": "second"})
    provider.published, provider.header = [provider.key], {"alg": "RS256", "kid": "second"}
    go(client, provider)
    assert is_in(client)


def test_password_that_is_too_old_or_initial_does_not_stop_who_did_not_use_it(
    client: Client, provider: Provider, person: User
) -> None:
    User.objects.update(must_change_password=True)
    go(client, provider)
    assert client.get("/county/").status_code == 200
    assert "这是初始密码" not in client.get("/account/").content.decode()
    by_password = Client()
    by_password.post("/login/", {"username": "lihua", "password": PASSWORD})
    assert by_password.get("/county/")["Location"] == "/account/"


# ---- the second factor


def test_role_that_needs_a_second_factor_needs_it_here_too(
    client: Client, provider: Provider, person: User, settings: Any
) -> None:
    settings.SECOND_FACTOR_ROLES = [Role.ADMINISTRATOR.value]
    provider.claims["amr"] = ["pwd", "mfa"]
    go(client, provider)
    assert client.get("/county/")["Location"] == "/account/second-factor/", "its word is not asked for"


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}])
def test_second_factor_of_the_provider_stands_for_ours_where_the_settings_say_so(
    client: Client, provider: Provider, person: User, settings: Any, claims: dict[str, Any]
) -> None:
    settings.SECOND_FACTOR_ROLES, settings.SSO_SECOND_FACTOR = [Role.ADMINISTRATOR.value], ["mfa"]
    provider.claims |= claims
    go(client, provider)
    assert client.get("/county/").status_code == 200


@pytest.mark.parametrize("claims", [{}, {"amr": ["pwd"]}, {"acr": "0"}, {"amr": []}])
def test_provider_that_asked_for_a_password_alone_does_not(
    client: Client, provider: Provider, person: User, settings: Any, claims: dict[str, Any]
) -> None:
    settings.SSO_SECOND_FACTOR = ["mfa"]
    User.objects.update(second_factor_at=timezone.now())
    TOTPDevice.objects.create(user=person, name="phone")
    provider.claims |= claims
    go(client, provider)
    assert client.get("/county/")["Location"] == "/account/second-factor/"


# ---- refused


SPOILED = {
    "another issuer": {"iss": "https://elsewhere.example"},
    "for another client": {"aud": "somebody-else"},
    "for another client, handed on": {"aud": "somebody-else", "azp": CLIENT},
    "another nonce": {"nonce": "of-another-log-in"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_700_000_000, "iat": 1_699_999_000},
    "not yet": {"nbf": 4_000_000_000},
    "no account named": {"preferred_username": None},
    "account named by a list": {"preferred_username": ["lihua"]},
    "amr that is no list": {"amr": "mfa"},
}


@pytest.mark.parametrize("claims", SPOILED.values(), ids=SPOILED)
def test_answer_that_does_not_hold_lets_nobody_in(
    client: Client, provider: Provider, person: User, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    assert go(client, provider)["Location"] == "/login/"
    assert not is_in(client)
    entry = last()
    assert (entry.action, entry.result, entry.by, entry.address) == ("login.sso", "refused", None, "10.1.2.3")
    assert "没有通过核对" in said(client)


@pytest.mark.parametrize(
    ("key", "header"),
    [
        (RSAKey.generate_key(2048, {"kid": "first"}), {"alg": "RS256", "kid": "first"}),
        (RSAKey.generate_key(2048, {"kid": "unknown"}), {"alg": "RS256", "kid": "unknown"}),
        (OctKey.import_key(SECRET), {"alg": "HS256", "kid": "first"}),
    ],
    ids=["another key", "unknown key", "signed by our own secret"],
)
def test_signature_that_is_not_the_providers_lets_nobody_in(
    client: Client, provider: Provider, person: User, key: Any, header: dict[str, str]
) -> None:
    provider.key, provider.header = key, header
    go(client, provider)
    assert not is_in(client)
    assert last().result == "refused"


def test_answer_without_a_signed_part_lets_nobody_in(
    client: Client, provider: Provider, person: User
) -> None:
    provider.has_id_token = False
    go(client, provider)
    assert not is_in(client)


def test_discovery_of_another_issuer_is_not_followed(
    client: Client, provider: Provider, person: User
) -> None:
    provider.said_issuer = "https://elsewhere.example"
    assert client.get("/sso/")["Location"] == "/login/"
    assert last().result == "refused"


def test_state_of_another_browser_or_none_lets_nobody_in(
    client: Client, provider: Provider, person: User
) -> None:
    """Else somebody could be logged in to another's account unawares."""
    back = provider.authorize(client.get("/sso/")["Location"]).removeprefix("http://testserver")
    stranger = Client()
    assert stranger.get(back)["Location"] == "/login/"
    assert not is_in(stranger)
    for query in ("", "?code=code-0", "?state=x", "?code=code-0&state=x", "?code=%00&state=%00"):
        assert client.get(f"/sso/done/{query}")["Location"] == "/login/"
        assert not is_in(client)


def test_answer_holds_once(client: Client, provider: Provider, person: User) -> None:
    back = provider.authorize(client.get("/sso/")["Location"]).removeprefix("http://testserver")
    client.get(back)
    assert is_in(client)
    client.logout()
    assert client.get(back)["Location"] == "/login/"
    assert not is_in(client)


def test_log_in_given_up_over_there_is_told(client: Client, provider: Provider, person: User) -> None:
    client.get("/sso/done/?error=access_denied&error_description=%3Cscript%3E")
    page = said(client)
    assert "统一身份认证没有完成" in page
    assert "<script>" not in page


def test_provider_that_is_away_is_told(
    client: Client, provider: Provider, person: User, settings: Any
) -> None:
    settings.SSO_ISSUER = "http://127.0.0.1:9"
    assert client.get("/sso/")["Location"] == "/login/"
    assert "暂时连不上" in said(client)


def test_unknown_person_gets_no_account(client: Client, provider: Provider, person: User) -> None:
    provider.claims["preferred_username"] = "stranger<b>"
    go(client, provider)
    assert not is_in(client)
    assert list(User.objects.values_list("username", flat=True)) == ["lihua"]
    entry = last()
    assert (entry.result, entry.by, entry.detail) == ("refused", None, {"username": "stranger<b>"})
    page = said(client)
    assert "没有“stranger&lt;b&gt;”这个账号" in page


def test_disabled_account_stays_outside(client: Client, provider: Provider, person: User) -> None:
    User.objects.update(is_active=False)
    go(client, provider)
    assert not is_in(client)
    entry = last()
    assert (entry.result, entry.target, entry.region_id) == (
        "refused",
        f"User {person.pk}",
        person.home_code,
    )
    assert "账号已停用" in said(client)


def test_refused_answers_make_no_account_wait(client: Client, provider: Provider, person: User) -> None:
    provider.claims["exp"] = 1
    for _ in range(6):
        go(client, provider)
    client.post("/login/", {"username": "lihua", "password": PASSWORD})
    assert is_in(client)


def test_addresses_only_read(client: Client, provider: Provider) -> None:
    assert client.post("/sso/").status_code == 405
    assert client.post("/sso/done/").status_code == 405


def test_person_already_inside_is_led_home(client: Client, provider: Provider, person: User) -> None:
    client.force_login(person)
    assert client.get("/sso/")["Location"] == "/"
    assert client.get("/sso/done/?code=x&state=y")["Location"] == "/"
    assert not provider.asked


# ---- settings


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, set()),
        ({"SSO_ISSUER": "https://login.example"}, {"organization.E005"}),
        ({"SSO_ISSUER": "http://login.example"}, {"organization.E004", "organization.E005"}),
        ({"SSO_ISSUER": "https://a.example", "SSO_CLIENT_ID": "a", "SSO_CLIENT_SECRET": "b"}, set()),
        (
            {"SSO_ISSUER": "https://a.example", "SSO_SCOPE": "profile"},
            {"organization.E005", "organization.E006"},
        ),
    ],
)
def test_settings_that_cannot_work_are_told(settings: Any, values: dict[str, str], found: set[str]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    ids = {"organization.E004", "organization.E005", "organization.E006"}
    assert {one.id for one in run_checks()} & ids == found
