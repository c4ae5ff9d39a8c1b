"""Pages of the office that signs: register of numbers, usual words, pictures of seals."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from inspections.answers import Given
from reports import actions
from reports.models import DefaultWording, GivenNumber, IssuingBody, SealImage
from tests.factories import make_cast, make_county
from tests.reports.seals import add_seal, ring
from tests.small_stage import NOW, OFFICE, Stage, drafted, issued, later, small_stage, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


def url(name: str, *of: Any) -> str:
    return reverse(f"reports:{name}", args=of)


@pytest.fixture
def body(stage: Stage) -> IssuingBody:
    return IssuingBody.objects.get()


# ---- numbers


@pytest.mark.parametrize("townships", [1, 3])
def test_register_costs_the_same_for_one_and_three(
    client: Client, quick_pdf: Any, django_assert_num_queries: Any, townships: int
) -> None:
    stage = small_stage(townships=townships)
    for place in range(townships):
        issued(stage, submitted(stage, place, **SHORT))
    client.force_login(stage.cast["administrator"])
    with django_assert_num_queries(10):
        said = client.get(url("register", IssuingBody.objects.get().pk))
    assert len(said.context["page"].object_list) == townships


def test_register_shows_void_numbers_with_who_and_why(
    client: Client, stage: Stage, body: IssuingBody, quick_pdf: Any
) -> None:
    row = issued(stage, submitted(stage, **SHORT))
    actions.withdraw(document=row, words="对象有误", by=stage.cast["signatory"], now=later(1))
    client.force_login(stage.cast["reviewer"])
    said = client.get(url("register", body.pk))
    text = said.content.decode()
    assert "作废" in text
    assert "对象有误" in text
    assert (said.context["void_count"], said.context["paper_count"]) == (1, 0)
    assert "登记纸质使用的文号" not in text


def test_numbers_used_on_paper_are_entered_on_the_page(
    client: Client, stage: Stage, body: IssuingBody
) -> None:
    client.force_login(stage.cast["administrator"])
    fields = {"year": "2026", "through": "3", "reason": "纸质印发"}
    said = client.post(url("register", body.pk), fields, follow=True)
    assert "已登记 3 个纸质使用的文号" in said.content.decode()
    said = client.post(url("register", body.pk), fields)
    assert "下一个文号是4" in str(said.context["form"].errors["through"])
    assert GivenNumber.objects.count() == 3


@pytest.mark.parametrize("year", ["2026", "1999", "x", "²"])
def test_any_year_in_the_address_shows_a_page(
    client: Client, stage: Stage, body: IssuingBody, year: str, quick_pdf: Any
) -> None:
    issued(stage, submitted(stage, **SHORT))
    client.force_login(stage.cast["administrator"])
    assert client.get(url("register", body.pk), {"year": year}).context["year"] == 2026


# ---- words


def test_words_of_the_office_stand_in_new_drafts(client: Client, stage: Stage, body: IssuingBody) -> None:
    client.force_login(stage.cast["reviewer"])
    page = client.get(url("wording", body.pk, "notice"))
    given = {name: field.initial for name, field in page.context["form"].fields.items()}
    given["basis"] = "按照{标准}"
    client.post(url("wording", body.pk, "notice"), given)
    assert DefaultWording.objects.get().passages == {"basis": "按照{标准}"}
    row = drafted(stage, submitted(stage, **SHORT))
    content = actions.compose(row, number=None, dated=NOW.date())
    assert content.opening[0].startswith("按照《")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("根据{标难}检查", "第3个字起的“{标难}”不是可用的占位词"),
        ("根据{标准", "第3个字“{”是多余的花括号"),
        ("根据标准}检查", "第5个字“}”是多余的花括号"),
        ("长" * 401, "最多400个字，现在有401个字"),
    ],
)
def test_wrong_placeholder_is_named_with_its_place(
    client: Client, stage: Stage, body: IssuingBody, text: str, words: str
) -> None:
    client.force_login(stage.cast["administrator"])
    said = client.post(url("wording", body.pk, "notice"), {"basis": text})
    assert words in said.content.decode().replace("&quot;", '"')
    fragment = client.post(url("wording-preview", body.pk, "notice"), {"basis": text})
    assert words in fragment.content.decode()
    assert not DefaultWording.objects.exists()


def test_preview_button_saves_nothing(client: Client, stage: Stage, body: IssuingBody) -> None:
    client.force_login(stage.cast["administrator"])
    said = client.post(url("wording", body.pk, "notice"), {"closing": "特此通知。", "preview": "1"})
    assert ("结尾段", "特此通知。") in said.context["preview"]
    assert not DefaultWording.objects.exists()


@pytest.mark.parametrize("kind", ["ledger", "x"])
def test_kind_without_words_is_not_found(client: Client, stage: Stage, body: IssuingBody, kind: str) -> None:
    client.force_login(stage.cast["administrator"])
    assert client.get(url("wording", body.pk, kind)).status_code == 404


def test_wording_page_costs_the_same_for_each_kind(
    client: Client, stage: Stage, body: IssuingBody, django_assert_num_queries: Any
) -> None:
    client.force_login(stage.cast["administrator"])
    for kind in ("notice", "circular", "opinion"):
        with django_assert_num_queries(6):
            client.get(url("wording", body.pk, kind))


def test_example_is_about_the_offices_newest_round(client: Client, stage: Stage, body: IssuingBody) -> None:
    client.force_login(stage.cast["administrator"])
    shown = dict(client.get(url("wording", body.pk, "notice")).context["preview"])
    edition, plan = stage.edition, stage.round.plan_number
    about = f"《{edition.title}》（{edition.document_number}）和检查计划（{plan}）"
    assert shown["检查依据（正文开头）"] == f"为提升基层政务服务水平，根据{about}"


def test_example_before_the_first_round_names_no_document_that_there_is(client: Client, other: Stage) -> None:
    """Neither that of another county's round nor one of some edition."""
    county = make_county()
    fields = OFFICE | {"number_code": "x"}
    administrator = make_cast(county)["administrator"]
    body = actions.set_issuing_body(region=county.region, fields=fields, by=administrator, now=NOW)
    client.force_login(administrator)
    shown = dict(client.get(url("wording", body.pk, "notice")).context["preview"])
    assert "《某某工作要求》（某办〔2026〕1号）" in shown["检查依据（正文开头）"]


