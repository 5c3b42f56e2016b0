"""Stands in for what controllers in a cluster make in the cloud, and for how they tidy it up.

No state knows of these load balancers, DNS records and disks. Only the controllers delete them, and only as long as
they have their pods, their nodes and their rights: whatever of these goes first, the rest stays, to be paid for.

- AWS Load Balancer Controller: a finalizer on its Services and Ingresses; without it the object waits for ever.
  https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/nlb/
- GKE's own controller: the same, in the control plane, as long as there is a cluster.
  https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer
- external-dns: no finalizer. It looks when told of an event, a while later so that several make one change, and at
  intervals. Rights that go between an object's end and that look leave its records behind.
  https://kubernetes-sigs.github.io/external-dns/latest/docs/flags/
- CSI drivers: a volume's disk goes when its claim has gone and the disk is detached from its node.
  https://kubernetes.io/docs/concepts/storage/persistent-volumes/#delete
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Self

from tests.engine.harness import Engine

#: Real seconds between two looks.
_INTERVAL: Final = 0.5
_AWS_SERVICES: Final = "service.k8s.aws/nlb"
_AWS_INGRESSES: Final = "alb"
_DRIVERS: Final = frozenset({"ebs.csi.aws.com", "pd.csi.storage.gke.io"})
_HOSTNAME: Final = "external-dns.alpha.kubernetes.io/hostname"
_CLAIM_IN_USE: Final = "kubernetes.io/pvc-protection"
_CLUSTERS: Final = ("container/cluster:", "eks/cluster:")

Object = dict[str, Any]
#: Kind and name of something in the cloud: "load balancer", "record" or "disk".
Outside = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pace:
    """Real seconds that things take; load balancers and disks are at the lower end of what clouds need.

    Attributes:
        balancer: to delete a load balancer with all that belongs to it.
        disk: to detach a disk and delete it.
        batch: until external-dns has done what an event asks for: it collects events for 5 seconds, then reads the zone
            and changes it.
        interval: after which it looks by itself; its own figure.
    """

    balancer: float = 15
    disk: float = 6
    batch: float = 10
    interval: float = 60


class Controllers:
    """The controllers of a stack's cluster, at work while the context lasts.

    Args:
        engine: of the stack.
        pace: how long things take.
    """

    def __init__(self, engine: Engine, pace: Pace = Pace()) -> None:
        self._engine = engine
        self._pace = pace
        self._made: set[Outside] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="controllers", daemon=True)
        self._going: dict[Outside, float] = {}
        self._dns = _Dns()
        self.errors: list[str] = []
        """What went wrong in these themselves."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def outside(self) -> frozenset[Outside]:
        """What is in the cloud now that no state knows of."""
        with self._lock:
            return frozenset(self._made)

    def named(self, kind: str) -> set[str]:
        """Names of what there is of one kind."""
        return {name for one, name in self.outside if one == kind}

    def _run(self) -> None:
        while not self._stop.wait(_INTERVAL):
            # The API server may be on its way down or up; the next round sees what this one missed.
            with contextlib.suppress(OSError):
                try:
                    self._look()
                except (LookupError, TypeError, ValueError) as error:
                    self.errors.append(repr(error))

    def _look(self) -> None:
        types = {live.type.split(":", 1)[1] for live in self._engine.live.values()}
        # One control plane serves many clusters: with its own, its controllers are gone.
        if not any(type_.startswith(_CLUSTERS) for type_ in types):
            return
        nodes = self._engine.has_nodes
        rights = {live.urn.rpartition("::")[2] for live in self._engine.live.values()}
        self._balancers(nodes, rights)
        self._records(nodes, rights)
        self._disks(nodes, rights)

    # --- load balancers

    def _balancers(self, nodes: bool, rights: set[str]) -> None:
        for path in ("/api/v1/services", "/apis/networking.k8s.io/v1/ingresses"):
            for found in self._list(path):
                finalizer = self._finalizer(found, path)
                aws = finalizer is not None and finalizer.endswith("k8s.aws/resources")
                awake = not aws or (
                    nodes
                    and _may("support-aws-load-balancer-controller-rights", rights)
                    and self._available("kube-system", "aws-load-balancer-controller")
                )
                if finalizer is not None and awake:
                    self._balancer(found, path, finalizer)

    def _finalizer(self, found: Object, path: str) -> str | None:
        """By which the controller that serves the object holds it; None where none serves it."""
        spec = found["spec"]
        if path.endswith("ingresses"):
            return "ingress.k8s.aws/resources" if spec.get("ingressClassName") == _AWS_INGRESSES else None
        if spec.get("type") != "LoadBalancer":
            return None
        if self._engine.stack.endswith("-eks"):
            return "service.k8s.aws/resources" if spec.get("loadBalancerClass") == _AWS_SERVICES else None
        # https://github.com/kubernetes/ingress-gce: load balancers of backend services have another controller.
        by_backend_service = "cloud.google.com/l4-rbs" in (found["metadata"].get("annotations") or {})
        return "gke.networking.io/l4-netlb-v2" if by_backend_service else "service.kubernetes.io/load-balancer-cleanup"

    def _balancer(self, found: Object, path: str, finalizer: str) -> None:
        metadata = found["metadata"]
        balancer = ("load balancer", f"{metadata['namespace']}/{metadata['name']}")
        held: list[str] = metadata.get("finalizers") or []
        group, _, plural = path.rpartition("/")
        own = f"{group}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}"
        if not metadata.get("deletionTimestamp"):
            if finalizer not in held:
                self._hold(own, metadata, [*held, finalizer])
            self._make(balancer)
        elif finalizer in held and self._gone_for(balancer, self._pace.balancer):
            self._drop(balancer)
            self._hold(own, metadata, [one for one in held if one != finalizer])

    def _hold(self, path: str, metadata: Object, finalizers: list[str]) -> None:
        # With the version that was read: a finalizer that somebody else has set since is not overwritten.
        changed = {"metadata": {"finalizers": finalizers, "resourceVersion": metadata["resourceVersion"]}}
        self._engine.control_plane.request("PATCH", path, changed, merge=True)

    # --- records

    def _records(self, nodes: bool, rights: set[str]) -> None:
        told = self._told("external-dns", "external-dns")
        awake = nodes and told is not None and self._available("external-dns", "external-dns")
        if not awake or not _may("support-external-dns-rights", rights):
            self._dns = _Dns()
            return
        assert told is not None
        wanted = {("record", host) for host in self._hosts(told["sources"])}
        now = time.monotonic()
        if wanted != self._dns.wanted and told["triggerLoopOnEvent"]:
            self._dns.due = max(self._dns.ran + self._pace.batch, min(now + self._pace.batch, self._dns.due))
        self._dns.wanted = wanted
        if now < self._dns.due:
            return
        self._dns.ran, self._dns.due = now, now + self._pace.interval
        with self._lock:
            if told["policy"] == "sync":
                self._made = {one for one in self._made if one[0] != "record"}
            self._made |= wanted

    def _hosts(self, sources: list[str]) -> Iterator[str]:
        if "service" in sources:
            for service in self._list("/api/v1/services"):
                annotations: dict[str, str] = service["metadata"].get("annotations") or {}
                named = annotations.get(_HOSTNAME, "")
                yield from (host for host in named.split(",") if host)
        if "ingress" in sources:
            for ingress in self._list("/apis/networking.k8s.io/v1/ingresses"):
                if ingress.get("status", {}).get("loadBalancer", {}).get("ingress"):
                    rules: list[Object] = ingress["spec"].get("rules") or []
                    yield from (rule["host"] for rule in rules if rule.get("host"))
        if "gateway-httproute" in sources:
            base = "/apis/gateway.networking.k8s.io/v1"
            gateways = {
                (one["metadata"]["namespace"], one["metadata"]["name"]) for one in self._list(f"{base}/gateways")
            }
            for route in self._list(f"{base}/httproutes"):
                parents = {(parent["namespace"], parent["name"]) for parent in route["spec"]["parentRefs"]}
                if parents & gateways:
                    yield from route["spec"].get("hostnames") or []

    def _told(self, namespace: str, release: str) -> Mapping[str, Any] | None:
        """Values of a release, which its stand-in keeps."""
        answer = self._get(f"/api/v1/namespaces/{namespace}/configmaps/{release}-told")
        return None if answer is None else json.loads(answer["data"]["values"])

    # --- disks

    def _disks(self, nodes: bool, rights: set[str]) -> None:
        for claim in self._list("/api/v1/persistentvolumeclaims"):
            # No pod uses it: nothing runs here.
            metadata = claim["metadata"]
            held: list[str] = metadata.get("finalizers") or []
            if metadata.get("deletionTimestamp") and _CLAIM_IN_USE in held:
                own = f"/api/v1/namespaces/{metadata['namespace']}/persistentvolumeclaims/{metadata['name']}"
                self._hold(own, metadata, [one for one in held if one != _CLAIM_IN_USE])
        classes = {one["metadata"]["name"]: one for one in self._list("/apis/storage.k8s.io/v1/storageclasses")}
        there: set[str] = set()
        for volume in self._list("/api/v1/persistentvolumes"):
            own = classes.get(volume["spec"].get("storageClassName", ""), {})
            if own.get("provisioner") in _DRIVERS:
                name = volume["metadata"]["name"]
                # With the policy Retain nobody ever deletes it.
                if not volume["metadata"].get("deletionTimestamp") or own["reclaimPolicy"] == "Retain":
                    self._make(("disk", name))
                    there.add(name)
        for name in self.named("disk") - there:
            if self._gone_for(("disk", name), self._pace.disk) and self._driver_runs(nodes, rights):
                self._drop(("disk", name))

    def _driver_runs(self, nodes: bool, rights: set[str]) -> bool:
        if not self._engine.stack.endswith("-eks"):
            return True
        return nodes and "addons-aws-ebs-csi-driver" in rights and _may("addons-ebs", rights)

    # --- all of them

    def _make(self, one: Outside) -> None:
        with self._lock:
            self._made.add(one)

    def _drop(self, one: Outside) -> None:
        with self._lock:
            self._made.discard(one)
            self._going.pop(one, None)

    def _gone_for(self, one: Outside, seconds: float) -> bool:
        """Whether its end began so long ago."""
        return time.monotonic() >= self._going.setdefault(one, time.monotonic()) + seconds

    def _available(self, namespace: str, deployment: str) -> bool:
        found = self._get(f"/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}")
        return found is not None and found["status"].get("availableReplicas", 0) > 0

    def _list(self, path: str) -> list[Object]:
        found = self._get(path)
        return [] if found is None else found["items"]

    def _get(self, path: str) -> Object | None:
        answer = self._engine.control_plane.request("GET", path)
        return answer.body if answer.status == HTTPStatus.OK else None


class _Dns:
    """What a pod of external-dns remembers."""

    def __init__(self) -> None:
        self.wanted: set[Outside] = set()
        self.ran = 0.0
        self.due = 0.0


def _may(owner: str, rights: set[str]) -> bool:
    """Whether all that lets a service account act in the cloud is there still.

    Args:
        owner: name of the component that grants it.
        rights: logical names of what the stack has in the cloud.
    """
    of_aws = {f"{owner}-association", f"{owner}-policy"}
    own = {name for name in rights if name.startswith(f"{owner}-")}
    return of_aws <= own if own & {*of_aws, f"{owner}-role"} else bool(own)
