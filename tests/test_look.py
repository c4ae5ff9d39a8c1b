"""The look as numbers: contrast of the tokens, icons that exist, weight on the wire, no clipped pages."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from inspections.views import device
from organization.component_page import sample_context, sample_items

ROOT = Path(__file__).resolve().parent.parent
CSS = (ROOT / "static" / "css" / "portal.css").read_text()
ICONS = set(re.findall(r'<symbol id="([a-z]+)"', (ROOT / "static" / "icons.svg").read_text()))
PAGE = "http://portal.test/components/"


# ---- color


def tokens(scheme: str) -> dict[str, str]:
    """Six-digit colors of a scheme by token name; the dark scheme keeps what it does not replace."""
    blocks = re.findall(r":root \{\s+(--ink: .*?)--float", CSS, re.DOTALL)
    assert len(blocks) == 2
    chosen = blocks[0] + (blocks[1] if scheme == "dark" else "")
    pairs = re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", chosen)
    return {name: value if len(value) == 6 else "".join(2 * c for c in value) for name, value in pairs}


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = ["ink", "ink-soft", "indigo", "cinnabar", "bamboo", "amber", "slate"]
FILLED = ["indigo", "cinnabar", "bamboo", "amber", "slate", "grade-1", "grade-2", "grade-3", "grade-4"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_every_ground(scheme: str) -> None:
    colors = tokens(scheme)
    pairs = [(text, ground) for text in TEXT for ground in ("paper", "surface")]
    pairs += [("on", fill) for fill in FILLED] + [("amber", "amber-tint"), ("indigo", "indigo-tint")]
    pairs += [("ink", "cinnabar-tint"), ("ink-soft", "slate-tint"), ("ink", "slate-tint")]
    faint = {pair: contrast(colors[pair[0]], colors[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in faint.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_fields_are_seen(scheme: str) -> None:
    colors = tokens(scheme)
    assert min(contrast(colors["edge"], colors[ground]) for ground in ("paper", "surface")) >= 3


# ---- parts and weight


def test_every_icon_named_in_a_template_is_drawn() -> None:
    text = "".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    named = re.findall(r'icon\.html" with name="(\w+)"', text) + re.findall(r"icons\.svg' %}#(\w+)", text)
    assert named
    assert set(named) - ICONS == set()


def test_every_icon_of_the_rail_is_drawn() -> None:
    from organization.context_processors import ENTRIES

    assert {icon for _name, _label, icon, _roles in ENTRIES} - ICONS == set()


def on_the_wire(*paths: Path) -> int:
    return sum(len(brotli.compress(path.read_bytes())) for path in paths)


def loaded_at_once(name: str) -> set[str]:
    """A script and those that it imports before it runs; what is imported on demand comes later."""
    text = (ROOT / "static" / "js" / name).read_text()
    found = {name}
    for other in re.findall(r'^import [^;]* from "\./([\w-]+\.js)";', text, re.MULTILINE):
        found |= loaded_at_once(other)
    return found


def test_styles_and_scripts_of_the_form_stay_light() -> None:
    """Budgets on the wire: 30 KB of CSS with Bootstrap's, 20 KB of script."""
    bootstrap = ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
    form = (ROOT / "templates" / "inspections" / "form.html").read_text()
    own = [ROOT / "static" / "css" / name for name in ("portal.css", "inspection.css")]
    assert set(re.findall(r"static 'css/([\w-]+\.css)'", form)) == {"inspection.css"}
    assert on_the_wire(bootstrap, *own) <= 30 * 1024
    scripts = [ROOT / "static" / "js" / name for name in loaded_at_once("form.js")]
    idb = ROOT / "node_modules" / "idb" / "build" / "index.js"
    assert {"form.js", "store.js"} <= {path.name for path in scripts}
    assert on_the_wire(idb, *scripts) <= 20 * 1024


def scripts_of_kept_pages() -> set[str]:
    """What the form and this device's page name, and what these scripts import at any time."""
    pages = ("inspections/form.html", "inspections/field.html", "components/item/photo_tools.html")
    waiting = {
        name
        for page in pages
        for name in re.findall(r"js/([\w-]+\.js)", (ROOT / "templates" / page).read_text(encoding="utf-8"))
    }
    found: set[str] = set()
    while waiting:
        found.add(name := waiting.pop())
        text = (ROOT / "static" / "js" / name).read_text(encoding="utf-8")
        waiting |= set(re.findall(r'"\./([\w-]+\.js)"', text)) - found
    return found


