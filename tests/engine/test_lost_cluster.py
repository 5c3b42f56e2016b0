"""A cluster that somebody deleted behind Pulumi's back: what is refused, what is forgotten by consent, both ways on.

The commands are those of docs/runbooks/lost-cluster.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1500)]

#: What goes with a cluster: its pools, and on AWS its add-ons, access entries, identities of pods, tags of groups.
GOES_ALONG: Final[Mapping[str, tuple[str, ...]]] = {
    "stage": ("gcp:container/",),
    "stage-eks": ("aws:eks/", "aws:autoscaling/"),
}
#: What knows the cluster's own identity, which a new one of the same name does not have.
ANEW: Final[Mapping[str, Mapping[str, str]]] = {
    "stage": {"cluster-kubernetes": "replace"},
    "stage-eks": {"cluster-kubernetes": "replace", "cluster-oidc": "replace"},
}
_CONSENT = {"PULUMI_K8S_DELETE_UNREACHABLE": "true"}


def _with_little_in_it(config: dict[str, Any]) -> None:
    """Something of each kind in the cluster: a chart that is rendered, releases, tenants; owners of load balancers."""
    config.pop("apps")
    config.pop("global")
    off = {"enabled": False}
    config["addons"] = {"profile": "minimal", "sealed-secrets": off, "external-dns": off}


@dataclass(frozen=True)
class Standing:
    """A cluster stack, up, and what it had before anything was lost.

    Attributes:
        engine: its commands.
        resources: URNs of all of it.
        inside: URNs of what is in the cluster; a chart that is rendered is only the parent of such.
        along: URNs of what goes with the cluster in the cloud.
        outside: URN to id of what stays.
    """

    engine: Engine
    resources: set[str]
    inside: set[str]
    along: set[str]
    outside: Mapping[str, str]


@pytest.fixture(scope="module", params=list(GOES_ALONG))
def standing(request: pytest.FixtureRequest, new_site: Callable[[], Site]) -> Standing:
    """A cluster stack, up; every test leaves behind what the next one finds."""
    engine = Engine(new_site(), request.param)
    engine.init()
    engine.edit(_with_little_in_it)
    engine.up().must()
    outside = _outside(engine)
    along = {live.urn for live in engine.live.values()} - outside.keys()
    return Standing(engine, set(engine.resources()), _inside(engine), along, outside)


def _lose(engine: Engine) -> None:
    """Somebody deletes the cluster, and with it all that cannot be without it."""
    for live in list(engine.live.values()):
        if live.type.startswith(GOES_ALONG[engine.stack]):
            engine.cloud.remove(live)
    engine.control_plane.stop()


def _inside(engine: Engine) -> set[str]:
    found = engine.resources()
    return {urn for urn, one in found.items() if one["type"].startswith("kubernetes:") and one.get("custom")}


def _outside(engine: Engine) -> dict[str, str]:
    """URN to id of what is live and does not go with the cluster."""
    going = GOES_ALONG[engine.stack]
    return {live.urn: live.id for live in engine.live.values() if not live.type.startswith(going)}


def test_without_consent_nothing_in_the_cluster_is_forgotten_and_nothing_is_made(standing: Standing) -> None:
    engine = standing.engine
    _lose(engine)
    mark = engine.cloud.mark()
    # It cannot render a chart without asking the cluster.
    plain = engine.up()
    assert plain.code != 0
    assert "configured Kubernetes cluster is unreachable" in plain.errors[0]
    # What `make up` runs.
    refreshed = engine.up("--refresh")
    assert refreshed.code != 0
    assert "unreachable cluster" in refreshed.errors[0]
    assert "PULUMI_K8S_DELETE_UNREACHABLE" in refreshed.errors[0]
    assert engine.cloud.since(mark) == []
    assert _inside(engine) == standing.inside
    assert len(standing.inside) > 20


def test_with_consent_a_refresh_forgets_the_cluster_and_an_update_makes_it_anew(standing: Standing) -> None:
    engine, lost = standing.engine, standing.inside | standing.along
    engine.site.variables.update(_CONSENT)
    forgotten = engine.refresh().must()
    engine.site.variables.clear()
    assert set(forgotten.touched.values()) == {"delete"}
    assert standing.resources - set(engine.resources()) == lost
    assert _outside(engine) == standing.outside

    made = dict.fromkeys((urn.rpartition("::")[2] for urn in lost), "create")
    again = engine.up().must().touched
    assert again == {**made, **ANEW[engine.stack]}
    assert set(engine.resources()) == standing.resources
    assert {urn for urn, id_ in _outside(engine).items() if standing.outside[urn] != id_} <= {
        urn for urn in standing.outside if urn.rpartition("::")[2] in ANEW[engine.stack]
    }
    namespaces = engine.control_plane.request("GET", "/api/v1/namespaces").body["items"]
    assert {"shop", "tools", "cert-manager", "traefik"} <= {one["metadata"]["name"] for one in namespaces}
    assert engine.refresh().must().touched == {}
    assert engine.up().must().touched == {}
    # Said once, for one command: the state does not go on to forget.
    assert "deleteUnreachable" not in str(engine.resources())


def test_or_a_destroy_takes_down_what_the_cluster_left(standing: Standing) -> None:
    engine = standing.engine
    _lose(engine)
    engine.site.variables.update(_CONSENT)
    engine.refresh().must()
    engine.site.variables.clear()
    # The settings' way, an update with `protection: none`, would make the cluster anew first.
    engine._run("state", "unprotect", "--all", "--yes", "--stack", engine.stack).must()
    engine.destroy().must()
    assert engine.live == {}
    assert engine.resources() == {}
