"""The components of our own workloads: `WebApp`, `Worker`, `CronJob`, `Job`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, final

from homeport.kube.manifest import Manifest
from homeport.workloads.context import Place
from homeport.workloads.job import CronJobArgs, JobArgs, render_cron_job, render_job
from homeport.workloads.web_app import WebAppArgs, render_web_app
from homeport.workloads.worker import WorkerArgs, render_worker
from homeport.workloads.workload import Workload

_Render = Callable[[Any, Place], list[Manifest]]


@final
class WebApp(Workload[WebAppArgs]):
    """A server of HTTP: account, files, flows, Deployment, Service, autoscaler or number, budget, route, monitor."""

    _token: ClassVar[str] = "homeport:workloads:WebApp"  # noqa: S105 - a type token
    _render: ClassVar[_Render] = staticmethod(render_web_app)


@final
class Worker(Workload[WorkerArgs]):
    """Something that takes its work from a queue or a database: account, files, flows, Deployment, scaling, budget."""

    _token: ClassVar[str] = "homeport:workloads:Worker"  # noqa: S105 - a type token
    _render: ClassVar[_Render] = staticmethod(render_worker)


@final
class CronJob(Workload[CronJobArgs]):
    """Work on a schedule: account, files, flows, CronJob."""

    _token: ClassVar[str] = "homeport:workloads:CronJob"  # noqa: S105 - a type token
    _render: ClassVar[_Render] = staticmethod(render_cron_job)


@final
class Job(Workload[JobArgs]):
    """Work that runs once for each change of it: account, files, flows, Job."""

    _token: ClassVar[str] = "homeport:workloads:Job"  # noqa: S105 - a type token
    _render: ClassVar[_Render] = staticmethod(render_job)
