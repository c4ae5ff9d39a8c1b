"""A region's page, from the nation down to a township, and its tables as files."""

import io
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inspections.models import Round
from organization.audit import record
from organization.codes import Level
from organization.models import Region, ServiceCenter
from organization.replica import from_replica
from organization.templatetags.portal import grade_name, grouped, score_change

from .. import latest, permissions, plots, regional, regional_tables, sheets
from ..cells import share
from ..figures import Figures
from ..forms import RegionFilter
from ..item_history import edition_words
from ..latest import Latest
from ..loading import load_region_watched
from ..outcomes import BAND, BANDS
from ..region_map import region_map
from .exports import table_file

FILTERS = ("round", "against", "kind")


@require_safe
@from_replica
def region(request: HttpRequest, code: str) -> HttpResponse:
    """Where a region stands in a round: figures, grades, the regions below, items, earlier rounds."""
    place = load_region_watched(request.user, code)
    query = _query(request)
    rounds = regional.rounds_in(place, wanted=_asked(query))
    held = request.user.prefixes(*permissions.WRITERS)
    context: dict[str, Any] = {
        "region": place,
        "trail": [_home(query), *regional_tables.trail(place, lambda above: above.startswith(held), query)],
        "rounds": rounds,
    }
    shown = _shown(place, rounds, query)
    if shown is not None:
        if shown.against and shown.against not in rounds:
            rounds.append(shown.against)
        all_items = request.GET.get("items") == "all"
        standing = latest.read(shown)
        tables = {table.name: table for table in regional_tables.tables(shown, standing, query, all_items)}
        context |= {
            "shown": shown,
            "form": RegionFilter(
                initial=query
                | {"round": shown.round.pk, "against": shown.against.pk if shown.against else "none"},
                rounds=rounds,
                region=place,
            ),
            "figures": _figures(shown, standing),
            "tables": tables,
            "plots": _plots(shown),
            "map": region_map(shown, query),
            "can_load": shown.region.level < Level.TOWNSHIP
            and permissions.can_load_boundaries(request.user, place),
            "query": urlencode({**query, **({"items": "all"} if all_items else {})}),
            "more_items": _more(shown, query, all_items),
            "self_check": next((row for row in rounds if row.precedes_id == shown.round.pk), None),
        }
    return render(request, "reports/region.html", context)


@require_POST
def region_table(request: HttpRequest, code: str, name: str, form: str) -> FileResponse:
    """One of the page's tables, as it is shown under the same address, as .xlsx or .csv."""
    place = load_region_watched(request.user, code)
    query = _query(request)
    shown = _shown(place, regional.rounds_in(place, wanted=_asked(query)), query)
    if shown is None or form not in ("xlsx", "csv"):
        raise Http404
    all_items = request.GET.get("items") == "all"
    made = regional_tables.tables(shown, latest.read(shown), query, all_items)
    table = next((one for one in made if one.name == name), None)
    if table is None:
        raise Http404
    record("region.export", by=request.user, target=place, region=place.code, now=timezone.now(), table=name)
    filename = f"{place.name} {shown.round_name} {table.title}.{form}"
    if form == "csv":
        return FileResponse(
            io.BytesIO("".join(table.csv_lines()).encode()), as_attachment=True, filename=filename,
            content_type="text/csv; charset=utf-8",
        )  # fmt: skip
    sheet = table.sheet([*_notes(shown), *filter(None, [table.note])])
    return table_file(filename, lambda path: sheets.write(path, [sheet]))


def _query(request: HttpRequest) -> dict[str, str]:
    """What the address asks for; what is unknown is left out."""
    wanted = {name: request.GET.get(name, "") for name in FILTERS}
    if wanted["kind"] not in ServiceCenter.Kind.values:
        wanted["kind"] = ""
    return {name: value for name, value in wanted.items() if value}


def _asked(query: dict[str, str]) -> list[str]:
    return [query[name] for name in ("round", "against") if name in query]


def _home(query: dict[str, str]) -> tuple[str, str]:
    """The way back to the person's own overview of the same round."""
    address = reverse("reports:county")
    return _("总览"), f"{address}?{urlencode({'round': query['round']})}" if "round" in query else address


def _shown(place: Region, rounds: list[Round], query: dict[str, str]) -> regional.View | None:
    round = regional.chosen(rounds, query.get("round", ""))
    if round is None:
        return None
    previous = regional.before(place, rounds, round)
    against = regional.compared(rounds, round, query.get("against", ""), previous)
    shown = regional.view(place, round, against, query.get("kind", ""), timezone.localdate())
    # The form names the round before, too.
    return replace(shown, follows=against == previous)


