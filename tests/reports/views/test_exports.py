"""Downloads of a round's notices, also where the round is of a region above."""

import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Round
from organization.models import Role
from reports import overview
from tests.factories import make_region, make_user
from tests.small_stage import Given, Stage, issued, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


def names(said: Any) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(b"".join(said.streaming_content))) as archive:
        return [name.split()[0] for name in archive.namelist()]


def test_own_notices_of_a_round_of_the_city_are_exported(
    client: Client, stage: Stage, other: Stage, quick_pdf: Any
) -> None:
    for place in (stage, other):
        issued(place, submitted(place, 0, **SHORT))
    Round.objects.filter(pk=stage.round.pk).update(region=make_region("4105"))
    address = reverse("reports:round-export", args=[stage.round.pk])
    administrator = stage.cast["administrator"]
    client.force_login(administrator)
    assert overview.with_issued_notices(administrator) == [stage.round]
    assert names(client.post(address)) == ["汤政服办〔2026〕1号"]
    for stranger in (
        other.cast["administrator"],
        stage.cast["township_staff"],
        make_user("near", [(Role.ADMINISTRATOR, stage.county.townships[1])]),
    ):
        client.force_login(stranger)
        assert client.post(address).status_code == 404
        assert overview.with_issued_notices(stranger) != [stage.round]
