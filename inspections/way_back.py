"""The filter of the list of findings from which somebody came to one, carried along in its address."""

import re
from urllib.parse import urlencode

from django.http import HttpRequest

NAME = "back"
# Names and plain values as the list writes them: appended to an address of ours, it can lead nowhere else.
FILTER = re.compile(r"[a-z]+=[0-9a-z_]{1,40}(?:&[a-z]+=[0-9a-z_]{1,40}){0,5}")


def carry(query: str) -> str:
    """What is appended to the address of a finding, so that its way back keeps the list's `query`."""
    return f"?{urlencode({NAME: query})}" if FILTER.fullmatch(query) else ""


def carried(request: HttpRequest) -> str:
    """The query that the address carries; empty for what no list has written."""
    query = request.GET.get(NAME, "")
    return query if FILTER.fullmatch(query) else ""
