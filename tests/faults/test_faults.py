"""Many phones, a bad network, a server that is killed: what was acknowledged is there, exactly once."""

import base64
import hashlib
import json
import random
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from inspections.merging import digest
from tests.faults.portal import Portal, database
from tests.faults.proxy import Proxy
from tests.small_stage import jpeg

AT = "2026-11-20T09:30:00+08:00"
CENTERS, KILLS, EVERY = 4, 4, 45
SETTING_UP = f"""
import django, json
django.setup()
from django.test import Client
from inspections.checklist import checklist
from tests.stage import make_stage
stage = make_stage(townships={CENTERS})
def session(person):
    client = Client()
    client.force_login(person)
    return client.cookies["sessionid"].value
people = [stage.cast["inspector"], stage.cast["lead_inspector"]]
items = [e.item.code for e in checklist(stage.inspections[0].edition_id, "township").entries]
print(json.dumps({{
    "inspections": [str(i.pk) for i in stage.inspections],
    "people": [[p.pk, session(p)] for p in people],
    "items": items,
}}))
"""

FOUND = (
    "SELECT e.mutation, i.code, e.outcome, e.base, e.version, e.new, e.inspection_id "
    "FROM inspections_answerevent e JOIN standards_item i ON i.id = e.item_id ORDER BY e.id",
    "SELECT a.inspection_id, i.code, a.version, a.note FROM inspections_answer a "
    "JOIN standards_item i ON i.id = a.item_id",
    "SELECT id, received_sha256, sha256, file FROM inspections_photo WHERE arrived_at IS NOT NULL",
    "SELECT COUNT(*) FROM inspections_conflict WHERE settled_at IS NULL",
)


def mutation(chance: random.Random, item: str, turn: int, after: str | None) -> dict[str, Any]:
    """An answer of its own in words, which fits every measure: nothing chosen, and a note."""
    key = str(UUID(int=chance.getrandbits(128), version=4))
    content = {"value": None, "na": False, "reason": "", "note": f"{item} {turn} {key[:8]}"}
    return {"id": key, "item": item, "base": 0, "after": after, "at": AT, **content}


def photo(chance: random.Random, item: str) -> dict[str, Any]:
    picture = jpeg(f"rgb({chance.randrange(256)}, 90, 160)", (640, 480))
    body = picture + chance.randbytes(9000)  # a camera's files carry more than the picture
    return {
        "id": str(UUID(int=chance.getrandbits(128), version=4)), "item": item, "size": len(body),
        "sha256": hashlib.sha256(body).hexdigest(), "original": base64.b64encode(body).decode(),
        "thumbnail": base64.b64encode(jpeg("teal", (32, 24))).decode(),
    }  # fmt: skip


def plans(scene: dict[str, Any], chance: random.Random) -> list[dict[str, Any]]:
    """Two phones at each center: half of the form each, a third of it changed again, some of the other's."""
    made = []
    for inspection in scene["inspections"]:
        for place, (person, session) in enumerate(scene["people"]):
            own = scene["items"][place::2] + chance.sample(scene["items"][1 - place :: 2], 4)
            mutations = [mutation(chance, item, 0, None) for item in own]
            for first in chance.sample(mutations, len(mutations) // 3):
                second = mutation(chance, first["item"], 1, first["id"])
                mutations += [second, mutation(chance, first["item"], 2, second["id"])]
            made.append(
                {
                    "inspection": inspection, "person": person, "session": session,
                    "device": str(UUID(int=chance.getrandbits(128), version=4)), "mutations": mutations,
                    "photos": [photo(chance, item) for item in own[:2]],
                }
            )  # fmt: skip
    return made


def play(portal: Portal, proxy: Proxy, phones: list[dict[str, Any]]) -> tuple[dict[str, Any], int]:
    """Let the phones send while the server is killed again and again; what they were told, and the kills."""
    due = threading.Semaphore(0)
    proxy.passed = lambda count: due.release() if count % EVERY == 0 else None
    proxy.upstream = portal.start()
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("phones.py"))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=settings.BASE_DIR,
    ) as process:  # fmt: skip
        killer = threading.Thread(target=kill_when_due, args=(portal, proxy, due, process), daemon=True)
        killer.start()
        plan = json.dumps({"port": proxy.port, "phones": phones}).encode()
        said, _ = process.communicate(plan, timeout=300)
        assert process.returncode == 0
    due.release()
    killer.join()
    return json.loads(said), portal.starts - 1


