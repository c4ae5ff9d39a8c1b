"""`manage.py create_administrator`: the first account."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from organization.models import AuditEntry, User
from tests.factories import PASSWORD, make_region

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> None:
    make_region("410523")
    monkeypatch.setenv("PORTAL_PASSWORD", PASSWORD)


def create(*options: str, username: str = "anquan", region: str = "410523") -> str:
    said = StringIO()
    call_command(
        "create_administrator",
        f"--username={username}",
        "--name=王安全",
        f"--region={region}",
        *options,
        stdout=said,
    )
    return said.getvalue()


def test_first_administrator_manages_people() -> None:
    assert "王安全" in create()
    person = User.objects.get(username="anquan")
    assert person.check_password(PASSWORD)
    assert [(g.role, g.region_id) for g in person.grants] == [("security_administrator", "410523000000")]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.region_id) == ("person.create", None, "410523000000")
    assert PASSWORD not in str(entry.detail)


def test_roles_may_be_named() -> None:
    create("--role=inspector", "--role=lead_inspector")
    assert User.objects.get().roles == {"inspector", "lead_inspector"}


@pytest.mark.parametrize(
    ("options", "changes", "expected"),
    [
        ([], {"region": "999999"}, "没有代码为 999999 的地区"),
        ([], {"region": "甲"}, "没有代码为 甲 的地区"),
        ([], {"username": "a b"}, "用户名"),
        ([], {"username": ""}, "不能为空"),
        (["--role=administrator", "--role=audit_administrator"], {}, "三员分立"),
        (["--role=township_staff"], {}, "乡镇工作人员的地区"),
        (["--role=inspector", "--role=inspector"], {}, "已有这个地区的这项权限"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    options: list[str], changes: dict[str, str], expected: str
) -> None:
    with pytest.raises(CommandError, match=expected):
        create(*options, **changes)
    assert not User.objects.exists()
    assert not AuditEntry.objects.exists()


def test_weak_password_is_refused_in_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PASSWORD", "123")
    with pytest.raises(CommandError, match="密码太短，至少要8个字符"):
        create()
    assert not User.objects.exists()


def test_same_username_twice_is_refused() -> None:
    create()
    with pytest.raises(CommandError, match="这个用户名已经有人使用"):
        create()


def test_password_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_PASSWORD")
    answers = iter([PASSWORD, "andere-408-chuang"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    with pytest.raises(CommandError, match="两次输入的密码不一样"):
        create()
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    create()
    assert User.objects.get().check_password(PASSWORD)
