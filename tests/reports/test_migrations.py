"""Migrations of rows that are frozen already: lifted and frozen again, on both databases."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from inspections.answers import Given
from reports import actions
from reports.actions.recounting import rebuild_summaries
from reports.long_tables import LongTable, findings_table
from reports.models import CenterResult, Job, OfficialDocument, ScoreSummary
from tests.small_stage import NOW, drafted, issued, small_stage, submitted

BEFORE = ("reports", "0002_freeze_issued")


def back() -> None:
    MigrationExecutor(connection).migrate([BEFORE])


def forward() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_notices_issued_before_get_the_name_of_their_office_and_stay_frozen(quick_pdf: Any) -> None:
    stage = small_stage()
    notice = issued(stage, submitted(stage, 0, yes=Given(False)))
    draft = drafted(stage, submitted(stage, 1, yes=Given(False)))
    try:
        back()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reports_issuingbody SET number_code = 'x', name = 'x'")
            with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
                cursor.execute("UPDATE reports_notice SET title = 'x' WHERE state = 'issued'")
    finally:
        forward()
    found, other = OfficialDocument.objects.get(pk=notice.pk), OfficialDocument.objects.get(pk=draft.pk)
    assert (found.issuer, found.number_text) == (notice.issuer, notice.number_text)
    assert (other.issuer, other.number_code) == ("", "")
    for change in ({"title": "x"}, {"issuer": "x"}, {"contact": "x"}):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            OfficialDocument.objects.filter(pk=notice.pk).update(**change)
    assert OfficialDocument.objects.filter(pk=draft.pk).update(title="x") == 1


@pytest.mark.django_db(transaction=True)
def test_summaries_are_filled_from_what_was_inspected_before(quick_pdf: Any) -> None:
    stage = small_stage()
    issued(stage, submitted(stage, 0, yes=Given(False)))
    submitted(stage, 1)
    try:
        MigrationExecutor(connection).migrate(
            [("reports", "0009_encrypted_fields"), ("inspections", "0011_corrections")]
        )
    finally:
        forward()
    assert CenterResult.objects.count() == 2
    assert ScoreSummary.objects.filter(region="410000000000").count() == 2
    assert list(rebuild_summaries(fix=False)) == []


@pytest.mark.django_db(transaction=True)
def test_long_tables_are_taken_out_on_the_way_back_and_other_jobs_stay(quick_pdf: Any) -> None:
    stage = small_stage()
    issued(stage, submitted(stage, 0, yes=Given(False)))
    by = stage.cast["administrator"]
    job = actions.start_job(kind=Job.Kind.EXPORT, round=stage.round, by=by, now=NOW)
    for table in (LongTable(Job.Kind.SCORES, by, stage.round), findings_table(by, {}, "csv")):
        actions.start_table(table=table, now=NOW)
    try:
        MigrationExecutor(connection).migrate([("reports", "0018_order_of_documents")])
    finally:
        forward()
    assert list(Job.objects.all()) == [job]
    assert (job.files.count(), job.items.count()) == (1, 1)
