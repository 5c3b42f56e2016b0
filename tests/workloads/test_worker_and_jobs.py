"""What workers, jobs and jobs on a schedule consist of."""

from __future__ import annotations

import re

from homeport.kube.manifest import Manifest
from homeport.workloads.args import Hardening
from homeport.workloads.job import JobArgs
from homeport.workloads.monitors import Metrics
from homeport.workloads.probes import Probe
from homeport.workloads.resources import Resources
from homeport.workloads.scaling import Autoscale
from tests.workloads.places import container, cron_job, job, kinds, one, place, pod, rendered, worker


def test_nobody_connects_to_a_worker() -> None:
    manifests = rendered(worker())
    assert kinds(manifests) == ["ServiceAccount", "NetworkPolicy", "Deployment", "PodDisruptionBudget"]
    assert one(manifests, "NetworkPolicy").body["spec"]["ingress"] == []
    assert not {"ports", "readinessProbe", "livenessProbe", "lifecycle"} & set(container(worker()))


def test_a_worker_scales_like_a_server() -> None:
    manifests = rendered(worker(autoscale=Autoscale(max=5)))
    assert "replicas" not in one(manifests, "Deployment").body["spec"]
    assert one(manifests, "HorizontalPodAutoscaler").body["spec"]["maxReplicas"] == 5
    assert "PodDisruptionBudget" not in kinds(rendered(worker(replicas=1)))


def test_a_port_that_probes_of_a_worker_ask_is_one_of_its_container() -> None:
    args = worker(
        readiness=Probe(http="/ready", port=8081),
        liveness=Probe(tcp=True, port=8081, failures=9),
        startup=Probe(command=["/app", "up"]),
    )
    inner = container(args)
    assert inner["ports"] == [{"name": "readiness", "containerPort": 8081, "protocol": "TCP"}]
    assert inner["readinessProbe"]["httpGet"]["port"] == 8081
    assert inner["startupProbe"]["exec"] == {"command": ["/app", "up"]}


def test_prometheus_asks_the_pods_of_a_worker_themselves() -> None:
    manifests = rendered(worker(metrics=Metrics(port=9102)))
    (endpoint,) = one(manifests, "PodMonitor").body["spec"]["podMetricsEndpoints"]
    assert endpoint["port"] == "metrics"
    assert container(worker(metrics=Metrics(port=9102)))["ports"][0] == {
        "name": "metrics", "containerPort": 9102, "protocol": "TCP",
    }  # fmt: skip
    (rule,) = one(manifests, "NetworkPolicy").body["spec"]["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 9102}]


def test_a_cron_job_says_everything_about_its_runs() -> None:
    args = cron_job(
        time_zone="Europe/Berlin", concurrency="Replace", start_within_seconds=60, suspend=True, keep_failed=1,
        keep_successful=0, retries=0, deadline_seconds=120,
    )  # fmt: skip
    spec = one(rendered(args), "CronJob").body["spec"]
    inner = spec.pop("jobTemplate")["spec"]
    assert spec == {
        "schedule": "15 3 * * *",
        "timeZone": "Europe/Berlin",
        "concurrencyPolicy": "Replace",
        "startingDeadlineSeconds": 60,
        "suspend": True,
        "failedJobsHistoryLimit": 1,
        "successfulJobsHistoryLimit": 0,
    }
    assert (inner["backoffLimit"], inner["activeDeadlineSeconds"]) == (0, 120)
    assert inner["template"]["spec"]["restartPolicy"] == "Never"


def test_by_default_runs_of_a_cron_job_do_not_overlap() -> None:
    spec = one(rendered(cron_job()), "CronJob").body["spec"]
    assert (spec["concurrencyPolicy"], spec["timeZone"], spec["suspend"]) == ("Forbid", "Etc/UTC", False)


def made(args: JobArgs) -> Manifest:
    return one(rendered(args, place("migrate")), "Job")


def test_a_job_is_named_by_what_it_runs() -> None:
    assert re.fullmatch(r"migrate-[0-9a-f]{8}", made(job()).name)
    assert made(job()).name == made(job()).name


def test_whatever_changes_in_its_pods_runs_a_job_again() -> None:
    changed = [
        job(tag="1.4.3"),
        job(arguments=["--all"]),
        job(env={"A": "b"}),
        job(files={"/etc/app.yaml": "a"}),
        job(hardening=Hardening(user=20000)),
        job(resources=Resources(memory="1Gi")),
    ]
    assert len({made(args).name for args in [job(), *changed]}) == len(changed) + 1


def test_what_is_not_in_its_pods_does_not_run_a_job_again() -> None:
    assert made(job(retries=0)).name == made(job()).name
    assert made(job(deadline_seconds=60)).name == made(job()).name
    elsewhere = place("migrate", labels=place().labels.model_copy(update={"owner": "shop"}))
    assert one(rendered(job(), elsewhere), "Job").name == made(job()).name


def test_a_job_stays_as_the_record_that_it_ran() -> None:
    assert "ttlSecondsAfterFinished" not in made(job()).body["spec"]


def test_a_failed_job_is_run_again_and_a_long_one_waited_for_until_its_own_end() -> None:
    found = made(job(deadline_seconds=7200))
    assert found.body["spec"]["activeDeadlineSeconds"] == 7200
    assert found.annotations == {"pulumi.com/replaceUnready": "true", "pulumi.com/timeoutSeconds": "7260"}


def test_a_job_ends_its_pods_for_good() -> None:
    assert pod(job())["restartPolicy"] == "Never"
    assert made(job(retries=1)).body["spec"]["backoffLimit"] == 1
