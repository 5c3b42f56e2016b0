"""What GKE would refuse of a pool, and the exact words for it."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.cluster.gke_pool import gke_pool_problems
from homeport.cluster.pool_args import NodePoolArgs
from homeport.problems import Problem
from tests.cluster.gke_world import args, pool

TWO_ZONES: dict[str, Any] = {"zones": ["europe-west3-a", "europe-west3-b"]}


def found(pool_args: NodePoolArgs, name: str = "general", **cluster: Any) -> list[str]:
    return [problem.text() for problem in gke_pool_problems(name, pool_args, args(**cluster))]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"machines": ["e2-standard-4", "n2-standard-4"]},
            (
                'machines = "e2-standard-4, n2-standard-4": a GKE node pool has exactly one machine type; here are 2; '
                "keep one, for example [e2-standard-4], and make a pool for each of the others"
            ),
        ),
        (
            {"machines": ["t3.large"]},
            (
                'machines[0] = "t3.large": is no Compute Engine machine type: family-kind-size, in lower case; '
                "write one of `gcloud compute machine-types list`, for example e2-standard-4"
            ),
        ),
        (
            {"machines": ["t2a-standard-4"]},
            'arch = "amd64": t2a machines are arm64; write arch: arm64, or choose another machine type',
        ),
        (
            {"arch": "arm64"},
            'arch = "arm64": e2 machines are amd64; write arch: amd64, or choose another machine type',
        ),
        (
            {"machines": ["n4-standard-4"], "disk": {"type": "ssd"}},
            'disk.type = "ssd": n4 machines boot from Hyperdisk Balanced alone; use type: balanced',
        ),
        (
            {"machines": ["c3-standard-4"], "disk": {"type": "standard"}},
            'disk.type = "standard": c3 machines take no pd-standard boot disk; use type: balanced',
        ),
        (
            {"zones": ["europe-west3-a", "europe-west3-c"]},
            (
                'zones[1] = "europe-west3-c": is not a zone of the cluster, which has europe-west3-a, europe-west3-b; '
                "use one of them, or add it to the cluster's zones"
            ),
        ),
        (
            {"size": 3},
            (
                "size = 3: must be a multiple of the number of zones, which is 2: GKE keeps the same number in each; "
                "use size: 2 or size: 4"
            ),
        ),
        (
            {"size": 1},
            (
                "size = 1: must be a multiple of the number of zones, which is 2: GKE keeps the same number in each; "
                "use size: 2"
            ),
        ),
        (
            {"min": 1, "max": 4, "split_zones": True},
            (
                "min = 1: must be a multiple of the number of zones, which is 2: split_zones shares it out evenly; "
                "use min: 0 or min: 2"
            ),
        ),
        (
            {"min": 0, "max": 5, "split_zones": True},
            (
                "max = 5: must be a multiple of the number of zones, which is 2: split_zones shares it out evenly; "
                "use max: 4 or max: 6"
            ),
        ),
        (
            {"gpu": {"type": "nvidia-tesla-t4"}},
            (
                'gpu = "nvidia-tesla-t4": e2 machines take no accelerators; '
                "use a machine of a2, a3, a4, g2, g4, n1, for example n1-standard-4 for T4"
            ),
        ),
        (
            {"machines": ["g2-standard-4"], "gpu": {"type": "nvidia-l4", "driver": "none"}},
            (
                "secure_boot = true: secure boot loads signed kernel modules only, and with driver: none the driver is "
                "one of your own; let GKE install its signed driver with driver: default, or write secure_boot: false"
            ),
        ),
    ],
)
def test_what_gke_refuses_is_said_with_the_fix(changes: dict[str, Any], text: str) -> None:
    assert found(pool(**changes)) == [text]


def test_a_name_too_long_with_what_is_appended_is_refused() -> None:
    name = "a" * 28
    [text] = found(pool(), name)
    assert text.endswith("has 33 characters; 32 are allowed (8 more are added when it is made); rename the pool")
    assert found(pool(), "a" * 27) == []
    assert found(pool(min=0, split_zones=True), "a" * 26)
    assert found(pool(min=0, split_zones=True), "a" * 25) == []


def test_a_name_that_begins_with_a_digit_is_refused() -> None:
    [text] = found(pool(), "1st")
    assert "begin with a letter" in text


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"spot": True, "min": 0, "max": 12},
        {"size": 0},
        {"size": 4},
        {"zones": ["europe-west3-b"], "size": 3},
        {"machines": ["custom-4-8192"]},
        {"machines": ["n2-custom-4-8192-ext"]},
        {"machines": ["c4a-standard-4"], "arch": "arm64"},
        {"machines": ["g2-standard-4"], "gpu": {"type": "nvidia-l4"}, "spot": True},
        {"machines": ["g2-standard-4"], "gpu": {"type": "nvidia-l4", "driver": "none"}, "secure_boot": False},
        {"min": 0, "max": 4, "split_zones": True},
        {"upgrade": {"strategy": "blue-green"}, "spot": True},
    ],
)
def test_what_gke_takes_is_accepted(changes: dict[str, Any]) -> None:
    assert found(pool(**changes)) == []


def test_problems_name_the_other_field_that_takes_part() -> None:
    problems: list[Problem] = list(gke_pool_problems("general", pool(machines=["t2a-standard-4"]), args()))
    assert problems[0].related == (("machines", 0),)


@pytest.mark.parametrize("key", ["kubernetes.io/role", "node.kubernetes.io/x", "cloud.google.com/y", "gke.io/z"])
def test_labels_of_kubernetes_and_the_clouds_are_refused(key: str) -> None:
    with pytest.raises(ValueError, match="reserved for Kubernetes and the clouds"):
        pool(labels={key: "x"})


@pytest.mark.parametrize("key", ["mygke.io/team", "acme.example/team", "team"])
def test_labels_of_ones_own_are_accepted(key: str) -> None:
    assert found(pool(labels={key: "x"})) == []


def test_the_label_that_homeport_sets_is_refused() -> None:
    with pytest.raises(ValueError, match="is set by homeport on every node"):
        pool(labels={"homeport.dev/node-pool": "x"})
