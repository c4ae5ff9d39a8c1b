"""A county, a province or a nation with its rounds, multiplied in PostgreSQL from results really scored.

Two dozen inspections of the shipped standard are filled and submitted through the portal; what each came
to is a variant. Every other inspection takes one of these, and the summaries are added up from them by
SQL: a nation takes minutes, and `manage.py rebuild_summaries --check` still finds each number right.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

VARIANTS = 12


@dataclass(frozen=True)
class Size:
    """How many of each are in one of the level above; townships and villages as they are on average.

    `rounds` are inspected, and of the last one's inspections every `sampled`-th, a power of two, has its
    findings as rows.
    """

    provinces: int
    cities: int
    counties: int
    townships: int
    villages: int
    rounds: int = 4
    sampled: int = 1

    @property
    def centers(self) -> int:
        return self.provinces * self.cities * self.counties * self.townships * (1 + self.villages)


# The nation has 41,352 townships and 620,573 villages; a province of the middle 2,450 and 47,000.
SIZES = {
    "county": Size(1, 1, 1, 10, 30),
    "province": Size(1, 17, 9, 16, 19),
    # With all rounds and findings it would take an hour to build.
    "nation": Size(31, 11, 8, 15, 15, rounds=2, sampled=8),
}
# The regions for which a row of a table counts, from province to township.
ABOVE = """CROSS JOIN LATERAL (VALUES
    (rpad(substr({row}.region_id, 1, 2), 12, '0')), (rpad(substr({row}.region_id, 1, 4), 12, '0')),
    (rpad(substr({row}.region_id, 1, 6), 12, '0')), (rpad(substr({row}.region_id, 1, 9), 12, '0'))
) above (code)"""
REGIONS = """
INSERT INTO organization_region (code, level, name, parent_id, is_demonstration)
SELECT code, {level}, '第' || n || '{word}', parent, false FROM (
    SELECT rpad(substr(p.code, 1, {kept}) || lpad((n + {first})::text, {digits}, '0'), 12, '0') AS code,
        p.code AS parent, n
    FROM organization_region p, generate_series(1, {count}) n
    WHERE p.level = {level} - 1
) made ON CONFLICT DO NOTHING
"""
CENTERS = """
INSERT INTO organization_servicecenter (region_id, kind, name, address, phone)
SELECT r.code, CASE r.level WHEN 4 THEN 'township' ELSE 'village' END, r.name || '便民服务中心', '', ''
FROM organization_region r
WHERE r.level IN (4, 5) AND NOT EXISTS (SELECT 1 FROM organization_servicecenter c WHERE c.region_id = r.code)
"""
# A score moves a little from round to round, and from place to place.
INSPECTIONS = """
INSERT INTO inspections_inspection (id, round_id, center_id, region_id, kind, edition_id, state, lead_id,
    began_at, submitted_at, submitted_by_id, score, grade, snapshot)
SELECT gen_random_uuid(), %(round)s, c.id, c.region_id, c.kind, %(edition)s, 'submitted', %(lead)s,
    %(at)s, %(at)s, %(lead)s, v.score::numeric / 10000, v.grade, v.snapshot
FROM organization_servicecenter c JOIN bench_variant v
    ON v.kind = c.kind AND v.number = (hashtext(c.region_id || %(round)s::text) & 65535) %% {variants}
WHERE c.closed_on IS NULL
"""
RESULTS = """
INSERT INTO reports_centerresult
    (inspection_id, center_id, region_id, round_id, kind, submitted_at, score, grade, sections, items)
SELECT i.id, i.center_id, i.region_id, i.round_id, i.kind, i.submitted_at,
    v.score, v.grade, v.sections, v.items
FROM inspections_inspection i JOIN bench_variant v
    ON v.kind = i.kind AND v.number = (hashtext(i.region_id || i.round_id::text) & 65535) %% {variants}
WHERE i.round_id = ANY(%(rounds)s)
"""
# One row for each region, round, kind and variant: all summaries are sums over it.
SPREAD = """
CREATE TEMP TABLE bench_spread AS
SELECT above.code AS region_id, i.round_id, i.kind,
    (hashtext(i.region_id || i.round_id::text) & 65535) %% {variants} AS number, count(*) AS centers
FROM inspections_inspection i
{above:i}
WHERE i.round_id = ANY(%(rounds)s)
GROUP BY 1, 2, 3, 4
"""
SUMS = {
    "scores": """
INSERT INTO reports_scoresummary (region_id, round_id, kind, band, grade, centers, score_sum)
SELECT s.region_id, s.round_id, s.kind, v.band, v.grade, sum(s.centers), sum(s.centers * v.score)
FROM bench_spread s JOIN bench_variant v USING (kind, number) GROUP BY 1, 2, 3, 4, 5
""",
    "sections": """
INSERT INTO reports_sectionsummary (region_id, round_id, kind, section, centers, score_sum)
SELECT s.region_id, s.round_id, s.kind, part.key, sum(s.centers), sum(s.centers * part.value::bigint)
FROM bench_spread s JOIN bench_variant v USING (kind, number), jsonb_each_text(v.sections) part
GROUP BY 1, 2, 3, 4
""",
    "items": """
INSERT INTO reports_itemsummary (region_id, round_id, kind, item_id, not_met, partly, na, lost)
SELECT s.region_id, s.round_id, s.kind, part.key::bigint,
    coalesce(sum(s.centers) FILTER (WHERE part.value ->> 0 = 'not_met'), 0),
    coalesce(sum(s.centers) FILTER (WHERE part.value ->> 0 = 'partly'), 0),
    coalesce(sum(s.centers) FILTER (WHERE part.value ->> 0 = 'na'), 0),
    sum(s.centers * (part.value ->> 1)::bigint)
