"""The section `cert-manager`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator

from homeport.addons.args import AddonArgs
from homeport.model import Model, rule_error

_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
#: Let's Encrypt refuses accounts with them. https://letsencrypt.org/docs/staging-environment/
_DOCUMENTATION: Final = ("example.com", "example.net", "example.org")


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise rule_error("must be an e-mail address", "for example platform@acme.example")
    if value.lower().rpartition("@")[2] in _DOCUMENTATION:
        raise rule_error(
            "lies in a domain for documentation, and Let's Encrypt refuses such accounts",
            "write an address that somebody reads",
        )
    return value


class AcmeArgs(Model):
    """Certificates that browsers trust, from Let's Encrypt, proven by records in the stack's DNS zone."""

    email: Annotated[str, AfterValidator(_email)]
    """Address of the account. Let's Encrypt no longer warns of certificates that end; other authorities may."""
    server: Literal["production", "staging"] = "production"
    """Which of the two issuers the gateway and applications use. Both are always there; staging has wider limits and
    certificates that no browser trusts. https://letsencrypt.org/docs/rate-limits/"""


class CertManagerArgs(AddonArgs):
    """cert-manager and its issuers."""

    acme: AcmeArgs | None = None
    """Let's Encrypt; default: no such issuer, and certificates come from the cluster's own CA, which no browser
    trusts."""
