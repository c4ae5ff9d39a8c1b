"""Messages on their way out: letters at once or once a day, the webhook signed, failures tried again."""

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.core.management import call_command
from django.utils import timezone

from inspections import actions
from inspections.models import Message
from inspections.sending import post_webhook, send_mail
from organization.models import User
from tests.repairs import in_state
from tests.small_stage import NOW, Stage

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_fixed_timezone(480))
SECRET = "sixteen letters at least"


@pytest.fixture
def staff(stage: Stage) -> User:
    """A township's person with one message."""
    in_state(stage, "notified")
    return stage.cast["township_staff"]


def choose(person: User, mode: str = "daily", email: str = "zhen@example.gov.cn") -> None:
    actions.choose_messages(by=person, email=email, mode=mode, now=NOW)


# ---- letters


def test_letter_says_what_by_when_and_where(staff: User, settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example.gov.cn"
    choose(staff, "at_once")
    assert send_mail(now=NOW) == 1
    letter = mail.outbox[0]
    assert (letter.subject, letter.to) == ("收到整改通知", ["zhen@example.gov.cn"])
    assert "共1个问题" in letter.body
    assert "https://portal.example.gov.cn/" in letter.body
    assert send_mail(now=NOW) == 0


def test_several_messages_make_one_digest_a_day_from_eight(stage: Stage, staff: User) -> None:
    choose(staff)
    actions.acknowledge_findings(inspection=stage.inspections[0], by=staff, now=NOW)
    Message.objects.create(
        person=staff, key="x", kind="close", detail={"finding": "某问题"}, url="/", at=MORNING
    )
    assert send_mail(now=MORNING - timedelta(hours=2)) == 0
    assert send_mail(now=MORNING) == 1
    assert mail.outbox[0].subject == "2条督查消息"
    Message.objects.create(
        person=staff, key="y", kind="close", detail={"finding": "又一个"}, url="/", at=MORNING
    )
    assert send_mail(now=MORNING + timedelta(hours=5)) == 0
    assert send_mail(now=MORNING + timedelta(days=1)) == 1
    assert "又一个" in mail.outbox[1].body


def test_who_asks_for_letters_later_is_not_sent_what_is_old_or_read(staff: User) -> None:
    choose(staff, "at_once")
    assert send_mail(now=NOW + timedelta(days=15)) == 0
    actions.read_messages(by=staff, now=NOW + timedelta(days=1))
    assert send_mail(now=NOW + timedelta(days=1)) == 0
    assert mail.outbox == []


@pytest.mark.parametrize("mode", ["never", None])
def test_who_wants_no_letters_gets_none(staff: User, mode: str | None) -> None:
    if mode:
        choose(staff, mode, "")
    assert send_mail(now=MORNING) == 0


def test_disabled_person_gets_no_letters(staff: User) -> None:
    choose(staff, "at_once")
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert send_mail(now=MORNING) == 0


def test_letter_that_fails_is_tried_again_and_others_go(stage: Stage, staff: User, monkeypatch: Any) -> None:
    choose(staff, "at_once")
    sent = []

    def send(self: Any) -> int:
        sent.append(self.to)
        if len(sent) == 1:
            raise ConnectionRefusedError
        return 1

    monkeypatch.setattr("inspections.sending.EmailMessage.send", send)
    assert send_mail(now=MORNING) == 0
    assert Message.objects.filter(mailed_at=None).exists()
    assert send_mail(now=MORNING) == 1


def test_line_breaks_in_data_cannot_forge_a_header(staff: User) -> None:
    choose(staff, "at_once")
    Message.objects.update(kind="close", detail={"finding": "x\nBcc: someone@example.com"})
    assert send_mail(now=MORNING) == 1
    assert mail.outbox[0].message()["Bcc"] is None


# ---- the webhook


class Messenger(http.server.BaseHTTPRequestHandler):
    """Takes what is posted, and answers as the test says."""

    taken: list[tuple[dict[str, str], bytes]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((dict(self.headers), body))
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def messenger(settings: Any) -> Iterator[type[Messenger]]:
    Messenger.taken, Messenger.status = [], 200
    server = http.server.HTTPServer(("127.0.0.1", 0), Messenger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/hook"
    settings.WEBHOOK_SECRET = SECRET
    yield Messenger
    server.shutdown()
    server.server_close()


def test_webhook_gets_each_message_once_and_signed(staff: User, messenger: type[Messenger]) -> None:
    assert post_webhook(now=MORNING) == 1
    headers, body = messenger.taken[0]
    assert headers["X-Signature-Sha256"] == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert (said["to"], said["title"]) == ("township_staff", "收到整改通知")
    assert post_webhook(now=MORNING) == 0


@pytest.mark.parametrize("status", [302, 404, 500])
def test_webhook_that_refuses_is_tried_again(staff: User, messenger: type[Messenger], status: int) -> None:
    messenger.status = status
    assert post_webhook(now=MORNING) == 0
    assert len(messenger.taken) == 1
    messenger.status = 200
    assert post_webhook(now=MORNING) == 1


def test_webhook_that_is_away_or_not_set_harms_nothing(staff: User, settings: Any) -> None:
    assert post_webhook(now=MORNING) == 0
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = "http://127.0.0.1:9/", SECRET
    assert post_webhook(now=MORNING) == 0
    assert Message.objects.filter(posted_at=None).count() == 1


# ---- the command and the settings


def test_command_says_what_it_did(staff: User) -> None:
    choose(staff, "at_once")
    out = StringIO()
    call_command("send_messages", stdout=out)
    assert "发出邮件 1 封" in out.getvalue()


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"WEBHOOK_URL": "file:///etc/passwd", "WEBHOOK_SECRET": SECRET}, ["inspections.webhook_url"]),
        ({"WEBHOOK_URL": "https://x.example/", "WEBHOOK_SECRET": "short"}, ["inspections.webhook_secret"]),
        ({"PUBLIC_URL": "portal"}, ["inspections.public_url"]),
        ({"PUBLIC_URL": "https://x.example", "WEBHOOK_URL": ""}, []),
    ],
)
def test_settings_that_cannot_work_are_named(settings: Any, values: dict[str, str], wrong: list[str]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    assert [fault.id for fault in run_checks() if str(fault.id).startswith("inspections.")] == wrong
