"""People of the nation, whose prefix is empty: they see what the counties see together."""

from typing import Any

import pytest
from django.db.models import Q
from django.test import Client

from inspections.actions import object_to
from inspections.models import Evidence, Finding, Inspection, Photo, Request
from organization.models import AuditEntry, Region, Role, User
from organization.querysets import within
from reports.models import IssuingBody, OfficialDocument
from tests.factories import make_user
from tests.repairs import in_state
from tests.small_stage import NOW, Stage, add_photo, issued, jpeg

pytestmark = pytest.mark.django_db


@pytest.fixture
def nation(stage: Stage, other: Stage) -> Region:
    region, _made = Region.objects.get_or_create(code="0" * 12, defaults={"level": 0, "name": "全国"})
    return region


@pytest.fixture
def reported(stage: Stage, quick_pdf: Any) -> Finding:
    """A finding that was reported, with a photo of the inspector's and a notice."""
    add_photo(stage.inspections[0], stage.cast["inspector"], jpeg())
    finding = in_state(stage, "reported")
    issued(stage, finding.inspection)
    return finding


def test_empty_prefix_beside_another_condition_is_still_everything(stage: Stage, other: Stage) -> None:
    everything, none = within(("",), "region__code"), Q(pk=None)
    rows = Inspection.objects
    assert rows.count() == 4
    assert rows.filter(everything | none).count() == rows.filter(none | everything).count() == 4
    assert rows.filter(everything).count() == rows.filter(everything & ~none).count() == 4
    assert not rows.exclude(everything).exists()


@pytest.mark.parametrize(
    "rows", [Inspection, Photo, Finding, Evidence, Request, OfficialDocument, IssuingBody]
)
def test_nation_sees_what_the_counties_see(
    stage: Stage, other: Stage, nation: Region, reported: Finding, rows: Any
) -> None:
    staff = other.cast["township_staff"]
    object_to(finding=in_state(other, "acknowledged"), reason="当天就有", by=staff, now=NOW)
    watching = make_user("nation", [(Role.ADMINISTRATOR, nation)])
    county, neighbor = (one.cast["administrator"] for one in (stage, other))
    seen = {row.pk for person in (county, neighbor) for row in rows.objects.visible_to(person)}
    assert {row.pk for row in rows.objects.visible_to(watching)} == seen
    assert seen


def test_nation_sees_people_and_the_trail(stage: Stage, other: Stage, nation: Region) -> None:
    security = make_user("security", [(Role.SECURITY_ADMINISTRATOR, nation)])
    audit = make_user("audit", [(Role.AUDIT_ADMINISTRATOR, nation)])
    assert User.objects.visible_to(security).count() == User.objects.count()
    assert AuditEntry.objects.exclude(region=None).exists()
    assert AuditEntry.objects.visible_to(audit).count() == AuditEntry.objects.count()


def test_nation_opens_what_a_finding_leads_to(
    client: Client, stage: Stage, nation: Region, reported: Finding
) -> None:
    client.force_login(make_user("nation", [(Role.ADMINISTRATOR, nation)]))
    document = OfficialDocument.objects.get()
    pages = (
        f"/findings/{reported.pk}/",
        f"/inspections/{reported.inspection_id}/score/",
        f"/documents/{document.pk}/",
        f"/evidence/{reported.evidence.get().pk}/",
    )
    assert [client.get(page).status_code for page in pages] == [200] * 4
    # It may break after its year.
    said = client.get("/findings/").content.decode().replace('</span><wbr><span class="text-nowrap">', "")
    assert document.number_text in said
