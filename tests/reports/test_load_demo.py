"""The demonstration county as it is loaded: whole, marked, and with nothing that is not genuine."""

import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from inspections.models import (
    Answer,
    AnswerEvent,
    Evidence,
    Finding,
    FindingEvent,
    Inspection,
    Photo,
    Reply,
    Request,
    Round,
)
from organization.actions.entry import note_login
from organization.gate import duty
from organization.models import AuditEntry, Region, Role, ServiceCenter, User
from organization.permissions import SEPARATE_ROLES
from reports import pdf, scoring
from reports.actions.documents import rendered
from reports.demonstration.cast import CAST, PASSWORD
from reports.models import OfficialDocument
from standards.answers import parse_answer
from standards.editions import load_edition
from standards.models import Edition
from tests.factories import make_county

TABLES = (
    *(Region, ServiceCenter, User, Edition, Round, Inspection, Answer, AnswerEvent, Photo, Finding),
    OfficialDocument,
    AuditEntry,
)


def loaded() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


@pytest.fixture(scope="module")
def said(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """Load the demonstration once for this module, with a stand-in for the PDF engine; what it printed."""
    from django.db import transaction
    from django.test import override_settings

    def render(*given: Any) -> pdf.Rendered:
        page = io.BytesIO()
        Image.new("L", (21, 29)).save(page, "PDF")
        return pdf.Rendered(page.getvalue(), hashlib.sha256(page.getvalue()).hexdigest(), 1, ("Blank",))

    patch = pytest.MonkeyPatch()
    patch.setattr(pdf, "render", render)
    rendered.cache_clear()
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")),
        transaction.atomic(),
    ):
        yield loaded()
        transaction.set_rollback(True)
    patch.undo()
    rendered.cache_clear()


@pytest.fixture
def demo(said: str, db: None) -> Region:
    return Region.objects.get(code="410523000000")


# ---- what is there


def test_county_is_whole_and_marked(demo: Region) -> None:
    inside = Region.objects.filter(code__startswith="410523")
    assert inside.count() == 1 + 10 + 303
    assert not inside.filter(is_demonstration=False).exists()
    assert ServiceCenter.objects.filter(kind="township").count() == 10
    assert ServiceCenter.objects.filter(kind="village").count() == 303


def test_every_role_has_somebody_and_powers_are_apart(demo: Region) -> None:
    assert {role for person in User.objects.all() for role in person.roles} == set(Role.values)
    staff = User.objects.filter(assignments__role=Role.TOWNSHIP_STAFF)
    assert staff.values("assignments__region").distinct().count() == 10
    for person in User.objects.all():
        assert len(person.roles & SEPARATE_ROLES) <= 1
        assert not person.is_superuser


def test_printed_password_opens_every_account(demo: Region, said: str) -> None:
    for member in CAST:
        line = next(line for line in said.splitlines() if f" {member.username} " in line)
        assert line.split()[-1] == PASSWORD
        assert member.name in line
    assert authenticate(username="guanli", password=PASSWORD) == User.objects.get(username="guanli")


def test_one_account_looks_down_from_the_province(client: Client, demo: Region) -> None:
    client.force_login(User.objects.get(username="shengji"))
    for region in (demo.parent.parent, demo.parent, demo):
        said = client.get(reverse("reports:region", args=[region.code]))
        assert said.status_code == 200, region
        assert said.context["shown"].own.done


def test_logging_in_with_the_printed_password_leads_straight_to_work(demo: Region) -> None:
    person = User.objects.get(username="guanli")
    note_login(by=person, address=None)
    assert duty(person) is None


def test_rounds_are_one_finished_and_one_running(demo: Region) -> None:
    now, before = Round.objects.order_by("-starts_on")
    assert before.ends_on < now.starts_on <= timezone.localdate() <= now.ends_on
    assert not before.inspections.exclude(state="submitted").exists()
    states = now.inspections.values_list("state", flat=True)
    assert {"submitted", "in_progress", "to_begin"} == set(states)
    assert now.inspections.filter(kind="township").count() == 10
    assert now.inspections.filter(kind="village").count() == 30
    assert not Inspection.objects.filter(lead=None).exists()


def test_scores_spread_and_have_every_grade(demo: Region) -> None:
    scores = list(Inspection.objects.submitted().values_list("score", flat=True))
    assert max(scores) - min(scores) > 30
    grades = set(Inspection.objects.submitted().values_list("grade", flat=True))
    assert grades == {"优秀", "良好", "合格", "不合格"}


def test_scores_are_those_of_the_answers(demo: Region) -> None:
    for inspection in Inspection.objects.submitted():
        standard = load_edition(inspection.edition_id)
        answers = {}
        for row in inspection.answers.select_related("item"):
            raw = {"na": True, "reason": row.reason} if row.na else {"value": row.value}
            item = standard.item(row.item.code).item
            answers[row.item.code] = parse_answer(item, inspection.kind, raw)
        result = scoring.score(standard, inspection.kind, answers)
        assert result.complete
        assert (result.score, result.grade) == (inspection.score, inspection.grade)
        short = {item.code for item in result.items if item.scored and item.status != "met"}
        assert set(inspection.findings.values_list("item__code", flat=True)) == short


