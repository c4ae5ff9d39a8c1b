"""Messages on their way out: as e-mail to those who want it, as JSON to the county's own messenger."""

import hashlib
import hmac
import json
import logging
import urllib.request
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from .message_words import worded
from .models import Message, MessageChoice

logger = logging.getLogger(__name__)
DIGEST_FROM = time(8)
AT_MOST = 200
# Who asks for letters today is not sent what was told last season.
RECENT = timedelta(days=14)
PATIENCE = 10


def send_mail(*, now: datetime) -> int:
    """Send what waits, at once or once a day from eight o'clock on; returns how many letters went.

    A letter that could not be sent is tried again at the next run. One that the server took but whose
    mark was not written goes out twice rather than never.
    """
    local = timezone.localtime(now)
    due = Q(mode=MessageChoice.Mode.AT_ONCE)
    if local.time() >= DIGEST_FROM:
        due |= Q(mode=MessageChoice.Mode.DAILY) & (Q(digest_on=None) | Q(digest_on__lt=local.date()))
    sent = 0
    choices = MessageChoice.objects.filter(due, person__is_active=True).exclude(email="")
    with override(settings.LANGUAGE_CODE), get_connection() as connection:
        for choice in choices.select_related("person").order_by("pk"):
            waiting = _waiting(choice, now)
            if waiting and _mailed(choice, waiting, connection):
                _mark(choice, waiting, local.date(), now)
                sent += 1
    return sent


def _waiting(choice: MessageChoice, now: datetime) -> list[Message]:
    """What is to be mailed to a person: what is new to them, not what they have read in the portal."""
    rows = Message.objects.filter(person_id=choice.pk, mailed_at=None, read_at=None, at__gt=now - RECENT)
    return list(rows[:AT_MOST])


def _mailed(choice: MessageChoice, messages: list[Message], connection: Any) -> bool:
    letter = EmailMessage(
        _subject(messages), "\n\n".join(_lines(messages)), to=[choice.email], connection=connection
    )
    try:
        return bool(letter.send())
    except OSError as error:
        logger.warning("mail to person %s was not sent: %s", choice.pk, type(error).__name__)
        return False


def _mark(choice: MessageChoice, messages: list[Message], today: date, now: datetime) -> None:
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(mailed_at=now)
    MessageChoice.objects.filter(pk=choice.pk).update(digest_on=today)


def _subject(messages: list[Message]) -> str:
    if len(messages) == 1:
        return worded(messages[0]).title
    return _("%(count)d条督查消息") % {"count": len(messages)}


def _lines(messages: list[Message]) -> Iterator[str]:
    for message in messages:
        said = worded(message)
        yield "\n".join(part for part in (said.title, said.words, said.by_when, link(message)) if part)


def link(message: Message) -> str:
    """The full address that a message leads to."""
    return urljoin(settings.PUBLIC_URL, message.url)


def post_webhook(*, now: datetime) -> int:
    """Hand new messages to `settings.WEBHOOK_URL`, signed; returns how many it took."""
    if not settings.WEBHOOK_URL:
        return 0
    taken = 0
    for message in Message.objects.filter(posted_at=None).select_related("person").order_by("pk")[:AT_MOST]:
        if not _posted(message):
            break
        Message.objects.filter(pk=message.pk).update(posted_at=now)
        taken += 1
    return taken


def _posted(message: Message) -> bool:
    with override(settings.LANGUAGE_CODE):
        said = worded(message)
    body = json.dumps(
        {
            "id": message.pk, "to": message.person.username, "title": said.title, "text": said.words,
            "due_on": message.due_on and message.due_on.isoformat(), "link": link(message),
        },
        ensure_ascii=False,
    ).encode()  # fmt: skip
    signature = hmac.new(settings.WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Signature-SHA256": signature}
    # `checks` holds the address to http and https.
    request = urllib.request.Request(settings.WEBHOOK_URL, body, headers)  # noqa: S310
    try:
        with _opener.open(request, timeout=PATIENCE) as response:
            return 200 <= response.status < 300
    except OSError as error:
        logger.warning("the webhook did not take message %s: %s", message.pk, type(error).__name__)
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The operator named one address; what is signed goes nowhere else."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)
