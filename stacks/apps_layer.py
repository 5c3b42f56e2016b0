"""Layer `apps`: applications alone, on the cluster of another stack, with a state and a lock of their own.

Whoever deploys it needs rights in the tenants' namespaces and none over the cluster or the cloud.
"""

from __future__ import annotations

from typing import Any

import pulumi

from homeport.cluster.outputs import ClusterOutputs
from homeport.cluster.reference import ClusterReference
from homeport.labels import Labels
from homeport.problems import Problem, SettingsError
from homeport.workloads.apps import Apps
from homeport.workloads.platform import PlatformOutputs
from stacks import apps
from stacks.other import full_name
from stacks.settings import AppsStack


async def build(stack: AppsStack, *, labels: Labels) -> dict[str, Any]:
    """Declare the applications of an apps stack.

    Args:
        stack: the settings, checked as far as they show.
        labels: what every resource carries.

    Returns:
        The stack's outputs.

    Raises:
        SettingsError: the cluster's stack has not published what is needed, or an application does not fit into it.
    """
    name = stack.cluster_stack
    other = pulumi.StackReference("cluster", stack_name=full_name(name, read="the cluster"))
    facts = ClusterOutputs.parse((await other.get_output_details("cluster_facts")).value, stack=name)
    platform = PlatformOutputs.parse((await other.get_output_details("platform")).value, stack=name)
    cluster = ClusterReference("cluster", facts, kubeconfig=other.require_output("kubeconfig"))
    registry = stack.registry or platform.registry
    if registry is None:
        raise SettingsError(
            [
                Problem(
                    ("registry",),
                    f"the apps' images have no registry: the stack {name} has published none",
                    "write registry: registry.acme.example/apps",
                    related=(("cluster_stack",),),
                )
            ]
        )
    made = Apps(
        "apps",
        apps.specs(registry, platform.domain),
        stack.apps,
        cluster=cluster,
        ground=platform.ground(labels, facts.cloud, secrets=stack.secrets),
        charts=stack.charts,
    )
    return {"urls": {app: [f"https://{host}" for host in hosts] for app, hosts in made.hosts.items()}}
