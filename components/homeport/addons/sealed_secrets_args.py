"""The section `addons.sealed-secrets`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field

from homeport.addons.args import AddonArgs
from homeport.identity.refs import KeyRef, SecretName
from homeport.model import Model
from homeport.problems import Problem

#: Sealing keys (RSA, 4096 bits, with their certificates) that one entry of the store holds: 65,536 bytes on both
#: clouds, 3.8 kB for each key. A test adds it up.
KEYS_PER_PART: Final = 16
#: How far ahead there must be room for new keys: nobody should have to think of it within two years.
_LEAST_DAYS: Final = 730


class KeyBackup(Model):
    """Where the sealing keys are kept beside the cluster: entries of Secret Manager or AWS Secrets Manager."""

    enabled: bool | None = None
    """Default: wherever the cluster's cloud has a secret store that homeport can let its pods into."""
    parts: Annotated[int, Field(ge=1, le=20)] = 4
    """Entries of the store, 16 keys each. More can be added at any time, and none taken away: a key stays where it
    is."""
    restore_from: list[SecretName] = Field(default_factory=list[str])
    """Names of entries that another cluster's backup filled, in the same project or account and region: their keys are
    put into this cluster before the controller starts, and from then on kept with its own."""
    key: KeyRef | None = None
    """Key that encrypts the entries. On Google Cloud it must lie in the cluster's region, and Secret Manager is let use
    it. Default: the cloud's own key."""


class SealedSecretsArgs(AddonArgs):
    """Secrets that may lie in a repository: sealed with a certificate, opened by the cluster alone."""

    renewal_days: Annotated[int, Field(ge=1, le=366)] = 30
    """Days after which a new key takes over; old ones are kept and still open what was sealed with them. It renews no
    secret: change a password that may have become known."""
    backup: KeyBackup = KeyBackup()
    """Copies of the keys outside of the cluster."""

    def check(self) -> Iterator[Problem]:
        """Room for keys."""
        if self.backup.enabled is False:
            if self.backup.restore_from:
                yield Problem(
                    ("backup", "restore_from"),
                    "what is restored must be kept, and backup.enabled is false",
                    "remove backup.enabled",
                    related=(("backup", "enabled"),),
                )
            return
        room = self.backup.parts * KEYS_PER_PART
        if room * self.renewal_days < _LEAST_DAYS:
            needed = -(-_LEAST_DAYS // (KEYS_PER_PART * self.renewal_days))
            yield Problem(
                ("backup", "parts"),
                f"has room for {room} keys, and with a new one every {self.renewal_days}"
                f" day{'s' if self.renewal_days != 1 else ''} it is full after {room * self.renewal_days} days:"
                f" there must be room for two years",
                f"write parts: {needed}" if needed <= 20 else f"renew less often: renewal_days: {_slowest()}",
                value=self.backup.parts,
                related=(("renewal_days",),),
            )


def _slowest() -> int:
    return -(-_LEAST_DAYS // (20 * KEYS_PER_PART))
