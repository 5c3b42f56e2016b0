"""The section `external-dns`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.addons.args import AddonArgs
from homeport.model import rule_error
from homeport.values import DnsName

_OWNER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")


def _owner(value: str) -> str:
    if not _OWNER.fullmatch(value):
        raise rule_error(
            "must be up to 128 letters, digits and . _ : / -, the first a letter or digit: it is part of a TXT record",
            "for example stage-europe-west3",
        )
    return value


class ExternalDnsArgs(AddonArgs):
    """external-dns."""

    policy: Literal["sync", "upsert-only"] = "sync"
    """sync: records go when what they lead to goes. upsert-only: they stay, for somebody to remove by hand."""
    owner_id: Annotated[str, AfterValidator(_owner)] | None = None
    """Whose records it keeps: an id that no other external-dns of the zone may have. Default: environment, cluster,
    region and account or project. Only to go on with the records of an older installation; another id leaves all
    records as they are and never touches them again."""
    exclude: list[DnsName] = Field(default_factory=list[DnsName])
    """Domains below the stack's that something else keeps."""
