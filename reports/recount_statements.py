"""The statements of a recount: what each summary should hold, added up by the database itself.

The same for SQLite and PostgreSQL but for how JSON is taken apart. They share nothing with the counting
that goes on as things happen (`summing`, `organization.counting`): a mistake there shows here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from inspections.models import FindingTally, RoundTally
from inspections.workflow import OPEN, SUBMITTED, WITH_TOWNSHIP

from .models import ItemSummary, LatestSummary, ScoreSummary, SectionSummary
from .outcomes import BAND, BANDS, NO_SCORE, units


@dataclass(frozen=True)
class Json:
    """How a database takes JSON apart.

    `each` makes rows `e (key, value)` of a document, `rows` rows `e (value)` of the parameter `instead`;
    `part` is a part of an element as text, `number` as a whole number, `inner` as JSON, `key` a UUID.
    """

    each: str
    rows: str
    part: Callable[[str], str]
    number: Callable[[str], str]
    inner: Callable[[str], str]
    key: Callable[[str], str]
    whole: str


POSTGRESQL = Json(
    each="CROSS JOIN LATERAL jsonb_each({}) e",
    rows="jsonb_array_elements(%(instead)s::jsonb) e",
    part="e.value ->> {}".format,
    number="(e.value ->> {})::bigint".format,
    inner="e.value -> {}".format,
    key="(e.value ->> {})::uuid".format,
    whole="e.value::bigint",
)


def _extracted(name: str) -> str:
    path = f"$[{name}]" if name.isdigit() else f"$.{name.strip(chr(39))}"
    return f"json_extract(e.value, '{path}')"


SQLITE = Json(
    each="JOIN json_each({}) e",
    rows="json_each(%(instead)s) e",
    part=_extracted,
    number=_extracted,
    inner=_extracted,
    key=_extracted,
    whole="e.value",
)
# Every place of the province with the regions for which it counts: from township to province.
UPWARD = """
up (place, code, level) AS (
    SELECT code, code, level FROM organization_region WHERE code BETWEEN %(low)s AND %(high)s
    UNION ALL
    SELECT up.place, p.code, p.level FROM up
    JOIN organization_region c ON c.code = up.code JOIN organization_region p ON p.code = c.parent_id
    WHERE p.level >= 1
)
"""
INSPECTIONS = f"""
SELECT i.region_id, i.round_id, i.kind, 1 AS inspections
FROM inspections_inspection i JOIN organization_servicecenter c ON c.id = i.center_id
WHERE i.region_id BETWEEN %(low)s AND %(high)s AND i.round_id = %(round)s
    AND (i.state = '{SUBMITTED}' OR c.closed_on IS NULL)
"""  # noqa: S608 - words of our own


def _any_of(states: Any) -> str:
    return ", ".join(f"'{state}'" for state in sorted(states))


FINDINGS = f"""
SELECT f.region_id, f.round_id, i.kind, COALESCE(f.due_on, %(no_day)s) AS due_on, 1 AS open,
    CASE WHEN f.state IN ({_any_of(WITH_TOWNSHIP)}) THEN 1 ELSE 0 END AS with_township
FROM inspections_finding f JOIN inspections_inspection i ON i.id = f.inspection_id
WHERE f.region_id BETWEEN %(low)s AND %(high)s AND f.round_id = %(round)s AND f.state IN ({_any_of(OPEN)})
"""  # noqa: S608
_RESULT = ("region_id", "round_id", "kind", "score", "grade", "sections", "items")


def _results(json: Json) -> str:
    """The results of the scope, with those in the place of wrong ones that were handed in."""
    return f"""
(SELECT {", ".join(_RESULT)} FROM reports_centerresult
WHERE region_id BETWEEN %(low)s AND %(high)s AND round_id = %(round)s
    AND inspection_id NOT IN (SELECT {json.key("'inspection_id'")} FROM {json.rows})
UNION ALL
SELECT {json.part("'region_id'")}, {json.number("'round_id'")}, {json.part("'kind'")},
    {json.number("'score'")}, {json.part("'grade'")}, {json.inner("'sections'")}, {json.inner("'items'")}
FROM {json.rows}) r
"""  # noqa: S608


def _scores(json: Json) -> str:
    wide = units(BAND)
    return f"""
SELECT region_id, round_id, kind, grade, COALESCE(score, 0) AS score_sum, 1 AS centers,
    CASE WHEN score IS NULL THEN {NO_SCORE} WHEN score >= {wide * BANDS} THEN {BANDS - 1}
        ELSE score / {wide} END AS band
FROM {_results(json)}
"""  # noqa: S608


def _sections(json: Json) -> str:
    return f"""
