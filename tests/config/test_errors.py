"""A row that goes away under a request: a clear page, for a person and for a script."""

from typing import Any

import pytest
from django.test import Client

from organization.models import User
from standards import actions
from tests.small_stage import NOW, Stage, small_stage

pytestmark = pytest.mark.django_db
ACTS = {"draft": "revise_draft", "publish": "publish_draft", "discard": "discard_draft"}


@pytest.fixture
def stage(db: None) -> Stage:
    return small_stage()


def discarded_first(act: str, monkeypatch: pytest.MonkeyPatch, by: User) -> None:
    """A colleague throws the draft away between this request's first look at it and its lock."""
    real, discard = getattr(actions, ACTS[act]), actions.discard_draft

    def overtaken(**told: Any) -> Any:
        discard(edition=told["edition"], by=by, now=NOW)
        return real(**told)

    monkeypatch.setattr(f"standards.views.drafts.actions.{ACTS[act]}", overtaken)


@pytest.mark.parametrize("act", ACTS)
def test_draft_that_was_discarded_meanwhile_is_said_to_be_gone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    keeper = stage.cast["administrator"]
    draft = actions.copy_edition(edition=stage.edition, by=keeper, now=NOW)
    client = Client(raise_request_exception=False)
    client.force_login(keeper)
    discarded_first(act, monkeypatch, keeper)
    said = client.post(f"/standards/{draft.standard}/{draft.edition}/{act}/", {})
    assert said.status_code == 409
    assert "刚刚被别人删除或替换" in said.content.decode()


@pytest.mark.parametrize(
    ("method", "accept", "status", "body"),
    [
        ("post", "application/json", 409, {"gone": True}),
        ("get", "application/json", 404, {"missing": True}),
        ("get", "text/html", 404, None),
    ],
)
def test_script_and_reader_are_told_in_their_own_way(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, method: str, accept: str, status: int, body: Any
) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(stage.cast["administrator"])

    def missed(*args: Any, **told: Any) -> Any:
        return User.objects.get(username="nobody")

    monkeypatch.setattr("inspections.views.messages._page", missed)
    monkeypatch.setattr("inspections.views.messages.actions.read_messages", missed)
    address = "/messages/" if method == "get" else "/messages/read/"
    said = getattr(client, method)(address, headers={"accept": accept})
    assert said.status_code == status
    assert body is None or said.json() == body
