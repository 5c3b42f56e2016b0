"""EKS's managed add-ons and the versions that are installed unless a stack pins others: pure.

A version that is looked up would change between a preview and its update; so every version is written down, and
`aws eks describe-addon-versions` says what else there is.
https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from homeport.problems import Problem

AddonName = Literal[
    "vpc-cni",
    "eks-pod-identity-agent",
    "kube-proxy",
    "coredns",
    "aws-ebs-csi-driver",
    "snapshot-controller",
    "metrics-server",
]
#: A version as EKS writes it, for example v1.13.2-eksbuild.4.
AddonVersion = Annotated[str, Field(pattern=r"^v[0-9]+\.[0-9]+\.[0-9]+-eksbuild\.[0-9]+$")]

#: The first version of the EBS CSI driver that tags volumes with the name of their cluster, by which its rights are
#: limited. https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md
FIRST_EBS_WITH_CLUSTER_TAG: Final = (1, 58)

#: What EKS installed by default on 1.33 to 1.35 in September and October 2026.
_COMMON: Final[Mapping[AddonName, str]] = MappingProxyType(
    {
        "vpc-cni": "v1.22.4-eksbuild.3",
        "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
        "aws-ebs-csi-driver": "v1.66.0-eksbuild.1",
        "snapshot-controller": "v8.5.0-eksbuild.3",
        "metrics-server": "v0.9.0-eksbuild.11",
    }
)
#: Kubernetes minor version to versions. A minor that is not listed needs pins of its own.
#:
#: Collected on 2026-11-21 from public records of what `aws eks describe-addon-versions` answered between 2026-09-20 and
#: 2026-10-10, and of clusters that ran them; nothing was installed from here. Each has two or more records for its
#: minor version, but these:
#: - 1.33: aws-ebs-csi-driver and metrics-server (of 2026-08) have one; eks-pod-identity-agent and snapshot-controller
#:   none.
#: - 1.34: eks-pod-identity-agent and snapshot-controller have one.
#: - 1.36: snapshot-controller has one.
PINS: Final[Mapping[str, Mapping[AddonName, str]]] = MappingProxyType(
    {
        "1.33": MappingProxyType(
            {
                **_COMMON,
                "kube-proxy": "v1.33.10-eksbuild.29",
                "coredns": "v1.12.4-eksbuild.38",
                "metrics-server": "v0.8.1-eksbuild.14",
            }
        ),
        "1.34": MappingProxyType({**_COMMON, "kube-proxy": "v1.34.6-eksbuild.29", "coredns": "v1.12.4-eksbuild.38"}),
        "1.35": MappingProxyType({**_COMMON, "kube-proxy": "v1.35.3-eksbuild.29", "coredns": "v1.13.2-eksbuild.31"}),
        "1.36": MappingProxyType(
            {
                **_COMMON,
                "kube-proxy": "v1.36.0-eksbuild.25",
                "coredns": "v1.14.3-eksbuild.23",
                "eks-pod-identity-agent": "v1.4.0-eksbuild.3",
                "snapshot-controller": "v8.6.0-eksbuild.8",
            }
        ),
    }
)

_ALL: Final[tuple[AddonName, ...]] = get_args(AddonName)


def addon_version(name: AddonName, *, kubernetes: str, pins: Mapping[AddonName, str]) -> str:
    """The version of an add-on: the stack's pin, or the table's.

    Raises:
        LookupError: there is neither; `addon_problems` finds that before.
    """
    if name in pins:
        return pins[name]
    return PINS[kubernetes][name]


def addon_problems(kubernetes: str, pins: Mapping[AddonName, str]) -> Iterator[Problem]:
    """Add-ons without a version, and versions that do not fit; paths relative to the cluster's section."""
    missing = [name for name in _ALL if name not in pins] if kubernetes not in PINS else []
    if missing:
        yield Problem(
            ("addons",),
            f"homeport knows add-on versions for Kubernetes {', '.join(PINS)}; for {kubernetes} these have none: "
            + ", ".join(missing),
            f"pin each; see `aws eks describe-addon-versions --kubernetes-version {kubernetes} --addon-name NAME`",
            related=(("version",),),
        )
    proxy = pins.get("kube-proxy")
    if proxy is not None and not 0 <= _minor(kubernetes) - _minor(proxy[1:]) <= 3:
        # https://kubernetes.io/releases/version-skew-policy/#kube-proxy
        yield Problem(
            ("addons", "kube-proxy"),
            f"kube-proxy must not be newer than the cluster, {kubernetes}, nor more than three minor versions older",
            f"use a version that begins with v{kubernetes}.",
            proxy,
            related=(("version",),),
        )
    driver = pins.get("aws-ebs-csi-driver")
    if driver is not None and _parts(driver[1:]) < FIRST_EBS_WITH_CLUSTER_TAG:
        yield Problem(
            ("addons", "aws-ebs-csi-driver"),
            "the driver's rights end at volumes tagged with the cluster's name, which versions before v1.58 do not tag",
            "use v1.58.0 or later",
            driver,
        )


def _parts(version: str) -> tuple[int, int]:
    major, minor, *_ = version.split(".")
    return int(major), int(minor)


def _minor(version: str) -> int:
    return _parts(version)[1]
