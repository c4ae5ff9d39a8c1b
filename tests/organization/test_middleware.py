"""Strangers are sent to the login page, with a way back that can be opened."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://elsewhere.example/tasks/"


def test_stranger_reading_comes_back_to_the_page(client: Client) -> None:
    assert client.get("/tasks/").headers["Location"] == "/login/?next=/tasks/"


def test_stranger_writing_comes_back_to_the_page_written_from(client: Client) -> None:
    answer = client.post(
        "/rounds/1/assign/", headers={"referer": "http://testserver/rounds/1/?state=unassigned"}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login/?next=%2Frounds%2F1%2F"


@pytest.mark.parametrize("referrer", ["", ELSEWHERE, "javascript:alert(1)", "//elsewhere.example/"])
def test_stranger_writing_from_elsewhere_is_sent_nowhere(client: Client, referrer: str) -> None:
    answer = client.post("/rounds/1/assign/", headers={"referer": referrer})
    assert answer.headers["Location"] == "/login/"


def test_pages_may_use_the_camera_and_nothing_else(client: Client) -> None:
    told = client.get("/login/").headers["Permissions-Policy"]
    assert "camera=(self)" in told
    assert "microphone=()" in told
    assert "geolocation=()" in told
