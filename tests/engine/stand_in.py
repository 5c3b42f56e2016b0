"""Stands in for nodes, load balancers, volumes and operators of the control plane, which has none of them.

It writes status, and nothing runs: pods are bound to one node and become ready, those of Jobs complete; claims get
volumes; Services and Ingresses get addresses; custom resources of operators that are waited for get `Ready`.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

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
#: Real seconds between two looks.
_INTERVAL: Final = 0.4
_ADDRESS: Final = {"ip": "203.0.113.10"}

Object = dict[str, Any]


class StandIn:
    """A thread that writes what kubelets, clouds and operators would write.

    Args:
        api: of the control plane.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.never_ready: str | None = None
        """Pattern of names of pods and custom resources that never get ready."""
        self.failing: str | None = None
        """Pattern of names of Jobs' pods that end with an error."""

    def start(self) -> None:
        """Begin, with a node; the API server answers already."""
        self._api.request("POST", "/api/v1/nodes", _node())
        self._api.request("PATCH", f"/api/v1/nodes/{NODE}/status", _node_status(), merge=True)
        # Every new node is tainted, and nobody else here takes the taint away when it is ready.
        self._api.request("PATCH", f"/api/v1/nodes/{NODE}", {"spec": {"taints": None}}, merge=True)
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="stand-in", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; before the API server goes."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def look(self) -> None:
        """One round over everything."""
        for pod in self._list("/api/v1/pods"):
            self._pod(pod)
        for claim in self._list("/api/v1/persistentvolumeclaims"):
            self._claim(claim)
        for volume in self._list("/api/v1/persistentvolumes"):
            self._volume(volume)
        for path in ("/api/v1/services", "/apis/networking.k8s.io/v1/ingresses"):
            for found in self._list(path):
                self._balancer(found, path)
        for definition in self._list("/apis/apiextensions.k8s.io/v1/customresourcedefinitions"):
            self._custom(definition["spec"])

    def _run(self) -> None:
        while not self._stop.wait(_INTERVAL):
            # The API server may be on its way down or up; the next round sees what this one missed.
            with contextlib.suppress(OSError):
                self.look()

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

    def _custom(self, spec: Object) -> None:
        if not spec["group"].endswith(OPERATORS):
            return
        version = next(v for v in spec["versions"] if v["storage"])
        plural = spec["names"]["plural"]
        base = f"/apis/{spec['group']}/{version['name']}"
        for found in self._list(f"{base}/{plural}"):
            metadata = found["metadata"]
            if _is_ready(found) or self._hindered(metadata):
                continue
            place = f"/namespaces/{metadata['namespace']}" if spec["scope"] == "Namespaced" else ""
            own = f"{base}{place}/{plural}/{metadata['name']}"
            subresource = "/status" if "status" in version.get("subresources", {}) else ""
            self._api.request("PATCH", f"{own}{subresource}", {"status": _ready(metadata)}, merge=True)


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
    capacity = {"cpu": "64", "memory": "256Gi", "pods": "500", "ephemeral-storage": "500Gi"}
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
