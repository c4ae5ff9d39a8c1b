"""From rounds, findings and snapshots to the facts of circulars, opinions, score reports and ledgers."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from inspections.models import Finding, Inspection, Round
from inspections.querysets import InspectionQuerySet
from inspections.workflow import SUBMITTED
from organization.codes import CODE_LENGTH, DIGITS, Level
from organization.models import Region
from standards.measures import MET

from .circular import ItemFacts, RoundFacts, SectionFacts, TownshipFacts, common_problem
from .evidence import PhotoFacts
from .follow_up import FollowUp, follow_up
from .ledger import LedgerRow
from .opinion import Outcome, ReinspectionFacts, ResultFacts
from .overview import TOWNSHIP, changes, mean
from .score_report import CenterScore, LostPoints, SectionScore, TownshipScores
from .scrutiny import FORBIDDEN
from .wording import Deadline

UNSCORED = ("na", "unanswered")
OUTCOMES: dict[str, Outcome] = {MET: "done", "partly": "partly", "not_met": "not_done"}
EXAMPLES = 3
ITEMS_SHOWN = 10
ELSEWHERE = "（见平台记录）"


def round_facts(round: Round) -> RoundFacts:
    """What the circular says of a round: five queries, whatever the size of the county."""
    townships = _townships(round)
    sections, items = _found(round)
    scored = Inspection.objects.filter(round=round).aggregate(count=Count("score"), sum=Sum("score"))
    grades = (
        Inspection.objects.filter(round=round, state=SUBMITTED)
        .exclude(grade="")
        .order_by()
        .values_list("grade")
        .annotate(count=Count("pk"), best=Max("score"))
        .order_by("-best")
    )
    return RoundFacts(
        name=round.name,
        region=round.region.name,
        starts_on=round.starts_on,
        ends_on=round.ends_on,
        standard_title=round.edition.title,
        standard_number=round.edition.document_number,
        plan_number=round.plan_number,
        average=mean(scored["sum"], scored["count"]),
        grades=tuple((name, count) for name, count, _ in grades),
        townships=townships,
        sections=sections,
        items=items,
    )


def _townships(round: Round) -> tuple[TownshipFacts, ...]:
    rows = (
        Inspection.objects.filter(round=round)
        .order_by()
        .values(township=TOWNSHIP)
        .annotate(
            total=Count("pk"),
            submitted=Count("pk", filter=Q(state=SUBMITTED)),
            scored=Count("score"),
            sum=Sum("score"),
        )
    )
    standing = Finding.objects.standing().filter(round=round)
    found = dict(standing.order_by().values_list(TOWNSHIP).annotate(count=Count("pk")))
    by_code = {row["township"]: row for row in rows}
    names = Region.objects.in_bulk([code.ljust(CODE_LENGTH, "0") for code in by_code])
    return tuple(
        TownshipFacts(
            names[code.ljust(CODE_LENGTH, "0")].name,
            row["total"],
            row["submitted"],
            mean(row["sum"], row["scored"]),
            found.get(code, 0),
        )
        for code, row in sorted(by_code.items())
    )


def _found(round: Round) -> tuple[tuple[SectionFacts, ...], tuple[ItemFacts, ...]]:
    """What fell short, by section in the standard's order, and the items that fell short most."""
    rows = (
        Finding.objects.standing()
        .filter(round=round)
        .values_list(
            "item__clause__section__position",
            "item__clause__section__title",
            "item_id",
            "item__title",
            "clause",
            "item__finding",
            "finding",
            "center_id",
        )
    )
    sections: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    for position, title, *rest in rows.order_by("item_id", "pk"):
        sections.setdefault((position, title), []).append(tuple(rest))
    items = Counter((item, title, clause) for group in sections.values() for item, title, clause, *_ in group)
    worst = sorted(items.items(), key=lambda pair: (-pair[1], pair[0][0]))[:ITEMS_SHOWN]
    return (
        tuple(_section(title, group) for (_, title), group in sorted(sections.items())),
        tuple(ItemFacts(title, clause, count) for (_, title, clause), count in worst),
    )


def _section(title: str, rows: list[tuple[Any, ...]]) -> SectionFacts:
    """What is common at each of the items that fell short most."""
    items = Counter(item for item, *_ in rows)
    examples = []
    for item, _count in items.most_common(EXAMPLES):
        group = [rest for each, *rest in rows if each == item]
        title, _clause, template, _finding, _center = group[0]
        centers = {center for *_, center in group}
        examples.append(common_problem(title, template, [said for *_, said, _ in group], len(centers)))
    return SectionFacts(title, len(rows), len({row[-1] for row in rows}), tuple(examples))


def reinspection_facts(
    *,
    notice_title: str,
    notice_number: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    withdrawn: Collection[str] = (),
    closed: Collection[str] = (),
    listed: int = 0,
) -> ReinspectionFacts:
    """What a later inspection's snapshot says of each finding of the earlier one's but those `withdrawn`.

    `listed` is how many the notice named: it left out what was withdrawn before its issue. A re-inspection
    leaves out what was `closed` before it, and closes what no longer applies.
    """
    told = [item for item in wanting(before) if item["code"] not in withdrawn]
    now = {item["code"]: item for item in after["items"]}
    return ReinspectionFacts(
        center=after["center"]["name"],
        township=after["center"]["township"],
        notice_title=notice_title,
        notice_number=notice_number,
        reinspected_on=date.fromisoformat(after["inspected_on"]),
        results=tuple(
            _result(
                item, now.get(item["code"]), closed, whole=after["round"]["kind"] != Round.Kind.REINSPECTION
            )
            for item in told
        ),
        withdrawn=max(listed - len(told), 0),
    )


