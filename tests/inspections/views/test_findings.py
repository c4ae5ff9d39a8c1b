"""The page of a finding: what each side sees and does there."""

import io
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections import actions
from inspections.message_words import worded
from inspections.models import Evidence, Finding, FindingEvent, Message, Request
from inspections.workflow import OPEN
from organization.models import Role
from tests.factories import make_user
from tests.repairs import REPLY, WAYS, add_photo, in_state, publish
from tests.small_stage import NOW, Stage, jpeg

pytestmark = pytest.mark.django_db
FIELDS = {
    "measure": "已购置并安装",
    "responsible": "王强",
    "result": "done",
    "done_on": "2026-11-20",
    "plan": "",
}


@pytest.fixture
def staff(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["township_staff"])
    return client


@pytest.fixture
def county(stage: Stage) -> Client:
    client = Client()
    client.force_login(stage.cast["administrator"])
    return client


def page(client: Client, finding: Finding) -> str:
    response = client.get(f"/findings/{finding.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def post(client: Client, finding: Finding, act: str, **fields: Any) -> Any:
    return client.post(f"/findings/{finding.pk}/{act}/", fields)


def upload(body: bytes = b"", name: str = "整改后.jpg") -> io.BytesIO:
    file = io.BytesIO(body or jpeg())
    file.name = name
    return file


# ---- what is seen


@pytest.mark.parametrize("state", WAYS)
def test_page_offers_each_side_what_the_state_allows(
    stage: Stage, staff: Client, county: Client, state: str
) -> None:
    finding = in_state(stage, state)
    theirs, ours = page(staff, finding), page(county, finding)
    repairs = state in ("acknowledged", "in_repair")
    assert ("报送县里" in theirs) is repairs
    assert ("对这个问题有异议" in theirs) is (state in ("notified", "acknowledged", "in_repair"))
    assert "县里办理" not in theirs
    # A choice where there is one; else the one move by its name, to be opened.
    several = state in ("reported", "to_reinspect")
    assert ("县里办理" in ours) is several
    assert ("<summary>撤销问题</summary>" in ours) is (state in OPEN and not several)
    assert ("<summary>重新整改</summary>" in ours) is (state == "closed")
    assert "报送县里" not in ours


def test_both_sides_read_the_same_timeline(stage: Stage, staff: Client, county: Client) -> None:
    finding = in_state(stage, "reported")
    theirs, ours = (client.get(f"/findings/{finding.pk}/").context["steps"] for client in (staff, county))
    assert theirs == ours
    assert [str(step["label"]) for step in theirs] == [
        "发现问题", "印发整改通知", "乡镇签收", "开始整改", "报送整改情况", "待审核",
    ]  # fmt: skip


def test_deadline_is_told_with_what_is_left(stage: Stage, staff: Client, monkeypatch: Any) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    for today, words in (
        (date(2026, 12, 9), "还剩2个工作日"),
        (date(2026, 12, 11), "今天到期"),
        (date(2026, 12, 15), "已逾期2个工作日"),
    ):
        monkeypatch.setattr("inspections.finding_page.timezone.localdate", lambda today=today: today)
        said = page(staff, finding)
        assert "2026年12月11日" in said
        assert words in said
        assert "暂定" not in said


def test_provisional_deadline_says_so(stage: Stage, staff: Client) -> None:
    assert "暂定" in page(staff, in_state(stage, "acknowledged"))


def test_draft_and_its_evidence_are_the_townships_until_reported(
    stage: Stage, staff: Client, county: Client
) -> None:
    finding = in_state(stage, "in_repair")
    evidence = add_photo(finding, stage.cast["township_staff"])
    address = reverse("inspections:evidence", args=[evidence.pk])
    assert address in page(staff, finding)
    assert "已购置并安装" in page(staff, finding)
    assert address not in page(county, finding)
    assert "已购置并安装" not in page(county, finding)
    assert (staff.get(address).status_code, county.get(address).status_code) == (200, 404)
    post(staff, finding, "report", **FIELDS)
    assert address in page(county, finding)
    assert county.get(address).status_code == 200


# ---- the township acts


def test_draft_is_kept_with_files_and_then_reported(stage: Stage, staff: Client) -> None:
    finding = in_state(stage, "acknowledged")
    response = post(staff, finding, "reply", **FIELDS, files=[upload(), upload(b"%PDF-1.7", "发票.pdf")])
    assert response.url == f"/findings/{finding.pk}/"
    finding.refresh_from_db()
    assert (finding.state, finding.evidence.count()) == ("in_repair", 2)
    assert post(staff, finding, "report", **FIELDS).status_code == 302
    finding.refresh_from_db()
    assert finding.state == "reported"
    assert finding.replies.get().evidence.count() == 2


def test_half_a_draft_is_kept_and_not_reported(stage: Stage, staff: Client) -> None:
    finding = in_state(stage, "acknowledged")
    assert post(staff, finding, "reply", measure="已联系厂家").status_code == 302
    reply = finding.replies.get()
    assert (reply.measure, reply.responsible, reply.result, reply.done_on) == ("已联系厂家", "", "", None)
    assert "已联系厂家" in page(staff, finding)
    told = post(staff, finding, "report", measure="已联系厂家")
    assert told.status_code == 400
    assert {"responsible", "result"} <= set(told.context["reply_form"].errors)
    assert post(staff, finding, "reply", result="partly").status_code == 302
    assert post(staff, finding, "report", **FIELDS, files=upload()).status_code == 302
    assert finding.replies.get().result == FIELDS["result"]


def test_second_press_of_the_button_says_that_it_is_sent(stage: Stage, staff: Client) -> None:
    finding = in_state(stage, "acknowledged")
    for _press in range(2):
        said = post(staff, finding, "report", **FIELDS, files=upload())
        assert said.url == f"/findings/{finding.pk}/"
    assert "已经报送过了" in page(staff, finding)
    assert finding.replies.count() == 1
    assert post(staff, finding, "report", **FIELDS | {"measure": "别的"}).status_code == 403
    colleague = Client()
    colleague.force_login(make_user("colleague", [(Role.TOWNSHIP_STAFF, finding.region)]))
    assert post(colleague, finding, "report", **FIELDS).status_code == 403


def test_withdrawing_says_that_the_score_stays(stage: Stage, staff: Client, county: Client) -> None:
    finding = in_state(stage, "notified")
    score = finding.inspection.score
    assert "得分不变" in page(county, finding)
    assert "得分不变" not in page(staff, finding)
    post(county, finding, "review", move="withdraw", words="该点位已撤并")
    finding.refresh_from_db()
    finding.inspection.refresh_from_db()
    assert (finding.state, finding.inspection.score) == ("withdrawn", score)
    for client in (county, staff):
        told = client.get(f"/inspections/{finding.inspection_id}/score/").content.decode()
        assert "撤销不改变检查结果" in page(client, finding)
        assert "撤销不改变检查结果" in told
    assert "得分不变" in worded(Message.objects.get(kind="withdraw")).words


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"measure": ""}, "不能为空"),
        ({"result": "x"}, "选择"),
        ({"done_on": ""}, "请填写完成日期"),
        ({"done_on": "2999-01-01"}, "不能晚于今天"),
        ({"result": "partly"}, "请写明未完成的原因"),
        ({"responsible": "长" * 51}, "50"),
        ({}, "至少附一张"),
    ],
)
def test_report_with_a_fault_is_told_and_not_made(
    stage: Stage, staff: Client, changes: dict[str, str], said: str
) -> None:
    finding = in_state(stage, "acknowledged")
    response = post(staff, finding, "report", **(FIELDS | changes))
    assert response.status_code == 400
    assert said in response.content.decode()
    assert Finding.objects.get(pk=finding.pk).state != "reported"


