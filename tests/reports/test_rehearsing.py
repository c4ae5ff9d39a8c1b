"""Rehearsals: what they count, that they touch nothing real, that they can be left, killed and cancelled."""

import hashlib
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from django_q.models import OrmQ
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from inspections import actions as inspecting
from inspections.answers import Given, check
from inspections.checklist import checklist_of
from inspections.models import Answer, Finding, Inspection, Round
from organization.models import Role
from organization.problems import NotAllowed, Problem
from reports import rehearsal_results, tasks
from reports.actions import cancel_rehearsal, rehearsing, start_rehearsal
from reports.forms import RehearsalForm
from reports.models import Rehearsal, ScoreSummary
from standards.actions import copy_edition, revise_draft
from standards.models import Edition
from tests.factories import make_user
from tests.reports.test_correcting import correct
from tests.small_stage import NOW, Stage, answer, later, self_check, small_stage, submit_by, submitted

pytestmark = pytest.mark.django_db
# The township's hall is just large enough; the draft asks for more, for more points.
LARGER = {"area:points": "36", "area:minimum:township": "220", "area:minimum:village": "50"}


@pytest.fixture
def stage(db: None) -> Stage:
    """Three townships: all well, one item short, a hall large enough for the draft."""
    stage = small_stage(townships=3)
    submitted(stage, 0)
    submitted(stage, 1, yes=Given(False))
    submitted(stage, 2, area=Given("220"))
    return stage


@pytest.fixture
def draft(stage: Stage) -> Edition:
    keeper = stage.cast["administrator"]
    draft = copy_edition(edition=stage.edition, by=keeper, now=NOW)
    revise_draft(edition=draft, posted=LARGER, by=keeper, now=NOW)
    return draft


def start(stage: Stage, edition: Edition) -> Rehearsal:
    return start_rehearsal(
        edition=edition,
        rounds=[stage.round],
        region=stage.county.region,
        by=stage.cast["administrator"],
        now=NOW,
    )


def run(row: Rehearsal) -> Rehearsal:
    tasks.rehearse(str(row.pk))
    row.refresh_from_db()
    return row


def results(row: Rehearsal) -> list[tuple[Any, ...]]:
    fields = ("old_score", "old_grade", "new_score", "new_grade", "unknown")
    return list(row.results.order_by("inspection__region_id").values_list(*fields))


def real() -> str:
    tables = (Inspection, Answer, Finding, ScoreSummary)
    held = [list(model.objects.order_by("pk").values_list()) for model in tables]
    return hashlib.sha256(repr(held).encode()).hexdigest()


def test_what_was_submitted_is_replayed_and_nothing_real_is_touched(stage: Stage, draft: Edition) -> None:
    before = real()
    row = run(start(stage, draft))
    assert (row.state, row.done, row.total) == ("done", 3, 3)
    assert results(row) == [
        (100, "优秀", Decimal("82.4700"), "良好", 0),
        (Decimal("83.3300"), "良好", Decimal("75.3200"), "合格", 0),
        (100, "优秀", 100, "优秀", 0),
    ]
    assert real() == before


def test_a_rehearsal_keeps_the_content_that_it_was_begun_with(stage: Stage, draft: Edition) -> None:
    row = start(stage, draft)
    keeper = stage.cast["administrator"]
    revise_draft(edition=draft, posted={"area:points": "0", "area:minimum:township": "1"}, by=keeper, now=NOW)
    assert results(run(row))[0][2] == Decimal("82.4700")
    assert results(run(start(stage, draft)))[0][2] == 100


def test_what_was_corrected_is_replayed_as_it_was_corrected(stage: Stage) -> None:
    inspection = stage.inspections[1]
    inspecting.notify_findings(inspection=inspection, by=None, now=NOW)
    staff = make_user("second-town", [(Role.TOWNSHIP_STAFF, inspection.region)])
    asked = inspecting.object_to(finding=inspection.findings.get(), reason="现场有", by=staff, now=NOW)
    correct(stage, asked, Given(True))
    same = run(start(stage, stage.edition))
    assert [(old, new) for old, _grade, new, _new, _unknown in results(same)] == [(100, 100)] * 3