# ---- seals


def upload(client: Client, body: IssuingBody, picture: bytes, **more: str) -> Any:
    fields = {"purpose": "sealed", "width_mm": "42", "post": ""} | more
    file = SimpleUploadedFile("seal.png", picture, "image/png")
    return client.post(url("seals", body.pk), fields | {"image": file})


def encoded(mode: str, color: Any, form: str = "PNG", size: tuple[int, int] = (300, 300)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, form)
    return out.getvalue()


def test_seal_is_encoded_anew_with_its_transparency(client: Client, stage: Stage, body: IssuingBody) -> None:
    client.force_login(stage.cast["signatory"])
    from PIL.PngImagePlugin import PngInfo

    note = PngInfo()
    note.add_text("Comment", "secret")
    assert upload(client, body, ring((400, 200), pnginfo=note)).status_code == 302
    seal = SealImage.objects.get()
    assert (seal.width_mm, seal.height_mm) == (42, 21)
    stored = client.get(url("seal-image", seal.pk)).content
    assert b"secret" not in stored
    with Image.open(io.BytesIO(stored)) as picture:
        assert (picture.mode, picture.size, picture.getpixel((0, 0))[3]) == ("RGBA", (400, 200), 0)


@pytest.mark.parametrize(
    ("picture", "more", "words"),
    [
        (encoded("RGB", "red"), {}, "背景不透明"),
        (encoded("RGB", "red", "JPEG"), {}, "不是可以读取的 PNG"),
        (b"<svg/>", {}, "不是可以读取的 PNG"),
        (ring()[:200], {}, "不是可以读取的 PNG"),
        (encoded("RGBA", (0, 0, 0, 0), size=(100, 100)), {}, "200 至 4000 像素"),
        (encoded("RGBA", (0, 0, 0, 0), size=(4001, 300)), {}, "200 至 4000 像素"),
        (ring((300, 900)), {}, "超过 60 毫米"),
        (ring() + b"0" * 4 * 2**20, {}, "最大 4 MB"),
    ],
)
def test_picture_that_is_no_seal_is_refused(
    client: Client, stage: Stage, body: IssuingBody, picture: bytes, more: dict[str, str], words: str
) -> None:
    client.force_login(stage.cast["signatory"])
    said = upload(client, body, picture, **more)
    assert words in str(said.context["form"].errors["image"])
    assert not SealImage.objects.exists()


def test_new_seal_puts_the_old_one_out_of_use(client: Client, stage: Stage, body: IssuingBody) -> None:
    first = add_seal(body, stage.cast["signatory"])
    second = add_seal(body, stage.cast["signatory"], body=ring((320, 320)))
    stamp = add_seal(body, stage.cast["signatory"], purpose="signature", post="主任")
    in_use = set(SealImage.objects.filter(retired_at=None))
    assert in_use == {second, stamp}
    client.force_login(stage.cast["signatory"])
    client.post(url("seal-retire", second.pk))
    assert set(SealImage.objects.filter(retired_at=None)) == {stamp}
    assert SealImage.objects.filter(pk=first.pk).exists()


def test_issued_document_holds_the_seal_of_its_day(
    stage: Stage, body: IssuingBody, quick_pdf: list[Any]
) -> None:
    seal = add_seal(body, stage.cast["signatory"])
    row = issued(stage, submitted(stage, **SHORT))
    assert row.document["seal_image"]["image"] == seal.sha256
    actions.retire_seal(seal=seal, by=stage.cast["signatory"], now=later(1))
    later_row = issued(stage, submitted(stage, 1, **SHORT))
    assert later_row.document["seal_image"] is None


@pytest.mark.parametrize("count", [1, 2])
def test_seal_page_costs_the_same(
    client: Client, stage: Stage, body: IssuingBody, django_assert_num_queries: Any, count: int
) -> None:
    for _ in range(count):
        add_seal(body, stage.cast["signatory"])
    client.force_login(stage.cast["signatory"])
    with django_assert_num_queries(5):
        client.get(url("seals", body.pk))
