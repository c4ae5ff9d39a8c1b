"""Doors that lead elsewhere, other hosts, cookies, and what a spreadsheet or a picture may hide."""

import io
import os
import subprocess
import sys
import zipfile
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from inspections import photos
from organization.models import User
from organization.problems import Problem
from tests.factories import PASSWORD, make_cast, make_county
from tests.installation import ROOT

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    " //evil.example",
    "/\t/evil.example",
    "http://testserver@evil.example/",
    "data:text/html,x",
]


@pytest.fixture
def person(db: None) -> User:
    made = make_cast(make_county(townships=1, villages=0))["inspector"]
    made.set_password(PASSWORD)
    made.save()
    return made


@pytest.mark.parametrize("target", ELSEWHERE)
def test_log_in_leads_nowhere_else(client: Client, person: User, target: str) -> None:
    answer = client.post(
        f"/login/?next={target}", {"username": person.username, "password": PASSWORD, "next": target}
    )
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]
    assert answer.headers["Location"].startswith("/")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_language_leads_nowhere_else(client: Client, db: None, target: str) -> None:
    answer = client.post(
        "/language/", {"language": "en", "next": target}, headers={"referer": target.strip()}
    )
    assert "evil" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("host", ["evil.example", "a b", "portal.example.evil.example", ""])
def test_other_host_is_refused_without_a_word(db: None, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["portal.example"]
    answer = Client(raise_request_exception=False).get("/login/", headers={"host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert "ALLOWED_HOSTS" not in answer.text


def test_forwarded_host_is_not_believed(client: Client, db: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = client.get("/tasks/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client: Client, person: User) -> None:
    client.post("/login/", {"username": person.username, "password": PASSWORD})
    session = client.cookies["sessionid"]
    assert session["httponly"] is True
    assert session["samesite"] == "Lax"
    assert session["domain"] == ""
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


HTTPS_SETTINGS = """
import django
django.setup()
from django.conf import settings
from django.test import Client
client = Client(headers={"host": "portal.example"})
plain = client.get("/login/")
print(plain.status_code, plain.headers["Location"])
answer = client.get("/health/", secure=True)
print(answer.status_code, answer.headers["Strict-Transport-Security"])
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE)
print(client.get("/health/").status_code)
"""


def test_https_is_forced_kept_and_needed_for_cookies(tmp_path: Any) -> None:
    said = subprocess.run(
        [sys.executable, "-c", HTTPS_SETTINGS],
        cwd=ROOT,
        env={
            **{name: text for name, text in os.environ.items() if not name.startswith("PORTAL_")},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PORTAL_VAR_DIR": str(tmp_path),
            "PORTAL_HTTPS": "true",
            "PORTAL_ALLOWED_HOSTS": "portal.example",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
    )
    assert said.stdout.splitlines() == [
        "301 https://portal.example/login/",
        "200 max-age=31536000; includeSubDomains; preload",
        "__Host-sessionid True True",
        "200",
    ], said.stderr


# ---- what a file may hide


def refused(body: bytes) -> str:
    with pytest.raises(Problem) as caught:
        photos.prepare(io.BytesIO(body), len(body))
    return str(caught.value.message)


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    return out.getvalue()


def png_bomb() -> bytes:
    """Some hundred KB that unpack to a gigabyte."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<html><script>alert(1)</script></html>",
        b"MZ" + bytes(200),
        b"%PDF-1.7\n" + bytes(200),
        b"GIF89a" + bytes(200),
        b"",
    ],
)
def test_upload_is_judged_by_its_content(body: bytes) -> None:
    assert "不是能识别的照片" in refused(body)


def test_archive_that_unpacks_to_much_is_no_photo() -> None:
    assert "不是能识别的照片" in refused(zip_bomb())


def test_picture_that_unpacks_to_much_is_refused_unopened() -> None:
    body = png_bomb()
    assert len(body) < 2_000_000
    assert "像素" in refused(body)


def test_picture_with_a_page_behind_it_is_encoded_anew() -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "JPEG")
    kept = photos.prepare(io.BytesIO(out.getvalue() + b"<script>alert(1)</script>"), 5000)
    assert b"<script>" not in kept.body + kept.thumbnail
