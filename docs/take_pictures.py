"""Takes a picture of every page, and of a notice's pages, from a portal that runs with the demonstration.

    make run                                  # in one terminal
    .venv/bin/python docs/take_pictures.py    # in another

Writes docs/pictures/<page>-<width>.png.
"""

import io
import re
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

BASE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
PLACE = Path(__file__).resolve().parent / "pictures"
PASSWORD = "bianmin-yanshi-0523"  # of the demonstration, printed at every start
WIDTHS = (375, 1280)
TALLEST = 2400  # px; what follows below repeats what is seen
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
# Account → pages: name and address, or name and the first link of the page before that matches.
TOUR = {
    "": [("login", "/login/"), ("missing", "/nowhere/")],
    "zuzhang1": [
        ("tasks", "/tasks/"),
        ("form", r"/inspections/[0-9a-f-]+/$"),
        ("check", r"/check/$"),
        ("device", "/field/"),
        ("account", "/account/"),
    ],
    "chengguan": [
        ("our-centers", "/our-centers/"),
        ("score", r"/score/$"),
        ("findings-township", "/findings/"),
        ("notices-township", "/documents/"),
        ("notice-township", r"/documents/[0-9a-f-]{36}/$"),
        ("repairs-township", "/findings/?state=in_repair"),
        ("finding-township", r"/findings/\d+/$"),
        ("messages", "/messages/"),
    ],
    "guanli": [
        ("county", "/county/"),
        ("region", "/regions/410523000000/"),
        ("lessons", "/county/lessons/"),
        ("rehearsals", "/rehearsals/"),
        ("jobs", "/jobs/"),
        ("rounds", "/rounds/"),
        ("round", r"/rounds/\d+/$"),
        ("round-new", "/rounds/new/"),
        ("findings", "/findings/"),
        ("inbox", "/inbox/"),
        ("finding", r"/findings/\d+/$"),
        ("calendar", "/calendar/"),
        ("policy", "/rectification/"),
        ("notices", "/documents/"),
        ("notice-draft", "/documents/?state=draft"),
        ("notice-edit", r"/edit/$"),
        ("issuing-body", "/issuing-body/"),
        ("centers", "/centers/"),
        ("center", r"/centers/\d+/$"),
        ("standards", "/standards/"),
        ("standard", r"/standards/[\w.-]+/[\w.-]+/$"),
        ("editions-compared", "/standards/guofa-2022-5/2022/changes/"),
        ("efforts", "/standards/shenfuban-2021-13/2021/efforts/"),
    ],
    "shengji": [("province", "/county/"), ("province-region", "/regions/410000000000/")],
    "anquan": [("people", "/people/"), ("person", r"/people/\d+/$"), ("person-new", "/people/new/")],
    "shenji": [("audit", "/audit/")],
}


def main() -> None:
    PLACE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for account, stops in TOUR.items():
            page = enter(browser, account)
            for name, target in stops:
                visit(page, target)
                if name == "notice-draft":
                    visit(page, r"/documents/[0-9a-f-]{36}/$")
                for width in WIDTHS:
                    picture(page, name, width)
            page.context.close()
        print_pages(enter(browser, "guanli"))
        browser.close()


def enter(browser: Browser, account: str) -> Page:
    context = browser.new_context(base_url=BASE, locale="zh-CN", reduced_motion="reduce")
    page = context.new_page()
    if account:
        page.goto("/login/")
        page.fill("[name=username]", account)
        page.fill("[name=password]", PASSWORD)
        page.click("form.box button")
        page.wait_for_load_state()
    return page


def visit(page: Page, target: str) -> None:
    """Open an address, or follow the first link on the page that matches a pattern."""
    if not target.endswith("$"):
        page.goto(target)
        return
    links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    page.goto(next(link for link in links if re.search(target, link.partition("?")[0])))


def picture(page: Page, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_load_state("networkidle")
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    keep(shot.crop((0, 0, shot.width, min(shot.height, TALLEST))), f"{name}-{width}")


def print_pages(page: Page) -> None:
    """The pages of an issued notice as the portal itself draws them."""
    page.goto("/documents/?state=issued")
    visit(page, r"/documents/[0-9a-f-]{36}/$")
    address = page.url.removeprefix(BASE)
    number = 1
    while (answer := page.request.get(f"{address}pages/{number}.png")).ok:
        keep(Image.open(io.BytesIO(answer.body())), f"pdf-{number:02d}")
        number += 1


def keep(shot: Image.Image, name: str) -> None:
    shot.convert("RGB").quantize(96).save(PLACE / f"{name}.png", optimize=True)
    print(name, shot.size)


if __name__ == "__main__":
    main()
