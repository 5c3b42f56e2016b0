"""Hypothesis strategies for stack files: valid ones, and ways to break one for certain."""

from __future__ import annotations

import copy
from typing import Any, cast

from hypothesis import strategies as st

ZONES = ["europe-west3-a", "europe-west3-b", "europe-west3-c"]

#: Words that YAML readers do not agree about: as keys and values they would have to be quoted.
AMBIGUOUS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
words = st.from_regex(r"[a-z][a-z0-9]{1,8}", fullmatch=True).filter(lambda word: word not in AMBIGUOUS)


@st.composite
def pools(draw: st.DrawFn, zones: list[str]) -> dict[str, Any]:
    """A node pool that GKE takes."""
    pool: dict[str, Any] = {"machines": [draw(st.sampled_from(["e2-standard-2", "n2-standard-4", "n2-highmem-8"]))]}
    chosen = draw(st.sampled_from([None, zones[:1], zones]))
    if chosen:
        pool["zones"] = chosen
    count = len(chosen or zones)
    if draw(st.booleans()):
        low = draw(st.integers(0, 3)) * count
        pool |= {"min": low, "max": max(low, count) + draw(st.integers(0, 3)) * count}
        pool["split_zones"] = draw(st.booleans())
    else:
        pool["size"] = count * draw(st.integers(1, 4))
    if draw(st.booleans()):
        pool["spot"] = draw(st.booleans())
    if draw(st.booleans()):
        pool["labels"] = draw(st.dictionaries(words, words, max_size=3))
    if draw(st.booleans()):
        pool["taints"] = [
            {"key": key, "value": draw(words), "effect": draw(st.sampled_from(["NoSchedule", "PreferNoSchedule"]))}
            for key in draw(st.lists(words, max_size=2, unique=True))
        ]
    if draw(st.booleans()):
        pool["disk"] = {"size_gb": draw(st.integers(50, 500)), "type": draw(st.sampled_from(["balanced", "ssd"]))}
    if draw(st.booleans()):
        pool["upgrade"] = draw(
            st.sampled_from(
                [
                    {"strategy": "surge", "max_surge": 2, "max_unavailable": 1},
                    {"strategy": "blue-green", "batch_size": 2},
                ]
            )
        )
    return pool


@st.composite
def gke_stacks(draw: st.DrawFn) -> dict[str, Any]:
    """The sections of a valid `layer: cluster` stack on GKE."""
    zones = ZONES[: draw(st.integers(2, 3))]
    second = draw(st.integers(0, 200))
    network: dict[str, Any] = {"cidr": f"10.{second}.0.0/16"}
    if draw(st.booleans()):
        network["nat"] = {"addresses": draw(st.integers(0, 3))}
    if draw(st.booleans()):
        network["databases"] = {"enabled": True}
    if draw(st.booleans()):
        network["peers"] = {"other": f"10.{second + 20}.0.0/16"}
    access = draw(
        st.sampled_from(
            [
                {"access": "dns"},
                {"access": "private"},
                {"access": "public", "authorized_networks": {"office": "203.0.113.0/24"}},
            ]
        )
    )
    names = draw(st.lists(words, max_size=4, unique=True))
    return {
        "layer": "cluster",
        "environment": draw(words),
        "protection": draw(st.sampled_from(["none", "standard", "strict"])),
        "owner": draw(words),
        "cost_centre": draw(words),
        "domain": f"{draw(words)}.acme.example",
        "network": network,
        "cluster": {
            "kind": "gke",
            "project": "acme-test",
            "region": "europe-west3",
            "zones": zones,
            "api": access,
            "node_pools": {
                "system": {"machines": ["e2-standard-2"], "min": 2, "max": 4},
                **{name: draw(pools(zones)) for name in names if name != "system"},
            },
        },
    }


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every path inside nested data, its leaves and its maps."""
    out = [path] if path else []
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(cast("dict[str | int, Any]", value).items())
    elif isinstance(value, list):
        items = list(enumerate(cast("list[Any]", value)))
    for part, item in items:
        out += paths_of(item, (*path, part))
    return out


def lookup(data: Any, path: tuple[str | int, ...]) -> Any:
    """The value at a path."""
    for part in path:
        data = data[part]
    return data


#: Maps whose keys are free: renaming one of their keys is no mistake.
_FREE = {"node_pools", "labels", "authorized_networks", "peers", "access", "public_cidrs"}


@st.composite
def broken(
    draw: st.DrawFn, stacks: st.SearchStrategy[dict[str, Any]] | None = None, machine: str = "e2-standard-2"
) -> dict[str, Any]:
    """The sections of a stack with at least one mistake, whatever else is right.

    Args:
        draw: hypothesis's.
        stacks: valid ones to break; default: those on GKE.
        machine: a type that their cloud has.
    """
    data = copy.deepcopy(draw(gke_stacks() if stacks is None else stacks))
    how = draw(st.sampled_from(["type", "rename", "unknown", "null", "range", "zone", "counts", "literal", "nest"]))
    if how == "type":
        path = draw(st.sampled_from(paths_of(data)))
        old = lookup(data, path)
        lookup(data, path[:-1])[path[-1]] = {"un": "expected"} if not isinstance(old, dict) else 17
    elif how == "rename":
        options = [p for p in paths_of(data) if isinstance(p[-1:][0], str) and not _FREE.intersection(p[-2:-1])]
        path = draw(st.sampled_from(options))
        parent = lookup(data, path[:-1])
        parent[f"{path[-1]}x"] = parent.pop(path[-1])
    elif how == "unknown":
        maps = [p for p in paths_of(data) if isinstance(lookup(data, p), dict) and not _FREE.intersection(p[-1:])]
        lookup(data, draw(st.sampled_from(maps)))[f"{draw(words)}-x"] = draw(words)
    elif how == "null":
        required = ["layer", "environment", "protection", "owner", "cost_centre", "domain", "cluster", "network"]
        data[draw(st.sampled_from(required))] = None
    elif how == "range":
        wrong = ["10.0.0.0/33", "10.0.0.1/16", "nonsense", "10.0.0.0/30", "8.8.0.0/16"]
        data["network"] = {**data["network"], "cidr": draw(st.sampled_from(wrong))}
    elif how == "zone":
        data["cluster"]["zones"] = [
            *data["cluster"]["zones"],
            draw(st.sampled_from(["us-east1-b", "europe-west3", "us-east-1a", "eu-central-1", ""])),
        ]
    elif how == "counts":
        wrong_counts = [{"min": 5, "max": 2}, {"min": 1}, {"size": 2, "max": 4}, {}, {"min": -1, "max": 4}]
        pool = {"machines": [machine], **draw(st.sampled_from(wrong_counts))}
        data["cluster"]["node_pools"]["wrong"] = pool
    elif how == "literal":
        data["protection"] = draw(st.text(max_size=5).filter(lambda t: t not in {"none", "standard", "strict"}))
    else:
        data["cluster"]["node_pools"]["system"]["disk"] = {"size_gb": draw(st.sampled_from([0, -3, 10**9]))}
    return data
