"""Gives each request's person the address they came from, for the trail."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def client_address(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.user.address = request.META.get("REMOTE_ADDR") or None
        return get_response(request)

    return middleware