def _notes(shown: regional.View) -> list[str]:
    """What a table was made of, above it."""
    lines = [f"{shown.region.name} · {shown.round_name}"]
    if shown.against:
        lines.append(_("对比轮次：%(round)s") % {"round": shown.against_name})
    if shown.kind:
        lines.append(shown.kind_name)
    return lines


def _figures(shown: regional.View, standing: Latest) -> list[dict[str, Any]]:
    """The line of figures, with the rows behind them where there is a page of those."""
    own, other = shown.own, shown.own_against.average
    rows = f"{reverse('reports:finding-list')}?round={shown.round.pk}&region={shown.region.prefix}"
    gained = own.average - other if own.average is not None and other is not None else None
    percent = 100 * own.done // own.inspections if own.inspections else 0
    return [
        {
            "figure": own.done,
            "label": _("已检查"),
            "sub": _("共 %(total)s 个中心，完成 %(percent)d%%")
            % {"total": grouped(own.inspections), "percent": percent},
        },
        {
            "figure": "—" if own.average is None else own.average,
            "label": _("平均分"),
            "sub": "" if gained is None else _gained(shown) % {"gained": score_change(gained)},
        },
        {"figure": own.open, "label": _("未销号问题"), "url": f"{rows}&state=open" if own.open else ""},
        {
            "figure": own.overdue,
            "label": _("已逾期"),
            "tone": "bad" if own.overdue else "",
            "url": f"{rows}&state=overdue" if own.overdue else "",
        },
        {
            "figure": "—" if standing.average is None else standing.average,
            "label": _("各中心最近得分"),
            "sub": _("%(count)s个中心，不分轮次") % {"count": grouped(standing.own[0])},
            "url": "#latest",
        },
    ]


def _gained(shown: regional.View) -> str:
    return _("比上一轮 %(gained)s") if shown.follows else _("与对比轮次相差 %(gained)s")


def _more(shown: regional.View, query: dict[str, str], all_items: bool) -> dict[str, Any] | None:
    """The link to all items of the heat map, or back to the first ones."""
    count = len(regional_tables.by_share(shown))
    if count <= regional_tables.HEATED_SHOWN:
        return None
    link = "?" + urlencode(query if all_items else {**query, "items": "all"}) + "#items"
    return {"url": link, "count": count, "all": all_items}


def _plots(shown: regional.View) -> dict[str, Any]:
    """The drawn figures; every number in them stands in the table beside."""
    order = regional_tables.grade_order(shown)
    own, title = shown.own, shown.region.name
    shares = [
        (_graded(name, own), own.grades[name], min(place, 4) if name else 0)
        for place, name in enumerate(order, start=1)
    ]
    bands = range(BANDS)
    averages = [float(total) / 10_000 / count for _round, count, total in shown.trend]
    rounds = [round for round, _count, _total in shown.trend]
    days = [f"{round.starts_on:%Y-%m}" for round in rounds]
    breaks = [
        (place, edition_words(round.edition))
        for place, round in enumerate(rounds)
        if place and round.edition_id != rounds[place - 1].edition_id
    ]
    drawn = {
        "grades": plots.stacked(shares, f"{title} {_('等次分布')}"),
        "distribution": plots.columns(
            [own.bands[band] for band in bands], [str(band * BAND) for band in bands],
            f"{title} {_('得分分布')}",
        ),
        "trend": plots.line(averages, days, f"{title} {_('历次变化')}", breaks) if len(averages) > 1 else "",
    }  # fmt: skip
    # Words in the drawings are escaped where they are drawn.
    marked: dict[str, Any] = {name: mark_safe(svg) for name, svg in drawn.items()}  # noqa: S308
    several = [] if shown.alone else regional_tables.sections_of(shown)
    return marked | {"sections": [_small(shown, section) for section in several]}


def _graded(name: str, own: Figures) -> str:
    """A grade with its share, exactly as the table beside the bar has both."""
    return f"{grade_name(name) or _('无等次')} {share(own.grades[name], own.done).words}%"


def _small(shown: regional.View, section: Any) -> dict[str, Any]:
    rows = [(place.name, shown.figures[place.key].section(section.code)) for place in shown.places]
    average = shown.own.section(section.code)
    drawn = plots.small(
        [(name, None if value is None else float(value)) for name, value in rows],
        None if average is None else float(average),
        section.title,
    )
    return {"title": section.title, "average": average, "svg": mark_safe(drawn)}  # noqa: S308
