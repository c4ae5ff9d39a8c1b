"""The form page and its saves, with script and without; what does not fit changes nothing."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from inspections.actions import save_answer
from inspections.answers import Given
from inspections.checklist import checklist
from inspections.models import Answer, AnswerEvent, Inspection, Photo
from tests.small_stage import NOW, Stage, add_photo, answer, jpeg, later, small_stage, submit_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def inspector(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["inspector"])
    return client


def url(stage: Stage, name: str, *more: str) -> str:
    return reverse(f"inspections:{name}", args=[stage.inspections[0].pk, *more])


def nothing_written() -> bool:
    begun = Inspection.objects.exclude(state="to_begin").exists()
    return not (Answer.objects.exists() or AnswerEvent.objects.exists() or Photo.objects.exists() or begun)


# ---- item by item


def test_item_is_saved_and_the_answer_says_what_is_kept(inspector: Client, stage: Stage) -> None:
    said = inspector.post(url(stage, "answer-save", "area"), {"i3-value": "132.50", "i3-note": "量得"})
    assert said.status_code == 200
    body = said.json()
    assert (body["status"], body["version"], body["answered"], body["total"]) == ("partly", 1, 1, 6)
    assert body["section"] == {"code": "one", "answered": 1, "total": 6}
    row = Answer.objects.get()
    assert (row.value, row.note, row.updated_by) == ("132.5", "量得", stage.cast["inspector"])


def test_item_taken_back_counts_as_open(inspector: Client, stage: Stage) -> None:
    inspector.post(url(stage, "answer-save", "yes"), {"i1-value": "met"})
    said = inspector.post(url(stage, "answer-save", "yes"), {})
    assert (said.json()["status"], said.json()["answered"]) == ("unanswered", 0)


BAD = [
    ("area", {"i3-value": "NaN"}, "value"),
    ("area", {"i3-value": "Infinity"}, "value"),
    ("area", {"i3-value": "1e999"}, "value"),
    ("area", {"i3-value": "-1"}, "value"),
    ("area", {"i3-value": "12\x0034"}, "value"),
    ("area", {"i3-value": "1" * 5000}, "value"),
    ("windows", {"i5-value_0": "3", "i5-value_1": "4"}, "value"),
    ("windows", {"i5-value_0": "-3", "i5-value_1": "1"}, "value"),
    ("windows", {"i5-value_0": "3"}, "value"),
    ("posts", {"i6-value": "1.5"}, "value"),
    ("zones", {"i4-value": ["guide", "nowhere"]}, "value"),
    ("zones", {"i4-value": ["guide", "guide"]}, "value"),
    ("yes", {"i1-value": "true"}, "value"),
    ("choice", {"i2-value": "good"}, "value"),
    ("yes", {"i1-value": "na"}, "reason"),
    ("yes", {"i1-value": "na", "i1-reason": "由" * 201}, "reason"),
    ("yes", {"i1-value": "na", "i1-reason": "a\x00b"}, "reason"),
    ("yes", {"i1-value": "met", "i1-note": "长" * 1001}, "note"),
    ("yes", {"i1-value": "met", "i1-note": "a\x00b"}, "note"),
]


@pytest.mark.parametrize(("code", "data", "field"), BAD)
def test_item_that_does_not_fit_is_refused_in_words(
    inspector: Client, stage: Stage, code: str, data: dict[str, Any], field: str
) -> None:
    said = inspector.post(url(stage, "answer-save", code), data)
    assert said.status_code == 400
    errors = said.json()["errors"]
    assert list(errors) == [field]
    assert all(sentence and "%(" not in sentence for sentence in errors[field])
    assert len(said.content) < 3000
    assert nothing_written()


def test_ten_megabytes_of_text_are_refused(inspector: Client, stage: Stage) -> None:
    data = {"i1-value": "met", "i1-note": "长" * 3_500_000}
    for name, arguments in (("answer-save", ("yes",)), ("section-save", ("one",))):
        said = inspector.post(url(stage, name, *arguments), data)
        assert said.status_code == 400
        assert "没有处理" in said.content.decode()
    assert nothing_written()


def test_bytes_that_are_no_utf8_are_refused(inspector: Client, stage: Stage) -> None:
    said = inspector.post(
        url(stage, "answer-save", "yes"),
        b"i1-value=met&i1-note=%ff%fe%e4%b8",
        content_type="application/x-www-form-urlencoded",
    )
    assert said.status_code == 400
    assert list(said.json()["errors"]) == ["note"]
    assert nothing_written()


def test_json_where_a_form_belongs_changes_nothing(inspector: Client, stage: Stage) -> None:
    inspector.post(url(stage, "answer-save", "yes"), json.dumps({"i1-value": "met"}), "application/json")
    assert not Answer.objects.exists()


# ---- a section at once


SECTION = {
    "i1-value": "met",
    "i2-value": "partly",
    "i3-value": "150",
    "i4-none": "1",
    "i5-value_0": "4",
    "i5-value_1": "4",
    "i6-value": "na",
    "i6-reason": "没有窗口",
}


def test_section_is_saved_at_once(inspector: Client, stage: Stage) -> None:
    said = inspector.post(url(stage, "section-save", "one"), SECTION)
    assert said.status_code == 302
    assert said["Location"] == url(stage, "form") + "#s-one"
    statuses = dict(Answer.objects.values_list("item__code", "status"))
    assert statuses == {
        "yes": "met", "choice": "partly", "area": "met", "zones": "not_met", "windows": "met", "posts": "na",
    }  # fmt: skip


def test_section_with_a_photo(inspector: Client, stage: Stage) -> None:
    data = {
        **SECTION,
        "i2-photo": [SimpleUploadedFile("1.jpg", jpeg()), SimpleUploadedFile("2.jpg", jpeg("red"))],
    }
    assert inspector.post(url(stage, "section-save", "one"), data).status_code == 302
    assert list(Photo.objects.values_list("item__code", flat=True)) == ["choice", "choice"]


def test_section_in_which_one_item_does_not_fit_is_not_saved_and_shown_again(
    inspector: Client, stage: Stage
) -> None:
    data = {**SECTION, "i3-value": "viel", "i1-note": "门<b>未开</b>"}
    said = inspector.post(url(stage, "section-save", "one"), data)
    assert said.status_code == 400
    assert nothing_written()
    page = said.content.decode()
    assert 'value="viel"' in page
    assert "门&lt;b&gt;未开&lt;/b&gt;" in page
    assert [href for href, _words in said.context["faults"]] == ["#i3"]


def test_section_whose_photo_is_none_keeps_the_answers_and_says_so(inspector: Client, stage: Stage) -> None:
    data = {**SECTION, "i2-photo": SimpleUploadedFile("x.jpg", b"<svg/>")}
    said = inspector.post(url(stage, "section-save", "one"), data)
    assert said.status_code == 400
    assert "不是能识别的照片" in said.content.decode()
    assert Answer.objects.count() == 6
    assert not Photo.objects.exists()


def test_too_many_fields_are_refused(inspector: Client, stage: Stage, settings: Any) -> None:
    data = {f"x{n}": "1" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert inspector.post(url(stage, "section-save", "one"), data).status_code == 400
    assert nothing_written()


# ---- the pages


def test_form_page_shows_all_and_is_not_stored_by_the_browser(inspector: Client, stage: Stage) -> None:
    said = inspector.get(url(stage, "form"))
    page = said.content.decode()
    assert page.count('<fieldset class="item"') == 6
    assert "no-store" in said["Cache-Control"]
    assert "\ue000" not in page
    assert "\ue001" not in page


def test_looking_at_the_form_begins_nothing(inspector: Client, stage: Stage) -> None:
    inspector.get(url(stage, "form"))
    inspector.get(url(stage, "check"))
    assert nothing_written()


@pytest.mark.parametrize("answered", [1, 3, 6])
def test_form_page_costs_the_same_however_much_is_filled(
    client: Client, stage: Stage, django_assert_num_queries: Any, answered: int
) -> None:
    codes = ["yes", "choice", "area", "zones", "windows", "posts"]
    person = stage.cast["inspector"]
    answer(stage.inspections[0], person, **dict.fromkeys(codes[answered:]))
    for shade in range(answered):
        add_photo(stage.inspections[0], person, jpeg(f"rgb({9 * shade}, 0, 0)"), codes[shade])
    client.force_login(person)
    client.get(url(stage, "form"))
    with django_assert_num_queries(8):
        client.get(url(stage, "form"))


@pytest.mark.parametrize("answered", [1, 3])
def test_saving_an_item_costs_the_same(
    client: Client, stage: Stage, django_assert_num_queries: Any, answered: int
) -> None:
    person = stage.cast["inspector"]
    codes = ["choice", "area", "zones", "windows", "posts"]
    answer(stage.inspections[0], person, yes=None, **dict.fromkeys(codes[answered:]))
    client.force_login(person)
    # PostgreSQL writes log and answer by one statement, SQLite by two.
    with django_assert_num_queries(12 if connection.vendor == "sqlite" else 11):
        client.post(url(stage, "answer-save", "yes"), {"i1-value": "met"})


def test_check_page_lists_what_is_open_with_links(inspector: Client, stage: Stage) -> None:
    answer(
        stage.inspections[0], stage.cast["inspector"],
        choice=None, area=Given("75", note="量得<b>"), posts=Given(na=True, reason="没有窗口"),
    )  # fmt: skip
    said = inspector.get(url(stage, "check"))
    page = said.content.decode()
    assert [entry.item.code for entry in said.context["missing"]] == ["choice"]
    assert f'href="{url(stage, "form")}#i2"' in page
    assert [row["entry"].item.code for row in said.context["short"]] == ["area"]
    assert "量得&lt;b&gt;" in page
    assert [row["entry"].item.code for row in said.context["not_applicable"]] == ["posts"]
    assert reverse("reports:submit", args=[stage.inspections[0].pk]) not in page


def test_check_page_offers_submitting_to_the_lead_alone(client: Client, stage: Stage) -> None:
    answer(stage.inspections[0], stage.cast["inspector"])
    submit = reverse("reports:submit", args=[stage.inspections[0].pk])
    for role, offered in (("lead_inspector", True), ("inspector", False)):
        client.force_login(stage.cast[role])
        page = client.get(url(stage, "check")).content.decode()
        assert (submit in page) == offered
        assert ("由检查组长提交" in page) == (not offered)


@pytest.mark.parametrize("answered", [1, 3])
def test_check_page_costs_the_same(
    client: Client, stage: Stage, django_assert_num_queries: Any, answered: int
) -> None:
    codes = ["yes", "choice", "area", "zones", "windows", "posts"]
    answer(stage.inspections[0], stage.cast["inspector"], **dict.fromkeys(codes[answered:]))
    client.force_login(stage.cast["inspector"])
    client.get(url(stage, "check"))
    with django_assert_num_queries(9):
        client.get(url(stage, "check"))


# ---- the list of tasks


def test_tasks_stand_by_state(client: Client, stage: Stage) -> None:
    client.force_login(stage.cast["inspector"])

    def shown() -> list[list[Any]]:
        context = client.get("/tasks/").context
        return [[row.pk for row in context[key]] for key in ("in_progress", "to_begin", "submitted")]

    first, second = (inspection.pk for inspection in stage.inspections)
    assert shown() == [[], [first, second], []]
    answer(stage.inspections[0], stage.cast["inspector"])
    assert shown() == [[first], [second], []]
    submit_by(stage.inspections[0], stage.cast["lead_inspector"])
    assert shown() == [[], [second], [first]]


def test_newest_of_what_was_submitted_stand_open_and_the_rest_fold(client: Client) -> None:
    stage = small_stage(townships=7)
    client.force_login(stage.cast["inspector"])
    for place, inspection in enumerate(stage.inspections):
        answer(inspection, stage.cast["inspector"])
        submit_by(inspection, stage.cast["lead_inspector"], later(place))
        said = client.get("/tasks/")
        assert ("再早的" in said.content.decode()) == (place >= 5)
    newest = [inspection.pk for inspection in reversed(stage.inspections)]
    shown = [[row.pk for row in said.context[key]] for key in ("submitted", "earlier")]
    assert shown == [newest[:5], newest[5:]]
    assert "<summary>再早的 2 次</summary>" in said.content.decode()


def test_tasks_are_ones_own(client: Client, stage: Stage, other: Stage) -> None:
    for role in ("administrator", "reviewer", "township_staff"):
        client.force_login(stage.cast[role])
        context = client.get("/tasks/").context
        assert [context[key] for key in ("to_begin", "in_progress")] == [[], []]
        assert list(context["submitted"]) == []
    client.force_login(other.cast["inspector"])
    rows = client.get("/tasks/").context["to_begin"]
    assert {row.region_id[:6] for row in rows} == {"410526"}


@pytest.mark.parametrize("townships", [1, 3])
def test_tasks_cost_the_same_for_one_and_three(
    client: Client, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=townships)
    for inspection in stage.inspections:
        answer(inspection, stage.cast["inspector"], yes=None)
    client.force_login(stage.cast["inspector"])
    client.get("/tasks/")
    with django_assert_num_queries(6):
        assert len(client.get("/tasks/").context["in_progress"]) == townships


# ---- two people at one form


def answer_first(stage: Stage) -> None:
    inspection, lead = stage.inspections[0], stage.cast["lead_inspector"]
    save_answer(inspection=inspection, code="yes", given=Given(True), by=lead, now=NOW)


def test_stale_tap_is_refused_with_who_and_what(inspector: Client, stage: Stage) -> None:
    answer_first(stage)
    number = checklist(stage.inspections[0].edition_id, "township").by_code["yes"].prefix
    address = url(stage, "answer-save", "yes")
    said = inspector.post(address, {f"{number}-value": "not_met", f"{number}-version": "0"})
    assert said.status_code == 400
    body = said.json()
    assert body["version"] == 1
    assert stage.cast["lead_inspector"].name in body["errors"]["value"][0]
    assert "合格" in body["errors"]["value"][0]
    assert Answer.objects.get().value is True
    again = inspector.post(address, {f"{number}-value": "not_met", f"{number}-version": "1"})
    assert again.status_code == 200
    assert Answer.objects.get().value is False


def test_stale_section_without_script_shows_both_and_saves_nothing(inspector: Client, stage: Stage) -> None:
    entry = checklist(stage.inspections[0].edition_id, "township").by_code["yes"]
    answer_first(stage)
    address = url(stage, "section-save", entry.section.code)
    said = inspector.post(address, {f"{entry.prefix}-value": "not_met", f"{entry.prefix}-version": "0"})
    assert said.status_code == 400
    assert "没有覆盖" in said.content.decode()
    assert f'name="{entry.prefix}-version" value="1"' in said.content.decode()
    assert Answer.objects.get().value is True


@pytest.mark.parametrize("version", ["", "-1", "x", "9" * 40, "²"])
def test_odd_version_is_taken_for_none(inspector: Client, stage: Stage, version: str) -> None:
    entry = checklist(stage.inspections[0].edition_id, "township").by_code["yes"]
    given = {f"{entry.prefix}-value": "met", f"{entry.prefix}-version": version}
    assert inspector.post(url(stage, "answer-save", "yes"), given).status_code == 200
