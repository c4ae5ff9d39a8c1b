"""What the overview of those above the counties says of the counties' work."""

from typing import Any

import pytest
from django.test import Client

from inspections.answers import Given
from organization.models import Region, Role, User
from reports import overview
from reports.models import IssuingBody, OfficialDocument
from tests.factories import County, make_center, make_region, make_user
from tests.small_stage import Stage, drafted, submitted
from tests.stage import make_round, take_in

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False), "area": Given("75")}
PLACES = {"city": "410500000000", "province": "410000000000"}


@pytest.fixture(params=PLACES)
def above(request: pytest.FixtureRequest, stage: Stage) -> User:
    return make_user("above", [(Role.ADMINISTRATOR, Region.objects.get(code=PLACES[request.param]))])


def seen(client: Client, user: User, **query: Any) -> Any:
    client.force_login(user)
    return client.get("/county/", query)


def test_work_of_a_county_is_not_told_as_ones_own(client: Client, stage: Stage, above: User) -> None:
    submitted(stage, 0, **SHORT)
    drafted(stage, submitted(stage, 1, **SHORT))
    page = seen(client, above).content.decode()
    for words in ("下级待办", "1 份整改通知待起草", "1 份公文待印发"):
        assert words in page
    for words in ("今天要处理", "起草 1 份整改通知", "印发 1 份", "办理整改通知"):
        assert words not in page
    assert 'href="/documents/#waiting"' in page
    address = f"/documents/?round={stage.round.pk}&amp;state=below#notices"
    assert f'href="{address}"' in page
    listed = client.get(address.replace("&amp;", "&").partition("#")[0]).context["page"]
    assert [row.pk for row in listed] == [OfficialDocument.objects.get().pk]
    assert not list(client.get("/documents/", {"state": "to_issue"}).context["page"])
    page = seen(client, stage.cast["administrator"]).content.decode()
    for words in ("今天要处理", "起草 1 份整改通知", "印发 1 份", "办理整改通知"):
        assert words in page
    assert "下级" not in page


def test_inspectors_are_assigned_by_the_region_that_holds_the_round(
    client: Client, stage: Stage, above: User
) -> None:
    stage.round.inspections.update(lead=None)
    said = seen(client, above)
    assert (said.context["assigns"], said.context["unassigned_below"]) == (0, 2)
    assert "2 个中心待分配检查员" in said.content.decode()
    place = above.grants[0].region
    own = make_round(County(place, stage.county.townships), stage.edition, above, "抽查")
    take_in(own, {**stage.cast, "administrator": above}, ("township",))
    own.inspections.update(lead=None)
    said = seen(client, above, round=own.pk)
    assert (said.context["assigns"], said.context["unassigned_below"]) == (2, 0)
    assert "给 2 个中心分配检查员" in said.content.decode()


def test_draft_of_ones_own_office_is_ones_own_to_issue(client: Client, stage: Stage, above: User) -> None:
    drafted(stage, submitted(stage, 0, **SHORT))
    body = IssuingBody.objects.get()
    IssuingBody.objects.filter(pk=body.pk).update(region=above.grants[0].region)
    assert not overview.drafts_below(above).exists()
    said = seen(client, above)
    assert (said.context["steps"], said.context["drafts_below"]) == ({"issue": 1}, 0)
    assert "印发 1 份" in said.content.decode()


def test_nothing_waits_below(client: Client, stage: Stage, above: User) -> None:
    assert "下级没有待办的事" in seen(client, above).content.decode()


def test_city_without_counties_does_their_work(db: None) -> None:
    make_center(make_region("441900003", "东城街道"))
    city = make_user("city", [(Role.ADMINISTRATOR, make_region("4419"))])
    assert not overview.watches_counties(city)
