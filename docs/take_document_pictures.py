"""Draws one document of every kind for docs/documents.md, and measures them against the standard's figures.

    .venv/bin/python docs/take_document_pictures.py             # writes docs/pictures/document-<kind>.png
    .venv/bin/python docs/take_document_pictures.py --figures   # prints what is measured on them

The facts are those of the tests, marked as a demonstration. No seal is drawn: its place stays empty.
"""

import itertools
import os
import sys
from dataclasses import replace
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from reports import pdf, verification  # noqa: E402
from reports.demonstration.pictures import SCENES, photo  # noqa: E402
from reports.document import KINDS, Document, digest  # noqa: E402
from reports.typesetting import Verification  # noqa: E402
from tests.reports import samples  # noqa: E402
from tests.reports.notices import FINDINGS, finding, inspection, notice  # noqa: E402
from tests.reports.pages import MM, Pages  # noqa: E402

PLACE = ROOT / "docs" / "pictures"
SCALE, COLUMNS, GAP = 0.72, 4, 10
MOST_PAGES = 8
CHARACTER, LINE = 15.79 / MM, 28.95 / MM


def main() -> None:
    if "--figures" in sys.argv:
        for name, value in figures():
            print(f"{name}: {value}")
        return
    scenes = [photo(scene, str(seed)) for seed in range(3) for scene in SCENES]
    samples.PHOTOS = {samples.key(body): body for body in scenes}
    samples.ASSETS.update(samples.PHOTOS)
    code = verification.code("https://xzfw.example.gov.cn/verify/rXr1bIWZ1dX6gEo0bq3w9A/")
    for kind in KINDS:
        document = sample(kind)
        number = f"{document.number.text}　" if document.number else ""
        mark = Verification(f"{number}摘要 {verification.short(digest(document))}", code)
        picture(kind, Pages(pdf.render(document, samples.ASSETS, mark)))


def sample(kind: str) -> Document:
    """The sample of the tests without its stand-in for a seal, marked as a demonstration."""
    document = replace(samples.samples()[kind], demonstration=True)
    return replace(document, seal_image=None) if hasattr(document, "seal_image") else document


def picture(kind: str, pages: Pages) -> None:
    """The pages of a document side by side: all, or the first seven and the last."""
    shown = [*range(len(pages))][: MOST_PAGES - 1] + [len(pages) - 1] * (len(pages) >= MOST_PAGES)
    shots = [pages.rastered[number].render(scale=SCALE).to_pil() for number in shown]
    wide, high = max(s.width for s in shots) + GAP, max(s.height for s in shots) + GAP
    columns = min(COLUMNS if kind != "ledger" else 2, len(shots))
    rows = -(-len(shots) // columns)
    sheet = Image.new("RGB", (columns * wide + GAP, rows * high + GAP), "#d8d5cc")
    for place, shot in enumerate(shots):
        sheet.paste(shot, (GAP + place % columns * wide, GAP + place // columns * high))
    sheet.quantize(128).save(PLACE / f"document-{kind}.png", optimize=True)
    print(kind, len(pages.rastered), sheet.size)


def figures() -> list[tuple[str, str]]:
    """What is measured on the notice, the letter and the ledger, in mm."""
    first = Pages(pdf.render(notice(10, seal_image=samples.SEAL), samples.ASSETS))
    letter = Pages(pdf.render(samples.letter(10)))
    number = first.line(1, "审服办")
    rule = [row for row in first.ink(1, red=True, dpi=600) if row[0] > number.baseline]
    rows = tuple(finding(FINDINGS[0], finding="群众办事不便" * 60) for _ in range(4))
    body = Pages(pdf.render(notice(facts=inspection(findings=rows)))).body(2)
    full = [line for line in body if line.left < 28.1 and len(line.text) == 28]
    black = [y for y, *_ in first.ink(1, dpi=600) if number.baseline - 5 < y < number.baseline + 3]
    foot = [row for row in first.ink(len(first), dpi=600) if row[0] > 230 and row[2] - row[1] > 155]
    red = list(letter.ink(1, red=True, dpi=600))
    wide = [row for row in red if row[2] - row[1] > 165]
    dash = [r for r in first.ink(1, dpi=600) if r[0] > 265]
    widest = max(dash, key=lambda r: r[2] - r[1])
    seal = next(image for page in first.plumbed.pages for image in page.images)
    steps = [b.baseline - a.baseline for a, b in itertools.pairwise(body)]
    return [
        ("lines of a full page", str(len(body))),
        ("line pitch", f"{min(steps):.2f}-{max(steps):.2f} mm"),
        ("left and right of full lines", f"{_range(x.left for x in full)}, {_range(x.right for x in full)}"),
        ("characters of a full line", str({len(line.text) for line in full})),
        ("top of the mark", f"{next(iter(first.ink(1, red=True, dpi=600)))[0]:.2f}"),
        ("number's ink to the rule", f"{rule[0][0] - max(black):.2f}"),
        ("red rule", f"{rule[0][1]:.2f}-{rule[0][2]:.2f}"),
        ("dash of the page number below the type area", f"{widest[0] - 262:.2f}"),
        ("right end of the page number", f"{first.line(1, '— 1 —').right:.2f}"),
        ("left end on page 2", f"{first.line(2, '— 2 —').left:.2f}"),
        ("last rule of the imprint", f"{max(r[0] for r in foot if r[0] < 263):.2f}"),
        ("letter: top of the mark", f"{red[0][0]:.2f}"),
        ("letter: rules", f"{wide[0][1]:.2f}-{wide[0][2]:.2f}, last at {297 - wide[-1][0]:.2f} from below"),
        ("letter: mark to rule", f"{wide[0][0] - max(r[0] for r in red if r[0] < wide[0][0]):.2f}"),
        ("seal", f"{seal['width'] / MM:.2f} x {seal['height'] / MM:.2f}"),
    ]


def _range(values: object) -> str:
    found = sorted(values)  # type: ignore[call-overload]
    return f"{found[0]:.2f}-{found[-1]:.2f}"


if __name__ == "__main__":
    main()
