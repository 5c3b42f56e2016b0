"""The examples in docs/clusters-eks.md are accepted as they stand, and its tables are complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from homeport.cluster.eks_access import ACCESS_POLICIES
from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.eks_pool import starting_nodes
from homeport.cluster.eks_pool_problems import eks_pool_problems
from homeport.cluster.pool_args import NodePoolArgs
from homeport.storage.args import StorageArgs
from homeport.storage.classes import CLASS_NAMES, classes, storage_problems

PAGE = (Path(__file__).parents[3] / "docs" / "clusters-eks.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_example_is_accepted(block: str) -> None:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(block)  # pyright: ignore[reportUnknownVariableType]
    section: dict[str, Any] = document.pop("homeport:cluster")
    pools = {name: NodePoolArgs.model_validate(one) for name, one in section.pop("node_pools").items()}
    cluster = EksClusterArgs.model_validate(section)
    storage = StorageArgs.model_validate(document.pop("homeport:storage", {}))
    assert not document
    assert not list(storage_problems(storage, cloud="aws", zones=cluster.zones))
    for name, pool in pools.items():
        assert not list(eks_pool_problems(name, pool, cluster))
    assert any(pool.accepts_system_pods and starting_nodes(pool) for pool in pools.values())


def test_there_are_examples() -> None:
    assert len(BLOCKS) == 3


def test_every_level_of_access_is_in_the_table() -> None:
    for level, policy in ACCESS_POLICIES.items():
        assert f"| `{level}` | {policy} |" in PAGE


def test_every_setting_of_a_pool_that_replaces_or_rolls_it_is_in_the_table() -> None:
    table = PAGE.split("## Node pools on EKS", maxsplit=1)[1].split("## What a change does", maxsplit=1)[0]
    for field in set(NodePoolArgs.model_fields) - {"system"}:
        assert f"`{field}`" in table, field


def test_every_setting_of_the_cluster_is_in_the_table_of_changes() -> None:
    table = PAGE.split("## What a change does", maxsplit=1)[1].split("## Upgrades on EKS", maxsplit=1)[0]
    for field in set(EksClusterArgs.model_fields) - {"kind", "max_pods"}:
        assert f"`{field}`" in table, field


def test_storage_classes_of_the_page_are_those_of_the_cloud() -> None:
    made = {spec.name for spec in classes(StorageArgs(), cloud="aws", zones=["eu-central-1a", "eu-central-1b"])}
    table = PAGE.split("## Storage on EKS", maxsplit=1)[1]
    for name in CLASS_NAMES.values():
        assert (f"| `{name}` |" in table) == (name in made)


def test_the_longest_name_of_a_pool() -> None:
    cluster = EksClusterArgs.model_validate(
        {
            "account": "111122223333",
            "region": "eu-central-1",
            "zones": ["eu-central-1a", "eu-central-1b"],
            "version": "1.34",
            "api": {"path": "network"},
            "deployer": "arn:aws:iam::111122223333:role/deploy",
            "access": {"platform": {"principal": "arn:aws:iam::111122223333:role/platform", "access": "admin"}},
        }
    )
    for length, split in ((31, False), (29, True)):
        assert f"{length}" in PAGE
        pool = NodePoolArgs(machines=["m7i.large"], min=2, max=2, split_zones=split)
        assert not list(eks_pool_problems("x" * length, pool, cluster))
        assert list(eks_pool_problems("x" * (length + 1), pool, cluster))