def test_file_that_is_none_of_ours_is_told(stage: Stage, staff: Client) -> None:
    finding = in_state(stage, "acknowledged")
    response = post(staff, finding, "reply", **FIELDS, files=upload(b"MZ", "x.exe"))
    assert response.status_code == 400
    assert "x.exe" in response.content.decode()
    assert not finding.evidence.exists()


def test_files_chosen_are_kept_where_the_words_have_faults(stage: Stage, staff: Client) -> None:
    finding = in_state(stage, "acknowledged")
    response = post(staff, finding, "report", **(FIELDS | {"result": ""}), files=upload())
    text = response.content.decode()
    assert response.status_code == 400
    assert Evidence.objects.get().finding == finding
    assert "已上传，还没有报送" in text
    assert "已购置并安装" in text
    # The fault leads to the first of the choices, since the group itself takes no focus.
    assert '<a href="#id_result_0">' in text


def test_enter_in_a_field_neither_reports_nor_removes(stage: Stage, staff: Client) -> None:
    finding = in_state(stage, "in_repair")
    add_photo(finding, stage.cast["township_staff"])
    form = page(staff, finding).partition('enctype="multipart/form-data"')[2]
    assert re.findall(r"<button[^>]*>", form)[0] == "<button hidden disabled>"


def test_no_two_fields_of_the_page_share_an_id(stage: Stage, staff: Client, county: Client) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    for client in (staff, county):
        for act in ("extension", "objection"):
            found = re.findall(r' id="([^"]+)"', page(client, finding))
            assert len(found) == len(set(found))
            post(staff, finding, act, until="2026-12-31", reason="未到货")
    asked = Request.objects.get(kind="objection")
    said = county.post(f"/requests/{asked.pk}/decide/", {"grant": "0", "words": ""}).content.decode()
    assert f'<a href="#request-{asked.pk}-words">' in said
    assert said.count('aria-invalid="true"') == 1


