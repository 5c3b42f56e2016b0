"""A Helm release with a fixed name and one exact chart, that waits and keeps a short history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from homeport import options
from homeport.addons.pins import ChartLocation
from homeport.cluster.base import Cluster

#: Revisions that Helm keeps; without a limit each upgrade leaves another Secret.
_HISTORY: Final = 5


def declare_release(
    name: str,
    where: ChartLocation,
    *,
    cluster: Cluster,
    release: str,
    namespace: str,
    values: Mapping[str, Any],
    timeout: int,
    skip_crds: bool = False,
    owns_cloud_objects: bool = False,
    opts: pulumi.ResourceOptions | None = None,
) -> Release:
    """Declare one release.

    Args:
        name: logical name.
        where: the chart.
        cluster: where it is installed.
        release: name of the release, which names its objects.
        namespace: of the release; it must be there.
        values: of the chart; never the value of a secret, since Helm stores them readably.
        timeout: seconds that Helm waits for its pods.
        skip_crds: the chart's crds/ folder is left out.
        owns_cloud_objects: whether a controller makes something in the cloud for it; it is deleted for real then.
        opts: parent, what it waits for.

    https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/
    """
    own = pulumi.ResourceOptions(
        provider=cluster.provider,
        deleted_with=None if owns_cloud_objects else cluster.resource,
        # A release of the same name cannot stand beside itself.
        delete_before_replace=True,
    )
    return Release(
        name,
        name=release,
        namespace=namespace,
        chart=where.chart,
        version=where.version,
        repository_opts=None if where.repository is None else {"repo": where.repository},
        values=dict(values),
        skip_crds=skip_crds,
        # The namespace is ours: Helm's would have no pod-security level and outlive the release.
        create_namespace=False,
        max_history=_HISTORY,
        timeout=timeout,
        # A failed install stays to be looked at, and the next update goes on from it.
        atomic=False,
        cleanup_on_fail=True,
        wait_for_jobs=True,
        opts=options.merge(own, opts),
    )
