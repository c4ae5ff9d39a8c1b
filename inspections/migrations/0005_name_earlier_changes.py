"""Give the changes and photos from before their identifiers, versions and times; back again, what they changed."""

import uuid

from django.db import migrations
from django.db.models import F

BATCH = 1000
NAMESPACE = uuid.UUID("5f9d6c1e-6f2b-5a47-9d0b-0d1f6c7a3e52")


def name(apps, schema_editor):
    """Every change of an item so far was applied, one version after the other."""
    events = apps.get_model("inspections", "AnswerEvent").objects
    versions, rows = {}, []
    for event in events.order_by("inspection_id", "item_id", "pk").iterator(BATCH):
        place = (event.inspection_id, event.item_id)
        event.base = versions.get(place, 0)
        event.version = versions[place] = event.base + 1
        event.mutation, event.captured_at = uuid.uuid5(NAMESPACE, str(event.pk)), event.at
        rows.append(event)
        if len(rows) == BATCH:
            versions = {place: versions[place]}
            events.bulk_update(rows, ["base", "version", "mutation", "captured_at"], batch_size=100)
            rows = []
    events.bulk_update(rows, ["base", "version", "mutation", "captured_at"], batch_size=100)
    apps.get_model("inspections", "Photo").objects.update(arrived_at=F("added_at"), announced_size=F("size"))


def unname(apps, schema_editor):
    """Say again of each change what was there before; what changed nothing has no place in the older log."""
    events = apps.get_model("inspections", "AnswerEvent").objects
    conflicts = apps.get_model("inspections", "Conflict").objects
    conflicts.all().delete()
    events.exclude(outcome__in=["applied", "settled"]).delete()
    before = {}
    for event in events.order_by("inspection_id", "item_id", "version").iterator(BATCH):
        place = (event.inspection_id, event.item_id)
        events.filter(pk=event.pk).update(old=before.get(place))
        before = {place: event.new}
    # A photo that never arrived whole is none to the older release.
    apps.get_model("inspections", "PhotoChunk").objects.all().delete()
    apps.get_model("inspections", "Photo").objects.filter(arrived_at=None).delete()


class Migration(migrations.Migration):
    dependencies = [("inspections", "0004_mutation_log")]

    operations = [migrations.RunPython(name, unname)]
