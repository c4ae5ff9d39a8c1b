"""No line of the log can be forged, and none holds a secret."""

import json
import logging
import sys

import pytest

from config.operations import request_ids
from config.operations.logs import JsonFormatter, PlainFormatter, without_secrets


def event(message: str, *arguments: object, **more: object) -> logging.LogRecord:
    record = logging.LogRecord("portal.test", logging.WARNING, __file__, 1, message, arguments, None)
    record.__dict__.update(more)
    return record


@pytest.mark.parametrize("breaking", ["\n", "\r", "\r\n", "\x1b[2J", "\u2028", "\x85", "\x00"])
def test_what_a_visitor_sends_begins_no_line_of_its_own(breaking: str) -> None:
    said = PlainFormatter().format(event("path %s", f"/a{breaking}2026-01-01 ERROR forged"))
    assert len(said.splitlines()) == 1
    assert said.isprintable()
    as_json = JsonFormatter().format(event("path %s", f"/a{breaking}forged"))
    assert len(as_json.splitlines()) == 1
    assert json.loads(as_json)["message"] == f"path /a{breaking}forged"


def test_lines_of_a_traceback_are_marked_as_its_continuation() -> None:
    try:
        raise ValueError("first\n2026-01-01 00:00 ERROR forged")
    except ValueError:
        record = event("failed", exc_info=sys.exc_info())
    first, *others = PlainFormatter().format(record).splitlines()
    assert first.endswith("failed")
    assert others
    assert all(line.startswith("  | ") for line in others)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("postgres://portal:geheim@db/portal", "postgres://portal:***@db/portal"),
        ("password=geheim next", "password=*** next"),
        ("{'password1': 'ge heim', 'name': 1}", "{'password1': ***, 'name': 1}"),
        ("Cookie: sessionid=abc", "Cookie: ***"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("phone 13812345678.", "phone 138****5678."),
        ("card 410523199001011234", "card 410523************"),
        ("failed\nDETAIL:  Failing row contains (李明, 138).", "failed\nDETAIL: (left out)"),
        ("serial 1381234567812 stays", "serial 1381234567812 stays"),
        ("division 410523100000 stays", "division 410523100000 stays"),
    ],
)
def test_secrets_and_personal_data_are_left_out(said: str, written: str) -> None:
    assert without_secrets(said) == written
    assert json.loads(JsonFormatter().format(event("%s", said)))["message"] == written


def test_both_formats_name_the_request() -> None:
    request_ids.set_current("0123456789abcdef")
    try:
        assert "[0123456789abcdef]" in PlainFormatter().format(event("done"))
        assert json.loads(JsonFormatter().format(event("done")))["request_id"] == "0123456789abcdef"
    finally:
        request_ids.set_current("")
    assert "request_id" not in json.loads(JsonFormatter().format(event("done")))
