"""An EKS stack on the simulated component of pulumi_eks, and the state beside the one that the real one leaves."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.engine import programs
from tests.engine.changing import Config
from tests.engine.events import Result
from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

_INNER: Final = "cluster-eks-eksCluster"
_INSIDE: Final = {_INNER: "aws:eks/cluster:Cluster", "cluster-eks-eks-k8s": "pulumi:providers:kubernetes"}
#: What a state says of a resource, apart from what the cloud makes up and from where in a program it was declared.
_COMPARED: Final = (
    "type",
    "custom",
    "parent",
    "provider",
    "inputs",
    "dependencies",
    "propertyDependencies",
    "protect",
    "retainOnDelete",
    "deletedWith",
    "ignoreChanges",
    "replaceOnChanges",
    "additionalSecretOutputs",
    "customTimeouts",
    "aliases",
)
#: Ids, parts of names, ports and what is encrypted: new each time.
_MADE_UP: Final = re.compile(
    r"\b[0-9a-f]{7,}(?:-[0-9a-f]{4,})*\b|\b[A-Z0-9]{15,}\b|(?<=-)\d{12,}|(?<=:)\d{4,5}\b|(?<=\"ciphertext\": \")[^\"]*"
)
_ADDONS: Final = (
    "aws-load-balancer-controller",
    "cert-manager",
    "cluster-autoscaler",
    "external-dns",
    "gateway-api-crds",
    "sealed-secrets",
    "traefik",
)


def _smaller(config: Config) -> None:
    """The cluster with its pools and EKS's own add-ons, protected as it is shipped."""
    config["addons"] = {"profile": "minimal", **{name: {"enabled": False} for name in _ADDONS}}
    config.pop("tenants")
    config.pop("apps")


@dataclass(repr=False)
class Seen:
    """A first preview and update, and what there was then."""

    engine: Engine
    preview: Result
    first_up: Result
    resources: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def begin(new_site: Callable[..., Site], standing_global: Path) -> Callable[[bool], Seen]:
    """Brings up `stage-eks`, on the simulated component or on the real one."""

    def seen(simulated: bool) -> Seen:
        site = new_site(simulated_eks=simulated)
        site.restore(standing_global)
        engine = Engine(site, "stage-eks")
        engine.init()
        engine.edit(_smaller)
        return Seen(engine, engine.preview().must(), engine.up().must(), dict(engine.resources()))

    return seen


@pytest.fixture(scope="module")
def simulated(begin: Callable[[bool], Seen]) -> Seen:
    """`stage-eks` on the simulated component; every test leaves behind what the next one finds."""
    return begin(True)


def test_the_simulated_component_makes_a_cluster_that_needs_nothing_more(simulated: Seen) -> None:
    engine = simulated.engine
    assert simulated.preview.touched == simulated.first_up.touched
    assert set(simulated.first_up.touched.values()) == {"create"}
    inside = {urn.rpartition("::")[2]: r for urn, r in simulated.resources.items() if "$eks:index:Cluster$" in urn}
    assert {name: resource["type"] for name, resource in inside.items()} == _INSIDE
    # By transforms of the program, which reach children of components elsewhere.
    assert inside[_INNER]["protect"]
    assert inside[_INNER]["inputs"]["accessConfig"]["bootstrapClusterCreatorAdminPermissions"] is False
    assert engine.up().must().touched == {}
    assert engine.refresh().must().touched == {}


def test_a_change_reaches_the_cluster_in_the_simulated_component(simulated: Seen) -> None:
    engine = simulated.engine
    engine.edit(lambda config: config["cluster"].update(version="1.35"))
    previewed = engine.preview().must().touched
    assert {name: previewed[name] for name in ("cluster-eks", _INNER)} == {"cluster-eks": "update", _INNER: "update"}
    assert "cluster-eks-eks-k8s" not in previewed
    assert engine.up().must().touched == previewed
    assert engine.cloud.one("cluster:Cluster", _INNER).properties["version"] == "1.35"


def test_the_simulated_component_goes_with_all_that_is_in_it_once_nothing_is_protected(simulated: Seen) -> None:
    engine = simulated.engine
    refused = engine.destroy()
    assert refused.code != 0
    assert "protected" in refused.errors[0]
    engine.without_protection().must()
    engine.destroy().must()
    assert engine.live == {}
    assert engine.resources() == {}


# --- the last one: it needs the API server for a cluster of its own


@pytest.mark.skipif(programs.why_not_eks() is not None, reason=programs.why_not_eks() or "")
def test_the_state_is_the_same_as_with_the_real_component(simulated: Seen, begin: Callable[[bool], Seen]) -> None:
    real = begin(False)
    assert simulated.preview.touched == real.preview.touched
    assert simulated.first_up.touched == real.first_up.touched
    expected, got = _lines(real.resources), _lines(simulated.resources)
    if got != expected:
        pytest.fail("\n".join(difflib.unified_diff(expected, got, "real", "simulated", lineterm="")), pytrace=False)


def _lines(resources: dict[str, dict[str, Any]]) -> list[str]:
    """What the engine knows of everything in the stack, by URN."""
    known = {urn: {key: resource[key] for key in _COMPARED if key in resource} for urn, resource in resources.items()}
    for urn, resource in known.items():
        for key in ("dependencies", "ignoreChanges"):
            resource[key] = sorted(resource.get(key, ()))
        below: dict[str, list[str] | None] = resource.get("propertyDependencies", {})
        resource["propertyDependencies"] = {key: sorted(urns) for key, urns in below.items() if urns}
        if urn.endswith("::cluster-eks-eks-k8s"):
            # Its version is that which the real plugin was built with.
            del resource["inputs"]["version"]
    return _MADE_UP.sub("#", json.dumps(known, indent=1, sort_keys=True)).splitlines()
