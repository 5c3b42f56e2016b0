"""What EKS would refuse of a node pool, with the exact words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from homeport.cluster import eks_machines as machines
from homeport.cluster.eks_pool import eks_pools
from homeport.cluster.eks_pool_problems import eks_pool_problems
from tests.cluster.eks.eks_world import args, pool


def found(name: str = "general", **changes: Any) -> list[str]:
    return [problem.text() for problem in eks_pool_problems(name, pool(**changes), args())]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"machines": ["m7i.large", "m6i.large", "m6a.large"], "spot": True},
        {"machines": ["m7g.large", "c7gn.large", "t4g.large"], "arch": "arm64"},
        {"machines": ["g6.xlarge"], "gpu": {"type": "nvidia-l4"}},
        {"machines": ["g5.12xlarge"], "gpu": {"type": "nvidia-a10g", "count": 4}},
        {"min": 3, "max": 7},
        {"min": 0, "max": 4, "split_zones": True},
        {"secure_boot": False},
    ],
)
def test_what_is_right_has_no_problem(changes: dict[str, Any]) -> None:
    assert found(**changes) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"zones": ["eu-central-1c"]},
            (
                'zones[0] = "eu-central-1c": is not a zone of the cluster, which has eu-central-1a, eu-central-1b; use '
                "one of them, or add it to the cluster's zones"
            ),
        ),
        (
            {"min": 0, "max": 1, "split_zones": True},
            (
                "max = 1: is less than the number of zones, which is 2: with split_zones a zone would have no node; "
                "use max: 2, or fewer zones"
            ),
        ),
        (
            {"size": 3, "split_zones": True},
            (
                "size = 3: must be a multiple of the number of zones, which is 2: split_zones shares it out evenly; "
                "use size: 2 or size: 4"
            ),
        ),
        (
            {"machines": ["e2-standard-4"]},
            (
                'machines[0] = "e2-standard-4": is no EC2 instance type: family, dot, size, in lower case; write one '
                "of `aws ec2 describe-instance-types`, for example m7i.xlarge"
            ),
        ),
        (
            {"machines": ["m7i.large", "m7g.large"]},
            (
                'arch = "amd64": m7g machines are arm64, and all machines of a pool boot the same image; write arch: '
                "arm64, or choose another machine type"
            ),
        ),
        (
            {"machines": ["m7i.large", "m7i.xlarge"]},
            (
                'machines[1] = "m7i.xlarge": is of another size than the first, m7i.large: autoscalers reckon with one '
                "size per pool; use types of the size large, or another pool"
            ),
        ),
        (
            {"machines": ["g6.xlarge"]},
            (
                "gpu: g6.xlarge has GPUs, and without this section its image has no driver for them; add gpu: {type: "
                "nvidia, count: 1}, or choose another machine type"
            ),
        ),
        (
            {"machines": ["g5.12xlarge"], "gpu": {"type": "nvidia-a10g", "count": 1}},
            "gpu.count = 1: g5.12xlarge has 4, no more and no fewer; write count: 4, or choose another size",
        ),
        (
            {"gpu": {"type": "nvidia"}},
            (
                'machines[0] = "m7i.large": has no NVIDIA GPU; on AWS the machine type brings the GPUs; use a machine '
                "of g4dn, g5, g5g, g6, g6e, gr6, p3, p4d, p4de, p5, p5e, p5en, p6-b200, for example g6.xlarge"
            ),
        ),
        (
            {"machines": ["g6.xlarge"], "gpu": {"type": "nvidia", "driver": "latest"}},
            (
                'gpu.driver = "latest": on EKS the image brings one driver; there is no other to choose; write driver: '
                "default, or driver: none to install one yourself"
            ),
        ),
        (
            {"upgrade": {"strategy": "blue-green"}},
            (
                'upgrade.strategy = "blue-green": EKS has no blue-green upgrade of a node group; use strategy: surge; '
                "for a way back add a second pool, move the pods by label or taint, then remove the first"
            ),
        ),
        (
            {"secure_boot": True},
            (
                "secure_boot = true: EKS's images of Amazon Linux do not verify the boot chain; remove it; it has no "
                "effect on AWS"
            ),
        ),
    ],
)
def test_what_is_wrong_says_so(changes: dict[str, Any], text: str) -> None:
    assert found(**changes) == [text]


def test_a_name_leaves_room_for_what_the_provider_adds() -> None:
    assert found("x" * 31) == []
    [text] = found("x" * 32)
    assert "has 37 characters; 36 are allowed (27 more are added when it is made)" in text
    [text] = found("x" * 30, split_zones=True, min=2)
    assert '-pool-a", has 37 characters' in text


@pytest.mark.parametrize(
    ("machine", "arch"),
    [
        ("m7i.large", "amd64"),
        ("m6a.large", "amd64"),
        ("g5.xlarge", "amd64"),
        ("g4dn.metal", "amd64"),
        ("g5g.xlarge", "arm64"),
        ("m7gd.metal", "arm64"),
        ("im4gn.large", "arm64"),
        ("a1.large", "arm64"),
        ("x2gd.16xlarge", "arm64"),
        ("p6-b200.48xlarge", "amd64"),
        ("c7i-flex.large", "amd64"),
        ("m7i.metal-24xl", "amd64"),
    ],
)
def test_the_architecture_of_a_machine(machine: str, arch: str) -> None:
    assert machines.is_machine_type(machine)
    assert machines.arch(machine) == arch


@examples(least=st.integers(0, 40), more=st.integers(0, 40), split=st.booleans(), spot=st.booleans())
def test_groups_of_a_pool_without_problems_add_up_to_its_totals(least: int, more: int, split: bool, spot: bool) -> None:
    wanted = pool(min=least, max=max(1, least + more), split_zones=split, spot=spot)
    if list(eks_pool_problems("general", wanted, args())):
        return
    groups = eks_pools("general", wanted, args(), cluster_name="stage", tags={})
    assert sum(group.scaling["min_size"] for group in groups) == wanted.min
    assert sum(group.scaling["max_size"] for group in groups) == wanted.max
    for group in groups:
        assert 0 <= group.scaling["min_size"] <= group.scaling["desired_size"] <= group.scaling["max_size"]
        assert group.scaling["max_size"] >= 1
    assert sorted(zone for group in groups for zone in group.zones) == args().zones
