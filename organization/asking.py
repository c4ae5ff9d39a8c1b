"""How a request wants to be answered."""

from django.http import HttpRequest


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, which reads JSON, and not a person before a page."""
    return request.headers.get("accept", "").startswith("application/json")
