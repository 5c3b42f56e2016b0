"""A Helm release with a fixed name and an exact version, that waits and keeps a short history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from homeport import options
from homeport.addons.args import ChartsArgs
from homeport.addons.items import Chart
from homeport.addons.overrides import chart_values
from homeport.addons.pins import locate, pin_of
from homeport.cluster.base import Cluster

#: Revisions that Helm keeps; without a limit each upgrade leaves another Secret.
_HISTORY = 5


def declare_chart(
    name: str,
    chart: Chart,
    *,
    cluster: Cluster,
    charts: ChartsArgs,
    overrides: Mapping[str, Any],
    version: str | None,
    opts: pulumi.ResourceOptions,
) -> Release:
    """Declare one chart.

    Args:
        name: logical name.
        chart: what is installed, complete.
        cluster: where.
        charts: where charts come from.
        overrides: the operator's values.
        version: the operator's version, where it is not the pinned one.
        opts: parent, what it waits for.

    https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/
    """
    where = locate(pin_of(chart.pin), charts, version)
    own = pulumi.ResourceOptions(
        provider=cluster.provider,
        deleted_with=None if chart.owns_cloud_objects else cluster.resource,
        # A release of the same name cannot stand beside itself.
        delete_before_replace=True,
    )
    return Release(
        name,
        name=chart.release,
        namespace=chart.namespace,
        chart=where.chart,
        version=where.version,
        repository_opts=None if where.repository is None else {"repo": where.repository},
        values=chart_values(chart, overrides, charts.image_registry),
        skip_crds=chart.skip_crds,
        # The namespace is ours: Helm's would have no pod-security level and outlive the release.
        create_namespace=False,
        max_history=_HISTORY,
        timeout=chart.timeout,
        # A failed install stays to be looked at, and the next update goes on from it.
        atomic=False,
        cleanup_on_fail=True,
        wait_for_jobs=True,
        opts=options.merge(own, opts),
    )
