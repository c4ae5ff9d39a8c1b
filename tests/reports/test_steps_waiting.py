"""Documents that wait for somebody's step: the home's count, the list behind it and the page say the same."""

import re
from typing import Any

import pytest
from django.test import Client

from inspections.answers import Given
from inspections.models import Inspection
from organization.models import Role
from reports import workflow
from reports.models import OfficialDocument
from reports.views.document_page import moves_for
from tests.factories import make_user
from tests.reports.test_life import STATES, in_state, stepwise
from tests.small_stage import Stage, drafted, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}
LINK = (
    r'<a href="(/documents/\?round=\d+&amp;state=to_(\w+)#notices)"><span class="name">(\S+) (\d+) 份</span>'
)


@pytest.fixture
def inspection(stage: Stage, quick_pdf: Any) -> Inspection:
    return submitted(stage, **SHORT)


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_document_waits_for_the_step_that_its_page_offers(
    stage: Stage, other: Stage, inspection: Inspection, state: str, steps: bool
) -> None:
    stepwise()
    row = in_state(stage, inspection, state)
    stepwise(steps)
    near = [make_user(f"{role}-near", [(role, stage.county.townships[0])]) for role in Role.values]
    for person in (*stage.cast.values(), *other.cast.values(), *near):
        seen = OfficialDocument.objects.visible_to(person).filter(pk=row.pk).exists()
        following = moves_for(person, row)["next"] if seen else ""
        waits = {m for m in workflow.TO_ISSUE if OfficialDocument.objects.waiting_for(person, m).exists()}
        assert waits == {following} & {*workflow.TO_ISSUE}, person.username


@pytest.mark.parametrize("state", ["draft", "checked", "signed"])
@pytest.mark.parametrize("steps", [False, True])
def test_home_leads_to_as_many_documents_as_it_counts(
    client: Client, stage: Stage, inspection: Inspection, state: str, steps: bool
) -> None:
    stepwise()
    row = in_state(stage, inspection, state)
    stepwise(steps)
    for role in ("reviewer", "signatory", "administrator"):
        client.force_login(stage.cast[role])
        following = moves_for(stage.cast[role], OfficialDocument.objects.get(pk=row.pk))["next"]
        found = re.findall(LINK, client.get("/county/").content.decode())
        assert [(step, count) for _url, step, _name, count in found] == [(following, "1")] * bool(following)
        for url, step, name, _count in found:
            assert name == {"check": "核稿", "sign": "签发", "issue": "印发"}[step]
            listed = client.get(url.replace("&amp;", "&").partition("#")[0])
            assert [document.pk for document in listed.context["page"]] == [row.pk]
            assert "没有这样的公文" not in listed.content.decode()


def test_list_is_of_the_round_that_the_home_counts(client: Client, stage: Stage, quick_pdf: Any) -> None:
    mine = drafted(stage, submitted(stage, 0, **SHORT))
    elsewhere = small_stage(other=True)
    theirs = drafted(elsewhere, submitted(elsewhere, 0, **SHORT))
    client.force_login(make_user("two", [(Role.REVIEWER, s.county.region) for s in (stage, elsewhere)]))
    for row in (mine, theirs):
        said = client.get("/documents/", {"round": row.round_id, "state": "to_check"})
        assert [document.pk for document in said.context["page"]] == [row.pk]
        assert f'<option value="{row.round_id}" selected>' in said.content.decode()
    client.force_login(stage.cast["reviewer"])
    said = client.get("/documents/", {"round": theirs.round_id})
    assert [document.pk for document in said.context["page"]] == [mine.pk]
    assert f'<option value="{theirs.round_id}"' not in said.content.decode()


def test_list_offers_the_steps_that_are_ones_own(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    drafted(stage, inspection)
    own = {"reviewer": ["check"], "signatory": ["sign", "issue"], "administrator": ["check", "sign", "issue"]}
    for role, steps in own.items():
        client.force_login(stage.cast[role])
        said = client.get("/documents/").content.decode()
        assert re.findall(r'<option value="to_(\w+)">', said) == steps


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("role", ["reviewer", "signatory"])
def test_home_and_list_cost_the_same_for_any_number_of_documents(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, rows: int, role: str
) -> None:
    stage = small_stage(townships=rows)
    for place in range(rows):
        drafted(stage, submitted(stage, place, **SHORT))
    client.force_login(stage.cast[role])
    client.get("/county/")
    with django_assert_num_queries(17):
        assert sum(client.get("/county/").context["steps"].values()) == rows
    move = {"reviewer": "check", "signatory": "issue"}[role]
    with django_assert_num_queries({"reviewer": 12, "signatory": 11}[role]):
        said = client.get("/documents/", {"round": stage.round.pk, "state": f"to_{move}"})
    assert len(said.context["page"].object_list) == rows


@pytest.mark.parametrize("state", ["draft", "checked", "signed"])
def test_line_under_the_title_leaves_the_state_to_the_badge(
    client: Client, stage: Stage, inspection: Inspection, state: str
) -> None:
    stepwise()
    row = in_state(stage, inspection, state)
    client.force_login(stage.cast["reviewer"])
    said = client.get(f"/documents/{row.pk}/").content.decode()
    assert "还没有文号" in said
    assert "，还没有文号" not in said


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_line_of_steps_is_the_same_whoever_reads(
    client: Client, stage: Stage, inspection: Inspection, state: str, steps: bool
) -> None:
    stepwise()
    row = in_state(stage, inspection, state)
    stepwise(steps)
    lines = set()
    for role, person in stage.cast.items():
        if OfficialDocument.objects.visible_to(person).filter(pk=row.pk).exists():
            client.force_login(person)
            context = client.get(f"/documents/{row.pk}/").context
            lines.add(tuple(str(step["label"]) for step in context["steps"]))
            now = [str(step["label"]) for step in context["steps"] if step["state"] == "now"]
            assert len(now) == (state != "withdrawn"), role
    assert len(lines) == 1
    assert any("（可选）" in label for label in lines.pop()) == (
        state not in ("delivered", "acknowledged", "withdrawn")
    )


@pytest.mark.parametrize(
    ("state", "role", "field"),
    [
        ("signed", "signatory", "words"),
        ("issued", "signatory", "words"),
        ("issued", "township_staff", "person"),
    ],
)
def test_what_a_step_needs_is_marked_as_required(
    client: Client, stage: Stage, inspection: Inspection, state: str, role: str, field: str
) -> None:
    row = in_state(stage, inspection, state)
    client.force_login(stage.cast[role])
    said = client.get(f"/documents/{row.pk}/").content.decode()
    marked = re.search(
        rf'<span class="asteriskField">\*</span></span><\w+ [^>]*name="{field}"[^>]*required', said
    )
    assert marked
