"""The second standard of the box: what it asks, and that it follows the first item by item."""

from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from standards.models import Edition
from standards.quantities import Banded
from standards.reading import read_standard
from standards.succession import check_succession
from tests.standards.test_shenfuban import FILE as FIRST
from tests.standards.test_shenfuban import shipped

FILE = Path("standards/data/guofa-2022-5.yaml")


def test_it_asks_for_what_the_document_names() -> None:
    data = read_standard(FILE)
    titles = {item.code: item.title for item in data.items()}
    assert titles["site.name_township"] == "统一名称：便民服务中心"
    assert titles["site.name_village"] == "统一名称：便民服务站"
    assert titles["windows.general"] == "综合窗口"
    assert titles["windows.unresolved"] == "“办不成事”反映窗口"
    assert titles["rating.channels"] == "“好差评”的渠道"
    assert titles["guides.content"] == "服务指南的要素"
    area = data.item("site.area_township").item.measure
    assert isinstance(area, Banded)
    assert [int(band.minimum) for band in area.bands] == [200, 300, 400]
    assert data.item("windows.general").reference == "三、（八）4"


def test_it_says_what_is_not_the_documents_own() -> None:
    data = read_standard(FILE)
    assert data.summary
    assert "本平台的概述" in data.notes[0]
    assert "假定" in data.notes[1]
    assert "假定" in data.item("site.area_township").item.hint


def test_every_item_of_the_first_leads_on_or_is_dropped() -> None:
    data = read_standard(FILE)
    assert data.replaces is not None
    assert check_succession(data, shipped()) == []
    assert Counter(link.relation for link in data.replaces.links) == {
        "same": 57, "changed": 6, "split": 2, "merged": 2, "dropped": 8, "added": 6,
    }  # fmt: skip


@pytest.mark.django_db
def test_one_command_loads_both_and_leaves_a_changed_draft_alone() -> None:
    call_command("import_standard", str(FIRST), stdout=StringIO())
    for _time in range(2):
        call_command("import_standard", str(FILE), draft=True, if_absent=True, stdout=StringIO())
        draft = Edition.objects.get(standard="guofa-2022-5")
        assert not draft.is_published
        draft.title = "改过的标题"
        draft.save()
    assert Edition.objects.get(standard="guofa-2022-5").title == "改过的标题"


@pytest.mark.django_db
def test_without_the_first_it_is_refused_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    err = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_standard", str(FILE), stderr=err)
    assert "replaces.edition" in err.getvalue()
    assert str(FILE) in err.getvalue()
    assert not Edition.objects.exists()
