"""Every address by every role, from every side, by every method, against the table of rules."""

from copy import copy
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from organization.models import Role, User
from tests.access.forms import sent_to
from tests.access.rows import Place
from tests.access.rules import COMMON, EVERYBODY, OPTIONAL, RULES, Rule, rules_of
from tests.access.showing import shown
from tests.access.world import RELATIONS, Address, addresses
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.anywhere]
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
# From outside, a method that there is not is answered no differently than from inside.
OUTSIDE = ("get", "post")
SIDES = [
    (relation, role)
    for relation in RELATIONS
    for role in Role.values
    if (relation, role) != ("above", Role.TOWNSHIP_STAFF)
]
People = dict[tuple[str, str], User]
COUNT = {"probes": 0, "leaks": 0}


def named() -> list[Address]:
    return [address for address in addresses() if address.name not in OPTIONAL]


def ask(client: Client, method: str, url: str, **sent: Any) -> Any:
    """Ask, and undo what the answer wrote, in the database and among the client's cookies."""
    COUNT["probes"] += 1
    cookies = copy(client.cookies)
    with transaction.atomic():
        if method == "post":
            response = client.post(url, **sent)
        else:
            response = client.generic(method.upper(), url, **(sent if method == "put" else {}))
        response.shown = shown(response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def methods(rule: Rule, relation: str, *, first: bool) -> list[str]:
    """Every method once from inside; then those that are answered, and from outside reading and writing."""
    if relation == "own" and first:
        return list(METHODS)
    return [method for method in METHODS if rule.answers(method) or (first and method in OUTSIDE)]


def outcome(response: Any) -> str:
    if response.status_code == 302 and response["Location"].startswith(reverse(settings.LOGIN_URL)):
        return "door"
    names = {403: "refused", 404: "hidden", 405: "no method"}
    return names.get(response.status_code, "open" if response.status_code < 500 else "failed")


def expected(rule: Rule, relation: str, role: str, method: str) -> set[str]:
    """Return the outcomes that the rule permits; a method that there is not is told to anybody inside."""
    shut = {"refused", "hidden"}
    if rule.leads_home and rule.answers(method):
        return {"open", "door"}
    if not rule.answers(method):
        return shut | {"no method"} | ({"open"} if rule.leads_home else set())
    if rule.public:
        return {"open"} if rule.own else {"hidden"}
    if relation == "above":
        return {"open"} if role in rule.held_above(method) else shut
    if rule.uppermost:
        return shut
    if relation == "own" or rule.about in COMMON:
        # Held in a township, a county's role has no county to set up.
        county = {"hidden"} if relation == "beside" else set()
        return {"open"} | county if role in rule.held_by(method) else shut
    if relation == "beside" and rule.beside is not None:
        return {"open"} if role in rule.beside else shut
    return {"hidden"}


def marks_in(response: Any, place: Place, relation: str, rule: Rule) -> list[str]:
    """Name what of the place an answer shows to one who must not see it, beside what was asked for itself."""
    marks = {} if relation in ("own", "above") else dict(place.marks)
    if relation not in ("own", "above", "beside"):
        marks["round or people of the county"] = place.county_mark
    if rule.public and rule.about:
        # The title of an issued paper names the center; who wrote it is nobody's business.
        marks.pop("center", None)
    asked = response.request["PATH_INFO"]
    return [name for name, mark in marks.items() if mark in response.shown and mark not in asked]


def test_every_address_has_a_rule() -> None:
    lacking = [
        f"{address.name} ({address.route}) has no rule: say in RULES of tests/access/rules.py who may "
        f"open it, by which methods, and about which row of tests/access/rows.py"
        for address in named()
        if address.name not in RULES
    ]
    assert lacking == []


def test_every_rule_has_an_address() -> None:
    assert set(RULES) - {address.name for address in named()} == set()


def test_every_parameter_of_an_address_has_a_row(place: Place) -> None:
    for address in named():
        for rule in rules_of(address.name):
            row = place.rows.get(rule.about, {})
            assert set(address.converters) <= set(row), (
                f"{address.name}: which row stands in {address.route}?"
            )


@pytest.mark.parametrize(("relation", "role"), SIDES)
def test_matrix(place: Place, people: People, relation: str, role: str) -> None:
    """Each address about each row that its rules name; what no rule answers is tried once."""
    person, faults = people[relation, role], []
    client = Client(raise_request_exception=False)
    client.force_login(person)
    for address in named():
        for nth, rule in enumerate(rules_of(address.name)):
            url = address.url(place, rule.about)
            for method in methods(rule, relation, first=not nth):
                response = ask(client, method, url, **sent_to(address.name, person, place.told))
                got, wanted = outcome(response), expected(rule, relation, role, method)
                told = marks_in(response, place, relation, rule)
                COUNT["leaks"] += bool(told) or (got == "open" and got not in wanted)
                faults += [f"{method} {address.name} {rule.about} shows its {name}" for name in told]
                if got not in wanted:
                    faults.append(f"{method} {address.name} {rule.about} is {got}: {response.status_code}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("username", ["", "disabled"])
def test_nobody_gets_in_without_a_session(place: Place, username: str) -> None:
    """Neither a stranger nor one whose account was disabled sees a row."""
    client = Client(raise_request_exception=False)
    if username:
        client.force_login(make_user(username, is_active=False))
    for address in named():
        rule = rules_of(address.name)[0]
        for method in METHODS:
            response = ask(client, method, address.url(place, rule.about))
            got = outcome(response)
            wanted = {"open", "hidden", "no method", "refused"} if rule.public else {"door"}
            assert got in wanted, f"{method} {address.name} is {got}"
            assert marks_in(response, place, "stranger", rule) == [], address.name


def test_one_without_a_role_finds_no_row(place: Place) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(make_user("new"))
    for address in named():
        for rule in rules_of(address.name):
            if rule.about not in COMMON and not rule.public:
                for method in METHODS:
                    response = ask(client, method, address.url(place, rule.about))
                    got = outcome(response)
                    assert got in ("hidden", "no method"), f"{method} {address.name} {rule.about} is {got}"


def test_rules_are_not_empty() -> None:
    """A table that lets everybody in, or nobody, would show nothing."""
    private = [rule for name in RULES for rule in rules_of(name) if not rule.public]
    assert sum(bool(rule.about) for rule in private) > 100
    assert {role for rule in private for role in rule.own} >= {"inspector", "audit_administrator"}


def test_three_administrators_share_no_work() -> None:
    """三员分立: none of the three may do what another does; what is everybody's is no administration."""
    three = {"administrator", "security_administrator", "audit_administrator"}
    rules = [(name, rule) for name in RULES for rule in rules_of(name)]
    administered = [(name, rule.own & three) for name, rule in rules if rule.own != EVERYBODY]
    assert [name for name, held in administered if len(held) > 1] == []
    assert set().union(*(held for _name, held in administered)) == three
