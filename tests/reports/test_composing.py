"""From a row and what its inspection or round came to: every kind that takes a number."""

import io
from datetime import date
from typing import Any

import pytest

from inspections.answers import Given
from inspections.models import Inspection
from reports import actions, notices, pdf
from reports.assets import assets_of
from reports.document import Circular, DocumentRefused, Notice, Opinion, digest
from reports.models import IssuingBody, OfficialDocument
from reports.refusals import explain
from tests.reports.reinspections import reinspected
from tests.reports.seals import add_seal, ring
from tests.small_stage import NOW, Stage, add_photo, answer, issued, jpeg, later, submit_by, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False, note="门未开")}
DATED = date(2026, 11, 23)


def drafted(stage: Stage, inspection: Inspection, kind: str) -> OfficialDocument:
    return actions.draft_notice(inspection=inspection, by=stage.cast["administrator"], now=NOW, kind=kind)


def composed(document: OfficialDocument, number: int | None = 7) -> Any:
    return notices.compose(document, number=number, dated=DATED)


@pytest.mark.parametrize("kind", ["notice", "letter", "order"])
def test_demand_is_composed_in_its_own_format(stage: Stage, faces: Any, kind: str) -> None:
    content = composed(drafted(stage, submitted(stage, **SHORT), kind))
    assert isinstance(content, Notice)
    assert (content.kind, content.preview, content.demonstration) == (kind, False, False)
    assert content.number.text == "汤政服办〔2026〕7号"
    assert content.mark.endswith("文件") == (kind == "notice")


def test_draft_is_marked_as_one_and_has_no_number(stage: Stage, faces: Any) -> None:
    content = composed(drafted(stage, submitted(stage, **SHORT), "notice"), number=None)
    assert (content.preview, content.number.sequence) == (True, None)


def test_demonstration_county_is_said_to_be_one(stage: Stage, faces: Any) -> None:
    region = IssuingBody.objects.get().region
    region.is_demonstration = True
    region.save()
    assert composed(drafted(stage, submitted(stage, **SHORT), "order")).demonstration is True


def test_seal_in_use_is_named_and_another_purpose_is_not(stage: Stage, faces: Any) -> None:
    row = drafted(stage, submitted(stage, **SHORT), "notice")
    office, by = IssuingBody.objects.get(), stage.cast["signatory"]
    stamp = add_seal(office, by, purpose="signature", post="主任")
    assert composed(row).seal_image is None
    seal = add_seal(office, by, image=io.BytesIO(ring((400, 400))))
    assert composed(row).seal_image.image == seal.sha256
    # Nobody has signed a draft, so that it bears no seal that could be cut out of it.
    assert composed(row, number=None).seal_image is None
    row.seal = "signature"
    content = composed(row)
    assert (content.seal_image.image, content.post, content.seal) == (stamp.sha256, "主任", "signature")
    row.seal = "unsealed"
    assert (composed(row).seal_image, composed(row).post) == (None, "")


def test_seal_out_of_use_is_named_no_longer(stage: Stage, faces: Any) -> None:
    row = drafted(stage, submitted(stage, **SHORT), "notice")
    seal = add_seal(IssuingBody.objects.get(), stage.cast["signatory"])
    type(seal).objects.filter(pk=seal.pk).update(retired_at=NOW)
    assert composed(row).seal_image is None


@pytest.mark.parametrize(("proof", "title"), [("none", None), ("receipt", "回执"), ("service", "送达回证")])
def test_last_annex_is_the_one_chosen(stage: Stage, faces: Any, proof: str, title: str | None) -> None:
    row = drafted(stage, submitted(stage, **SHORT), "notice")
    row.proof = proof
    content = composed(row)
    assert (content.proof.title if content.proof else None) == title
    assert (title in content.attachments) == (title is not None)


# ---- photos


@pytest.fixture
def photographed(stage: Stage) -> Inspection:
    """A submitted inspection with a photo beside its one finding and one beside what is in order."""
    inspection, by = stage.inspections[0], stage.cast["inspector"]
    answer(inspection, by, **SHORT)
    add_photo(inspection, by, jpeg("teal"), "yes")
    add_photo(inspection, by, jpeg("navy"), "area")
    return submit_by(inspection, stage.cast["lead_inspector"], later(1))


def test_photos_of_findings_alone_are_evidence(stage: Stage, faces: Any, photographed: Inspection) -> None:
    content = composed(drafted(stage, photographed, "notice"))
    (annex,) = content.annexes
    (shown,) = annex.blocks[0].photos
    photo = photographed.photos.get(item__code="yes")
    assert shown.image == photo.sha256
    assert set(assets_of(content)) == {photo.sha256}


def test_photos_may_be_left_out(stage: Stage, faces: Any, photographed: Inspection) -> None:
    row = drafted(stage, photographed, "notice")
    row.with_photos = False
    assert composed(row).annexes == ()


def test_document_with_evidence_is_printed_from_storage(
    stage: Stage, faces: Any, photographed: Inspection
) -> None:
    content = composed(drafted(stage, photographed, "notice"))
    made = pdf.render(content, assets_of(content))
    assert b"/Subtype/Image" in made.pdf.replace(b" ", b"")


# ---- the circular


def test_circular_is_about_its_own_round(stage: Stage, other: Stage, faces: Any) -> None:
    submitted(stage, **SHORT)
    submitted(other, **SHORT)
    row = actions.draft_circular(round=stage.round, by=stage.cast["administrator"], now=NOW)
    content = composed(row)
    assert isinstance(content, Circular)
    names = {cells[1] for cells in content.annexes[0].blocks[0].rows}  # type: ignore[union-attr]
    assert names == {t.name for t in stage.county.townships} | {"合计"}
    assert "共发现问题1项" in content.parts[0].passages[2].text


# ---- the opinion


@pytest.fixture
def again(stage: Stage) -> Inspection:
    """A second round, in which the first center's fault is gone; its notice was issued before."""
    issued(stage, submitted(stage, **SHORT))
    return reinspected(stage)


def test_opinion_holds_an_inspection_against_the_last_notice(
    again: Inspection, stage: Stage, faces: Any
) -> None:
    content = composed(drafted(stage, again, "opinion"))
    assert isinstance(content, Opinion)
    notice = OfficialDocument.objects.demands().get()
    assert f"《{notice.title}》（{notice.number_text}）" in content.opening[0]
    assert "通知所列问题1项，经复查，已完成1项" in content.opening[0]
    assert "同意销号" in content.parts[1].passages[0].text


def test_opinion_without_an_earlier_notice_is_refused(stage: Stage, faces: Any) -> None:
    row = OfficialDocument(kind="opinion", inspection=submitted(stage, **SHORT), round=stage.round)
    with pytest.raises(DocumentRefused) as refused:
        notices._reinspection(row)
    assert explain(refused.value) == "这个中心（点）没有更早印发的整改通知，无从复查。"


def test_notice_that_is_no_longer_in_force_is_not_held_against(again: Inspection, stage: Stage) -> None:
    notice = OfficialDocument.objects.demands().get()
    actions.withdraw(document=notice, words="写错了", by=stage.cast["signatory"], now=later(11))
    row = OfficialDocument(kind="opinion", inspection=again, round=again.round)
    with pytest.raises(DocumentRefused, match="no_notice"):
        notices._reinspection(row)


def test_same_row_gives_the_same_content(again: Inspection, stage: Stage, faces: Any) -> None:
    row = drafted(stage, again, "opinion")
    assert digest(composed(row)) == digest(composed(OfficialDocument.objects.get(pk=row.pk)))