def test_reinspections_are_not_replayed(stage: Stage) -> None:
    inspection, cast = stage.inspections[1], stage.cast
    inspecting.notify_findings(inspection=inspection, by=None, now=NOW)
    inspecting.acknowledge_findings(inspection=inspection, by=None, now=NOW)
    again = inspecting.order_reinspection(
        inspection=inspection, people=[], lead=cast["lead_inspector"], ends_on=later(9).date(),
        by=cast["administrator"], now=later(1),
    )  # fmt: skip
    entry = checklist_of(again).by_code["yes"]
    inspecting.save_answers(
        inspection=again, checked={entry: check(Given(True), entry.item, again.kind)},
        by=cast["lead_inspector"], now=later(2),
    )  # fmt: skip
    submit_by(again, cast["lead_inspector"], later(3))
    assert list(RehearsalForm(user=cast["administrator"]).fields["rounds"].queryset) == [stage.round]
    with pytest.raises(Problem):
        start_rehearsal(
            edition=stage.edition, rounds=[again.round], region=stage.county.region,
            by=cast["administrator"], now=later(4),
        )  # fmt: skip


def test_a_countys_round_is_ticked_beforehand_not_a_newer_self_check(stage: Stage) -> None:
    (own,) = self_check(stage.county, stage.cast, stage.edition)
    answer(own, stage.cast["township_staff"])
    submit_by(own, stage.cast["township_staff"], later(1))
    field = RehearsalForm(user=stage.cast["administrator"]).fields["rounds"]
    assert list(field.queryset) == [own.round, stage.round]
    assert field.initial == [stage.round.pk]
    Round.objects.filter(pk=stage.round.pk).update(kind=Round.Kind.SPOT_CHECK)
    assert RehearsalForm(user=stage.cast["administrator"]).fields["rounds"].initial == [own.round_id]


def test_another_edition_with_its_links_is_tried_out(stage: Stage, draft: Edition) -> None:
    again = copy_edition(edition=draft, by=stage.cast["administrator"], now=NOW)
    assert [one[2] for one in results(run(start(stage, again)))] == [
        Decimal("82.4700"), Decimal("75.3200"), 100,
    ]  # fmt: skip


def test_tables_tell_grades_ranking_and_items(stage: Stage, draft: Edition) -> None:
    row = run(start(stage, draft))
    told = {
        part: [line.cells for line in rehearsal_results.lines(row, part, changed=True)]
        for part in ("regions", "items", "grades")
    }
    towns = [town.name for town in stage.county.townships]
    assert told["regions"] == [
        (towns[2], 1, Decimal("100.00"), 1, Decimal("100.00"), 1, Decimal("0.00"), 0),
        (towns[0], 1, Decimal("100.00"), 1, Decimal("82.47"), 2, Decimal("-17.53"), -1),
        (towns[1], 1, Decimal("83.33"), 3, Decimal("75.32"), 3, Decimal("-8.01"), 0),
    ]
    assert told["grades"] == [("优秀", 1, 1, 0, 0, 2), ("良好", 0, 0, 1, 0, 1)]
    assert [(cells[0], cells[2], cells[3], cells[4]) for cells in told["items"]] == [
        ("检查项area", "有改动", 2, Decimal("-11.69")),
        ("检查项yes", "相同", 1, Decimal("3.17")),
    ]
    found = rehearsal_results.totals(row)
    assert (found.up, found.down, found.provisional) == (0, 2, 0)
    with translation.override("en"):
        assert [field.head for field in rehearsal_results.table(row, "grades").fields][1:3] == [
            "Excellent",
            "Good",
        ]
        assert [line.cells[0] for line in rehearsal_results.lines(row, "grades", changed=True)] == [
            "Excellent",
            "Good",
        ]
        centers = rehearsal_results.center_lines(rehearsal_results.center_rows(row, changed=True))
        assert {(line.cells[3], line.cells[5]) for line in centers} == {
            ("Excellent", "Good"),
            ("Good", "Pass"),
        }


