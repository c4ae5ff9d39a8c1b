"""What `verify_audit` finds after the trail was changed with its triggers removed."""

import base64
import datetime as dt
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from organization import anchors, sealing
from organization.actions import anchor_trail, prune_trail
from organization.audit import record
from organization.chain import BEGINNING, digest
from organization.freezing import GUARD
from organization.models import AuditCut, AuditEntry
from tests.organization.trails import make_trail, verified, without_triggers

pytestmark = pytest.mark.django_db
ENTRIES = AuditEntry.objects


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def reseal(first: int) -> None:
    """Compute the chain anew from this position on, as a forger would."""
    before = ENTRIES.filter(position__lt=first).order_by("-position").first()
    previous = before.digest if before else BEGINNING
    for place, entry in enumerate(ENTRIES.filter(position__gte=first).order_by("position"), first):
        previous = digest("sha256", previous, place, sealing.content_of(entry))
        ENTRIES.filter(pk=entry.pk).update(position=place, digest=previous)


def swap() -> None:
    third, fourth = ENTRIES.get(position=3), ENTRIES.get(position=4)
    for pk, place in ((third.pk, 99), (fourth.pk, 3), (third.pk, 4)):
        ENTRIES.filter(pk=pk).update(position=place)


TAMPERINGS: dict[str, tuple[Callable[[], Any], str]] = {
    "action": (lambda: ENTRIES.filter(position=3).update(action="person.edit"), "序号3（"),
    "time": (lambda: ENTRIES.filter(position=3).update(at=timezone.now() - dt.timedelta(1)), "序号3（"),
    "object": (lambda: ENTRIES.filter(position=3).update(target="other"), "序号3（"),
    "result": (lambda: ENTRIES.filter(position=3).update(result="refused"), "序号3（"),
    "detail": (lambda: ENTRIES.filter(position=3).update(detail={}), "序号3（"),
    "address": (lambda: ENTRIES.filter(position=3).update(address="10.0.0.1"), "序号3（"),
    "digest": (lambda: ENTRIES.filter(position=3).update(digest="sha256:" + "0" * 64), "序号3（"),
    "digest of no kind": (lambda: ENTRIES.filter(position=3).update(digest="x"), "序号3（"),
    "first removed": (lambda: ENTRIES.filter(position=1).delete(), "序号1至1的记录缺失，共1条"),
    "middle removed": (lambda: ENTRIES.filter(position__in=[3, 4]).delete(), "序号3至4的记录缺失，共2条"),
    "reordered": (swap, "序号3（"),
    "end cut off": (lambda: ENTRIES.filter(position__gt=4).delete(), "末尾被截掉了"),
    "everything removed": (lambda: ENTRIES.all().delete(), "末尾被截掉了"),
    "taken out and closed up": (
        lambda: (ENTRIES.filter(position=3).delete(), reseal(3)),
        "末尾被截掉了",
    ),
    "changed and computed anew": (
        lambda: (ENTRIES.filter(position=3).update(action="y"), reseal(3)),
        "此前的记录被重算过",
    ),
    "false cut": (
        lambda: (
            AuditCut.objects.create(
                at=timezone.now(),
                position=2,
                digest=ENTRIES.get(position=2).digest,
                before=timezone.now(),
            ),
            ENTRIES.filter(position__lte=2).delete(),
        ),
        "没有签名的锚定文件证明这次清理",
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found_and_placed(tampering: str) -> None:
    act, words = TAMPERINGS[tampering]
    make_trail(6)
    anchor_trail()
    assert verified().faults == []
    with without_triggers():
        act()
    faults = verified().faults
    assert any(words in fault for fault in faults), faults
    with pytest.raises(CommandError, match="处问题"):
        run("verify_audit")


def test_change_that_is_not_computed_anew_names_that_row_alone() -> None:
    make_trail(6)
    with without_triggers():
        ENTRIES.filter(position=3).update(action="y")
    assert len(verified().faults) == 1


def test_row_put_in_between_is_found() -> None:
    rows = make_trail(4)
    anchor_trail()
    with without_triggers():
        for place in (4, 3):
            ENTRIES.filter(position=place).update(position=place + 1)
        ENTRIES.create(at=rows[2].at, action="x", target="", position=3, digest=rows[2].digest)
        reseal(3)
    assert any("重算过" in fault for fault in verified().faults)


def test_missing_trigger_is_found() -> None:
    make_trail(1)
    with without_triggers():
        assert len(GUARD.missing(connection)) >= 5
        assert [fault for fault in verified().faults if "audit_entry_update" in fault] != []
    assert (GUARD.missing(connection), verified().faults) == ([], [])


def test_rows_that_wait_are_counted_and_no_fault() -> None:
    make_trail(2)
    record("x", by=None, target="")
    found = verified()
    assert (found.faults, found.rows, found.waiting) == ([], 2, 1)


def test_trail_that_is_empty_is_no_fault() -> None:
    assert "核对0条记录、0个锚定文件" in run("verify_audit")
    assert anchor_trail().exists()
    assert "核对0条记录、1个锚定文件" in run("verify_audit")


# ---- anchors


def test_anchor_tells_where_the_trail_stands_and_its_key_checks_it() -> None:
    make_trail(3)
    record("x", by=None, target="waiting")
    said = run("anchor_audit")
    assert "已锚定到序号4" in said
    key = said.split("公钥：")[1].strip()
    assert "没有发现改动" in run("verify_audit", "--public-key", key)
    other = anchors.public_text(Ed25519PrivateKey.generate().public_key())
    with pytest.raises(CommandError):
        run("verify_audit", "--public-key", other)
    with pytest.raises(CommandError, match="照抄"):
        run("verify_audit", "--public-key", "nonsense!")


def test_key_is_readable_by_its_owner_only(settings: Any) -> None:
    anchor_trail()
    assert settings.AUDIT_KEY_FILE.stat().st_mode & 0o777 == 0o600


def test_anchor_that_was_changed_is_found() -> None:
    make_trail(3)
    path = anchor_trail()
    said = json.loads(path.read_text())
    said["anchor"]["position"] = 2
    path.write_text(json.dumps(said))
    assert any(path.name in fault and "签名" in fault for fault in verified().faults)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"anchor": 1, "signature": "%%"}', "\x00"])
def test_file_that_is_no_anchor_is_told(text: str) -> None:
    anchor_trail().write_text(text)
    assert len(verified().faults) == 1


def test_anchor_that_another_key_signed_is_found() -> None:
    path = anchor_trail()
    said = json.loads(path.read_text())
    forged = Ed25519PrivateKey.generate().sign(json.dumps(said["anchor"]).encode())
    said["signature"] = base64.b64encode(forged).decode()
    path.write_text(json.dumps(said))
    assert any("签名" in fault for fault in verified().faults)


def test_anchor_missing_between_others_is_found() -> None:
    paths = [make_trail(1) and anchor_trail() for _ in range(3)]
    assert [path.name[6:12] for path in paths] == ["000001", "000002", "000003"]
    paths[1].unlink()
    faults = verified().faults
    assert len(faults) == 1
    assert paths[2].name in faults[0]


# ---- what is past its time


def aged(days: int, count: int) -> None:
    for n in range(count):
        record("old", by=None, target=str(n), now=timezone.now() - dt.timedelta(days))


def test_rows_past_their_time_go_and_the_rest_still_verifies(settings: Any) -> None:
    settings.AUDIT_KEEP_DAYS = 200
    aged(300, 4)
    aged(199, 2)
    assert prune_trail() == 4
    assert list(ENTRIES.order_by("pk").values_list("action", flat=True)) == ["old", "old", "audit.prune"]
    cut = AuditCut.objects.get()
    assert cut.position == 4
    assert (verified().faults, verified().rows) == ([], 2)
    anchor_trail()
    assert (verified().faults, verified().rows) == ([], 3)
    assert prune_trail() == 0
    assert AuditCut.objects.count() == 1


def test_six_months_are_kept_whatever_the_setting_says(settings: Any) -> None:
    settings.AUDIT_KEEP_DAYS = 1
    aged(182, 2)
    assert prune_trail() == 0
    aged(184, 1)
    # The old row stands behind a younger one in the chain and stays until that may go.
    assert prune_trail() == 0
    assert ENTRIES.filter(action="old").count() == 3


def test_everything_may_be_past_its_time(settings: Any) -> None:
    aged(400, 3)
    assert prune_trail() == 3
    make_trail(2)
    assert (verified().faults, verified().rows) == ([], 3)


def test_removal_broken_off_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    aged(400, 5)
    monkeypatch.setattr("organization.actions.trail.BATCH", 2)

    def break_off(removed: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune_trail(each=break_off)
    assert ENTRIES.filter(action="old").count() == 3
    assert verified().faults == []
    assert "已清理3条" in run("prune_audit")
    assert verified().faults == []


def test_tampering_after_a_cut_is_found() -> None:
    aged(400, 3)
    prune_trail()
    make_trail(3)
    anchor_trail()
    with without_triggers():
        ENTRIES.filter(position=5).update(action="y")
    assert any("序号5（" in fault for fault in verified().faults)
