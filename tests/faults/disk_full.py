"""Fills the disk under the portal (a small tmpfs in a mount namespace of its own) while clients save.

Writes must be refused with 503 and never acknowledged in vain; with room again they work without a restart.
python -m tests.faults.disk_full [--megabytes 24]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from tests.clients import Scene, set_scene
from tests.faults.report import arguments, run, say
from tests.installation import ROOT, Installation

INSIDE = "FAULT_INSIDE_NAMESPACE"


def tells_honestly(scene: Scene) -> bool:
    """Whether the page of a write that finds no room says what is full and that nothing was kept."""
    place = f"/inspections/{scene.inspections[0]}/answers/yes/"
    status, page = 0, ""
    for number in range(100):
        # A few may still find room in pages at hand.
        status, page = scene.post(place, f"i1-note={number}{'x' * 900}", "inspector")
        if status != 200:
            break
    honest = status == 503 and "存储空间已满" in page and "请当作没有保存" in page and "Traceback" not in page
    say(f"the page of a write that finds no room: {status}, {'honest' if honest else 'WRONG: ' + page}")
    return honest


def work(given: argparse.Namespace, folder: Path) -> dict[str, int]:
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={given.megabytes}m", "none", disk], check=True)
    made = Installation(disk / "portal")
    try:
        scene = set_scene(made)
        made.start(workers=1)
        for number in range(20):
            scene.save(number)
        say(f"{len(scene.acknowledged)} of 20 saves acknowledged with room on the disk")
        failures = len(scene.refused)
        ballast = disk / "ballast"
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                say("the disk is full")
        before = len(scene.acknowledged)
        for number in range(20, 420):
            scene.save(number)
            if len(scene.refused) >= 10:
                break
        told = [text for text in scene.refused if text.startswith("503")]
        say(
            f"full disk: {len(scene.acknowledged) - before} saves still found room in pages at hand, "
            f"{len(told)} were told 503"
        )
        failures += len(scene.refused) - len(told) + (not told)
        failures += not tells_honestly(scene)
        ballast.unlink()
        before = len(scene.acknowledged)
        for number in range(1000, 1020):
            scene.save(number)
        say(f"room again: {len(scene.acknowledged) - before} of 20 saves acknowledged, without a restart")
        failures += len(scene.acknowledged) - before != 20
        return {"acknowledged": len(scene.acknowledged), "lost": scene.lost_saves(), "failures": failures}
    finally:
        made.remove()
        subprocess.run(["umount", "--lazy", disk], check=False)


if __name__ == "__main__":
    if os.environ.get(INSIDE):
        run(work, arguments(__doc__, megabytes=24))
    command = [
        "unshare",
        "--map-root-user",
        "--mount",
        sys.executable,
        "-m",
        "tests.faults.disk_full",
        *sys.argv[1:],
    ]
    sys.exit(subprocess.run(command, cwd=ROOT, env={**os.environ, INSIDE: "1"}).returncode)
