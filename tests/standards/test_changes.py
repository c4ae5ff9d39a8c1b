"""Two editions side by side: what was added, dropped and changed, with the links or without."""

from decimal import Decimal

from django.utils import translation

from standards.changes import compare
from standards.describing_changes import RELATIONS, described_changes
from standards.drafting import copy_as_draft
from standards.reading import read_standard
from standards.schema import parse_standard
from tests.small_standards import every_kind, plain_item, standard
from tests.standards.test_guofa import FILE
from tests.standards.test_shenfuban import shipped
from tests.standards.test_succession import OLD, following


def test_linked_editions_are_compared_by_their_links() -> None:
    found = compare(standard(*OLD), parse_standard(following()))
    told = [(c.relation, [p.item.code for p in c.old], [p.item.code for p in c.new]) for c in found.items]
    assert told == [
        ("same", ["one"], ["one"]),
        ("changed", ["two"], ["second"]),
        ("split", ["three"], ["third", "fourth"]),
        ("added", [], ["new"]),
        ("dropped", ["four"], []),
        ("dropped", ["five"], []),
    ]


def test_without_links_the_codes_tell() -> None:
    old = standard(plain_item("a"), plain_item("b"), plain_item("c", points=2))
    new = standard(plain_item("a"), plain_item("c", points=3), plain_item("d"), edition="2027")
    found = compare(old, new)
    assert [(c.relation, [d.name for d in c.differences]) for c in found.items] == [
        ("same", []), ("changed", ["points"]), ("added", []), ("dropped", []),
    ]  # fmt: skip
    (points,) = found.items[1].differences
    assert (points.old, points.new) == (Decimal(2), Decimal(3))


def test_a_copy_differs_in_nothing() -> None:
    told = described_changes(shipped(), copy_as_draft(shipped(), "2021-draft1"))
    assert told["same_only"]
    assert told["changes"] == []


def test_the_two_standards_of_the_box_in_words() -> None:
    told = described_changes(shipped(), read_standard(FILE))
    by_new = {one["new"][0]["code"]: one for one in told["changes"] if one["new"]}
    name = {str(d["name"]): (d["old"], d["new"]) for d in by_new["site.name_village"]["differences"]}
    assert name["检查内容"] == ("统一名称（村、社区）", "统一名称：便民服务站")
    area = by_new["site.area_township"]
    assert area["relation"] == "split"
    assert (
        area["old"][0]["measure"]
        == "乡镇便民服务中心不低于 150 平方米；便民服务点不低于 50 平方米；达不到不得分"
    )
    assert area["new"][0]["measure"].startswith("常住人口不足 50,000 人的，不低于 200 平方米")
    equipment = {str(d["name"]): d["old"] for d in by_new["facilities.office_equipment"]["differences"]}
    assert "传真机" in equipment["判定和标准"]
    assert {str(label): n for _code, label, n in told["counts"]} == {
        "新增": 6, "有改动": 6, "拆分": 2, "合并": 2, "取消": 8, "相同": 57,
    }  # fmt: skip
    with translation.override("en"):
        assert str(RELATIONS["dropped"]) == "Removed"


def test_links_to_items_that_are_gone_give_way_to_the_codes() -> None:
    old = every_kind()
    new = copy_as_draft(old, "2027")
    less = standard(plain_item(old.items()[0].code))
    assert compare(less, new).count("added") == len(new.items()) - 1
