"""The shipped nginx files in a real nginx before a real portal; ports, folders, certificate alone differ."""

import http.client
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.installation import ROOT, Installation, free_port

pytestmark = pytest.mark.anywhere

NAME = "portal.example.gov.cn"
FILES = ROOT / "deploy" / "nginx"


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


class Front:
    """An nginx of this test's own, and how to speak to it."""

    def __init__(self, folder: Path, portal: Installation) -> None:
        self.folder, self.http, self.https = folder, free_port(), free_port()
        self.static = folder / "static"
        # The server drops its rights where root starts it, and must still reach these folders.
        for place in (folder, *folder.parents):
            if place.owner() == folder.owner():
                place.chmod(place.stat().st_mode | 0o055)
        write_certificate(folder)
        self.static.mkdir()
        (self.static / "portal.0123456789ab.css").write_text("body { margin: 0; }\n" * 20)
        self.write(portal.port)
        self.process = subprocess.Popen(
            ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"],
            stdout=subprocess.DEVNULL,
            stderr=(folder / "stderr.log").open("wb"),
        )
        for _ in range(100):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.https)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError((folder / "stderr.log").read_text())

    def write(self, portal_port: int) -> None:
        """Take the shipped files; change what differs between any two machines, and nothing else."""
        pages, proxy = self.folder / "pages", self.folder / "portal-proxy.conf"
        shutil.copytree(FILES / "pages", pages)
        proxy.write_text((FILES / "portal-proxy.conf").read_text())
        text = (FILES / "portal.conf").read_text()
        for ours, here in (
            ("server 127.0.0.1:8000 ", f"server 127.0.0.1:{portal_port} "),
            ("listen 80", f"listen 127.0.0.1:{self.http}"),
            ("listen 443", f"listen 127.0.0.1:{self.https}"),
            ("/etc/ssl/portal/", f"{self.folder}/"),
            ("/etc/nginx/portal-proxy.conf", str(proxy)),
            ("/srv/portal/staticfiles/", f"{self.static}/"),
            ("/srv/portal/deploy/nginx/pages/", f"{pages}/"),
            ("/var/log/nginx/", f"{self.folder}/"),
        ):
            assert ours in text
            text = text.replace(ours, here)
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
        temporary = "".join(
            f"{kind}_temp_path {self.folder / kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"pid {self.folder}/nginx.pid;\nerror_log {self.folder}/error.log;\n"
            f"events {{ worker_connections 512; }}\nhttp {{\n{temporary}"
            f"types {{ text/html html; text/css css; }}\n{text}\n}}\n"
        )

    def wire(self, source: str = "127.0.0.1") -> http.client.HTTPSConnection:
        trust = ssl.create_default_context(cafile=str(self.folder / "chain.pem"))
        raw = socket.create_connection(("127.0.0.1", self.https), 60, (source, 0))
        wire = http.client.HTTPSConnection(NAME, timeout=60)
        wire.sock = trust.wrap_socket(raw, server_hostname=NAME)
        return wire

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        source: str = "127.0.0.1",
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        wire = self.wire(source)
        wire.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
        said = wire.getresponse()
        content = said.read()
        wire.close()
        return said.status, {name.lower(): text for name, text in said.getheaders()}, content

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = Installation(
        tmp_path_factory.mktemp("portal"),
        PORTAL_DEBUG="false",
        PORTAL_HTTPS="true",
        PORTAL_ALLOWED_HOSTS=NAME,
        PORTAL_TRUSTED_ORIGINS=f"https://{NAME}",
        PORTAL_BEHIND_PROXY="true",
        PORTAL_SECRET_KEY="k" * 60,
    )
    try:
        made.manage("migrate", "--noinput", "--verbosity", "0")
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture(scope="module")
def front(portal: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    made = Front(tmp_path_factory.mktemp("front"), portal)
    try:
        yield made
    finally:
        made.stop()


def test_plain_address_leads_to_the_safe_one(front: Front) -> None:
    wire = http.client.HTTPConnection("127.0.0.1", front.http, timeout=10)
    wire.request("GET", "/tasks/?q=1", headers={"Host": NAME})
    said = wire.getresponse()
    assert (said.status, said.headers["Location"]) == (301, f"https://{NAME}/tasks/?q=1")


def test_other_names_get_no_answer(front: Front) -> None:
    wire = http.client.HTTPConnection("127.0.0.1", front.http, timeout=10)
    wire.request("GET", "/", headers={"Host": "other.example"})
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        wire.getresponse()
    raw = socket.create_connection(("127.0.0.1", front.https), 10)
    with pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(raw, server_hostname="other.example")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_old_protocols_are_refused(front: Front) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    raw = socket.create_connection(("127.0.0.1", front.https), 10)
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        old.wrap_socket(raw, server_hostname=NAME)


def test_page_comes_through_with_its_defenses(front: Front) -> None:
    status, headers, page = front.ask("/login/")
    assert status == 200
    assert "csrfmiddlewaretoken" in page.decode()
    assert "max-age" in headers["strict-transport-security"]
    assert "default-src" in headers["content-security-policy"]
    assert headers["server"] == "nginx"  # No version, and not the program behind it.
    assert "secure" in headers["set-cookie"].lower()


def test_visitor_cannot_name_an_address_of_his_own(front: Front, portal: Installation) -> None:
    _status, headers, page = front.ask("/login/")
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.decode())[0]
    status, _headers, _page = front.ask(
        "/login/",
        "POST",
        f"csrfmiddlewaretoken={token}&username=nobody&password=wrong".encode(),
        source="127.0.0.3",
        Cookie=headers["set-cookie"].split(";")[0],
        Referer=f"https://{NAME}/login/",
        Content_Type="application/x-www-form-urlencoded",
        X_Forwarded_For="203.0.113.9",
        X_Forwarded_Proto="http",
        X_Forwarded_Host="other.example",
        Forwarded="for=203.0.113.9",
    )
    assert status == 200
    (address,) = portal.query("SELECT address FROM organization_auditentry ORDER BY id DESC LIMIT 1")[0]
    assert address == "127.0.0.3"