def kill_when_due(
    portal: Portal, proxy: Proxy, due: threading.Semaphore, process: subprocess.Popen[bytes]
) -> None:
    """Kill while a request is being answered, and start again."""
    while due.acquire() and process.poll() is None and portal.starts <= KILLS:
        portal.kill()
        proxy.upstream = portal.start()


@pytest.mark.django_db
def test_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(20261120)
    with database(tmp_path) as address:
        portal, proxy = Portal(tmp_path, address), Proxy(seed=7)
        portal.run("manage.py", "migrate", "--noinput", "--verbosity", "0")
        scene = json.loads(portal.run("-c", SETTING_UP))
        phones = plans(scene, chance)
        try:
            told, kills = play(portal, proxy, phones)
        finally:
            portal.kill()
            proxy.close()
        events, answers, photos, ((conflicts,),) = portal.query(*FOUND)
    assert told["wrong"] == []

    sent = {one["id"]: one for phone in phones for one in phone["mutations"]}
    counts = Counter(str(UUID(row[0])) for row in events)
    stored = {str(UUID(row[0])): row for row in events}
    lost = [one["id"] for one in told["acknowledged"] if one["id"] not in stored]
    doubled = [key for key, count in counts.items() if count > 1]
    with capsys.disabled():
        fates = ", ".join(f"{count} {fate}" for fate, count in sorted(proxy.fates.items()))
        print(
            f"\n{len(sent)} mutations and {len(told['photos'])} photos in {told['requests']} requests; "
            f"{kills} kills; {len(lost)} lost, {len(doubled)} doubled; {conflicts} open conflicts; "
            f"network: {fates}"
        )
    assert (lost, doubled) == ([], [])
    assert kills >= 3
    assert set(stored) == set(sent) == {one["id"] for one in told["acknowledged"]}
    check_events(told, sent, stored)
    check_answers(events, answers)
    check_photos(tmp_path, phones, told, photos)
    assert conflicts > 0


def check_events(told: dict[str, Any], sent: dict[str, Any], stored: dict[str, tuple[Any, ...]]) -> None:
    """Each acknowledgment says what the log says, and the log holds what was sent."""
    for one in told["acknowledged"]:
        _, code, came_to, _, version, new, _ = stored[one["id"]]
        assert (one["outcome"], one["version"]) == (came_to, version)
        content = json.loads(new) if isinstance(new, str) else new
        assert content["note"] == sent[one["id"]]["note"]
        assert one["digest"] == digest(code, content)


def check_answers(events: list[tuple[Any, ...]], answers: list[tuple[Any, ...]]) -> None:
    """Each answer is what the last change that was applied says, one version for each."""
    applied: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    for row in events:
        if row[2] == "applied":
            applied.setdefault((row[6], row[1]), []).append(row)
    assert {(inspection, code) for inspection, code, _, _ in answers} == set(applied)
    for inspection, code, version, note in answers:
        rows = applied[inspection, code]
        assert [(row[3], row[4]) for row in rows] == [(n, n + 1) for n in range(len(rows))]
        last = rows[-1][5]
        assert (version, note) == (len(rows), (json.loads(last) if isinstance(last, str) else last)["note"])


def check_photos(
    folder: Path, phones: list[dict[str, Any]], told: dict[str, Any], photos: list[tuple[Any, ...]]
) -> None:
    """Every photo arrived whole, and its file has the bytes whose digest was told."""
    sent = {one["id"]: one["sha256"] for phone in phones for one in phone["photos"]}
    stored = {str(UUID(row[0])): row for row in photos}
    assert {key: row[1] for key, row in stored.items()} == sent
    for one in told["photos"]:
        _, _, sha256, file = stored[one["id"]]
        body = (folder / "media" / file).read_bytes()
        assert one["stored_sha256"] == sha256 == hashlib.sha256(body).hexdigest()
