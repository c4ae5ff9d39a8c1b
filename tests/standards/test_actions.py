"""Taking in a standard: whole or not at all, once, and never over a published edition."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from organization.models import AuditEntry
from organization.problems import Problem
from standards.actions import import_standard
from standards.editions import load_edition
from standards.models import Clause, Edition, Item, Section
from tests.factories import make_user
from tests.small_standards import CHOICE, every_kind, plain_item, standard

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)


def counts() -> list[int]:
    return [model.objects.count() for model in (Edition, Section, Clause, Item, AuditEntry)]


def test_import_writes_rows_in_order_and_publishes() -> None:
    other = standard(plain_item("other"))
    data = every_kind()
    edition = import_standard(data, now=NOW)
    import_standard(replace(other, standard="other"), now=NOW)
    assert (edition.standard, edition.edition, edition.published_at) == ("small", "2026", NOW)
    assert edition.published_by is None
    assert list(edition.items.values_list("code", "position")) == [
        (item.code, position) for position, item in enumerate(data.items(), start=1)
    ]
    area = edition.items.get(code="area")
    assert area.measure["minimum"] == {"township": "150", "village": "50"}
    assert (area.for_township, area.for_village, area.clause.code) == (True, True, "1.1")
    assert load_edition(edition.pk) == data


def test_import_leaves_its_trail() -> None:
    person = make_user("keeper")
    edition = import_standard(every_kind(), by=person, now=NOW)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "by__username", "at", "target")) == [
        ("standard.import", "keeper", NOW, f"Edition {edition.pk}"),
        ("standard.publish", "keeper", NOW, f"Edition {edition.pk}"),
    ]
    assert edition.published_by == person


def test_same_content_again_changes_nothing() -> None:
    edition = import_standard(every_kind(), now=NOW)
    before = counts()
    assert import_standard(every_kind()) == edition
    assert import_standard(every_kind(), publish=False) == edition
    assert counts() == before
    assert Edition.objects.get().published_at == NOW


def test_other_content_under_a_published_edition_is_refused() -> None:
    import_standard(every_kind(), now=NOW)
    before = counts()
    with pytest.raises(Problem, match="标准 small 的 2026 版已经发布"):
        import_standard(replace(every_kind(), title="改过的标题"))
    assert counts() == before
    assert Edition.objects.get().title == "关于小标准的要求"


def test_other_edition_stands_beside_it() -> None:
    first = import_standard(every_kind())
    second = import_standard(replace(every_kind(), edition="2027", title="新版"))
    assert load_edition(first.pk).title == "关于小标准的要求"
    assert load_edition(second.pk).title == "新版"
    assert Item.objects.filter(code="area").count() == 2


def test_draft_takes_on_new_content_until_it_is_published() -> None:
    draft = import_standard(every_kind(), publish=False)
    assert not draft.is_published
    assert load_edition(draft.pk) == every_kind()
    changed = standard(plain_item("b", CHOICE), title="新标题")
    assert import_standard(changed, publish=False) == draft
    assert load_edition(draft.pk) == changed
    published = import_standard(changed, now=NOW)
    assert (published.pk, published.published_at) == (draft.pk, NOW)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "standard.import",
        "standard.import",
        "standard.publish",
    ]


def test_import_that_fails_midway_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **options: object) -> None:
        raise RuntimeError("the trail is full")

    monkeypatch.setattr("standards.actions.record", fail)
    with pytest.raises(RuntimeError):
        import_standard(every_kind())
    assert counts() == [0, 0, 0, 0, 0]
