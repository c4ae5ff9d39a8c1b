"""Encrypts and decrypts as data passes by, in the age format; memory stays flat whatever the size."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import pyrage
from pyrage import x25519

from .faults import BackupFault, Damaged


def read_recipients(texts: Sequence[str]) -> list[x25519.Recipient]:
    """Parse public keys (`age1…`)."""
    try:
        return [x25519.Recipient.from_str(text.strip()) for text in texts]
    except pyrage.RecipientError as error:
        raise BackupFault(
            f"备份公钥无效，应以 age1 开头 / Not a public key of age, which begins with age1: {error}"
        ) from error


def read_identity(text: str) -> x25519.Identity:
    """Parse a key file as `manage.py backup_key` and `age-keygen` write it."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        return x25519.Identity.from_str(lines[0])
    except (IndexError, pyrage.IdentityError) as error:
        raise BackupFault(
            "密钥文件中没有 AGE-SECRET-KEY- 开头的一行 / The key file has no line AGE-SECRET-KEY-…"
        ) from error


class Hashed:
    """A stream that is hashed and counted as it is read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.sha256, self.size = source, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        piece = self.source.read(size)
        self.sha256.update(piece)
        self.size += len(piece)
        return piece


class _Worker(threading.Thread):
    """Runs one half of a pipe; what it raised is kept for the other half."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.work, self.fault = work, None

    fault: Exception | None

    def run(self) -> None:
        try:
            self.work()
        except Exception as fault:
            self.fault = fault


@contextmanager
def encrypted(out: IO[bytes], recipients: Sequence[x25519.Recipient]) -> Iterator[IO[bytes]]:
    """Give a stream; what is written to it arrives at `out` encrypted."""
    reading, writing = os.pipe()

    def work() -> None:
        with os.fdopen(reading, "rb") as source:
            pyrage.encrypt_io(source, out, list(recipients))

    worker = _Worker(work)
    worker.start()
    try:
        with os.fdopen(writing, "wb") as stream:
            yield stream
    except BrokenPipeError:
        worker.join()
        raise worker.fault or BackupFault("加密中断 / Encryption stopped") from None
    worker.join()
    if worker.fault:
        raise worker.fault


@contextmanager
def decrypted(source: IO[bytes], identity: x25519.Identity) -> Iterator[tuple[IO[bytes], Callable[[], None]]]:
    """Give the decrypted stream, and a function that raises `Damaged` if `source` is not whole.

    Call it when the stream has ended: only then is it known whether that was the true end.
    """
    reading, writing = os.pipe()

    def work() -> None:
        with os.fdopen(writing, "wb") as out:
            pyrage.decrypt_io(source, out, [identity])

    worker = _Worker(work)
    worker.start()

    def confirm() -> None:
        worker.join()
        if isinstance(worker.fault, pyrage.DecryptError) and source.tell() < 1024 * 1024:
            raise Damaged(
                f"打不开：密钥不对，或文件头已损坏（{worker.fault}）/ "
                "Cannot be opened: another key's, or its beginning is damaged"
            )
        if worker.fault:
            raise Damaged(
                f"在第 {source.tell()} 字节附近被截断或改动 / Cut off or changed near byte {source.tell()}"
            )

    with os.fdopen(reading, "rb") as stream:
        yield stream, confirm
