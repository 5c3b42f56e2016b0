"""The program of a stack with a toy add-on that has an object of every kind; run by the engine, never imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pulumi

from homeport.addons.args import AddonArgs, ChartsArgs
from homeport.addons.base import Addon
from homeport.addons.install import Addons
from homeport.addons.items import Chart, Item, Namespace, Need, Object, Password, Ref
from homeport.addons.pins import Pin
from homeport.addons.samples import sample_site
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.addons.site import Site
from homeport.cluster.existing import ExistingCluster
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.kube.manifest import Manifest

PIN = Pin(
    repository="https://charts.acme.example/stable",
    chart="toy",
    version="1.2.3",
    app_version="4.5",
    kubernetes=["1.32", "1.36"],
    source="https://acme.example/toy",
    date="2026-11-01",
)
GROUP = "rbac.authorization.k8s.io"
LABELS = {"app.kubernetes.io/name": "toy"}
POD: dict[str, Any] = {
    "metadata": {"labels": LABELS},
    "spec": {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "toy",
                "image": "registry.acme.example/toy:1",
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            }
        ],
    },
}
JOB_POD = {**POD, "spec": {**POD["spec"], "restartPolicy": "Never"}}
VALIDATION: dict[str, Any] = {
    "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}
#: Kind to API version and body; each is made as `first` in the namespace toys.
NAMESPACED: dict[str, tuple[str, dict[str, Any]]] = {
    "ConfigMap": ("v1", {"data": {"snake_case": "a", "camelCase": "b"}, "immutable": True}),
    "ServiceAccount": ("v1", {"automountServiceAccountToken": False}),
    "ResourceQuota": ("v1", {"spec": {"hard": {"requests.cpu": "10"}}}),
    "LimitRange": ("v1", {"spec": {"limits": [{"type": "Container", "defaultRequest": {"cpu": "10m"}}]}}),
    "Service": ("v1", {"spec": {"selector": LABELS, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}),
    "Deployment": ("apps/v1", {"spec": {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": POD}}),
    "CronJob": ("batch/v1", {"spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": JOB_POD}}}}),
    "HorizontalPodAutoscaler": (
        "autoscaling/v2",
        {
            "spec": {
                "minReplicas": 2,
                "maxReplicas": 3,
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "first"},
            }
        },
    ),
    "NetworkPolicy": ("networking.k8s.io/v1", {"spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}),
    "Ingress": (
        "networking.k8s.io/v1",
        {"spec": {"defaultBackend": {"service": {"name": "first", "port": {"name": "http"}}}}},
    ),
    "PodDisruptionBudget": ("policy/v1", {"spec": {"maxUnavailable": 1, "selector": {"matchLabels": LABELS}}}),
    "Role": (f"{GROUP}/v1", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
    "RoleBinding": (
        f"{GROUP}/v1",
        {
            "roleRef": {"apiGroup": GROUP, "kind": "Role", "name": "first"},
            "subjects": [{"kind": "ServiceAccount", "name": "first", "namespace": "toys"}],
        },
    ),
}
CLUSTER_WIDE: dict[str, tuple[str, dict[str, Any]]] = {
    "PriorityClass": ("scheduling.k8s.io/v1", {"value": 1000, "preemptionPolicy": "Never", "description": "toys"}),
    "StorageClass": ("storage.k8s.io/v1", {"provisioner": "acme.example/disk", "volumeBindingMode": "Immediate"}),
    "ClusterRole": (f"{GROUP}/v1", {"rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}]}),
    "ClusterRoleBinding": (
        f"{GROUP}/v1",
        {
            "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "first-toy"},
            "subjects": [{"kind": "ServiceAccount", "name": "first", "namespace": "toys"}],
        },
    ),
    # A kind that homeport has no class of the SDK for.
    "ValidatingAdmissionPolicy": (
        "admissionregistration.k8s.io/v1",
        {
            "spec": {
                "matchConstraints": {
                    "resourceRules": [
                        {"apiGroups": ["acme.example"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}
                    ]
                },
                "validations": [{"expression": "true"}],
            }
        },
    ),
}
#: Nothing runs here: these would be waited for in vain.
UNAWAITED = {"pulumi.com/skipAwait": "true"}
#: Where a wait would be in vain.
IN_VAIN = {"Deployment", "Service", "Ingress", "PodDisruptionBudget"}


def objects() -> list[Item]:
    """One of every kind."""
    out: list[Item] = []
    for kind, (api, body) in NAMESPACED.items():
        notes = UNAWAITED if kind in IN_VAIN else {}
        # The quota and the limits would speak to the pods of this page, of which there are none.
        out.append(Object(key=kind.lower(), manifest=Manifest(api, kind, "first", "toys", body, annotations=notes)))
    for kind, (api, body) in CLUSTER_WIDE.items():
        out.append(Object(key=kind.lower(), manifest=Manifest(api, kind, "first-toy", None, body)))
    return out


class Toy(Addon[AddonArgs]):
    """Everything that an add-on can consist of."""

    name: ClassVar[str] = "toy"
    args: ClassVar[type[AddonArgs]] = AddonArgs
    namespace: ClassVar[Namespace] = Namespace("toys", "restricted")

    def items(self, args: AddonArgs, site: Site) -> Sequence[Item]:
        """All of it."""
        names = {"kind": "Toy", "plural": "toys", "singular": "toy", "listKind": "ToyList"}
        version: dict[str, Any] = {
            "name": "v1",
            "served": True,
            "storage": True,
            "schema": VALIDATION,
            "subresources": {"status": {}},
        }
        definition: dict[str, Any] = {
            "spec": {"group": "acme.example", "names": names, "scope": "Namespaced", "versions": [version]}
        }
        return [
            *objects(),
            Chart(key="release", pin=PIN, pods=False, timeout=60, values={"size": "20Gi", "limits": {"cpu": 2}}),
            Password(key="admin", secret="admin", user="admin"),
            Object(
                key="definition",
                manifest=Manifest(
                    "apiextensions.k8s.io/v1", "CustomResourceDefinition", "toys.acme.example", None, definition
                ),
            ),
            Object(
                key="custom",
                manifest=Manifest(
                    "acme.example/v1", "Toy", "first", "toys", {"big": {"red": True}}, wait_for="condition=Ready"
                ),
                needs=[Need("definition", "its kind comes from there", "both")],
            ),
            Object(
                key="after",
                manifest=Manifest("v1", "ConfigMap", "after", "toys", {"data": {"id": Ref("custom", "id")}}),
            ),
        ]


config = pulumi.Config("toys")
off = AddonsArgs.model_validate({addon.name: {"enabled": False} for addon in CATALOGUE})
section = AddonArgs(values={"limits": None}, version=config.get("version"))
Addons(
    "support",
    off,
    cluster=ExistingCluster("cluster", ExistingClusterArgs(context="control-plane")),
    site=sample_site("none", charts=ChartsArgs(source=config.require("source"))),
    extra=[(Toy(), section)],
)
