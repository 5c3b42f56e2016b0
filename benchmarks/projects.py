"""Projects to measure: a stack's plan as a plain program, stage with more pools, more clusters in one program."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from benchmarks.child import ROOT
from benchmarks.plain import plain_program
from homeport.plan.graph import Graph


def plain_project(folder: Path, graph: Graph, *read: Graph) -> Path:
    """A Pulumi project in `folder` whose program declares what `graph` shows.

    Args:
        folder: where it goes.
        graph: the plan of the stack.
        read: plans of the stacks whose outputs it reads: they have programs of their own, so that reading them costs
            what it costs.
    """
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    for one in (graph, *read):
        (folder / f"Pulumi.{one.stack}.yaml").write_text("config: {}\n", encoding="utf-8")
        (folder / f"{_module(one.stack)}.py").write_text(plain_program(one), encoding="utf-8")
    (folder / "__main__.py").write_text(_CHOOSE, encoding="utf-8")
    return folder


def _module(stack: str) -> str:
    return f"plain_{stack.replace('-', '_')}"


#: The program of a project with a module for each stack.
_CHOOSE = """\
import importlib

import pulumi

importlib.import_module(f"plain_{pulumi.get_stack().replace('-', '_')}")
"""


def scaled_project(folder: Path, times: int) -> Path:
    """This repository's project in `folder`, its stack `stage` with `times` as many node pools."""
    folder.mkdir(parents=True)
    for name in ("Pulumi.yaml", "pyproject.toml", "__main__.py"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "Pulumi.stage.yaml").write_text(scaled_stage(times), encoding="utf-8")
    return folder


def scaled_stage(times: int) -> str:
    """The text of Pulumi.stage.yaml with `times` as many node pools, each of one node, so that the range suffices.

    Without the global layer: reading it costs the same at every size, and would make growth look smaller than it is.
    """
    yaml = YAML(typ="rt", pure=True)
    data: Any = yaml.load(ROOT / "Pulumi.stage.yaml")  # pyright: ignore[reportUnknownMemberType]
    pools = cast("dict[str, dict[str, Any]]", data["config"]["homeport:cluster"]["node_pools"])
    # What stands on a cluster does not grow with its pools, and needs the global layer.
    for section in ("global", "addons", "tenants", "apps"):
        del data["config"][f"homeport:{section}"]
    shipped = dict(pools)
    for copy in range(1, times):
        for name, pool in shipped.items():
            pools[f"{name}-{copy}"] = {**pool, "min": 0, "max": 1}
    out = StringIO()
    yaml.dump(data, out)  # pyright: ignore[reportUnknownMemberType]
    return out.getvalue()


def clusters(times: int) -> Callable[[], None]:
    """A program with `times` networks, clusters, pools and storage classes, as another team would write it."""

    def program() -> None:
        import pulumi  # noqa: PLC0415 - measured programs import what they use
        import pulumi_gcp as gcp  # noqa: PLC0415

        import homeport  # noqa: PLC0415

        for copy in range(times):
            name = f"c{copy}"
            provider = gcp.Provider(f"gcp-{name}", project="acme-stage", region="europe-west3")
            opts = pulumi.ResourceOptions(providers=[provider])
            network = homeport.GcpNetwork(
                f"network-{name}",
                homeport.GcpNetworkArgs(name=name, cidr="10.20.0.0/16"),
                project="acme-stage",
                region="europe-west3",
                opts=opts,
            )
            cluster = homeport.GkeCluster(
                f"cluster-{name}",
                homeport.GkeClusterArgs(
                    name=name,
                    project="acme-stage",
                    region="europe-west3",
                    zones=["europe-west3-a", "europe-west3-b"],
                ),
                network=network,
                opts=opts,
            )
            for pool in ("system", "general"):
                args = homeport.NodePoolArgs(machines=["e2-standard-4"], min=1, max=4)
                homeport.NodePool(f"{pool}-{name}", args, cluster=cluster, opts=opts)
            homeport.StorageClasses(f"storage-{name}", homeport.StorageArgs(), cluster=cluster)

    return program
