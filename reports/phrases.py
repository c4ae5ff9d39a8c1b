"""The sentences of a document that an office may word itself, and the placeholders that they may hold.

Findings, scores, clauses and deadlines of findings are not among them: those come from what was inspected.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

DEMANDS = ("notice", "letter", "order")
ALL = (*DEMANDS, "circular", "opinion")
# A placeholder is a word in curly brackets, of either width.
BRACKETED = re.compile(r"[{｛]([^{}｛｝]*)[}｝]")
STRAY = re.compile(r"[{}｛｝]")
LONGEST = 400

ABOUT_ALL = ("标准", "计划", "轮次", "本机关")
ABOUT_ONE = ("中心", "乡镇", "对方", "检查日期", "问题数", "反馈时限")


@dataclass(frozen=True)
class Passage:
    """One sentence, or the beginning of one. `ours` is the product's own wording, by kind."""

    name: str
    kinds: tuple[str, ...]
    ours: Mapping[str, str]


_DONE = "整改到位的，予以销号；"
_LATE = "逾期未整改或者整改不到位的，将予以通报，并视情约谈有关负责人"
_PURPOSE = "为提升基层政务服务水平，根据{标准}{计划}"
_REPORT = "请{反馈时限}将《整改情况反馈表》%s连同整改前后照片等佐证材料，加盖公章后书面报送{本机关}"
PASSAGES = (
    Passage("basis", ALL, {**dict.fromkeys(DEMANDS, _PURPOSE), "circular": "根据{标准}{计划}"}),
    Passage(
        "report",
        DEMANDS,
        {**dict.fromkeys(("notice", "letter"), _REPORT % "（附件2）"), "order": _REPORT % ""},
    ),
    Passage("consequence", ALL, {**dict.fromkeys(DEMANDS, _DONE + _LATE), "circular": _LATE}),
    Passage("closing", ALL, {}),
)


@dataclass(frozen=True)
class Fault:
    """What is wrong in a text: `code` unknown, stray or too_long; `at` counts characters from 1."""

    code: str
    words: str
    at: int


def passages(kind: str) -> tuple[Passage, ...]:
    """Return the passages that a kind of document has, in their order in it."""
    return tuple(passage for passage in PASSAGES if kind in passage.kinds)


def placeholders(kind: str) -> tuple[str, ...]:
    """Return the placeholders that a kind of document can fill."""
    return ABOUT_ALL if kind == "circular" else (*ABOUT_ALL, *ABOUT_ONE)


def faults(text: str, kind: str) -> list[Fault]:
    """Return what keeps a text from being used, in the order of its places."""
    known = placeholders(kind)
    found = [
        Fault("unknown", match[1], match.start() + 1)
        for match in BRACKETED.finditer(text)
        if match[1].strip() not in known
    ]
    blanked = BRACKETED.sub(lambda match: " " * len(match[0]), text)
    found += [Fault("stray", match[0], match.start() + 1) for match in STRAY.finditer(blanked)]
    if len(text) > LONGEST:
        found.append(Fault("too_long", str(len(text)), LONGEST + 1))
    return sorted(found, key=lambda fault: fault.at)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text without faults with its placeholders filled in."""
    return BRACKETED.sub(lambda match: values[match[1].strip()], text)


def chosen(kind: str, own: Mapping[str, str], office: Mapping[str, str]) -> dict[str, str]:
    """Return each passage as worded: the document's own words, else the office's, else ours."""
    return {
        passage.name: own.get(passage.name, office.get(passage.name, passage.ours.get(kind, "")))
        for passage in passages(kind)
    }


def kept(kind: str, given: Mapping[str, str], inherited: Mapping[str, str]) -> dict[str, str]:
    """Return of `given` what differs from what would stand there anyway."""
    names = [passage.name for passage in passages(kind)]
    return {name: given[name] for name in names if name in given and given[name] != inherited.get(name, "")}
