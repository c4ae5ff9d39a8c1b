"""The demonstration is loaded whole or not at all, and never beside a county in earnest."""

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from organization.models import AuditEntry, Region, Role, User
from reports import demonstration
from reports.demonstration import rounds
from reports.demonstration.cast import PASSWORD
from standards.models import Edition
from tests.factories import make_county, make_user

pytestmark = pytest.mark.django_db


def loaded() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def counts() -> list[int]:
    return [table.objects.count() for table in (Region, User, Edition, AuditEntry)]


def test_nothing_is_loaded_beside_a_county_in_earnest() -> None:
    make_county("410526")
    before = counts()
    said = loaded()
    assert "滑县" in said
    assert PASSWORD not in said
    assert counts() == before
    assert not demonstration.is_loaded()


def test_failure_on_the_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(rounds.actions, "set_issuing_body", fail)
    before = counts()
    with pytest.raises(RuntimeError):
        loaded()
    assert counts() == before


def test_county_in_earnest_is_not_marked() -> None:
    county = make_county("410526")
    client = Client()
    client.force_login(make_user("a", [(Role.ADMINISTRATOR, county.region)]))
    assert "演示数据" not in client.get("/county/").content.decode()
