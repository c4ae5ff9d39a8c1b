"""Sessions are read as Django reads them: whole, until they end, never under a key that nobody gave out."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organization.session_store import SessionStore

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
