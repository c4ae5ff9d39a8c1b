"""A finding's page as the county reads it: what it may do, and where it goes from there."""

import pytest
from django.test import Client

from tests.inspections.views.test_findings import page, post
from tests.repairs import in_state
from tests.small_stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(stage: Stage) -> Client:
    client = Client()
    client.force_login(stage.cast["administrator"])
    return client


def test_whoever_handles_what_waits_finds_the_way_back(stage: Stage, county: Client, client: Client) -> None:
    finding = in_state(stage, "reported")
    assert 'href="/inbox/">返回待办理</a>' in page(county, finding)
    post(county, finding, "review", move="close", words="")
    assert 'href="/inbox/"' in page(county, finding)
    client.force_login(stage.cast["township_staff"])
    assert 'href="/inbox/"' not in page(client, finding)


def test_one_move_without_its_reason_is_told_where_it_is_written(stage: Stage, county: Client) -> None:
    finding = in_state(stage, "notified")
    response = post(county, finding, "review", move="withdraw", words="")
    text = response.content.decode()
    assert response.status_code == 400
    assert '<details class="fold" open><summary>撤销问题</summary>' in text
    assert "请写明理由" in text
    assert 'href="#review-words"' in text


def test_what_comes_after_ordering_a_reinspection_is_said(stage: Stage, county: Client) -> None:
    finding = in_state(stage, "reported")
    post(county, finding, "review", move="reinspect", words="")
    text = page(county, finding)
    assert "接着点“安排复查表”" in text
    assert f'href="/inspections/{finding.inspection_id}/reinspect/"' in text
