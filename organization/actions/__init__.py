"""Every write of the organization app."""

from .centers import edit_center
from .entry import must_wait, note_login, note_logout, note_refused_login
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
from .trail import anchor_trail, note_export, prune_trail

__all__ = [
    "Loaded",
    "anchor_trail",
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
    "note_export",
    "note_login",
    "note_logout",
    "note_refused_login",
    "prune_trail",
    "set_password",
    "unassign",
]
