"""Hypothesis strategies for stack files of EKS: valid ones. How to break one stands in `strategies`."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.stacks.strategies import AMBIGUOUS, words

EKS_ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
_ACCOUNT = "111122223333"
#: Machine types that one pool can have together, and what else their pool must say.
_MACHINES: list[tuple[list[str], dict[str, Any]]] = [
    (["m7i.large"], {}),
    (["m7i.xlarge", "m6i.xlarge", "c7i.xlarge"], {}),
    (["r7g.2xlarge", "m7g.2xlarge"], {"arch": "arm64"}),
    (["g6.xlarge"], {"gpu": {"type": "nvidia", "count": 1}}),
]

#: Names of pools: to the longest that leaves room for the zone and for what the provider adds.
pool_names = st.from_regex(r"[a-z]([a-z0-9-]{0,24}[a-z0-9])?", fullmatch=True).filter(
    lambda name: name not in AMBIGUOUS
)


@st.composite
def eks_pools(draw: st.DrawFn, zones: list[str]) -> dict[str, Any]:
    """A node pool that EKS takes."""
    machines, more = draw(st.sampled_from(_MACHINES))
    pool: dict[str, Any] = {"machines": list(machines), **more}
    chosen = draw(st.sampled_from([None, zones[:1], zones[1:], zones]))
    if chosen:
        pool["zones"] = list(chosen)
    split = draw(st.booleans())
    # Shared out by zone totals must be multiples; otherwise EKS balances any number.
    step = len(chosen or zones) if split else 1
    if split:
        pool["split_zones"] = True
    if draw(st.booleans()):
        low = draw(st.integers(0, 2)) * step
        pool |= {"min": low, "max": max(low, step) + draw(st.integers(0, 2)) * step}
    else:
        pool["size"] = step * draw(st.integers(1, 3))
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
        pool["disk"] = {"size_gb": draw(st.integers(20, 500)), "type": draw(st.sampled_from(["balanced", "ssd"]))}
    if draw(st.booleans()):
        pool["upgrade"] = {"strategy": "surge", "max_surge": draw(st.integers(0, 2)), "max_unavailable": 1}
    if draw(st.booleans()):
        pool["max_pods"] = draw(st.integers(8, 110))
    return pool


@st.composite
def _networks(draw: st.DrawFn, second: int) -> dict[str, Any]:
    network: dict[str, Any] = {"cloud": "aws", "cidr": f"10.{second}.0.0/{draw(st.sampled_from([16, 17]))}"}
    network["nat"] = draw(st.sampled_from(["none", "single", "per-zone"]))
    if network["nat"] == "none":
        network["endpoints"] = {"interface": draw(st.sampled_from(["cluster", ["cluster", "xray"]]))}
        network["public"] = draw(st.booleans())
    elif draw(st.booleans()):
        network["endpoints"] = {"interface": draw(st.sampled_from(["none", "cluster", ["ecr.api", "sts"]]))}
    if draw(st.booleans()):
        network["databases"] = {"enabled": True}
    if draw(st.booleans()):
        network["peers"] = {"other": f"10.{second + 20}.0.0/16"}
    if draw(st.booleans()):
        network["flow_logs"] = {"enabled": draw(st.booleans())}
    return network


@st.composite
def _access(draw: st.DrawFn) -> dict[str, Any]:
    role = f"arn:aws:iam::{_ACCOUNT}:role"
    sso = f"{role}/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Developer_0123456789abcdef"
    entries: dict[str, Any] = {"platform": {"principal": f"{role}/platform", "access": "admin"}}
    if draw(st.booleans()):
        entries["developers"] = {"principal": sso, "access": draw(st.sampled_from(["developer", "viewer"]))}
    if draw(st.booleans()):
        entries["team"] = {"principal": f"{role}/team", "access": "operator", "namespaces": ["shop", "billing"]}
    if draw(st.booleans()):
        entries["bound"] = {"principal": f"arn:aws:iam::{_ACCOUNT}:user/ci", "groups": ["acme:ci"]}
    return entries


@st.composite
def eks_stacks(draw: st.DrawFn) -> dict[str, Any]:
    """The sections of a valid `layer: cluster` stack on EKS."""
    zones = EKS_ZONES[: draw(st.integers(2, 3))]
    api = draw(
        st.sampled_from(
            [
                {"path": "network"},
                {"path": "session-manager", "local_port": 9443},
                {"path": "proxy", "proxy_url": "http://proxy.acme.example:3128"},
                {"public": True, "public_cidrs": {"office": "203.0.113.0/24"}},
                {"public": True, "public_cidrs": {"office": "203.0.113.0/24"}, "path": "network"},
            ]
        )
    )
    cluster: dict[str, Any] = {
        "kind": "eks",
        "account": _ACCOUNT,
        "region": "eu-central-1",
        "zones": list(zones),
        "version": draw(st.sampled_from(["1.33", "1.34", "1.35", "1.36"])),
        "api": dict(api),
        "deployer": f"arn:aws:iam::{_ACCOUNT}:role/deploy",
        "access": draw(_access()),
        "node_pools": {
            "system": {"machines": ["m7i.large"], "min": 2, "max": 4},
            **{name: draw(eks_pools(zones)) for name in draw(st.lists(pool_names, max_size=4, unique=True))},
        },
    }
    if draw(st.booleans()):
        cluster["encryption"] = draw(
            st.sampled_from(
                [
                    {"enabled": False},
                    {"rotation_days": 90},
                    {"key": f"arn:aws:kms:eu-central-1:{_ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"},
                ]
            )
        )
    if draw(st.booleans()):
        cluster["logs"] = {"types": draw(st.sampled_from([[], ["audit"], ["api", "audit", "scheduler"]]))}
    return {
        "layer": "cluster",
        "environment": draw(words),
        "protection": draw(st.sampled_from(["none", "standard", "strict"])),
        "owner": draw(words),
        "cost_centre": draw(words),
        "domain": f"{draw(words)}.acme.example",
        "network": draw(_networks(draw(st.integers(0, 200)))),
        "cluster": cluster,
    }
