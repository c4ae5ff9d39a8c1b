"""What the inspection form costs the server: ours, joined from fragments, beside one laid out by crispy.

Processor time of this process for a whole request (middleware, session, queries, compression), medians
over interleaved rounds; and the page's bytes. Needs no data: it builds a county in a temporary database.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._start import introduce  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "15"))


def main() -> None:
    introduce(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        measure()


def prepare(folder: str) -> None:
    """A database of its own, so that no county's data is touched."""
    os.environ |= {
        "PORTAL_VAR_DIR": folder,
        "PORTAL_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        "PORTAL_STATIC_ROOT": f"{folder}/static",
        "PORTAL_LOG_LEVEL": "WARNING",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def measure() -> None:
    from bench._yardstick import yardstick
    from tests.stage import fill, make_stage

    stage = make_stage(townships=1)
    inspection = stage.inspections[0]
    fill(inspection, stage.cast["inspector"])
    get = visitor(stage.cast["inspector"])
    address = f"/inspections/{inspection.pk}/"
    by_crispy = crispy_form(inspection)
    works: dict[str, Callable[[], object]] = {
        "a page of the portal, all of it": lambda: get(address),
        "its items, joined from fragments": lambda: our_items(inspection),
        "the same items, laid out by crispy": by_crispy,
        "an empty page of the portal (/account/)": lambda: get("/account/"),
        "yardstick: 300,000 turns of a bare loop (about 15 on a free core)": yardstick,
    }
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(ROUNDS + 2):
        for name, work in works.items():
            spent = processor_time(work)
            if turn >= 2:  # the first two fill the caches
                times[name].append(spent)
    for name, spent in times.items():
        print(f"{statistics.median(spent):8.1f} ms  {name} (least {min(spent):.1f})")
    ours, theirs = (statistics.median(times[name]) for name in list(times)[1:3])
    print(f"{theirs / ours:8.1f} ×   crispy ÷ fragments")
    sent = get(address)
    print(f"{len(brotli.decompress(sent)) / 1024:8.1f} KB  HTML, {len(sent) / 1024:.1f} KB on the wire")


def visitor(person: Any) -> Callable[[str], bytes]:
    """Ask the application for pages as the web server does, with the cookie of this person's session."""
    from django.conf import settings
    from django.test import Client, RequestFactory

    from config.wsgi import application

    client = Client()
    client.force_login(person)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    def get(address: str) -> bytes:
        environ = (
            RequestFactory(headers={"accept-encoding": "gzip, deflate, br", "cookie": cookie})
            .get(address)
            .environ
        )
        statuses: list[str] = []
        response = application(environ, lambda status, _headers: statuses.append(status))
        try:
            body = b"".join(response)
        finally:
            response.close()
        assert statuses == ["200 OK"], statuses
        return body

    return get


def processor_time(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return 1000 * (time.process_time() - begin)


def our_items(inspection: object) -> object:
    from inspections.form_page import page_context

    return page_context(inspection)


def crispy_form(inspection: object) -> Callable[[], object]:
    """The same fields as one Django form: value, reason and note for each item, each in its fieldset."""
    from crispy_forms.helper import FormHelper
    from crispy_forms.layout import Fieldset, Layout
    from crispy_forms.utils import render_crispy_form
    from django import forms

    from inspections.checklist import checklist

    entries = checklist(inspection.edition_id, inspection.kind).entries
    choices = [("met", "合格"), ("not_met", "不合格"), ("na", "不适用")]

    def render() -> object:
        fields: dict[str, forms.Field] = {}
        for entry in entries:
            widget = forms.RadioSelect if entry.item.measure.name in ("yes_no", "choice") else forms.TextInput
            value = forms.ChoiceField(choices=choices, widget=widget, label=entry.item.title)
            fields[f"{entry.prefix}-value"] = value
            fields[f"{entry.prefix}-reason"] = forms.CharField(required=False)
            fields[f"{entry.prefix}-note"] = forms.CharField(required=False, widget=forms.Textarea)
        form = type("CrispyChecklist", (forms.Form,), fields)()
        form.helper = FormHelper()
        form.helper.layout = Layout(
            *(
                Fieldset(
                    entry.item.title, *(f"{entry.prefix}-{name}" for name in ("value", "reason", "note"))
                )
                for entry in entries
            )
        )
        return render_crispy_form(form)

    return render


if __name__ == "__main__":
    main()
