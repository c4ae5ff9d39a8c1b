"""The drill: a backup restored onto an empty machine holds every row and file; a damaged one is refused."""

import os
import signal
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest

from config.operations.backup.streams import read_identity
from tests.installation import ROOT, SQLITE, Installation, server_of_tests

FILLING = """
from tests.small_stage import add_photo, issued, jpeg, small_stage, submitted
from inspections.answers import Given
stage = small_stage(townships=2)
first = stage.inspections[0]
for color in ("teal", "navy", "red"):
    add_photo(first, stage.cast["inspector"], jpeg(color, (400, 300)))
issued(stage, submitted(stage, yes=Given(False, note="现场未见")))
"""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("safe") / "key.txt"
    path.write_text(f"# a comment\n{pyrage.x25519.Identity.generate()}\n")
    return path


@pytest.fixture(scope="module")
def source(
    tmp_path_factory: pytest.TempPathFactory, key: Path, django_db_setup: None, django_db_blocker: object
) -> Iterator[Installation]:
    """An installation in use: inspections, photos, an issued notice."""
    public = str(read_identity(key.read_text()).to_public())
    made = Installation(tmp_path_factory.mktemp("source"), server_of_tests(), PORTAL_BACKUP_RECIPIENTS=public)
    made.manage("migrate", "--noinput", "--verbosity", "0")
    made.script(FILLING)
    (made.folder / "anchors").mkdir(exist_ok=True)
    (made.folder / "anchors" / "2026-11-24").write_text("signed")
    yield made
    made.remove()


@pytest.fixture
def empty(tmp_path: Path, source: Installation) -> Iterator[Installation]:
    """A machine on which nothing was ever installed."""
    made = Installation(tmp_path / "empty", source.server)
    yield made
    made.remove()


