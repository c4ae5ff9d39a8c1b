"""Reading from a copy: only by views marked so, never by who has just written, and the database steps in."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from organization.models import Region
from organization.replica import COOKIE, REPLICA, Router, from_replica, remembered_writes

router = Router()


def asked_of(request: HttpRequest) -> HttpResponse:
    return HttpResponse(router.db_for_read(Region))


@pytest.fixture(autouse=True)
def with_replica(settings) -> None:
    settings.DATABASES = {**settings.DATABASES, REPLICA: {}}


def ask(rf, method: str = "get", **cookies: str) -> HttpRequest:
    request = getattr(rf, method)("/")
    request.user, request.COOKIES = AnonymousUser(), cookies
    return request


def test_view_that_is_marked_reads_from_the_copy(rf) -> None:
    assert from_replica(asked_of)(ask(rf)).content == b"replica"


def test_any_other_view_reads_from_the_database(rf) -> None:
    from_replica(asked_of)(ask(rf))
    assert asked_of(ask(rf)).content == b"default"


def test_who_has_just_written_reads_from_the_database(rf) -> None:
    assert from_replica(asked_of)(ask(rf, **{COOKIE: "1"})).content == b"default"


def test_a_write_goes_to_the_database_whole(rf) -> None:
    assert from_replica(asked_of)(ask(rf, "post")).content == b"default"
    assert router.db_for_write(Region) == "default"


def test_without_a_copy_nothing_changes(rf, settings) -> None:
    settings.DATABASES = {name: one for name, one in settings.DATABASES.items() if name != REPLICA}
    assert from_replica(asked_of)(ask(rf)).content == b"default"


def test_database_steps_in_where_the_copy_does_not_answer(rf) -> None:
    tried: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        tried.append(router.db_for_read(Region))
        if tried == ["replica"]:
            raise OperationalError("connection refused")
        return asked_of(request)

    assert from_replica(view)(ask(rf)).content == b"default"
    assert tried == ["replica", "default"]


def test_outage_of_the_database_itself_is_told(rf) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise OperationalError("connection refused")

    with pytest.raises(OperationalError):
        from_replica(view)(ask(rf))
    assert router.db_for_read(Region) == "default"


def test_tables_are_made_in_the_database_alone() -> None:
    assert router.allow_migrate("default", "organization")
    assert not router.allow_migrate(REPLICA, "organization")


@pytest.mark.parametrize(
    ("method", "status", "remembered"),
    [("post", 302, True), ("post", 200, True), ("post", 404, False), ("get", 200, False)],
)
def test_only_a_write_that_was_done_is_remembered(rf, settings, method, status, remembered) -> None:
    settings.REPLICA_LAG_SECONDS = 45
    response = remembered_writes(lambda request: HttpResponse(status=status))(ask(rf, method))
    assert (COOKIE in response.cookies) is remembered
    if remembered:
        assert (response.cookies[COOKIE]["max-age"], response.cookies[COOKIE]["httponly"]) == (45, True)