def test_a_killed_worker_is_followed_by_another_without_a_result_twice(
    stage: Stage, draft: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "BATCH", 1)
    row = start(stage, draft)
    editions = rehearsing.Editions(rehearsing.standard_of(row))
    assert rehearsing.carry_on(row=row, editions=editions, now=NOW)
    # One that began from the same place comes too late, and leaves nothing.
    late = Rehearsal.objects.get(pk=row.pk)
    late.at_round = late.at_center = late.done = 0
    assert not rehearsing.carry_on(row=late, editions=editions, now=NOW)
    assert row.results.count() == 1
    OrmQ.objects.all().delete()
    Rehearsal.objects.update(beat_at=None)
    assert tasks.wake() == 1
    assert (run(row).done, row.results.count()) == (3, 3)


def test_cancelling_keeps_what_was_counted(
    stage: Stage, draft: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsing, "BATCH", 2)
    row = start(stage, draft)
    editions = rehearsing.Editions(rehearsing.standard_of(row))
    rehearsing.carry_on(row=row, editions=editions, now=NOW)
    cancel_rehearsal(rehearsal=row, by=stage.cast["administrator"], now=NOW)
    assert not rehearsing.carry_on(row=row, editions=editions, now=NOW)
    assert run(row).state == "cancelled"
    assert row.results.count() == 2


def test_without_submitted_inspections_there_is_nothing_to_try(stage: Stage, draft: Edition) -> None:
    with pytest.raises(Problem, match="还没有提交"):
        start_rehearsal(
            edition=draft, rounds=[], region=stage.county.region, by=stage.cast["administrator"], now=NOW
        )


@pytest.mark.parametrize("role", sorted(set(Role.values) - {"administrator"}))
def test_others_begin_and_cancel_none(stage: Stage, draft: Edition, role: str) -> None:
    row = start(stage, draft)
    person = make_user("other", [(role, stage.county.region)])
    with pytest.raises(NotAllowed):
        start_rehearsal(edition=draft, rounds=[stage.round], region=stage.county.region, by=person, now=NOW)
    with pytest.raises(NotAllowed):
        cancel_rehearsal(rehearsal=row, by=person, now=NOW)


# ---- the pages


@pytest.fixture
def keeper(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["administrator"])
    return client


def test_begun_watched_and_read_on_pages(keeper: Client, stage: Stage, draft: Edition) -> None:
    listed = keeper.get(f"/rehearsals/?edition={draft.pk}").content.decode()
    assert f'<option value="{draft.pk}" selected>' in listed
    sent = {"edition": draft.pk, "rounds": [stage.round.pk]}
    page = keeper.post("/rehearsals/start/", sent)["Location"]
    assert "可以离开这一页" in keeper.get(page).content.decode()
    assert keeper.get(f"{page}progress/").json()["state"] == "running"
    run(Rehearsal.objects.get())
    shown = keeper.get(page).content.decode()
    assert "82.47" in shown
    assert "试算结果，不是正式得分" in shown
    assert shown.count("/inspections/") == 2
    assert keeper.get(f"{page}?all=1").content.decode().count("/inspections/") == 3
    for part in ("regions", "items", "grades"):
        assert keeper.get(f"{page}?part={part}").status_code == 200
    assert keeper.get(f"{page}?part=none").status_code == 404
    assert page in keeper.get("/rehearsals/").content.decode()


def test_a_page_says_item_by_item_why(keeper: Client, stage: Stage, draft: Edition) -> None:
    row = run(start(stage, draft))
    page = keeper.get(f"/rehearsals/{row.pk}/inspections/{stage.inspections[1].pk}/").content.decode()
    assert "检查项area" in page
    assert "−17.53" in page
    assert "+9.52" in page


