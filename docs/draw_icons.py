"""Draws the app's icons from docs/app-icon.svg, for systems that take no SVG.

    .venv/bin/python docs/draw_icons.py

Writes static/app-<size>.png; phones cut them to circles, so the mark keeps inside the middle four fifths.
"""

import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
SIZES = (180, 192, 512)  # px: iOS, Android, Android's start screen


def main() -> None:
    drawing = (HERE / "app-icon.svg").read_text()
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for size in SIZES:
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f"<style>body{{margin:0}} svg{{display:block}}</style>{drawing}")
            picture = Image.open(BytesIO(page.screenshot())).convert(
                "P", palette=Image.Palette.ADAPTIVE, colors=32
            )
            picture.save(HERE.parent / "static" / f"app-{size}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
