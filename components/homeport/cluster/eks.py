"""An EKS cluster, for node pools of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, final

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from homeport.cluster.eks_args import EksClusterArgs, cluster_arn, eks_name_problems
from homeport.cluster.eks_encryption import secrets_key
from homeport.cluster.eks_entries import access_entry, deployer_entry
from homeport.cluster.eks_inner import InnerCluster, cluster_transform, field
from homeport.cluster.eks_node_addons import node_addons
from homeport.cluster.eks_roles import cluster_role, key_use, node_role
from homeport.cluster.eks_sdk import eks
from homeport.cluster.kubeconfig import eks_kubeconfig, to_text
from homeport.identity.aws import EksWorkloadIdentity
from homeport.labels import Labels
from homeport.problems import SettingsError
from homeport.protection import guard
from homeport.values import Protection

#: Types of control-plane logs as the EKS API spells them.
_LOG_TYPES = {"controller-manager": "controllerManager"}


class EksNetwork(Protocol):
    """What an EKS cluster needs to know about its network; `homeport.network.aws.AwsNetwork` is one."""

    @property
    def vpc_id(self) -> pulumi.Output[str]:
        """The VPC."""
        ...

    @property
    def private_subnets(self) -> Mapping[str, pulumi.Output[str]]:
        """Zone to the subnet of nodes and pods."""
        ...

    @property
    def control_plane_subnet_ids(self) -> Sequence[pulumi.Output[str]]:
        """Subnets of the control plane's interfaces."""
        ...

    @property
    def ready(self) -> Sequence[pulumi.Resource]:
        """What nodes wait for before they can join."""
        ...


