"""Drafts: copied, changed by form, published or discarded; a published edition never changes."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from inspections.models import Photo
from organization.codes import Level
from organization.models import AuditEntry, Region, Role, User
from organization.problems import NotAllowed
from reports.models import ItemSummary
from standards.actions import copy_edition, discard_draft, import_standard, publish_draft, revise_draft
from standards.drafting import copy_as_draft, relabel, revise, settings
from standards.editions import efforts_of, load_edition
from standards.faults import Faults
from standards.models import Edition
from tests.factories import make_county, make_user
from tests.small_standards import every_kind, plain_item, standard
from tests.standards.test_measures import BANDED

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


@pytest.fixture
def edition() -> Edition:
    return import_standard(every_kind(), now=NOW)


@pytest.fixture
def keeper() -> User:
    return make_user("keeper", [(Role.ADMINISTRATOR, make_county(townships=1).region)])


@pytest.fixture
def draft(edition: Edition, keeper: User) -> Edition:
    return copy_edition(edition=edition, by=keeper, now=NOW)


def test_a_copy_is_a_draft_that_follows_item_by_item(draft: Edition, edition: Edition, keeper: User) -> None:
    assert (draft.edition, draft.is_published) == ("2026-draft1", False)
    data = load_edition(draft.pk)
    assert data.replaces is not None
    assert {link.relation for link in data.replaces.links} == {"same"}
    assert data.items() == load_edition(edition.pk).items()
    assert copy_edition(edition=edition, by=keeper, now=NOW).edition == "2026-draft2"


def test_numbers_of_every_measure_can_be_changed() -> None:
    data = standard(*(plain_item(c, m) for c, m in {"area": None, "space": BANDED}.items()), edition="1")
    fields = {s.field: s.value for item in data.items() for s in settings(item)}
    assert fields == {
        "area:points": 4, "space:points": 4, "space:band:0": 200, "space:band:1": 300,
    }  # fmt: skip
    sent = {name: str(value) for name, value in fields.items()} | {"space:band:1": "350", "space:veto": "on"}
    item = revise(data, sent).item("space").item
    assert (item.measure.bands[1].minimum, item.veto) == (Decimal(350), True)  # type: ignore[union-attr]


def test_a_form_changes_points_limits_veto_and_grades(draft: Edition, keeper: User) -> None:
    sent = {
        "area:points": "6", "area:minimum:township": "200", "area:minimum:village": "50", "yes:points": "4",
        "yes:veto": "on", "grade:0": "95", "veto_grade": "合格", "choice:points": "4",
        "choice:partly": "0.25",
    }  # fmt: skip
    changed = revise_draft(edition=draft, posted=sent, by=keeper, now=NOW)
    data = load_edition(draft.pk)
    assert changed == ["yes", "choice", "area"]
    area = data.item("area").item
    assert (area.points, area.measure.minimum.township) == (6, 200)  # type: ignore[union-attr]
    assert (data.policy.grades[0].min, data.policy.veto_grade) == (95, "合格")
    assert data.replaces is not None
    relations = {link.new[0]: link.relation for link in data.replaces.links}
    assert (relations["area"], relations["posts"]) == ("changed", "same")
    assert AuditEntry.objects.get(action="standard.revise").detail["changed"] == changed
    back = {**sent, "area:points": "4", "area:minimum:township": "150"}
    revise_draft(edition=draft, posted=back, by=keeper, now=NOW)
    again = load_edition(draft.pk).replaces
    assert again is not None
    assert {link.new[0]: link.relation for link in again.links}["area"] == "same"


def test_estimates_of_effort_stay_with_the_draft(draft: Edition, edition: Edition, keeper: User) -> None:
    assert efforts_of(draft.pk) == efforts_of(edition.pk)


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"yes:points": "many"}, "sections[0].clauses[0].items[0].points"),
        ({"yes:points": "-1"}, "sections[0].clauses[0].items[0].points"),
        ({"yes:points": ""}, "sections[0].clauses[0].items[0].points"),
        (
            {"area:points": "4", "area:minimum:township": "0"},
            "sections[0].clauses[0].items[2].measure.minimum",
        ),
        ({"grade:0": "70"}, "policy.grades[1].min"),
        ({"veto_grade": "none"}, "policy.veto_grade"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    draft: Edition, keeper: User, sent: dict[str, str], path: str
) -> None:
    before = load_edition(draft.pk)
    with pytest.raises(Faults) as caught:
        revise_draft(edition=draft, posted=sent, by=keeper, now=NOW)
    assert path in [fault.path for fault in caught.value.faults]
    assert load_edition(draft.pk) == before


def test_a_published_edition_is_not_revised_published_again_or_discarded(
    edition: Edition, keeper: User
) -> None:
    for act, more in ((revise_draft, {"posted": {}}), (publish_draft, {}), (discard_draft, {})):
        with pytest.raises(NotAllowed, match="已经发布"):
            act(edition=edition, by=keeper, now=NOW, **more)  # type: ignore[operator]


def test_publishing_and_discarding(draft: Edition, edition: Edition, keeper: User) -> None:
    other = copy_edition(edition=edition, by=keeper, now=NOW)
    published = publish_draft(edition=draft, by=keeper, now=NOW)
    assert (published.published_at, published.published_by) == (NOW, keeper)
    discard_draft(edition=other, by=keeper, now=NOW)
    assert Edition.objects.count() == 2


def test_saving_and_discarding_a_draft_look_through_no_answers(draft: Edition, keeper: User) -> None:
    """A nation has hundreds of millions of answers, and none names an item of a draft."""
    with CaptureQueriesContext(connection) as seen:
        revise_draft(edition=draft, posted={"small:points": "5"}, by=keeper, now=NOW)
        discard_draft(edition=draft, by=keeper, now=NOW)
    asked = [query["sql"] for query in seen]
    assert any("DELETE" in text and "standards_item" in text for text in asked)
    assert not [text for text in asked if "inspections_answer" in text]


@pytest.mark.parametrize("model", [Photo, ItemSummary])
def test_what_may_name_an_item_is_found_by_it(model: type[Model]) -> None:
    """The database looks for rows that name an item whenever one goes."""
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert ["item_id"] in [one["columns"] for one in constraints.values() if one["index"]]


# ---- the pages

PAGE = "/standards/small/2026-draft1/"


@pytest.fixture
def opened(client: Client, keeper: User, draft: Edition) -> Client:
    client.force_login(keeper)
    return client


def test_pages_show_copy_change_publish_and_discard(opened: Client) -> None:
    assert PAGE in opened.get("/standards/").content.decode()
    assert "草稿，还没有发布" in opened.get(PAGE).content.decode()
    form = opened.get(f"{PAGE}draft/").content.decode()
    assert 'name="area:minimum:township" value="150"' in form
    said = opened.post(f"{PAGE}draft/", {"area:points": "6", "grade:0": "95"}, follow=True)
    assert "改了1项" in said.content.decode()
    changes = opened.get(f"{PAGE}changes/").content.decode()
    assert "<s>4</s> → <b>6</b>" in changes
    assert "优秀 ≥95" in changes
    assert "检查项area" in opened.get(f"{PAGE}changes/?show=changed").content.decode()
    assert "检查项yes" in opened.get(f"{PAGE}changes/?show=same").content.decode()
    assert "没有这一类变化" in opened.get(f"{PAGE}changes/?show=dropped").content.decode()
    opened.post(f"{PAGE}publish/")
    assert Edition.objects.get(edition="2026-draft1").is_published
    assert opened.post("/standards/small/2026/copy/")["Location"] == "/standards/small/2026-draft2/draft/"
    assert opened.post("/standards/small/2026-draft2/discard/")["Location"] == "/standards/"


def test_standard_without_a_number_is_told_by_its_day_alone(opened: Client) -> None:
    data = replace(copy_as_draft(load_edition(Edition.objects.first().pk), "x"), document_number="")
    edition = import_standard(data)
    for page in ("/standards/", f"/standards/{edition.standard}/{edition.edition}/"):
        lines = re.findall(r'class="(?:hint|sub)">([^<]*)<', opened.get(page).content.decode())
        assert lines
        assert not [line for line in lines if line.strip().startswith("·")]


def test_a_fault_is_told_with_its_item_and_keeps_what_was_typed(opened: Client) -> None:
    said = opened.post(f"{PAGE}draft/", {"area:points": "many"})
    assert said.status_code == 400
    page = said.content.decode()
    assert 'href="#row-area">检查项area：' in page
    assert 'value="many"' in page


def test_drafts_are_not_there_for_others(client: Client, draft: Edition) -> None:
    township = Region.objects.get(level=Level.TOWNSHIP)
    client.force_login(make_user("staff", [(Role.TOWNSHIP_STAFF, township)]))
    assert PAGE not in client.get("/standards/").content.decode()
    for page in ("", "draft/", "changes/"):
        assert client.get(f"{PAGE}{page}").status_code == 404
    for act in ("copy/", "publish/", "discard/"):
        assert client.post(f"{PAGE}{act}").status_code == 404
    assert client.post("/standards/small/2026/copy/").status_code == 403
    assert client.get("/standards/small/2026/changes/").status_code == 200


@pytest.mark.parametrize("others", [1, 3])
def test_changes_ask_no_more_often_for_more_editions(
    opened: Client,
    edition: Edition,
    keeper: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    others: int,
) -> None:
    for _n in range(others):
        copy_edition(edition=edition, by=keeper, now=NOW)
    opened.get(f"{PAGE}changes/")
    with django_assert_num_queries(12):
        opened.get(f"{PAGE}changes/")


def test_a_link_whose_item_is_gone_stays_until_publishing_tells_of_it() -> None:
    old = every_kind()
    new = copy_as_draft(old, "2027")
    less = standard(*(plain_item(item.code) for item in old.items()[:1]))
    assert relabel(new, less).replaces.links[1:] == new.replaces.links[1:]
