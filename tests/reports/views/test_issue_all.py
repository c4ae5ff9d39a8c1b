"""The question before a whole round is issued: what of it nobody has looked through."""

import re
from typing import Any

import pytest
from django.test import Client

from inspections.answers import Given
from organization.models import Region, Role
from tests.factories import make_user
from tests.reports.test_life import make, stepwise
from tests.small_stage import drafted, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


def asked(client: Client) -> list[str]:
    page = client.get("/documents/", {"region": "410523"}).content.decode()
    return re.findall(r"其中 (\d+ 份\S+?)。", page)


@pytest.mark.parametrize("region", ["410523000000", "410000000000"])
def test_question_counts_what_is_not_checked_and_not_signed(
    client: Client, quick_pdf: Any, region: str
) -> None:
    stage = small_stage(townships=4)
    rows = [drafted(stage, submitted(stage, place, **SHORT)) for place in range(4)]
    person = make_user("above", [(Role.SIGNATORY, Region.objects.get(code=region))])
    client.force_login(person)
    assert asked(client) == ["4 份没有核稿，也没有签发"]
    for row in rows[:2]:
        make(row, "check", stage.cast["reviewer"])
    make(rows[0], "sign", stage.cast["signatory"])
    assert asked(client) == ["2 份没有核稿，也没有签发", "1 份已经核稿，没有签发"]
    assert "4 份文书将逐份取得文号" in client.get("/documents/", {"region": "410523"}).content.decode()
    stepwise()
    assert asked(client) == []
    assert "1 份文书将逐份取得文号" in client.get("/documents/", {"region": "410523"}).content.decode()
