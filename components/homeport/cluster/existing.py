"""A cluster that something else made: kind, minikube, or one on any cloud."""

from __future__ import annotations

from typing import final

import pulumi
import pulumi_kubernetes as kubernetes

from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.identity.unknown import UnknownIdentity
from homeport.values import Cloud


@final
class ExistingCluster(pulumi.ComponentResource):
    """A cluster reached by a kubeconfig; a `Cluster`. Nothing of it is made or deleted, only what is put into it.

    Args:
        name: logical name.
        args: how to reach it, and what is known about it.
        opts: no provider is needed.
    """

    name: pulumi.Output[str]
    """What it is called: `args.name`, or the context."""
    cloud: Cloud
    """As given: whose volumes it can make."""
    region: str | None
    """As given."""
    zones: list[str]
    """As given."""
    provider: kubernetes.Provider
    """Bound to the given context; replaced when another context is given."""
    kubeconfig: pulumi.Output[str] | None
    """The given contents, as a secret; they may hold credentials. None where the caller's own file is used."""
    identity: UnknownIdentity
    """Fails when it is asked: homeport does not know the cluster's cloud."""
    resource: None
    """None: the cluster is not ours to delete."""
    ready: list[pulumi.Resource]
    """Empty: it is there."""

    def __init__(
        self,
        name: str,
        args: ExistingClusterArgs,
        *,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("homeport:cluster:ExistingCluster", name, None, opts)
        given = args.kubeconfig
        self.kubeconfig = None if given is None or args.kubeconfig_is_path else pulumi.Output.secret(given)
        self.provider = kubernetes.Provider(
            f"{name}-kubernetes",
            context=args.context,
            kubeconfig=self.kubeconfig or given,
            # Without it, a rotated certificate or a new address would replace, that is delete, everything inside.
            cluster_identifier=args.context,
            enable_server_side_apply=True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        label = args.name or args.context
        self.name = pulumi.Output.from_input(label)
        self.cloud = args.cloud
        self.region = args.region
        self.zones = list(args.zones)
        self.identity = UnknownIdentity(label)
        self.resource = None
        self.ready = []
        self.register_outputs(
            {"name": self.name, "region": self.region, "zones": self.zones, "kubeconfig": self.kubeconfig}
        )