def test_a_form_without_rounds_says_what_is_missing(keeper: Client, draft: Edition) -> None:
    page = keeper.post("/rehearsals/start/", {"edition": draft.pk})
    assert page.status_code == 400
    assert page.context["form"].errors["rounds"]
    assert not Rehearsal.objects.exists()


def test_what_was_ticked_stays_so_where_nothing_is_left_to_try(
    keeper: Client, stage: Stage, draft: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the last inspections went between the page and the button; the form once came back empty."""
    monkeypatch.setattr(rehearsing, "_inspections", lambda *_asked: Inspection.objects.none())
    page = keeper.post("/rehearsals/start/", {"edition": draft.pk, "rounds": [stage.round.pk]})
    assert page.status_code == 400
    assert "所选轮次还没有提交的检查" in page.content.decode()
    assert re.search(rf'value="{stage.round.pk}"[^>]*checked', page.content.decode())
    assert not Rehearsal.objects.exists()


@pytest.mark.parametrize(
    ("done", "ago", "words"),
    [
        (0, 90, "正在等待后台处理"),
        (50, 30, "不到 1 分钟"),
        # 25 of 100 in two minutes leave six.
        (25, 120, "大约还要 6 分钟"),
    ],
)
def test_time_left_is_reckoned_from_the_time_spent(
    keeper: Client, stage: Stage, draft: Edition, done: int, ago: int, words: str
) -> None:
    row = start(stage, draft)
    begun = timezone.now() - timedelta(seconds=ago)
    Rehearsal.objects.filter(pk=row.pk).update(done=done, total=100, started_at=begun)
    assert keeper.get(f"/rehearsals/{row.pk}/progress/").json()["left"] == words


@pytest.mark.parametrize("key", ["9" * 30, "x", "-1"])
def test_a_key_of_no_round_is_told(keeper: Client, draft: Edition, key: str) -> None:
    page = keeper.post("/rehearsals/start/", {"edition": draft.pk, "rounds": [key]})
    assert page.context["form"].errors["rounds"]
    assert not Rehearsal.objects.exists()


def test_files_hold_what_the_page_shows(keeper: Client, stage: Stage, draft: Edition) -> None:
    row = run(start(stage, draft))
    url = f"/rehearsals/{row.pk}/table/"
    sheet = load_workbook(io.BytesIO(keeper.post(f"{url}?part=centers").getvalue())).active
    values = [[cell.value for cell in line] for line in sheet.iter_rows()]
    shown = keeper.get(f"/rehearsals/{row.pk}/").context["lines"]
    kept = [line for line in values if line[0] in {cells[0][0] for _line, cells in shown}]
    assert [line[4] for line in kept] == [float(cells[4][0]) for _line, cells in shown]
    text = keeper.post(f"{url}?part=centers&as=csv").content.decode()
    assert text.startswith("\ufeff中心,轮次,原得分")
    assert len(text.splitlines()) == 3
    assert len(keeper.post(f"{url}?part=centers&all=1&as=csv").content.decode().splitlines()) == 4


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_database_no_more_often_for_more_rows(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    stage = small_stage(townships=3)
    for place in range(count):
        submitted(stage, place)
    keeper = stage.cast["administrator"]
    draft = copy_edition(edition=stage.edition, by=keeper, now=NOW)
    revise_draft(edition=draft, posted=LARGER, by=keeper, now=NOW)
    row = run(start(stage, draft))
    client.force_login(keeper)
    client.get(f"/rehearsals/{row.pk}/")
    with django_assert_num_queries(11):
        client.get(f"/rehearsals/{row.pk}/")


def test_another_county_finds_none(client: Client, stage: Stage, draft: Edition) -> None:
    row = run(start(stage, draft))
    other = small_stage(other=True)
    client.force_login(other.cast["administrator"])
    assert str(row.pk) not in client.get("/rehearsals/").content.decode()
    for page in ("", "progress/", f"inspections/{stage.inspections[0].pk}/"):
        assert client.get(f"/rehearsals/{row.pk}/{page}").status_code == 404
    assert client.post(f"/rehearsals/{row.pk}/cancel/").status_code == 404
