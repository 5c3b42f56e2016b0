"""The cluster inside the component of pulumi_eks: how it is changed, and how others refer to it.

`pulumi_eks.Cluster` is built by a plugin in another process. Its children cannot be reached from here, except by
transforms of the new kind, which the engine calls for every child.
https://www.pulumi.com/docs/iac/concepts/options/transforms/
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any, Final, cast, final

import pulumi
import pulumi_aws as aws

from homeport import options
from homeport.cluster.eks_sdk import eks
from homeport.protection import Guard

CLUSTER_TYPE: Final = "aws:eks/cluster:Cluster"


def cluster_transform(guarded: Guard) -> pulumi.ResourceTransform:
    """Changes the inner cluster, and it alone.

    Args:
        guarded: how it is guarded. On the component itself the option would be inherited by everything in it.
    """

    def transform(given: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if given.type_ != CLUSTER_TYPE:
            return None
        properties: dict[str, Any] = {
            **given.props,
            # The component always makes the creator an administrator, by an entry that is in nobody's state.
            "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        }
        extra = pulumi.ResourceOptions(
            protect=guarded.protect or None,
            retain_on_delete=guarded.retain or None,
            # EKS takes no other key, and the provider reports such a change as done without asking for it.
            # https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html
            replace_on_changes=options.paths(aws.eks.Cluster, "encryptionConfig.provider.keyArn"),
            # An upgrade of the control plane outlasts the provider's own limit.
            custom_timeouts=pulumi.CustomTimeouts(create="60m", update="120m", delete="60m"),
        )
        return pulumi.ResourceTransformResult(props=properties, opts=options.merge(given.opts, extra))

    return transform


class _Awaited(Awaitable[Any]):
    """Starts a coroutine when it is awaited, so that none is left over when the program fails before."""

    def __init__(self, start: Callable[[], Awaitable[Any]]) -> None:
        self._start = start

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._start().__await__()


@final
class InnerCluster(pulumi.CustomResource):
    """Stands for the inner cluster where an option names a resource: `deleted_with`, `depends_on`.

    The component hands the cluster out as a value that a plan does not know. Its URN follows from the component's, so
    that the first preview and a plan say what really goes with the cluster.
    """

    def __init__(self, component: eks.Cluster) -> None:
        super().__init__(t="", name="", props={}, opts=None, dependency=True)
        urn = component.urn.apply(inner_urn)
        self.__dict__["urn"] = pulumi.Output({self, component}, _Awaited(urn.future), _Awaited(urn.is_known))

    def with_value(self, value: str) -> pulumi.Output[str]:
        """A value known beforehand that whoever uses it waits for the cluster with."""
        return self.urn.apply(lambda _: value)


def inner_urn(component: str) -> str:
    """URN of the cluster inside the component with this URN, which names it after itself."""
    return f"{component.rpartition('::')[0]}${CLUSTER_TYPE}::{component.rpartition('::')[2]}-eksCluster"


def field(value: Any, name: str) -> Any:
    """A field of an object that the component hands out; None where a preview does not know it yet.

    The SDK builds the inner cluster anew from a reference, and leaves some of its objects plain mappings that its own
    types promise to be objects. While a change of the cluster is previewed, computed fields are missing in both.
    """
    if hasattr(value, name):
        return getattr(value, name)
    head, *rest = name.split("_")
    found = cast("Mapping[str, Any]", value)
    return found.get(name, found.get(head + "".join(part.capitalize() for part in rest)))
