"""Every write of the organization app."""

from .centers import edit_center
from .entry import must_wait, note_login, note_refused_login
from .people import (
    assign,
    change_own_password,
    create_administrator,
    create_person,
    disable,
    edit_person,
    enable,
    set_password,
    unassign,
)
from .regions import Loaded, import_regions

__all__ = [
    "Loaded",
    "assign",
    "change_own_password",
    "create_administrator",
    "create_person",
    "disable",
    "edit_center",
    "edit_person",
    "enable",
    "import_regions",
    "must_wait",
    "note_login",
    "note_refused_login",
    "set_password",
    "unassign",
]
