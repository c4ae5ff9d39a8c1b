"""Fills the summaries from what was inspected before there were any, in batches."""

from datetime import date
from decimal import Decimal
from itertools import islice

from django.db import migrations

BATCH = 200
NO_DAY = date(9999, 12, 31)
OPEN = ("found", "notified", "acknowledged", "in_repair", "reported", "to_reinspect")
WITH_TOWNSHIP = ("notified", "acknowledged", "in_repair")
UPWARD = [f"{'parent__' * up}{name}" for up in range(5) for name in ("code", "level")]


def units(number):
    return int((Decimal(number) * 10_000).to_integral_value())


class Filling:
    """One pass over the rows; what is counted is added up a batch at a time and written by row."""

    def __init__(self, apps):
        self.apps = apps
        self.rows = {}

    def model(self, app, name):
        return self.apps.get_model(app, name)

    def chain(self, places):
        regions = self.model("organization", "Region").objects.filter(code__in=places).order_by()
        return {
            row[0]: [(-lv, code) for code, lv in zip(row[::2], row[1::2], strict=True) if lv and lv <= 4]
            for row in regions.values_list(*UPWARD)
        }

    def add(self, model, place, key, **counts):
        row = self.rows.setdefault((model, place, tuple(key.items())), {})
        for name, number in counts.items():
            row[name] = row.get(name, 0) + number

    def write(self):
        chains = self.chain({place for _model, place, _key in self.rows})
        total = {}
        for (model, place, key), counts in self.rows.items():
            for depth, code in chains[place]:
                row = total.setdefault((depth, code, str(key), model, key), {})
                for name, number in counts.items():
                    row[name] = row.get(name, 0) + number
        self.rows = {}
        for (_depth, code, _text, model, key), counts in sorted(total.items(), key=lambda one: one[0][:3]):
            held = model.objects.get_or_create(region_id=code, **dict(key))[0]
            for name, number in counts.items():
                setattr(held, name, getattr(held, name) + number)
            held.save(update_fields=list(counts))

    def run(self):
        self.inspections()
        self.findings()
        self.results()
        self.latest()

    def in_batches(self, rows, take, size=BATCH):
        rows = rows.iterator(size)
        while batch := list(islice(rows, size)):
            take(batch)
            self.write()

    def inspections(self):
        tally = self.model("inspections", "RoundTally")
        rows = self.model("inspections", "Inspection").objects.order_by("pk")

        def take(batch):
            for place, round, kind, state, closed in batch:
                if state == "submitted" or closed is None:
                    self.add(tally, place, {"round_id": round, "kind": kind}, inspections=1)

        wanted = rows.values_list("region_id", "round_id", "kind", "state", "center__closed_on")
        self.in_batches(wanted, take, 20_000)

    def findings(self):
        tally = self.model("inspections", "FindingTally")
        rows = self.model("inspections", "Finding").objects.filter(state__in=OPEN).order_by("pk")

        def take(batch):
            for place, round, kind, due, state in batch:
                key = {"round_id": round, "kind": kind, "due_on": due or NO_DAY}
                self.add(tally, place, key, open=1, with_township=int(state in WITH_TOWNSHIP))

        wanted = rows.values_list("region_id", "round_id", "inspection__kind", "due_on", "state")
        self.in_batches(wanted, take, 20_000)

    def results(self):
        result = self.model("reports", "CenterResult")
        items = self.model("standards", "Item").objects.order_by().values_list("edition_id", "code", "pk")
        keys = {(edition, code): pk for edition, code, pk in items}
        rows = self.model("inspections", "Inspection").objects.filter(state="submitted").order_by("pk")

        def take(batch):
            made = [self.result(result, row, keys) for row in batch]
            result.objects.bulk_create(made)
            for row in made:
                self.count(row)

        self.in_batches(rows, take)

    def result(self, model, row, keys):
        snapshot = row.corrected or row.snapshot
        short = [one for one in snapshot["items"] if one["status"] in ("not_met", "partly", "na")]
        return model(
            inspection_id=row.pk,
            center_id=row.center_id,
            region_id=row.region_id,
            round_id=row.round_id,
            kind=row.kind,
            submitted_at=row.submitted_at,
            score=None if snapshot["score"] is None else units(snapshot["score"]),
            grade=snapshot["grade"] or "",
            sections={s["code"]: units(s["score"]) for s in snapshot["sections"] if s["score"] is not None},
            items={
                str(keys[row.edition_id, one["code"]]): [one["status"], units(one["lost"])] for one in short
            },
        )

    def count(self, row):
        key = {"round_id": row.round_id, "kind": row.kind}
        band = -1 if row.score is None else min(row.score // 50_000, 19)
        self.add(
            self.model("reports", "ScoreSummary"),
            row.region_id,
            key | {"band": band, "grade": row.grade},
            centers=1,
            score_sum=row.score or 0,
        )
        sections = self.model("reports", "SectionSummary")
        for code, score in row.sections.items():
            self.add(sections, row.region_id, key | {"section": code}, centers=1, score_sum=score)
        items = self.model("reports", "ItemSummary")
        for item, (status, lost) in row.items.items():
            self.add(items, row.region_id, key | {"item_id": int(item)}, lost=lost, **{status: 1})

    def latest(self):
        summary = self.model("reports", "LatestSummary")
        rows = self.model("reports", "CenterResult").objects.filter(center__closed_on=None)
        rows = rows.exclude(round__kind="self_check").order_by("center_id", "-submitted_at", "-pk")
        seen = None

        def take(batch):
            nonlocal seen
            for center, place, kind, score in batch:
                if center != seen and score is not None:
                    self.add(summary, place, {"kind": kind}, centers=1, score_sum=score)
                seen = center

        wanted = rows.values_list("center_id", "center__region_id", "kind", "score")
        self.in_batches(wanted, take, 20_000)


def fill(apps, schema_editor):
    Filling(apps).run()


def empty(apps, schema_editor):
    names = [
        ("reports", "CenterResult"),
        ("reports", "ScoreSummary"),
        ("reports", "SectionSummary"),
        ("reports", "ItemSummary"),
        ("reports", "LatestSummary"),
        ("inspections", "RoundTally"),
        ("inspections", "FindingTally"),
    ]
    for app, name in names:
        apps.get_model(app, name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("reports", "0010_summaries"), ("inspections", "0012_summaries")]

    operations = [migrations.RunPython(fill, empty)]
