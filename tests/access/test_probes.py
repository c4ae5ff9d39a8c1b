"""Guessed keys, neighbors' keys and other people's values in every place that an address or a form has."""

import json
import uuid
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.forms import BaseForm
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.urls import NoReverseMatch, reverse

from organization.models import Assignment, Role, User
from tests.access.rows import Place
from tests.access.rules import COMMON, RULES, Rule, rules_of
from tests.access.showing import shown
from tests.access.world import PARAMETER, WRITE, Address, addresses, fingerprint, watched

pytestmark = pytest.mark.django_db
EVERY_ROLE = pytest.mark.parametrize("role", Role.values)
COUNT = {"probes": 0, "leaks": 0}
# Keys that nobody was given.
GUESSES: dict[str, list[Any]] = {
    "IntConverter": [0, 999_999, 2**31, 2**63, 10**30],
    "UUIDConverter": [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.uuid4(), uuid.uuid1()],
    "StringConverter": ["x", "..", "%00", "\x00", "' OR 1=1 --", "yes;", "…", "a" * 5000],
    "SlugConverter": ["x", "no-such-table", "_", "a" * 5000],
    "CodeConverter": ["x", "shenfuban", "a" * 500],
}
KEYS = {"pk", "assignment", "photo", "token"}
HOSTILE = ["", "0", "-1", "9" * 30, "\x00", "' OR '1'='1", "../../etc/passwd", "{{7*7}}", "a" * 5000]
# These take a body of JSON; so it is the values in there that are foreign.
JSON: dict[str, tuple[str, ...]] = {
    "inspections:sync": ("person", "device", "cursor", "mutations"),
    "inspections:photo-announce": (
        "person", "device", "id", "item", "of", "sha256", "size", "at", "thumbnail",
    ),
}  # fmt: skip


@pytest.fixture
def client(place: Place, role: str) -> Client:
    """One of ours with this role."""
    client = Client(raise_request_exception=False)
    client.force_login(place.stage.cast[role])
    return client


@dataclass
class Asked:
    """What an answer did besides answering."""

    tables: set[str] = field(default_factory=set)
    read: bool = False


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Notes what is written and whether anything that was sent is read."""
    asked = Asked()
    begin, read = QueryDict.__init__, HttpRequest.read

    def watched_begin(self: Any, *args: Any, **kwargs: Any) -> None:
        asked.read = True
        begin(self, *args, **kwargs)

    def watched_read(self: Any, *args: Any, **kwargs: Any) -> Any:
        asked.read = True
        return read(self, *args, **kwargs)

    monkeypatch.setattr(QueryDict, "__init__", watched_begin)
    monkeypatch.setattr(HttpRequest, "read", watched_read)
    return asked


def ask(client: Client, asked: Asked, method: str, url: str, sent: Any, foreign: Place) -> tuple[int, bool]:
    """Ask and undo it; return the status, and whether a row of the foreign place was shown or changed."""
    COUNT["probes"] += 1
    cookies = copy(client.cookies)
    asked.tables, asked.read = set(), False

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if written := WRITE.match(sql):
            asked.tables.add(written[1])
        return execute(sql, *rest)

    with transaction.atomic(), connection.execute_wrapper(watch):
        response = _send(client, method, url, sent)
        text = shown(response)
        changed = _changed(foreign, asked.tables)
        transaction.set_rollback(True)
    client.cookies = cookies
    told = f"{url} {sent}"
    marks = [*foreign.marks.values(), foreign.county_mark]
    leaked = changed or any(mark in text and mark not in told for mark in marks)
    COUNT["leaks"] += leaked
    return response.status_code, leaked


def _send(client: Client, method: str, url: str, sent: Any) -> Any:
    if isinstance(sent, str):
        return client.generic(method.upper(), url, sent, "application/json")
    if method == "put":
        return client.put(url, b"x", "application/octet-stream", headers={"upload-offset": "0"})
    return getattr(client, method)(url, sent)


def _changed(place: Place, tables: set[str]) -> bool:
    """Whether rows of the place differ from what they were, in the tables that were written to."""
    found = fingerprint(place, tables & set(watched()))
    return any(place.digest[table] != digest for table, digest in found.items())


def private() -> list[Address]:
    return [
        address for address in addresses() if address.name in RULES and not rules_of(address.name)[0].public
    ]


def methods(rule: Rule) -> list[str]:
    return [name for name in ("get", "post", "put") if rule.answers(name)]


def swapped(address: Address, place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield arguments in which one key is a guess or the next number, the others being good."""
    good = address.arguments(place, address.about)
    for name, kind in address.converters.items():
        near: list[Any] = []
        if isinstance(good[name], uuid.UUID):
            near = [uuid.UUID(int=good[name].int + step) for step in (-1, 1)]
        for guess in chain(GUESSES[kind], near):
            yield name, good | {name: guess}


