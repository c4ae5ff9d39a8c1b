"""The signature on an issued file: made by a file or a token, read by two programs, broken by one byte."""

import io
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from inspections.answers import Given
from organization.problems import Problem
from reports import actions, signing
from reports.models import GivenNumber, NumberSequence
from tests.reports import certificates
from tests.reports.certificates import PASSWORD, held, office, pkcs12_file, root, time_stamp_service
from tests.small_stage import NOW, Stage, drafted, submitted

REGION = "410523000000"


@pytest.fixture(autouse=True)
def forgotten_signers() -> None:
    signing._from_file.cache_clear()
    signing._from_token.cache_clear()


@pytest.fixture
def certificate(settings: Any, tmp_path: Path) -> Path:
    """The office's certificate is set up."""
    path = pkcs12_file(tmp_path)
    settings.SIGNING = {**settings.SIGNING, "FILE": str(path), "PASSWORD": PASSWORD}
    return path


def blank() -> bytes:
    """A PDF of one page."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out)
    return out.getvalue()


def signed(body: bytes | None = None, now: datetime = NOW) -> signing.Signed:
    return signing.sign(body or blank(), region=REGION, name="汤阴县政务服务办公室", now=now)


def status(body: bytes) -> Any:
    """What pyHanko makes of the signature, trusting the test's own authority."""
    found = PdfFileReader(io.BytesIO(body)).embedded_signatures
    assert len(found) == 1
    context = ValidationContext(trust_roots=[x509.Certificate.load(root().der)], allow_fetching=False)
    # In a thread of its own: the browser's event loop may run in this one.
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(validate_pdf_signature, found[0], context).result()


def pdfsig(body: bytes, tmp_path: Path) -> str:
    """What poppler makes of it; it has no reason to trust the certificate, only the bytes."""
    path = tmp_path / "signed.pdf"
    path.write_bytes(body)
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=60)
    return done.stdout


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_signature_is_valid_to_two_programs_and_covers_the_file(
    settings: Any, tmp_path: Path, kind: str
) -> None:
    path = pkcs12_file(tmp_path, office(kind))
    settings.SIGNING = {**settings.SIGNING, "FILE": str(path), "PASSWORD": PASSWORD}
    made = signed()
    verdict = status(made.pdf)
    assert (verdict.intact, verdict.valid, verdict.trusted, verdict.bottom_line) == (True,) * 4
    assert verdict.coverage.name == "ENTIRE_FILE"
    said = pdfsig(made.pdf, tmp_path)
    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


def test_record_names_the_certificate(certificate: Path) -> None:
    record = signed().record
    assert "汤阴县政务服务办公室" in record["subject"]
    assert "测试根证书" in record["issuer"]
    assert record["serial"] == f"{office().certificate.serial_number:X}"
    assert (record["not_after"], record["time_stamp"]) == ("2030-01-01T00:00:00+00:00", "")
    assert len(record["fingerprint"]) == 64


def test_any_changed_byte_of_the_signed_part_is_detected(certificate: Path, tmp_path: Path) -> None:
    body = signed().pdf
    place = body.index(b"/MediaBox") + 15
    changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
    assert not status(changed).intact
    assert "Signature is Valid" not in pdfsig(changed, tmp_path)


def test_appended_change_is_detected(certificate: Path) -> None:
    """Nothing may be added to a certified document, not even by a correct incremental update."""
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed().pdf))
    writer.root["/Lang"] = pdf_string("en")
    writer.root["/PageMode"] = pdf_name("/UseNone")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    verdict = status(out.getvalue())
    assert not verdict.bottom_line


def test_signature_field_is_invisible_and_keeps_the_page(certificate: Path) -> None:
    with pikepdf.open(io.BytesIO(signed().pdf)) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert [float(side) for side in field.Rect] == [0, 0, 0, 0]
        assert pdf.Root.Perms.DocMDP is not None
        assert len(pdf.pages) == 1


def test_without_a_certificate_the_bytes_stay_as_they_are(settings: Any) -> None:
    body = blank()
    assert signed(body) == signing.Signed(body, {})


def test_certificate_of_another_office_does_not_sign(settings: Any, certificate: Path) -> None:
    settings.SIGNING = {**settings.SIGNING, "REGION": "410526000000"}
    body = blank()
    assert signed(body) == signing.Signed(body, {})


def test_new_certificate_is_taken_up_without_a_restart(certificate: Path, tmp_path: Path) -> None:
    first = signed().record["serial"]
    renewed = held("汤阴县政务服务办公室", root())
    pkcs12_file(tmp_path, renewed)
    stat = certificate.stat()
    os.utime(certificate, ns=(stat.st_atime_ns, stat.st_mtime_ns + 10**9))
    assert signed().record["serial"] == f"{renewed.certificate.serial_number:X}" != first