FROM bench_spread s JOIN bench_variant v USING (kind, number), jsonb_each(v.items) part
GROUP BY 1, 2, 3, 4
""",
    "tallies": """
INSERT INTO inspections_roundtally (region_id, round_id, kind, inspections)
SELECT region_id, round_id, kind, sum(centers) FROM bench_spread GROUP BY 1, 2, 3
""",
    "last scores": """
TRUNCATE reports_latestsummary;
INSERT INTO reports_latestsummary (region_id, kind, centers, score_sum)
SELECT above.code, last.kind, count(*), sum(last.score)
FROM (
    SELECT DISTINCT ON (center_id) region_id, kind, score FROM reports_centerresult
    ORDER BY center_id, submitted_at DESC
) last
{above:last}
GROUP BY 1, 2
""",
}
FINDINGS = """
INSERT INTO inspections_finding (inspection_id, item_id, round_id, center_id, region_id, state, clause,
    finding, requirement, lost, mode, working_days, found_at, term_from, due_on, due_is_provisional)
SELECT i.id, part.key::bigint, i.round_id, i.center_id, i.region_id, 'in_repair', '', '不符合', '整改',
    (part.value ->> 1)::numeric / 10000, 'fixed_term', 15, i.submitted_at, %(day)s,
    %(day)s::date + (hashtext(i.id::text) & 31), false
FROM inspections_inspection i JOIN bench_variant v
    ON v.kind = i.kind AND v.number = (hashtext(i.region_id || i.round_id::text) & 65535) %% {variants},
    jsonb_each(v.items) part
WHERE i.round_id = %(last)s AND part.value ->> 0 <> 'na' AND hashtext(i.id::text) & (%(sampled)s - 1) = 0
"""
DUE = """
INSERT INTO inspections_findingtally (region_id, round_id, kind, due_on, open, with_township)
SELECT above.code, f.round_id, i.kind, f.due_on, count(*), count(*)
FROM inspections_finding f JOIN inspections_inspection i ON i.id = f.inspection_id
{above:f}
WHERE f.round_id = %(last)s GROUP BY 1, 2, 3, 4
"""


def build(size: Size, edition: Any, lead: Any, say: Callable[[str], None]) -> list[Any]:
    """Make regions, centers and rounds of this size; returns the rounds, oldest first."""
    from django.db import connection

    rounds = list(_rounds(edition, lead, size.rounds))
    values = {"edition": edition.pk, "lead": lead.pk, "rounds": [row.pk for row in rounds]}
    values |= {"last": rounds[-1].pk, "day": rounds[-1].starts_on, "sampled": size.sampled}
    with connection.cursor() as cursor:

        def run(statement: str, **more: Any) -> None:
            for row in ("i", "f", "last"):
                statement = statement.replace(f"{{above:{row}}}", ABOVE.format(row=row))
            cursor.execute(statement.replace("{variants}", str(VARIANTS)), values | more)

        levels = [
            (1, "省", 0, 2, 10, size.provinces),
            (2, "市", 2, 2, 0, size.cities),
            (3, "县", 4, 2, 0, size.counties),
            (4, "镇", 6, 3, 99, size.townships),
            (5, "村", 9, 3, 200, size.villages),
        ]
        for level, word, kept, digits, first, count in levels:
            cursor.execute(
                REGIONS.format(level=level, word=word, kept=kept, digits=digits, first=first, count=count)
            )
        run(CENTERS)
        say(f"{size.centers:,} centers")
        for row in rounds:
            run(INSPECTIONS, round=row.pk, at=f"{row.starts_on} 10:00+08")
            say(f"inspections of {row.name}")
        steps = {"results": RESULTS, "spread": SPREAD, **SUMS, "findings": FINDINGS, "days due": DUE}
        for name, statement in steps.items():
            run(statement)
            say(name)
        cursor.execute("VACUUM ANALYZE")
    say("vacuum")
    return rounds


def _rounds(edition: Any, by: Any, count: int) -> Iterator[Any]:
    from datetime import date

    from django.utils import timezone

    from inspections.models import Round
    from organization.models import Region

    nation, _ = Region.objects.get_or_create(code="0" * 12, defaults={"level": 0, "name": "全国"})
    Region.objects.filter(level=1).update(parent=nation)
    for number in range(count):
        begin = date(2024 + number // 2, 1 + 6 * (number % 2), 1)
        yield Round.objects.create(
            name=f"{begin:%Y年%m月}检查", kind=Round.Kind.COUNTY, region=nation, edition=edition,
            starts_on=begin, ends_on=begin.replace(day=28), plan_number=f"第{number + 1}号",
            created_by=by, created_at=timezone.now(),
        )  # fmt: skip


def keep_variants(inspections: list[Any]) -> None:
    """Keep what these submitted inspections came to, by kind and number."""
    from django.db import connection

    from reports.models import CenterResult
    from reports.outcomes import band

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bench_variant (kind text, number int, score bigint, band int, grade text, "
            "sections jsonb, items jsonb, snapshot jsonb)"
        )
        seen: dict[str, int] = {}
        for row in CenterResult.objects.filter(inspection__in=inspections).select_related("inspection"):
            number = seen.get(row.kind, 0)
            seen[row.kind] = number + 1
            cursor.execute(
                "INSERT INTO bench_variant SELECT %s, %s, %s, %s, %s, r.sections, r.items, i.snapshot "
                "FROM reports_centerresult r JOIN inspections_inspection i ON i.id = r.inspection_id "
                "WHERE r.inspection_id = %s",
                [row.kind, number, row.score, band(row.score), row.grade, str(row.pk)],
            )
    assert seen == {"township": VARIANTS, "village": VARIANTS}, seen