@EVERY_ROLE
def test_guessed_keys_find_nothing(
    client: Client, asked: Asked, place: Place, other: Place, role: str
) -> None:
    """Neither a key that nobody has, nor one beside a real one, opens anything; and none is an error."""
    faults = []
    for address in private():
        for name, arguments in swapped(address, place):
            try:
                url = reverse(address.name, kwargs=arguments)
            except NoReverseMatch:
                continue
            for method in methods(rules_of(address.name)[0]):
                status, leaked = ask(client, asked, method, url, {}, other)
                if leaked or status not in (400, 403, 404):
                    faults.append(f"{method} {address.name} {name}: {status}")
    assert not faults, "\n".join(faults)


@EVERY_ROLE
def test_foreign_keys_find_nothing(
    client: Client, asked: Asked, place: Place, other: Place, role: str
) -> None:
    """Each key of the neighboring county, one at a time and all at once, in the addresses of ours."""
    faults = []
    for address in private():
        for rule in rules_of(address.name):
            if rule.about in COMMON:
                continue
            mine, theirs = address.arguments(place, rule.about), address.arguments(other, rule.about)
            mixed = [mine | {name: value} for name, value in theirs.items() if mine[name] != value]
            for arguments in [theirs, *(each for each in mixed if each != theirs)]:
                for method in methods(rule):
                    url = reverse(address.name, kwargs=arguments)
                    status, leaked = ask(client, asked, method, url, {}, other)
                    if leaked or status not in (400, 403, 404):
                        faults.append(f"{method} {address.name} {rule.about} {arguments}: {status}")
    assert not faults, "\n".join(faults)


def parameters() -> set[str]:
    """Every name that a view reads from a query or a form, as the code has them."""
    found = {"next", "page", "value", "inspection", "finding"}
    for config in apps.get_app_configs():
        if Path(config.path).parent == settings.BASE_DIR:
            for path in Path(config.path).rglob("*.py"):
                found |= set(PARAMETER.findall(path.read_text()))
                if path.name.endswith(("forms.py", "_form.py")) and "import forms" in path.read_text():
                    found |= _fields(f"{config.name}.{path.stem}")
    return found


def _fields(module: str) -> set[str]:
    kinds = vars(import_module(module)).values()
    forms = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseForm)]
    return {name for form in forms for name in getattr(form, "base_fields", {})}


def foreign_values(other: Place) -> list[str]:
    """What one of ours might have heard of theirs: every key, name, code and address."""
    region = other.stage.county.region
    rows = {str(value) for row in other.rows.values() for name, value in row.items() if name in KEYS}
    people = [other.stage.cast["inspector"], other.stage.cast["township_staff"]]
    told = {person.username for person in people} | {str(person.pk) for person in people}
    told |= {region.code, region.prefix, region.name, other.stage.county.townships[0].code}
    return sorted(rows | told | {other.marks["center"], other.county_mark})


