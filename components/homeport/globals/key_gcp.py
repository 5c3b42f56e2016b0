"""`GcpKey`: a shared key of Cloud KMS."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import GcpRegion, ProjectId
from homeport.globals.key_args import GcpKeyArgs
from homeport.protection import guard
from homeport.values import Protection

_DAY = 86400


class GcpKey(pulumi.ComponentResource):
    """A key ring, a key that rotates, and who uses it."""

    id: pulumi.Output[str]
    """projects/P/locations/L/keyRings/R/cryptoKeys/K."""
    location: str
    """Region or continent."""
    usable: Sequence[pulumi.Resource]
    """What to wait for before something is encrypted with the key."""

    def __init__(
        self,
        name: str,
        args: GcpKeyArgs,
        *,
        key: str,
        project: ProjectId,
        region: GcpRegion,
        protection: Protection = "standard",
        ready: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the key.

        Args:
            name: prefix of the children's names.
            args: the key.
            key: name of the ring and the key.
            project: their project.
            region: their location, unless `args` says another.
            protection: how well they are guarded.
            ready: what enables the API cloudkms.
            opts: with the gcp provider in `providers`.
        """
        super().__init__("homeport:globals:GcpKey", name, None, opts)
        self.location = args.location or region
        kept = guard(protection, "key")
        adopted = args.import_id.split("/cryptoKeys/")[0] if args.import_id else None
        ring = gcp.kms.KeyRing(
            f"{name}-ring",
            name=key,
            project=project,
            location=self.location,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=list(ready),
                protect=kept.protect,
                retain_on_delete=kept.retain,
                import_=adopted,
            ),
        )
        made = gcp.kms.CryptoKey(
            f"{name}-key",
            name=key,
            key_ring=ring.id,
            purpose="ENCRYPT_DECRYPT",
            rotation_period=f"{args.rotation_days * _DAY}s",
            destroy_scheduled_duration=f"{args.destroy_after_days * _DAY}s",
            version_template={
                "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION",
                "protection_level": args.protection_level.upper(),
            },
            opts=pulumi.ResourceOptions(
                parent=self, protect=kept.protect, retain_on_delete=kept.retain, import_=args.import_id
            ),
        )
        for member in args.users:
            gcp.kms.CryptoKeyIAMMember(
                f"{name}-user-{member}",
                crypto_key_id=made.id,
                role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
                member=member,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.id = made.id
        self.usable = [made]
        self.register_outputs({"id": self.id})
