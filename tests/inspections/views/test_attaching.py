"""A stored file is taken out of a draft, and whatever was chosen and typed in its form is kept."""

from typing import Any

import pytest
from django.test import Client

from inspections import actions
from inspections.answers import Given
from inspections.models import Evidence, Finding, Reply
from organization.models import AuditEntry, Role
from tests.factories import make_user
from tests.inspections.views.test_findings import FIELDS, upload
from tests.repairs import add_photo, in_state, publish
from tests.small_stage import NOW, Stage, jpeg, submitted

pytestmark = pytest.mark.django_db
TYPED = {"measure": "改用新的写法", "responsible": "", "result": "partly", "done_on": "", "plan": ""}


@pytest.fixture
def staff(client: Client, stage: Stage) -> Client:
    publish(2026)
    client.force_login(stage.cast["township_staff"])
    return client


@pytest.fixture
def finding(stage: Stage) -> Finding:
    return in_state(stage, "in_repair")


@pytest.fixture
def kept(stage: Stage, finding: Finding) -> Evidence:
    return add_photo(finding, stage.cast["township_staff"])


def removal(evidence: Evidence, **fields: Any) -> dict[str, Any]:
    return {"remove": str(evidence.pk), **fields}


def drafted(finding: Finding) -> list[str]:
    return list(Evidence.objects.kept().filter(finding=finding, reply=None).values_list("name", flat=True))


def test_what_was_typed_and_chosen_is_kept_when_a_file_is_removed(
    staff: Client, finding: Finding, kept: Evidence
) -> None:
    page = staff.get(f"/findings/{finding.pk}/").content.decode()
    assert f'<button name="remove" value="{kept.pk}" aria-label="删除 {kept.name}">' in page
    chosen = upload(jpeg("teal"), "新拍的.jpg")
    said = staff.post(f"/findings/{finding.pk}/reply/", removal(kept, **TYPED, files=chosen), follow=True)
    # Back to where the files are, not to the head of a long page.
    assert said.redirect_chain == [(f"/findings/{finding.pk}/#id_files", 302)]
    assert 'id="id_files"' in said.content.decode()
    assert f"已删除“{kept.name}”" in said.content.decode()
    assert drafted(finding) == ["新拍的.jpg"]
    reply = finding.replies.get()
    assert (reply.measure, reply.responsible, reply.result) == (TYPED["measure"], "", "partly")
    assert AuditEntry.objects.filter(action="evidence.remove").count() == 1


def test_a_file_is_removed_beside_a_fault_and_the_fault_is_told(
    staff: Client, finding: Finding, kept: Evidence
) -> None:
    bad = removal(kept, **(FIELDS | {"done_on": "2999-01-01"}), files=upload(jpeg("teal"), "新拍的.jpg"))
    said = staff.post(f"/findings/{finding.pk}/reply/", bad)
    assert said.status_code == 400
    assert f"已删除“{kept.name}”" in said.content.decode()
    assert "完成日期不能晚于今天" in said.content.decode()
    assert said.context["reply_form"]["done_on"].value() == "2999-01-01"
    assert drafted(finding) == ["新拍的.jpg"]
    # The language is changed on a page that can be opened, which this address is not.
    assert f'<input type="hidden" name="next" value="/findings/{finding.pk}/">' in said.content.decode()


