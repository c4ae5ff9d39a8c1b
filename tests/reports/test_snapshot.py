"""What an inspection held when it was submitted: whole, and deaf to whatever changes later."""

import json
from decimal import Decimal

import pytest
from django.utils import translation

from inspections.answers import Given
from inspections.models import Answer, Photo
from organization.models import Region, ServiceCenter, User
from tests.small_stage import NOW, Stage, add_photo, answer, jpeg, small_stage, submit_by, submitted
from tests.small_standards import ALL_KINDS

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开"), "area": Given("75"), "posts": Given(na=True, reason="没有窗口")}


def item(frozen: dict, code: str) -> dict:
    (found,) = (row for row in frozen["items"] if row["code"] == code)
    return found


def test_snapshot_holds_every_item_with_answer_and_result(stage: Stage) -> None:
    frozen = submitted(stage, **SHORT).snapshot
    assert [row["code"] for row in frozen["items"]] == [*ALL_KINDS]
    yes, area, posts = (item(frozen, code) for code in ("yes", "area", "posts"))
    assert (yes["value"], yes["note"], yes["status"], yes["lost"]) == (False, "门未开", "not_met", "4.00")
    assert (yes["finding"], yes["requirement"], yes["reference"]) == (
        "yes不符合要求",
        "整改yes",
        "一、（一）1",
    )
    assert (area["value"], area["status"], area["achieved"], area["points"]) == (
        "75",
        "partly",
        "2.00",
        "4.00",
    )
    assert (area["answer"], area["measure"]["minimum"]["township"]) == ("75 平方米", "150")
    assert (posts["na"], posts["reason"], posts["lost"]) == (True, "没有窗口", "0.00")
    assert yes["by"] == stage.cast["inspector"].name


def test_snapshot_names_center_round_people_and_standard(stage: Stage) -> None:
    frozen = submitted(stage).snapshot
    assert frozen["center"] == {
        "name": "城关镇党政综合便民服务中心", "kind": "township", "region": "410523100000",
        "region_name": "城关镇", "township": "城关镇", "county": "汤阴县",
    }  # fmt: skip
    assert frozen["round"]["plan_number"] == "汤督查〔2026〕4号"
    assert set(frozen["inspectors"]) == {"inspector", "lead_inspector"}
    assert (frozen["submitted_by"], frozen["inspected_on"]) == ("lead_inspector", "2026-11-20")
    assert frozen["standard"]["code"] == "small"
    assert frozen["clauses"] == {"1.1": {"heading": "(一)建设标准", "text": "1、中心应符合要求。"}}


def test_village_point_is_placed_in_its_township(db: None) -> None:
    stage = small_stage(townships=1, villages=1, kinds=("village",))
    frozen = submitted(stage, zones=Given(["guide", "wait"])).snapshot
    center = frozen["center"]
    assert (center["region_name"], center["township"], center["county"]) == ("城关1村", "城关镇", "汤阴县")


def test_sums_agree_as_printed(stage: Stage) -> None:
    frozen = submitted(
        stage, zones=Given(["guide"]), windows=Given({"total": "3", "compliant": "1"})
    ).snapshot
    for row in frozen["items"]:
        assert Decimal(row["points"]) - Decimal(row["achieved"]) == Decimal(row["lost"])
    (section,) = frozen["sections"]
    assert Decimal(section["points"]) - Decimal(section["achieved"]) == Decimal(section["lost"])
    assert section["score"] == frozen["score"]


def test_next_grade_is_named_with_what_it_takes(stage: Stage) -> None:
    frozen = submitted(stage, yes=Given(False)).snapshot
    assert (frozen["score"], frozen["grade"]) == ("83.33", "良好")
    assert frozen["next"] == {
        "grade": "优秀",
        "codes": ["yes"],
        "score": "100.00",
        "efforts": {"yes": "medium"},
    }


def test_snapshot_is_plain_json_without_floats(stage: Stage) -> None:
    frozen = submitted(stage, **SHORT).snapshot
    assert json.loads(json.dumps(frozen)) == frozen

    def floats(value: object) -> bool:
        if isinstance(value, dict | list):
            return any(floats(inner) for inner in (value.values() if isinstance(value, dict) else value))
        return isinstance(value, float)

    assert not floats(frozen)


def test_photos_are_kept_by_hash_and_removed_ones_left_out(stage: Stage) -> None:
    from inspections import actions

    inspection, person = stage.inspections[0], stage.cast["inspector"]
    kept = add_photo(inspection, person, jpeg())
    gone = add_photo(inspection, person, jpeg("red"))
    actions.remove_photo(photo=gone, by=person, now=NOW)
    answer(inspection, person)
    frozen = submit_by(inspection, stage.cast["lead_inspector"]).snapshot
    (photo,) = item(frozen, "yes")["photos"]
    assert (photo["id"], photo["sha256"]) == (str(kept.pk), kept.sha256)
    assert item(frozen, "choice")["photos"] == []
    assert Photo.objects.count() == 2


def test_record_is_chinese_whatever_the_person_reads(stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"], **SHORT)
    with translation.override("en"):
        frozen = submit_by(stage.inspections[0], stage.cast["lead_inspector"]).snapshot
    assert item(frozen, "yes")["answer"] == "不合格"
    assert item(frozen, "posts")["answer"] == "不适用：没有窗口"


def test_snapshot_is_deaf_to_later_changes(stage: Stage) -> None:
    inspection = submitted(stage, **SHORT)
    before = json.dumps(inspection.snapshot)
    ServiceCenter.objects.update(name="改名中心", region=stage.county.townships[1], closed_on=NOW.date())
    Region.objects.update(name="改名镇")
    User.objects.update(name="改名")
    type(stage.round).objects.update(name="改名轮次", plan_number="改")
    inspection.refresh_from_db()
    assert json.dumps(inspection.snapshot) == before
    assert "改名" not in before


def test_snapshots_of_two_centers_hold_their_own(stage: Stage) -> None:
    first = submitted(stage, 0, yes=Given(False, note="甲"))
    second = submitted(stage, 1, yes=Given(True, note="乙"))
    assert "乙" not in json.dumps(first.snapshot, ensure_ascii=False)
    assert item(second.snapshot, "yes")["note"] == "乙"
    assert Answer.objects.count() == 12
