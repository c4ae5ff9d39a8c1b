"""What stops a write: a missing right, or a state in which it makes no sense."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import PermissionDenied


class NotAllowed(PermissionDenied):
    """The person may not do this; `reason` is shown to them (403) and goes into the trail.

    A script is told what is in `told` besides.
    """

    told: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, reason: Any, *, action: str = "", target: str = "", region: str | None = None) -> None:
        super().__init__(str(reason))
        self.reason, self.action, self.target, self.region = reason, action, target, region


class Problem(Exception):
    """The input or the state does not permit this; the message says what is wrong and what to do."""

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message, self.field = message, field
