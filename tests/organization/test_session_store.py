"""Sessions are read as Django reads them: whole, until they end, never under a key that nobody gave out."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organization.models import LoginSession, Role, User
from organization.session_store import SessionStore, person_of
from tests.factories import PASSWORD, County, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> SessionStore:
    store = SessionStore()
    store["colour"] = "红"
    store.create()
    return store


def test_session_is_read_by_either_store(kept: SessionStore) -> None:
    assert SessionStore(kept.session_key)["colour"] == "红"
    assert DatabaseSessions(kept.session_key)["colour"] == "红"


def test_session_is_read_once(kept: SessionStore) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = SessionStore(kept.session_key)
        assert (found["colour"], "other" in found) == ("红", False)
    assert len(asked) == 1


def test_session_that_ended_is_empty_and_its_key_is_not_taken_up(kept: SessionStore) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    found = SessionStore(kept.session_key)
    assert not found.has_key("colour")
    assert found.session_key is None


def test_guessed_key_is_not_taken_up() -> None:
    found = SessionStore("a" * 32)
    assert "colour" not in found
    assert found.session_key is None
    found["colour"] = "青"
    found.save()
    assert found.session_key not in (None, "a" * 32)


def test_ended_sessions_are_cleared(kept: SessionStore) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    SessionStore.clear_expired()
    assert not Session.objects.exists()


# ---- the person who comes with it


@pytest.fixture
def person(county: County) -> User:
    return make_user("lihua", [(Role.INSPECTOR, county.region)], password=PASSWORD)


@pytest.fixture
def inside(person: User, client: Any) -> Any:
    client.post("/login/", {"username": "lihua", "password": PASSWORD})
    return client


def stored(client: Any) -> SessionStore:
    return SessionStore(client.cookies["sessionid"].value)


def change(client: Any, **values: Any) -> None:
    store = stored(client)
    for key, value in values.items():
        store[key] = value
    store.save()


def comes_in(client: Any) -> str:
    """Who a request with this session is of, by the middleware."""
    return str(client.get("/account/").context["user"].username) if is_in(client) else ""


def is_in(client: Any) -> bool:
    return bool(client.get("/account/").status_code == 200)


def test_session_and_person_are_read_in_one_statement(inside: Any, person: User) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert person_of(stored(inside)) == person
    assert len(asked) == 1
    assert comes_in(inside) == "lihua"


def test_session_of_no_log_in_names_nobody(kept: SessionStore) -> None:
    assert person_of(SessionStore(kept.session_key)) is None


def test_log_in_without_its_row_is_as_good(inside: Any) -> None:
    LoginSession.objects.all().delete()
    assert person_of(stored(inside)) is None
    assert comes_in(inside) == "lihua"


def test_row_of_somebody_else_names_nobody(inside: Any) -> None:
    other = make_user("other", [])
    LoginSession.objects.update(user=other)
    assert person_of(stored(inside)) is None
    assert comes_in(inside) == "lihua"


@pytest.mark.parametrize(
    "wrong",
    [
        {SESSION_KEY: "0"},
        {HASH_SESSION_KEY: ""},
        {HASH_SESSION_KEY: "0" * 64},
        {BACKEND_SESSION_KEY: "django.contrib.auth.backends.RemoteUserBackend"},
    ],
)
def test_session_that_does_not_vouch_for_its_person_lets_nobody_in(
    inside: Any, wrong: dict[str, str]
) -> None:
    assert is_in(inside)
    change(inside, **wrong)
    assert person_of(stored(inside)) is None
    assert not is_in(inside)


def test_new_password_and_disabled_account_end_it(inside: Any, person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert person_of(stored(inside)) is None
    assert not is_in(inside)
    User.objects.filter(pk=person.pk).update(is_active=True)
    assert person_of(stored(inside)) == person
    person.set_password("Another-9-password")
    person.save()
    assert person_of(stored(inside)) is None
    assert not is_in(inside)


def test_ended_session_brings_nobody(inside: Any) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert person_of(stored(inside)) is None
    assert not is_in(inside)


def test_session_goes_on_under_the_secret_before(inside: Any, settings: Any) -> None:
    """Where the secret has been changed, Django takes the one before and renews the session's proof."""
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret" * 4
    assert person_of(stored(inside)) is None
    assert comes_in(inside) == "lihua"
