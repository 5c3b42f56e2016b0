"""The hardened pod: what every checker of manifests asks for, once, for every kind of workload.

https://kubernetes.io/docs/concepts/security/pod-security-standards/
https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from homeport.cluster.pool_args import POOL_LABEL
from homeport.kube.manifest import Manifest, without_nothing
from homeport.kube.quantity import canonical, times
from homeport.model import is_output, known
from homeport.workloads.args import FromSecret, Resources, StackSecret, WorkloadArgs, file_key
from homeport.workloads.content import named
from homeport.workloads.context import Place

#: The container is called like this in every pod, so that overrides and dashboards find it.
CONTAINER: Final = "app"
#: From Linux 4.11, safe from Kubernetes 1.22: it holds in the pod's own network alone.
_LOW_PORTS: Final = {"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
_SPOT: Final = {"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"}

RestartPolicy = Literal["Always", "OnFailure", "Never"]
Spread = Literal["none", "preferred", "required"]


def selector(place: Place) -> dict[str, str]:
    """Labels that find the pods of a workload. They never change: a Deployment's selector cannot."""
    return {"app.kubernetes.io/name": place.app, "app.kubernetes.io/instance": place.app}


def object_labels(args: WorkloadArgs, place: Place) -> dict[str, str]:
    """Labels of every object of a workload. No version among them: a new tag would touch them all."""
    return {**place.labels.kubernetes(), **args.labels, **selector(place), "app.kubernetes.io/part-of": place.tenant}


def pod_labels(args: WorkloadArgs, place: Place) -> dict[str, str]:
    """Labels of the pods. Owner and cost centre stand on the namespace: a change of them must not restart anything."""
    return {**args.labels, **selector(place), "app.kubernetes.io/part-of": place.tenant}


def pod_template(
    args: WorkloadArgs,
    place: Place,
    *,
    container: Mapping[str, Any] | None = None,
    restart: RestartPolicy = "Always",
    spread: Spread = "preferred",
) -> dict[str, Any]:
    """A pod template.

    Args:
        args: the workload.
        place: where it runs.
        container: what the kind adds to the container: ports, probes, lifecycle.
        restart: Always, or OnFailure or Never for what ends.
        spread: how much pods are kept apart; none: there is one.
    """
    hardening = args.hardening
    spec: dict[str, Any] = {
        "serviceAccountName": place.app,
        "automountServiceAccountToken": hardening.service_account_token,
        # Variables for every Service of the namespace: noise, and a start that fails where there are thousands.
        "enableServiceLinks": False,
        "restartPolicy": restart,
        "terminationGracePeriodSeconds": args.grace_seconds,
        "securityContext": {
            "runAsNonRoot": hardening.user != 0,
            "runAsUser": hardening.user,
            "runAsGroup": hardening.user,
            "fsGroup": hardening.user,
            # Changing the owner of every file of a large volume on each start takes minutes.
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": _seccomp(args)},
            "sysctls": [_LOW_PORTS] if hardening.low_ports else None,
        },
        "containers": [_container(args, place, container or {})],
        "volumes": _volumes(args, place) or None,
        "nodeSelector": {POOL_LABEL: args.node_pool} if args.node_pool else None,
        "tolerations": _tolerations(args, place) or None,
        "priorityClassName": args.priority_class,
        **({} if spread == "none" else _spread(place, required=spread == "required")),
    }
    metadata = {"labels": pod_labels(args, place), "annotations": dict(args.annotations) or None}
    return without_nothing({"metadata": metadata, "spec": spec})


def image(args: WorkloadArgs) -> Any:
    """The image with its tag, and its digest where there is one; an output where a part of it is one."""
    parts = [args.image, args.tag, args.digest]
    if any(is_output(part) for part in parts):
        import pulumi  # noqa: PLC0415 - an output exists, so it is imported already

        return pulumi.Output.all(*parts).apply(lambda known_parts: _joined(*known_parts))
    return _joined(known(args.image), known(args.tag), known(args.digest))


def service_account(args: WorkloadArgs, place: Place) -> Manifest:
    """The account that the pods run as: their own, so that rights are theirs alone."""
    return Manifest(
        "v1",
        "ServiceAccount",
        place.app,
        place.namespace,
        {"automountServiceAccountToken": False},
        object_labels(args, place),
    )


def file_map(args: WorkloadArgs, place: Place) -> Manifest | None:
    """The configuration files, if there are any. Immutable and named by its content: a change is another object."""
    if not args.files:
        return None
    data = _file_data(args)
    return Manifest(
        "v1", "ConfigMap", _files_name(args, place), place.namespace, {"data": data, "immutable": True},
        object_labels(args, place),
    )  # fmt: skip


def requests(resources: Resources) -> dict[str, str]:
    """What is reserved."""
    reserved = {"cpu": resources.cpu, "memory": resources.memory, "ephemeral-storage": resources.disk}
    return {name: canonical(quantity) for name, quantity in reserved.items()}


