"""The Pod Security Standards as pure checks on a pod spec: what the API server's admission would say.

https://kubernetes.io/docs/concepts/security/pod-security-standards/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, cast

Level = Literal["privileged", "baseline", "restricted"]

#: Capabilities that baseline lets a container add.
_BASELINE_CAPABILITIES: Final = frozenset(
    {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
)
_SAFE_SYSCTLS: Final = frozenset(
    {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    }
)
_RESTRICTED_VOLUMES: Final = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_SELINUX_TYPES: Final = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})


def level_labels(level: Level) -> dict[str, str]:
    """Labels of a namespace that enforce a level, and audit and warn about it.

    https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/
    """
    return {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "audit", "warn")}


def violations(spec: Mapping[str, Any], level: Level) -> list[str]:
    """What a namespace of `level` would refuse about a pod, each as "field: rule".

    Args:
        spec: of the pod, as the API has it, keys in camelCase.
        level: that the namespace enforces.
    """
    if level == "privileged":
        return []
    found = list(_baseline(spec))
    if level == "restricted":
        found += _restricted(spec)
    return found


def _baseline(spec: Mapping[str, Any]) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield f"{field}: must not be set"
    for volume in _maps(spec.get("volumes")):
        if "hostPath" in volume:
            yield f"volumes[{volume.get('name')}].hostPath: must not be used"
    security = _map(spec.get("securityContext"))
    for sysctl in _maps(security.get("sysctls")):
        if sysctl.get("name") not in _SAFE_SYSCTLS:
            yield f"securityContext.sysctls: {sysctl.get('name')} is not a safe one"
    yield from _contexts("securityContext", security)
    for where, container in _containers(spec):
        yield from _baseline_container(where, container)


def _baseline_container(where: str, container: Mapping[str, Any]) -> Iterator[str]:
    inner = _map(container.get("securityContext"))
    if inner.get("privileged"):
        yield f"{where}.securityContext.privileged: must not be set"
    if inner.get("procMount", "Default") != "Default":
        yield f"{where}.securityContext.procMount: must be Default"
    added = set(cast("Sequence[str]", _map(inner.get("capabilities")).get("add") or ()))
    for capability in sorted(added - _BASELINE_CAPABILITIES):
        yield f"{where}.securityContext.capabilities.add: {capability} is not allowed"
    for port in _maps(container.get("ports")):
        if port.get("hostPort"):
            yield f"{where}.ports: hostPort must not be used"
    for action in _handlers(container):
        if action.get("host"):
            yield f"{where}: a probe or lifecycle hook must not name a host"
    yield from _contexts(f"{where}.securityContext", inner)


def _contexts(where: str, security: Mapping[str, Any]) -> Iterator[str]:
    selinux = _map(security.get("seLinuxOptions"))
    if selinux.get("type", "") not in _SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield f"{where}.seLinuxOptions: user, role and other types must not be set"
    if _map(security.get("seccompProfile")).get("type") == "Unconfined":
        yield f"{where}.seccompProfile: must not be Unconfined"
    if _map(security.get("appArmorProfile")).get("type") == "Unconfined":
        yield f"{where}.appArmorProfile: must not be Unconfined"
    if _map(security.get("windowsOptions")).get("hostProcess"):
        yield f"{where}.windowsOptions.hostProcess: must not be set"


def _restricted(spec: Mapping[str, Any]) -> Iterator[str]:
    for volume in _maps(spec.get("volumes")):
        for kind in sorted(set(volume) - {"name"} - _RESTRICTED_VOLUMES - {"hostPath"}):
            yield f"volumes[{volume.get('name')}].{kind}: is not a volume type that is allowed"
    pod = _map(spec.get("securityContext"))
    if pod.get("runAsUser") == 0:
        yield "securityContext.runAsUser: must not be 0"
    for where, container in _containers(spec):
        inner = _map(container.get("securityContext"))
        if inner.get("allowPrivilegeEscalation") is not False:
            yield f"{where}.securityContext.allowPrivilegeEscalation: must be false"
        if inner.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
            yield f"{where}.securityContext.runAsNonRoot: must be true"
        if inner.get("runAsUser") == 0:
            yield f"{where}.securityContext.runAsUser: must not be 0"
        profile = _map(inner.get("seccompProfile") or pod.get("seccompProfile")).get("type")
        if profile not in {"RuntimeDefault", "Localhost", "Unconfined"}:  # what baseline refuses was said there
            yield f"{where}.securityContext.seccompProfile: must be RuntimeDefault or Localhost"
        capabilities = _map(inner.get("capabilities"))
        if "ALL" not in (capabilities.get("drop") or ()):
            yield f"{where}.securityContext.capabilities.drop: must hold ALL"
        for capability in sorted(set(cast("Sequence[str]", capabilities.get("add") or ())) - {"NET_BIND_SERVICE"}):
            if capability in _BASELINE_CAPABILITIES:  # what baseline refuses was said there
                yield f"{where}.securityContext.capabilities.add: {capability} is not allowed"


def _containers(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for container in _maps(spec.get(field)):
            yield f"{field}[{container.get('name')}]", container


def _handlers(container: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    lifecycle = _map(container.get("lifecycle"))
    asked = [container.get(field) for field in ("livenessProbe", "readinessProbe", "startupProbe")]
    for handler in (*asked, lifecycle.get("postStart"), lifecycle.get("preStop")):
        for kind in ("httpGet", "tcpSocket"):
            yield _map(_map(handler).get(kind))


def _map(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [_map(item) for item in cast("Sequence[Any]", value)] if isinstance(value, list | tuple) else []
