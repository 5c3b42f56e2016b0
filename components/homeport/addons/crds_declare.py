"""The objects of a chart of definitions, applied one by one, that outlive their add-on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import pulumi

from homeport import options
from homeport.addons.args import ChartsArgs
from homeport.addons.crds_chart import DEFINITIONS_ALONE, DefinitionsChart
from homeport.addons.overrides import chart_values
from homeport.addons.pins import locate, pin_of
from homeport.cluster.base import Cluster

_TAKE_OVER: Final = "pulumi.com/patchForce"


def taking_over(given: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Let an object that stayed behind be taken over again, where the provider takes over at all.

    It stayed with the fields of another field manager, which server-side apply would otherwise not touch.
    https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
    """
    metadata: Any = given.props.get("metadata")
    if not isinstance(metadata, Mapping):
        return None  # the component itself
    known = cast("Mapping[str, Any]", metadata)
    annotations: dict[str, Any] = {**(known.get("annotations") or {}), _TAKE_OVER: "true"}
    props: dict[str, Any] = {**given.props, "metadata": {**known, "annotations": annotations}}
    return pulumi.ResourceTransformResult(props=props, opts=given.opts)


def declare_definitions(
    name: str,
    chart: DefinitionsChart,
    *,
    cluster: Cluster,
    charts: ChartsArgs,
    overrides: Mapping[str, Any],
    version: str | None,
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """Declare a chart of definitions.

    The component comes from the provider, which renders the chart and declares what is in it, also in a preview of a
    cluster that does not exist yet. Whoever depends on it waits for all of its objects.

    Args:
        name: logical name; the objects' names begin with it.
        chart: what is installed, complete.
        cluster: where.
        charts: where charts come from.
        overrides: the operator's values.
        version: the operator's version, where it is not the pinned one.
        opts: parent, what it waits for.

    https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v4/chart/
    """
    # Imported when needed: few stacks have one.
    from pulumi_kubernetes.helm.v4 import Chart  # noqa: PLC0415

    where = locate(pin_of(chart.pin), charts, version)
    own = pulumi.ResourceOptions(
        provider=cluster.provider,
        deleted_with=cluster.resource,
        # Its objects inherit both.
        retain_on_delete=True,
        transforms=[taking_over],
    )
    return Chart(
        name,
        name=chart.release,
        namespace=chart.namespace,
        chart=where.chart,
        version=where.version,
        repository_opts=None if where.repository is None else {"repo": where.repository},
        values=chart_values(chart, overrides, charts.image_registry),
        post_renderer={"command": "python3", "args": ["-c", DEFINITIONS_ALONE]} if chart.alone else None,
        opts=options.merge(own, opts),
    )
