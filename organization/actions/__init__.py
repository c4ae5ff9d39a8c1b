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
from .second_factor import (
    begin_second_factor,
    confirm_second_factor,
    drop_factor,
    drop_own_factor,
    pass_second_factor,
    renew_recovery_codes,
)
from .trail import anchor_trail, note_export, prune_trail

__all__ = [
    "Loaded",
    "anchor_trail",
    "assign",
    "begin_second_factor",
    "change_own_password",
    "confirm_second_factor",
    "create_administrator",
    "create_person",
    "disable",
    "drop_factor",
    "drop_own_factor",
    "edit_center",
    "edit_person",
    "enable",
    "import_regions",
    "must_wait",
    "note_export",
    "note_login",
    "note_logout",
    "note_refused_login",
    "pass_second_factor",
    "prune_trail",
    "renew_recovery_codes",
    "set_password",
    "unassign",
]
