"""`GcpServices`: the APIs that projects need, enabled once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import ProjectId


class GcpServices(pulumi.ComponentResource):
    """APIs of projects. They stay on when the stack goes: others use them too.

    An API that was just enabled refuses calls for a while, although Google already lists it. Each one therefore waits
    after it is made, and only then; what depends on it follows. All wait at the same time.
    https://cloud.google.com/service-usage/docs/enable-disable
    """

    ready: Mapping[str, Sequence[pulumi.Resource]]
    """Project name to what to wait for before its APIs are used."""

    def __init__(
        self,
        name: str,
        services: Mapping[str, Sequence[str]],
        *,
        projects: Mapping[str, ProjectId],
        settle_seconds: int = 60,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the services.

        Args:
            name: prefix of the children's names.
            services: project name to APIs, for example dns.googleapis.com.
            projects: project name to id.
            settle_seconds: how long a new one waits; 0: not at all.
            opts: with the gcp provider in `providers`.
        """
        super().__init__("homeport:globals:GcpServices", name, None, opts)
        hooks = _settle(name, settle_seconds)
        self.ready = {
            project: [
                gcp.projects.Service(
                    f"{name}-{project}-{service.removesuffix('.googleapis.com')}",
                    project=projects[project],
                    service=service,
                    disable_on_destroy=False,
                    disable_dependent_services=False,
                    opts=pulumi.ResourceOptions(parent=self, hooks=hooks),
                )
                for service in sorted(set(wanted))
            ]
            for project, wanted in services.items()
        }
        self.register_outputs({})


def _settle(name: str, seconds: int) -> pulumi.ResourceHookBinding | None:
    if seconds <= 0:
        return None

    async def settle(args: pulumi.ResourceHookArgs) -> None:
        del args
        await asyncio.sleep(seconds)

    return pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook(f"{name}-settle", settle)])