SELECT region_id, round_id, kind, e.key AS section, 1 AS centers, {json.whole} AS score_sum
FROM {_results(json)} {json.each.format("r.sections")}
"""  # noqa: S608


def _items(json: Json) -> str:
    counted = ", ".join(
        f"CASE WHEN {json.part('0')} = '{status}' THEN 1 ELSE 0 END AS {status}"
        for status in ("not_met", "partly", "na")
    )
    return f"""
SELECT region_id, round_id, kind, CAST(e.key AS bigint) AS item_id, {counted}, {json.number("1")} AS lost
FROM {_results(json)} {json.each.format("r.items")}
"""  # noqa: S608


LATEST = """
SELECT region_id, kind, 1 AS centers, score AS score_sum FROM (
    SELECT c.region_id, r.kind, r.score, row_number() OVER (
        PARTITION BY r.center_id ORDER BY r.submitted_at DESC, r.inspection_id DESC
    ) AS place
    FROM reports_centerresult r JOIN organization_servicecenter c ON c.id = r.center_id
    JOIN inspections_round t ON t.id = r.round_id
    WHERE c.region_id BETWEEN %(low)s AND %(high)s AND c.closed_on IS NULL AND t.kind <> 'self_check'
) last WHERE place = 1 AND score IS NOT NULL
"""


def source(table: Any, json: Json) -> str:
    """Rows to be added up: a place, the rest of the key, and counts, one row for each that is counted."""
    made: Mapping[Any, Callable[[Json], str]] = {
        ScoreSummary: _scores, SectionSummary: _sections, ItemSummary: _items,
        RoundTally: lambda _: INSPECTIONS, FindingTally: lambda _: FINDINGS, LatestSummary: lambda _: LATEST,
    }  # fmt: skip
    return made[table](json)


def comparison(table: Any, json: Json) -> str:
    """Keys with their counts as stored and as they should be, where these differ."""
    key, counts = ("region_id", *table.KEY), table.COUNTS
    keys, scope = ", ".join(key), "region_id BETWEEN %(low)s AND %(high)s"
    if "round_id" in key:
        scope += " AND round_id = %(round)s"
    stored = ", ".join(f"{name}, 0" for name in counts)
    counted = ", ".join(f"0 AS was_{name}, SUM(s.{name}) AS now_{name}" for name in counts)
    summed = ", ".join(f"SUM(was_{name}), SUM(now_{name})" for name in counts)
    rest = "".join(f", s.{name}" for name in table.KEY)
    return f"""
WITH RECURSIVE {UPWARD}
SELECT {keys}, {summed} FROM (
    SELECT up.code AS region_id{rest}, {counted} FROM ({source(table, json)}) s
    JOIN up ON up.place = s.region_id WHERE up.level BETWEEN 1 AND 4 GROUP BY up.code{rest}
    UNION ALL
    SELECT {keys}, {stored} FROM {table._meta.db_table} WHERE {scope}
) sums GROUP BY {keys} HAVING {" OR ".join(f"SUM(was_{name}) <> SUM(now_{name})" for name in counts)}
ORDER BY {keys}
"""  # noqa: S608


# Inspections whose result is missing, or is not what their frozen content says.
SUSPECTS = f"""
SELECT i.id FROM inspections_inspection i
LEFT JOIN reports_centerresult r ON r.inspection_id = i.id
CROSS JOIN LATERAL jsonb_to_record(COALESCE(i.corrected, i.snapshot))
    AS told (score numeric, grade text, sections jsonb, items jsonb)
WHERE i.region_id BETWEEN %(low)s AND %(high)s AND i.round_id = %(round)s
    AND i.state = '{SUBMITTED}' AND i.reinspects_id IS NULL AND (
    r.inspection_id IS NULL
    OR r.score IS DISTINCT FROM told.score * {units(1)} OR r.grade <> COALESCE(told.grade, '')
    OR r.sections <> COALESCE((
        SELECT jsonb_object_agg(s.code, (s.score * {units(1)})::bigint)
        FROM jsonb_to_recordset(told.sections) AS s (code text, score numeric) WHERE s.score IS NOT NULL
    ), '{{}}')
    OR r.items <> COALESCE((
        SELECT jsonb_object_agg(k.id::text, jsonb_build_array(t.status, (t.lost * {units(1)})::bigint))
        FROM jsonb_to_recordset(told.items) AS t (code text, status text, lost numeric)
        JOIN standards_item k ON k.edition_id = i.edition_id AND k.code = t.code
        WHERE t.status IN ('not_met', 'partly', 'na')
    ), '{{}}')
) ORDER BY i.id
"""  # noqa: S608
