"""Stand-ins for the charts that add-ons install: their names, versions and kinds, and a pod that does nothing.

The section `charts` of a stack file takes a folder with NAME-VERSION.tgz; `write_charts` makes one.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from homeport.addons.pins import Pin


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind that a chart defines.

    Attributes:
        name: such as Certificate.
        group: API group.
        plural: as in paths.
        version: that is served and stored.
        namespaced: or cluster-wide.
        also: further versions that are served.
        fields: texts below `spec` that the schema describes; everything else passes as it is.
    """

    name: str
    group: str
    plural: str
    version: str = "v1"
    namespaced: bool = True
    also: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StandInChart:
    """What a stand-in has beyond a Deployment and a ConfigMap with the values that it was given.

    Attributes:
        kinds: what it defines.
        templated: the kinds are among its templates, where Helm upgrades and deletes them, and not in `crds/`, where it
            does neither.
        templates: file name to further templates, such as hooks.
        runs: whether it has a Deployment, beside what it defines.
    """

    kinds: tuple[Kind, ...] = ()
    templated: bool = False
    templates: Mapping[str, str] = field(default_factory=dict[str, str])
    runs: bool = True


def _kinds(group: str, *names: tuple[str, str], version: str = "v1", namespaced: bool = True) -> tuple[Kind, ...]:
    return tuple(Kind(name, group, plural, version, namespaced) for name, plural in names)


_MONITORS: Final = _kinds(
    "monitoring.coreos.com",
    ("ServiceMonitor", "servicemonitors"),
    ("PodMonitor", "podmonitors"),
    ("PrometheusRule", "prometheusrules"),
    ("Prometheus", "prometheuses"),
    ("Alertmanager", "alertmanagers"),
)
#: Chart name to what its stand-in has; every other one has no kinds.
CONTENTS: Final[Mapping[str, StandInChart]] = {
    "cert-manager": StandInChart(
        (
            *_kinds("cert-manager.io", ("ClusterIssuer", "clusterissuers"), namespaced=False),
            *_kinds(
                "cert-manager.io",
                ("Certificate", "certificates"),
                ("CertificateRequest", "certificaterequests"),
                ("Issuer", "issuers"),
            ),
        ),
        templated=True,
    ),
    "prometheus-operator-crds": StandInChart(_MONITORS, templated=True, runs=False),
    "gateway-crds-helm": StandInChart(
        (
            *_kinds("gateway.networking.k8s.io", ("GatewayClass", "gatewayclasses"), namespaced=False),
            *_kinds(
                "gateway.networking.k8s.io",
                ("Gateway", "gateways"),
                ("HTTPRoute", "httproutes"),
                ("GRPCRoute", "grpcroutes"),
            ),
        ),
        templated=True,
        runs=False,
    ),
    "aws-load-balancer-controller": StandInChart(
        (
            *_kinds("elbv2.k8s.aws", ("TargetGroupBinding", "targetgroupbindings"), version="v1beta1"),
            *_kinds("elbv2.k8s.aws", ("IngressClassParams", "ingressclassparams"), version="v1beta1", namespaced=False),
        )
    ),
    "sealed-secrets": StandInChart(_kinds("bitnami.com", ("SealedSecret", "sealedsecrets"), version="v1alpha1")),
    "cloudnative-pg": StandInChart(
        _kinds("postgresql.cnpg.io", ("Cluster", "clusters"), ("ScheduledBackup", "scheduledbackups")), templated=True
    ),
    "external-secrets": StandInChart(
        (
            *_kinds("external-secrets.io", ("ClusterSecretStore", "clustersecretstores"), namespaced=False),
            *_kinds("external-secrets.io", ("ExternalSecret", "externalsecrets"), ("SecretStore", "secretstores")),
        ),
        templated=True,
    ),
    "traefik": StandInChart(
        _kinds("traefik.io", ("Middleware", "middlewares"), ("IngressRoute", "ingressroutes"), version="v1alpha1")
    ),
    "karpenter": StandInChart(
        (
            *_kinds("karpenter.sh", ("NodePool", "nodepools"), ("NodeClaim", "nodeclaims"), namespaced=False),
            *_kinds("karpenter.k8s.aws", ("EC2NodeClass", "ec2nodeclasses"), namespaced=False),
        )
    ),
}

#: The values are kept so that tests can see what a chart was told; no key of a release holds what is secret.
_WORKLOAD: Final = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-told
data:
  values: {{ .Values | toJson | quote }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels: {app.kubernetes.io/name: {{ .Chart.Name }}}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: {{ .Chart.Name }}}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: {{ .Chart.Name }}}
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: stand-in
          image: registry.example/{{ .Chart.Name }}:{{ .Chart.AppVersion }}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""


def write_charts(folder: Path, pins: Iterable[Pin], contents: Mapping[str, StandInChart] = CONTENTS) -> Path:
    """Write a stand-in for every pinned chart.

    Args:
        folder: for NAME-VERSION.tgz; made.
        pins: the charts; a chart of several versions has several pins.
        contents: chart name to what its stand-in has.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for pin in pins:
        write_chart(folder, pin.chart, pin.version, pin.app_version, contents.get(pin.chart, StandInChart()))
    return folder


def write_chart(folder: Path, name: str, version: str, app_version: str, content: StandInChart) -> Path:
    """Write one stand-in as `helm pull` would leave it; gives its path."""
    about = {"apiVersion": "v2", "name": name, "version": version, "appVersion": app_version}
    files = {"Chart.yaml": json.dumps(about), "values.yaml": "{}\n"}
    if content.runs:
        files["templates/workload.yaml"] = _WORKLOAD
    place = "templates" if content.templated else "crds"
    files |= {f"{place}/{kind.plural}.{kind.group}.yaml": json.dumps(_definition(kind)) for kind in content.kinds}
    files |= {f"templates/{file}": text for file, text in content.templates.items()}
    path = folder / f"{name}-{version}.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for file, text in files.items():
            data = text.encode()
            entry = tarfile.TarInfo(f"{name}/{file}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def _definition(kind: Kind) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    if kind.fields:
        described: dict[str, Any] = {name: {"type": "string"} for name in kind.fields}
        schema |= {"properties": {"spec": {**schema, "properties": described}}}
    common: dict[str, Any] = {
        "served": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema},
    }
    names = (kind.version, *kind.also)
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{kind.plural}.{kind.group}",
            # The API server guards groups of its own domain, and takes this for their authors' consent.
            "annotations": {"api-approved.kubernetes.io": "unapproved, stands in for a test"},
        },
        "spec": {
            "group": kind.group,
            "scope": "Namespaced" if kind.namespaced else "Cluster",
            "names": {"kind": kind.name, "plural": kind.plural, "singular": kind.name.lower()},
            "versions": [{"name": name, "storage": name == kind.version, **common} for name in names],
        },
    }
