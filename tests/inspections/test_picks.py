"""Whose answer a decision let hold, however many said it, and whatever was decided or answered since."""

from collections.abc import Iterator
from typing import Any

import pytest

from inspections import actions
from inspections.merging import Outcome
from inspections.models import Answer, AnswerEvent, Conflict, Inspection
from inspections.picks import origins
from inspections.querysets import ConflictQuerySet
from organization.models import Role, User
from tests.factories import make_user
from tests.inspections.devices import Device, mutation
from tests.small_stage import Stage, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def inspection(stage: Stage) -> Inspection:
    return stage.inspections[0]


@pytest.fixture
def lead(stage: Stage) -> User:
    return stage.cast["lead_inspector"]


@pytest.fixture
def inspector(stage: Stage) -> User:
    return stage.cast["inspector"]


@pytest.fixture
def helper(stage: Stage) -> User:
    """A third inspector of the first inspection."""
    person = make_user("helper", [(Role.INSPECTOR, stage.county.region)])
    stage.inspections[0].inspectors.add(person)
    return person


def say(inspection: Inspection, person: User, value: Any, *, base: int = 0, item: str = "choice") -> Any:
    """One answer of somebody's, from a device of its own; what the log has of it."""
    Device(person, inspection).sync(mutation(item, value, base=base))
    return AnswerEvent.objects.latest("pk")


def decide(inspection: Inspection, lead: User, event: AnswerEvent, seen: int = 1, days: int = 1) -> Any:
    """The lead's decision for one of the answers of an item."""
    return actions.settle(
        inspection=inspection, code=event.item.code, event=event.pk, seen=seen, by=lead, now=later(days)
    )


def names(inspection: Inspection, *events: AnswerEvent) -> list[str]:
    found = origins(inspection, events)
    assert set(found) <= {event.pk for event in events}
    return [found[event.pk].by.username for event in events if event.pk in found]


def test_of_two_people_the_one_who_was_picked(inspection: Inspection, lead: User, inspector: User) -> None:
    say(inspection, lead, "met")
    lost = say(inspection, inspector, "partly")
    decision = decide(inspection, lead, lost)
    assert decision.by == lead
    assert origins(inspection, [decision]) == {decision.pk: lost}


def test_of_two_people_the_one_who_held(inspection: Inspection, lead: User, inspector: User) -> None:
    held = say(inspection, inspector, "met")
    say(inspection, lead, "partly")
    decision = decide(inspection, lead, held)
    assert origins(inspection, [decision]) == {decision.pk: held}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_of_three_people_the_one_who_was_picked(
    inspection: Inspection, lead: User, inspector: User, helper: User, place: int
) -> None:
    answers = [
        say(inspection, lead, "met"),
        say(inspection, inspector, "partly"),
        say(inspection, helper, "not_met"),
    ]
    decision = decide(inspection, lead, answers[place])
    assert origins(inspection, [decision]) == {decision.pk: answers[place]}


@pytest.fixture
def alike(inspection: Inspection, lead: User, inspector: User, helper: User) -> list[AnswerEvent]:
    """The lead's answer, and that of two people who said the same: the inspector's, then the helper's."""
    return [
        say(inspection, lead, "met"),
        say(inspection, inspector, "partly"),
        say(inspection, helper, "partly"),
    ]


@pytest.mark.parametrize("place", [1, 2])
def test_of_two_who_said_the_same_the_one_who_was_picked(
    inspection: Inspection, lead: User, alike: list[AnswerEvent], place: int
) -> None:
    decision = decide(inspection, lead, alike[place])
    assert origins(inspection, [decision]) == {decision.pk: alike[place]}


@pytest.mark.parametrize("place", [1, 2])
def test_later_decision_for_another_answer_leaves_the_first_as_it_was(
    inspection: Inspection, lead: User, alike: list[AnswerEvent], place: int
) -> None:
    first = decide(inspection, lead, alike[place])
    other = say(inspection, lead, "not_met", base=1)
    second = decide(inspection, lead, other, seen=2, days=2)
    assert origins(inspection, [first, second]) == {first.pk: alike[place], second.pk: other}


@pytest.mark.parametrize("place", [1, 2])
def test_later_decision_for_the_other_who_said_the_same_names_each_once(
    inspection: Inspection, lead: User, alike: list[AnswerEvent], inspector: User, helper: User, place: int
) -> None:
    first = decide(inspection, lead, alike[place])
    person = {1: helper, 2: inspector}[place]
    say(inspection, lead, "met", base=2)
    again = say(inspection, person, "partly", base=2)
    second = decide(inspection, lead, again, seen=3, days=2)
    assert (first.new, first.outcome) == (second.new, second.outcome)
    assert origins(inspection, [first, second]) == {first.pk: alike[place], second.pk: again}


def test_decision_that_is_picked_again_is_still_of_whoever_gave_it(
    inspection: Inspection, lead: User, alike: list[AnswerEvent], inspector: User
) -> None:
    first = decide(inspection, lead, alike[1])
    for version in (2, 3):
        say(inspection, lead, "not_met", base=1)
        present = AnswerEvent.objects.get(outcome=Outcome.SETTLED, version=version)
        decide(inspection, lead, present, seen=version, days=version)
    decisions = list(AnswerEvent.objects.filter(outcome=Outcome.SETTLED))
    assert len(decisions) == 3
    assert decisions[0] == first
    assert set(origins(inspection, decisions).values()) == {alike[1]}
    assert Answer.objects.get().updated_by == inspector


