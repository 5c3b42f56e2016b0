"""Stands in for nodes, load balancers, volumes and operators of the control plane, which has none of them.

It writes status, and nothing runs: pods are bound to one node and become ready, those of Jobs complete; claims get
volumes; Services and Ingresses get addresses; custom resources of operators that are waited for get `Ready`.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from tests.engine.following import Follower, Object
from tests.engine.kubernetes_api import Api

NODE: Final = "stand-in"
#: Groups of custom resources whose operators set a condition `Ready` that programs wait for.
OPERATORS: Final = (
    "cert-manager.io",
    "postgresql.cnpg.io",
    "external-secrets.io",
    "kafka.strimzi.io",
    "gateway.networking.k8s.io",
)
#: Conditions that they set.
_CONDITIONS: Final = ("Ready", "Accepted", "Programmed")
_DEFINITIONS: Final = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_ADDRESS: Final = {"ip": "203.0.113.10"}


class StandIn:
    """Threads that write what kubelets, clouds and operators would write.

    Args:
        api: of the control plane.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._followers: dict[str, Follower] = {}
        self._started = False
        self._never_ready: str | None = None
        self.failing: str | None = None
        """Pattern of names of Jobs' pods that end with an error."""

    @property
    def never_ready(self) -> str | None:
        """Pattern of names of pods and custom resources that never get ready."""
        return self._never_ready

    @never_ready.setter
    def never_ready(self, pattern: str | None) -> None:
        self._never_ready = pattern
        if self._started:
            # Nothing happens to what was held back and is so no longer.
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.look()

    def start(self) -> None:
        """Begin, with a node; the API server answers already."""
        self._api.request("POST", "/api/v1/nodes", _node())
        self._api.request("PATCH", f"/api/v1/nodes/{NODE}/status", _node_status(), merge=True)
        # Every new node is tainted, and nobody else here takes the taint away when it is ready.
        self._api.request("PATCH", f"/api/v1/nodes/{NODE}", {"spec": {"taints": None}}, merge=True)
        with self._lock:
            self._started = True
            for path, each in self._fixed().items():
                self._followers[path] = Follower(self._api, path, each)
            self._followers[_DEFINITIONS] = Follower(self._api, _DEFINITIONS, self._follow, everything=self._unfollow)

    def stop(self) -> None:
        """End; before the API server goes."""
        with self._lock:
            self._started = False
            ended = list(self._followers.values())
            self._followers = {}
        for follower in ended:
            follower.end()
        for follower in ended:
            follower.join()

    def look(self) -> None:
        """One round over everything."""
        for path, each in self._fixed().items():
            for found in self._list(path):
                each(found)
        for definition in self._list(_DEFINITIONS):
            if (custom := _Custom.of(definition)) is not None:
                for found in self._list(custom.path):
                    self._custom(custom, found)

    def _fixed(self) -> dict[str, Callable[[Object], None]]:
        """What every cluster has."""
        services, ingresses = "/api/v1/services", "/apis/networking.k8s.io/v1/ingresses"
        return {
            "/api/v1/pods": self._pod,
            "/api/v1/persistentvolumeclaims": self._claim,
            "/api/v1/persistentvolumes": self._volume,
            services: lambda found: self._balancer(found, services),
            ingresses: lambda found: self._balancer(found, ingresses),
        }

    def _follow(self, definition: Object) -> None:
        custom = _Custom.of(definition)
        with self._lock:
            if self._started and custom is not None and custom.path not in self._followers:
                follower = Follower(self._api, custom.path, lambda found: self._custom(custom, found))
                self._followers[custom.path] = follower

    def _unfollow(self, definitions: Iterable[Object]) -> None:
        """Of kinds that are defined no longer."""
        kept = {custom.path for definition in definitions if (custom := _Custom.of(definition))}
        kept |= {_DEFINITIONS, *self._fixed()}
        with self._lock:
            for path in self._followers.keys() - kept:
                self._followers.pop(path).end()

    def _list(self, path: str) -> Iterator[Object]:
        answer = self._api.request("GET", path)
        if answer.status == HTTPStatus.OK:
            yield from answer.body["items"]

    def _hindered(self, metadata: Object) -> bool:
        return self.never_ready is not None and re.search(self.never_ready, metadata["name"]) is not None

    # --- pods

    def _pod(self, pod: Object) -> None:
        metadata, spec = pod["metadata"], pod["spec"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        if metadata.get("deletionTimestamp"):
            self._api.request("DELETE", path, {"gracePeriodSeconds": 0})
        elif not spec.get("nodeName"):
            target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
            binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": metadata["name"]}, "target": target}
            self._api.request("POST", f"{path}/binding", binding)
        elif pod["status"].get("phase") == "Pending" and not self._hindered(metadata):
            failed = self.failing is not None and re.search(self.failing, metadata["name"]) is not None
            self._api.request("PATCH", f"{path}/status", {"status": _pod_status(pod, failed=failed)}, merge=True)

    # --- volumes

    def _claim(self, claim: Object) -> None:
        metadata, spec = claim["metadata"], claim["spec"]
        waiting = claim["status"].get("phase") == "Pending" and not spec.get("volumeName")
        if not waiting or metadata.get("deletionTimestamp"):
            return
        reference = {"kind": "PersistentVolumeClaim", "apiVersion": "v1"}
        volume = {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": f"pvc-{metadata['uid']}"},
            "spec": {
                "capacity": {"storage": spec["resources"]["requests"]["storage"]},
                "accessModes": spec["accessModes"],
                "storageClassName": spec.get("storageClassName", ""),
                "persistentVolumeReclaimPolicy": "Retain",
                "hostPath": {"path": "/stand-in"},
                "claimRef": {**reference, **{key: metadata[key] for key in ("namespace", "name", "uid")}},
            },
        }
        self._api.request("POST", "/api/v1/persistentvolumes", volume)

    def _volume(self, volume: Object) -> None:
        if volume["status"].get("phase") == "Released":
            self._api.request("DELETE", f"/api/v1/persistentvolumes/{volume['metadata']['name']}")

    # --- addresses

    def _balancer(self, found: Object, path: str) -> None:
        metadata = found["metadata"]
        balanced = path.endswith("ingresses") or found["spec"].get("type") == "LoadBalancer"
        has_address = found.get("status", {}).get("loadBalancer", {}).get("ingress")
        if not balanced or has_address or metadata.get("deletionTimestamp") or self._hindered(metadata):
            return
        group, _, plural = path.rpartition("/")
        address = {"status": {"loadBalancer": {"ingress": [_ADDRESS]}}}
        own = f"{group}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}/status"
        self._api.request("PATCH", own, address, merge=True)

    # --- operators

    def _custom(self, custom: _Custom, found: Object) -> None:
        metadata = found["metadata"]
        if _is_ready(found) or self._hindered(metadata):
            return
        place = f"/namespaces/{metadata['namespace']}" if custom.namespaced else ""
        own = f"{custom.base}{place}/{custom.plural}/{metadata['name']}"
        subresource = "/status" if custom.has_status else ""
        self._api.request("PATCH", f"{own}{subresource}", {"status": _ready(metadata)}, merge=True)


@dataclass(frozen=True, slots=True)
class _Custom:
    """A kind of an operator's."""

    base: str
    plural: str
    namespaced: bool
    has_status: bool

    @property
    def path(self) -> str:
        """Of the list."""
        return f"{self.base}/{self.plural}"

    @classmethod
    def of(cls, definition: Object) -> _Custom | None:
        """The kind that is defined, where an operator says `Ready` of its objects."""
        spec = definition["spec"]
        if not spec["group"].endswith(OPERATORS):
            return None
        version = next(v for v in spec["versions"] if v["storage"])
        return cls(
            f"/apis/{spec['group']}/{version['name']}",
            spec["names"]["plural"],
            spec["scope"] == "Namespaced",
            "status" in version.get("subresources", {}),
        )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _condition(type_: str, status: str = "True", **more: Any) -> Object:
    return {"type": type_, "status": status, "lastTransitionTime": _now(), **more}


def _is_ready(found: Object) -> bool:
    conditions: list[Object] = found.get("status", {}).get("conditions") or []
    generation = found["metadata"].get("generation")
    return any(
        c["type"] == "Ready" and c["status"] == "True" and c.get("observedGeneration") == generation for c in conditions
    )


def _ready(metadata: Object) -> Object:
    generation = metadata.get("generation")
    said = [_condition(one, reason=one, message="stand-in", observedGeneration=generation) for one in _CONDITIONS]
    return {"observedGeneration": generation, "conditions": said}


def _node() -> Object:
    labels = {"kubernetes.io/hostname": NODE, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": labels}}


def _node_status() -> Object:
    capacity = {"cpu": "64", "memory": "256Gi", "pods": "1000", "ephemeral-storage": "500Gi"}
    ready = _condition("Ready", reason="StandIn", message="stand-in", lastHeartbeatTime=_now())
    return {"status": {"capacity": capacity, "allocatable": capacity, "conditions": [ready]}}


def _pod_status(pod: Object, *, failed: bool = False) -> Object:
    spec = pod["spec"]
    owners: list[Object] = pod["metadata"].get("ownerReferences", [])
    completes = any(owner["kind"] == "Job" for owner in owners) or spec.get("restartPolicy") in {"Never", "OnFailure"}
    outcome = {"exitCode": 1, "reason": "Error"} if failed else {"exitCode": 0, "reason": "Completed"}
    ended = {"terminated": {**outcome, "startedAt": _now(), "finishedAt": _now()}}
    running = {"running": {"startedAt": _now()}}

    def container(given: Object, *, done: bool) -> Object:
        names = {key: given[key] for key in ("name", "image")}
        state = {"state": ended if done else running, "ready": not done, "started": not done}
        return {**names, "imageID": "stand-in", "containerID": "stand-in://1", "restartCount": 0, **state}

    ready = "False" if completes else "True"
    return {
        "phase": ("Failed" if failed else "Succeeded") if completes else "Running",
        "podIP": "192.0.2.10",
        "podIPs": [{"ip": "192.0.2.10"}],
        "startTime": _now(),
        "conditions": [
            _condition("PodScheduled"),
            _condition("Initialized"),
            _condition("ContainersReady", ready),
            _condition("Ready", ready),
        ],
        "initContainerStatuses": [container(c, done=True) for c in spec.get("initContainers", [])],
        "containerStatuses": [container(c, done=completes) for c in spec["containers"]],
    }
