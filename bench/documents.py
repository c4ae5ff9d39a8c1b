"""What a notice costs: plain WeasyPrint, the portal's renderer and Typst on the same content.

Plain WeasyPrint gets the same HTML, rules, options and stored photos, with the faces as their makers
publish them and a new font configuration and stylesheet each time. Processor time of one process, medians
over interleaved rounds; then documents a second with one worker on each of two cores; then the memory of
one worker over many documents, each with characters of its own.

    bench/documents.py                    # everything, memory over 60 documents
    bench/documents.py --memory 3000      # the same, memory over 3,000
    bench/documents.py --only memory --memory 3000
    bench/documents.py --only "4 pages"   # one of the documents alone

On a busy machine the yardstick is above 15 ms, and no figure means much.
"""

import argparse
import gc
import json
import multiprocessing
import os
import queue
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = int(os.environ.get("ROUNDS", "9"))
SECONDS = float(os.environ.get("SECONDS", "12"))  # that two workers are watched for
PATIENCE = 300  # seconds beyond those, for a worker to start and to finish
TARGET_CPU, TARGET_PACE = 0.45, 4.5
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(ROOT))

import django  # noqa: E402

django.setup()

import fontTools.ttLib  # noqa: E402
import typst  # noqa: E402
import weasyprint  # noqa: E402
from weasyprint.text.fonts import FontConfiguration  # noqa: E402
from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: E402

from bench._yardstick import yardstick  # noqa: E402
from reports import economy, fonts, pdf, typesetting  # noqa: E402
from reports.demonstration.pictures import SCENES, photo  # noqa: E402
from reports.document import Notice, Number, digest, images  # noqa: E402
from tests.reports import samples  # noqa: E402
from tests.reports.notices import inspection, notice  # noqa: E402

TEMPLATE = Path(__file__).with_name("notice.typ")
Work = Callable[[int], int]
# The 6,763 characters of the standard, in its order: rows 16 to 87, of which row 55 ends five short.
GB2312 = "".join(
    bytes((row + 0xA0, cell + 0xA0)).decode("gb2312")
    for row in range(16, 88)
    for cell in range(1, 95)
    if not (row == 55 and cell > 89)
)


def documents() -> dict[str, Notice]:
    """The short notice (two pages of text, two of annexes), the same with six photos, and 200 findings."""
    return {"4 pages": short(), "6 photos": pictured(), "200 findings": notice(200)}


def short() -> Notice:
    """Four pages: two of text with number, signature and date, five findings, the form for the reply."""
    listed = notice(5)
    return replace(notice(1), findings=listed.findings, feedback=listed.feedback)


def pictured() -> Notice:
    """The short notice with six photos of 1280 x 960 on pages of their own, and a seal."""
    facts = inspection(5)
    taken = [samples.photo(place) for place in range(20)]
    shown = [replace(taken[place], image=key) for place, key in enumerate(scenes())]
    findings = tuple(
        replace(finding, photos=tuple(shown[place : place + 1] if place else shown[:2]))
        for place, finding in enumerate(facts.findings)
    )
    return notice(facts=replace(facts, findings=findings), seal_image=samples.SEAL)


@lru_cache
def scenes() -> dict[str, bytes]:
    """Six photos as they are stored, by their digest."""
    bodies = [photo(scene, str(seed)) for seed in range(6) for scene in SCENES][:6]
    return {samples.key(body): body for body in bodies}


def assets(document: Notice) -> dict[str, bytes]:
    known = {**samples.ASSETS, **(scenes() if images(document) else {})}
    return {key: known[key] for key in images(document)}


def varied(document: Notice, sequence: int) -> Notice:
    """The same with forty characters of its own, so that each rendering embeds other glyphs."""
    words = "".join(GB2312[(sequence * 40 + place) % len(GB2312)] for place in range(40))
    return replace(numbered(document, sequence), note=f"（{words}）")


