"""Whether the quota of a tenant holds what its applications reserve.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from homeport.kube.quantity import amount, shown_bytes, shown_cpu, times, total
from homeport.problems import Problem
from homeport.tenancy.args import Quota
from homeport.workloads.pod import limits
from homeport.workloads.replicated import DEFAULT_REPLICAS, ReplicatedArgs
from homeport.workloads.specs import AppSpec, OwnSpec


@dataclass(frozen=True, slots=True)
class Use:
    """What the applications of one namespace can come to, everything scaled out and one of them rolling."""

    cpu: Decimal
    memory: Decimal
    memory_limits: Decimal
    disk: Decimal
    pods: int


def most_pods(spec: OwnSpec) -> int:
    """Pods at the most, without a rollout."""
    if isinstance(spec, ReplicatedArgs):
        if spec.autoscale is not None:
            return spec.autoscale.max
        return spec.replicas if spec.replicas is not None else DEFAULT_REPLICAS
    return 1


def use(specs: Iterable[AppSpec]) -> Use:
    """The most that these use together, each of them rolling at once: a new policy of the cluster can do that.

    What charts and Kustomize trees ask for is not known here.
    """
    counted = [(spec, most_pods(spec) + _surge(spec)) for spec in specs if isinstance(spec, OwnSpec)]
    return Use(
        cpu=total(times(spec.resources.cpu, count) for spec, count in counted),
        memory=total(times(spec.resources.memory, count) for spec, count in counted),
        memory_limits=total(times(limits(spec.resources)["memory"], count) for spec, count in counted),
        disk=total(times(spec.resources.disk, count) for spec, count in counted),
        pods=sum(count for _, count in counted),
    )


def quota_problems(namespace: str, specs: Iterable[AppSpec], quota: Quota) -> Iterator[Problem]:
    """What does not fit; paths are relative to the tenant's section."""
    most = use(specs)
    rows = (
        ("cpu", most.cpu, amount(quota.cpu), shown_cpu(most.cpu), quota.cpu, "reserve"),
        ("memory", most.memory, amount(quota.memory), shown_bytes(most.memory), quota.memory, "reserve"),
        (
            "memory",
            most.memory_limits,
            amount(quota.memory) * 2,
            shown_bytes(most.memory_limits),
            times(quota.memory, 2),
            "have limits of",
        ),
        ("disk", most.disk, amount(quota.disk), shown_bytes(most.disk), quota.disk, "reserve"),
        ("pods", Decimal(most.pods), Decimal(quota.pods), str(most.pods), str(quota.pods), "have"),
    )
    said: set[str] = set()
    for field, wanted, there, shown, given, verb in rows:
        if wanted > there and field not in said:
            said.add(field)
            yield Problem(
                ("quota", field),
                f"the apps in the namespace {namespace} {verb} up to {shown} of {field} while they scale and roll out,"
                f" and {given} are allowed",
                f"allow {shown} or more, or let the apps ask for less",
                getattr(quota, field),
            )


def _surge(spec: OwnSpec) -> int:
    """Pods that stand beside the old ones during a rollout."""
    if not isinstance(spec, ReplicatedArgs) or spec.rollout.strategy == "recreate":
        return 0
    return math.ceil(most_pods(spec) * spec.rollout.surge / 100)
