"""A component of the team's own, beside homeport's."""

from __future__ import annotations

import pulumi

from homeport import Cluster, Manifest, declare


class Postbox(pulumi.ComponentResource):
    """A config map with what the sender may say, in the team's namespace.

    Args:
        name: logical name, and the name of the config map.
        cluster: where; any cluster of homeport.
        namespace: of the team.
        greeting: first line of every letter.
        opts: parent and the like.
    """

    config: str
    """Name of the config map."""

    def __init__(
        self,
        name: str,
        *,
        cluster: Cluster,
        namespace: str,
        greeting: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("newsletter:index:Postbox", name, None, opts)
        manifest = Manifest("v1", "ConfigMap", name, namespace, {"data": {"greeting": greeting}})
        declare(f"{name}-config", manifest, cluster=cluster, opts=pulumi.ResourceOptions(parent=self))
        self.config = name
        self.register_outputs({"config": self.config})
