"""The content security policy: what a page may load, and from where."""

from collections.abc import Callable

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ContentPolicy(CSPMiddleware):
    """django-csp's middleware, which puts the same policy together anew for each answer, a save's as well.

    Here the policy of the settings is put together once. An answer whose view decided on a policy of its own
    goes the library's way, and so do all where the settings hold more than one policy for all addresses.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        given = settings.CONTENT_SECURITY_POLICY
        is_alone = set(given) == {"DIRECTIVES"} and not hasattr(
            settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY"
        )
        self.policy = build_policy() if is_alone and not settings.DEBUG else ""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_own = hasattr(request, "_csp_nonce") or any(name.startswith("_csp_") for name in vars(response))
        if is_own or not self.policy:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response
