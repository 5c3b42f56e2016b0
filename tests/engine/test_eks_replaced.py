"""A change that needs another EKS cluster: refused while it is protected; with consent everything in it comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

import pytest

from homeport.plan.evaluate import evaluate
from homeport.plan.graph import Resource
from tests.engine.changing import Change, Config, name_of
from tests.engine.harness import Engine

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(2400)]

_CLUSTER: Final = "cluster-eks-eksCluster"
_OTHER_KEY: Final = "arn:aws:kms:eu-central-1:222233334444:key/1234abcd-12ab-34cd-56ef-1234567890ab"

#: What belongs to the cluster by its name or issuer, and what is rendered through it: a component, whose definitions
#: are never deleted.
_OF_THE_CLUSTER: Final = re.compile(
    r"aws:(eks/|autoscaling/tag:|iam/openIdConnectProvider:)|pulumi:providers:kubernetes|kubernetes:helm.sh/v4:Chart$"
)


def _services(config: Config) -> None:
    config["cluster"]["service_cidr"] = "172.21.0.0/16"


#: Each by itself.
REPLACING = [
    Change("another range of Services", _services, {}),
    Change("another name", lambda c: c["cluster"].update(name="other"), {}),
    Change("another key of Kubernetes secrets", lambda c: c["cluster"].update(encryption={"key": _OTHER_KEY}), {}),
    Change("no key of Kubernetes secrets", lambda c: c["cluster"].update(encryption={"enabled": False}), {}),
]


@pytest.fixture(scope="module")
def standing(new_engine: Callable[[str], Engine]) -> Engine:
    """`stage-eks` as it is shipped, up."""
    engine = new_engine("stage-eks")
    engine.up().must()
    return engine


@pytest.fixture(scope="module")
def at_first(standing: Engine) -> AbstractSet[str]:
    """Names of all that is in the state of the stack as it is shipped."""
    return _resources(standing).keys()


@pytest.mark.parametrize("change", REPLACING, ids=name_of)
def test_another_cluster_is_refused_and_nothing_happens(standing: Engine, change: Change) -> None:
    settings = standing.work / "Pulumi.stage-eks.yaml"
    before, live, mark = settings.read_text(), standing.cloud.snapshot(), standing.cloud.mark()
    standing.edit(change.edit)
    refused = standing.preview()
    settings.write_text(before)
    assert refused.code != 0
    assert any(_CLUSTER in error and "protect" in error for error in refused.errors), refused.errors
    assert standing.cloud.snapshot() == live
    assert standing.cloud.since(mark) == []


def test_an_update_that_skips_the_preview_is_refused_before_anything_is_gone(standing: Engine) -> None:
    settings = standing.work / "Pulumi.stage-eks.yaml"
    before, live = settings.read_text(), standing.cloud.snapshot().keys()
    standing.edit(_services)
    refused = standing.up()
    settings.write_text(before)
    assert refused.code != 0
    assert _CLUSTER in refused.errors[0]
    assert "protect" in refused.errors[0]
    assert standing.cloud.snapshot().keys() == live


@pytest.mark.usefixtures("at_first")
def test_an_update_alone_cannot_since_the_engine_shuts_the_way_into_the_cluster(standing: Engine) -> None:
    """What owns a load balancer or a disk is deleted for itself, and not dropped with its cluster.

    While it plans to delete the cluster first, the engine closes the provider of what is in it (CLI 3.260), so that
    these deletions fail. Nothing is lost by that but a place in the state.
    """
    standing.without_protection().must()
    standing.edit(_services)
    live = standing.cloud.snapshot().keys()
    failed = standing.up()
    assert failed.code != 0
    assert "the client connection is closing" in failed.errors[0]
    [name] = {step.name for step in failed.steps if step.failed and step.type.startswith("kubernetes:")}
    owners = {r.name for r in evaluate(standing.work, standing.stack).resources if _is_deleted_for_itself(r)}
    assert name in owners
    assert standing.cloud.snapshot().keys() == live


def _is_deleted_for_itself(resource: Resource) -> bool:
    return resource.package == "kubernetes" and resource.custom and not resource.options.deleted_with


def test_emptied_first_the_cluster_is_replaced_and_all_that_was_in_it_comes_back(
    standing: Engine, at_first: AbstractSet[str]
) -> None:
    before = sorted((live.type, live.urn) for live in standing.live.values())
    standing.destroy("--target", "**cluster-kubernetes", "--target-dependents").must()
    left = _resources(standing)
    emptied = at_first - left.keys()
    assert {"cluster-kubernetes", "support-traefik-gateway", "dashboard-release", "storage-fast"} <= emptied
    assert sorted((live.type, live.urn) for live in standing.live.values()) == before, "nothing of it was in AWS"

    mark = standing.cloud.mark()
    result = standing.up().must()
    with_the_cluster = {name for name, type_ in left.items() if _OF_THE_CLUSTER.match(type_)}
    assert result.touched == {**dict.fromkeys(emptied, "create"), **dict.fromkeys(with_the_cluster, "replace")}
    assert _resources(standing).keys() == at_first
    assert sorted((live.type, live.urn) for live in standing.live.values()) == before
    gone = [record.name for record in standing.cloud.since(mark, "delete")]
    assert gone[-1] == _CLUSTER
    assert "cluster-secrets-key" not in gone
    classes = standing.control_plane.request("GET", "/apis/storage.k8s.io/v1/storageclasses").body["items"]
    assert len(classes) > 1, "the new cluster has the stack's storage classes"

    assert standing.up().must().touched == {}
    assert standing.refresh().must().touched == {}


def _resources(engine: Engine) -> Mapping[str, str]:
    """Logical name to type of what is in the state."""
    return {urn.split("::", 3)[3]: resource["type"] for urn, resource in engine.resources().items()}