def test_room_is_made_before_the_file_chosen_comes_in(
    staff: Client, finding: Finding, kept: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspections.actions.rectifying.EVIDENCE_PER_DRAFT", 1)
    chosen = upload(jpeg("teal"), "新拍的.jpg")
    said = staff.post(f"/findings/{finding.pk}/reply/", removal(kept, **TYPED, files=chosen))
    assert said.status_code == 302
    assert drafted(finding) == ["新拍的.jpg"]


def test_second_press_of_the_button_keeps_the_rest_all_the_same(
    staff: Client, finding: Finding, kept: Evidence
) -> None:
    for _press in range(2):
        said = staff.post(f"/findings/{finding.pk}/reply/", removal(kept, **TYPED), follow=True)
        assert "草稿已保存" in said.content.decode()
    assert not drafted(finding)
    assert AuditEntry.objects.filter(action="evidence.remove").count() == 1


@pytest.mark.parametrize("key", ["", "x", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_a_file_that_is_none_removes_nothing(
    staff: Client, finding: Finding, kept: Evidence, key: str
) -> None:
    assert staff.post(f"/findings/{finding.pk}/reply/", {**TYPED, "remove": key}).status_code == 302
    assert drafted(finding) == [kept.name]


def test_only_a_file_of_the_same_draft_is_removed(
    staff: Client, client: Client, stage: Stage, finding: Finding, kept: Evidence
) -> None:
    near = make_user("near", [(Role.TOWNSHIP_STAFF, stage.county.townships[1])])
    there = in_state(stage, "notified", 1)
    actions.acknowledge_findings(inspection=there.inspection, by=near, now=NOW)
    there.refresh_from_db()
    foreign = add_photo(there, near)
    assert staff.post(f"/findings/{finding.pk}/reply/", removal(foreign, **TYPED)).status_code == 302
    assert drafted(there) == [foreign.name]
    # Nor does a report take anything out.
    staff.post(f"/findings/{finding.pk}/report/", removal(kept, **FIELDS))
    assert finding.evidence.get().removed_at is None
    assert finding.evidence.get().reply is not None
    client.force_login(near)
    assert client.post(f"/findings/{finding.pk}/reply/", removal(kept, **TYPED)).status_code == 404


def test_every_file_that_can_be_kept_is_kept_beside_one_that_cannot(staff: Client, finding: Finding) -> None:
    files = [upload(b"MZ", "x.exe"), upload(b"MZ", "y.exe"), upload(name="新拍的.jpg")]
    said = staff.post(f"/findings/{finding.pk}/reply/", {**TYPED, "files": files})
    assert said.status_code == 400
    assert all(name in said.content.decode() for name in ("“x.exe”不是", "“y.exe”不是"))
    assert drafted(finding) == ["新拍的.jpg"]


@pytest.mark.parametrize("whole", [False, True])
def test_the_file_that_begins_the_repair_stands_before_the_report(
    staff: Client, stage: Stage, whole: bool
) -> None:
    finding = in_state(stage, "acknowledged")
    sent = FIELDS | {"files": upload()}
    address = f"/findings/{finding.pk}/report/"
    if whole:
        sent, address = named(finding, sent), f"/inspections/{finding.inspection_id}/feedback/report/"
    assert staff.post(address, sent).status_code == 302
    assert [event.move for event in finding.events.all()][-2:] == ["begin", "report"]


# ---- the form of a whole notice


@pytest.fixture
def both(stage: Stage) -> list[Finding]:
    """Two findings of one notice, acknowledged."""
    inspection = submitted(stage, 0, yes=Given(False), choice=Given("not_met"))
    actions.notify_findings(inspection=inspection, by=None, now=NOW)
    actions.acknowledge_findings(inspection=inspection, by=stage.cast["township_staff"], now=NOW)
    return list(inspection.findings.order_by("item__position"))


def named(finding: Finding, fields: dict[str, Any]) -> dict[str, Any]:
    return {f"f{finding.pk}-{name}": value for name, value in fields.items()}


def test_form_of_a_notice_keeps_every_finding_when_a_file_of_one_is_removed(
    staff: Client, stage: Stage, both: list[Finding]
) -> None:
    first, second = both
    kept = add_photo(first, stage.cast["township_staff"])
    address = f"/inspections/{first.inspection_id}/feedback/"
    assert f'<button name="remove" value="{kept.pk}"' in staff.get(address).content.decode()
    sent = removal(kept, **named(first, TYPED), **named(second, {"files": upload(name="新拍的.jpg")}))
    said = staff.post(f"{address}save/", sent, follow=True)
    assert said.redirect_chain == [(f"{address}#f{first.pk}-files", 302)]
    assert f'id="f{first.pk}-files"' in said.content.decode()
    assert f"已删除“{kept.name}”" in said.content.decode()
    assert (drafted(first), drafted(second)) == ([], ["新拍的.jpg"])
    assert Reply.objects.get(finding=first).measure == TYPED["measure"]


def test_form_of_a_notice_removes_a_file_where_nothing_is_filled_in(
    staff: Client, stage: Stage, both: list[Finding]
) -> None:
    kept = add_photo(both[0], stage.cast["township_staff"])
    address = f"/inspections/{both[0].inspection_id}/feedback/"
    assert staff.post(f"{address}save/", removal(kept)).status_code == 302
    assert not drafted(both[0])
    assert not Reply.objects.exists()


def test_form_of_a_notice_tells_of_the_files_of_every_finding(staff: Client, both: list[Finding]) -> None:
    sent: dict[str, Any] = {}
    for finding in both:
        sent |= named(finding, TYPED | {"files": [upload(b"MZ", "x.exe"), upload(name="新拍的.jpg")]})
    said = staff.post(f"/inspections/{both[0].inspection_id}/feedback/save/", sent)
    assert said.status_code == 400
    assert [href for href, _text in said.context["faults"]] == [f"#finding-{row.pk}" for row in both]
    assert [drafted(row) for row in both] == [["新拍的.jpg"]] * 2
    here = f"/inspections/{both[0].inspection_id}/feedback/"
    assert f'<input type="hidden" name="next" value="{here}">' in said.content.decode()
