"""Townships that are merged: their centers move or close together, and every summary follows."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from inspections.models import RoundTally
from organization.models import ServiceCenter
from reports.actions.recounting import rebuild_summaries
from reports.models import LatestSummary
from tests.factories import make_region
from tests.small_stage import Stage, submitted

pytestmark = pytest.mark.django_db
COUNTY = "410523000000"


def moved(folder: Path, *lines: str) -> str:
    file = folder / "moves.csv"
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    said = io.StringIO()
    call_command("move_centers", str(file), stdout=said)
    return said.getvalue()


def test_merged_townships_become_one(stage: Stage, tmp_path: Path) -> None:
    """The first moves to a new code; the second is merged into it and closes."""
    submitted(stage, 0)
    first, second = stage.county.townships
    new = make_region("410523300", "新镇")
    said = moved(tmp_path, f"{first.code},{new.code}", f"{second.code},{new.code}")
    assert "迁移了1个中心；1个" in said
    assert [row.region_id for row in ServiceCenter.objects.open()] == [new.code]
    assert LatestSummary.objects.get(region=new).centers == 1
    assert sum(LatestSummary.objects.filter(region=first).values_list("centers", flat=True)) == 0
    # What was submitted counts where it was inspected; what will not be inspected any more counts nowhere.
    assert RoundTally.objects.get(region=COUNTY).inspections == 1
    assert list(rebuild_summaries(fix=False)) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("410523100000", "第2行"),
        ("410523101000,41052", "第2行"),
        ("410523101000,410523399000", "410523399000"),
        ("410523999000,410523100000", "410523999000"),
        ("410523000000,410523100000", "没有正在使用的中心"),
    ],
)
def test_fault_in_one_line_moves_nothing(stage: Stage, tmp_path: Path, line: str, reason: str) -> None:
    new = make_region("410523300", "新镇")
    first = stage.county.townships[0]
    with pytest.raises(CommandError, match=reason):
        moved(tmp_path, f"{first.code},{new.code}", line)
    assert ServiceCenter.objects.open().filter(region=first).exists()
    assert list(rebuild_summaries(fix=False)) == []


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="读不到文件"):
        call_command("move_centers", str(tmp_path / "none.csv"))
