"""Every shipped stack from nothing to nothing, on the real engine and a simulated cloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest

from homeport.plan import Graph
from homeport.plan.evaluate import evaluate
from homeport.plan.graph import Resource, known
from tests.engine.control_plane import TOKEN
from tests.engine.events import Result
from tests.engine.harness import Engine
from tests.engine.simcloud.cloud import OVERWRITTEN
from tests.engine.simcloud.values import as_map

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]


#: What the component of pulumi_eks makes, in another process, where no plan can see it: the cluster, and a provider.
_INSIDE_EKS = {
    "cluster-eks-eksCluster": "aws:eks/cluster:Cluster",
    "cluster-eks-eks-k8s": "pulumi:providers:kubernetes",
}
#: Components whose children the Kubernetes provider makes, where no plan can see them.
_RENDERERS = ("kubernetes:helm.sh/v4:Chart", "kubernetes:kustomize/v2:Directory")
#: A secret of each stack.
_CANARY = "canary-that-nobody-may-see"


@dataclass(frozen=True)
class Shipped:
    """A stack that the project ships.

    Attributes:
        stack: its name.
        refused: logical name of one thing that a destroy stops at; None where nothing is protected.
    """

    stack: str
    refused: str | None


_FULL = pytest.mark.engine_full
#: In `make check` what every stack stands on and the smallest stack of each cloud, the others in `make engine-test`.
STACKS = [
    pytest.param(Shipped("global", refused="dns-acme"), id="global"),
    pytest.param(Shipped("stage", refused="cluster-gke"), id="stage"),
    pytest.param(Shipped("stage-eks", refused="cluster-eks-eksCluster"), id="stage-eks"),
    pytest.param(Shipped("local", refused=None), id="local", marks=_FULL),
    pytest.param(Shipped("prod", refused="cluster-gke"), id="prod", marks=_FULL),
    pytest.param(Shipped("prod-eks", refused="cluster-eks-eksCluster"), id="prod-eks", marks=_FULL),
]


@dataclass(repr=False)
class Life:
    """What was seen, in order."""

    shipped: Shipped
    engine: Engine
    plan: Graph
    preview: Result
    first_up: Result
    registered: Mapping[str, dict[str, Any]]
    second_up: Result
    refresh: Result
    refused: Result
    live_after_refusal: int
    unprotected: Result
    destroy: Result

    @property
    def in_the_cloud(self) -> list[str]:
        """Logical names of what goes into a simulated cloud."""
        planned = (r for r in self.made if r.custom and not r.is_provider and r.external is None)
        hidden = [name for name, type_ in self.inside_components.items() if not type_.startswith("pulumi:")]
        return sorted([*hidden, *(r.name for r in planned if r.package != "kubernetes")])

    @property
    def inside_components(self) -> Mapping[str, str]:
        """Name and type of what components of other languages make."""
        return _INSIDE_EKS if self.shipped.stack.endswith("-eks") else {}

    @property
    def rendered(self) -> set[str]:
        """Names of what the provider renders from charts and Kustomize trees, when it can reach the cluster."""
        return {urn.rpartition("::")[2] for urn in self.registered if any(f"{one}$" in urn for one in _RENDERERS)}

    @property
    def made(self) -> Sequence[Resource]:
        """What of the plan comes into being: another stack is only read."""
        return [r for r in self.plan.resources if r.type != "pulumi:pulumi:StackReference"]


@pytest.fixture(scope="module", params=STACKS)
def life(request: pytest.FixtureRequest, new_engine: Callable[[str], Engine]) -> Life:
    """Preview, up, up, refresh, destroy (refused), up without protection, destroy."""
    shipped: Shipped = request.param
    engine = new_engine(shipped.stack)
    if shipped.stack == "local":
        engine.use_existing_cluster()
    if shipped.stack == "prod-eks":
        engine.open_tunnel()
    engine.set_secret("canary", _CANARY)
    return Life(
        shipped,
        engine,
        evaluate(engine.work, shipped.stack),
        engine.preview().must(),
        engine.up().must(),
        engine.resources(),
        engine.up(),
        engine.refresh(),
        engine.destroy() if shipped.refused else engine.preview(),
        len(engine.live),
        engine.without_protection(),
        engine.destroy(),
    )


def test_the_first_preview_shows_everything_with_everything_unknown(life: Life) -> None:
    assert not life.preview.errors
    shown = {name: step for name, step in life.preview.touched.items() if name not in life.rendered}
    assert shown == dict.fromkeys([*(r.name for r in life.made), *life.inside_components], "create")


def test_the_first_update_makes_what_the_preview_showed(life: Life) -> None:
    rendered = dict.fromkeys(life.rendered, "create")
    assert life.first_up.touched == {**life.preview.touched, **rendered}
    assert sorted(record.name for record in life.engine.cloud.since(0, "create")) == life.in_the_cloud


def test_a_second_update_changes_nothing(life: Life) -> None:
    assert life.second_up.must().touched == {}


def test_a_refresh_finds_no_drift(life: Life) -> None:
    assert life.refresh.must().touched == {}


def test_the_plan_holds_what_the_engine_registered(life: Life) -> None:
    planned = {r.urn: (r.type, r.parent) for r in life.plan.resources}
    registered = {urn: (r["type"], r.get("parent")) for urn, r in life.registered.items()}
    assert {urn: registered.get(urn) for urn in planned} == planned
    unplanned = {urn.rpartition("::")[2]: registered[urn][0] for urn in registered.keys() - planned.keys()}
    assert {name: type_ for name, type_ in unplanned.items() if name not in life.rendered} == life.inside_components


def test_what_a_new_one_overwrites_is_deleted_before_it_is_replaced(life: Life) -> None:
    overwritten = [r for r in life.plan.resources if r.type in OVERWRITTEN]
    assert [r.name for r in overwritten if not r.options.delete_before_replace] == []


def test_the_plan_shows_the_inputs_that_the_engine_got(life: Life) -> None:
    leaves = [
        (f"{resource.name}.{path}", planned, got)
        for resource in life.plan.resources
        # A component that is rendered elsewhere keeps no inputs in the state.
        if not resource.is_provider and resource.type not in _RENDERERS
        for path, planned, got in _known_leaves(resource.inputs, life.registered[resource.urn].get("inputs", {}))
    ]
    wrong = [leaf for leaf in leaves if _pruned(leaf[1]) != _pruned(leaf[2]) and not leaf[0].endswith(".compat")]
    assert not wrong, "\n".join(f"{path}: planned {planned!r}, got {got!r}" for path, planned, got in wrong)
    assert len(leaves) > 3 * len(life.in_the_cloud) or not life.in_the_cloud


def test_a_kustomize_tree_runs_with_the_images_of_the_program(life: Life) -> None:
    trees = [r["inputs"] for urn, r in life.registered.items() if "Directory$" in urn and "apps/v1:Deployment" in urn]
    assert len(trees) == len([r for r in life.plan.resources if r.type == "kubernetes:kustomize/v2:Directory"])
    for tree in trees:
        [container] = tree["spec"]["template"]["spec"]["containers"]
        assert not container["image"].startswith("registry.example/"), "the tree's own image"
        assert tree["metadata"]["namespace"] == "tools"


def test_secrets_are_encrypted_in_the_state_and_in_no_log(life: Life) -> None:
    login = "gke-gcloud-auth-plugin"
    assert "v1:" in (life.engine.work / f"Pulumi.{life.shipped.stack}.yaml").read_text()
    for name, text in [("state", str(life.registered)), *life.engine.logs()]:
        for secret in (_CANARY, TOKEN, login):
            assert secret not in text, f"{name} holds {secret}"


def test_a_protected_stack_refuses_to_be_destroyed_before_anything_is_gone(life: Life) -> None:
    if life.shipped.refused is None:
        pytest.skip("nothing in it is protected")
    assert life.refused.code != 0
    # Which of them is met first is the engine's choice.
    guarded = {life.shipped.refused, *(r.name for r in life.plan.resources if r.options.protect)}
    assert any(f"::{name}'" in life.refused.errors[0].replace('"', "'") for name in guarded)
    assert "protected" in life.refused.errors[0]
    assert life.live_after_refusal == len(life.in_the_cloud)


def test_without_protection_a_destroy_leaves_nothing(life: Life) -> None:
    life.unprotected.must()
    life.destroy.must()
    made, gone = (Counter(r.type for r in life.engine.cloud.since(0, kind)) for kind in ("create", "delete"))
    assert made == gone
    assert life.engine.live == {}
    assert life.engine.resources() == {}


def _pruned(value: Any) -> Any:
    """Without what is empty: the Kubernetes provider leaves it out of what it keeps."""
    below = as_map(value)
    if below is not None:
        pruned = {key: _pruned(item) for key, item in below.items()}
        return {key: item for key, item in pruned.items() if item is not None} or None
    if isinstance(value, list):
        return [_pruned(item) for item in cast("list[Any]", value)] or None
    return value


def _known_leaves(planned: Any, got: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Leaves of the plan that it claims to know, each with what the engine has there."""
    below, there = as_map(planned), as_map(got) or {}
    if below is not None and not any(key.startswith("$") for key in below):
        for key, value in below.items():
            yield from _known_leaves(value, there.get(key), f"{path}.{key}".lstrip("."))
    elif known(planned):
        yield path, planned, got
