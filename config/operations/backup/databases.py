"""The database as one stream of bytes and back: pg_dump's format, or a consistent copy of SQLite's file."""

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg2
from django.db import connection
from django.db.backends.sqlite3._functions import register  # type: ignore[import-untyped]

from .faults import BackupFault, NotEmpty

Counts = dict[str, int]
TABLES_OF_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
# Phones remember the key of the last event that they heard of.
LOG = "inspections_answerevent"
KEYS_PASSED_OVER = 1_000_000
TABLES_OF_POSTGRESQL = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


def vendor() -> str:
    """Return `sqlite` or `postgresql`."""
    return str(connection.vendor)


@contextmanager
def dumped(folder: Path) -> Iterator[tuple[IO[bytes], Counts]]:
    """Give the database's bytes and the number of rows of each table, both of one moment.

    SQLite's copy lies in `folder` for as long as it takes; PostgreSQL's dump touches no disk.
    """
    with _dumped_sqlite(folder) if vendor() == "sqlite" else _dumped_postgresql() as given:
        yield given


def restore(write: Callable[[IO[bytes]], None]) -> None:
    """Fill the empty database with what `write` puts into the stream it is given."""
    if vendor() == "sqlite":
        _restore_sqlite(write)
    else:
        _restore_postgresql(write)


def pass_over_keys() -> None:
    """Leave a gap behind the keys of the log of answers.

    Keys given out between the backup and its restore are never given again, so that a phone which heard
    of one learns that the server was set back, and sends again what it holds (docs/field-protocol.md).
    """
    if vendor() == "sqlite":
        with closing(sqlite3.connect(_sqlite_path())) as database, database:
            database.execute(
                "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?", (KEYS_PASSED_OVER, LOG)
            )
        return
    with closing(_connect()) as database, database:
        if _rows(database, f"SELECT 1 WHERE to_regclass('{LOG}') IS NOT NULL"):
            sequence = f"pg_get_serial_sequence('{LOG}', 'id')"
            _rows(database, f"SELECT setval({sequence}, nextval({sequence}) + {KEYS_PASSED_OVER})")


def refuse_unless_empty() -> None:
    """Raise `NotEmpty` if the configured database has a table."""
    if vendor() == "sqlite":
        path = _sqlite_path()
        if not path.exists():
            return
        with closing(sqlite3.connect(path)) as database:
            found = [row[0] for row in database.execute(TABLES_OF_SQLITE)]
    else:
        with closing(_connect()) as database:
            found = [row[0] for row in _rows(database, TABLES_OF_POSTGRESQL)]
    if found:
        raise NotEmpty(
            f"数据库中已有 {len(found)} 张表；恢复只写入空的数据库 / "
            f"The database has {len(found)} tables already; a restore only fills an empty one"
        )


def count_rows() -> Counts:
    """Count the rows of every table of the configured database."""
    if vendor() == "sqlite":
        return _count_sqlite(_sqlite_path())
    with closing(_connect()) as database:
        return _count_postgresql(database)


# ---- SQLite


def _sqlite_path() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _count_sqlite(path: Path) -> Counts:
    with closing(sqlite3.connect(path)) as database:
        names = [row[0] for row in database.execute(TABLES_OF_SQLITE)]
        counted = {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    return dict(sorted(counted.items()))


@contextmanager
def _dumped_sqlite(folder: Path) -> Iterator[tuple[IO[bytes], Counts]]:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".copy-") as place:
        copy = Path(place, "database.sqlite3")
        with (
            closing(sqlite3.connect(f"file:{_sqlite_path()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
            # One file that needs no journal beside it.
            target.execute("PRAGMA journal_mode=DELETE")
        counts = _count_sqlite(copy)
        with copy.open("rb") as stream:
            yield stream, counts


def _restore_sqlite(write: Callable[[IO[bytes]], None]) -> None:
    path = _sqlite_path()
    connection.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        with closing(sqlite3.connect(part)) as database:
            register(database)  # the checks of columns use functions of Django's
            said = database.execute("PRAGMA quick_check").fetchone()[0]
        if said != "ok":
            raise BackupFault(f"恢复出的数据库不完整：{said} / The restored database is not sound")
        for beside in (f"{path}-wal", f"{path}-shm"):
            Path(beside).unlink(missing_ok=True)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


# ---- PostgreSQL


def _connect() -> Any:
    parameters = {**connection.get_connection_params()}
    for name in ("cursor_factory", "options"):
        parameters.pop(name, None)
    return psycopg2.connect(**parameters)


def _rows(database: Any, sql: str) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _count_postgresql(database: Any) -> Counts:
    names = sorted(row[0] for row in _rows(database, TABLES_OF_POSTGRESQL))
    return {name: _rows(database, f'SELECT count(*) FROM "{name}"')[0][0] for name in names}


def _command(program: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Return a client program's command line and environment; `ps` shows the password to nobody there."""
    settings = connection.settings_dict
    command = [program, *arguments]
    for option, name in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if settings.get(name):
            command.append(f"{option}={settings[name]}")
    environment = {**os.environ, "PGPASSWORD": str(settings.get("PASSWORD") or "")}
    return [*command, f"--dbname={settings['NAME']}"], environment


def _started(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, **options)
    except FileNotFoundError as error:
        raise BackupFault(
            f"缺少 {command[0]}，请安装 postgresql-client / {command[0]} of postgresql-client is missing"
        ) from error


@contextmanager
def _dumped_postgresql() -> Iterator[tuple[IO[bytes], Counts]]:
    with closing(_connect()) as database, tempfile.TemporaryFile() as said:
        database.set_session(isolation_level="REPEATABLE READ", readonly=True)
        snapshot = _rows(database, "SELECT pg_export_snapshot()")[0][0]
        counts = _count_postgresql(database)
        command, environment = _command(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"
        )
        process = _started(command, stdout=subprocess.PIPE, stderr=said, env=environment)
        assert process.stdout is not None
        try:
            yield process.stdout, counts
        finally:
            process.stdout.close()
            code = process.wait()
        _refuse_failure("pg_dump", code, said)


def _restore_postgresql(write: Callable[[IO[bytes]], None]) -> None:
    with tempfile.TemporaryFile() as said:
        command, environment = _command(
            *("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        )
        process = _started(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=environment
        )
        assert process.stdin is not None
        try:
            with process.stdin as out:
                write(out)
        except BrokenPipeError:
            pass  # its own words say why
        except BaseException:
            process.kill()
            raise
        finally:
            code = process.wait()
        _refuse_failure("pg_restore", code, said)


def _refuse_failure(program: str, code: int, said: Any) -> None:
    if code:
        said.seek(0)
        words = said.read().decode(errors="replace").strip().splitlines()
        raise BackupFault(f"{program}: {words[0] if words else f'exit code {code}'}")
