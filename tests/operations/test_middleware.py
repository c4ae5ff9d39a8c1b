"""Each request has an id, one line in the log and the headers that protect its answer."""

import logging
import re
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from organization.models import User
from tests.factories import make_cast, make_county

GENERATED = re.compile(r"[0-9a-f]{16}")


@pytest.fixture
def inspector(db: None) -> User:
    return make_cast(make_county(townships=1, villages=0))["inspector"]


def test_answer_carries_a_new_id(client: Client, db: None) -> None:
    first, second = (client.get("/login/").headers["X-Request-ID"] for _ in range(2))
    assert GENERATED.fullmatch(first)
    assert GENERATED.fullmatch(second)
    assert first != second


def test_id_of_our_own_proxy_is_kept(client: Client, db: None, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    answer = client.get("/login/", headers={"X-Request-ID": "a" * 32})
    assert answer.headers["X-Request-ID"] == "a" * 32


@pytest.mark.parametrize(
    "sent", ["short", "a" * 65, "line\nforged-line", "<script>alert</script>", "编号编号编号编号"]
)
def test_id_in_an_unsafe_form_is_replaced(client: Client, db: None, settings: Any, sent: str) -> None:
    settings.BEHIND_PROXY = True
    answer = client.get("/login/", HTTP_X_REQUEST_ID=sent)
    assert GENERATED.fullmatch(answer.headers["X-Request-ID"])


def test_id_from_a_stranger_is_replaced(client: Client, db: None) -> None:
    answer = client.get("/login/", headers={"X-Request-ID": "a" * 32})
    assert answer.headers["X-Request-ID"] != "a" * 32


def test_pages_for_what_went_wrong_show_the_id(client: Client, db: None) -> None:
    answer = client.get("/tasks/%00")
    assert answer.status_code == 400
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in answer.text


def test_log_line_names_view_and_person_but_no_query(
    client: Client, inspector: User, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(inspector)
    with caplog.at_level(logging.INFO, "portal.access"):
        client.get("/tasks/?q=13812345678")
    [line] = [record for record in caplog.records if record.name == "portal.access"]
    assert line.getMessage().startswith("GET /tasks/ 200 ")
    assert line.fields["view"] == "inspections:task-list"
    assert line.fields["user"] == inspector.pk
    assert "138" not in str(line.fields)
    assert inspector.username not in line.getMessage()


def test_probes_leave_no_line(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "portal.access"):
        client.get("/health/")
    assert [record for record in caplog.records if record.name == "portal.access"] == []


def test_every_answer_carries_the_protective_headers(client: Client, db: None) -> None:
    headers = client.get("/login/").headers
    assert headers["Permissions-Policy"].startswith("camera=(self), geolocation=(), ")
    assert "microphone=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "no-store" in headers["Cache-Control"]


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("/tasks/%00", {}),
        ("/login/", {"HTTP_COOKIE": 'sessionid="a\\000b"'}),
    ],
)
def test_nul_is_refused_before_it_reaches_the_database(
    client: Client, db: None, path: str, options: dict[str, Any]
) -> None:
    assert client.get(path, **options).status_code == 400


# ---- the database is away


class Gone:
    """Stands in the way of every query, as a database does that is gone."""

    def __call__(self, *anything: Any) -> Any:
        raise OperationalError('connection to server at "10.0.0.7" failed: Connection refused')


@pytest.fixture
def unraised(client: Client) -> Client:
    client.raise_request_exception = False
    return client


def test_page_without_database_says_what_is_safe(unraised: Client, inspector: User) -> None:
    unraised.force_login(inspector)
    with connection.execute_wrapper(Gone()):
        answer = unraised.get("/tasks/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "服务器暂时连不上数据库" in answer.text
    assert "没有得到确认" not in answer.text
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in answer.text
    assert "10.0.0.7" not in answer.text


def test_write_without_database_is_said_not_to_be_kept(unraised: Client, inspector: User) -> None:
    unraised.force_login(inspector)
    with connection.execute_wrapper(Gone()):
        answer = unraised.post("/account/", {"old_password": "x"})
    assert answer.status_code == 503
    assert "没有得到确认，请当作没有保存" in answer.text


def test_fault_of_ours_stays_a_failure(unraised: Client, inspector: User) -> None:
    def broken(*anything: Any) -> Any:
        raise ValueError("a fault of ours, with 13812345678")

    unraised.force_login(inspector)
    with connection.execute_wrapper(broken):
        answer = unraised.get("/tasks/")
    assert answer.status_code == 500
    assert "138" not in answer.text
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in answer.text
