"""Guessed keys, neighbors' keys and other people's values in every place that an address or a form has."""

import re
import uuid
from collections.abc import Iterator
from copy import deepcopy
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.forms import BaseForm
from django.test import Client
from django.urls import NoReverseMatch, reverse

from organization.models import Assignment, User
from tests.access.rules import RULES
from tests.access.world import PARAMETER, Address, Place, addresses, fingerprint, make_place

pytestmark = pytest.mark.django_db
COUNT = {"probes": 0, "leaks": 0}
# Keys that nobody was given.
GUESSES: dict[str, list[Any]] = {
    "IntConverter": [0, 999_999, 2**31, 2**63, 10**30],
    "UUIDConverter": [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.uuid4(), uuid.uuid1()],
    "StringConverter": ["x", "..", "%00", "\x00", "' OR 1=1 --", "yes;", "…", "a" * 5000],
    "CodeConverter": ["x", "shenfuban", "a" * 500],
}
KEYS = {"pk", "assignment"}
HOSTILE = ["", "0", "-1", "9" * 30, "\x00", "' OR '1'='1", "../../etc/passwd", "{{7*7}}", "a" * 5000]


@pytest.fixture(scope="module", autouse=True)
def said() -> Iterator[None]:
    yield
    print(f"\nobject probes: {COUNT['probes']} probes, {COUNT['leaks']} leaks")


@pytest.fixture
def place(quick_pdf: Any) -> Place:
    return make_place()


@pytest.fixture
def other(place: Place, quick_pdf: Any) -> Place:
    return make_place(other=True)


def clients(place: Place) -> Iterator[tuple[str, Client]]:
    for role, person in place.stage.cast.items():
        client = Client(raise_request_exception=False)
        client.force_login(person)
        yield role, client


def ask(client: Client, method: str, url: str, sent: dict[str, Any], *, foreign: Place) -> tuple[Any, bool]:
    """Ask and undo it; say whether a row of the foreign place was shown or changed."""
    COUNT["probes"] += 1
    cookies, before = deepcopy(client.cookies), foreign.digest
    writes: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        # A row of the trail or of a session is no change of theirs.
        if re.match(r"INSERT|UPDATE|DELETE", sql) and not re.search(r"audit|session", sql):
            writes.append(sql)
        return execute(sql, *rest)

    with transaction.atomic(), connection.execute_wrapper(watch):
        response = getattr(client, method)(url, sent)
        body = b"".join(response) if response.streaming else response.content
        changed = bool(writes) and fingerprint(foreign) != before
        transaction.set_rollback(True)
    client.cookies = cookies
    text = body.decode(errors="replace")
    asked = f"{url} {sent}"
    marks = [*foreign.marks.values(), foreign.county_mark]
    leaked = changed or any(mark in text and mark not in asked for mark in marks)
    COUNT["leaks"] += leaked
    return response, leaked


def private() -> list[Address]:
    return [address for address in addresses() if address.name in RULES and not RULES[address.name].public]


def methods(address: Address) -> list[str]:
    rule = RULES[address.name]
    return [name for name, there in (("get", rule.get), ("post", rule.post)) if there]


