"""The kinds of application.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping

from homeport.workloads.job import CronJobArgs, JobArgs
from homeport.workloads.web_app import WebAppArgs
from homeport.workloads.worker import WorkerArgs

#: An application as the program declares it.
AppSpec = WebAppArgs | WorkerArgs | CronJobArgs | JobArgs
#: Name to application.
AppSpecs = Mapping[str, AppSpec]


def kind_of(spec: AppSpec) -> str:
    """What it is called in texts: web-app, worker ..."""
    return spec.kind
