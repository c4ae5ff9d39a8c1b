"""The second factor: set up, asked for at each log-in, lost, given up."""

import re
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import totp

from organization.models import AuditEntry, PhoneFactor, RecoveryCode, Role, User
from organization.second_factor import LETTERS, code_digest, new_code
from tests.factories import PASSWORD, County, make_user

pytestmark = pytest.mark.django_db
PAGE, HOME = "/account/second-factor/", "/people/"


@pytest.fixture
def person(county: County) -> User:
    return make_user("anquan", [(Role.SECURITY_ADMINISTRATOR, county.region)], name="吴磊", password=PASSWORD)


@pytest.fixture
def required(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = [Role.SECURITY_ADMINISTRATOR.value]


def log_in(client: Client) -> None:
    client.post(reverse("login"), {"username": "anquan", "password": PASSWORD})


def digits(person: User) -> str:
    """What the person's phone shows now; the last digits are forgotten, so that they may be given again."""
    device = PhoneFactor.objects.get(user=person)
    PhoneFactor.objects.update(last_t=-1, throttling_failure_count=0, throttling_failure_timestamp=None)
    return f"{totp(device.bin_key):06d}"


def set_up(client: Client, person: User) -> list[str]:
    """Enrol, and return the recovery codes that the page shows."""
    client.get(PAGE)
    page = client.post(PAGE, {"token": digits(person)}).content.decode()
    return re.findall(r"<li><code>([0-9A-Z-]+)</code>", page)


def wrong(person: User) -> str:
    return f"{(int(digits(person)) + 7) % 1_000_000:06d}"


def test_role_that_needs_it_sets_it_up_before_anything_else(
    client: Client, person: User, required: None
) -> None:
    log_in(client)
    assert client.get(HOME)["Location"] == PAGE
    assert client.post("/people/new/")["Location"] == PAGE
    page = client.get(PAGE).content.decode()
    assert "您的角色必须使用动态口令" in page
    assert 'src="data:image/svg+xml' in page
    assert len(set_up(client, person)) == 10
    assert client.get(HOME).status_code == 200
    person.refresh_from_db()
    assert person.second_factor_at is not None


def test_roles_that_do_not_need_it_are_not_asked(client: Client, person: User, required: None) -> None:
    person.assignments.update(role=Role.INSPECTOR)
    log_in(client)
    assert client.get("/tasks/").status_code == 200


def test_password_alone_opens_nothing_once_it_is_set_up(client: Client, person: User) -> None:
    log_in(client)
    set_up(client, person)
    thief = Client()
    log_in(thief)
    for url in (HOME, "/account/", "/people/new/", "/"):
        assert thief.get(url)["Location"] == PAGE
        assert thief.post(url)["Location"] == PAGE
    for url in ("/account/second-factor/codes/", "/account/second-factor/drop/"):
        assert thief.post(url)["Location"] == PAGE
    assert User.objects.get(pk=person.pk).second_factor_at is not None


def test_digits_of_the_phone_open(client: Client, person: User) -> None:
    log_in(client)
    set_up(client, person)
    client.post(reverse("logout"))
    log_in(client)
    before = client.session.session_key
    spaced = digits(person)
    assert client.post(PAGE, {"token": f"{spaced[:3]} {spaced[3:]}"})["Location"] == "/"
    assert client.session.session_key != before
    assert client.get(HOME).status_code == 200
    assert AuditEntry.objects.latest("pk").action == "factor.pass"


def test_digits_open_once_only(client: Client, person: User) -> None:
    log_in(client)
    set_up(client, person)
    token = digits(person)
    first, second = Client(), Client()
    log_in(first)
    log_in(second)
    assert first.post(PAGE, {"token": token}).status_code == 302
    assert second.post(PAGE, {"token": token}).status_code == 200
    assert second.get(HOME).status_code == 302


@pytest.mark.parametrize("token", ["000", "abcdef", "12345678901234567890", "²²²²²²", "-1", "XXXXX-XXXXX"])
def test_what_is_not_right_is_refused_and_leaves_a_row(client: Client, person: User, token: str) -> None:
    log_in(client)
    set_up(client, person)
    other = Client()
    log_in(other)
    page = other.post(PAGE, {"token": token})
    assert page.status_code == 200
    assert "数字或恢复码不对" in page.content.decode()
    assert other.get(HOME).status_code == 302
    entry = AuditEntry.objects.latest("pk")
    assert (entry.result, entry.by) == ("refused", person)
    assert token not in str(entry.detail)


def test_guesser_must_wait_longer_each_time(client: Client, person: User) -> None:
    """After the eighth wrong try it is two minutes, for digits and recovery codes alike."""
    log_in(client)
    codes = set_up(client, person)
    other = Client()
    log_in(other)
    right = digits(person)
    other.post(PAGE, {"token": "XXXXX-XXXXX"})
    assert PhoneFactor.objects.get().throttling_failure_count == 1
    PhoneFactor.objects.update(throttling_failure_count=8, throttling_failure_timestamp=timezone.now())
    assert other.post(PAGE, {"token": right}).status_code == 200
    assert other.post(PAGE, {"token": codes[0]}).status_code == 200
    assert RecoveryCode.objects.filter(used_at=None).count() == 10
    assert other.post(PAGE, {"token": digits(person)}).status_code == 302


def test_recovery_code_opens_once(client: Client, person: User) -> None:
    log_in(client)
    codes = set_up(client, person)
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()
    for given, status in ((codes[0].lower(), 302), (codes[0], 200)):
        other = Client()
        log_in(other)
        assert other.post(PAGE, {"token": given}).status_code == status
    assert RecoveryCode.objects.filter(user=person, used_at=None).count() == 9


def test_new_recovery_codes_end_the_old_ones(client: Client, person: User) -> None:
    log_in(client)
    old = set_up(client, person)
    page = client.post("/account/second-factor/codes/").content.decode()
    new = re.findall(r"<li><code>([0-9A-Z-]+)</code>", page)
    assert len(set(new) - set(old)) == 10
    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert kept == {code_digest(code) for code in new}
    assert "还有10个恢复码没有用过" in client.get(PAGE).content.decode()


def test_wrong_digits_set_nothing_up(client: Client, person: User) -> None:
    log_in(client)
    client.get(PAGE)
    page = client.post(PAGE, {"token": wrong(person)}).content.decode()
    assert "数字不对" in page
    assert User.objects.get(pk=person.pk).second_factor_at is None
    assert PhoneFactor.objects.get().confirmed is False


def test_secret_stays_the_same_until_it_is_confirmed(client: Client, person: User) -> None:
    log_in(client)
    first, second = (client.get(PAGE).context["secret"] for _ in range(2))
    assert first == second
    assert PhoneFactor.objects.count() == 1


def test_own_factor_is_given_up_unless_a_role_needs_it(client: Client, person: User, settings: Any) -> None:
    log_in(client)
    set_up(client, person)
    settings.SECOND_FACTOR_ROLES = [Role.SECURITY_ADMINISTRATOR.value]
    assert client.post("/account/second-factor/drop/").status_code == 403
    settings.SECOND_FACTOR_ROLES = []
    assert client.post("/account/second-factor/drop/")["Location"] == "/account/"
    person.refresh_from_db()
    assert person.second_factor_at is None
    assert (PhoneFactor.objects.count(), RecoveryCode.objects.count()) == (0, 0)


def test_lost_phone_is_reset_by_the_security_administrator(
    client: Client, cast: dict[str, User], person: User
) -> None:
    guard = cast["security_administrator"]
    log_in(client)
    set_up(client, person)
    person.refresh_from_db()
    other = Client()
    other.force_login(guard)
    assert "重置动态口令" in other.get(f"/people/{person.pk}/").content.decode()
    assert other.post(f"/people/{person.pk}/second-factor/drop/").status_code == 302
    person.refresh_from_db()
    assert person.second_factor_at is None
    entry = AuditEntry.objects.get(action="factor.drop")
    assert (entry.by, entry.target) == (guard, f"User {person.pk}")


def test_initial_password_comes_before_setting_up(client: Client, person: User, required: None) -> None:
    User.objects.update(must_change_password=True)
    log_in(client)
    assert client.get(HOME)["Location"] == "/account/"


def test_every_step_leaves_a_row(client: Client, person: User) -> None:
    log_in(client)
    set_up(client, person)
    client.post("/account/second-factor/codes/")
    client.post("/account/second-factor/drop/")
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "login",
        "factor.confirm",
        "factor.codes",
        "factor.drop",
    ]


def test_codes_of_nobody_are_not_renewed(client: Client, person: User) -> None:
    log_in(client)
    assert client.post("/account/second-factor/codes/")["Location"] == PAGE
    assert not RecoveryCode.objects.exists()


def test_recovery_codes_are_read_from_paper() -> None:
    code = new_code()
    assert re.fullmatch(f"[{LETTERS}]{{5}}-[{LETTERS}]{{5}}", code)
    assert code_digest(code) == code_digest(f" {code.lower().replace('-', ' ')} ")
    assert len({new_code() for _ in range(100)}) == 100


def test_setting_that_names_no_role_is_told_before_the_start(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["admin"]
    assert "organization.E003" in {check.id for check in run_checks()}
