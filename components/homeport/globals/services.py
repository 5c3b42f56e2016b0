"""`GcpServices`: the APIs that projects need, enabled once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_gcp as gcp

from homeport.cluster.gke_args import ProjectId


class GcpServices(pulumi.ComponentResource):
    """APIs of projects. They stay on when the stack goes: others use them too.

    An API that was just enabled refuses calls for a while, although Google already lists it. New ones therefore wait,
    and what depends on them follows. The engine runs few such waits at a time, so forty APIs must not each wait by
    themselves: the first of a run begins the wait, those that follow share it, and the last of all, which depends on
    the others, waits once more in full. Two waits, however many APIs.
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
        shared, full = _waits(name, settle_seconds)
        wanted = [(project, service) for project, names in services.items() for service in sorted(set(names))]
        made: dict[str, list[pulumi.Resource]] = {project: [] for project in services}
        everything: list[pulumi.Resource] = []
        for project, service in wanted:
            last = (project, service) == wanted[-1]
            everything.append(
                gcp.projects.Service(
                    f"{name}-{project}-{service.removesuffix('.googleapis.com')}",
                    project=projects[project],
                    service=service,
                    disable_on_destroy=False,
                    disable_dependent_services=False,
                    opts=pulumi.ResourceOptions(
                        parent=self, hooks=full if last else shared, depends_on=list(everything) if last else None
                    ),
                )
            )
            made[project].append(everything[-1])
        self.ready = {
            project: [*mine, *(one for one in everything[-1:] if one not in mine)] for project, mine in made.items()
        }
        self.register_outputs({})


def _waits(name: str, seconds: int) -> tuple[pulumi.ResourceHookBinding | None, pulumi.ResourceHookBinding | None]:
    """What most services do after they are made, and what the last of all does."""
    if seconds <= 0:
        return None, None
    until: list[float] = []

    async def share(args: pulumi.ResourceHookArgs) -> None:
        del args
        now = time.monotonic()
        if not until:
            until.append(now + seconds)
        await asyncio.sleep(max(0.0, until[0] - now))

    async def settle(args: pulumi.ResourceHookArgs) -> None:
        del args
        await asyncio.sleep(seconds)

    return (
        pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook(f"{name}-share-the-wait", share)]),
        pulumi.ResourceHookBinding(after_create=[pulumi.ResourceHook(f"{name}-settle", settle)]),
    )
