"""What is wrong with a node pool on EKS: pure."""

from __future__ import annotations

from collections.abc import Iterator

from homeport import naming
from homeport.cluster import eks_machines as machines
from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.eks_pool import child_names, pool_zones, starting_nodes
from homeport.cluster.pool_args import BlueGreen, Gpu, NodePoolArgs
from homeport.cluster.pool_rules import uneven_counts, zone_problems
from homeport.problems import Problem

#: What the provider adds to a name prefix, and the dash before it.
#: https://www.pulumi.com/registry/packages/aws/api-docs/eks/nodegroup/
SUFFIX_LENGTH = 27


def eks_pool_problems(name: str, pool: NodePoolArgs, cluster: EksClusterArgs) -> Iterator[Problem]:
    """What EKS would refuse, or what would not do what it says; paths relative to the pool."""
    for child in child_names(name, pool, cluster):
        broken = naming.EKS_NODE_GROUP.violation(child, reserved=SUFFIX_LENGTH)
        if broken:
            yield Problem((), broken, "rename the pool")
            break
    yield from zone_problems(pool, cluster.zones)
    yield from _count_problems(pool, cluster)
    yield from _machine_problems(pool)
    yield from _gpu_problems(pool)
    yield from _unavailable_problems(pool)


def _count_problems(pool: NodePoolArgs, cluster: EksClusterArgs) -> Iterator[Problem]:
    """Totals that cannot be shared out evenly. Without `split_zones` EKS itself balances any number."""
    if not pool.split_zones:
        return
    zones = len(pool_zones(pool, cluster))
    for count in uneven_counts(pool, zones, ("size", "min", "max")):
        few = count.field != "min" and count.value < zones
        yield Problem(
            (count.field,),
            f"is less than the number of zones, which is {zones}: with split_zones a zone would have no node"
            if few
            else f"must be a multiple of the number of zones, which is {zones}: split_zones shares it out evenly",
            count.fix + (", or fewer zones" if few else ""),
            count.value,
            related=(("split_zones",), ("zones",)) if pool.zones else (("split_zones",),),
        )


def _machine_problems(pool: NodePoolArgs) -> Iterator[Problem]:
    first = pool.machines[0]
    for index, machine in enumerate(pool.machines):
        if not machines.is_machine_type(machine):
            yield Problem(
                ("machines", index),
                "is no EC2 instance type: family, dot, size, in lower case",
                "write one of `aws ec2 describe-instance-types`, for example m7i.xlarge",
                machine,
            )
            continue
        actual = machines.arch(machine)
        if actual != pool.arch:
            yield Problem(
                ("arch",),
                f"{machines.family(machine)} machines are {actual}, and all machines of a pool boot the same image",
                f"write arch: {actual}, or choose another machine type",
                pool.arch,
                related=(("machines", index),),
            )
        if machines.is_machine_type(first) and machines.size(machine) != machines.size(first):
            yield Problem(
                ("machines", index),
                f"is of another size than the first, {first}: autoscalers reckon with one size per pool",
                f"use types of the size {machines.size(first)}, or another pool",
                machine,
                related=(("machines", 0),),
            )


def _gpu_problems(pool: NodePoolArgs) -> Iterator[Problem]:
    for index, machine in enumerate(pool.machines):
        if not machines.is_machine_type(machine):
            continue
        count = machines.gpus(machine)
        if pool.gpu is None:
            if count != 0:
                yield Problem(
                    ("gpu",),
                    f"{machine} has GPUs, and without this section its image has no driver for them",
                    f"add gpu: {{type: nvidia, count: {count or 1}}}, or choose another machine type",
                    related=(("machines", index),),
                )
        elif count == 0:
            yield Problem(
                ("machines", index),
                "has no NVIDIA GPU; on AWS the machine type brings the GPUs",
                f"use a machine of {', '.join(sorted(machines.GPUS))}, for example g6.xlarge",
                machine,
                related=(("gpu",),),
            )
        elif count is not None and count != pool.gpu.count:
            yield Problem(
                ("gpu", "count"),
                f"{machine} has {count}, no more and no fewer",
                f"write count: {count}, or choose another size",
                pool.gpu.count,
                related=(("machines", index),),
            )
    if pool.gpu is not None:
        yield from _driver_problems(pool.gpu)


def _driver_problems(gpu: Gpu) -> Iterator[Problem]:
    if gpu.driver == "latest":
        yield Problem(
            ("gpu", "driver"),
            "on EKS the image brings one driver; there is no other to choose",
            "write driver: default, or driver: none to install one yourself",
            gpu.driver,
        )


def _unavailable_problems(pool: NodePoolArgs) -> Iterator[Problem]:
    """What the cloud-neutral arguments can say and EKS cannot do."""
    if isinstance(pool.upgrade, BlueGreen):
        yield Problem(
            ("upgrade", "strategy"),
            "EKS has no blue-green upgrade of a node group",
            "use strategy: surge; for a way back add a second pool, move the pods by label or taint, then remove the "
            "first",
            "blue-green",
        )
    if "secure_boot" in pool.model_fields_set and pool.secure_boot:
        yield Problem(
            ("secure_boot",),
            "EKS's images of Amazon Linux do not verify the boot chain",
            "remove it; it has no effect on AWS",
            value=True,
        )


def hosts_node_addons(pool: NodePoolArgs) -> bool:
    """Whether the pool has, from the start, a node for the managed add-ons that run on nodes."""
    return pool.accepts_system_pods and starting_nodes(pool) > 0


def no_host_problem() -> Problem:
    """No pool has a node for the cluster's own services; the path is relative to the cluster's section."""
    return Problem(
        ("node_pools",),
        "no node pool has, from the start, a node that takes pods of the cluster's own services: CoreDNS would stay "
        "degraded until EKS gives up",
        "give a pool without taints min: 1 or more, for example system: {machines: [m7i.large], min: 1, max: 2}",
    )
