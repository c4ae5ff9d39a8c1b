"""Filters of the ledger that a person keeps under a name."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from organization.models import AuditEntry, User
from organization.problems import Problem
from reports import actions
from reports.models import SavedView
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db
LIST, SAVE = "/findings/", "/findings/views/"


@pytest.fixture
def person(client: Client, stage: Stage) -> User:
    client.force_login(stage.cast["administrator"])
    return stage.cast["administrator"]


def save(client: Client, **sent: str) -> Any:
    return client.post(SAVE, {"name": "逾期", "state": "overdue"} | sent, follow=True)


def test_filter_is_kept_and_offered(client: Client, person: User, stage: Stage) -> None:
    assert reverse("reports:view-save") == SAVE
    said = save(client, region="410523100", round=str(stage.round.pk))
    assert said.redirect_chain[0][0] == f"{LIST}?round={stage.round.pk}&state=overdue&region=410523100"
    (view,) = said.context["views"]
    assert (view.name, view.is_current) == ("逾期", True)
    page = client.get(LIST)
    assert [one.is_current for one in page.context["views"]] == [False]
    assert f"{LIST}?round={stage.round.pk}&amp;state=overdue" in page.content.decode()
    assert AuditEntry.objects.filter(action="view.save", by=person).count() == 1


def test_same_name_is_written_over(client: Client, person: User) -> None:
    said = [
        str(message)
        for sent in ({}, {"state": "open"})
        for message in save(client, **sent).context["messages"]
    ]
    assert said == ["已存为常用筛选。", "同名的常用筛选已更新。"]
    assert list(SavedView.objects.values_list("name", "query")) == [("逾期", "state=open")]


def test_what_is_no_filter_is_not_kept(client: Client, person: User) -> None:
    save(client, page="7", person="1", next="https://elsewhere")
    assert SavedView.objects.get().query == "state=overdue"


@pytest.mark.parametrize("sent", [{"name": " "}, {"name": "长" * 31}, {"state": ""}])
def test_what_cannot_be_kept_is_said(client: Client, person: User, sent: dict[str, str]) -> None:
    assert [message.level_tag for message in save(client, **sent).context["messages"]] == ["error"]
    assert not SavedView.objects.exists()


def test_there_are_twenty_at_most(person: User) -> None:
    for number in range(20):
        actions.save_view(name=f"{number}", wanted={"state": "open"}, by=person, now=NOW)
    with pytest.raises(Problem):
        actions.save_view(name="一个又一个", wanted={"state": "open"}, by=person, now=NOW)
    actions.save_view(name="3", wanted={"state": "overdue"}, by=person, now=NOW)


def test_views_are_ones_own(client: Client, person: User, stage: Stage) -> None:
    save(client)
    view = SavedView.objects.get()
    url = reverse("reports:view-remove", args=[view.pk])
    client.force_login(stage.cast["reviewer"])
    assert client.get(LIST).context["views"] == []
    assert client.post(url).status_code == 404
    client.force_login(person)
    assert url in client.get(f"{LIST}?state=overdue").content.decode()
    client.post(url)
    assert not SavedView.objects.exists()
    assert AuditEntry.objects.filter(action="view.remove").count() == 1


def test_database_keeps_one_of_a_name_and_none_empty(person: User) -> None:
    row = {"person": person, "name": "一", "query": "state=open", "saved_at": NOW}
    SavedView.objects.create(**row)
    for changes in ({}, {"name": ""}, {"name": "二", "query": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.objects.create(**{**row, **changes})


@pytest.mark.parametrize("views", [1, 3])
def test_list_costs_the_same_for_one_view_and_three(
    client: Client, person: User, django_assert_num_queries: Any, views: int
) -> None:
    for number in range(views):
        actions.save_view(name=f"{number}", wanted={"state": "open"}, by=person, now=NOW)
    with django_assert_num_queries(7):
        client.get(LIST)


@pytest.mark.parametrize("sent", [{"region": "汤" * 40}, {"name": "\x00"}])
def test_what_no_column_holds_is_refused(client: Client, person: User, sent: dict[str, str]) -> None:
    assert save(client, **sent).status_code == 200
    assert not SavedView.objects.exists()
