"""Sites for tests of the gateway: with what its graph would have filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from homeport.addons.exports import Exports
from homeport.addons.samples import sample_site
from homeport.addons.site import Site
from homeport.values import Cloud

#: What stands beside the gateway in a usual cluster.
BESIDE = frozenset({"cert-manager", "external-dns", "gateway-api-crds", "prometheus-operator-crds"})


def gateway_site(cloud: Cloud = "gcp", **changes: Any) -> Site:
    """A site of a cloud, after the graph has said what is installed and offered."""
    site = sample_site(
        cloud, **{"provides": frozenset({"load-balancers"}) if cloud == "gcp" else frozenset(), **changes}
    )
    beside = BESIDE | ({"aws-load-balancer-controller"} if cloud == "aws" else set[str]())
    offers = Exports(issuer="letsencrypt", internal_issuer="internal", monitoring_namespace="monitoring")
    given = {key: changes[key] for key in ("installed", "offers") if key in changes}
    return replace(site, **{"installed": beside, "offers": offers, **given})
