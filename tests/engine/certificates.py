"""Certificates of a control plane on this machine, made with openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_SERVER_NAMES = (
    "IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files of a certificate authority and what it signed."""

    folder: Path

    @property
    def ca(self) -> Path:
        """Certificate of the authority."""
        return self.folder / "ca.crt"

    def certificate(self, name: str) -> Path:
        """Certificate `apiserver` or `admin`."""
        return self.folder / f"{name}.crt"

    def key(self, name: str) -> Path:
        """Private key of `ca`, `apiserver`, `admin`, or `sa`, which signs service account tokens."""
        return self.folder / f"{name}.key"


def make_certificates(folder: Path) -> Certificates:
    """An authority, a server and an administrator, valid for two days."""
    folder.mkdir(parents=True)
    made = Certificates(folder)
    _openssl(
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-sha256", "-subj", "/CN=engine-tests"),
        *("-addext", "basicConstraints=critical,CA:TRUE"),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"),
        *("-keyout", str(made.key("ca")), "-out", str(made.ca)),
    )
    _sign(made, "apiserver", "/CN=kube-apiserver", f"subjectAltName={_SERVER_NAMES}\nextendedKeyUsage=serverAuth\n")
    _sign(made, "admin", "/O=system:masters/CN=admin", "extendedKeyUsage=clientAuth\n")
    _openssl("genrsa", "-out", str(made.key("sa")), "2048")
    return made


def _sign(made: Certificates, name: str, subject: str, extensions: str) -> None:
    request, extension_file = made.folder / f"{name}.csr", made.folder / f"{name}.ext"
    extension_file.write_text(extensions)
    new_key = ("-newkey", "rsa:2048", "-nodes", "-keyout", str(made.key(name)))
    _openssl("req", "-new", *new_key, "-out", str(request), "-subj", subject)
    _openssl(
        *("x509", "-req", "-in", str(request), "-CA", str(made.ca), "-CAkey", str(made.key("ca")), "-CAcreateserial"),
        *("-days", "2", "-sha256", "-extfile", str(extension_file), "-out", str(made.certificate(name))),
    )


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)