def limits(resources: Resources) -> dict[str, str]:
    """Where it ends."""
    ends = {
        "cpu": resources.cpu_limit or times(resources.cpu, 10),
        "memory": resources.memory_limit or resources.memory,
        "ephemeral-storage": resources.disk_limit or times(resources.disk, 8),
    }
    return {name: canonical(quantity) for name, quantity in ends.items()}


def _joined(name: str | None, tag: str | None, digest: str | None) -> str:
    return f"{name}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}"


def _seccomp(args: WorkloadArgs) -> str:
    return "RuntimeDefault" if args.hardening.seccomp == "runtime-default" else "Unconfined"


def _container(args: WorkloadArgs, place: Place, own: Mapping[str, Any]) -> dict[str, Any]:
    hardening = args.hardening
    return {
        "name": CONTAINER,
        "image": image(args),
        # A tag can be moved: the registry is asked each time, and what is there already is not pulled again.
        "imagePullPolicy": "Always",
        "command": args.command,
        "args": args.arguments,
        "env": [_variable(name, value, place) for name, value in sorted(args.env.items())] or None,
        "resources": {"requests": requests(args.resources), "limits": limits(args.resources)},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": hardening.read_only_root,
            "runAsNonRoot": hardening.user != 0,
            "runAsUser": hardening.user,
            "runAsGroup": hardening.user,
            "capabilities": {"drop": ["ALL"], **({"add": hardening.capabilities} if hardening.capabilities else {})},
            "seccompProfile": {"type": _seccomp(args)},
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": _mounts(args) or None,
        **own,
    }


def _variable(name: str, value: Any, place: Place) -> dict[str, Any]:
    if isinstance(value, StackSecret):
        own = place.secret_name if place.secret_name is not None else f"{place.app}-secrets"
        return {"name": name, "valueFrom": {"secretKeyRef": {"name": own, "key": name}}}
    if isinstance(value, FromSecret):
        key = {"name": value.secret, "key": value.key, **({"optional": True} if value.optional else {})}
        return {"name": name, "valueFrom": {"secretKeyRef": key}}
    if isinstance(value, bool):
        return {"name": name, "value": "true" if value else "false"}
    return {"name": name, "value": value if is_output(value) else str(value)}


def _mounts(args: WorkloadArgs) -> list[dict[str, Any]]:
    writable = [
        {"name": f"writable-{number}", "mountPath": path} for number, path in enumerate(args.hardening.writable)
    ]
    files = [
        {"name": "files", "mountPath": path, "subPath": file_key(path), "readOnly": True} for path in sorted(args.files)
    ]
    secrets = [
        {"name": f"secret-{number}", "mountPath": path, "readOnly": True}
        for number, path in enumerate(sorted(args.secret_files))
    ]
    return [*writable, *files, *secrets]


def _volumes(args: WorkloadArgs, place: Place) -> list[dict[str, Any]]:
    # Without a size a folder could fill the node's disk; the pod as a whole ends at the same size.
    size = limits(args.resources)["ephemeral-storage"]
    writable = [
        {"name": f"writable-{number}", "emptyDir": {"sizeLimit": size}}
        for number, _ in enumerate(args.hardening.writable)
    ]
    files = [{"name": "files", "configMap": {"name": _files_name(args, place)}}] if args.files else []
    secrets = [
        # Readable by the owner and the group that fsGroup gives it to.
        {"name": f"secret-{number}", "secret": {"secretName": args.secret_files[path], "defaultMode": 0o440}}
        for number, path in enumerate(sorted(args.secret_files))
    ]
    return [*writable, *files, *secrets]


def _file_data(args: WorkloadArgs) -> dict[str, Any]:
    return {file_key(path): content for path, content in sorted(args.files.items())}


def _files_name(args: WorkloadArgs, place: Place) -> Any:
    return named(f"{place.app}-files", _file_data(args))


def _tolerations(args: WorkloadArgs, place: Place) -> list[dict[str, Any]]:
    pool = place.pools.get(args.node_pool or "")
    own = [
        {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
        for taint in (pool.taints if pool else ())
    ]
    return [*own, *([_SPOT] if args.tolerates_spot and _SPOT not in own else [])]


def _spread(place: Place, *, required: bool) -> dict[str, Any]:
    """Pods apart from each other: by zone and by node, but rather together than not at all, unless that is required."""
    labels = {"labelSelector": {"matchLabels": selector(place)}}
    return {
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "DoNotSchedule" if required else "ScheduleAnyway",
                # Old pods of a rollout would count otherwise and push all new ones into one zone.
                "matchLabelKeys": ["pod-template-hash"],
                **labels,
            }
        ],
        "affinity": {
            "podAntiAffinity": {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": 100, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname", **labels}}
                ]
            }
        },
    }
