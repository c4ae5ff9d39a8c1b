"""One policy for every answer, put together once; what a view decides for itself holds."""

from collections.abc import Callable
from typing import Any

import pytest
from csp.constants import NONCE
from csp.decorators import csp, csp_exempt, csp_replace, csp_update
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config import content_policy
from config.content_policy import ContentPolicy

POLICY = "Content-Security-Policy"
View = Callable[[HttpRequest], HttpResponse]


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x")


def with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.csp_nonce))  # type: ignore[attr-defined]


def headers(middleware: type[CSPMiddleware], view: View) -> dict[str, set[str]]:
    """The policies of an answer, as sets of their directives."""
    found = middleware(view)(RequestFactory().get("/"))
    return {
        name: {part.strip() for part in text.split(";")}
        for name, text in found.items()
        if name.startswith(POLICY)
    }


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Each time that a policy is put together, by either."""
    times: list[Any] = []
    for place in ("csp.middleware.build_policy", "config.content_policy.build_policy"):
        build = content_policy.build_policy

        def counted(*given: Any, build: Any = build, **named: Any) -> str:
            times.append(named)
            return str(build(*given, **named))

        monkeypatch.setattr(place, counted)
    return times


def test_policy_is_that_of_the_library() -> None:
    ours = headers(ContentPolicy, plain)
    assert ours == headers(CSPMiddleware, plain)
    assert "script-src 'self'" in ours[POLICY]


def test_policy_is_put_together_once(built: list[Any]) -> None:
    middleware = ContentPolicy(plain)
    for _ in range(3):
        assert middleware(RequestFactory().get("/"))[POLICY]
    assert len(built) == 1


def test_policies_of_an_answer_are_not_mixed_up() -> None:
    changed = csp_update({"img-src": "https://tiles.example"})(plain)
    middleware = ContentPolicy(lambda request: (changed if request.path == "/map/" else plain)(request))
    ask = RequestFactory().get
    first, second, third = (middleware(ask(path))[POLICY] for path in ("/", "/map/", "/"))
    assert "https://tiles.example" in second
    assert first == third
    assert "https://tiles.example" not in first


@pytest.mark.parametrize(
    "view",
    [
        csp_exempt()(plain),
        csp_update({"img-src": "https://tiles.example"})(plain),
        csp_replace({"img-src": "https://tiles.example"})(plain),
        csp({"default-src": ["'none'"]})(plain),
    ],
    ids=["exempt", "update", "replace", "own"],
)
def test_what_a_view_decides_holds(view: View) -> None:
    assert headers(ContentPolicy, view) == headers(CSPMiddleware, view)
    assert headers(ContentPolicy, view) != headers(ContentPolicy, plain)


def test_header_that_a_view_set_itself_stays() -> None:
    def own(request: HttpRequest) -> HttpResponse:
        return HttpResponse("x", headers={POLICY: "default-src 'none'"})

    assert headers(ContentPolicy, own) == {POLICY: {"default-src 'none'"}}


def test_nonce_is_in_the_policy(settings: Any) -> None:
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": ["'self'", NONCE]}}
    assert headers(ContentPolicy, plain)[POLICY] >= {"script-src 'self'"}
    found = ContentPolicy(with_nonce)(RequestFactory().get("/"))
    assert f"'nonce-{found.content.decode()}'" in found[POLICY]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CONTENT_SECURITY_POLICY_REPORT_ONLY", {"DIRECTIVES": {"img-src": ["'none'"]}}),
        ("CONTENT_SECURITY_POLICY", {"EXCLUDE_URL_PREFIXES": ["/"], "DIRECTIVES": {"img-src": ["'none'"]}}),
        ("CONTENT_SECURITY_POLICY", {}),
    ],
    ids=["reports", "exceptions", "none"],
)
def test_other_settings_go_the_librarys_way(settings: Any, name: str, value: Any) -> None:
    usual = headers(ContentPolicy, plain)
    setattr(settings, name, value)
    assert headers(ContentPolicy, plain) == headers(CSPMiddleware, plain)
    assert headers(ContentPolicy, plain) != usual


def test_pages_for_developers_carry_none(settings: Any) -> None:
    settings.DEBUG = True
    assert headers(ContentPolicy, lambda request: HttpResponse("x", status=404)) == {}