def test_private_key_is_read_once(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    load = signing.load_der_private_key
    monkeypatch.setattr(signing, "load_der_private_key", lambda *a, **k: read.append(1) or load(*a, **k))
    for _ in range(3):
        signed()
    assert read == [1]


# ---- time stamps


def test_time_stamp_is_valid(settings: Any, certificate: Path) -> None:
    with time_stamp_service() as address:
        settings.SIGNING = {**settings.SIGNING, "TSA_URL": address}
        made = signed()
    verdict = status(made.pdf)
    assert verdict.bottom_line
    assert verdict.timestamp_validity.valid
    assert verdict.timestamp_validity.trusted
    assert made.record["time_stamp"] == address


@pytest.mark.parametrize("broken", [True, False])
def test_time_stamp_that_cannot_be_had_is_told(settings: Any, certificate: Path, broken: bool) -> None:
    with time_stamp_service(broken=True) as address:
        # Either the service answers with an error, or nobody listens.
        settings.SIGNING = {**settings.SIGNING, "TSA_URL": address if broken else "http://127.0.0.1:9/"}
        with pytest.raises(signing.SigningFailed, match="时间戳服务没有回应"):
            signed()


# ---- what can be wrong with a certificate


def test_missing_file_is_told(settings: Any, tmp_path: Path) -> None:
    settings.SIGNING = {**settings.SIGNING, "FILE": str(tmp_path / "none.p12")}
    with pytest.raises(signing.SigningFailed, match="找不到签名证书文件"):
        signed()


@pytest.mark.parametrize("password", ["", "wrong"])
def test_wrong_password_is_told(settings: Any, certificate: Path, password: str) -> None:
    settings.SIGNING = {**settings.SIGNING, "PASSWORD": password}
    with pytest.raises(signing.SigningFailed, match="打不开"):
        signed()


def test_file_that_is_no_certificate_is_told(settings: Any, certificate: Path) -> None:
    certificate.write_bytes(b"not a certificate")
    with pytest.raises(signing.SigningFailed, match="打不开"):
        signed()


@pytest.mark.parametrize("days", [-1, 1])
def test_certificate_out_of_its_time_is_told_with_its_time(certificate: Path, days: int) -> None:
    out = certificates.BEGIN if days < 0 else certificates.END
    with pytest.raises(signing.SigningFailed, match="2026-01-01至2030-01-01"):
        signed(now=out + timedelta(days=days))


# ---- at issue


@pytest.mark.django_db
def test_issue_stores_the_signed_bytes_and_their_record(stage: Stage, faces: Any, certificate: Path) -> None:
    row = drafted(stage, submitted(stage, yes=Given(False)))
    row = actions.issue_document(document=row, by=stage.cast["signatory"], now=NOW)
    body = actions.bytes_of(row, now=NOW)
    assert status(body).bottom_line
    assert "汤阴县政务服务办公室" in row.signature["subject"]


@pytest.mark.django_db
def test_failing_signature_issues_nothing_and_takes_no_number(
    stage: Stage, quick_pdf: Any, certificate: Path, settings: Any
) -> None:
    row = drafted(stage, submitted(stage, yes=Given(False)))
    settings.SIGNING = {**settings.SIGNING, "TSA_URL": "http://127.0.0.1:9/"}
    with pytest.raises(Problem, match="文号没有占用"):
        actions.issue_document(document=row, by=stage.cast["signatory"], now=NOW)
    row.refresh_from_db()
    assert (row.state, row.number, row.pdf.name) == ("draft", None, "")
    assert not GivenNumber.objects.exists()
    assert not NumberSequence.objects.exclude(last=0).exists()


# ---- a token


@pytest.fixture
def token(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A software token with the office's key and certificate, as a hardware one would hold them."""
    library = next(
        str(path)
        for path in (
            *Path("/usr/lib").rglob("libsofthsm2.so"),
            *Path("/usr/local/lib").rglob("libsofthsm2.so"),
        )
    )
    folder = tmp_path / "tokens"
    folder.mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    program = shutil.which("softhsm2-util")
    assert program
    subprocess.run(
        [program, "--init-token", "--free", "--label", "office", "--pin", "1234", "--so-pin", "5678"],
        check=True, capture_output=True,
    )  # fmt: skip
    _fill_token(library)
    settings.SIGNING = {
        **settings.SIGNING, "PKCS11_LIBRARY": library, "PKCS11_TOKEN": "office",
        "PKCS11_LABEL": "office", "PASSWORD": "1234",
    }  # fmt: skip


def _fill_token(library: str) -> None:
    import pkcs11
    from pkcs11.util.rsa import decode_rsa_private_key
    from pkcs11.util.x509 import decode_x509_certificate

    one = office("rsa")
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = one.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    provider = pkcs11.lib(library)
    with provider.get_token(token_label="office").open(rw=True, user_pin="1234") as session:
        session.create_object({**decode_rsa_private_key(key), pkcs11.Attribute.TOKEN: True,
                               pkcs11.Attribute.LABEL: "office", pkcs11.Attribute.ID: b"1"})  # fmt: skip
        session.create_object({**decode_x509_certificate(one.der), pkcs11.Attribute.TOKEN: True,
                               pkcs11.Attribute.LABEL: "office", pkcs11.Attribute.ID: b"1"})  # fmt: skip


def test_key_on_a_token_signs(token: None) -> None:
    made = signed()
    assert status(made.pdf).bottom_line
    assert made.record["serial"] == f"{office('rsa').certificate.serial_number:X}"


def test_token_that_cannot_be_opened_is_told(settings: Any) -> None:
    settings.SIGNING = {**settings.SIGNING, "PKCS11_LIBRARY": "/nowhere.so", "PKCS11_TOKEN": "office"}
    with pytest.raises(signing.SigningFailed, match="签名设备打不开"):
        signed()


def test_time_of_the_test_certificates_covers_today() -> None:
    assert certificates.BEGIN < datetime.now(UTC) < certificates.END
