"""homeport: everything between an empty cloud project and running applications, as Pulumi components.

What is listed in `__all__` is public; everything else may change without notice. Names load on first use, so that
importing homeport does not import a provider's SDK.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

__version__ = "0.1.0"

if TYPE_CHECKING:
    from homeport.addons.args import AddonArgs, ChartsArgs
    from homeport.addons.base import Addon, Conflict
    from homeport.addons.exports import Exports, GatewayExport
    from homeport.addons.install import Addons
    from homeport.addons.items import (
        Chart,
        GivenSecret,
        ImageValues,
        Item,
        Namespace,
        Need,
        Object,
        Password,
        Ref,
        Rights,
    )
    from homeport.addons.pins import Pin
    from homeport.addons.samples import sample_site
    from homeport.addons.section import AddonsArgs
    from homeport.addons.site import DnsZone, Site
    from homeport.cluster.base import Cluster, WorkloadIdentity
    from homeport.cluster.eks import EksCluster
    from homeport.cluster.eks_addons import EksAddons
    from homeport.cluster.eks_args import EksClusterArgs
    from homeport.cluster.existing import ExistingCluster
    from homeport.cluster.existing_args import ExistingClusterArgs
    from homeport.cluster.gke import GkeCluster
    from homeport.cluster.gke_args import GkeClusterArgs
    from homeport.cluster.outputs import ClusterOutputs
    from homeport.cluster.pool import NodePool
    from homeport.cluster.pool_args import NodePoolArgs, Taint
    from homeport.cluster.publish import publish_cluster
    from homeport.cluster.reference import ClusterReference
    from homeport.globals.args import GlobalSections
    from homeport.globals.aws import GlobalAws
    from homeport.globals.dns import DnsZones
    from homeport.globals.gcp import GlobalGcp
    from homeport.globals.globals_output import Globals
    from homeport.identity.binding import WorkloadPermissions
    from homeport.identity.permissions import (
        AutoscalingAdmin,
        BucketReader,
        BucketWriter,
        DnsEditor,
        ImagePuller,
        KeyUser,
        LoadBalancerAdmin,
        RoleAssumer,
        SecretReader,
        SecretWriter,
        SnapshotAdmin,
        VolumeAdmin,
    )
    from homeport.identity.refs import BucketRef, KeyRef, RegistryRef, SecretRef, ZoneRef
    from homeport.kube.declare import declare
    from homeport.kube.manifest import Manifest
    from homeport.labels import Labels
    from homeport.model import In, Model
    from homeport.network.aws import AwsNetwork
    from homeport.network.aws_args import AwsNetworkArgs
    from homeport.network.gcp import GcpNetwork
    from homeport.network.gcp_args import GcpNetworkArgs
    from homeport.problems import Problem, SettingsError
    from homeport.storage.args import StorageArgs
    from homeport.storage.component import StorageClasses
    from homeport.tenancy.args import Quota, TenantArgs
    from homeport.tenancy.tenant import Tenant
    from homeport.workloads.apps import Apps
    from homeport.workloads.args import Flow, FromSecret, Hardening, Resources, StackSecret
    from homeport.workloads.context import Peer, Place
    from homeport.workloads.foreign_kinds import HelmApp, KustomizeApp
    from homeport.workloads.ground import Ground
    from homeport.workloads.helm_app import HelmAppArgs
    from homeport.workloads.job import CronJobArgs, JobArgs
    from homeport.workloads.kinds import CronJob, Job, WebApp, Worker
    from homeport.workloads.kustomize_app import ImageOverride, KustomizeAppArgs
    from homeport.workloads.overlay import AppOverlay
    from homeport.workloads.platform import PlatformOutputs, publish_platform
    from homeport.workloads.probes import Probe
    from homeport.workloads.replicated import Rollout
    from homeport.workloads.scaling import Autoscale
    from homeport.workloads.web_app import Metrics, WebAppArgs
    from homeport.workloads.worker import WorkerArgs

__all__ = [
    "Addon",
    "AddonArgs",
    "Addons",
    "AddonsArgs",
    "AppOverlay",
    "Apps",
    "Autoscale",
    "AutoscalingAdmin",
    "AwsNetwork",
    "AwsNetworkArgs",
    "BucketReader",
    "BucketRef",
    "BucketWriter",
    "Chart",
    "ChartsArgs",
    "Cluster",
    "ClusterOutputs",
    "ClusterReference",
    "Conflict",
    "CronJob",
    "CronJobArgs",
    "DnsEditor",
    "DnsZone",
    "DnsZones",
    "EksAddons",
    "EksCluster",
    "EksClusterArgs",
    "ExistingCluster",
    "ExistingClusterArgs",
    "Exports",
    "Flow",
    "FromSecret",
    "GatewayExport",
    "GcpNetwork",
    "GcpNetworkArgs",
    "GivenSecret",
    "GkeCluster",
    "GkeClusterArgs",
    "GlobalAws",
    "GlobalGcp",
    "GlobalSections",
    "Globals",
    "Ground",
    "Hardening",
    "HelmApp",
    "HelmAppArgs",
    "ImageOverride",
    "ImagePuller",
    "ImageValues",
    "In",
    "Item",
    "Job",
    "JobArgs",
    "KeyRef",
    "KeyUser",
    "KustomizeApp",
    "KustomizeAppArgs",
    "Labels",
    "LoadBalancerAdmin",
    "Manifest",
    "Metrics",
    "Model",
    "Namespace",
    "Need",
    "NodePool",
    "NodePoolArgs",
    "Object",
    "Password",
    "Peer",
    "Pin",
    "Place",
    "PlatformOutputs",
    "Probe",
    "Problem",
    "Quota",
    "Ref",
    "RegistryRef",
    "Resources",
    "Rights",
    "RoleAssumer",
    "Rollout",
    "SecretReader",
    "SecretRef",
    "SecretWriter",
    "SettingsError",
    "Site",
    "SnapshotAdmin",
    "StackSecret",
    "StorageArgs",
    "StorageClasses",
    "Taint",
    "Tenant",
    "TenantArgs",
    "VolumeAdmin",
    "WebApp",
    "WebAppArgs",
    "Worker",
    "WorkerArgs",
    "WorkloadIdentity",
    "WorkloadPermissions",
    "ZoneRef",
    "declare",
    "publish_cluster",
    "publish_platform",
    "sample_site",
]

_WHERE: Final[dict[str, str]] = {
    "Addon": "addons.base",
    "AddonArgs": "addons.args",
    "Addons": "addons.install",
    "AddonsArgs": "addons.section",
    "AppOverlay": "workloads.overlay",
    "Apps": "workloads.apps",
    "Autoscale": "workloads.scaling",
    "AutoscalingAdmin": "identity.permissions",
    "AwsNetwork": "network.aws",
    "AwsNetworkArgs": "network.aws_args",
    "BucketReader": "identity.permissions",
    "BucketRef": "identity.refs",
    "BucketWriter": "identity.permissions",
    "Chart": "addons.items",
    "ChartsArgs": "addons.args",
    "Cluster": "cluster.base",
    "ClusterOutputs": "cluster.outputs",
    "ClusterReference": "cluster.reference",
    "Conflict": "addons.base",
    "CronJob": "workloads.kinds",
    "CronJobArgs": "workloads.job",
    "DnsEditor": "identity.permissions",
    "DnsZone": "addons.site",
    "DnsZones": "globals.dns",
    "EksAddons": "cluster.eks_addons",
    "EksCluster": "cluster.eks",
    "EksClusterArgs": "cluster.eks_args",
    "ExistingCluster": "cluster.existing",
    "ExistingClusterArgs": "cluster.existing_args",
    "Exports": "addons.exports",
    "Flow": "workloads.args",
    "FromSecret": "workloads.args",
    "GatewayExport": "addons.exports",
    "GcpNetwork": "network.gcp",
    "GcpNetworkArgs": "network.gcp_args",
    "GivenSecret": "addons.items",
    "GkeCluster": "cluster.gke",
    "GkeClusterArgs": "cluster.gke_args",
    "GlobalAws": "globals.aws",
    "GlobalGcp": "globals.gcp",
    "GlobalSections": "globals.args",
    "Globals": "globals.globals_output",
    "Ground": "workloads.ground",
    "Hardening": "workloads.args",
    "HelmApp": "workloads.foreign_kinds",
    "HelmAppArgs": "workloads.helm_app",
    "ImageOverride": "workloads.kustomize_app",
    "ImagePuller": "identity.permissions",
    "ImageValues": "addons.items",
    "In": "model",
    "Item": "addons.items",
    "Job": "workloads.kinds",
    "JobArgs": "workloads.job",
    "KeyRef": "identity.refs",
    "KeyUser": "identity.permissions",
    "KustomizeApp": "workloads.foreign_kinds",
    "KustomizeAppArgs": "workloads.kustomize_app",
    "Labels": "labels",
    "LoadBalancerAdmin": "identity.permissions",
    "Manifest": "kube.manifest",
    "Metrics": "workloads.web_app",
    "Model": "model",
    "Namespace": "addons.items",
    "Need": "addons.items",
    "NodePool": "cluster.pool",
    "NodePoolArgs": "cluster.pool_args",
    "Object": "addons.items",
    "Password": "addons.items",
    "Peer": "workloads.context",
    "Pin": "addons.pins",
    "Place": "workloads.context",
    "PlatformOutputs": "workloads.platform",
    "Probe": "workloads.probes",
    "Problem": "problems",
    "Quota": "tenancy.args",
    "Ref": "addons.items",
    "RegistryRef": "identity.refs",
    "Resources": "workloads.args",
    "Rights": "addons.items",
    "RoleAssumer": "identity.permissions",
    "Rollout": "workloads.replicated",
    "SecretReader": "identity.permissions",
    "SecretRef": "identity.refs",
    "SecretWriter": "identity.permissions",
    "SettingsError": "problems",
    "Site": "addons.site",
    "SnapshotAdmin": "identity.permissions",
    "StackSecret": "workloads.args",
    "StorageArgs": "storage.args",
    "StorageClasses": "storage.component",
    "Taint": "cluster.pool_args",
    "Tenant": "tenancy.tenant",
    "TenantArgs": "tenancy.args",
    "VolumeAdmin": "identity.permissions",
    "WebApp": "workloads.kinds",
    "WebAppArgs": "workloads.web_app",
    "Worker": "workloads.kinds",
    "WorkerArgs": "workloads.worker",
    "WorkloadIdentity": "cluster.base",
    "WorkloadPermissions": "identity.binding",
    "ZoneRef": "identity.refs",
    "declare": "kube.declare",
    "publish_cluster": "cluster.publish",
    "publish_platform": "workloads.platform",
    "sample_site": "addons.samples",
}


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'homeport' has no attribute {name!r}")
    value = getattr(import_module(f"homeport.{_WHERE[name]}"), name)
    # Not `globals()`: the subpackage of that name stands in its way here.
    setattr(sys.modules[__name__], name, value)
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
