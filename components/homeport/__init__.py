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
    from homeport.cluster.base import Cluster, WorkloadIdentity
    from homeport.cluster.existing import ExistingCluster
    from homeport.cluster.existing_args import ExistingClusterArgs
    from homeport.cluster.gke import GkeCluster
    from homeport.cluster.gke_args import GkeClusterArgs
    from homeport.cluster.pool import NodePool
    from homeport.cluster.pool_args import NodePoolArgs, Taint
    from homeport.globals.args import GlobalSections
    from homeport.globals.aws import GlobalAws
    from homeport.globals.dns import DnsZones
    from homeport.globals.gcp import GlobalGcp
    from homeport.globals.globals_output import Globals
    from homeport.identity.binding import WorkloadPermissions
    from homeport.identity.permissions import (
        BucketReader,
        BucketWriter,
        DnsEditor,
        ImagePuller,
        KeyUser,
        RoleAssumer,
        SecretReader,
    )
    from homeport.labels import Labels
    from homeport.model import In, Model
    from homeport.network.aws import AwsNetwork
    from homeport.network.aws_args import AwsNetworkArgs
    from homeport.network.gcp import GcpNetwork
    from homeport.network.gcp_args import GcpNetworkArgs
    from homeport.problems import Problem, SettingsError
    from homeport.storage.args import StorageArgs
    from homeport.storage.component import StorageClasses

__all__ = [
    "AwsNetwork",
    "AwsNetworkArgs",
    "BucketReader",
    "BucketWriter",
    "Cluster",
    "DnsEditor",
    "DnsZones",
    "ExistingCluster",
    "ExistingClusterArgs",
    "GcpNetwork",
    "GcpNetworkArgs",
    "GkeCluster",
    "GkeClusterArgs",
    "GlobalAws",
    "GlobalGcp",
    "GlobalSections",
    "Globals",
    "ImagePuller",
    "In",
    "KeyUser",
    "Labels",
    "Model",
    "NodePool",
    "NodePoolArgs",
    "Problem",
    "RoleAssumer",
    "SecretReader",
    "SettingsError",
    "StorageArgs",
    "StorageClasses",
    "Taint",
    "WorkloadIdentity",
    "WorkloadPermissions",
]

_WHERE: Final[dict[str, str]] = {
    "AwsNetwork": "network.aws",
    "AwsNetworkArgs": "network.aws_args",
    "BucketReader": "identity.permissions",
    "BucketWriter": "identity.permissions",
    "Cluster": "cluster.base",
    "DnsEditor": "identity.permissions",
    "DnsZones": "globals.dns",
    "ExistingCluster": "cluster.existing",
    "ExistingClusterArgs": "cluster.existing_args",
    "GcpNetwork": "network.gcp",
    "GcpNetworkArgs": "network.gcp_args",
    "GkeCluster": "cluster.gke",
    "GkeClusterArgs": "cluster.gke_args",
    "GlobalAws": "globals.aws",
    "GlobalGcp": "globals.gcp",
    "GlobalSections": "globals.args",
    "Globals": "globals.globals_output",
    "ImagePuller": "identity.permissions",
    "In": "model",
    "KeyUser": "identity.permissions",
    "Labels": "labels",
    "Model": "model",
    "NodePool": "cluster.pool",
    "NodePoolArgs": "cluster.pool_args",
    "Problem": "problems",
    "RoleAssumer": "identity.permissions",
    "SecretReader": "identity.permissions",
    "SettingsError": "problems",
    "StorageArgs": "storage.args",
    "StorageClasses": "storage.component",
    "Taint": "cluster.pool_args",
    "WorkloadIdentity": "cluster.base",
    "WorkloadPermissions": "identity.binding",
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
