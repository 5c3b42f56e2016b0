"""The key that encrypts a GKE cluster's Kubernetes secrets, declared beside the cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_gcp as gcp

from homeport import options
from homeport.cluster.gke_args import Encryption, ProjectId
from homeport.labels import Labels
from homeport.model import In
from homeport.protection import guard
from homeport.values import Protection

_SECONDS_A_DAY = 86400


@dataclass(frozen=True)
class DatabaseEncryption:
    """How the control plane's database is encrypted.

    Attributes:
        key: id of the key; None with Google's own.
        ready: what must exist before the cluster may use the key.
    """

    key: pulumi.Output[str] | None
    ready: tuple[pulumi.Resource, ...]

    def inputs(self) -> dict[str, Any]:
        """Inputs of the cluster. Off is said, too: GKE keeps what it has when the block is left out."""
        off: dict[str, Any] = {"state": "DECRYPTED"}
        return {"database_encryption": off if self.key is None else {"state": "ENCRYPTED", "key_name": self.key}}


def database_encryption(
    name: str,
    args: Encryption,
    *,
    project: In[ProjectId],
    region: str,
    protection: Protection,
    labels: Labels | None,
    opts: pulumi.ResourceOptions,
) -> DatabaseEncryption:
    """Declare the key, unless one is given or encryption is off, and let GKE use it.

    Ring and key are named automatically: Google never deletes either, so a cluster that is built anew under its old
    name would find the old names taken.
    https://cloud.google.com/kms/docs/resource-hierarchy

    Args:
        name: of the component that owns the children.
        args: what is wanted.
        project: of the cluster.
        region: of the cluster; the key must lie there.
        protection: of the stack; the key holds state, since without it the cluster's secrets cannot be read.
        labels: of the key.
        opts: with the parent.
    """
    if not args.enabled:
        return DatabaseEncryption(None, ())
    key = pulumi.Output.from_input(args.key) if args.key is not None else None
    if key is None:
        guarded = guard(protection, "key")
        ring = gcp.kms.KeyRing(f"{name}-keys", project=project, location=region, opts=opts)
        made = gcp.kms.CryptoKey(
            f"{name}-secrets-key",
            key_ring=ring.id,
            purpose="ENCRYPT_DECRYPT",
            rotation_period=f"{args.rotation_days * _SECONDS_A_DAY}s",
            labels=labels.gcp() if labels else None,
            opts=options.merge(opts, pulumi.ResourceOptions(protect=guarded.protect, retain_on_delete=guarded.retain)),
        )
        key = made.id
    # Asking for GKE's service agent makes it, if the project never had a cluster: a grant to it would fail otherwise.
    agent = gcp.projects.ServiceIdentity(
        f"{name}-gke-agent", project=project, service="container.googleapis.com", opts=opts
    )
    grant = gcp.kms.CryptoKeyIAMMember(
        f"{name}-gke-agent-key",
        crypto_key_id=key,
        role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
        member=agent.member,
        opts=opts,
    )
    return DatabaseEncryption(key, (grant,))
