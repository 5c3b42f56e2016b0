"""`JobArgs` and `CronJobArgs`: work that ends, once for each change or on a schedule, and their manifests.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from homeport.kube.manifest import TIMEOUT, Manifest, without_nothing
from homeport.workloads.args import WorkloadArgs
from homeport.workloads.content import named
from homeport.workloads.context import Place
from homeport.workloads.pod import file_map, object_labels, pod_labels, pod_template, service_account
from homeport.workloads.policies import network_policy
from homeport.workloads.schedule import Schedule, TimeZone

#: Seconds for the Job's own end to be noticed.
_GRACE: Final = 60


class _RunsArgs(WorkloadArgs):
    retries: Annotated[int, Field(ge=0, le=100)] = 3
    """How often a failed run is tried again."""
    deadline_seconds: Annotated[int, Field(ge=1)] = 3600
    """When a run that has not ended is stopped."""


class CronJobArgs(_RunsArgs):
    """Work on a schedule."""

    kind: Literal["cron-job"] = "cron-job"
    """Always cron-job."""
    schedule: Schedule
    """When, in five fields."""
    time_zone: TimeZone = "Etc/UTC"
    """In which the schedule is meant."""
    concurrency: Literal["Forbid", "Allow", "Replace"] = "Forbid"
    """What happens when the last run has not ended."""
    start_within_seconds: Annotated[int, Field(ge=10)] = 300
    """How late a run may start; later it is skipped."""
    suspend: bool = False
    """Nothing starts while it is on."""
    keep_failed: Annotated[int, Field(ge=0)] = 3
    """Failed runs that stay to be looked at."""
    keep_successful: Annotated[int, Field(ge=0)] = 1
    """Successful runs that stay."""


class JobArgs(_RunsArgs):
    """Work that runs once for each change of its pods: a migration. `after` lets others wait until it has succeeded.

    It may run again: a failed or interrupted run is started anew by the next update, and a pod is moved when its node
    goes. So what it does must bear being done twice.
    """

    kind: Literal["job"] = "job"
    """Always job."""


def render_cron_job(args: CronJobArgs, place: Place) -> list[Manifest]:
    """Everything of work on a schedule, except its rights in the cloud."""
    files = file_map(args, place)
    spec: dict[str, Any] = {
        "schedule": args.schedule,
        "timeZone": args.time_zone,
        "concurrencyPolicy": args.concurrency,
        "startingDeadlineSeconds": args.start_within_seconds,
        "suspend": args.suspend,
        "failedJobsHistoryLimit": args.keep_failed,
        "successfulJobsHistoryLimit": args.keep_successful,
        "jobTemplate": {
            "metadata": {"labels": pod_labels(args, place)},
            "spec": _run(args, place),
        },
    }
    return [
        service_account(args, place),
        *([files] if files else []),
        network_policy(args, place, labels=object_labels(args, place), rights=bool(args.permissions)),
        Manifest("batch/v1", "CronJob", place.app, place.namespace, {"spec": spec}, object_labels(args, place)),
    ]


def render_job(args: JobArgs, place: Place) -> list[Manifest]:
    """Everything of work that runs once, except its rights in the cloud."""
    files = file_map(args, place)
    spec = _run(args, place)
    # Retries and deadline are no reason to run again.
    name = named(place.app, spec["template"])
    annotations = {
        # Without it every later update would only report the old failure again.
        # https://github.com/pulumi/pulumi-kubernetes/pull/1575
        "pulumi.com/replaceUnready": "true",
        # Otherwise ten minutes, while the run may take longer: the Job's own deadline is to end it.
        TIMEOUT: str(args.deadline_seconds + _GRACE),
    }
    return [
        service_account(args, place),
        *([files] if files else []),
        network_policy(args, place, labels=object_labels(args, place), rights=bool(args.permissions)),
        # It has no time to live: a Job that is gone would be missed by the next refresh, and run again.
        Manifest("batch/v1", "Job", name, place.namespace, {"spec": spec}, object_labels(args, place), annotations),
    ]


def _run(args: _RunsArgs, place: Place) -> dict[str, Any]:
    return without_nothing(
        {
            "backoffLimit": args.retries,
            "activeDeadlineSeconds": args.deadline_seconds,
            "template": pod_template(args, place, restart="Never", spread="none"),
        }
    )
