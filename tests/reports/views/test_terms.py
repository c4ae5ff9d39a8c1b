"""The notice's page tells from when terms run and what is due by when."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.answers import Given
from inspections.models import Finding
from organization.models import Role
from reports import actions
from reports.models import OfficialDocument
from tests.factories import make_user
from tests.repairs import publish
from tests.small_stage import NOW, Stage, issued, later, submitted

pytestmark = pytest.mark.django_db
BAD = {"yes": Given(False), "area": Given("75"), "zones": Given(["guide"])}


def page(client: Client, row: OfficialDocument) -> Any:
    return client.get(reverse("reports:document", args=[row.pk]))


def test_terms_are_told_before_and_after_the_notice_is_acknowledged(
    client: Client, stage: Stage, quick_pdf: Any
) -> None:
    row = issued(stage, submitted(stage, 0, **BAD))
    client.force_login(stage.cast["township_staff"])
    assert "整改时限从签收之日起按工作日计算" in page(client, row).content.decode()
    said = client.post(
        reverse("reports:document-acknowledge", args=[row.pk]), {"person": "张三"}, follow=True
    )
    text = said.content.decode()
    assert "何时到期见“整改期限”" in text
    assert "起按工作日计算，当日不计入" in text
    assert "暂定" in text
    for finding in Finding.objects.filter(inspection=row.inspection):
        assert reverse("inspections:finding", args=[finding.pk]) in text


def test_withdrawn_notice_and_another_township_show_no_terms(
    client: Client, stage: Stage, quick_pdf: Any
) -> None:
    row = issued(stage, submitted(stage, 0, **BAD))
    client.force_login(make_user("near", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])]))
    assert page(client, row).status_code == 404
    actions.withdraw(document=row, words="对象有误", by=stage.cast["signatory"], now=later(1))
    client.force_login(stage.cast["township_staff"])
    assert page(client, row).context["terms"] is None


@pytest.mark.parametrize("bad", [{"yes": Given(False)}, BAD])
def test_page_with_terms_costs_the_same_for_one_and_three(
    client: Client, stage: Stage, quick_pdf: Any, django_assert_num_queries: Any, bad: dict[str, Given]
) -> None:
    publish(2026)
    row = issued(stage, submitted(stage, 0, **bad))
    actions.acknowledge(document=row, person="张三", by=stage.cast["township_staff"], now=NOW)
    client.force_login(stage.cast["township_staff"])
    with django_assert_num_queries(11):
        terms = page(client, row).context["terms"]
    assert sum(len(group.findings) for group in terms.groups) == len(bad)