def test_the_device_keeps_the_scripts_that_its_pages_need_and_no_others() -> None:
    kept = {name.removeprefix("js/") for name in device.files() if name.startswith("js/")}
    assert {"form.js", "field.js", "photos.js", "sha256.js"} <= kept
    assert kept == scripts_of_kept_pages()


def test_what_the_device_keeps_of_our_scripts_and_styles_stays_light() -> None:
    ours = [ROOT / "static" / name for name in device.files() if name.startswith(("js/", "css/"))]
    assert on_the_wire(*ours) <= 60 * 1024


def test_each_input_of_an_item_stands_on_one_line_by_itself() -> None:
    """The form fills its tokens into these lines."""
    for item in sample_items():
        html = render_to_string("components/item/card.html", {"item": item, "state": {}})
        assert re.findall(r"<input[^>]*\n", html) == []


# ---- the component page in a browser


@pytest.fixture(scope="module")
def rendered() -> str:
    entry = {"url": "#", "label": "任务", "icon": "tasks", "is_current": True}
    frame = {
        "person": "王建国",
        "trail": ["河南省", "安阳市", "汤阴县"],
        "is_demonstration": True,
        "entries": [entry] * 6,
    }
    request = RequestFactory().get("/components/")
    return render_to_string(
        "organization/components_page.html", {**sample_context(), "frame": frame}, request
    )


@pytest.fixture
def component_page(browser: Any, rendered: str) -> Iterator[Callable[..., Any]]:
    """Open the page at a width and in a scheme, served from memory and the source folders."""
    contexts = []

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix("http://portal.test/static/")
        if route.request.url == PAGE:
            return route.fulfill(body=rendered, content_type="text/html; charset=utf-8")
        bootstrap = ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
        return route.fulfill(path=bootstrap if path == "vendor/bootstrap.css" else ROOT / "static" / path)

    def opened(width: int, scheme: str = "light") -> Any:
        viewport = {"width": width, "height": 780}
        contexts.append(browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.route("**/*", answer)
        page.goto(PAGE)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_component_page_is_accessible_and_fits(
    component_page: Callable[..., Any], axe: Callable[[Any], list[str]], width: int, scheme: str
) -> None:
    page = component_page(width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe(page) == []


def test_targets_are_large_enough_for_a_finger(component_page: Callable[..., Any]) -> None:
    """At least 44 by 44 px, links in running text and in tables left out, as WCAG 2.5.8 does."""
    small = component_page(375).evaluate(
        """() => [...document.querySelectorAll("a, button, select, summary, label:has(input), textarea")]
            .filter((one) => !one.closest("td, th, dd, p, .crumbs, .faults, .skip, .form-check, form > div"))
            .map((one) => [one.outerHTML.slice(0, 120), one.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < 43.5 || box.width < 43.5))
            .map(([html]) => html)"""
    )
    assert small == []


def test_focus_is_never_hidden_behind_a_bar(component_page: Callable[..., Any]) -> None:
    page = component_page(375)
    hidden = []
    for _step in range(90):
        page.keyboard.press("Tab")
        hidden += page.evaluate(
            """() => {
                const one = document.activeElement;
                if (one === document.body || one.closest(".rail, .dock, .skip")) return [];
                const box = (one.closest("label") ?? one).getBoundingClientRect();
                const floor = document.querySelector(".dock").getBoundingClientRect().top;
                return box.top < -1 || Math.min(box.bottom, box.top + 44) > floor + 1 ? [one.outerHTML] : [];
            }"""
        )
    assert hidden == []


def test_not_met_and_not_applicable_unfold_what_they_ask_for(component_page: Callable[..., Any]) -> None:
    card = component_page(375).locator("#i2")
    assert not card.locator(".found, .why").first.is_visible()
    card.locator("[value=not_met]").check(force=True)
    assert card.locator("textarea").is_visible()
    assert not card.locator(".why").is_visible()
    card.locator("[value=na]").check(force=True)
    assert card.locator(".why input").is_visible()
    assert not card.locator("textarea").is_visible()


def test_demonstration_mark_is_printed(component_page: Callable[..., Any]) -> None:
    page = component_page(1280)
    page.emulate_media(media="print")
    assert page.locator(".demo").is_visible()
    assert not page.locator(".rail").is_visible()