def test_paper_is_a_download_and_has_no_thumbnail(stage: Stage, staff: Client) -> None:
    finding = in_state(stage, "in_repair")
    post(staff, finding, "reply", **FIELDS, files=upload(b"%PDF-1.7", "说明.exe.pdf"))
    paper = Evidence.objects.get()
    response = staff.get(f"/evidence/{paper.pk}/")
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert staff.get(f"/evidence/{paper.pk}/small/").status_code == 404


@pytest.mark.parametrize("size", ["file", "thumbnail"])
def test_evidence_whose_file_is_gone_is_not_found_and_logged(
    stage: Stage, staff: Client, caplog: pytest.LogCaptureFixture, size: str
) -> None:
    photo = add_photo(in_state(stage, "in_repair"), stage.cast["township_staff"])
    file = getattr(photo, size)
    file.storage.delete(file.name)
    address = reverse(f"inspections:evidence{'' if size == 'file' else '-' + size}", args=[photo.pk])
    assert staff.get(address).status_code == 404
    assert f"the file of evidence {photo.pk} is missing" in caplog.text


def test_extension_and_objection_are_asked_and_faults_told(stage: Stage, staff: Client) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    assert post(staff, finding, "extension", until="2026-12-01", reason="x").status_code == 400
    assert post(staff, finding, "extension", until="", reason="x").status_code == 400
    assert post(staff, finding, "objection", reason="").status_code == 400
    assert not Request.objects.exists()
    assert post(staff, finding, "extension", until="2026-12-31", reason="未到货").status_code == 302
    assert post(staff, finding, "objection", reason="现场有").status_code == 302
    assert "2026年12月31日" in page(staff, finding)


# ---- the county acts


def test_county_decides_and_reviews_on_the_page(stage: Stage, county: Client) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    request = actions.ask_extension(
        finding=finding, until=date(2026, 12, 31), reason="未到货", by=stage.cast["township_staff"], now=NOW
    )
    address = f"/requests/{request.pk}/decide/"
    assert county.post(address, {"grant": "0", "words": ""}).status_code == 400
    assert county.post(address, {"grant": "x"}).status_code == 400
    assert county.post(address, {"grant": "1", "words": ""}).status_code == 302
    finding.refresh_from_db()
    assert finding.due_on == date(2026, 12, 31)
    wordless = post(county, finding, "review", move="withdraw", words="")
    assert wordless.status_code == 400
    assert '<a href="#review-words">' in wordless.content.decode()
    assert post(county, finding, "review", move="close", words="").status_code == 400
    assert post(county, finding, "review", move="withdraw", words="重复").status_code == 302


