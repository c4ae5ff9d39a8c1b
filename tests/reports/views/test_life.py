"""The document's page: exactly the steps that the person may take, each doing what it says."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inspections.answers import Given
from inspections.models import Inspection
from organization.models import AuditEntry
from reports import actions, permissions, phrases
from reports.drafting import OURS, Wording
from reports.models import IssuingBody, OfficialDocument
from tests.reports.notices import notice
from tests.reports.test_life import MOVES, STATES, in_state, stepwise
from tests.small_stage import NOW, Stage, drafted, issued, later, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


@pytest.fixture
def inspection(stage: Stage, quick_pdf: Any) -> Inspection:
    return submitted(stage, **SHORT)


def url(name: str, *of: Any) -> str:
    return reverse(f"reports:{name}", args=[getattr(row, "pk", row) for row in of])


def offered(client: Client, row: OfficialDocument) -> set[str]:
    """The steps whose addresses stand in a form on the page."""
    text = client.get(url("document", row)).content.decode()
    return {
        name.replace("-", "_") for name in re.findall(rf'action="/documents/{row.pk}/([a-z-]+)/"', text)
    } | ({"edit"} if url("document-edit", row) in text else set())


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_buttons_are_those_of_the_predicates(
    client: Client, stage: Stage, inspection: Inspection, state: str, steps: bool
) -> None:
    stepwise()
    row = in_state(stage, inspection, state)
    stepwise(steps)
    for role, person in stage.cast.items():
        if not OfficialDocument.objects.visible_to(person).filter(pk=row.pk).exists():
            continue
        fresh = OfficialDocument.objects.select_related("body").get(pk=row.pk)
        may = {move for move in MOVES if permissions.can_move(person, fresh, move)}
        may |= {"edit"} if permissions.can_edit_document(person, fresh) else set()
        may |= {"replace"} if permissions.can_replace(person, fresh) else set()
        client.force_login(person)
        # What a township acknowledges needs no delivery beside it: only one way leads on.
        assert offered(client, row) == may, role


def test_document_goes_its_whole_way_on_its_pages(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    stepwise()
    row = drafted(stage, inspection)
    way = [
        ("reviewer", "document-check", {}, "已核稿"),
        ("signatory", "document-send-back", {"words": "时限有误"}, "已退回"),
        ("reviewer", "document-check", {}, "已核稿"),
        ("signatory", "document-sign", {}, "已签发"),
        ("signatory", "document-issue", {}, "〔2026〕1号"),
        ("administrator", "document-deliver", {"way": "post", "words": "EMS 1"}, "已记录送达"),
        ("township_staff", "document-acknowledge", {"person": "张三"}, "已签收"),
        ("signatory", "document-withdraw", {"words": "对象有误"}, "已撤回"),
    ]
    for role, step, fields, words in way:
        client.force_login(stage.cast[role])
        said = client.post(url(step, row), fields, follow=True)
        assert words in said.content.decode(), step
    client.force_login(stage.cast["reviewer"])
    said = client.post(url("document-replace", row), follow=True)
    second = OfficialDocument.objects.get(replaces=row)
    assert said.redirect_chain[-1][0] == url("document", second)
    text = client.get(url("document", row)).content.decode()
    for words in ("时限有误", "EMS 1", "签收人：张三", "对象有误", "由另一份代替"):
        assert words in text


@pytest.mark.parametrize(
    ("step", "state", "fields", "words"),
    [
        ("document-send-back", "checked", {}, "请写明原因"),
        ("document-withdraw", "issued", {"words": " "}, "请写明原因"),
        ("document-deliver", "issued", {}, "送达方式：这一项不能为空"),
        ("document-deliver", "issued", {"way": "hand"}, "请填写签收人姓名"),
        ("document-deliver", "issued", {"way": "system", "happened_on": "昨天"}, "送达日期："),
    ],
)
def test_step_that_lacks_something_says_so_and_changes_nothing(
    client: Client, stage: Stage, inspection: Inspection, step: str, state: str, fields: Any, words: str
) -> None:
    row = in_state(stage, inspection, state)
    client.force_login(stage.cast["administrator"])
    # Opening the page again leaves a row of its own.
    before = AuditEntry.objects.exclude(action="document.read").count()
    said = client.post(url(step, row), fields, follow=True)
    assert words in said.content.decode()
    row.refresh_from_db()
    after = AuditEntry.objects.exclude(action="document.read").count()
    assert (row.state, after) == (state, before)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"way": "hand", "happened_on": "2026-11-25", "words": "回证12号"}, "person"),
        ({"way": "post", "person": "张三"}, "words"),
        ({"way": "post", "words": "EMS 1", "happened_on": "2020-01-01"}, "happened_on"),
        ({"way": "", "person": "张三", "words": "EMS 1"}, "way"),
    ],
)
def test_delivery_with_a_fault_is_shown_again_as_it_was_typed(
    client: Client, stage: Stage, inspection: Inspection, fields: dict[str, str], wrong: str
) -> None:
    row = in_state(stage, inspection, "issued")
    client.force_login(stage.cast["administrator"])
    said = client.post(url("document-deliver", row), fields)
    text = said.content.decode()
    assert said.status_code == 400
    assert re.search(rf'<a href="#id_{wrong}">', text)
    assert re.search(rf'name="{wrong}"[^>]*aria-invalid="true"', text)
    assert '<details class="confirm" open>' in text
    form = said.context["delivery_form"]
    assert {name: form[name].value() for name in fields} == fields


def test_page_says_who_has_the_next_step(client: Client, stage: Stage, inspection: Inspection) -> None:
    stepwise()
    row = drafted(stage, inspection)
    client.force_login(stage.cast["administrator"])
    assert "下一步是核稿，由核稿人办理。" in client.get(url("document", row)).content.decode()
    stepwise(False)
    actions.check_document(document=row, by=stage.cast["reviewer"], now=NOW)
    client.force_login(stage.cast["reviewer"])
    assert "下一步是印发，由签发人或者业务管理员办理。" in client.get(url("document", row)).content.decode()


def test_step_that_may_be_left_out_stands_in_the_line_of_whoever_may_take_it(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    """The button stands under its own name, not under that of a later step."""
    row = drafted(stage, inspection)

    def now(role: str) -> tuple[str, str]:
        client.force_login(stage.cast[role])
        context = client.get(url("document", row)).context
        return context["next"], next(str(s["label"]) for s in context["steps"] if s["state"] == "now")

    assert now("reviewer") == ("check", "核稿（可选）")
    assert now("signatory") == ("issue", "印发")
    actions.issue_document(document=row, by=stage.cast["signatory"], now=NOW)
    assert now("administrator") == ("deliver", "送达（可选）")
    assert now("township_staff") == ("acknowledge", "签收")


def test_steps_done_and_to_come_stand_in_their_order(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    row = drafted(stage, inspection)
    client.force_login(stage.cast["administrator"])

    def life() -> list[tuple[str, str]]:
        return [(str(s["label"]), s["state"]) for s in client.get(url("document", row)).context["steps"]]

    assert life() == [
        ("起草", "done"),
        ("核稿（可选）", "todo"),
        ("签发（可选）", "todo"),
        ("印发", "now"),
        ("送达（可选）", "todo"),
        ("签收", "todo"),
        ("乡镇书面反馈", "todo"),
    ]
    stepwise()
    assert [step for step, _ in life()][:4] == ["起草", "核稿", "签发", "印发"]
    client.cookies["django_language"] = "en"
    assert [step for step, _ in life()][:4] == ["Drafted", "Check", "Sign for issue", "Issue"]


# ---- wording


FIELDS = {
    "kind": "notice", "addressee": "城关镇人民政府", "report_days": "10", "contact": "王芳", "phone": "1",
    "copy_to": "", "seal": "unsealed", "proof": "none", "basis": "根据{标准}",
    "report": "请{反馈时限}反馈{本机关}",
    "consequence": "逾期的予以通报", "closing": "特此通知。",
}  # fmt: skip


def test_wording_of_one_document_stands_in_its_text(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    row = drafted(stage, inspection)
    client.force_login(stage.cast["reviewer"])
    assert client.post(url("document-edit", row), FIELDS).status_code == 302
    row.refresh_from_db()
    content = actions.compose(row, number=None, dated=date(2026, 11, 20))
    assert content.opening[0].startswith("根据《")
    last = content.parts[-1].passages[-1].text
    assert last == "特此通知。"
    text = "".join(passage.text for part in content.parts for passage in part.passages)
    assert "请自收到本通知之日起10个工作日内反馈我办。" in text
    assert "逾期的予以通报。" in text
    assert content.seal == "unsealed"


def test_only_what_differs_from_the_office_is_kept(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    row = drafted(stage, inspection)
    client.force_login(stage.cast["reviewer"])
    page = client.get(url("document-edit", row))
    given = FIELDS | {
        name: page.context["form"].fields[name].initial for name in ("basis", "report", "consequence")
    }
    client.post(url("document-edit", row), given)
    row.refresh_from_db()
    assert row.wording == {"closing": "特此通知。"}
    actions.set_wording(
        body=row.body,
        kind="notice",
        passages={"basis": "按照{标准}"},
        by=stage.cast["administrator"],
        now=NOW,
    )
    content = actions.compose(row, number=None, dated=date(2026, 11, 20))
    assert content.opening[0].startswith("按照《")


def test_other_kind_has_its_own_usual_words(client: Client, stage: Stage, inspection: Inspection) -> None:
    """The fields hold the words of the kind that it was when another is chosen."""
    row = drafted(stage, inspection)
    client.force_login(stage.cast["reviewer"])
    page = client.get(url("document-edit", row))
    shown = {name: page.context["form"].fields[name].initial for name in phrases.chosen("notice", {}, {})}
    assert "（附件2）" in shown["report"]
    given = FIELDS | shown | {"kind": "order", "closing": "特此通知。"}
    preview = client.post(url("document-preview", row), given).content.decode()
    assert "《整改情况反馈表》连同" in preview
    client.post(url("document-edit", row), given)
    row.refresh_from_db()
    assert (row.kind, row.wording) == ("order", {"closing": "特此通知。"})
    listed = client.get(url("document-list")).content.decode()
    assert inspection.center.name in listed.split("<tbody>")[1]


@pytest.mark.parametrize("kind", ["notice", "letter", "order", "circular", "opinion"])
def test_our_own_words_are_those_of_an_empty_wording(stage: Stage, inspection: Inspection, kind: str) -> None:
    """What the page shows as our wording is what is printed where nobody worded anything."""
    if kind in ("circular", "opinion"):
        assert set(phrases.chosen(kind, {}, {})) == {"basis", "consequence", "closing"}
        return
    values = {
        "标准": "《关于政务服务向基层延伸的工作要求》（审服办〔2021〕13号）", "计划": "", "本机关": "我办",
        "反馈时限": "于2026年12月31日前",
    }  # fmt: skip
    chosen = phrases.chosen(kind, {}, {})
    filled = Wording(**{name: phrases.filled(text, values) for name, text in chosen.items()})
    assert notice(3, kind=kind, wording=filled) == notice(3, kind=kind, wording=OURS)


def test_frozen_parts_cannot_be_edited(client: Client, stage: Stage, inspection: Inspection) -> None:
    row = drafted(stage, inspection)
    client.force_login(stage.cast["reviewer"])
    before = actions.compose(row, number=None, dated=date(2026, 11, 20))
    client.post(url("document-edit", row), FIELDS | {"findings": "无", "title": "改", "document": "{}"})
    row.refresh_from_db()
    after = actions.compose(row, number=None, dated=date(2026, 11, 20))
    assert (after.findings, after.title) == (before.findings, before.title)


@pytest.mark.parametrize("name", ["basis", "report", "consequence", "closing"])
def test_unknown_placeholder_is_named_with_its_place(
    client: Client, stage: Stage, inspection: Inspection, name: str
) -> None:
    row = drafted(stage, inspection)
    client.force_login(stage.cast["reviewer"])
    said = client.post(url("document-edit", row), FIELDS | {name: "请于{时限}办理"})
    assert "第3个字起的“{时限}”不是可用的占位词" in said.content.decode()
    fragment = client.post(url("document-preview", row), FIELDS | {name: "请于{时限}办理"})
    assert "第3个字起的“{时限}”不是可用的占位词" in fragment.content.decode()
    row.refresh_from_db()
    assert row.wording == {}


def test_preview_shows_what_is_typed_and_saves_nothing(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    row = drafted(stage, inspection)
    client.force_login(stage.cast["reviewer"])
    for said in (
        client.post(url("document-preview", row), FIELDS),
        client.post(url("document-edit", row), FIELDS | {"preview": "1"}),
    ):
        assert "特此通知。" in said.content.decode().split('class="official"')[1]
    row.refresh_from_db()
    assert (row.wording, row.contact) == ({}, "李明")


def test_kind_changes_among_those_that_ask_for_the_same(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    row = drafted(stage, inspection)
    client.force_login(stage.cast["reviewer"])
    client.post(url("document-edit", row), FIELDS | {"kind": "order"})
    row.refresh_from_db()
    assert (row.kind, row.title) == ("order", "整改通知书")
    said = client.post(url("document-edit", row), FIELDS | {"kind": "circular"})
    assert "kind" in said.context["form"].errors


def test_circular_of_a_round_is_drafted_issued_and_read_by_every_township(
    client: Client, stage: Stage, other: Stage, inspection: Inspection
) -> None:
    client.force_login(stage.cast["reviewer"])
    client.post(url("circular-draft", stage.round))
    client.post(url("circular-draft", stage.round))
    row = OfficialDocument.objects.get(kind="circular")
    assert row.inspection is None
    # It has no report to be sent in, no slip and no photos, and is of one kind.
    page = client.get(url("document-edit", row))
    assert set(page.context["form"].fields) == {
        "addressee", "contact", "phone", "copy_to", "seal", "basis", "consequence", "closing",
    }  # fmt: skip
    given = FIELDS | {
        "addressee": "各乡镇人民政府",
        "contact": "王芳",
        "report_days": "3",
        "proof": "service",
    }
    assert client.post(url("document-edit", row), given).status_code == 302
    row.refresh_from_db()
    assert (row.contact, row.kind, row.report_days, row.proof) == ("王芳", "circular", 15, "receipt")
    actions.issue_document(document=row, by=stage.cast["signatory"], now=later(1))
    client.force_login(stage.cast["township_staff"])
    assert client.get(url("document", row)).status_code == 200
    assert offered(client, row) == set()
    client.force_login(other.cast["township_staff"])
    assert client.get(url("document", row)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_edit_page_costs_the_same(
    client: Client, stage: Stage, inspection: Inspection, django_assert_num_queries: Any, count: int
) -> None:
    row = drafted(stage, inspection)
    for place in range(count - 1):
        actions.edit_document(
            document=row, fields={"contact": f"王{place}"}, by=stage.cast["reviewer"], now=later(1)
        )
    client.force_login(stage.cast["reviewer"])
    with django_assert_num_queries(8):
        client.get(url("document-edit", row))


@pytest.mark.parametrize("count", [1, 3])
def test_page_with_a_history_costs_the_same(
    client: Client, stage: Stage, inspection: Inspection, django_assert_num_queries: Any, count: int
) -> None:
    row = drafted(stage, inspection)
    for place in range(count):
        actions.check_document(document=row, by=stage.cast["reviewer"], now=later(minutes=2 * place))
        actions.send_back(
            document=row, words="改", by=stage.cast["reviewer"], now=later(minutes=2 * place + 1)
        )
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(10):
        client.get(url("document", row))


def test_issued_document_of_an_office_renamed_later_shows_its_old_name(
    client: Client, stage: Stage, inspection: Inspection
) -> None:
    row = issued(stage, inspection)
    IssuingBody.objects.update(name="汤阴县新办公室")
    client.force_login(stage.cast["administrator"])
    assert "汤阴县政务服务办公室" in client.get(url("document", row)).content.decode()