def test_static_files_come_from_nginx_for_a_year(front: Front) -> None:
    status, headers, _content = front.ask("/static/portal.0123456789ab.css")
    assert status == 200
    assert headers["cache-control"].endswith("public, immutable")
    assert headers["x-content-type-options"] == "nosniff"
    assert front.ask("/static/")[0] in (403, 404)
    assert front.ask("/static/../nginx.conf")[0] in (400, 404)
    assert front.ask("/static../nginx.conf")[0] == 404


def test_readiness_and_figures_are_for_this_machine(front: Front) -> None:
    assert front.ask("/ready/")[0] == 200
    for path in ("/ready/", "/metrics"):
        assert front.ask(path, source="127.0.0.2")[0] == 403
    assert front.ask("/health/", source="127.0.0.2")[0] == 200


def test_too_large_a_body_is_refused_before_it_is_read(front: Front) -> None:
    wire = front.wire()
    wire.putrequest("POST", "/login/")
    wire.putheader("Content-Length", str(71 * 1024 * 1024))
    wire.endheaders()
    said = wire.getresponse()
    page = said.read().decode()
    assert said.status == 413
    assert "70 MB" in page
    assert "什么也没有保存" in page


def test_slow_clients_do_not_stop_the_site(front: Front) -> None:
    """The portal has four threads; each of these would hold one without nginx in front."""
    opened = []
    for _ in range(60):
        wire = front.wire("127.0.0.4")
        assert wire.sock
        wire.sock.sendall(b"POST /login/ HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\nContent-Length: 90\r\n")
        opened.append(wire)
    try:
        assert front.ask("/health/")[0] == 200
    finally:
        for wire in opened:
            wire.close()


def test_tries_to_log_in_are_limited_by_address(front: Front) -> None:
    said = [front.ask("/login/", source="127.0.0.5") for _ in range(40)]
    refused = [page.decode() for status, _headers, page in said if status == 429]
    assert said[0][0] == 200
    assert refused
    assert "请等一分钟再试" in refused[0]
    assert front.ask("/login/", source="127.0.0.6")[0] == 200


def test_pages_of_nginx_are_in_both_languages_and_fetch_nothing_else(front: Front) -> None:
    for path in sorted((FILES / "pages").glob("*.html")):
        status, headers, content = front.ask(f"/front/{path.name}")
        page = content.decode()
        assert status == 200
        assert headers["content-security-policy"] == "default-src 'none'; style-src 'self'"
        assert '<html lang="zh-Hans">' in page
        assert 'lang="en"' in page
        assert re.findall(r'(?:src|href)="([^"]+)"', page) == ["/front/page.css", "/"]


def test_portal_that_is_away_is_said_so(portal: Installation, tmp_path: Path) -> None:
    """Last, for it has an nginx of its own before a port where nobody listens."""
    absent = Installation.__new__(Installation)
    absent.port = free_port()
    made = Front(tmp_path, absent)
    try:
        status, _headers, page = made.ask("/tasks/", "POST", b"a=1")
        assert status == 502
        assert "请当作没有保存" in page.decode()
    finally:
        made.stop()
