"""The notice at the first log-in; a copy of the own data; an account freed of whose it was."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp

from inspections.models import Message, MessageChoice
from organization.actions import begin_second_factor, confirm_second_factor, disable, set_password
from organization.audit import record
from organization.models import AuditEntry, LoginSession, PhoneFactor, RecoveryCode, Region, Role, User
from organization.privacy import data_of, own_rows
from tests.factories import PASSWORD, County, make_other_county, make_user

pytestmark = pytest.mark.django_db
NOTICE = "/privacy/"


@pytest.fixture
def person(county: County) -> User:
    person = make_user("lihua", [(Role.INSPECTOR, county.townships[0])], name="李华", password=PASSWORD)
    User.objects.filter(pk=person.pk).update(notice_version="")
    person.refresh_from_db()
    return person


@pytest.fixture
def security(cast: dict[str, User], client: Client) -> User:
    client.force_login(cast[Role.SECURITY_ADMINISTRATOR])
    return cast[Role.SECURITY_ADMINISTRATOR]


def log_in(client: Client) -> Any:
    return client.post(reverse("login"), {"username": "lihua", "password": PASSWORD})


# ---- the notice


def test_first_log_in_leads_to_the_notice_and_then_on(client: Client, person: User, settings: Any) -> None:
    log_in(client)
    assert client.get("/tasks/")["Location"] == NOTICE
    assert client.post("/account/", {})["Location"] == NOTICE
    page = client.get(NOTICE).content.decode()
    for words in ("为什么", "操作记录", "365天", "我已阅读，继续", settings.PRIVACY_VERSION):
        assert words in page
    assert client.post(NOTICE)["Location"] == "/"
    assert client.get("/tasks/").status_code == 200
    person.refresh_from_db()
    assert person.notice_version == settings.PRIVACY_VERSION
    assert (timezone.now() - person.notice_at).total_seconds() < 60
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.by, entry.detail) == (
        "privacy.acknowledge",
        person,
        {"version": settings.PRIVACY_VERSION},
    )


def test_second_log_in_does_not_ask_again(client: Client, person: User) -> None:
    log_in(client)
    client.post(NOTICE)
    client.post("/logout/")
    log_in(client)
    assert client.get("/tasks/").status_code == 200
    page = client.get(NOTICE).content.decode()
    assert "个人信息告知" in page
    assert "我已阅读，继续" not in page
    client.post(NOTICE)
    assert AuditEntry.objects.filter(action="privacy.acknowledge").count() == 1


def test_new_version_asks_at_the_next_log_in_and_interrupts_nobody(
    client: Client, person: User, settings: Any
) -> None:
    log_in(client)
    client.post(NOTICE)
    settings.PRIVACY_VERSION = "2027-01-01"
    assert client.get("/tasks/").status_code == 200, "in the middle of a form"
    client.post("/logout/")
    log_in(client)
    assert client.get("/tasks/")["Location"] == NOTICE
    client.post(NOTICE)
    person.refresh_from_db()
    assert person.notice_version == "2027-01-01"


def test_second_factor_comes_before_the_notice_and_the_password_after_it(
    client: Client, person: User
) -> None:
    device = begin_second_factor(by=person)
    confirm_second_factor(by=person, token=f"{totp(device.bin_key):06d}")
    User.objects.filter(pk=person.pk).update(must_change_password=True)
    log_in(client)
    assert client.get(NOTICE)["Location"] == "/account/second-factor/"
    PhoneFactor.objects.update(last_t=-1)
    client.post("/account/second-factor/", {"token": f"{totp(device.bin_key):06d}"})
    assert client.get("/tasks/")["Location"] == NOTICE
    client.post(NOTICE)
    assert client.get("/tasks/")["Location"] == "/account/"


def test_way_out_is_open_before_it_is_read(client: Client, person: User) -> None:
    log_in(client)
    assert client.post("/logout/")["Location"] == "/login/"


def test_notice_names_whom_to_ask(client: Client, person: User, settings: Any) -> None:
    client.force_login(person)
    assert "本县的安全管理员" in client.get(NOTICE).content.decode()
    settings.PRIVACY_CONTACT = "汤阴县审改办 0372-6212345"
    assert "汤阴县审改办 0372-6212345" in client.get(NOTICE).content.decode()


# ---- a copy


def filled(person: User) -> None:
    """Something of every kind that belongs to a person alone."""
    set_password(by=_elder(person), person=person, password="xin-mima-2048")
    device = begin_second_factor(by=person)
    confirm_second_factor(by=person, token=f"{totp(device.bin_key):06d}")
    LoginSession.objects.create(
        user=person, session_key="k" * 32, begun_at=timezone.now(), address="10.1.2.3"
    )
    Message.objects.create(person=person, key="a", kind="red", url="/x/", at=timezone.now())
    MessageChoice.objects.create(person=person, email="lihua@example.cn")
    record("session.end", by=person, target=person, region=person.home_code)


def _elder(person: User) -> User:
    region = person.grants[0].region.parent
    return make_user("elder", [(Role.SECURITY_ADMINISTRATOR, region)])


def test_own_page_says_what_is_deleted_and_what_must_be_kept(client: Client, person: User) -> None:
    client.force_login(person)
    page = client.get("/account/data/").content.decode()
    for words in ("下载我的个人信息", "注销时删除", "依法必须保留", "已印发的公文", "六个月"):
        assert words in page
    assert "/account/data/" in client.get("/account/").content.decode()


def test_own_copy_holds_everything_and_no_secret(client: Client, person: User) -> None:
    filled(person)
    # What would have to be done first is not asked about here.
    User.objects.filter(pk=person.pk).update(second_factor_at=None, must_change_password=False)
    person.refresh_from_db()
    client.force_login(person)
    answer = client.post("/account/data/download/")
    assert answer["Content-Disposition"] == f'attachment; filename="personal-data-{person.pk}.json"'
    text = answer.content.decode()
    said = json.loads(text)
    assert (said["account"]["name"], said["account"]["username"]) == ("李华", "lihua")
    assert said["roles"] == [{"role": "inspector", "region": person.home_code}]
    assert said["own"]["inspections.MessageChoice"][0]["email"] == "lihua@example.cn"
    assert said["own"]["organization.LoginSession"][0]["address"] == "10.1.2.3"
    assert "session.end" in [row["action"] for row in said["trail"]["rows"]]
    assert said["acts"]["reports.DocumentEvent.by"] == {"count": 0, "ids": []}
    secrets = [person.password, PhoneFactor.objects.get().key, "k" * 32, RecoveryCode.objects.first().digest]
    assert [secret for secret in secrets if secret in text] == []
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.by, entry.target) == ("person.data", person, f"User {person.pk}")


def test_copy_holds_nothing_of_others(client: Client, person: User, cast: dict[str, User]) -> None:
    other = cast[Role.INSPECTOR]
    record("session.end", by=other, target=other, region=other.home_code, address="10.9.9.9")
    Message.objects.create(person=other, key="theirs", kind="red", url="/x/", at=timezone.now())
    said = json.dumps(data_of(person), default=str)
    assert "10.9.9.9" not in said
    assert "theirs" not in said


def test_every_foreign_key_to_a_person_is_in_the_copy(person: User) -> None:
    """Of whatever app, and of those still to come."""
    said = data_of(person)
    fields = [field for field in User._meta.get_fields(include_hidden=True) if field.auto_created]
    models = {field.related_model._meta.label for field in fields if not field.concrete}
    there = {*said["own"], *(label.rsplit(".", 1)[0] for label in said["acts"])}
    told_apart = {"organization.Assignment", "organization.AuditEntry"}
    assert {label for label in models if "_" not in label} - there - told_apart == set()


def test_copy_needs_a_post(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get("/account/data/download/").status_code == 405


def test_security_administrator_hands_out_a_copy_on_request(
    client: Client, person: User, security: User
) -> None:
    answer = client.post(f"/people/{person.pk}/data/")
    assert json.loads(answer.content)["account"]["name"] == "李华"
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.by, entry.target) == ("person.data", security, f"User {person.pk}")


def test_nobody_elses_data_are_handed_out(client: Client, person: User, cast: dict[str, User]) -> None:
    for name, status in [("administrator", 403), ("audit_administrator", 403)]:
        client.force_login(cast[name])
        assert client.post(f"/people/{person.pk}/data/").status_code == status
        assert client.post(f"/people/{person.pk}/anonymize/").status_code == status
    client.force_login(User.objects.get(username="security_administrator-elsewhere"))
    assert client.post(f"/people/{person.pk}/data/").status_code == 404
    assert client.post(f"/people/{person.pk}/anonymize/").status_code == 404
    person.refresh_from_db()
    assert person.name == "李华"


def test_township_does_not_handle_the_data_of_its_villages_people(
    client: Client, county: County, cast: dict[str, User]
) -> None:
    """It may set their passwords; their data are the security administrator's business."""
    village = make_user("cun", [(Role.TOWNSHIP_STAFF, county.villages[0])])
    client.force_login(cast[Role.TOWNSHIP_STAFF])
    page = client.get(f"/people/{village.pk}/")
    assert page.status_code == 200
    assert "下载此人的个人信息" not in page.content.decode()
    assert client.post(f"/people/{village.pk}/data/").status_code == 403
    assert client.post(f"/people/{village.pk}/anonymize/").status_code == 403


