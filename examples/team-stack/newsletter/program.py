"""The program: the platform's cluster, and on it the team's applications."""

from __future__ import annotations

import pulumi

from homeport import (
    AppOverlay,
    Apps,
    ClusterOutputs,
    ClusterReference,
    Labels,
    PlatformOutputs,
    SettingsError,
)
from newsletter.apps import TENANT, specs
from newsletter.postbox import Postbox


async def main() -> dict[str, object]:
    """Declare everything; return the stack's outputs."""
    config = pulumi.Config()
    stack = config.require("platform")
    other = pulumi.StackReference("platform", stack_name=stack)
    try:
        facts = ClusterOutputs.parse((await other.get_output_details("cluster_facts")).value, stack=stack)
        platform = PlatformOutputs.parse((await other.get_output_details("platform")).value, stack=stack)
        cluster = ClusterReference("cluster", facts, kubeconfig=other.require_output("kubeconfig"))
        labels = Labels(
            project=pulumi.get_project(),
            environment=platform.environment,
            stack=pulumi.get_stack(),
            owner="newsletter",
            cost_centre="3000",
        )
        ours = specs(platform.registry or config.require("registry"), config.require("tag"))
        apps = Apps(
            "apps",
            ours,
            {name: AppOverlay() for name in ours},
            cluster=cluster,
            ground=platform.ground(labels, facts.cloud),
        )
        postbox = Postbox(
            "postbox",
            cluster=cluster,
            namespace=platform.tenants[TENANT].namespaces[0],
            greeting=f"Good morning from {platform.environment}",
        )
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
    return {"hosts": apps.hosts, "postbox": postbox.config}
