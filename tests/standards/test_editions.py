"""An edition's rows read back to the standard that was imported, once per process."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from standards.actions import import_standard
from standards.editions import forget_editions, from_json, load_edition, to_json
from standards.models import Edition
from tests.small_standards import every_kind, plain_item, standard
from tests.standards.test_shenfuban import shipped


def queries(edition_pk: int) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        load_edition(edition_pk)
    return len(captured)


@pytest.mark.django_db
def test_shipped_standard_survives_the_database_exactly() -> None:
    edition = import_standard(shipped())
    assert load_edition(edition.pk) == shipped()


@pytest.mark.django_db
def test_published_edition_is_read_once_per_process() -> None:
    one = import_standard(every_kind()).pk
    three = import_standard(shipped()).pk
    assert [queries(one), queries(one), queries(three), queries(three)] == [4, 0, 4, 0]
    assert load_edition(one) is load_edition(one)
    forget_editions()
    assert queries(one) == 4


@pytest.mark.django_db
def test_draft_is_read_anew_each_time() -> None:
    draft = import_standard(every_kind(), publish=False).pk
    assert [queries(draft), queries(draft)] == [4, 4]


@pytest.mark.django_db
def test_edition_that_does_not_exist() -> None:
    with pytest.raises(Edition.DoesNotExist):
        load_edition(0)


@pytest.mark.parametrize(
    ("plain", "stored"),
    [
        ({"min": Decimal("59.90")}, {"min": "59.9"}),
        ({"minimum": {"township": Decimal(150)}}, {"minimum": {"township": "150"}}),
        ({"deduct_each": Decimal("0.5"), "unit": "5"}, {"deduct_each": "0.5", "unit": "5"}),
        ([{"title": "1.50", "working_days": 3}], [{"title": "1.50", "working_days": 3}]),
    ],
)
def test_decimals_are_text_in_json_and_come_back(plain: Any, stored: Any) -> None:
    assert to_json(plain) == stored
    assert from_json(stored) == plain
    assert [type(v) for v in from_json({"min": "1"}).values()] == [Decimal]


@pytest.mark.django_db
def test_text_that_looks_like_a_number_stays_text() -> None:
    elements = {"kind": "elements", "elements": [{"code": "1", "title": "2"}]}
    data = standard(plain_item("3", elements, title="4.50", hint="0"), notes=["5"])
    assert load_edition(import_standard(data).pk) == data
