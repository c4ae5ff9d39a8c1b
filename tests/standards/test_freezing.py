"""The database itself refuses every change of a published edition, by whatever way it comes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from standards.actions import import_standard
from standards.freezing import GUARD
from standards.models import Clause, Edition, Item, Section
from tests.small_standards import every_kind, plain_item, standard

pytestmark = pytest.mark.django_db


@pytest.fixture
def published() -> Edition:
    return import_standard(every_kind())


@pytest.fixture
def draft() -> Edition:
    return import_standard(standard(plain_item("d"), standard="draft"), publish=False)


def a_section(edition: Edition) -> Section:
    return Section(edition=edition, code="new", title="新", position=90)


def a_clause(edition: Edition) -> Clause:
    return Clause(section=edition.sections.get(), code="9.9", text="新", position=90)


def an_item(edition: Edition) -> Item:
    item = edition.items.first()
    assert item is not None
    item.pk, item.code, item.position = None, "new", 90
    return item


WRITES: dict[str, Callable[[Edition], Any]] = {
    "edition title": lambda e: Edition.objects.filter(pk=e.pk).update(title="改"),
    "edition policy": lambda e: Edition.objects.filter(pk=e.pk).update(policy={}),
    "edition withdrawn": lambda e: Edition.objects.filter(pk=e.pk).update(published_at=None),
    "edition published again": lambda e: Edition.objects.filter(pk=e.pk).update(published_at=timezone.now()),
    "section title": lambda e: e.sections.update(title="改"),
    "section deleted": lambda e: Section.objects.filter(edition=e)._raw_delete("default"),
    "section added": lambda e: a_section(e).save(),
    "clause text": lambda e: Clause.objects.filter(section__edition=e).update(text="改"),
    "clause deleted": lambda e: Clause.objects.filter(section__edition=e)._raw_delete("default"),
    "clause added": lambda e: a_clause(e).save(),
    "item points": lambda e: e.items.update(points=0),
    "item finding": lambda e: e.items.filter(code="area").update(finding="改"),
    "item deleted": lambda e: e.items.filter(code="area").delete(),
    "item added": lambda e: an_item(e).save(),
    "items added": lambda e: Item.objects.bulk_create([an_item(e)]),
    "all deleted": lambda e: e.delete(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_published_edition_cannot_be_changed(published: Edition, write: Callable[[Edition], Any]) -> None:
    rows = [list(model.objects.order_by("pk").values()) for model in (Edition, Section, Clause, Item)]
    with pytest.raises(IntegrityError, match=GUARD.message), transaction.atomic():
        write(published)
    assert [list(model.objects.order_by("pk").values()) for model in (Edition, Section, Clause, Item)] == rows


DRAFT_WRITES = [
    name for name in WRITES if name not in ("edition withdrawn", "clause deleted", "section deleted")
]


@pytest.mark.parametrize("name", DRAFT_WRITES)
def test_draft_beside_it_can_be_changed(published: Edition, draft: Edition, name: str) -> None:
    before = list(Item.objects.filter(edition=published).values())
    WRITES[name](draft)
    assert list(Item.objects.filter(edition=published).values()) == before


def test_rows_cannot_be_moved_into_or_out_of_a_published_edition(published: Edition, draft: Edition) -> None:
    moves: list[Callable[[], Any]] = [
        lambda: draft.sections.update(edition=published, code="two", position=80),
        lambda: published.sections.update(edition=draft, code="two", position=80),
        lambda: Clause.objects.filter(section__edition=draft).update(
            section=published.sections.get(), code="8", position=80
        ),
        lambda: Clause.objects.filter(section__edition=published).update(
            section=draft.sections.get(), code="8", position=80
        ),
        lambda: draft.items.update(edition=published, position=80),
        lambda: published.items.filter(code="area").update(edition=draft, position=80),
    ]
    for move in moves:
        with pytest.raises(IntegrityError, match=GUARD.message), transaction.atomic():
            move()


def test_triggers_can_be_removed_and_put_back(published: Edition) -> None:
    # SQLite's schema editor cannot be used inside a test's transaction; its statements can.
    class Editor:
        def __init__(self) -> None:
            self.connection = connection

        def execute(self, statement: str, params: None) -> None:
            with connection.cursor() as cursor:
                cursor.execute(statement)

    GUARD.thaw(None, Editor())
    assert Edition.objects.filter(pk=published.pk).update(title="改") == 1
    GUARD.freeze(None, Editor())
    GUARD.freeze(None, Editor())
    with pytest.raises(IntegrityError, match=GUARD.message), transaction.atomic():
        Edition.objects.filter(pk=published.pk).update(title="再改")


@pytest.mark.django_db(transaction=True)
def test_tables_with_a_published_edition_can_be_emptied_between_tests() -> None:
    """The fixtures empty them after this test; the next one finds them empty and frozen anew."""
    import_standard(every_kind())
    with pytest.raises(IntegrityError, match=GUARD.message):
        Edition.objects.update(title="改")


@pytest.mark.django_db(transaction=True)
def test_triggers_stand_again_after_the_tables_were_emptied() -> None:
    assert Edition.objects.count() == 0
    import_standard(every_kind())
    with pytest.raises(IntegrityError, match=GUARD.message):
        Edition.objects.all().delete()
