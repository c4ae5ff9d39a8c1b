"""Every write of the organization app."""

from .centers import Standing, edit_center, lock_center, move_center, note_phone_read
from .delegating import delegate
from .encryption import encrypt_rows
from .entry import enter_by_sso, must_wait, note_login, note_logout, note_refused_login, note_refused_sso
from .merging import move_centers
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
from .privacy import (
    acknowledge_notice,
    anonymize_person,
    disable_stale_accounts,
    note_data_of,
    note_own_data,
    remove_expired_accounts,
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
from .sessions import begin_session, end_other_sessions, end_session, move_session
from .staff import Faulty, Made, create_people
from .trail import anchor_trail, note_export, prune_trail

__all__ = [
    "Faulty",
    "Loaded",
    "Made",
    "Standing",
    "acknowledge_notice",
    "anchor_trail",
    "anonymize_person",
    "assign",
    "begin_second_factor",
    "begin_session",
    "change_own_password",
    "confirm_second_factor",
    "create_administrator",
    "create_people",
    "create_person",
    "delegate",
    "disable",
    "disable_stale_accounts",
    "drop_factor",
    "drop_own_factor",
    "edit_center",
    "edit_person",
    "enable",
    "encrypt_rows",
    "end_other_sessions",
    "end_session",
    "enter_by_sso",
    "import_regions",
    "lock_center",
    "move_center",
    "move_centers",
    "move_session",
    "must_wait",
    "note_data_of",
    "note_export",
    "note_login",
    "note_logout",
    "note_own_data",
    "note_phone_read",
    "note_refused_login",
    "note_refused_sso",
    "pass_second_factor",
    "prune_trail",
    "remove_expired_accounts",
    "renew_recovery_codes",
    "set_password",
    "unassign",
]