# ---- who may, and what it costs


def test_course_says_what_was_refused(stage: Stage, staff: Client, county: Client) -> None:
    publish(2026)
    finding = in_state(stage, "acknowledged")
    who = {"by": stage.cast["township_staff"], "now": NOW}
    asked = [
        actions.ask_extension(finding=finding, until=date(2026, 12, 31), reason="未到货", **who),
        actions.object_to(finding=finding, reason="现场有", **who),
    ]
    for request in asked:
        county.post(f"/requests/{request.pk}/decide/", {"grant": "0", "words": "经核实不属实"})
    for side in (staff, county):
        steps = [str(step["label"]) for step in side.get(f"/findings/{finding.pk}/").context["steps"]]
        assert [label for label in steps if "不" in label] == ["不同意延期", "异议不成立"]
    # A row of an earlier release does not hold what it was about.
    FindingEvent.objects.create(
        finding=finding, move="refuse", before=finding.state, after=finding.state, at=NOW, words="否"
    )
    steps = [str(step["label"]) for step in staff.get(f"/findings/{finding.pk}/").context["steps"]]
    assert "不同意" in steps


def test_nobody_elses_finding_is_found(stage: Stage, other: Stage, client: Client) -> None:
    finding = in_state(stage, "reported")
    evidence = finding.evidence.get()
    request_at = in_state(other, "notified")
    asked = actions.object_to(finding=request_at, reason="x", by=other.cast["township_staff"], now=NOW)
    second = make_user("next-door", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    for person in (
        second,
        other.cast["administrator"],
        other.cast["township_staff"],
        stage.cast["inspector"],
    ):
        client.force_login(person)
        assert client.get(f"/findings/{finding.pk}/").status_code == 404
        for act in ("reply", "report", "extension", "objection", "review"):
            assert post(client, finding, act).status_code == 404
        for address in (f"/evidence/{evidence.pk}/", f"/evidence/{evidence.pk}/small/"):
            assert client.get(address).status_code == 404
    client.force_login(stage.cast["administrator"])
    assert client.post(f"/requests/{asked.pk}/decide/", {"grant": "1"}).status_code == 404


@pytest.mark.parametrize(
    ("role", "act", "fields"),
    [
        ("administrator", "reply", FIELDS),
        ("reviewer", "review", {"move": "withdraw", "words": "x"}),
        ("township_staff", "review", {"move": "withdraw", "words": "x"}),
    ],
)
def test_the_other_sides_acts_are_refused(
    stage: Stage, client: Client, role: str, act: str, fields: dict[str, str]
) -> None:
    finding = in_state(stage, "acknowledged")
    client.force_login(stage.cast[role])
    assert post(client, finding, act, **fields).status_code == 403


@pytest.mark.parametrize("rounds", [1, 3])
def test_page_takes_the_same_queries_for_any_number_of_replies(
    stage: Stage, county: Client, staff: Client, django_assert_num_queries: Any, rounds: int
) -> None:
    finding, by = in_state(stage, "reported"), stage.cast["township_staff"]
    for n in range(rounds - 1):
        actions.review(
            findings=[finding], move_name="return", words={finding.pk: "再补"},
            by=stage.cast["administrator"], now=NOW,
        )  # fmt: skip
        finding.refresh_from_db()
        actions.save_reply(finding=finding, fields=REPLY, by=by, now=NOW)
        add_photo(finding, by, jpeg("red", (60 + n, 40)))
        actions.report(finding=finding, by=by, now=NOW)
    with django_assert_num_queries(12):
        county.get(f"/findings/{finding.pk}/")
