"""Every address by every role, from every side, by every method, against the table of rules."""

from collections.abc import Iterator
from copy import deepcopy as copy
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from organization.models import User
from tests.access.rules import EVERYBODY, OPTIONAL, RULES, Rule
from tests.access.world import Address, Place, addresses, make_people, make_place
from tests.factories import make_user
from tests.small_stage import jpeg

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
# From outside, a method that there is not is answered no differently than from inside.
OUTSIDE = ("get", "post")
COUNT = {"probes": 0, "leaks": 0}


@pytest.fixture(scope="module", autouse=True)
def said() -> Iterator[None]:
    """Print what was tried, after the last of the module."""
    yield
    print(f"\naccess matrix: {COUNT['probes']} probes, {COUNT['leaks']} leaks")


@pytest.fixture
def place(quick_pdf: Any) -> Place:
    return make_place()


@pytest.fixture
def people(place: Place) -> dict[tuple[str, str], User]:
    return make_people(place, make_place(other=True))


def named() -> list[Address]:
    return [address for address in addresses() if address.name not in OPTIONAL]


def ask(client: Client, method: str, url: str) -> Any:
    """Ask, and undo what the answer wrote, in the database and among the client's cookies."""
    COUNT["probes"] += 1
    cookies = copy(client.cookies)
    with transaction.atomic():
        sent = (
            {"photo": SimpleUploadedFile("a.jpg", jpeg())} if method == "post" and "photos" in url else None
        )
        response = client.post(url, sent) if method == "post" else client.generic(method.upper(), url)
        body = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies = cookies
    response.shown = body.decode(errors="replace")
    return response


def outcome(response: Any) -> str:
    if response.status_code == 302 and response["Location"].startswith(reverse(settings.LOGIN_URL)):
        return "door"
    names = {403: "refused", 404: "hidden", 405: "no method"}
    return names.get(response.status_code, "open" if response.status_code < 500 else "failed")


def answers(rule: Rule, method: str) -> bool:
    return (rule.get and method in ("get", "head")) or (rule.post and method == "post")


def expected(rule: Rule, relation: str, role: str, method: str) -> set[str]:
    """Return the outcomes that the rule permits; a method that there is not is told to anybody inside."""
    shut = {"refused", "hidden"}
    if rule.leads_home and answers(rule, method):
        return {"open", "door"}
    if not answers(rule, method):
        return shut | {"no method"} | ({"open"} if rule.leads_home else set())
    if rule.public and not rule.own:
        return {"hidden"}
    if relation == "own":
        return {"open"} if role in rule.own else shut
    if relation == "above":
        return {"open"} if role in rule.opens_above else shut
    if rule.about and rule.about != "edition":
        return {"hidden"}
    # Held in a township, a county's role has no county to set up.
    county = {"hidden"} if relation == "beside" else set()
    return {"open"} | county if role in rule.own else shut


def marks_in(response: Any, place: Place, relation: str) -> list[str]:
    """Name what of the place an answer shows to one who must not see it, beside what was asked for itself."""
    marks = {} if relation in ("own", "above") else place.marks
    if relation not in ("own", "above", "beside"):
        marks = marks | {"round or people of the county": place.county_mark}
    asked = response.request["PATH_INFO"]
    return [name for name, mark in marks.items() if mark in response.shown and mark not in asked]


def test_every_address_has_a_rule() -> None:
    lacking = [
        f"{address.name} ({address.route}) has no rule: say in RULES of tests/access/rules.py who may "
        f"open it, by which methods, and about which row of tests/access/world.py"
        for address in named()
        if address.name not in RULES
    ]
    assert lacking == []


def test_every_rule_has_an_address() -> None:
    assert set(RULES) - {address.name for address in named()} == set()


def test_every_parameter_of_an_address_has_a_row(place: Place) -> None:
    for address in named():
        row = place.rows.get(RULES[address.name].about, {})
        assert set(address.converters) <= set(row), f"{address.name}: which row stands in {address.route}?"


def test_matrix(place: Place, people: dict[tuple[str, str], User]) -> None:
    faults = []
    for (relation, role), person in people.items():
        client = Client(raise_request_exception=False)
        client.force_login(person)
        for address in named():
            rule = RULES[address.name]
            url = address.url(place, rule.about)
            for method in METHODS if relation == "own" else OUTSIDE:
                response = ask(client, method, url)
                got, wanted = outcome(response), expected(rule, relation, role, method)
                if got not in wanted:
                    faults.append(f"{relation} {role}: {method} {address.name} is {got}")
                shown = marks_in(response, place, relation)
                COUNT["leaks"] += bool(shown) or (got == "open" and got not in wanted)
                faults += [f"{relation} {role}: {method} {address.name} shows its {name}" for name in shown]
    assert not faults, "\n".join(faults)


def test_nobody_gets_in_without_a_session(place: Place) -> None:
    """Neither a stranger, nor one whose account was disabled, nor one without any role sees a row."""
    disabled = make_user("disabled", is_active=False)
    for person in (None, disabled):
        client = Client(raise_request_exception=False)
        if person:
            client.force_login(person)
        for address in named():
            rule = RULES[address.name]
            for method in METHODS:
                response = ask(client, method, address.url(place, rule.about))
                got = outcome(response)
                wanted = {"open", "hidden", "no method", "refused"} if rule.public else {"door"}
                assert got in wanted, f"{person}: {method} {address.name} is {got}"
                assert marks_in(response, place, "stranger") == []


def test_one_without_a_role_finds_no_row(place: Place) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_user("new"))
    for address in named():
        rule = RULES[address.name]
        if rule.about and rule.about != "edition":
            for method in METHODS:
                response = ask(client, method, address.url(place, rule.about))
                got = outcome(response)
                assert got in ("hidden", "no method"), f"{method} {address.name} is {got}"


def test_rules_are_not_empty() -> None:
    """A table that lets everybody in, or nobody, would show nothing."""
    private = [rule for rule in RULES.values() if not rule.public]
    assert sum(bool(rule.about) for rule in private) > 20
    assert {role for rule in private for role in rule.own} >= {"inspector", "audit_administrator"}


def test_three_administrators_share_no_work() -> None:
    """三员分立: none of the three may do what another does; what is everybody's is no administration."""
    three = {"administrator", "security_administrator", "audit_administrator"}
    administered = {name: rule.own & three for name, rule in RULES.items() if rule.own != EVERYBODY}
    assert [name for name, held in administered.items() if len(held) > 1] == []
    assert set().union(*administered.values()) == three
