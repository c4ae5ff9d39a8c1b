"""Upholding an objection on its page, and where the corrected score is told beside the first one."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inspections import actions as inspecting
from inspections.answers import Given
from inspections.models import Correction, Inspection, Request
from organization.models import Role
from reports import actions
from reports.models import OfficialDocument
from tests.factories import make_user
from tests.small_stage import NOW, Stage, issued, later, small_stage, submit_by, submitted
from tests.small_standards import plain_item, standard
from tests.standards.test_measures import BANDED

pytestmark = pytest.mark.django_db
SHORT = {
    "yes": Given(False),
    "area": Given("75"),
    "zones": Given(["guide"]),
    "windows": Given({"total": "4", "compliant": "2"}),
    "posts": Given("2"),
    "choice": Given("not_met"),
}
# The form's fields by which each item is met, in the order of the checklist.
MET = {
    "yes": {"i1-value": "met"},
    "choice": {"i2-value": "met"},
    "area": {"i3-value": "160"},
    "zones": {"i4-value": ["guide", "wait", "office"]},
    "windows": {"i5-value_0": "4", "i5-value_1": "4"},
    "posts": {"i6-value": "0"},
}


@pytest.fixture
def county(client: Client, stage: Stage) -> Client:
    client.force_login(stage.cast["administrator"])
    return client


def objected(stage: Stage, inspection: Inspection, code: str = "yes") -> Request:
    finding = inspection.findings.get(item__code=code)
    return inspecting.object_to(finding=finding, reason="现场有", by=stage.cast["township_staff"], now=NOW)


def notified(stage: Stage, place: int = 0, **bad: Given) -> Inspection:
    inspection = submitted(stage, place, **(bad or SHORT))
    inspecting.notify_findings(inspection=inspection, by=None, now=NOW)
    return inspection


def url(asked: Request) -> str:
    return reverse("reports:request-correct", args=[asked.pk])


def text(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize("code", MET)
def test_each_kind_of_item_is_set_right_by_its_own_controls(county: Client, stage: Stage, code: str) -> None:
    inspection = notified(stage)
    asked = objected(stage, inspection, code)
    page = text(county, url(asked))
    assert all(f'name="{name}"' in page for name in MET[code])
    assert f'href="{url(asked)}"' in text(county, f"/findings/{asked.finding_id}/")
    sent = county.post(url(asked), MET[code] | {"words": "经核实"})
    assert sent["Location"] == reverse("reports:score", args=[inspection.pk])
    assert (Correction.objects.get().item.code, asked.finding.inspection.corrections.count()) == (code, 1)


def test_a_number_with_bands_is_set_right_by_both_of_its_fields(client: Client) -> None:
    stage = small_stage(data=standard(plain_item("hall", BANDED), plain_item("rest")))
    client.force_login(stage.cast["administrator"])
    row = stage.inspections[0]
    inspector = stage.cast["inspector"]
    for code, value in (("hall", {"basis": "48000", "value": "150"}), ("rest", True)):
        inspecting.save_answer(inspection=row, code=code, given=Given(value), by=inspector, now=NOW)
    inspection = submit_by(row, stage.cast["lead_inspector"])
    inspecting.notify_findings(inspection=inspection, by=None, now=NOW)
    asked = objected(stage, inspection, "hall")
    page = text(client, url(asked))
    assert 'name="i1-value_0"' in page
    assert 'name="i1-value_1"' in page
    sent = {"i1-value_0": "48000", "i1-value_1": "210", "words": "经核实"}
    assert client.post(url(asked), sent).status_code == 302
    inspection.refresh_from_db()
    assert inspection.score == 100


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"i3-value": "160", "words": ""}, "请写明更正的理由"),
        ({"i3-value": "", "words": "经核实"}, "请填写更正后的检查结果"),
        ({"i3-value": "大", "words": "经核实"}, "数字"),
        ({"i3-value": "10", "words": "经核实"}, "不能比原来多"),
        ({"i3-value": "160", "words": "长" * 501}, "500"),
    ],
)
def test_fault_is_told_and_what_was_typed_stays(
    county: Client, stage: Stage, fields: dict[str, str], said: str
) -> None:
    asked = objected(stage, notified(stage), "area")
    response = county.post(url(asked), fields)
    page = response.content.decode()
    assert response.status_code == 400
    assert said in page
    assert f'value="{fields["i3-value"]}"' in page
    assert not Correction.objects.exists()


def test_objection_is_refused_with_words_on_the_page_of_its_finding(county: Client, stage: Stage) -> None:
    asked = objected(stage, notified(stage))
    decide = reverse("inspections:request-decide", args=[asked.pk])
    assert county.post(decide, {"grant": "1", "words": "可以"}).status_code == 400
    assert county.post(decide, {"grant": "0", "words": "照片显示没有"}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "refused"
    again = county.get(url(asked), follow=True)
    assert again.redirect_chain == [(f"/findings/{asked.finding_id}/", 302)]
    assert "已经答复“不同意”" in again.content.decode()


def test_second_press_of_the_button_is_led_to_what_the_first_did(county: Client, stage: Stage) -> None:
    inspection = notified(stage)
    asked = objected(stage, inspection)
    sent = MET["yes"] | {"words": "经核实"}
    score = reverse("reports:score", args=[inspection.pk])
    assert county.post(url(asked), sent)["Location"] == score
    again = county.post(url(asked), sent, follow=True)
    assert again.redirect_chain == [(score, 302)]
    assert "得分已经更正" in again.content.decode()
    assert Correction.objects.count() == 1


def test_who_is_answered_before_in_the_same_moment_is_led_there_too(
    county: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspection = notified(stage)
    asked = objected(stage, inspection)
    correct = actions.correct_score

    def overtaken(**told: Any) -> Correction:
        """A colleague is faster by a moment: this one then finds the lock."""
        correct(**told)
        return correct(**told)

    monkeypatch.setattr("reports.views.corrections.actions.correct_score", overtaken)
    again = county.post(url(asked), MET["yes"] | {"words": "经核实"})
    assert again["Location"] == reverse("reports:score", args=[inspection.pk])
    assert Correction.objects.count() == 1


def test_missing_reason_is_headed_as_a_fault(county: Client, stage: Stage) -> None:
    asked = objected(stage, notified(stage))
    page = county.post(url(asked), MET["yes"]).content.decode()
    assert "<h2>请先更正以下内容</h2>" in page
    assert "<h2>更正得分</h2>" not in page


def test_both_scores_are_told_on_every_side(county: Client, stage: Stage, quick_pdf: Any) -> None:
    inspection = submitted(stage, yes=Given(False), area=Given("75"))
    issued(stage, inspection)
    asked, other = objected(stage, inspection), objected(stage, inspection, "area")
    county.post(url(asked), {"i1-value": "met", "words": "现场复核确有"})
    county.post(url(other), {"i3-value": "120", "words": "重新测量"})
    score = reverse("reports:score", args=[inspection.pk])
    page = text(county, score)
    assert "原得分 75.00（合格），更正后 96.67" in page
    assert page.count("现场复核确有") == 1
    # Beside the item that still falls short, and in the ledger.
    assert page.count("重新测量") == 2
    assert "原得分 75.00" in text(county, f"/rounds/{stage.round.pk}/")
    assert "原扣 4 分，更正后扣 0 分" in text(county, f"/findings/{asked.finding_id}/")
    assert "得分由75.00更正为91.67" in text(county, f"/findings/{asked.finding_id}/")
    township = Client()
    township.force_login(stage.cast["township_staff"])
    assert "原得分 75.00，更正后 96.67" in text(township, "/our-centers/")
    assert "原得分 75.00（合格），更正后 96.67" in text(township, score)
    assert "得分由91.67更正为96.67" in text(township, "/messages/")


def test_village_tells_its_first_score_to_its_township(client: Client, quick_pdf: Any, db: None) -> None:
    stage = small_stage(townships=1, villages=1, kinds=("village",))
    inspection = notified(stage, yes=Given(False), area=Given("25"), zones=Given(["guide", "wait"]))
    asked = objected(stage, inspection)
    who = {"by": stage.cast["administrator"], "now": later(1)}
    actions.correct_score(request=asked, given=Given(True), words="经核实", **who)
    client.force_login(stage.cast["township_staff"])
    assert "原得分 75.00" in text(client, "/our-centers/")


def test_overtaken_document_is_listed_and_replaced(county: Client, stage: Stage, quick_pdf: Any) -> None:
    inspection = submitted(stage, yes=Given(False), area=Given("75"))
    old = issued(stage, inspection)
    assert "更正后需替换的文件" not in text(county, "/documents/")
    county.post(url(objected(stage, inspection)), {"i1-value": "met", "words": "经核实"})
    assert "更正后需替换的文件" in text(county, "/documents/")
    assert "替换 1 份公文" in text(county, "/county/")
    page = reverse("reports:document", args=[old.pk])
    assert "撤回并起草代替的公文" in text(county, page)
    signatory, township = Client(), Client()
    signatory.force_login(stage.cast["signatory"])
    township.force_login(stage.cast["township_staff"])
    # Who may withdraw and not draft does so step by step; the addressee is told by the new document.
    assert "撤回并起草代替的公文" not in text(signatory, page)
    assert "与检查结果不一致" in text(signatory, page)
    assert "与检查结果不一致" not in text(township, page)
    sent = county.post(reverse("reports:document-supersede", args=[old.pk]))
    new = OfficialDocument.objects.get(replaces=old)
    assert sent["Location"] == reverse("reports:document", args=[new.pk])
    public = reverse("reports:verify", args=[old.token])
    assert "已经撤回" in text(Client(), public)
    new = actions.issue_document(document=new, by=stage.cast["signatory"], now=timezone.now())
    assert f"由{new.number_text}代替" in text(Client(), public)
    assert f"{old.number_text}" in text(Client(), reverse("reports:verify", args=[new.token]))
    assert "更正后需替换的文件" not in text(county, "/documents/")


def test_nobody_elses_objection_or_document_is_found(stage: Stage, other: Stage, quick_pdf: Any) -> None:
    inspection = submitted(stage, **SHORT)
    old = issued(stage, inspection)
    asked = objected(stage, inspection)
    second = make_user("next-door", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    strangers = [*other.cast.values(), second]
    for person in strangers:
        client = Client()
        client.force_login(person)
        assert client.get(url(asked)).status_code == 404
        assert client.post(url(asked), MET["yes"] | {"words": "x"}).status_code == 404
        assert client.post(reverse("reports:document-supersede", args=[old.pk])).status_code == 404
        assert old.title not in client.get("/documents/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_overtaken_documents_takes_the_same_queries(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, count: int
) -> None:
    stage = small_stage(townships=count)
    for place in range(count):
        inspection = submitted(stage, place, **SHORT)
        issued(stage, inspection)
        finding = inspection.findings.get(item__code="yes")
        staff = make_user(f"staff{place}", [(Role.TOWNSHIP_STAFF, stage.county.townships[place])])
        asked = inspecting.object_to(finding=finding, reason="现场有", by=staff, now=NOW)
        who = {"by": stage.cast["administrator"], "now": later(1)}
        actions.correct_score(request=asked, given=Given(True), words="经核实", **who)
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(14):
        assert len(client.get("/documents/").context["outdated"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_queries_for_any_number_of_objections(
    county: Client, stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    inspection = notified(stage)
    asked = [objected(stage, inspection, code) for code in list(MET)[:count]][-1]
    with django_assert_num_queries(7):
        assert county.get(url(asked)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_score_page_takes_the_same_queries_for_any_number_of_lines(
    county: Client, stage: Stage, django_assert_num_queries: Any, count: int
) -> None:
    inspection = notified(stage)
    for code in list(MET)[:count]:
        county.post(url(objected(stage, inspection, code)), MET[code] | {"words": "经核实"})
    with django_assert_num_queries(12):
        context = county.get(reverse("reports:score", args=[inspection.pk])).context
    assert len(context["corrections"]) == count
