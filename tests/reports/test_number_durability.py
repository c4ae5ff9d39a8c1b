"""Numbers outlast a killed process: none is lost, none given twice, nothing is half issued."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from inspections.answers import Given
from reports import actions
from reports.models import GivenNumber, NumberSequence, OfficialDocument
from tests.small_stage import NOW, drafted, small_stage, submitted

SHORT = {"yes": Given(False)}
# Issues the drafts named on the command line; each number is told once it is committed. KILL_AT names
# a function at whose call the process is killed, as by a power cut: no handler runs.
ISSUING = """
import hashlib, io, os, signal, sys
import django
django.setup()
from PIL import Image
from organization.models import User
from reports import pdf
from reports.actions import documents, issue_document, issuing
from reports.models import OfficialDocument
from tests.small_stage import NOW

def render(document, assets=None, verification=None):
    page = io.BytesIO()
    Image.new("L", (210, 297), "white").save(page, "PDF", title=document.number.text)
    return pdf.Rendered(page.getvalue(), hashlib.sha256(page.getvalue()).hexdigest(), 1, ("Blank",))

def killed(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

pdf.render = render
point = os.environ.get("KILL_AT")
if point == "save":
    OfficialDocument.save = killed
elif point == "render":
    pdf.render = killed
elif point:
    assert hasattr(issuing, point)
    setattr(issuing, point, killed)
by = User.objects.get(username=sys.argv[1])
for pk in sys.argv[2:]:
    row = issue_document(document=OfficialDocument.objects.get(pk=pk), by=by, now=NOW)
    print(row.number, row.pk, flush=True)
"""


def environment(media: Path, **more: str) -> dict[str, str]:
    """What a process of its own needs to work on the very database of this test."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{said['NAME']}"
    else:
        login = f"{said['USER']}:{said['PASSWORD']}" if said["PASSWORD"] else said["USER"]
        url = f"postgres://{login}@{said['HOST']}:{said['PORT'] or 5432}/{said['NAME']}"
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PORTAL_")}
    return (
        kept
        | more
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PORTAL_DATABASE_URL": url,
            "PORTAL_VAR_DIR": str(media.parent),
            "PORTAL_SECRET_KEY": settings.SECRET_KEY,
            "PORTAL_FIELD_KEYS": ",".join(settings.FIELD_KEYS),
            "PYTHONPATH": str(settings.BASE_DIR),
        }
    )


def start(by: str, rows: list[OfficialDocument], media: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ISSUING, by, *(str(row.pk) for row in rows)],
        cwd=settings.BASE_DIR,
        env=environment(media, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> dict[int, str]:
    """{number: document} as the process told them."""
    out, err = process.communicate(timeout=120)
    assert process.returncode in (0, -signal.SIGKILL), err
    return {int(line.split()[0]): line.split()[1] for line in out.splitlines()}


def stored() -> dict[int, str]:
    rows = OfficialDocument.objects.numbered().values_list("number", "pk")
    return {number: str(pk) for number, pk in rows}


@pytest.fixture
def rows(transactional_db: None, quick_pdf: Any) -> list[OfficialDocument]:
    stage = small_stage(townships=6)
    return [drafted(stage, submitted(stage, place, **SHORT)) for place in range(6)]


POINTS = ("render", "lock", "next_number", "compose", "save", "enter", "remember", "told")


@pytest.mark.parametrize("point", POINTS)
def test_process_killed_in_the_middle_of_an_issue_takes_no_number(
    rows: list[OfficialDocument], media_folder: Path, point: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first = told(start("signatory", rows[:1], media_folder))
    killed = start("signatory", rows[1:3], media_folder, KILL_AT=point)
    assert told(killed) == {}
    assert killed.returncode == -signal.SIGKILL
    assert stored() == first
    assert OfficialDocument.objects.get(pk=rows[1].pk).state == "draft"
    assert GivenNumber.objects.count() == NumberSequence.objects.get().last == 1
    # Whoever comes next gets the number that was left, and everything is whole.
    again = told(start("signatory", rows[1:3], media_folder))
    assert again == {2: str(rows[1].pk), 3: str(rows[2].pk)}
    with capsys.disabled():
        print(f"\n  {connection.vendor}: killed at {point} after number 1; then given {sorted(again)}")
    call_command("check_documents")


def test_processes_side_by_side_and_one_killed_give_every_number_once(
    rows: list[OfficialDocument], media_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three processes; the one that is killed has told some numbers, and each of these stays."""
    running = [
        start("signatory", rows[:2], media_folder),
        start("administrator", rows[2:4], media_folder),
        start("signatory", rows[4:], media_folder),
    ]
    last = running[-1]
    assert last.stdout
    heard = last.stdout.readline().split()
    last.kill()
    last.wait()
    numbers = {int(heard[0]): heard[1]}
    for process in running[:2]:
        numbers |= told(process)
    assert numbers.items() <= stored().items()
    left = list(OfficialDocument.objects.before_issue())
    for row in left:
        by = row.drafted_by
        actions.issue_document(document=row, by=by, now=NOW)
    with capsys.disabled():
        print(
            f"\n  {connection.vendor}: three processes, one killed after telling {heard[0]}; "
            f"{len(left)} left to do; numbers at the end {sorted(stored())}"
        )
    assert sorted(stored()) == list(range(1, 7))
    assert sorted(GivenNumber.objects.values_list("number", flat=True)) == list(range(1, 7))
    call_command("check_documents")
