"""Extensions that waited when their finding was closed or withdrawn, before they lapsed by themselves."""

from typing import Any

from django.db import migrations

from inspections.freezing import REPLIES

OVER = ("closed", "withdrawn")


def lapse(apps: Any, editor: Any) -> None:
    """By whoever closed or withdrew the finding, at that time."""
    requests = apps.get_model("inspections", "Request").objects
    events = apps.get_model("inspections", "FindingEvent").objects
    for request in requests.filter(kind="extension", state="asked", finding__state__in=OVER):
        moves = events.filter(finding=request.finding_id, after__in=OVER, by__isnull=False)
        if last := moves.order_by("at", "pk").last():
            request.state, request.decided_by_id, request.decided_at = "lapsed", last.by_id, last.at
            request.save(update_fields=["state", "decided_by", "decided_at"])


def refuse(apps: Any, editor: Any) -> None:
    """The release before knows no other state of what was never granted."""
    REPLIES.thaw(apps, editor)
    apps.get_model("inspections", "Request").objects.filter(state="lapsed").update(state="refused")
    REPLIES.freeze(apps, editor)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0025_requests_lapse")]

    operations = [migrations.RunPython(lapse, refuse)]
