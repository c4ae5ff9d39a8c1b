"""Reading from a copy of the database that follows it, for pages that add up what many have entered."""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)
REPLICA = "replica"
# Says that its owner wrote a moment ago; what it holds is of no consequence.
COOKIE = "wrote"
SAFE = ("GET", "HEAD")
View = Callable[..., HttpResponse]
_follows: ContextVar[bool] = ContextVar("reads_from_the_replica", default=False)


class Router:
    """Sends the reads of views marked so to the copy, everything else to the database."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        return REPLICA if _follows.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: object, other: object, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


def from_replica(view: View) -> View:
    """Let a view that writes nothing read from the copy, but for people who have just written.

    Where the copy does not answer, the database does.
    """

    @wraps(view)
    def reading(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if REPLICA not in settings.DATABASES or request.method not in SAFE or COOKIE in request.COOKIES:
            return view(request, *args, **kwargs)
        token = _follows.set(True)
        try:
            return view(request, *args, **kwargs)
        except OperationalError as fault:
            logger.warning("the replica does not answer: %s", fault)
        finally:
            _follows.reset(token)
        return view(request, *args, **kwargs)

    return reading


def remembered_writes(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Remember in the browser of whoever writes that its next pages come from the database itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method not in SAFE and response.status_code < 400:
            response.set_cookie(
                COOKIE,
                "1",
                max_age=settings.REPLICA_LAG_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware
