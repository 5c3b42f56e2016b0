"""The examples in docs/clusters.md are accepted as they stand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from homeport.cluster.base import Cloud
from homeport.cluster.gke_pool import gke_pool_problems
from homeport.cluster.pool_args import NodePoolArgs
from homeport.storage.args import StorageArgs
from homeport.storage.classes import storage_problems
from stacks.settings import ClusterSection, EksSection, ExistingSection, GkeSection

PAGE = Path(__file__).parents[2] / "docs" / "clusters.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
SECTION: TypeAdapter[GkeSection | EksSection | ExistingSection] = TypeAdapter(ClusterSection)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_example_is_accepted(block: str) -> None:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(block)  # pyright: ignore[reportUnknownVariableType]
    section = SECTION.validate_python(document.pop("homeport:cluster"))
    assert not isinstance(section, EksSection), "docs/clusters-eks.md has those"
    storage = StorageArgs.model_validate(document.pop("homeport:storage", {}))
    assert not document
    cloud: Cloud = "gcp" if isinstance(section, GkeSection) else section.cloud
    assert not list(storage_problems(storage, cloud=cloud, zones=section.zones))
    if isinstance(section, GkeSection):
        for name, pool in section.node_pools.items():
            assert not list(gke_pool_problems(name, pool, section))
        assert any(pool.accepts_system_pods for pool in section.node_pools.values())


def test_there_are_examples() -> None:
    assert len(BLOCKS) == 6


def test_every_setting_of_a_pool_that_replaces_or_rolls_it_is_in_the_table() -> None:
    table = (
        PAGE.read_text(encoding="utf-8")
        .split("## What a change does", maxsplit=1)[1]
        .split("## Upgrades", maxsplit=1)[0]
    )
    unchanging = {"system", "arch", "upgrade"}
    for field in set(NodePoolArgs.model_fields) - unchanging:
        assert f"`{field}`" in table, field
