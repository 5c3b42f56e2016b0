"""Sites and clusters of every cloud, for tests of add-ons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.install import Addons
from homeport.addons.samples import SAMPLE_ACCOUNT, sample_site
from homeport.addons.section import AddonsArgs
from homeport.addons.site import Site
from homeport.cluster.base import Cluster
from homeport.cluster.outputs import ClusterOutputs
from homeport.cluster.reference import ClusterReference
from homeport.plan import Graph, record
from homeport.values import Cloud
from tests.cluster.gke_world import NO_DEFAULT_PROVIDERS

#: A site of a cloud; keyword arguments override its facts.
site = sample_site


def cluster(cloud: Cloud) -> Cluster:
    """A cluster of a cloud, to be called inside of a recorded program."""
    identity: dict[Cloud, Any] = {
        "gcp": {"cloud": "gcp", "project": "acme-stage", "project_number": "1"},
        "aws": {
            "cloud": "aws",
            "account": SAMPLE_ACCOUNT,
            "cluster_arn": f"arn:aws:eks:eu-central-1:{SAMPLE_ACCOUNT}:cluster/stage",
            "oidc_provider_arn": f"arn:aws:iam::{SAMPLE_ACCOUNT}:oidc-provider/oidc.example/id/A",
            "oidc_issuer": "https://oidc.example/id/A",
        },
        "none": None,
    }
    of_cloud = site(cloud)
    facts = ClusterOutputs(
        version=1,
        name="stage",
        cloud=cloud,
        region=of_cloud.region,
        zones=list(of_cloud.zones),
        identifier="A",
        identity=identity[cloud],
    )
    return ClusterReference("cluster", facts, kubeconfig=pulumi.Output.secret("apiVersion: v1\nkind: Config\n"))


def providers(cloud: Cloud) -> pulumi.ResourceOptions:
    """Providers of a cloud, to be called inside of a recorded program."""
    if cloud == "gcp":
        provider: list[pulumi.ProviderResource] = [gcp.Provider("gcp", project="acme-stage", region="europe-west3")]
    elif cloud == "aws":
        provider = [aws.Provider("aws", region="eu-central-1")]
    else:
        provider = []
    return pulumi.ResourceOptions(providers=provider)


def recorded(
    cloud: Cloud = "gcp",
    *,
    args: AddonsArgs | None = None,
    at: Site | None = None,
    extra: Iterable[tuple[Addon[Any], AddonArgs]] = (),
    then: Callable[[Addons], Any] | None = None,
) -> Graph:
    """What `Addons` called support declares on a cluster of a cloud; a mapping that `then` returns is exported."""
    extra = tuple(extra)

    def program() -> Any:
        made = Addons(
            "support",
            args or AddonsArgs(),
            cluster=cluster(cloud),
            site=at or site(cloud),
            extra=extra,
            opts=providers(cloud),
        )
        return then(made) if then else None

    return record(program, config=NO_DEFAULT_PROVIDERS)
