"""Declares what a kind of workload renders, with the edges that are true and no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final, Generic, TypeVar

import pulumi
from pulumi_kubernetes.core.v1 import Secret

from homeport.cluster.base import Cluster
from homeport.identity.binding import WorkloadPermissions
from homeport.kube.declare import declare
from homeport.kube.manifest import Manifest
from homeport.workloads.args import StackSecret, WorkloadArgs
from homeport.workloads.context import Place
from homeport.workloads.pod import object_labels

A = TypeVar("A", bound=WorkloadArgs)

#: What runs pods, and so waits for everything that they need.
_RUNS: Final = frozenset({"Deployment", "CronJob", "Job"})
#: What brings requests in, and so waits for what makes them known to the world, and goes before it.
_ROUTES: Final = frozenset({"HTTPRoute", "Ingress"})
#: Other kinds than Kubernetes' own, which a chart defines.
_MONITORS: Final = frozenset({"ServiceMonitor", "PodMonitor"})
#: Objects of which the new one stands beside the old one, until no pod needs that any more. Not so a Job: two runs of a
#: migration must not meet.
_BESIDE_THE_OLD: Final = frozenset({"ConfigMap"})


class Workload(pulumi.ComponentResource, Generic[A]):
    """What all kinds of workload do; use one of them.

    Args:
        name: logical name; by default every object of it is called like its app.
        args: the workload.
        cluster: where.
        place: where in it, and among whom.
        after: what everything of it waits for: its namespace with its closed doors.
        jobs: what its pods wait for: jobs that must have succeeded.
        routes_after: what its routes wait for: the definition of their kind, and external-dns, which must be there to
            take records away again.
        monitors_after: what a ServiceMonitor or PodMonitor waits for: the definition of its kind.
        opts: with providers for the cluster's cloud, where it has permissions.
    """

    _token: ClassVar[str]
    _render: ClassVar[Callable[[Any, Place], list[Manifest]]]

    runs: pulumi.Resource
    """The Deployment, CronJob or Job."""
    objects: list[pulumi.Resource]
    """Every Kubernetes object."""

    def __init__(
        self,
        name: str,
        args: A,
        *,
        cluster: Cluster,
        place: Place,
        after: Sequence[pulumi.Resource] = (),
        jobs: Sequence[pulumi.Resource] = (),
        routes_after: Sequence[pulumi.Resource] = (),
        monitors_after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(self._token, name, None, opts)
        rights: list[pulumi.Resource] = []
        if args.permissions:
            rights = WorkloadPermissions(
                name,
                cluster=cluster,
                namespace=place.namespace,
                service_account=place.app,
                permissions=args.permissions,
                opts=pulumi.ResourceOptions(parent=self),
            ).ready
        ground: list[pulumi.Resource] = []
        named = {key: value.stack_secret for key, value in args.env.items() if isinstance(value, StackSecret)}
        if named:
            kept = self._secret(name, args, named, cluster=cluster, place=place, after=after)
            ground.append(kept)
            place = replace(place, secret_name=kept.metadata["name"])
        manifests = type(self)._render(args, place)  # noqa: SLF001 - our own
        made: dict[str, pulumi.Resource] = {}
        for manifest in sorted(manifests, key=lambda one: one.kind in _RUNS):
            kind = manifest.kind
            waits: Sequence[pulumi.Resource] = ()
            if kind in _RUNS:
                waits = [*ground, *rights, *jobs]
            elif kind in _ROUTES:
                waits = routes_after
            elif kind in _MONITORS:
                waits = monitors_after
            made[kind] = declare(
                f"{name}-{_role(kind)}",
                manifest,
                cluster=cluster,
                named_by_content=kind in _BESIDE_THE_OLD,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[*after, *waits]),
            )
            if kind in {"ServiceAccount", "ConfigMap", "NetworkPolicy"}:
                ground.append(made[kind])
        self.objects = list(made.values())
        self.runs = next(resource for kind, resource in made.items() if kind in _RUNS)
        self.register_outputs({"namespace": place.namespace, "app": place.app})

    def _secret(
        self,
        name: str,
        args: A,
        named: Mapping[str, str],
        *,
        cluster: Cluster,
        place: Place,
        after: Sequence[pulumi.Resource],
    ) -> Secret:
        """The Secret with what the app asks of the stack's secrets.

        It never changes and its name is automatic: a new value makes another one beside it, whose name rolls the pods,
        and no hash of a secret is shown anywhere.
        """
        return Secret(
            f"{name}-secrets",
            metadata={"namespace": place.namespace, "labels": object_labels(args, place)},
            type="Opaque",
            immutable=True,
            string_data={key: place.secrets[secret] for key, secret in named.items()},
            opts=pulumi.ResourceOptions(
                parent=self, provider=cluster.provider, deleted_with=cluster.resource, depends_on=list(after)
            ),
        )


def _role(kind: str) -> str:
    return {
        "ServiceAccount": "account",
        "ConfigMap": "files",
        "NetworkPolicy": "flows",
        "HorizontalPodAutoscaler": "autoscaler",
        "PodDisruptionBudget": "budget",
        "HTTPRoute": "route",
        "ServiceMonitor": "monitor",
        "PodMonitor": "monitor",
        "CronJob": "cron-job",
    }.get(kind, kind.lower())