@pytest.mark.parametrize("place", [1, 2])
def test_decision_that_somebody_overruled_by_another_answer_still_names_its_own(
    inspection: Inspection, lead: User, alike: list[AnswerEvent], inspector: User, helper: User, place: int
) -> None:
    """Even where that is the other one of two who said the same, whom the answer is of from then on."""
    decision = decide(inspection, lead, alike[place])
    person = {1: helper, 2: inspector}[place]
    since = say(inspection, person, "not_met", base=2)
    assert (since.outcome, Answer.objects.get().updated_by) == (Outcome.APPLIED, person)
    assert origins(inspection, [decision, since]) == {decision.pk: alike[place]}


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Decisions of a process of the release before: it does not write what was picked."""
    update = ConflictQuerySet.update

    def written(self: Any, **values: Any) -> int:
        values.pop("picked", None)
        return update(self, **values)

    with monkeypatch.context() as patched:
        patched.setattr(ConflictQuerySet, "update", written)
        yield


@pytest.mark.parametrize("place", [0, 1, 2])
def test_decision_of_an_older_process_is_read_from_the_trail(
    inspection: Inspection, lead: User, alike: list[AnswerEvent], before: None, place: int
) -> None:
    first = decide(inspection, lead, alike[place])
    assert {row.picked for row in first.settles.all()} == {None}
    assert not Conflict.objects.open().exists()
    assert origins(inspection, [first]) == {first.pk: alike[place]}
    # Picked again, as decided by such a process or by one of this release.
    say(inspection, lead, "not_met", base=1)
    again = decide(inspection, lead, first, seen=2, days=2)
    assert origins(inspection, [first, again]) == {first.pk: alike[place], again.pk: alike[place]}


@pytest.mark.parametrize("rows", [1, 3])
def test_decisions_of_older_processes_take_the_same_queries_however_many(
    inspection: Inspection,
    lead: User,
    inspector: User,
    before: None,
    django_assert_num_queries: Any,
    rows: int,
) -> None:
    decisions = []
    for item, one, other in [("choice", "met", "partly"), ("yes", True, False), ("posts", "1", "2")][:rows]:
        say(inspection, lead, one, item=item)
        decisions.append(decide(inspection, lead, say(inspection, inspector, other, item=item)))
    fresh = list(AnswerEvent.objects.filter(pk__in=[decision.pk for decision in decisions]))
    with django_assert_num_queries(4):
        found = origins(inspection, fresh)
        assert {event.by.name for event in found.values()} == {"inspector"}
    assert len(found) == rows


def test_decision_that_nothing_tells_of_is_nobody_elses(
    inspection: Inspection, lead: User, alike: list[AnswerEvent], before: None
) -> None:
    first = decide(inspection, lead, alike[1])
    assert origins(inspection, [first]) == {first.pk: alike[1]}
    # Of another moment, as when the row of the trail has been removed with its time.
    first.at = later(9)
    assert origins(inspection, [first]) == {}


def test_decision_of_this_release_keeps_what_an_older_process_had_picked(
    inspection: Inspection, lead: User, alike: list[AnswerEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    update = ConflictQuerySet.update
    with monkeypatch.context() as patched:
        patched.setattr(ConflictQuerySet, "update", lambda self, picked, **values: update(self, **values))
        first = decide(inspection, lead, alike[1])
    say(inspection, lead, "not_met", base=1)
    again = decide(inspection, lead, first, seen=2, days=2)
    assert {row.picked for row in again.settles.all()} == {alike[1]}


def test_nothing_that_decides_nothing_is_named(
    inspection: Inspection, lead: User, inspector: User, django_assert_num_queries: Any
) -> None:
    uncontested = say(inspection, inspector, True, item="yes")
    held, lost = say(inspection, lead, "met"), say(inspection, inspector, "partly")
    with django_assert_num_queries(0):
        assert origins(inspection, [uncontested, held, lost]) == {}
    # Taken back by the device itself: settled, too, and nobody decided.
    device = Device(inspector, inspection)
    device.sync(mutation("yes", False))
    device.sync(mutation("yes", True, base=1))
    back = AnswerEvent.objects.latest("pk")
    assert back.settles.get().picked is None
    assert origins(inspection, [uncontested, back]) == {}


def test_item_that_nobody_contested_is_not_drawn_in(
    inspection: Inspection, lead: User, inspector: User
) -> None:
    uncontested = say(inspection, inspector, True, item="yes")
    say(inspection, lead, "met")
    decision = decide(inspection, lead, say(inspection, inspector, "partly"))
    assert names(inspection, uncontested, decision) == ["inspector"]


def test_decisions_of_another_inspection_do_not_leak(
    stage: Stage, inspection: Inspection, lead: User, inspector: User
) -> None:
    beside = stage.inspections[1]
    made: dict[int, AnswerEvent] = {}
    for place, first, second in ((inspection, lead, inspector), (beside, inspector, lead)):
        say(place, first, "met")
        made[place.pk] = decide(place, lead, say(place, second, "partly"))
    both = list(made.values())
    assert names(inspection, *both) == ["inspector"]
    assert names(beside, *both) == ["lead_inspector"]
    assert origins(beside, [made[inspection.pk]]) == {}


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count(
    inspection: Inspection, lead: User, inspector: User, django_assert_num_queries: Any, rows: int
) -> None:
    items = [("choice", "met", "partly"), ("yes", True, False), ("posts", "1", "2")][:rows]
    decisions = []
    for item, one, other in items:
        say(inspection, lead, one, item=item)
        decisions.append(decide(inspection, lead, say(inspection, inspector, other, item=item)))
    with django_assert_num_queries(1):
        found = origins(inspection, decisions)
        assert [(event.by.name, event.captured_by) for event in found.values()] == [
            ("inspector", None)
        ] * rows
