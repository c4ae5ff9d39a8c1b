"""Log lines that nobody can forge and that hold no secrets: as text, or as JSON for a collector."""

import json
import logging
import re
from datetime import UTC, datetime

from . import request_ids

# A line break in what a visitor sent would begin a line of its own.
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# PostgreSQL repeats the values of the row that failed; addresses of databases carry a password.
ROW_VALUES = re.compile(r"^(?:DETAIL|CONTEXT):.*$", re.MULTILINE)
PASSWORD_IN_URL = re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+(?=@)")
NAMED_SECRET = re.compile(
    r"(?i)\b(password\d?|passwd|secret(?:_key)?|token|csrfmiddlewaretoken|sessionid|authorization|cookie)"
    r"(['\"]?\s*[=:]\s*)(?:['\"][^'\"]*['\"]|(?:bearer |basic )?[^\s,;&)}\]]+)"
)
MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
IDENTITY_CARD = re.compile(r"(?<!\d)([1-9]\d{5})(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[\dXx](?!\d)")


def without_secrets(text: str) -> str:
    """Take out row values and passwords, and mask telephone and identity card numbers."""
    text = ROW_VALUES.sub("DETAIL: (left out)", text)
    text = PASSWORD_IN_URL.sub(r"\1***", text)
    text = NAMED_SECRET.sub(r"\1\2***", text)
    text = IDENTITY_CARD.sub(r"\1************", text)
    return MOBILE.sub(r"\1****\2", text)


def one_line(text: str) -> str:
    """Write control characters as escapes, so that one event stays one line."""
    return CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


class PlainFormatter(logging.Formatter):
    """One line an event, the lines of a traceback marked as its continuation."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(timespec="milliseconds")
        said = one_line(without_secrets(record.getMessage()))
        line = f"{at} {record.levelname} {record.name} [{request_ids.current() or '-'}] {said}"
        if trace := _trace(self, record):
            line += "".join(f"\n  | {one_line(part)}" for part in trace.split("\n"))
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object an event; times are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if request_id := request_ids.current():
            event["request_id"] = request_id
        # What the access line says field by field (operations.middleware).
        event.update(getattr(record, "fields", {}))
        if trace := _trace(self, record):
            event["exception"] = trace
        return json.dumps(event, ensure_ascii=True, default=str)


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return without_secrets(formatter.formatException(record.exc_info)) if record.exc_info else ""
