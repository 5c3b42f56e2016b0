"""The components of applications that somebody else wrote: `HelmApp`, `KustomizeApp`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import pulumi
from pulumi_kubernetes.kustomize.v2 import Directory

from homeport import options
from homeport.addons.args import ChartsArgs
from homeport.cluster.base import Cluster
from homeport.kube.declare import declare
from homeport.kube.release import declare_release
from homeport.workloads.context import Place
from homeport.workloads.foreign import ForeignArgs, foreign_policy
from homeport.workloads.helm_app import HelmAppArgs, chart_location, helm_values
from homeport.workloads.kustomize_app import KustomizeAppArgs, directory, with_images


class _Foreign(pulumi.ComponentResource):
    """What both have: the doors of the pods, which are open before anything runs."""

    runs: pulumi.Resource
    """The release, or what applies the tree."""

    def __init__(
        self,
        token: str,
        name: str,
        args: ForeignArgs,
        *,
        cluster: Cluster,
        place: Place,
        after: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        super().__init__(token, name, None, opts)
        self.flows = declare(
            f"{name}-flows",
            foreign_policy(args, place),
            cluster=cluster,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )

    def _child(self, *waits: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=[self.flows, *(one for each in waits for one in each)])


@final
class HelmApp(_Foreign):
    """A chart as it is, installed for a tenant: flows and release.

    Args:
        name: logical name.
        args: the application.
        cluster: where.
        place: where in it, and among whom.
        charts: a folder or mirror that stands in for every repository.
        after: what everything of it waits for: its namespace with its closed doors.
        jobs: jobs that must have succeeded.
        routes_after: what brings the kinds and records of the routes that the chart may hold.
        opts: no provider is needed: it is the cluster's.
    """

    def __init__(
        self,
        name: str,
        args: HelmAppArgs,
        *,
        cluster: Cluster,
        place: Place,
        charts: ChartsArgs | None = None,
        after: Sequence[pulumi.Resource] = (),
        jobs: Sequence[pulumi.Resource] = (),
        routes_after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("homeport:workloads:HelmApp", name, args, cluster=cluster, place=place, after=after, opts=opts)
        self.runs = declare_release(
            f"{name}-release",
            chart_location(args, charts or ChartsArgs()),
            cluster=cluster,
            release=place.app,
            namespace=place.namespace,
            values=helm_values(args),
            timeout=args.timeout,
            skip_crds=args.skip_crds,
            owns_cloud_objects=args.owns_cloud_objects,
            opts=self._child(after, jobs, routes_after if args.public else ()),
        )
        self.register_outputs({"namespace": place.namespace, "app": place.app})


@final
class KustomizeApp(_Foreign):
    """An overlay of a Kustomize tree as it is, applied for a tenant: flows and the tree's objects.

    The objects are rendered by the Kubernetes provider with Kustomize itself, when the engine runs. A plan without an
    engine shows the folder and the images, not the objects.

    Args:
        name: logical name.
        args: the application.
        cluster: where.
        place: where in it, and among whom.
        after: what everything of it waits for: its namespace with its closed doors.
        jobs: jobs that must have succeeded.
        routes_after: what brings the kinds and records of the routes that the tree may hold.
        opts: no provider is needed: it is the cluster's.
    """

    def __init__(
        self,
        name: str,
        args: KustomizeAppArgs,
        *,
        cluster: Cluster,
        place: Place,
        after: Sequence[pulumi.Resource] = (),
        jobs: Sequence[pulumi.Resource] = (),
        routes_after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            "homeport:workloads:KustomizeApp", name, args, cluster=cluster, place=place, after=after, opts=opts
        )
        gone_with = None if args.owns_cloud_objects else cluster.resource

        def laid_over(one: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
            """Images and lifetime of each object, which the provider registers by itself."""
            if one.type_ == "kubernetes:kustomize/v2:Directory":
                return None
            found: Any = one.props
            extra = pulumi.ResourceOptions(deleted_with=gone_with)
            return pulumi.ResourceTransformResult(
                props=with_images(found, args.images), opts=options.merge(one.opts, extra)
            )

        self.runs = Directory(
            f"{name}-objects",
            directory=directory(args, place.environment),
            namespace=place.namespace,
            # The objects' names in the program: two trees may both hold a Deployment called web.
            resource_prefix=name,
            opts=options.merge(
                self._child(after, jobs, routes_after if args.public else ()),
                pulumi.ResourceOptions(provider=cluster.provider, transforms=[laid_over]),
            ),
        )
        self.register_outputs({"namespace": place.namespace, "app": place.app})
