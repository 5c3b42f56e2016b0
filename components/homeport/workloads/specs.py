"""The kinds of application.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping

from homeport.workloads.args import Flow
from homeport.workloads.foreign import ForeignArgs
from homeport.workloads.helm_app import HelmAppArgs
from homeport.workloads.job import CronJobArgs, JobArgs
from homeport.workloads.kustomize_app import KustomizeAppArgs
from homeport.workloads.web_app import WebAppArgs
from homeport.workloads.worker import WorkerArgs

#: Of our own: homeport writes its manifests.
OwnSpec = WebAppArgs | WorkerArgs | CronJobArgs | JobArgs
#: An application as the program declares it.
AppSpec = OwnSpec | HelmAppArgs | KustomizeAppArgs
#: Name to application.
AppSpecs = Mapping[str, AppSpec]


def kind_of(spec: AppSpec) -> str:
    """What it is called in texts: web-app, worker ..."""
    return spec.kind


def flow_ports(flow: Flow, target: AppSpec) -> tuple[int, ...]:
    """Ports of the target that a flow to it opens; empty where neither of the two names one."""
    port = target.port if isinstance(target, WebAppArgs | ForeignArgs) else None
    return tuple(flow.ports) or (() if port is None else (port,))
