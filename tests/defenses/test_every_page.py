"""Every address of the portal, found from the URL configuration: strict headers, and never a 500."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from inspections.answers import Given
from organization.models import Role
from reports.models import OfficialDocument
from tests.factories import make_user
from tests.small_stage import add_photo, drafted, jpeg, small_stage, submitted

POLICY = {
    "default-src": "'self'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' blob: data:",
    "connect-src": "'self'", "worker-src": "'self'", "object-src": "'none'", "base-uri": "'none'",
    "frame-ancestors": "'none'", "form-action": "'self'",
}  # fmt: skip
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style\b|\sstyle=[\"']|\son[a-z]+=[\"']|javascript:",
    re.IGNORECASE,
)
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")


def addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Yield every route as a text with its converters in it."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern)


ROUTES = sorted(set(addresses()))


@pytest.fixture
def world(db: None, quick_pdf: Any) -> dict[str, str]:
    """A county in use; what stands in an address for each kind of row."""
    stage = small_stage(townships=2)
    photo = add_photo(stage.inspections[1], stage.cast["inspector"], jpeg())
    notice: OfficialDocument = drafted(stage, submitted(stage, yes=Given(False)))
    person = make_user("everything", [(role, stage.county.region) for role in Role])
    client = Client()
    client.force_login(person)
    return {
        "session": client.cookies["sessionid"].value,
        "inspections": str(stage.inspections[1].pk), "photos": str(photo.pk),
        "notices": str(notice.pk), "rounds": str(stage.round.pk), "people": str(stage.cast["inspector"].pk),
        "centers": str(stage.county.center(stage.county.townships[0]).pk), "edition": stage.edition.edition,
        "code": stage.edition.standard,
    }  # type: ignore[dict-item] # fmt: skip


def visits(world: dict[str, str]) -> Iterator[tuple[str, Client]]:
    """Yield each route with a logged-in client; what was written there is taken back before the next."""
    for route in ROUTES:
        client = Client(raise_request_exception=False)
        client.cookies["sessionid"] = world["session"]
        with transaction.atomic():
            yield route, client
            transaction.set_rollback(True)


def filled(route: str, world: dict[str, str]) -> str:
    """Put rows that exist into a route."""
    kind = route.strip("/").split("/")[0]

    def value(found: re.Match[str]) -> str:
        converter, name = found.groups()
        if name == "pk":
            return world.get(kind, str(uuid.uuid4()) if converter == "uuid" else "1")
        if name in ("code", "edition") and kind == "standards":
            return str(world[name])
        return {"int": "1", "uuid": str(uuid.uuid4())}.get(converter or "str", "yes")

    return ARGUMENT.sub(value, route)


def test_routes_are_found() -> None:
    assert len(ROUTES) > 35
    assert "/inspections/<uuid:pk>/answers/<str:code>/" in ROUTES


def faults_of(answer: Any) -> list[str]:
    """Return what is wrong with an answer, whatever page it is."""
    headers = answer.headers
    parts = headers["Content-Security-Policy"].split(";")
    wanted = {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    checks = {
        "failed": answer.status_code < 500,
        "policy": dict(part.strip().split(" ", 1) for part in parts) == POLICY,
        "permissions": headers["Permissions-Policy"].startswith("camera=(self)"),
        "public cache": "public" not in headers["Cache-Control"],
        **{name: headers[name] == value for name, value in wanted.items()},
    }
    if headers.get("Content-Type", "").startswith("text/html"):
        checks["inline"] = INLINE.findall(answer.text) == []
        checks["kept in caches"] = "no-store" in headers["Cache-Control"]
    return [name for name, passed in checks.items() if not passed]


def test_every_answer_carries_every_protective_header(world: dict[str, str]) -> None:
    found, asked = [], 0
    for route, client in visits(world):
        url = filled(route, world)
        stranger = Client(raise_request_exception=False)
        for visitor, method in ((client, "get"), (client, "post"), (stranger, "get"), (stranger, "post")):
            asked += 1
            found += [f"{method} {route}: {fault}" for fault in faults_of(getattr(visitor, method)(url))]
    assert found == []
    assert asked == 4 * len(ROUTES)


HOSTILE = [
    "\x00", "%00", "%ff%fe", "%c0%ae%c0%ae/", "../../etc/passwd", "%2e%2e%2f", "9" * 40, "-1", "0x1", "१",
    "a" * 3000, "';--", "{{7*7}}", "<script>", "\u202e", "😀", "%0d%0aSet-Cookie:%20a=b",
]  # fmt: skip


def test_hostile_address_is_never_a_failure(world: dict[str, str]) -> None:
    """In place of each argument, and in the query of every page."""
    found = []
    for route, client in visits(world):
        for text in HOSTILE:
            urls = [f"{filled(route, world)}?{'&'.join(f'{name}={text}' for name in QUERY)}"]
            urls += [ARGUMENT.sub(text, route)] if ARGUMENT.search(route) else []
            for url in urls:
                answer = client.get(url)
                if answer.status_code >= 500 or "a=b" in str(answer.cookies):
                    found.append(f"{route} {text[:20]!r} {answer.status_code}")
    assert found == []


QUERY = (
    "q",
    "page",
    "next",
    "region",
    "round",
    "state",
    "kind",
    "person",
    "since",
    "until",
    "before",
    "sort",
)


METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "CONNECT", "BREW", "get")


def test_odd_method_is_never_a_failure(world: dict[str, str]) -> None:
    found = []
    for route, client in visits(world):
        for method in METHODS:
            answer = client.generic(method, filled(route, world), b"\x00\xff", "text/plain")
            if answer.status_code >= 500 or (method == "TRACE" and b"sessionid" in b"".join(answer)):
                found.append(f"{method} {route} {answer.status_code}")
    assert found == []


BODIES = [
    ("application/json", b"\xff\xfe{"),
    ("application/json", b"[" * 5000),
    ("text/xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nno end'),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"a=%00&b=%ff"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
    ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(4000))),
    ("application/x-www-form-urlencoded", b"a=" + b"x" * (3 * 1024 * 1024)),
]


def test_garbage_as_a_body_is_never_a_failure(world: dict[str, str]) -> None:
    found = []
    for route, client in visits(world):
        for kind, body in BODIES:
            answer = client.generic("POST", filled(route, world), body, kind)
            if answer.status_code >= 500 or b"root:" in b"".join(answer):
                found.append(f"{route} {kind} {answer.status_code}")
    assert found == []
