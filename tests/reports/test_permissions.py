"""Who may see scores, and draft, issue and export notices: every role, every state, one truth."""

from collections.abc import Callable
from typing import Any

import pytest

from inspections.answers import Given
from inspections.models import Inspection
from organization.models import Role, User
from reports import permissions
from reports.models import IssuingBody, OfficialDocument
from tests.factories import make_user
from tests.small_stage import Stage, answer, drafted, issued, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def scene(quick_pdf: Any, db: None) -> tuple[Stage, Stage]:
    """Four townships: to begin, in progress, submitted with a draft, submitted with an issued notice."""
    stage, other = small_stage(townships=4), small_stage(other=True)
    answer(stage.inspections[1], stage.cast["inspector"], yes=None)
    drafted(stage, submitted(stage, 2, **SHORT))
    issued(stage, submitted(stage, 3, **SHORT))
    issued(other, submitted(other, 0, **SHORT))
    return stage, other


def people(stage: Stage, other: Stage) -> dict[str, User]:
    """Each role in the county, in the neighboring one, and in each of the last two townships."""
    found = {f"{role} here": user for role, user in stage.cast.items()}
    found |= {f"{role} elsewhere": user for role, user in other.cast.items()}
    for place, name in ((2, "third"), (3, "fourth")):
        for role in Role.values:
            region = stage.county.townships[place]
            found[f"{role} {name}"] = make_user(f"{role}-{name}", [(role, region)])
    return found


def allowed(everybody: dict[str, User], predicate: Callable[..., Any], *about: Any) -> set[str]:
    names = set()
    for name, person in everybody.items():
        verdict = predicate(person, *about)
        assert verdict or str(verdict.reason).endswith("。")
        if verdict:
            names.add(name)
    return names


def holders(*roles: str, places: tuple[str, ...] = ("here",)) -> set[str]:
    return {f"{role} {place}" for role in roles for place in places}


def test_drafting_by_state_and_role(scene: tuple[Stage, Stage]) -> None:
    stage, other = scene
    everybody = people(stage, other)
    for place, wanted in (
        (0, set()),
        (1, set()),
        (2, holders("administrator", "reviewer")),
        (3, holders("administrator", "reviewer")),
    ):
        inspection = Inspection.objects.select_related("round").get(pk=stage.inspections[place].pk)
        assert allowed(everybody, permissions.can_draft, inspection) == wanted, place


def test_notice_by_state_and_role(scene: tuple[Stage, Stage]) -> None:
    stage, other = scene
    everybody = people(stage, other)
    draft = OfficialDocument.objects.get(inspection=stage.inspections[2])
    out = OfficialDocument.objects.get(inspection=stage.inspections[3])
    assert allowed(everybody, permissions.can_edit_document, draft) == holders("administrator", "reviewer")
    assert allowed(everybody, permissions.can_issue, draft) == holders("administrator", "signatory")
    assert allowed(everybody, permissions.can_edit_document, out) == set()
    assert allowed(everybody, permissions.can_issue, out) == set()


def test_notices_seen_by_state_and_role(scene: tuple[Stage, Stage]) -> None:
    stage, other = scene
    writers = ("administrator", "reviewer", "signatory")
    draft = OfficialDocument.objects.get(inspection=stage.inspections[2])
    out = OfficialDocument.objects.get(inspection=stage.inspections[3])
    seen = {draft.pk: set(), out.pk: set()}
    for name, person in people(stage, other).items():
        for pk in OfficialDocument.objects.visible_to(person).values_list("pk", flat=True):
            seen.setdefault(pk, set()).add(name)
    assert seen[draft.pk] == holders(*writers, places=("here", "third"))
    # The cast's township staff work in the first township; the fourth's own are the addressee.
    assert seen[out.pk] == holders(*writers, places=("here", "fourth")) | {"township_staff fourth"}


def test_whoever_may_act_on_a_notice_also_finds_it(scene: tuple[Stage, Stage]) -> None:
    stage, other = scene
    for name, person in people(stage, other).items():
        visible = set(OfficialDocument.objects.visible_to(person))
        for notice in OfficialDocument.objects.all():
            if permissions.can_edit_document(person, notice) or permissions.can_issue(person, notice):
                assert notice in visible, name
        findable = set(Inspection.objects.visible_to(person))
        for inspection in Inspection.objects.select_related("round"):
            if permissions.can_draft(person, inspection):
                assert inspection in findable, name


def test_score_is_read_once_submitted_by_whoever_sees_the_inspection(scene: tuple[Stage, Stage]) -> None:
    stage, _ = scene
    for place, readable in ((0, False), (1, False), (2, True), (3, True)):
        inspection = Inspection.objects.get(pk=stage.inspections[place].pk)
        verdict = permissions.can_read_score(inspection)
        assert bool(verdict) == readable
        assert readable or "还没有提交" in str(verdict.reason)


def test_pages_of_a_role(scene: tuple[Stage, Stage]) -> None:
    stage, other = scene
    everybody = people(stage, other)
    anywhere = ("here", "elsewhere", "third", "fourth")
    for predicate, roles in (
        (permissions.can_watch, ("administrator", "reviewer", "signatory")),
        (permissions.can_export, ("administrator",)),
        (permissions.can_read_own_centers, ("township_staff",)),
    ):
        assert allowed(everybody, predicate) == holders(*roles, places=anywhere)
    body = permissions.can_edit_issuing_body
    assert allowed(everybody, body, stage.county.region) == {"administrator here"}


def test_issuing_bodies_are_seen_in_the_own_region(scene: tuple[Stage, Stage]) -> None:
    stage, other = scene
    seen = {
        name: set(IssuingBody.objects.visible_to(person).values_list("region__name", flat=True))
        for name, person in people(stage, other).items()
    }
    assert {name for name, regions in seen.items() if "汤阴县" in regions} == holders(
        "administrator", "reviewer", "signatory"
    )
    assert all(len(regions) <= 1 for regions in seen.values())