@pytest.fixture(scope="module")
def untouched(source: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One empty machine for all archives that are refused: it stays empty."""
    made = Installation(tmp_path_factory.mktemp("untouched"), source.server)
    yield made
    made.remove()


@pytest.fixture(scope="module")
def archive(source: Installation) -> Path:
    said = source.manage("backup")
    return Path(said.splitlines()[0])


def test_drill_brings_back_every_row_file_and_key(
    source: Installation, empty: Installation, archive: Path, key: Path
) -> None:
    said = empty.manage("restore", str(archive), "--identity", str(key))
    assert "every table's rows agree" in said
    rows = source.every_row()
    assert sum(map(len, rows.values())) > 200
    assert len(rows["inspections_photo"]) == 3
    assert len(rows["reports_officialdocument"]) == 1
    assert empty.every_row() == rows
    files = source.every_file()
    assert len(files) == 7
    assert empty.every_file() == files
    for name in ("secret_key", "field_key", "anchors/2026-11-24"):
        assert (empty.folder / name).read_text() == (source.folder / name).read_text()
        assert stat.S_IMODE((empty.folder / name).stat().st_mode) == 0o600
    assert empty.manage("migrate", "--check") == ""
    # What lies encrypted in its column is read with the key that came along.
    phones = "from reports.models import IssuingBody\nprint(IssuingBody.objects.get().phone)"
    assert empty.run("-c", f"import django\ndjango.setup()\n{phones}").strip() == "0372-6200000"
    # A key of the log that a phone heard of after the backup is not given again for something else.
    last = (
        "SELECT seq FROM sqlite_sequence WHERE name = 'inspections_answerevent'"
        if source.server == "sqlite"
        else "SELECT last_value FROM inspections_answerevent_id_seq"
    )
    assert empty.query(last)[0][0] >= source.query(last)[0][0] + 1_000_000
    # What the database itself refuses, it still refuses.
    guarded = "from reports.models import OfficialDocument\nOfficialDocument.objects.update(title='changed')"
    refused = empty.try_run("-c", f"import django\ndjango.setup()\n{guarded}")
    assert refused.returncode
    assert "an issued document is frozen" in refused.stderr


def test_archive_is_for_its_owner_alone_and_holds_no_plain_text(archive: Path, source: Installation) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    body = archive.read_bytes()
    assert body.startswith(b"age-encryption.org/v1\n")
    assert "汤阴县".encode() not in body
    assert sorted(path.name for path in archive.parent.iterdir()) == [
        archive.name,
        archive.name + ".sha256",
    ]
    said = subprocess.run(
        ["sha256sum", "--check", archive.name + ".sha256"], cwd=archive.parent, capture_output=True
    )
    assert said.returncode == 0


def test_archive_opens_without_the_portal(archive: Path, key: Path, tmp_path: Path) -> None:
    """A tar inside an age file: any `age` program and `tar` open it."""
    plain = tmp_path / "plain.tar"
    with archive.open("rb") as source, plain.open("wb") as out:
        pyrage.decrypt_io(source, out, [read_identity(key.read_text())])
    with tarfile.open(plain) as opened:
        names = opened.getnames()
    assert names[0] == "about.json"
    assert names[-1] == "manifest.json"
    assert {"keys/secret_key", "keys/field_key"} <= set(names)


def test_check_says_what_is_in_it_and_changes_nothing(
    untouched: Installation, archive: Path, key: Path
) -> None:
    said = untouched.manage("restore", str(archive), "--identity", str(key), "--check")
    assert "完好 / whole" in said
    assert "6 个文件" not in said
    assert "7 个文件 / files" in said
    assert untouched.tables() == []


def refused(untouched: Installation, archive: Path, key: Path, *options: str) -> str:
    said = untouched.try_run("manage.py", "restore", str(archive), "--identity", str(key), *options)
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    assert untouched.tables() == []
    assert untouched.every_file() == {}
    return said.stderr


@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.95])
def test_archive_that_was_changed_is_refused_with_the_place(
    untouched: Installation, archive: Path, key: Path, tmp_path: Path, share: float
) -> None:
    body = bytearray(archive.read_bytes())
    place = max(int(len(body) * share), 200)
    body[place] ^= 1
    changed = tmp_path / "changed.tar.age"
    changed.write_bytes(body)
    said = refused(untouched, changed, key)
    assert "没有恢复 / Not restored" in said
    assert str(changed) in said
    assert " in or after " in said


@pytest.mark.parametrize("kept", [-1, -70_000, 300])
def test_archive_that_was_cut_off_is_refused_with_the_place(
    untouched: Installation, archive: Path, key: Path, tmp_path: Path, kept: int
) -> None:
    cut = tmp_path / "cut.tar.age"
    cut.write_bytes(archive.read_bytes()[:kept])
    assert " in or after " in refused(untouched, cut, key)


def test_other_key_does_not_open_it(untouched: Installation, archive: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    untouched.manage("backup_key", str(other))
    assert stat.S_IMODE(other.stat().st_mode) == 0o600
    assert "another key's" in refused(untouched, archive, other)


def test_no_key_no_file_no_recipient_are_said_plainly(
    untouched: Installation, archive: Path, key: Path, tmp_path: Path
) -> None:
    blank = tmp_path / "blank.txt"
    blank.write_text("# nothing\n")
    assert "AGE-SECRET-KEY-" in refused(untouched, archive, blank)
    assert "No such file" in refused(untouched, tmp_path / "none", key)
    said = untouched.try_run("manage.py", "backup", "--recipient", "age1wrong")
    assert "begins with age1" in said.stderr
    said = untouched.try_run("manage.py", "backup")
    assert "PORTAL_BACKUP_RECIPIENTS" in said.stderr
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    assert "No key was written" in untouched.try_run("manage.py", "backup_key", str(kept)).stderr
    assert kept.read_text() == "mine"


def test_restore_never_writes_over_data(empty: Installation, archive: Path, key: Path) -> None:
    empty.manage("migrate", "--noinput", "--verbosity", "0")
    before = empty.every_row()
    said = empty.try_run("manage.py", "restore", str(archive), "--identity", str(key))
    assert said.returncode == 1
    assert "only fills an empty one" in said.stderr
    assert empty.every_row() == before


def test_restore_into_a_folder_with_files_is_refused(empty: Installation, archive: Path, key: Path) -> None:
    empty.media.mkdir()
    (empty.media / "mine.jpg").write_bytes(b"mine")
    said = empty.try_run("manage.py", "restore", str(archive), "--identity", str(key))
    assert "folder of files is not empty" in said.stderr
    assert empty.tables() == []
    assert empty.every_file() == {"mine.jpg": b"mine"}


def test_backup_of_the_other_engine_is_refused(archive: Path, key: Path, tmp_path: Path) -> None:
    if server_of_tests() == SQLITE:
        url, said = "postgres://nobody@127.0.0.1:1/none", "The backup is of sqlite"
    else:
        url, said = f"sqlite:///{tmp_path / 'other.sqlite3'}", "The backup is of postgresql"
    other = Installation(tmp_path / "other", PORTAL_DATABASE_URL=url)
    answer = other.try_run("manage.py", "restore", str(archive), "--identity", str(key))
    assert said in answer.stderr


def test_only_the_newest_are_kept(source: Installation, tmp_path: Path) -> None:
    for day in (1, 2, 3):
        old = tmp_path / f"portal-2026010{day}T000000Z.tar.age"
        old.write_bytes(b"old")
        old.with_name(old.name + ".sha256").write_text("x")
    source.manage("backup", "--to", str(tmp_path), "--keep", "2")
    kept = sorted(path.name for path in tmp_path.glob("*.age"))
    assert len(kept) == 2
    assert kept[0] == "portal-20260103T000000Z.tar.age"
    assert len(list(tmp_path.glob("*.sha256"))) == 2


def test_backup_that_is_killed_leaves_nothing_that_looks_like_one(
    source: Installation, tmp_path: Path
) -> None:
    """A file so large that the kill comes in the middle; the next backup clears the part away."""
    large = source.media / "photos" / "large.bin"
    with large.open("wb") as file:
        file.truncate(1 << 30)
    try:
        command = [sys.executable, "manage.py", "backup", "--to", str(tmp_path)]
        process = subprocess.Popen(command, cwd=ROOT, env=source.environment, start_new_session=True)
        while not any(path.stat().st_size > 1 << 20 for path in tmp_path.glob("*.part")):
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    finally:
        large.unlink()
    assert list(tmp_path.glob("*.age")) == []
    assert len(list(tmp_path.glob("*.part"))) == 1
    source.manage("backup", "--to", str(tmp_path))
    assert len(list(tmp_path.glob("*.age"))) == 1
    assert list(tmp_path.glob("*.part")) == []


def test_memory_stays_flat_whatever_the_size(source: Installation, tmp_path: Path, key: Path) -> None:
    """256 MB of files take less than 60 MB more than none."""
    measured = (
        "import resource, sys\nfrom django.core.management import call_command\n"
        "call_command(*sys.argv[1:])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )

    def megabytes(*arguments: str) -> int:
        code = f"import django\ndjango.setup()\n{measured}"
        return int(source.run("-c", code, *arguments).splitlines()[-1])

    small = megabytes("backup", "--to", str(tmp_path / "small"))
    large = source.media / "photos" / "large.bin"
    with large.open("wb") as file:
        file.truncate(256 << 20)
    try:
        assert megabytes("backup", "--to", str(tmp_path / "large")) < small + 60
    finally:
        large.unlink()
    [made] = (tmp_path / "large").glob("*.age")
    assert made.stat().st_size > 256 << 20
    assert megabytes("restore", str(made), f"--identity={key}", "--check") < small + 60
