"""A township gives a village to the village's own people, who then see and repair what is its own."""

from datetime import datetime

from django.db import transaction

from ..audit import record
from ..models import Assignment, Region, Role, User
from ..permissions import can_delegate_to
from .people import new_account


@transaction.atomic
def delegate(
    *, by: User, username: str, name: str, password: str, region: Region, now: datetime | None = None
) -> User:
    """Create an account for a village of the township, with an initial password; raises `Problem`."""
    can_delegate_to(by, region).enforce(action="person.delegate", target=username, region=region.code)
    person = new_account(username, name, password, now, must_change_password=True)
    Assignment.objects.create(user=person, role=Role.TOWNSHIP_STAFF, region=region)
    record("person.delegate", by=by, target=person, region=region.code, now=now, username=person.username)
    return person