def swapped(address: Address, place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield arguments in which one key is a guess or the next number, the others being good."""
    good = address.arguments(place, RULES[address.name].about)
    for name, kind in address.converters.items():
        near: list[Any] = []
        if isinstance(good[name], uuid.UUID):
            near = [uuid.UUID(int=good[name].int + step) for step in (-1, 1)]
        for guess in chain(GUESSES[kind], near):
            yield name, good | {name: guess}


def test_guessed_keys_find_nothing(place: Place, other: Place) -> None:
    """Neither a key that nobody has, nor one beside a real one, opens anything; and none is an error."""
    other.digest = fingerprint(other)
    faults = []
    for role, client in clients(place):
        for address in private():
            for name, arguments in swapped(address, place):
                try:
                    url = reverse(address.name, kwargs=arguments)
                except NoReverseMatch:
                    continue
                for method in methods(address):
                    response, leaked = ask(client, method, url, {}, foreign=other)
                    if leaked or response.status_code not in (400, 403, 404):
                        faults.append(f"{role}: {method} {address.name} {name}: {response.status_code}")
    assert not faults, "\n".join(faults)


def test_foreign_keys_find_nothing(place: Place, other: Place) -> None:
    """Each key of the neighboring county, one at a time and all at once, in the addresses of ours."""
    other.digest = fingerprint(other)
    faults = []
    for role, client in clients(place):
        for address in private():
            about = RULES[address.name].about
            if about in ("", "edition"):
                continue
            mine, theirs = address.arguments(place, about), address.arguments(other, about)
            mixed = [mine | {name: value} for name, value in theirs.items() if mine[name] != value]
            for arguments in [theirs, *mixed]:
                for method in methods(address):
                    url = reverse(address.name, kwargs=arguments)
                    response, leaked = ask(client, method, url, {}, foreign=other)
                    if leaked or response.status_code not in (400, 403, 404):
                        faults.append(f"{role}: {method} {address.name} {arguments}: {response.status_code}")
    assert not faults, "\n".join(faults)


def parameters() -> set[str]:
    """Every name that a view reads from a query or a form, as the code has them."""
    found = {"next", "page", "value", "inspection"}
    for config in apps.get_app_configs():
        if Path(config.path).parent == settings.BASE_DIR:
            for path in Path(config.path).rglob("*.py"):
                found |= set(PARAMETER.findall(path.read_text()))
            found |= _fields(config.name)
    return found


def _fields(app: str) -> set[str]:
    if not (settings.BASE_DIR / app / "forms.py").exists():
        return set()
    kinds = vars(import_module(f"{app}.forms")).values()
    forms = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseForm)]
    return {name for form in forms for name in getattr(form, "base_fields", {})}


def foreign_values(other: Place) -> list[str]:
    """What one of ours might have heard of theirs: every key, name, code and address."""
    region = other.stage.county.region
    rows = {str(value) for row in other.rows.values() for name, value in row.items() if name in KEYS}
    people = [other.stage.cast["inspector"], other.stage.cast["township_staff"]]
    told = {person.username for person in people} | {str(person.pk) for person in people}
    told |= {region.code, region.prefix, region.name, other.stage.county.townships[0].code}
    return sorted(rows | told | {other.marks["center or person"], other.county_mark})


def test_foreign_values_in_every_parameter_show_and_change_nothing(place: Place, other: Place) -> None:
    other.digest = fingerprint(other)
    names = parameters()
    assert len(names) > 30
    faults = []
    for role, client in clients(place):
        # Whoever does not get in at all is the matrix's matter.
        for address in [each for each in private() if role in RULES[each.name].own]:
            url = address.url(place, RULES[address.name].about)
            for value in foreign_values(other):
                for method in methods(address):
                    sent = dict.fromkeys(names, value)
                    response, leaked = ask(client, method, url, sent, foreign=other)
                    if leaked or response.status_code >= 500:
                        faults.append(f"{role}: {method} {address.name} {value}: {response.status_code}")
    assert not faults, "\n".join(faults)


def test_hostile_values_in_every_parameter_are_no_error(place: Place, other: Place) -> None:
    other.digest = fingerprint(other)
    names = parameters()
    faults = []
    for role, client in clients(place):
        # Whoever does not get in at all is the matrix's matter.
        for address in [each for each in private() if role in RULES[each.name].own]:
            url = address.url(place, RULES[address.name].about)
            for value in HOSTILE:
                for method in methods(address):
                    sent = dict.fromkeys(names, value)
                    response, leaked = ask(client, method, url, sent, foreign=other)
                    if leaked or response.status_code >= 500:
                        faults.append(
                            f"{role}: {method} {address.name} {value[:20]!r}: {response.status_code}"
                        )
    assert not faults, "\n".join(faults)


def test_fingerprint_sees_a_change(place: Place) -> None:
    before = fingerprint(place)
    User.objects.filter(pk=place.stage.cast["inspector"].pk).update(name="x")
    changed = fingerprint(place)
    Assignment.objects.filter(user=place.stage.cast["inspector"]).update(role="reviewer")
    assert len({before, changed, fingerprint(place)}) == 3


def test_parameters_are_found_in_the_code() -> None:
    assert re.search(PARAMETER, 'request.GET.get("round", "")').group(1) == "round"
    assert re.search(PARAMETER, 'request.POST.getlist("inspection")').group(1) == "inspection"
    assert {"round", "region", "state", "people", "lead", "role", "place", "username"} <= parameters()
