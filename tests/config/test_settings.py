"""The key of an installation is made once, whoever starts first; codes on documents lead to its port."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config import settings


def test_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    key = settings.kept_secret(path)
    assert len(key) >= 50
    assert settings.kept_secret(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_worker_that_comes_second_takes_the_firsts_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret_key"

    def overtaken(size: int) -> str:
        assert not path.exists()
        path.write_text("of the first")
        return "of the second"

    monkeypatch.setattr(settings.secrets, "token_urlsafe", overtaken)
    assert settings.kept_secret(path) == path.read_text() == "of the first"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"PORT": "9123"}, "http://localhost:9123"),
        ({"PORT": "9123", "PORTAL_PUBLIC_URL": "https://portal.example"}, "https://portal.example"),
    ],
)
def test_codes_on_documents_lead_to_the_port_of_this_server(given: dict[str, str], address: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from config import settings; print(settings.PUBLIC_URL)"],
        capture_output=True, text=True, check=True, env=os.environ | given, cwd=settings.BASE_DIR,
    )  # fmt: skip
    assert said.stdout.strip() == address
