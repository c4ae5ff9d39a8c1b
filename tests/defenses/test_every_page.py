"""Every address of the portal, found from the URL configuration: strict headers, and never a 500."""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from inspections.answers import Given
from organization.models import Role
from reports.models import Notice
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
EVERY_ROUTE = pytest.mark.parametrize("route", ROUTES)


@pytest.fixture
def world(db: None, quick_pdf: Any) -> dict[str, str]:
    """A county in use; what stands in an address for each kind of row."""
    stage = small_stage(townships=2)
    photo = add_photo(stage.inspections[1], stage.cast["inspector"], jpeg())
    notice: Notice = drafted(stage, submitted(stage, yes=Given(False)))
    person = make_user("everything", [(role, stage.county.region) for role in Role])
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return {
        "client": client, "inspections": str(stage.inspections[1].pk), "photos": str(photo.pk),
        "notices": str(notice.pk), "rounds": str(stage.round.pk), "people": str(stage.cast["inspector"].pk),
        "centers": str(stage.county.center(stage.county.townships[0]).pk), "edition": stage.edition.edition,
        "code": stage.edition.standard,
    }  # type: ignore[dict-item] # fmt: skip


def filled(route: str, world: dict[str, Any]) -> str:
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


@EVERY_ROUTE
def test_answer_carries_every_protective_header(route: str, world: dict[str, Any]) -> None:
    for client in (world["client"], Client(raise_request_exception=False)):
        for answer in (client.get(filled(route, world)), client.post(filled(route, world))):
            assert answer.status_code < 500
            policy = dict(
                part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
            )
            assert policy == POLICY
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert answer.headers["Permissions-Policy"].startswith("camera=(self)")
            assert "public" not in answer.headers["Cache-Control"]
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                assert INLINE.findall(answer.text) == []
                assert "no-store" in answer.headers["Cache-Control"]


HOSTILE = [
    "\x00", "%00", "%ff%fe", "%c0%ae%c0%ae/", "../../etc/passwd", "%2e%2e%2f", "9" * 40, "-1", "0x1", "१",
    "a" * 3000, "';--", "{{7*7}}", "<script>", "\u202e", "\ud83d\ude00", "%0d%0aSet-Cookie:%20a=b",
]  # fmt: skip


@EVERY_ROUTE
def test_hostile_address_is_never_a_failure(route: str, world: dict[str, Any]) -> None:
    """In place of each argument, and in the query of every page."""
    client = world["client"]
    for text in HOSTILE:
        text = text.encode("utf-8", "replace").decode()
        if ARGUMENT.search(route):
            answer = client.get(ARGUMENT.sub(text.replace("\\", ""), route))
            assert answer.status_code in (200, 301, 302, 400, 403, 404, 405), (text, answer.status_code)
        query = "&".join(f"{name}={text}" for name in QUERY)
        answer = client.get(f"{filled(route, world)}?{query}")
        assert answer.status_code < 500, (text, answer.status_code)
        assert "Set-Cookie: a=b" not in str(answer.headers)


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


@EVERY_ROUTE
def test_odd_method_is_never_a_failure(route: str, world: dict[str, Any]) -> None:
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "CONNECT", "BREW", "get"):
        answer = world["client"].generic(method, filled(route, world), b"\x00\xff", "text/plain")
        assert answer.status_code < 500, (method, answer.status_code)
        assert method != "TRACE" or b"sessionid" not in b"".join(answer)


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


@EVERY_ROUTE
def test_garbage_as_a_body_is_never_a_failure(route: str, world: dict[str, Any]) -> None:
    for kind, body in BODIES:
        answer = world["client"].generic("POST", filled(route, world), body, kind)
        assert answer.status_code < 500, (kind, answer.status_code)
        assert b"root:" not in b"".join(answer)
