"""The release of an add-on's chart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_kubernetes.helm.v3 import Release

from homeport.addons.args import ChartsArgs
from homeport.addons.items import Chart
from homeport.addons.overrides import chart_values
from homeport.addons.pins import locate, pin_of
from homeport.cluster.base import Cluster
from homeport.kube.release import declare_release


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
    """
    where = locate(pin_of(chart.pin), charts, version)
    return declare_release(
        name,
        where,
        cluster=cluster,
        release=chart.release,
        namespace=chart.namespace,
        values=chart_values(chart, overrides, charts.image_registry),
        timeout=chart.timeout,
        skip_crds=chart.skip_crds,
        owns_cloud_objects=chart.owns_cloud_objects,
        opts=opts,
    )
