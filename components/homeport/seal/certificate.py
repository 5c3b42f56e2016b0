"""The controller's certificate: public, so it lies in the repository beside what is sealed with it.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from homeport.seal.errors import SealError

#: Where a stack's certificate lies, from the project's folder.
FOLDER: Final = "sealed-secrets"
#: First line of a file that `homeport seal cert` wrote; PEM readers skip what stands before the certificate.
_HEADER: Final = re.compile(r"^# homeport: sealing certificate of the stack (\S+)$", re.MULTILINE)
_LEAST_BITS: Final = 2048


@dataclass(frozen=True)
class Certificate:
    """What secrets are sealed with.

    Attributes:
        key: the controller's public key.
        fingerprint: SHA-256 of the certificate, as openssl and browsers show it.
        since: first moment at which it is valid.
        expires: last moment at which it is valid.
        pem: the certificate alone.
        stack: which `homeport seal cert` wrote it for; None where the file does not say.
    """

    key: RSAPublicKey
    fingerprint: str
    since: datetime
    expires: datetime
    pem: str
    stack: str | None


def file_name(stack: str) -> str:
    """Where a stack's certificate lies, from the project's folder."""
    return f"{FOLDER}/{stack.rpartition('/')[2]}.pem"


def with_header(stack: str, pem: str) -> str:
    """A certificate as it is kept in a file: it says whose it is."""
    return f"# homeport: sealing certificate of the stack {stack.rpartition('/')[2]}\n{pem.strip()}\n"


def parse(text: str, *, where: str, stack: str, now: datetime) -> Certificate:
    """Read a certificate and check that it can be the stack's.

    Args:
        text: of a PEM file.
        where: the file, for messages.
        stack: for which it is to be used.
        now: in UTC.

    Raises:
        SealError: it is none, no longer or not yet valid, another stack's, or a web server's.
    """
    again = f"homeport seal cert -s {stack}"
    if "PRIVATE KEY-----" in text:
        raise SealError(
            f"{where} holds a private key; sealing takes the certificate alone",
            "remove the file from the repository and its history, and renew the key: docs/addons/sealed-secrets.md",
        )
    try:
        found = x509.load_pem_x509_certificate(text.encode())
    except ValueError:
        raise SealError(f"{where} holds no certificate in PEM", again) from None
    header = _HEADER.search(text)
    written_for = header[1] if header else None
    if written_for is not None and written_for != stack.rpartition("/")[2]:
        raise SealError(
            f"{where} is the certificate of the stack {written_for}, not of {stack}:"
            f" {stack} could not open what it seals",
            again,
        )
    key = found.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
        raise SealError(f"{where} has no RSA key of {_LEAST_BITS} bits or more, so it is not the controller's", again)
    if _names(found):
        raise SealError(
            f"{where} is a certificate for {', '.join(_names(found))}: a server's, not the controller's", again
        )
    if now >= found.not_valid_after_utc:
        raise SealError(f"{where} expired on {found.not_valid_after_utc:%Y-%m-%d}", again)
    if now < found.not_valid_before_utc:
        raise SealError(
            f"{where} is valid from {found.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on only",
            "check this machine's clock",
        )
    return Certificate(
        key,
        found.fingerprint(hashes.SHA256()).hex(":").upper(),
        found.not_valid_before_utc,
        found.not_valid_after_utc,
        text[max(text.find("-----BEGIN"), 0) :],
        written_for,
    )


def facts(certificate: Certificate) -> dict[str, str]:
    """For machines."""
    return {
        "fingerprint": certificate.fingerprint,
        "since": certificate.since.isoformat(),
        "expires": certificate.expires.isoformat(),
    }


def _names(certificate: x509.Certificate) -> list[str]:
    """Hosts that a certificate is for; the controller's is for none."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, ValueError):
        return []
    return extension.value.get_values_for_type(x509.DNSName)
