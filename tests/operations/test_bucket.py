"""Photos and documents in a bucket: several machines share them, and none keeps a file of its own."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pyrage
import pytest
from moto.server import ThreadedMotoServer

from tests.installation import Installation, server_of_tests

from .test_backup import FILLING

BUCKET = "portal-files"
# What several machines have in common, beside the database and the bucket.
KEYS = {"PORTAL_SECRET_KEY": "a" * 50, "PORTAL_FIELD_KEYS": "b" * 43 + "="}
# Every photo as its page delivers it and every issued file, with what the database says of them.
SERVED = """
import hashlib
from django.test import Client
from django.urls import reverse
from inspections.models import Photo
from organization.models import Role, User
from reports.models import OfficialDocument
person = User.objects.filter(assignments__role=Role.ADMINISTRATOR).order_by("pk").first()
client = Client(SERVER_NAME="localhost")
client.force_login(person)
for photo in Photo.objects.order_by("pk"):
    said = client.get(reverse("inspections:photo", args=[photo.pk]))
    body = b"".join(said.streaming_content) if said.streaming else said.content
    assert (said.status_code, hashlib.sha256(body).hexdigest()) == (200, photo.sha256), photo.pk
for document in OfficialDocument.objects.exclude(pdf=""):
    with document.pdf.open() as file:
        assert hashlib.sha256(file.read()).hexdigest() == document.sha256
print(Photo.objects.count(), OfficialDocument.objects.exclude(pdf="").count())
"""
SAME_NAME = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
names = [default_storage.save("probe/same.txt", ContentFile(text)) for text in (b"first", b"second")]
print(*[default_storage.open(name).read().decode() for name in names])
for name in names:
    default_storage.delete(name)
"""


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """The address of a store that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("safe") / "key.txt"
    path.write_text(f"{pyrage.x25519.Identity.generate()}\n")
    return path


def files_in(store: str, bucket: str) -> dict[str, bytes]:
    client = _client(store)
    found = client.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {one["Key"]: client.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in found}


def _client(store: str):
    return boto3.client(
        "s3", endpoint_url=store, region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s"
    )


def machine(folder: Path, store: str, bucket: str, key: Path) -> Installation:
    _client(store).create_bucket(Bucket=bucket)
    return Installation(
        folder,
        server_of_tests(),
        PORTAL_S3_BUCKET=bucket,
        PORTAL_S3_ENDPOINT=store,
        PORTAL_S3_REGION="us-east-1",
        PORTAL_S3_KEY="k",
        PORTAL_S3_SECRET="s",
        **KEYS,
        PORTAL_BACKUP_RECIPIENTS=str(pyrage.x25519.Identity.from_str(key.read_text().strip()).to_public()),
    )


@pytest.fixture(scope="module")
def portal(
    tmp_path_factory: pytest.TempPathFactory,
    store: str,
    key: Path,
    django_db_setup: None,
    django_db_blocker: object,
) -> Iterator[Installation]:
    made = machine(tmp_path_factory.mktemp("first"), store, BUCKET, key)
    made.manage("migrate", "--noinput", "--verbosity", "0")
    made.script(FILLING)
    yield made
    made.remove()


def test_files_lie_in_the_bucket_and_nowhere_else(portal: Installation, store: str) -> None:
    assert len(files_in(store, BUCKET)) == 7
    assert not portal.media.exists()


def test_pages_serve_what_was_stored(portal: Installation) -> None:
    assert portal.script(SERVED).split() == ["3", "1"]


def test_a_second_machine_on_the_same_database_reads_the_same(portal: Installation, tmp_path: Path) -> None:
    other = dict(portal.environment, PORTAL_VAR_DIR=str(tmp_path), **KEYS)
    second = object.__new__(Installation)
    second.environment = other
    assert second.script(SERVED).split() == ["3", "1"]


def test_a_file_is_never_written_over(portal: Installation) -> None:
    assert portal.script(SAME_NAME).split() == ["first", "second"]


def test_nightly_check_reads_the_issued_file_from_the_bucket(portal: Installation, store: str) -> None:
    portal.manage("check_documents")
    client = _client(store)
    (name,) = [one for one in files_in(store, BUCKET) if one.endswith(".pdf")]
    body = client.get_object(Bucket=BUCKET, Key=name)["Body"].read()
    try:
        client.put_object(Bucket=BUCKET, Key=name, Body=body[:-1] + b"?")
        assert portal.try_run("manage.py", "check_documents").returncode
        client.delete_object(Bucket=BUCKET, Key=name)
        assert portal.try_run("manage.py", "check_documents").returncode
    finally:
        client.put_object(Bucket=BUCKET, Key=name, Body=body)
    portal.manage("check_documents")


def test_backup_takes_the_bucket_and_restores_into_an_empty_one(
    portal: Installation, store: str, key: Path, tmp_path: Path
) -> None:
    archive = portal.manage("backup").splitlines()[0]
    empty = machine(tmp_path / "empty", store, "another-bucket", key)
    try:
        empty.manage("restore", archive, "--identity", str(key))
        assert empty.every_row() == portal.every_row()
        assert files_in(store, "another-bucket") == files_in(store, BUCKET)
    finally:
        empty.remove()


def test_store_that_does_not_answer_makes_the_portal_not_ready(portal: Installation) -> None:
    asked = "from config.operations.health import failing\nprint(failing())"
    assert portal.script(asked).strip() == "[]"
    away = dict(portal.environment, PORTAL_S3_ENDPOINT="http://127.0.0.1:9")
    machine_without = object.__new__(Installation)
    machine_without.environment = away
    assert machine_without.script(asked).strip() == "['storage']"