@final
class EksCluster(pulumi.ComponentResource):
    """An EKS cluster without nodes; a `Cluster`.

    Around the cluster that `pulumi_eks` makes: its log group, key and role before it; access entries, the add-ons that
    nodes cannot do without, and the OIDC provider after it. Two steps take it down, unless `protection` is none: an
    update with `protection: none`, then `pulumi destroy`.

    Args:
        name: logical name; also the physical one where `args` gives none.
        args: what it shall be.
        network: where it lives.
        protection: `standard` and `strict` let the engine and EKS refuse to delete it.
        labels: tags of the machines and disks of its nodes; everything else has the provider's default tags.
        opts: with the AWS provider and one of `pulumi_eks`, which builds the component, in `providers`.

    Raises:
        SettingsError: a name derived from the cluster's is too long, or a zone has no subnet.
    """

    name: pulumi.Output[str]
    """Name in the cloud."""
    cloud: Literal["aws"]
    """Always aws."""
    region: str
    """Region of the control plane and its nodes."""
    zones: list[str]
    """Zones of the nodes."""
    provider: kubernetes.Provider
    """For everything inside the cluster; replaced when, and only when, the cluster is another one."""
    kubeconfig: pulumi.Output[str]
    """A secret; the AWS CLI logs in as whoever runs the command."""
    identity: EksWorkloadIdentity
    """Binds workloads to permissions."""
    resource: InnerCluster
    """The cluster itself."""
    ready: list[pulumi.Resource]
    """The deployer's rights and the add-ons that nodes need; nodes are `NodePool.ready`."""
    args: EksClusterArgs
    """What it was asked to be."""
    arn: pulumi.Output[str]
    """ARN of the cluster."""
    identifier: pulumi.Output[str]
    """What tells this cluster from one that is made anew under its name: its OIDC issuer, which holds a unique id."""
    physical_name: str
    """Name in the cloud, known before the cluster exists."""
    version: pulumi.Output[str]
    """Kubernetes version of the control plane."""
    endpoint: pulumi.Output[str]
    """URL of the Kubernetes API."""
    security_group_id: pulumi.Output[str]
    """Security group that EKS makes; control plane and nodes are in it and talk freely."""
    node_role: aws.iam.Role
    """Role of the nodes."""
    node_tags: Mapping[str, str]
    """Tags of the machines and disks of its nodes."""
    node_subnets: Mapping[str, pulumi.Output[str]]
    """Zone to the subnet of nodes and pods."""
    nodes_wait_for: list[pulumi.Resource]
    """What must be there before nodes can work: ways out, rights, the network add-ons."""
    secrets_key: pulumi.Output[str] | None
    """ARN of the key that encrypts Kubernetes secrets; None with AWS's own."""
    oidc_provider_arn: pulumi.Output[str]
    """OIDC provider in IAM, for workloads that Pod Identity cannot serve."""

    def __init__(
        self,
        name: str,
        args: EksClusterArgs,
        *,
        network: EksNetwork,
        protection: Protection = "standard",
        labels: Labels | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        self.physical_name = args.name or name
        problems = tuple(eks_name_problems(self.physical_name))
        if problems:
            raise SettingsError(problems)
        super().__init__("homeport:cluster:EksCluster", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.args = args
        self.cloud = "aws"
        self.region = args.region
        self.zones = list(args.zones)
        self.node_tags = labels.aws() if labels else {}
        self.node_subnets = {zone: network.private_subnets[zone] for zone in args.zones}
        self.secrets_key = secrets_key(name, args, cluster_name=self.physical_name, protection=protection, opts=child)
        made = self._make(name, network, protection, child)
        self.resource = InnerCluster(made)
        self.name = self.resource.with_value(self.physical_name)
        self.arn = self.resource.with_value(cluster_arn(args, self.physical_name))
        self.version = made.eks_cluster.version
        self.endpoint = made.eks_cluster.endpoint
        self.security_group_id = made.eks_cluster.vpc_config.apply(
            lambda config: field(config, "cluster_security_group_id")
        )
        issuer = made.eks_cluster.identities.apply(_issuer)
        self.identifier = issuer
        self.oidc_provider_arn = aws.iam.OpenIdConnectProvider(
            f"{name}-oidc",
            url=issuer,
            client_id_lists=["sts.amazonaws.com"],
            # No thumbprint: AWS trusts the issuer's public certificate by itself.
            opts=child,
        ).arn
        self.identity = EksWorkloadIdentity(
            account=args.account,
            region=args.region,
            cluster_name=self.name,
            cluster_arn=self.arn,
            oidc_provider_arn=self.oidc_provider_arn,
            oidc_issuer=issuer,
        )
        deployer = self._entries(name, child)
        nodes = node_role(name, region=args.region, sessions=args.api.path == "session-manager", opts=child)
        self.node_role = nodes.role
        addons = node_addons(
            name,
            args,
            cluster_name=self.name,
            arn=self.arn,
            opts=child,
        )
        self.nodes_wait_for = [*network.ready, *nodes.ready, *addons]
        self.ready = [*deployer, *addons]
        self.kubeconfig = pulumi.Output.secret(_kubeconfig(made, args))
        self.provider = kubernetes.Provider(
            f"{name}-kubernetes",
            kubeconfig=self.kubeconfig,
            # Name and ARN are the same after a replacement; the CA and the address also change without one. The issuer
            # holds the cluster's unique id, and is unknown exactly while a replacement is planned.
            cluster_identifier=issuer,
            # Nothing of `delete_unreachable`: False is the default, and said aloud it overrules the variable by which
            # people say that a cluster is gone for good (docs/runbooks/lost-cluster.md).
            enable_server_side_apply=True,
            # What an interrupted run left in a cluster of our own is taken over, instead of stopping the next run.
            upsert_existing_objects=True,
            # Nobody can look into the cluster before that, or delete anything from it afterwards.
            opts=pulumi.ResourceOptions(parent=self, depends_on=deployer),
        )
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "region": self.region,
                "zones": self.zones,
                "version": self.version,
                "kubeconfig": self.kubeconfig,
                "secrets_key": self.secrets_key,
            }
        )

    def _make(
        self, name: str, network: EksNetwork, protection: Protection, child: pulumi.ResourceOptions
    ) -> eks.Cluster:
        args = self.args
        role = cluster_role(name, region=args.region, opts=child)
        guarded = guard(protection, "cluster")
        before: list[pulumi.Resource] = [*role.ready]
        if self.secrets_key is not None:
            before.append(key_use(name, role.role, self.secrets_key, child))
        if args.logs.types:
            # Made by EKS itself it would keep its records for ever, and stay.
            before.append(
                aws.cloudwatch.LogGroup(
                    f"{name}-logs",
                    name=f"/aws/eks/{self.physical_name}/cluster",
                    retention_in_days=args.logs.retention_days,
                    opts=child,
                )
            )
        return eks.Cluster(
            f"{name}-eks",
            name=self.physical_name,
            version=args.version,
            vpc_id=network.vpc_id,
            subnet_ids=list(network.control_plane_subnet_ids),
            service_role=role.role,
            authentication_mode=eks.AuthenticationMode.API,
            endpoint_private_access=args.api.private,
            endpoint_public_access=args.api.public,
            public_access_cidrs=sorted(set(args.api.public_cidrs.values())) if args.api.public else None,
            proxy=args.api.proxy_url,
            enabled_cluster_log_types=sorted(_LOG_TYPES.get(kind, kind) for kind in args.logs.types),
            encryption_config_key_arn=self.secrets_key,
            kubernetes_service_ip_address_range=args.service_cidr,
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type=args.support.upper()),
            deletion_protection=guarded.deletion_protection,
            # Node groups, security groups, add-ons and the OIDC provider are resources of our own, or EKS's.
            skip_default_node_group=True,
            skip_default_security_groups=True,
            create_oidc_provider=False,
            use_default_vpc_cni=True,
            kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
            coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
            bootstrap_self_managed_addons=False,
            opts=pulumi.ResourceOptions(
                parent=self,
                # The component alone records it, which is enough: it goes after everything in it, and before these.
                depends_on=before,
                transforms=[cluster_transform(guarded)],
            ),
        )

    def _entries(self, name: str, child: pulumi.ResourceOptions) -> list[pulumi.Resource]:
        deployer = access_entry(
            f"{name}-deployer",
            deployer_entry(self.args.deployer),
            cluster=self.name,
            region=self.region,
            opts=child,
        )
        for key, entry in self.args.access.items():
            access_entry(f"{name}-access-{key}", entry, cluster=self.name, region=self.region, opts=child)
        return deployer


def _issuer(identities: Sequence[Any]) -> str:
    return field(field(identities[0], "oidcs")[0], "issuer")


def _kubeconfig(made: eks.Cluster, args: EksClusterArgs) -> pulumi.Output[str]:
    parts = pulumi.Output.all(
        made.eks_cluster.name,
        made.eks_cluster.endpoint,
        made.eks_cluster.certificate_authority.apply(lambda authority: field(authority, "data")),
    )
    return parts.apply(
        lambda known: to_text(
            eks_kubeconfig(
                name=known[0],
                region=args.region,
                endpoint=known[1],
                ca_certificate=known[2],
                proxy_url=args.api.proxy_url,
                local_port=args.api.local_port if args.api.path == "session-manager" else None,
            )
        )
    )
