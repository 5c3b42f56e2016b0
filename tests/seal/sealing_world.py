"""A controller's keys and certificates, and how it opens what was sealed, written after its documentation."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Key = rsa.RSAPrivateKey


def private_key(number: int = 0) -> Key:
    """A key; another one for each number."""
    return _made(number)


@functools.cache
def _made(number: int) -> Key:
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(
    key: Any,
    *,
    since: datetime | None = None,
    days: int = 3650,
    hosts: tuple[str, ...] = (),
    cn: str = "",
) -> str:
    """PEM of a self-signed certificate as the controller makes it, or, with hosts, as a web server has it."""
    since = since or datetime.now(UTC) - timedelta(days=1)
    attributes = [x509.NameAttribute(x509.NameOID.COMMON_NAME, cn)] if cn else []
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(attributes))
        .issuer_name(x509.Name(attributes))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def private_pem(key: Key) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()


def opened(key: Key, sealed: str, label: str) -> bytes:
    """A value as the controller would open it.

    Raises:
        ValueError: the key or the label is another.
    """
    data = base64.b64decode(sealed, validate=True)
    length = int.from_bytes(data[:2], "big")
    sha256 = hashes.SHA256()
    session_key = key.decrypt(data[2 : 2 + length], padding.OAEP(padding.MGF1(sha256), sha256, label.encode() or None))
    return AESGCM(session_key).decrypt(bytes(12), data[2 + length :], None)


def secret_of(key: Key, document: Mapping[str, Any]) -> dict[str, bytes]:
    """The data of the Secret that the controller would make of a SealedSecret, by its own metadata."""
    metadata = document["metadata"]
    annotations = metadata.get("annotations", {})
    if annotations.get("sealedsecrets.bitnami.com/cluster-wide") == "true":
        label = ""
    elif annotations.get("sealedsecrets.bitnami.com/namespace-wide") == "true":
        label = metadata["namespace"]
    else:
        label = f"{metadata['namespace']}/{metadata['name']}"
    return {name: opened(key, value, label) for name, value in document["spec"]["encryptedData"].items()}
