"""Declares a manifest as the resource that the SDK has for its kind."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

import pulumi

from homeport import options
from homeport.cluster.base import Cluster
from homeport.kube.manifest import Manifest

_APIEXTENSIONS_CRD: Final = "apiextensions.k8s.io/v1"

#: Where the SDK keeps the classes of an API group; what is not here is declared by its type token alone.
_MODULES: Final = {
    "v1": "core.v1",
    "apps/v1": "apps.v1",
    "autoscaling/v2": "autoscaling.v2",
    "batch/v1": "batch.v1",
    "networking.k8s.io/v1": "networking.v1",
    "policy/v1": "policy.v1",
    "rbac.authorization.k8s.io/v1": "rbac.v1",
    "scheduling.k8s.io/v1": "scheduling.v1",
    "storage.k8s.io/v1": "storage.v1",
    _APIEXTENSIONS_CRD: "apiextensions.v1",
}


class CustomObject(pulumi.CustomResource):
    """An object of a kind that the SDK has no class for; fields may stand at any level, not in `spec` alone."""

    def __init__(self, resource_name: str, manifest: Manifest, *, opts: pulumi.ResourceOptions) -> None:
        token = f"kubernetes:{manifest.api_version}:{manifest.kind}"
        super().__init__(token, resource_name, dict(manifest.document), opts)


def declare(
    resource_name: str,
    manifest: Manifest,
    *,
    cluster: Cluster,
    named_by_content: bool = False,
    opts: pulumi.ResourceOptions | None = None,
) -> pulumi.CustomResource:
    """Declare one object in a cluster.

    It goes away with its cluster without a word, unless it owns something in the cloud.

    Args:
        resource_name: logical name.
        manifest: the object.
        cluster: where it lives.
        named_by_content: its name changes with what it holds, so that the new one can stand beside the old one until
            nobody uses that any more.
        opts: parent, what it waits for.
    """
    gone_with = None if manifest.owns_cloud_objects else cluster.resource
    own = pulumi.ResourceOptions(
        provider=cluster.provider,
        deleted_with=gone_with,
        # A fixed name: the old object must be gone before a new one of the same name can come.
        delete_before_replace=not named_by_content,
    )
    merged = options.merge(own, opts)
    cls = _class(manifest)
    if cls is None:
        return CustomObject(resource_name, manifest, opts=merged)
    return cls(resource_name, metadata=manifest.metadata, **_arguments(manifest), opts=merged)


def _class(manifest: Manifest) -> Any:
    module = _MODULES.get(manifest.api_version)
    if module is None:
        return None
    # Imported when needed: each group of the SDK costs time.
    return getattr(import_module(f"pulumi_kubernetes.{module}"), manifest.kind, None)


def _arguments(manifest: Manifest) -> dict[str, Any]:
    """The body's top-level keys as the SDK spells its arguments; what is inside passes as it is."""
    return {_snake(key): value for key, value in manifest.body.items()}


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)
