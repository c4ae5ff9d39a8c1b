"""The electronic signature on issued files: PAdES by pyHanko, with the office's own certificate.

The signature field is invisible: what is seen on paper is the picture of the seal that the office
uploaded, and a visible field would break the document's structure for screen readers.
"""

import io
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, pkcs11, signers, timestamps
from pyhanko.sign.ades.api import CAdESSignedAttrSpec
from pyhanko.sign.general import get_pyca_cryptography_hash

logger = logging.getLogger(__name__)
FIELD = "Signature"
ALGORITHM = "sha256"
# A token's session serves one signature at a time.
_turn = threading.Lock()


class SigningFailed(Exception):
    """No signature could be made; the message is for the person who issues."""


@dataclass(frozen=True)
class Signature:
    """What the record says of a signature; `fingerprint` is the certificate's SHA-256."""

    subject: str
    issuer: str
    serial: str
    fingerprint: str
    not_after: str
    time_stamp: str


@dataclass(frozen=True)
class Signed:
    """A file with its signature; the very same bytes and an empty record where none is set up."""

    pdf: bytes
    record: dict[str, str]


class KeptKeySigner(signers.SimpleSigner):
    """Reads its private key once: pyHanko checks an RSA key anew for each signature, a quarter second."""

    _kept: Any = None

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if self._kept is None:
            self._kept = load_der_private_key(self.signing_key.dump(), password=None)
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm).signature_algo
        digest = get_pyca_cryptography_hash(digest_algorithm)
        if mechanism == "rsassa_pkcs1v15" and isinstance(self._kept, rsa.RSAPrivateKey):
            return self._kept.sign(data, padding.PKCS1v15(), digest)
        if mechanism == "ecdsa" and isinstance(self._kept, ec.EllipticCurvePrivateKey):
            return self._kept.sign(data, signature_algorithm=ec.ECDSA(digest))
        return bytes(super().sign_raw(data, digest_algorithm))


def configured(region: str) -> bool:
    """Whether the documents of the office of this region are signed."""
    named = settings.SIGNING["REGION"]
    return bool(settings.SIGNING["FILE"] or settings.SIGNING["PKCS11_LIBRARY"]) and named in ("", region)


def sign(pdf: bytes, *, region: str, name: str, now: datetime) -> Signed:
    """Sign a finished PDF in the name of the office; unchanged where no certificate is set up for it.

    Raises SigningFailed, with the reason in words, where one is set up and cannot be used: key file
    or token missing, wrong password, certificate not valid now, time stamp not to be had.
    """
    if not configured(region):
        return Signed(pdf, {})
    signer = _signer()
    certificate = signer.signing_cert
    _check_validity(certificate, now)
    try:
        turn = _turn if isinstance(signer, pkcs11.PKCS11Signer) else nullcontext()
        # pyHanko runs an event loop of its own, which a thread that has one already would refuse.
        with turn, ThreadPoolExecutor(max_workers=1) as apart:
            out = apart.submit(_signed, pdf, signer, name).result()
    except Exception as fault:
        # pyHanko, the token's library and the network each have their own errors; none may issue.
        logger.exception("signing failed")
        raise SigningFailed(_failure(fault)) from fault
    return Signed(out, asdict(_record(certificate)))


class _Writer(IncrementalPdfFileWriter):  # type: ignore[misc]
    """Adds the signature and nothing else: the document's metadata stay as they were issued.

    pyHanko would name itself as producer in one of the two places that have to say the same.
    """

    def _update_meta(self) -> None:
        pass


def _signed(pdf: bytes, signer: signers.Signer, name: str) -> bytes:
    out = io.BytesIO()
    stamper = timestamps.HTTPTimeStamper(settings.SIGNING["TSA_URL"]) if settings.SIGNING["TSA_URL"] else None
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm=ALGORITHM,
        name=name,
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        cades_signed_attr_spec=CAdESSignedAttrSpec(),
    )
    writer = _Writer(io.BytesIO(pdf))
    signers.PdfSigner(metadata, signer, timestamper=stamper).sign_pdf(writer, output=out)
    return out.getvalue()


def _failure(fault: Exception) -> str:
    if isinstance(fault, timestamps.TimestampRequestError | OSError):
        return _("时间戳服务没有回应，公文没有印发，文号没有占用。请稍后再试，或者请系统维护人员检查。")
    return _("电子签名没有成功，公文没有印发，文号没有占用。请系统维护人员检查签名证书。")


def _signer() -> Any:
    if settings.SIGNING["PKCS11_LIBRARY"]:
        return _from_token()
    path = Path(settings.SIGNING["FILE"])
    try:
        changed = path.stat().st_mtime_ns
    except OSError as fault:
        raise SigningFailed(_("找不到签名证书文件，公文没有印发。请系统维护人员检查设置。")) from fault
    return _from_file(path, changed, settings.SIGNING["PASSWORD"])


@lru_cache(maxsize=4)
def _from_file(path: Path, changed: int, password: str) -> KeptKeySigner:
    """The certificate with its key and chain; read again once the file is `changed`."""
    # pyHanko itself logs why, and returns nothing.
    read = signers.SimpleSigner.load_pkcs12(path, passphrase=password.encode() or None)
    if read is None:
        raise SigningFailed(_("签名证书文件打不开，公文没有印发。请系统维护人员检查文件和密码。"))
    return KeptKeySigner(read.signing_cert, read.signing_key, read.cert_registry)


@lru_cache(maxsize=1)
def _from_token() -> pkcs11.PKCS11Signer:
    """The same on a hardware token or in a signature server, whose key never leaves it."""
    said = settings.SIGNING
    try:
        session = pkcs11.open_pkcs11_session(
            said["PKCS11_LIBRARY"],
            token_criteria=TokenCriteria(label=said["PKCS11_TOKEN"]),
            user_pin=said["PASSWORD"],
        )
        signer = pkcs11.PKCS11Signer(session, cert_label=said["PKCS11_LABEL"], key_label=said["PKCS11_LABEL"])
        signer.signing_cert  # noqa: B018 - read now, so that a missing certificate is told as such
    except Exception as fault:
        logger.exception("the token cannot be used")
        raise SigningFailed(
            _("签名设备打不开，公文没有印发。请系统维护人员检查设备、口令和证书。")
        ) from fault
    return signer


def _check_validity(certificate: Any, now: datetime) -> None:
    if not certificate.not_valid_before <= now <= certificate.not_valid_after:
        raise SigningFailed(
            _("签名证书的有效期是%(begin)s至%(end)s，现在不能使用，公文没有印发。请更换证书。")
            % {"begin": f"{certificate.not_valid_before:%F}", "end": f"{certificate.not_valid_after:%F}"}
        )


def _record(certificate: Any) -> Signature:
    return Signature(
        subject=certificate.subject.human_friendly,
        issuer=certificate.issuer.human_friendly,
        serial=f"{certificate.serial_number:X}",
        fingerprint=certificate.sha256.hex(),
        not_after=certificate.not_valid_after.isoformat(),
        time_stamp=settings.SIGNING["TSA_URL"],
    )
