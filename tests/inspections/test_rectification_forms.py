"""The form of a reply: a draft may have gaps, a report may not, and neither may say what cannot be."""

from typing import Any

import pytest

from inspections.rectification_forms import ReplyForm

DONE = {"measure": "已安装", "responsible": "王强", "result": "done", "done_on": "2026-11-20", "plan": ""}


def faults(draft: bool, **given: Any) -> set[str]:
    return set(ReplyForm(given, draft=draft).errors)


@pytest.mark.parametrize("draft", [True, False])
def test_whole_reply_has_no_faults(draft: bool) -> None:
    assert faults(draft, **DONE) == set()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, {"measure", "responsible", "result"}),
        (DONE | {"done_on": ""}, {"done_on"}),
        (DONE | {"result": "partly", "done_on": ""}, {"plan"}),
        (DONE | {"result": "partly", "done_on": "2999-01-01"}, {"plan"}),
    ],
)
def test_gaps_are_faults_of_a_report_alone(given: dict[str, str], missing: set[str]) -> None:
    assert faults(False, **given) == missing
    assert faults(True, **given) == ({"done_on"} if given.get("done_on") == "2999-01-01" else set())


@pytest.mark.parametrize("draft", [True, False])
@pytest.mark.parametrize(
    ("name", "value"),
    [("done_on", "2999-01-01"), ("done_on", "x"), ("responsible", "长" * 51), ("result", "x")],
)
def test_what_cannot_be_is_a_fault_of_both(draft: bool, name: str, value: str) -> None:
    assert faults(draft, **(DONE | {name: value})) == {name}
