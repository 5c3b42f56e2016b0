"""Declares entries of the cloud's secret store, and who may read and fill them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pulumi

from homeport import options
from homeport.addons.items import Ref
from homeport.addons.site import Site
from homeport.addons.stored_secret import StoreAccess, StoredSecret, StoreEncryption, name_of
from homeport.cluster.base import Cluster
from homeport.identity.binding import WorkloadPermissions
from homeport.identity.permissions import SecretReader, SecretWriter
from homeport.identity.refs import SecretRef
from homeport.protection import guard

#: Days in which a deleted entry can be brought back on AWS: the longest, and without protection the shortest.
_RECOVERY_DAYS: Final = {"none": 7, "standard": 30, "strict": 30}
#: How long Google Cloud keeps a version that somebody destroys, disabled, so that it can be enabled again.
_DESTROY_DELAY: Final = f"{30 * 24 * 3600}s"


def declare_stored_secret(
    name: str, item: StoredSecret, *, site: Site, opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """Declare an entry without a value.

    Google Cloud keeps it in the cluster's region alone: keys must not leave the region that the stack chose.

    https://cloud.google.com/secret-manager/docs/choosing-replication
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html

    Args:
        name: logical name, and the beginning of the automatic one.
        item: the entry.
        site: with the cloud and the stack's protection.
        opts: parent, what it waits for.
    """
    guarded = guard(site.protection, "key")
    own = pulumi.ResourceOptions(protect=guarded.protect or None, retain_on_delete=guarded.retain or None)
    opts = options.merge(opts, own)
    if site.cloud == "aws":
        import pulumi_aws as aws  # noqa: PLC0415 - a stack pays for its own cloud's SDK alone

        return aws.secretsmanager.Secret(
            name,
            description=item.description,
            kms_key_id=item.encryption.aws if item.encryption else None,
            recovery_window_in_days=_RECOVERY_DAYS[site.protection],
            opts=opts,
        )
    import pulumi_gcp as gcp  # noqa: PLC0415

    key = item.encryption.gcp if item.encryption else None
    replica = gcp.secretmanager.SecretReplicationUserManagedReplicaArgs(
        location=site.region or "",
        customer_managed_encryption=None
        if key is None
        else gcp.secretmanager.SecretReplicationUserManagedReplicaCustomerManagedEncryptionArgs(kms_key_name=key),
    )
    return gcp.secretmanager.Secret(
        name,
        project=site.project,
        replication=gcp.secretmanager.SecretReplicationArgs(
            user_managed=gcp.secretmanager.SecretReplicationUserManagedArgs(replicas=[replica])
        ),
        version_destroy_ttl=_DESTROY_DELAY,
        opts=opts,
    )


def declare_store_encryption(
    name: str, item: StoreEncryption, *, site: Site, opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Let Secret Manager's own agent use a key; asking for the agent makes it.

    https://cloud.google.com/secret-manager/docs/cmek
    """
    import pulumi_gcp as gcp  # noqa: PLC0415

    agent = gcp.projects.ServiceIdentity(
        f"{name}-agent", project=site.project, service="secretmanager.googleapis.com", opts=opts
    )
    return [
        gcp.kms.CryptoKeyIAMMember(
            f"{name}-key",
            crypto_key_id=item.encryption.gcp or "",
            role="roles/cloudkms.cryptoKeyEncrypterDecrypter",
            member=agent.member,
            opts=opts,
        )
    ]


def declare_store_access(
    name: str,
    item: StoreAccess,
    *,
    cluster: Cluster,
    site: Site,
    fill: Callable[[Any], Any],
    opts: pulumi.ResourceOptions,
) -> Sequence[pulumi.Resource]:
    """Let a service account read entries, and add versions to those of its own; it can delete none.

    Args:
        name: logical name; on AWS also the beginning of the role's.
        item: who, and which entries.
        cluster: where the service account lives.
        site: with the cloud.
        fill: puts the entries' names in the place of references.
        opts: parent, what it waits for.
    """

    def stored(key: str) -> SecretRef:
        ref: Ref = name_of(key, site)
        return SecretRef(name=fill(ref), label=key)

    own = [stored(key) for key in item.stored]
    others = [SecretRef(name=entry) for entry in item.named]
    bound = WorkloadPermissions(
        name,
        cluster=cluster,
        namespace=item.namespace,
        service_account=item.service_account,
        permissions=[
            SecretReader(secrets=[*own, *others], key=item.encryption),
            SecretWriter(secrets=own, key=item.encryption),
        ],
        opts=opts,
    )
    return bound.ready
