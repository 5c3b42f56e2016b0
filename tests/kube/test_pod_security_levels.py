"""What namespaces of each pod-security level refuse: each control of the standard, one pod that breaks it.

https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from __future__ import annotations

import copy
from typing import Any

import pytest

from homeport.kube.pod_security import Level, violations

LEVELS: tuple[Level, ...] = ("privileged", "baseline", "restricted")
#: Admitted everywhere.
GOOD: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {
            "name": "app",
            "image": "registry.example/app:1",
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        }
    ],
}
INNER = "containers.0.securityContext"

#: Path in the pod, what stands there, what the refusal names.
BASELINE: list[tuple[str, Any, str]] = [
    ("hostNetwork", True, "hostNetwork"),
    ("hostPID", True, "hostPID"),
    ("hostIPC", True, "hostIPC"),
    ("volumes", [{"name": "v", "hostPath": {"path": "/"}}], "volumes[v].hostPath"),
    ("securityContext.windowsOptions", {"hostProcess": True}, "hostProcess"),
    (f"{INNER}.windowsOptions", {"hostProcess": True}, "hostProcess"),
    (f"{INNER}.privileged", True, "privileged"),
    (f"{INNER}.capabilities.add", ["SYS_ADMIN"], "SYS_ADMIN is not allowed"),
    (f"{INNER}.capabilities.add", ["NET_RAW"], "NET_RAW is not allowed"),
    ("containers.0.ports", [{"containerPort": 80, "hostPort": 80}], "hostPort"),
    ("containers.0.livenessProbe", {"httpGet": {"path": "/", "port": 80, "host": "a"}}, "name a host"),
    ("containers.0.lifecycle", {"preStop": {"tcpSocket": {"port": 80, "host": "a"}}}, "name a host"),
    ("securityContext.appArmorProfile", {"type": "Unconfined"}, "appArmorProfile"),
    (f"{INNER}.appArmorProfile", {"type": "Unconfined"}, "appArmorProfile"),
    ("securityContext.seLinuxOptions", {"type": "spc_t"}, "seLinuxOptions"),
    (f"{INNER}.seLinuxOptions", {"user": "root"}, "seLinuxOptions"),
    (f"{INNER}.seLinuxOptions", {"role": "admin"}, "seLinuxOptions"),
    (f"{INNER}.procMount", "Unmasked", "procMount"),
    ("securityContext.seccompProfile", {"type": "Unconfined"}, "seccompProfile"),
    (f"{INNER}.seccompProfile", {"type": "Unconfined"}, "seccompProfile"),
    ("securityContext.sysctls", [{"name": "kernel.msgmax", "value": "1"}], "kernel.msgmax is not a safe one"),
]
RESTRICTED: list[tuple[str, Any, str]] = [
    ("volumes", [{"name": "v", "nfs": {"server": "a", "path": "/"}}], "volumes[v].nfs"),
    (f"{INNER}.allowPrivilegeEscalation", True, "allowPrivilegeEscalation"),
    (f"{INNER}.allowPrivilegeEscalation", None, "allowPrivilegeEscalation"),
    ("securityContext.runAsNonRoot", None, "runAsNonRoot"),
    (f"{INNER}.runAsNonRoot", False, "runAsNonRoot"),
    ("securityContext.runAsUser", 0, "runAsUser"),
    (f"{INNER}.runAsUser", 0, "runAsUser"),
    ("securityContext.seccompProfile", None, "seccompProfile"),
    (f"{INNER}.capabilities", None, "must hold ALL"),
    (f"{INNER}.capabilities.drop", ["NET_RAW"], "must hold ALL"),
    (f"{INNER}.capabilities.add", ["CHOWN"], "CHOWN is not allowed"),
]
ADMITTED: list[tuple[str, Any]] = [
    (f"{INNER}.capabilities.add", ["NET_BIND_SERVICE"]),
    (f"{INNER}.seccompProfile", {"type": "Localhost", "localhostProfile": "a"}),
    (f"{INNER}.seLinuxOptions", {"type": "container_t"}),
    (f"{INNER}.appArmorProfile", {"type": "RuntimeDefault"}),
    (f"{INNER}.procMount", "Default"),
    ("securityContext.sysctls", [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]),
    ("containers.0.ports", [{"containerPort": 80}]),
    ("containers.0.livenessProbe", {"httpGet": {"path": "/", "port": 80}}),
    *(
        ("volumes", [{"name": "v", kind: {}}])
        for kind in ("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected")
    ),
    ("volumes", [{"name": "v", "secret": {"secretName": "a"}}]),
]


def pod(path: str, value: Any, *, beside: str | None = None) -> dict[str, Any]:
    """A good pod with one thing changed, in its only container or one beside it."""
    spec = copy.deepcopy(GOOD)
    if beside:
        spec[beside] = copy.deepcopy(spec["containers"])
        path = path.replace("containers", beside, 1)
    *parents, last = path.split(".")
    target: Any = spec
    for part in parents:
        target = target[int(part)] if part.isdigit() else target.setdefault(part, {})
    if value is None:
        target.pop(last, None)
    else:
        target[last] = value
    return spec


@pytest.mark.parametrize("level", LEVELS)
def test_a_hardened_pod_is_admitted_everywhere(level: Level) -> None:
    assert violations(GOOD, level) == []


@pytest.mark.parametrize(("path", "value", "named"), BASELINE)
def test_what_baseline_refuses_restricted_refuses_too(path: str, value: Any, named: str) -> None:
    spec = pod(path, value)
    for level in ("baseline", "restricted"):
        (text,) = violations(spec, level)
        assert named in text
    assert violations(spec, "privileged") == []


@pytest.mark.parametrize(("path", "value", "named"), RESTRICTED)
def test_what_restricted_alone_refuses(path: str, value: Any, named: str) -> None:
    spec = pod(path, value)
    assert violations(spec, "baseline") == []
    (text,) = violations(spec, "restricted")
    assert named in text


@pytest.mark.parametrize(("path", "value"), ADMITTED)
def test_what_all_admit(path: str, value: Any) -> None:
    assert violations(pod(path, value), "restricted") == []


@pytest.mark.parametrize("beside", ["initContainers", "ephemeralContainers"])
@pytest.mark.parametrize(
    ("path", "value", "named"), [case for case in BASELINE + RESTRICTED if "containers" in case[0]]
)
def test_every_container_counts(path: str, value: Any, named: str, beside: str) -> None:
    (text,) = violations(pod(path, value, beside=beside), "restricted")
    assert named in text
    assert text.startswith(f"{beside}[app]")


def test_a_default_of_the_pod_holds_for_containers_that_say_nothing_and_all_problems_come_at_once() -> None:
    spec: dict[str, Any] = {"containers": [{"name": "a"}, {"name": "b", "securityContext": {"privileged": True}}]}
    found = violations(spec, "restricted")
    assert sum(text.startswith("containers[a]") for text in found) == 4
    assert sum(text.startswith("containers[b]") for text in found) == 5