def wanting(snapshot: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The items of a snapshot that fell short."""
    return [item for item in snapshot["items"] if item["status"] not in (MET, *UNSCORED)]


def _result(
    item: Mapping[str, Any], later: Mapping[str, Any] | None, closed: Collection[str], *, whole: bool
) -> ResultFacts:
    outcome: Outcome = "closed" if later is None and item["code"] in closed and not whole else "not_checked"
    now, after = "", None
    if later is not None and (later["status"] not in UNSCORED or (later["status"] == "na" and not whole)):
        outcome = OUTCOMES.get(later["status"], "done")
        now = later["note"] or later["answer"]
        after = next(iter(photos_of(later)), None)
    return ResultFacts(
        finding=item["finding"],
        requirement=item["requirement"],
        outcome=outcome,
        now=now,
        before=next(iter(photos_of(item)), None),
        after=after,
    )


def photos_of(item: Mapping[str, Any]) -> tuple[PhotoFacts, ...]:
    """The photos beside an item of a snapshot, in local time."""
    return tuple(PhotoFacts(photo["sha256"], _local(photo["taken_at"])) for photo in shown_photos(item))


def shown_photos(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Where somebody drew on a photo, the drawing stands for it: a face that was hidden stays hidden."""
    drawn_on = {photo.get("of") for photo in item["photos"]}
    return [photo for photo in item["photos"] if photo["id"] not in drawn_on]


def _local(text: str | None) -> datetime | None:
    return timezone.localtime(datetime.fromisoformat(text)) if text else None


def township_scores(round: Round, township: Region, *, among: InspectionQuerySet) -> TownshipScores:
    """A township's submitted inspections of a round `among` those given, its own center first."""
    rows = list(
        among.filter(round=round, state=SUBMITTED)
        .filter(region__code__startswith=township.code[: DIGITS[Level.TOWNSHIP]])
        .select_related("round")
        .order_by("region_id", "pk")
    )
    moved = changes(rows)
    return TownshipScores(
        township=township.name,
        round=round.name,
        standard_title=round.edition.title,
        standard_number=round.edition.document_number,
        centers=tuple(_center(row, moved.get(row.pk)) for row in rows),
    )


def _center(inspection: Inspection, change: Decimal | None) -> CenterScore:
    snapshot = inspection.content
    better = snapshot["next"]
    return CenterScore(
        name=snapshot["center"]["name"],
        inspected_on=date.fromisoformat(snapshot["inspected_on"]),
        score=_decimal(snapshot["score"]),
        grade=snapshot["grade"],
        sections=tuple(
            SectionScore(
                s["title"],
                Decimal(s["points"]),
                Decimal(s["achieved"]),
                Decimal(s["lost"]),
                _decimal(s["score"]),
            )
            for s in snapshot["sections"]
        ),
        lost=tuple(
            LostPoints(item["reference"], item["finding"], item["requirement"], Decimal(item["lost"]))
            for item in wanting(snapshot)
        ),
        change=change,
        next_grade=better["grade"] if better else "",
        next_score=_decimal(better["score"]) if better else None,
        repairs=len(better["codes"]) if better else 0,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def ledger_rows(
    findings: Iterable[Finding], *, printable: Callable[[str], bool] = lambda text: True
) -> list[LedgerRow]:
    """Findings as rows of the ledger, by township and center; each needs its center and region.

    What a township wrote of its own cannot be put right by whoever prints the ledger: where a paper
    cannot have it, the row says where it is to be read.
    """
    rows = [(township_of(finding.region), finding) for finding in findings]
    rows.sort(key=lambda row: (row[0].code, row[1].center_id, -row[1].lost, row[1].pk))
    followed = follow_up([finding for _township, finding in rows])

    def theirs(text: str) -> str:
        return text if printable(text) and not any(word in text for word in FORBIDDEN) else ELSEWHERE

    return [_ledger_row(place.name, finding, followed[finding.pk], theirs) for place, finding in rows]


def _ledger_row(
    township: str, finding: Finding, followed: FollowUp, theirs: Callable[[str], str]
) -> LedgerRow:
    done = [text for text in (followed.result, theirs(followed.measure)) if text]
    return LedgerRow(
        township=township,
        center=finding.center.name,
        clause=finding.clause,
        finding=finding.finding,
        requirement=finding.requirement,
        deadline=_deadline(finding),
        person=theirs(followed.person),
        result="：".join(done),
        verdict=followed.verdict,
        closed_on=followed.closed_on,
    )


def _deadline(finding: Finding) -> Deadline:
    """The day once the term has begun, as it was moved since; before, the working days it will have."""
    if finding.due_on and finding.mode == Finding.Mode.FIXED_TERM:
        return Deadline(finding.mode, due=finding.due_on, provisional=finding.due_is_provisional)
    return Deadline(finding.mode, working_days=finding.working_days)


def township_of(region: Region) -> Region:
    """A village's township; any other region itself."""
    return region.parent if region.level > Level.TOWNSHIP and region.parent else region
