"""Tables and whole rounds, fetched from their pages; also where the round is of a region above."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Round
from organization.models import AuditEntry, Role
from reports import overview, permissions
from reports.models import Job
from tests.factories import make_region, make_user
from tests.small_stage import Given, Stage, issued, submitted

pytestmark = pytest.mark.django_db
SHORT = {"yes": Given(False)}


def sheets(said: Any) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(b"".join(said.streaming_content)))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_own_documents_of_a_round_of_the_city_are_exported(
    client: Client, stage: Stage, other: Stage, quick_pdf: Any
) -> None:
    mine = issued(stage, submitted(stage, 0, **SHORT))
    issued(other, submitted(other, 0, **SHORT))
    Round.objects.filter(pk=stage.round.pk).update(region=make_region("4105"))
    address = reverse("reports:round-export", args=[stage.round.pk])
    administrator = stage.cast["administrator"]
    client.force_login(administrator)
    assert overview.with_issued_notices(administrator) == [stage.round]
    client.post(address)
    assert [item.document for item in Job.objects.get().items.all()] == [mine]
    for stranger in (
        other.cast["administrator"],
        stage.cast["township_staff"],
        make_user("near", [(Role.ADMINISTRATOR, stage.county.townships[1])]),
    ):
        client.force_login(stranger)
        assert client.post(address).status_code == 404
        assert overview.with_issued_notices(stranger) != [stage.round]
    assert Job.objects.count() == 1


def test_scores_hold_the_persons_own_townships(client: Client, stage: Stage, other: Stage) -> None:
    for place in (0, 1):
        submitted(stage, place, **SHORT)
    near = make_user("near", [(Role.ADMINISTRATOR, stage.county.townships[1])])
    address = reverse("reports:round-scores", args=[stage.round.pk])
    for person, names in ((stage.cast["reviewer"], ["城关镇", "菜园镇"]), (near, ["菜园镇"])):
        client.force_login(person)
        said = client.post(address)
        assert said["Content-Type"].endswith("spreadsheetml.sheet")
        rows = sheets(said)["各乡镇"]
        assert [row[1] for row in rows[4:]] == names
    client.force_login(other.cast["administrator"])
    assert client.post(address).status_code == 404
    assert AuditEntry.objects.filter(action="scores.export", result="done").count() == 2


def test_ledger_names_the_documents_number(client: Client, stage: Stage, quick_pdf: Any) -> None:
    notice = issued(stage, submitted(stage, 0, **SHORT))
    client.force_login(stage.cast["administrator"])
    (rows,) = sheets(client.post(reverse("reports:round-ledger", args=[stage.round.pk]))).values()
    head, row = rows[3], rows[4]
    told = dict(zip(head, row, strict=True))
    assert told["文号"] == notice.number_text
    assert told["成文日期"].date() == notice.dated_on
    assert (told["序号"], told["乡镇"], told["责任人"]) == (1, "城关镇", None)


def test_findings_are_those_that_the_page_shows(client: Client, stage: Stage, other: Stage) -> None:
    for place in (0, 1):
        submitted(stage, place, **SHORT)
    submitted(other, 0, **SHORT)
    address = reverse("reports:finding-table")
    client.force_login(stage.cast["administrator"])
    (rows,) = sheets(client.post(address)).values()
    assert [row[0] for row in rows[3:]] == ["城关镇", "菜园镇"]
    (rows,) = sheets(client.post(f"{address}?region={stage.county.townships[1].prefix}")).values()
    assert [row[0] for row in rows[3:]] == ["菜园镇"]
    client.force_login(stage.cast["township_staff"])
    (rows,) = sheets(client.post(address)).values()
    assert [row[0] for row in rows[3:]] == ["城关镇"]
    (rows,) = sheets(client.post(f"{address}?state=nonsense&round=x&item=9")).values()
    assert len(rows) == 3


@pytest.mark.parametrize(("code", "place"), [("41", "安阳市汤阴县"), ("4105", "汤阴县")])
def test_findings_of_many_counties_say_first_where_they_are(
    client: Client, stage: Stage, other: Stage, code: str, place: str
) -> None:
    submitted(stage, 0, **SHORT)
    submitted(other, 0, **SHORT)
    client.force_login(make_user("wide", [(Role.ADMINISTRATOR, make_region(code))]))
    (rows,) = sheets(client.post(reverse("reports:finding-table"))).values()
    assert rows[2][:2] == ("所属市县", "乡镇")
    assert {row[:2] for row in rows[3:]} == {(place, "城关镇"), (place.replace("汤阴", "滑"), "城关镇")}
    lines = b"".join(client.post(reverse("reports:finding-csv")).streaming_content).decode("utf-8-sig")
    assert f"\r\n{place},城关镇," in lines


def test_findings_as_csv_are_the_rows_of_the_table(client: Client, stage: Stage, other: Stage) -> None:
    for place in (0, 1):
        submitted(stage, place, **SHORT)
    submitted(other, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    for query in ("", f"?region={stage.county.townships[1].prefix}", "?state=closed"):
        said = client.post(reverse("reports:finding-csv") + query)
        body = b"".join(said.streaming_content)
        assert said["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in said["Content-Disposition"]
        assert body.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
        (table,) = sheets(client.post(reverse("reports:finding-table") + query)).values()
        assert rows[0] == list(table[2])
        assert [row[0] for row in rows[1:]] == [row[0] for row in table[3:]]
        found_at = rows[0].index("发现时间")
        # A moment is that of the clock here.
        assert [row[found_at] for row in rows[1:]] == [f"{row[found_at]:%Y-%m-%d %H:%M}" for row in table[3:]]
    assert AuditEntry.objects.filter(action="findings.export", result="done").count() == 6


def test_tables_that_take_long_lead_to_their_jobs(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.long_tables.AT_ONCE", 1)
    submitted(stage, 0, **SHORT)
    scores, ledger = (
        reverse(f"reports:round-{name}", args=[stage.round.pk]) for name in ("scores", "ledger")
    )
    findings = [reverse(f"reports:{name}") + "?state=found" for name in ("finding-table", "finding-csv")]
    client.force_login(stage.cast["administrator"])
    assert [client.post(address).status_code for address in (ledger, *findings)] == [200] * 3
    submitted(stage, 1, **SHORT)
    for address in (scores, ledger, *findings):
        said = client.post(address)
        job = Job.objects.latest("pk")
        assert (said.status_code, said["Location"]) == (302, reverse("reports:job", args=[job.pk]))
    assert list(Job.objects.order_by("pk").values_list("kind", "query")) == [
        ("scores", f"round={stage.round.pk}"), ("ledger", f"round={stage.round.pk}"),
        ("findings", "state=found"), ("findings", "state=found&as=csv"),
    ]  # fmt: skip
    narrowed = f"{reverse('reports:finding-csv')}?region={stage.county.townships[0].prefix}"
    assert client.post(narrowed).status_code == 200
    assert Job.objects.count() == 4
    client.force_login(stage.cast["inspector"])
    assert [client.post(address).status_code for address in (scores, ledger, *findings)] == [
        404,
        404,
        403,
        403,
    ]


def test_whoever_may_not_download_costs_no_count(
    client: Client, stage: Stage, django_assert_num_queries: Any
) -> None:
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["inspector"])
    for name in ("finding-table", "finding-csv"):
        for query in ("", "?state=found"):
            client.post(reverse(f"reports:{name}") + query)
            # Who asks, and what the trail says of it.
            with django_assert_num_queries(4) as done:
                assert client.post(reverse(f"reports:{name}") + query).status_code == 403
            assert not [one["sql"] for one in done if "COUNT(" in one["sql"]]
    assert not Job.objects.exists()


@pytest.mark.parametrize("is_long", [False, True])
def test_right_is_asked_once(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch, is_long: bool
) -> None:
    submitted(stage, 0, **SHORT)
    monkeypatch.setattr("reports.long_tables.AT_ONCE", 0 if is_long else 5000)
    asked = []
    may = permissions.can_export_tables
    monkeypatch.setattr(permissions, "can_export_tables", lambda user: asked.append(user) or may(user))
    client.force_login(stage.cast["reviewer"])
    for name in ("round-scores", "round-ledger"):
        client.post(reverse(f"reports:{name}", args=[stage.round.pk]))
    client.post(reverse("reports:finding-table"))
    assert asked == [stage.cast["reviewer"]] * 3
    assert AuditEntry.objects.filter(action__endswith=".export", result="done").count() == 3


def test_table_that_is_being_written_of_other_regions_says_so(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.long_tables.AT_ONCE", 0)
    for place in (0, 1):
        submitted(stage, place, **SHORT)
    person = make_user("both", [(Role.REVIEWER, region) for region in stage.county.townships])
    client.force_login(person)
    client.post(reverse("reports:round-ledger", args=[stage.round.pk]))
    person.assignments.filter(region=stage.county.townships[0]).delete()
    said = client.post(reverse("reports:round-ledger", args=[stage.round.pk]), follow=True)
    assert "同样的任务正在进行，请等它结束。" in said.content.decode()


def test_pages_offer_the_tables(client: Client, stage: Stage) -> None:
    submitted(stage, 0, **SHORT)
    client.force_login(stage.cast["administrator"])
    scores = reverse("reports:round-scores", args=[stage.round.pk])
    for page in (reverse("reports:county"), reverse("inspections:round", args=[stage.round.pk])):
        assert f'action="{scores}"' in client.get(page).content.decode()
    shown = client.get(reverse("reports:finding-list") + "?state=found").content.decode()
    for name in ("finding-table", "finding-csv"):
        assert f'action="{reverse(f"reports:{name}")}?state=found"' in shown
