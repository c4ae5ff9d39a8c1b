"""The files for the system's services agree with the program and with one another."""

import configparser
import http.server
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from tests.installation import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
NGINX = (ROOT / "deploy" / "nginx" / "portal.conf").read_text()
PROXY = (ROOT / "deploy" / "nginx" / "portal-proxy.conf").read_text()


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(path)
    return read


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".service"], ids=lambda p: p.name)
def test_service_runs_confined_and_from_the_one_environment_file(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["User"] == "portal"
    assert service["EnvironmentFile"] == "/srv/portal/.env"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "true"
    assert service["ReadWritePaths"] == "/var/lib/portal"
    for name in re.findall(r"(?<=\s)(?:deploy/[\w./]+|manage\.py)", service["ExecStart"]):
        assert (ROOT / name).exists()


@pytest.mark.parametrize("path", [path for path in UNITS if path.suffix == ".timer"], ids=lambda p: p.name)
def test_timer_starts_a_command_that_exists(path: Path) -> None:
    [command] = re.findall(r"^portal-command@(\w+)\.service$", unit(path)["Timer"]["Unit"])
    assert command in get_commands()


def test_proxy_writes_every_header_that_the_portal_trusts() -> None:
    written = dict(re.findall(r"proxy_set_header (\S+) (\S+);", PROXY))
    assert written["X-Forwarded-For"] == "$remote_addr"
    assert written["X-Forwarded-Proto"] == "$scheme"
    assert written["X-Request-ID"] == "$request_id"
    assert written["Host"] == "$host"
    assert written["X-Forwarded-Host"] == written["Forwarded"] == '""'


@pytest.mark.parametrize(
    "line",
    [
        "ssl_protocols TLSv1.2 TLSv1.3;",
        "ssl_reject_handshake on;",
        "client_max_body_size 70m;",
        "client_header_timeout 10s;",
        "client_body_timeout 20s;",
        "limit_conn portal_connections 40;",
        "autoindex off;",
        "server_tokens off;",
    ],
)
def test_nginx_holds_its_limits(line: str) -> None:
    assert line in NGINX


def test_nginx_braces_and_lines_are_closed() -> None:
    bare = re.sub(r"#.*", "", NGINX)
    assert bare.count("{") == bare.count("}")
    lines = [line.strip() for line in bare.splitlines() if line.strip()]
    assert [line for line in lines if line[-1] not in "{};"] == []


def test_upload_limit_lies_above_what_the_portal_takes() -> None:
    """One section of the form with its photos: nginx must not refuse what the page allows."""
    from django.conf import settings

    megabytes = int(re.findall(r"client_max_body_size (\d+)m", NGINX)[0])
    assert megabytes * 1024 * 1024 > 4 * settings.PHOTO_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def test_compose_is_sound_and_takes_all_from_one_file() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert set(services) == {"database", "migrate", "web", "worker", "scheduler"}
    for name in ("migrate", "web", "worker", "scheduler"):
        assert services[name]["env_file"] == ".env"
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert services["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert (ROOT / services["migrate"]["build"]["dockerfile"]).exists()


def test_every_service_runs_a_command_that_is_in_the_image() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    commands = {name: service["command"] for name, service in services.items() if "command" in service}
    assert set(commands) == {"migrate", "worker", "scheduler"}
    for python, program, command, *_options in commands.values():
        assert (python, program) == (".venv/bin/python", "manage.py")
        assert command in get_commands()
    ignored = (ROOT / ".containerignore").read_text().split()
    said = (ROOT / "Containerfile").read_text()
    for path in ("manage.py", "deploy/probe", "deploy/gunicorn.conf.py", "deploy/setup", "deploy/systemd"):
        assert (ROOT / path).exists()
        assert path.split("/")[0] not in ignored
    assert "COPY . ." in said
    # What is copied from the first stage is what its script makes there.
    made = re.findall(r"^COPY --from=built (\S+) ", said, re.MULTILINE)
    assert made == ["/srv/portal", "/srv/built/fonts"]
    assert "PORTAL_VAR_DIR=/srv/built deploy/setup" in said


def test_image_has_the_libraries_that_setup_installs() -> None:
    """And what `manage.py backup` calls; gettext is for the first stage alone."""
    wanted = re.findall(r"for package in (libpango.*?); do", (ROOT / "deploy" / "setup").read_text())
    packages = {*wanted[0].split(), "libharfbuzz-subset0", "postgresql-client"} - {"gettext"}
    said = (ROOT / "Containerfile").read_text().rpartition("FROM ")[2]
    assert {name for name in packages if name not in said} == set()


def test_variables_of_container_and_compose_are_read_somewhere() -> None:
    """But for the password that compose itself puts into the database's address."""
    texts = [(ROOT / name).read_text() for name in ("Containerfile", "compose.yaml")]
    named = {name for text in texts for name in re.findall(r"(?<!{)PORTAL_(\w+)[:=]", text)}
    reading = "".join((ROOT / name).read_text() for name in ("config/settings.py", "deploy/gunicorn.conf.py"))
    assert (
        sorted(name for name in named if f'"{name}"' not in reading and f"PORTAL_{name}" not in reading) == []
    )


def test_container_runs_without_root_and_copies_no_secrets() -> None:
    lines = (ROOT / "Containerfile").read_text()
    assert lines.rindex("USER portal") < lines.index("CMD [", lines.rindex("USER portal"))
    ignored = (ROOT / ".containerignore").read_text().split()
    assert {".env", "var", ".git"} <= set(ignored)
    assert (ROOT / ".dockerignore").read_text() == (ROOT / ".containerignore").read_text()


def test_every_variable_of_the_example_is_read_somewhere() -> None:
    example = (ROOT / ".env.example").read_text()
    named = set(re.findall(r"^#?PORTAL_(\w+)=", example, re.MULTILINE))
    reading = "".join(
        (ROOT / name).read_text()
        for name in ("config/settings.py", "config/buckets.py", "deploy/gunicorn.conf.py", "compose.yaml")
    )
    assert sorted(name for name in named if name not in reading) == []


def test_scripts_are_sound_shell() -> None:
    for name in ("archive", "install-offline", "rollback", "serve", "setup"):
        said = subprocess.run(["bash", "-n", ROOT / "deploy" / name], capture_output=True, text=True)
        assert said.returncode == 0, said.stderr


class Answering(http.server.BaseHTTPRequestHandler):
    """Answers 200 at /ready/ under the portal's name, and 503 elsewhere."""

    def do_GET(self) -> None:
        ready = self.path == "/ready/" and self.headers["Host"] == "portal.example.gov.cn"
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(b"said")

    def log_message(self, *anything: object) -> None:
        """Say nothing."""


def test_probe_tells_ready_from_not_ready_and_from_no_answer() -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = {
        **os.environ,
        "PORTAL_BIND": f"0.0.0.0:{server.server_port}",
        "PORTAL_ALLOWED_HOSTS": "portal.example.gov.cn,localhost",
    }

    def probe(*arguments: str) -> int:
        command = [sys.executable, "deploy/probe", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True).returncode

    try:
        assert probe() == 0
        assert probe("/other/") == 1
    finally:
        server.shutdown()
        server.server_close()
    assert probe() == 1
