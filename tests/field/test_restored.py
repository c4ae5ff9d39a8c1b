"""A server set back to a backup: what phones hold of their own is sent again, and nothing overwritten."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from inspections.freezing import HISTORY
from inspections.models import Answer, AnswerEvent
from tests.field.phones import Phone
from tests.organization.trails import Editor
from tests.stage import Stage


@contextmanager
def set_back() -> Iterator[None]:
    """Let rows of the log go, as they are missing in a backup of an earlier moment."""
    HISTORY.thaw(None, Editor())
    try:
        yield
    finally:
        HISTORY.freeze(None, Editor())


def status(stage: Stage, code: str) -> str | None:
    return stage.inspections[0].answers.filter(item__code=code).values_list("status", flat=True).first()


def soon(phone: Phone, holds: Callable[[], bool]) -> bool:
    """Wait while the page goes on."""
    end = time.monotonic() + 30
    while not holds() and time.monotonic() < end:
        phone.page.wait_for_timeout(100)
    return holds()


@pytest.mark.parametrize("prepared", [False, True])
def test_saved_answers_that_the_server_lost_are_sent_again(
    phone: Phone, stage: Stage, prepared: bool
) -> None:
    phone.open(stage.inspections[0])
    if prepared:
        phone.prepare()
    phone.tap("yes", "met")
    assert soon(phone, lambda: status(stage, "yes") == "met")
    phone.tap("choice", "partly")
    assert soon(phone, lambda: status(stage, "choice") == "partly")
    phone.says("全部已发送")
    with set_back():
        AnswerEvent.objects.filter(item__code="choice").delete()
        Answer.objects.filter(item__code="choice").delete()
    phone.page.reload()
    assert soon(phone, lambda: status(stage, "choice") == "partly")
    phone.shows("choice", "partly")
    phone.says("全部已发送")
    assert phone.waiting() == []
    # What was in the backup is not written twice.
    assert AnswerEvent.objects.filter(item__code="yes").count() == 1


def test_answers_of_others_are_left_to_their_own_phones(phone: Phone, lead: Phone, stage: Stage) -> None:
    phone.open(stage.inspections[0])
    lead.open(stage.inspections[0])
    lead.tap("choice", "met")
    assert soon(lead, lambda: status(stage, "choice") == "met")
    phone.tap("yes", "met")
    assert soon(phone, lambda: status(stage, "yes") == "met")
    phone.page.reload()
    phone.shows("choice", "met")
    lead.page.close()
    with set_back():
        AnswerEvent.objects.all().delete()
        Answer.objects.all().delete()
    phone.page.reload()
    assert soon(phone, lambda: status(stage, "yes") == "met")
    phone.says("全部已发送")
    assert status(stage, "choice") is None
