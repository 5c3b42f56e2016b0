"""Arguments of shared keys: the sections `gcp.keys` and `aws.keys` of the global stack's file.

Keys that encrypt one cluster live with that cluster, in its region.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from homeport.cluster.gke_args import GcpRegion
from homeport.globals.key_documents import KeyService
from homeport.globals.members import Member
from homeport.globals.values import Arn, AwsRegion
from homeport.model import Model
from homeport.problems import Problem


class GcpKeyArgs(Model):
    """A symmetric key of Cloud KMS in a key ring of its own.

    Neither can ever be deleted from Google Cloud, only the key's versions: a key that was removed here and is wanted
    again
    is taken over by `import_id`.
    https://cloud.google.com/kms/docs/resource-hierarchy
    """

    location: GcpRegion | Literal["global", "europe", "us", "asia"] | None = None
    """Region or several of a continent; default: the section's region. Changing it makes a new key."""
    rotation_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """A new version each so many days; older ones still decrypt."""
    protection_level: Literal["software", "hsm"] = "software"
    """Where the key's material lives."""
    destroy_after_days: Annotated[int, Field(ge=1, le=120)] = 30
    """Days between scheduling a version's destruction and the destruction."""
    users: list[Member] = Field(default_factory=list)
    """Who encrypts and decrypts with it."""
    import_id: str | None = None
    """Take over a key that exists: projects/P/locations/L/keyRings/R/cryptoKeys/K, its ring included. Remove it after
    the
    first update."""

    def check(self) -> Iterator[Problem]:
        """An import names a key."""
        if self.import_id is not None and "/cryptoKeys/" not in self.import_id:
            yield Problem(
                ("import_id",),
                "must be the full name of a key",
                "write projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY",
                self.import_id,
            )


class AwsKeyArgs(Model):
    """A symmetric KMS key and its alias `alias/NAME`.

    https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html
    """

    region: AwsRegion | None = None
    """Region; default: the section's. Changing it makes a new key."""
    rotation_days: Annotated[int, Field(ge=90, le=2560)] = 365
    """A new key material each so many days; older ones still decrypt."""
    deletion_days: Annotated[int, Field(ge=7, le=30)] = 30
    """Days between scheduling the key's deletion and the deletion."""
    multi_region: bool = False
    """Can be replicated to other regions. Changing it makes a new key."""
    users: list[Arn] = Field(default_factory=list)
    """Principals that use it by the key's policy, also of other accounts; those of its own account can be allowed by
    their
    own policies instead."""
    services: list[KeyService] = Field(default_factory=list)
    """AWS services that encrypt with it in their own name: cloudtrail."""
    import_id: str | None = None
    """Take over a key that exists, by its id. Remove it after the first update."""