def test_notices_are_numbered_without_a_gap_in_the_order_of_their_dates(demo: Region) -> None:
    issued = OfficialDocument.objects.issued()
    for year in set(issued.values_list("year", flat=True)):
        rows = list(issued.filter(year=year).order_by("number"))
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert [row.issued_at for row in rows] == sorted(row.issued_at for row in rows)
    assert OfficialDocument.objects.filter(state="draft").count() == 1
    assert Finding.objects.filter(state="found").exists()
    assert all(row.issued_at > row.inspection.submitted_at for row in issued.select_related("inspection"))


def test_nothing_happened_in_the_future_or_at_night(demo: Region) -> None:
    now = timezone.now()
    moments = [
        *Answer.objects.values_list("updated_at", flat=True),
        *Inspection.objects.submitted().values_list("submitted_at", flat=True),
        *OfficialDocument.objects.issued().values_list("issued_at", flat=True),
        *Photo.objects.values_list("added_at", flat=True),
        *FindingEvent.objects.values_list("at", flat=True),
        *Evidence.objects.values_list("added_at", flat=True),
    ]
    assert max(moments) < now
    local = [timezone.localtime(moment) for moment in moments]
    assert {moment.hour for moment in local} <= set(range(8, 19))
    assert {moment.weekday() for moment in local} <= set(range(5))


def test_every_kind_of_step_was_taken_by_the_right_side(demo: Region) -> None:
    states = set(Finding.objects.values_list("state", flat=True))
    assert {"found", "notified", "acknowledged", "in_repair", "reported", "closed"} <= states
    moves = FindingEvent.objects.values_list("move", "by__assignments__role").distinct()
    assert {
        ("acknowledge", Role.TOWNSHIP_STAFF), ("report", Role.TOWNSHIP_STAFF),
        ("extension", Role.TOWNSHIP_STAFF), ("objection", Role.TOWNSHIP_STAFF),
        ("return", Role.ADMINISTRATOR), ("close", Role.ADMINISTRATOR),
    } <= set(moves)  # fmt: skip
    assert Finding.objects.overdue(timezone.localdate()).exists()
    assert set(Request.objects.values_list("kind", "state")) == {
        ("extension", "asked"),
        ("objection", "asked"),
    }
    assert Evidence.objects.filter(kind="photo").exists()
    assert Evidence.objects.filter(kind="file").exists()


def test_notices_of_the_round_before_are_acknowledged_and_one_of_this_round_waits(demo: Region) -> None:
    now, before = Round.objects.order_by("-starts_on")
    issued = OfficialDocument.objects.issued()
    assert set(issued.filter(round=before).values_list("state", flat=True)) == {"acknowledged"}
    assert set(issued.filter(round=now).values_list("state", flat=True)) == {"acknowledged", "issued"}


def test_nobody_repaired_for_another_township(demo: Region) -> None:
    for reply in Reply.objects.select_related("finding", "saved_by"):
        assert reply.finding.region_id.startswith(reply.saved_by.prefixes(Role.TOWNSHIP_STAFF)[0])


def test_photos_are_beside_what_falls_short(demo: Region) -> None:
    assert Photo.objects.count() > 10
    for photo in Photo.objects.select_related("item"):
        answer = Answer.objects.get(inspection=photo.inspection_id, item=photo.item_id)
        assert answer.status in ("partly", "not_met")


def test_notes_belong_to_their_findings(demo: Region) -> None:
    noted = Answer.objects.exclude(note="")
    assert noted.filter(status__in=["partly", "not_met"]).count() > 100
    for note in ("现场未见灭火器", "4具灭火器中有1具压力不足"):
        assert set(Answer.objects.filter(note=note).values_list("item__code", flat=True)) <= {
            "facilities.fire_equipment"
        }


# ---- loading


def test_second_run_changes_nothing_and_prints_the_accounts(demo: Region, said: str) -> None:
    before = counts()
    again = loaded()
    assert counts() == before
    table = said[said.index("演示数据：汤阴县") :]
    assert again == table


def test_every_line_is_printed_in_both_languages(demo: Region, said: str) -> None:
    assert re.search(r"^载入汤阴县的区划和中心…… / \w.+$", said, re.MULTILINE)
    assert re.search(r"^印发整改通知 1/\d+…… / \w.+ 1/\d+.*$", said, re.MULTILINE)
    (heads,) = (line for line in said.splitlines() if line.startswith("角色"))
    assert re.split(r"  +", heads) == [
        "角色 / Role", "地区 / Region", "姓名 / Name", "用户名 / Username", "密码 / Password",
    ]  # fmt: skip
    assert "业务管理员 / Administrator" in said


def test_disabled_account_is_not_printed(demo: Region) -> None:
    User.objects.filter(username="shenji").update(is_active=False)
    assert "shenji" not in loaded()


def test_county_in_earnest_that_came_later_silences_the_accounts(demo: Region) -> None:
    make_county("410526")
    said = loaded()
    assert "请停用全部演示账号" in said
    assert PASSWORD not in said


def test_marked_pages_say_so(demo: Region) -> None:
    client = Client()
    assert "演示数据" in client.get("/login/").content.decode()
    client.force_login(User.objects.get(username="guanli"))
    assert "演示数据" in client.get("/county/").content.decode()
