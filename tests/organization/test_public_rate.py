"""How often one may ask without a log-in."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from organization.models import AuditEntry
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PUBLIC_REQUESTS_PER_MINUTE = 3
    cache.clear()
    now = timezone.now().replace(second=0)
    monkeypatch.setattr(timezone, "now", lambda: now)


def statuses(client: Client, count: int, path: str = "/login/", address: str = "10.1.1.1") -> list[int]:
    return [client.get(path, REMOTE_ADDR=address).status_code for _ in range(count)]


def test_one_address_must_wait_and_the_next_need_not(client: Client) -> None:
    assert statuses(client, 5) == [200, 200, 200, 429, 429]
    assert statuses(client, 1, address="10.1.1.2") == [200]
    response = client.get("/", REMOTE_ADDR="10.1.1.1")
    assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert "1分钟后再试" in response.content.decode()


def test_flood_leaves_one_row(client: Client) -> None:
    statuses(client, 20)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.address, entry.result) == ("public.wait", "10.1.1.1", "refused")


def test_next_minute_begins_anew(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses(client, 4)
    later = timezone.now() + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert statuses(client, 1) == [200]


def test_people_inside_are_not_counted(client: Client) -> None:
    client.force_login(make_user("wang"))
    assert statuses(client, 10, "/account/") == [200] * 10


def test_machines_that_look_after_the_portal_are_not_counted(client: Client) -> None:
    assert statuses(client, 10, "/health/") == [200] * 10


def test_without_a_limit_nobody_waits(client: Client, settings: Any) -> None:
    settings.PUBLIC_REQUESTS_PER_MINUTE = 0
    assert statuses(client, 10) == [200] * 10