# ---- freed of whose it was


def test_account_in_use_is_not_freed(client: Client, person: User, security: User) -> None:
    assert "去除身份信息" not in client.get(f"/people/{person.pk}/").content.decode()
    client.post(f"/people/{person.pk}/anonymize/")
    person.refresh_from_db()
    assert person.anonymized_at is None


def test_freed_account_keeps_its_acts_and_nothing_of_the_person(
    client: Client, person: User, security: User
) -> None:
    filled(person)
    disable(by=security, person=person)
    before = list(AuditEntry.objects.order_by("pk").values())
    assert "去除身份信息" in client.get(f"/people/{person.pk}/").content.decode()
    assert client.post(f"/people/{person.pk}/anonymize/").status_code == 302
    person.refresh_from_db()
    assert (person.username, person.name) == (f"removed-{person.pk}", f"已注销人员{person.pk}")
    assert not person.has_usable_password()
    assert {label: found.count() for label, found in own_rows(person) if found.exists()} == {}
    assert person.home_code == "410523100000", "still in its security administrator's sight"
    kept = list(AuditEntry.objects.order_by("pk").values())
    assert kept[: len(before)] == before, "the trail is never changed"
    assert (kept[-1]["action"], kept[-1]["object_name"]) == (
        "person.anonymize",
        f"已注销人员{person.pk}（removed-{person.pk}）",
    )
    page = client.get(f"/people/{person.pk}/").content.decode()
    assert "李华" not in page
    client.post(f"/people/{person.pk}/enable/")
    person.refresh_from_db()
    assert not person.is_active


def test_others_keep_what_is_theirs(client: Client, person: User, security: User) -> None:
    Message.objects.create(person=security, key="a", kind="red", url="/x/", at=timezone.now())
    disable(by=security, person=person)
    client.post(f"/people/{person.pk}/anonymize/")
    assert Message.objects.count() == 1
    assert User.objects.get(pk=security.pk).name == security.name


def test_township_staff_who_guard_elsewhere_hand_out_nobodys_data(client: Client, county: County) -> None:
    elsewhere = make_other_county(townships=1)
    guard = make_user(
        "two-hats",
        [
            (Role.TOWNSHIP_STAFF, county.townships[0]),
            (Role.SECURITY_ADMINISTRATOR, elsewhere.region),
        ],
    )
    village = Region.objects.get(code="410523100201")
    villager = make_user("villager", [(Role.TOWNSHIP_STAFF, village)])
    client.force_login(guard)
    assert client.get(reverse("organization:person-edit", args=[villager.pk])).status_code == 200
    assert client.post(reverse("organization:person-data", args=[villager.pk])).status_code == 403
    assert client.post(reverse("organization:person-anonymize", args=[villager.pk])).status_code == 403
