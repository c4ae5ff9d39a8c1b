"""The wording of a document from its own words, its office's and ours, with placeholders filled in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from inspections.models import Round
from inspections.permissions import UNFOLLOWED
from organization.codes import Level, ancestors

from . import phrases
from .drafting import Wording
from .models import DefaultWording, IssuingBody, OfficialDocument
from .wording import Deadline, bare, chinese_date, due_words, first_person, second_person


def wording_of(document: OfficialDocument, values: Mapping[str, str]) -> Wording:
    """The passages as they are printed; `values` are those of the kind's placeholders.

    A document in the place of another one names it.
    """
    chosen = phrases.chosen(document.kind, document.wording, office_words(document.body, document.kind))
    filled = {name: phrases.filled(text, values) for name, text in chosen.items()}
    if old := document.replaces:
        # Said last, after whatever the office says there.
        closing = bare(filled["closing"])
        taken = f"此前印发的《{old.title}》（{old.number_text}）同时作废，以本件为准"
        filled["closing"] = f"{closing}。{taken}" if closing else taken
    return Wording(**filled)


def office_words(body: IssuingBody, kind: str) -> dict[str, str]:
    """The office's own words for a kind of document; empty where it has none."""
    row = DefaultWording.objects.filter(body=body, kind=kind).values_list("passages", flat=True).first()
    return dict(row or {})


def values_of(document: OfficialDocument) -> dict[str, str]:
    """The values of a document's placeholders, from what its inspection or round froze."""
    body = document.body
    days = Deadline("fixed_term", working_days=document.report_days)
    common = {"轮次": document.round.name, "本机关": first_person(body.name), "反馈时限": due_words(days)}
    if document.inspection is None:
        edition = document.round.edition
        return common | _about(edition.title, edition.document_number, document.round.plan_number)
    return common | _about_center(document.inspection.content)


def _about(title: str, number: str, plan: str) -> dict[str, str]:
    return {
        "标准": f"《{title}》" + (f"（{number}）" if number else ""),
        "计划": f"和检查计划（{plan}）" if plan else "",
    }


def _about_center(snapshot: Mapping[str, Any]) -> dict[str, str]:
    center, standard = snapshot["center"], snapshot["standard"]
    lost = sum(item["status"] in ("not_met", "partly") for item in snapshot["items"])
    return {
        **_about(standard["title"], standard["document_number"], snapshot["round"]["plan_number"]),
        "中心": center["name"],
        "乡镇": center["township"],
        "对方": second_person(center["township"]),
        "检查日期": chinese_date(date.fromisoformat(snapshot["inspected_on"])),
        "问题数": str(lost),
    }


def sample_values(body: IssuingBody) -> dict[str, str]:
    """Values that show an office how its words will read: those of its newest round, where it has one."""
    inside = Q(region__code__startswith=body.region.prefix)
    above = Q(region__in=ancestors(body.region_id, Level(body.region.level)))
    rounds = Round.objects.filter(inside | above).exclude(kind__in=UNFOLLOWED)
    round = rounds.select_related("edition").first()
    return {
        **_about_round(round),
        "本机关": first_person(body.name),
        "反馈时限": due_words(Deadline("fixed_term", working_days=body.report_days)),
        "中心": "某镇便民服务中心",
        "乡镇": "某镇",
        "对方": "你镇",
        "检查日期": chinese_date(round.starts_on if round else date(2026, 11, 12)),
        "问题数": "10",
    }


def _about_round(round: Round | None) -> dict[str, str]:
    if round is not None:
        edition = round.edition
        return _about(edition.title, edition.document_number, round.plan_number) | {"轮次": round.name}
    return {
        "标准": "《某某工作要求》（某办〔2026〕1号）",
        "计划": "和检查计划（督查〔2026〕4号）",
        "轮次": "2026年第四季度县级检查",
    }