def numbered(document: Notice, sequence: int) -> Notice:
    """The same under another number, so that no two renderings are of the same document."""
    return replace(document, number=Number(document.number.code, document.number.year, sequence))


# ---- plain WeasyPrint


def full_faces(folder: Path) -> tuple[fonts.Face, ...]:
    """The faces as published, each role's in a file of its own (collections are taken apart)."""
    folder.mkdir(parents=True, exist_ok=True)
    sources: dict[str, Path] = {}
    found = []
    for role in fonts.ROLES:
        path = folder / f"{role.name}.otf"
        if not path.exists():
            sources = sources or fonts._sources(folder, say=lambda line: print(line, file=sys.stderr))
            fontTools.ttLib.TTFont(sources[role.source], fontNumber=role.index).save(path)
        found.append(fonts.Face(role.name, f"Full {role.name}", str(path), False, "", 0))
    return tuple(found)


class Stored(URLFetcher):
    """Hands out the pictures as they are stored; everything else as WeasyPrint does."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__()
        self.pictures = pictures

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _, key = url.partition(":")
        if scheme != pdf.ASSET:
            return super().fetch(url, headers)
        return URLFetcherResponse(url, self.pictures[key])


def plain(document: Notice, faces: tuple[fonts.Face, ...]) -> Work:
    engine = pdf._engine(fonts.installed(), str(django.conf.settings.FONTS_DIR))
    handed = assets(document)
    declared = "".join(f'@font-face{{font-family:"{f.family}";src:url("file://{f.file}")}}' for f in faces)

    def work(sequence: int) -> int:
        wanted = numbered(document, sequence)
        pages = typesetting.typeset(wanted, engine.typeface)
        css = declared + pdf._stylesheet("official", faces) + pdf._stylesheet(pages.format, faces)
        with economy.stock():
            configuration = FontConfiguration()
            sheet = weasyprint.CSS(string=css + pages.rules, font_config=configuration)
            fetcher = Stored(handed | pages.pictures)
            return len(
                weasyprint.HTML(string=pages.html, url_fetcher=fetcher).write_pdf(
                    stylesheets=[sheet], font_config=configuration, pdf_tags=True,
                    pdf_identifier=digest(wanted).encode(),
                )
            )  # fmt: skip

    return work


# ---- ours, and Typst


def ours(document: Notice) -> Work:
    handed = assets(document)
    return lambda sequence: len(pdf.render(numbered(document, sequence), handed).pdf)


def by_typst(document: Notice) -> Work:
    compiler = typst.Compiler(
        input=str(TEMPLATE), font_paths=[str(django.conf.settings.FONTS_DIR)], ignore_system_fonts=True
    )

    def work(sequence: int) -> int:
        data = asdict(numbered(document, sequence)) | {
            "number_text": numbered(document, sequence).number.text
        }
        return len(compiler.compile(format="pdf", sys_inputs={"document": json.dumps(data)}))

    return work


# ---- measuring


def processor_time(works: dict[str, Work]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 2):
        for name, work in works.items():
            begun = time.process_time()
            work(turn + 1)
            if turn >= 2:  # the first two fill the caches
                times[name].append((time.process_time() - begun) * 1000)
    return times


def worker(make: Callable[[], Work], core: int, gate: Any, out: Any) -> None:
    os.sched_setaffinity(0, {core})
    work = make()
    for turn in range(3):
        work(turn + 1)
    gc.collect()
    gc.freeze()
    gate.wait()
    count, until = 0, time.monotonic() + SECONDS
    while time.monotonic() < until:
        work(count + 1)
        count += 1
    out.put(count / SECONDS)


def pace(make: Callable[[], Work], cores: list[int]) -> float:
    """Documents a second with one worker on each of `cores`, all at once."""
    # Fresh processes: Typst's own threads do not survive a fork.
    context = multiprocessing.get_context("spawn")
    gate, out = context.Barrier(len(cores)), context.Queue()
    lanes = [context.Process(target=worker, args=(make, core, gate, out)) for core in cores]
    for lane in lanes:
        lane.start()
    try:
        return sum(out.get(timeout=SECONDS + PATIENCE) for _lane in lanes)
    except queue.Empty:
        codes = [lane.exitcode for lane in lanes]
        raise SystemExit(f"a worker gave no answer; exit codes {codes}") from None
    finally:
        for lane in lanes:
            lane.terminate()
            lane.join()


def memory(count: int) -> None:
    """Print the resident memory of one fresh worker over `count` renderings, and whether it stays flat."""
    context = multiprocessing.get_context("spawn")
    lane = context.Process(target=remember, args=(count,))
    lane.start()
    lane.join()
    if lane.exitcode:
        raise SystemExit(f"the worker ended with {lane.exitcode}")


def remember(count: int) -> None:
    document, begun, marks = short(), time.monotonic(), []
    pdf.warm_up()
    gc.collect()
    gc.freeze()
    wanted = sorted({min(10, count), *(max(1, count * part // 10) for part in range(1, 11))})
    for sequence in range(1, count + 1):
        pdf.render(varied(document, sequence))
        if sequence in wanted:
            marks.append((sequence, resident()))
            pace = sequence / (time.monotonic() - begun)
            print(f"{marks[-1][1]:10.0f} MB after {sequence} ({pace:.1f} a second)", flush=True)
    (first, early), (last, late) = marks[len(marks) // 5], marks[-1]
    each = 1024 * (late - early) / max(last - first, 1)
    print(f"{late - early:10.1f} MB more after {last} than after {first}: {each:.2f} KB a document")
    print(f"{resident('VmHWM'):10.0f} MB at most")


def resident(name: str = "VmRSS") -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def compare(name: str, document: Notice, faces: tuple[fonts.Face, ...]) -> None:
    made = pdf.render(document, assets(document))
    print(f"\n{name}: {made.pages} pages, {len(made.pdf) // 1024} KB")
    makers: dict[str, Callable[[], Work]] = {
        "plain WeasyPrint": partial(plain, document, faces),
        "the portal": partial(ours, document),
    }
    if not images(document):  # its template has no pictures
        makers["Typst"] = partial(by_typst, document)
    times = processor_time(
        {n: make() for n, make in makers.items()} | {"yardstick (15 when free)": yardstick}
    )
    medians = {n: statistics.median(spent) for n, spent in times.items()}
    for work, spent in times.items():
        print(f"{medians[work]:10.1f} ms  {work} (least {min(spent):.1f})")
    ratio = medians["the portal"] / medians["plain WeasyPrint"]
    print(f"{ratio:10.2f}     portal ÷ plain, processor time (target at most {TARGET_CPU})")
    cores = sorted(os.sched_getaffinity(0))[:2]
    alone = pace(makers["plain WeasyPrint"], cores[:1])
    both = {n: pace(make, cores) for n, make in makers.items()}
    print(f"{alone:10.2f} /s  plain WeasyPrint, one worker")
    for work, found in both.items():
        print(f"{found:10.2f} /s  {work}, one worker on each of {len(cores)} cores")
    print(
        f"{both['the portal'] / alone:10.2f} ×   portal on two ÷ plain on one (target at least {TARGET_PACE})"
    )
    print(f"{both['the portal'] / both['plain WeasyPrint']:10.2f} ×   portal ÷ plain, both on two")


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--memory", type=int, default=60, metavar="N", help="renderings to watch memory over")
    given.add_argument("--only", choices=[*documents(), "memory"], help="one part alone")
    wanted = given.parse_args()
    for name, document in documents().items():
        if wanted.only in (None, name):
            compare(name, document, full_faces(django.conf.settings.VAR_DIR / "bench"))
    if wanted.only in (None, "memory"):
        print(f"\nmemory of one worker over {wanted.memory} short notices, each with other characters")
        memory(wanted.memory)


if __name__ == "__main__":
    main()
