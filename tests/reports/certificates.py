"""A certification authority of the test's own: an office's certificate, a time stamp service."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
PASSWORD = "pass word"


@dataclass(frozen=True)
class Held:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_der(self) -> bytes:
        return self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def for_pyhanko(self) -> Any:
        return next(iter(load_certs_from_pemder_data(self.der)))


def name(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    )


def held(
    text: str, by: Held | None, *, use: Any = None, end: datetime = END, key: Any = None, ca: bool = False
) -> Held:
    """A certificate for `text`, signed `by` (by itself if None)."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(text))
        .issuer_name(by.certificate.subject if by else name(text))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca, content_commitment=not ca, key_encipherment=False,
                data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
                encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
    )  # fmt: skip
    if use:
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=True)
    return Held(builder.sign(by.key if by else key, hashes.SHA256()), key)


@lru_cache(maxsize=1)
def root() -> Held:
    return held("测试根证书", None, ca=True)


@lru_cache(maxsize=2)
def office(kind: str = "ec") -> Held:
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else None
    return held("汤阴县政务服务办公室", root(), key=key)


def pkcs12_file(folder: Path, one: Held | None = None, password: str = PASSWORD) -> Path:
    """Write the office's certificate with its key and chain, as a certification authority hands it over."""
    one = one or office()
    path = folder / "office.p12"
    body = pkcs12.serialize_key_and_certificates(
        b"office",
        one.key,
        one.certificate,
        [root().certificate],
        BestAvailableEncryption(password.encode()) if password else NoEncryption(),
    )
    path.write_bytes(body)
    return path


@lru_cache(maxsize=1)
def stamper() -> DummyTimeStamper:
    key = rsa.generate_private_key(65537, 2048)
    authority = held("测试时间戳", root(), use=ExtendedKeyUsageOID.TIME_STAMPING, key=key)
    return DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(authority.der),
        tsa_key=asn1_keys.PrivateKeyInfo.load(authority.key_der),
        certs_to_embed=SimpleCertificateStore.from_certs([asn1_x509.Certificate.load(root().der)]),
    )


@contextmanager
def time_stamp_service(*, broken: bool = False) -> Iterator[str]:
    """A service on this machine that answers as RFC 3161 says; yields its address."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if broken:
                self.send_error(503)
                return
            said = stamper().request_tsa_response(tsp.TimeStampReq.load(body)).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