def probe(
    client: Client, asked: Asked, place: Place, other: Place, role: str, values: list[str]
) -> list[str]:
    """Send each value under every name to whatever the role opens; return what went wrong.

    Whoever does not get in at all is the matrix's matter; and an address that reads nothing of what it is
    sent answers every value alike, so that one is enough.
    """
    names, faults = sorted(parameters()), []
    for address in private():
        rule = rules_of(address.name)[0]
        for method in methods(rule):
            if role not in rule.held_by(method):
                continue
            for value in values:
                sent: Any = dict.fromkeys(names, value)
                if address.name in JSON:
                    sent = json.dumps(dict.fromkeys(JSON[address.name], value))
                status, leaked = ask(client, asked, method, address.url(place, rule.about), sent, other)
                if leaked or status >= 500:
                    faults.append(f"{method} {address.name} {value[:20]!r}: {status}")
                if not asked.read:
                    break
    return faults


@pytest.mark.anywhere
@EVERY_ROLE
def test_foreign_values_in_every_parameter_show_and_change_nothing(
    client: Client, asked: Asked, place: Place, other: Place, role: str
) -> None:
    assert len(parameters()) > 60
    faults = probe(client, asked, place, other, role, foreign_values(other))
    assert not faults, "\n".join(faults)


@EVERY_ROLE
def test_hostile_values_in_every_parameter_are_no_error(
    client: Client, asked: Asked, place: Place, other: Place, role: str
) -> None:
    faults = probe(client, asked, place, other, role, HOSTILE)
    assert not faults, "\n".join(faults)


# ---- the probes themselves


def test_fingerprint_sees_a_change(place: Place) -> None:
    person = place.stage.cast["inspector"]
    assert fingerprint(place) == place.digest
    User.objects.filter(pk=person.pk).update(name="x")
    assert _changed(place, {"organization_user"})
    assert not _changed(place, {"organization_assignment"})
    Assignment.objects.filter(user=person).update(role="reviewer")
    assert _changed(place, {"organization_assignment", "django_session"})


def test_every_kind_of_row_is_watched(place: Place, other: Place) -> None:
    """Each table that belongs to a county stands in the fingerprint, and the two counties' rows differ."""
    lacking = {"inspections_photochunk", "inspections_messagechoice", "inspections_rectificationpolicy"}
    empty = {"organization_user_groups", "organization_user_user_permissions"}
    empty |= {"organization_previouspassword", "organization_recoverycode", "otp_totp_totpdevice"}
    # Nobody has changed an estimate; no two photos of the scene look the same.
    empty |= {"standards_effort", "inspections_phototwin"}
    same = {table for table in watched() if place.digest[table] == other.digest[table]}
    assert same <= lacking | empty
    assert len(watched()) - len(same) > 25


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ('INSERT INTO "reports_job" ("id") VALUES (1)', "reports_job"),
        ('INSERT OR IGNORE INTO "inspections_message" VALUES', "inspections_message"),
        ("INSERT INTO inspections_answerevent (id) VALUES", "inspections_answerevent"),
        ('UPDATE "organization_user" SET', "organization_user"),
        ('DELETE FROM "inspections_photo" WHERE', "inspections_photo"),
    ],
)
def test_writes_are_seen(sql: str, table: str) -> None:
    found = WRITE.match(sql)
    assert found is not None
    assert found[1] == table


@pytest.mark.parametrize("role", ["administrator"])
def test_reading_is_seen(client: Client, asked: Asked, other: Place, role: str) -> None:
    for url, read in (("/rounds/", True), ("/messages/", True), ("/calendar/", False), ("/field/", True)):
        ask(client, asked, "get", url, {"page": "2"}, other)
        assert asked.read is read, url


def test_parameters_are_found_in_the_code() -> None:
    for line, name in (
        ('request.GET.get("round", "")', "round"),
        ('request.POST.getlist("inspection")', "inspection"),
        ('request.FILES.getlist("draft")', "draft"),
    ):
        found = PARAMETER.search(line)
        assert found is not None
        assert found[1] == name
    assert {"round", "region", "state", "people", "lead", "role", "place", "username"} <= parameters()
    assert {"until", "move", "grant", "words", "seen", "through", "purpose", "days"} <= parameters()
