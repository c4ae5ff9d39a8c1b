"""A phone at the form with pictures at hand, and a look into what it keeps."""

import io
import json
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from inspections.models import Inspection, Photo
from organization.models import User
from tests.field.phones import Phone
from tests.small_stage import Stage
from tests.test_journey import enter

WAIT = 20_000
KEPT = """(person) => new Promise((done, fail) => {
    const opening = indexedDB.open(`portal-field-${person}`);
    opening.onerror = fail;
    opening.onsuccess = () => {
        const db = opening.result;
        const asked = db.transaction("photos").objectStore("photos").getAll();
        asked.onsuccess = () => {
            db.close();
            done(asked.result.map(({ bytes, thumbnail, ...row }) => (
                { ...row, kept: bytes?.byteLength ?? 0, small: thumbnail?.byteLength ?? 0 })));
        };
    };
})"""


def picture(
    width: int = 2000, height: int = 1500, *, noise: int = 40, name: str = "hall.jpg"
) -> dict[str, Any]:
    """A file for a file input; noise makes it as heavy as a real photo."""
    file = io.BytesIO()
    Image.effect_noise((width, height), noise).convert("RGB").save(file, "JPEG", quality=92)
    return {"name": name, "mimeType": "image/jpeg", "buffer": file.getvalue()}


def open_form(page: Page, inspection: Inspection, person: User) -> None:
    enter(page, person)
    page.goto(f"/inspections/{inspection.pk}/")
    unfold(page)


def unfold(page: Page, code: str = "yes") -> None:
    """Show the note and photos of an item, as a thumb would."""
    expect(page.locator("html")).to_have_class("js")
    more = page.locator(f"[data-item='{code}'] .more input")
    if not more.is_checked():
        more.check(force=True)


def take(page: Page, *files: dict[str, Any], code: str = "yes") -> None:
    page.set_input_files(f"[data-item='{code}'] [type=file]", list(files))


def kept(page: Page, person: User) -> list[dict[str, Any]]:
    """The photo rows of a person's store, with the sizes of their bytes in the place of these."""
    return sorted(page.evaluate(KEPT, person.pk), key=lambda row: row["at"])


def remove(page: Page, button: str = "[data-item='yes'] .thumbs [data-remove]", *, sure: bool = True) -> None:
    """Press a photo's last button of this kind, and answer the question that follows."""
    page.once("dialog", lambda dialog: dialog.accept() if sure else dialog.dismiss())
    page.locator(button).last.click()


def verified(page: Page, count: int) -> None:
    expect(page.locator(".tray-photos")).to_contain_text(f"{count}/{count} 张照片已核对", timeout=WAIT)


def leave_a_removal(phone: Phone, stage: Stage) -> None:
    """Of a prepared form nothing waits on the phone but that its one photo, which was sent, is taken out."""
    phone.open(stage.inspections[0])
    phone.prepare()
    take(phone.page, picture(300, 200))
    verified(phone.page, 1)
    phone.offline()
    remove(phone.page)
    phone.says("1 张照片的删除")


def exported_and_sent(page: Page, person: User) -> None:
    """The one photo that waits is in the draft's file, and goes by itself once there is signal."""
    (row,) = kept(page, person)
    with page.expect_download() as coming:
        page.click("[data-draft]")
    assert [one["id"] for one in json.loads(coming.value.path().read_text())["photos"]] == [row["id"]]
    page.context.set_offline(False)
    verified(page, 1)
    assert Photo.objects.get().received_sha256 == row["sha256"]


def arrived(inspection: Inspection) -> list[Photo]:
    return list(Photo.objects.kept().filter(inspection=inspection).exclude(arrived_at=None))
