"""Sites and clusters of every cloud, for tests of add-ons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.install import Addons
from homeport.addons.section import AddonsArgs
from homeport.addons.site import DnsZone, Site
from homeport.cluster.base import Cluster
from homeport.cluster.outputs import ClusterOutputs
from homeport.cluster.reference import ClusterReference
from homeport.identity.refs import CloudDnsZone, Route53Zone, ZoneRef
from homeport.labels import Labels
from homeport.plan import Graph, record
from homeport.values import Cloud
from tests.cluster.gke_world import NO_DEFAULT_PROVIDERS

CLOUDS: Final[tuple[Cloud, ...]] = ("gcp", "aws", "none")
DOMAIN: Final = "stage.acme.example"
ACCOUNT: Final = "111122223333"
LABELS: Final = Labels(project="homeport", environment="stage", stack="stage", owner="platform", cost_centre="1000")
#: What the global layer and the cluster say on each cloud, as `stacks/site.py` puts it together.
_OF_CLOUD: Final[dict[Cloud, dict[str, Any]]] = {
    "gcp": {
        "project": "acme-stage",
        "region": "europe-west3",
        "zones": ("europe-west3-a", "europe-west3-b"),
        "dns": DnsZone(
            ZoneRef(name=DOMAIN, gcp=CloudDnsZone(project="acme-dns", name="stage-acme-example")), "gcp", DOMAIN
        ),
        "storage_class": "homeport-regional",
        "provides": frozenset(
            {"autoscaler", "gateway-api-crds", "load-balancers", "metrics-server", "snapshot-controller"}
        ),
    },
    "aws": {
        "account": ACCOUNT,
        "region": "eu-central-1",
        "zones": ("eu-central-1a", "eu-central-1b"),
        "kubernetes": "1.34",
        "dns": DnsZone(ZoneRef(name=DOMAIN, aws=Route53Zone(zone_id="Z0123456789ABCDEFGHIJ")), "aws", DOMAIN),
        "storage_class": "homeport-zonal",
        "vpc": "vpc-0123456789abcdef0",
        "public_subnets": 2,
        "provides": frozenset({"metrics-server", "snapshot-controller"}),
    },
    "none": {},
}


def site(cloud: Cloud = "gcp", **changes: Any) -> Site:
    """What add-ons are told about a cluster of a cloud; `changes` override."""
    common: dict[str, Any] = {
        "cluster": "stage",
        "cloud": cloud,
        "environment": "stage",
        "domain": DOMAIN,
        "labels": LABELS,
    }
    return Site(**{**common, **_OF_CLOUD[cloud], **changes})


def cluster(cloud: Cloud) -> Cluster:
    """A cluster of a cloud, to be called inside of a recorded program."""
    identity: dict[Cloud, Any] = {
        "gcp": {"cloud": "gcp", "project": "acme-stage", "project_number": "1"},
        "aws": {
            "cloud": "aws",
            "account": ACCOUNT,
            "cluster_arn": f"arn:aws:eks:eu-central-1:{ACCOUNT}:cluster/stage",
            "oidc_provider_arn": f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.example/id/A",
            "oidc_issuer": "https://oidc.example/id/A",
        },
        "none": None,
    }
    of_cloud = _OF_CLOUD[cloud]
    facts = ClusterOutputs(
        version=1,
        name="stage",
        cloud=cloud,
        region=of_cloud.get("region"),
        zones=list(of_cloud.get("zones", ())),
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
