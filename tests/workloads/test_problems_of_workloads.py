"""What is wrong with a workload, in the words that people read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from homeport.workloads.args import Flow, FromSecret, Hardening
from homeport.workloads.helm_app import HelmAppArgs
from homeport.workloads.job import JobArgs
from homeport.workloads.monitors import Metrics
from homeport.workloads.names import name_problems
from homeport.workloads.probes import Probe
from homeport.workloads.replicated import Rollout
from homeport.workloads.resources import Resources
from homeport.workloads.scaling import Autoscale
from homeport.workloads.specs import AppSpec
from homeport.workloads.web_app import WebAppArgs
from homeport.workloads.worker import WorkerArgs
from tests.workloads.places import SPEC, cron_job, job, web, worker


def said(model: type[Any], **values: Any) -> str:
    """All that is wrong."""
    with pytest.raises(ValidationError) as error:
        model(**values)
    return str(error.value)


def problem(model: type[Any], **values: Any) -> str:
    """What is wrong between fields: one problem, as text."""
    with pytest.raises(ValidationError) as error:
        model(**{**SPEC, **values} if model in {WebAppArgs, WorkerArgs, JobArgs} else values)
    (found,) = error.value.errors()
    (one,) = found.get("ctx", {})["problems"]
    return one.text()


def test_a_number_of_pods_beside_an_autoscaler() -> None:
    assert problem(WebAppArgs, replicas=3, autoscale=Autoscale(max=4)) == (
        "replicas = 3: the autoscaler sets the number of pods; every update would set it back;"
        " remove replicas, or autoscale"
    )


def test_an_autoscaler_without_room_or_measure() -> None:
    assert problem(Autoscale, min=4, max=3) == (
        "max = 3: must be more than min, which is 4; write 5 or more, or replicas: 4 instead of autoscale"
    )
    assert problem(Autoscale, max=3, cpu=None) == "cpu: there is nothing to scale by; set cpu or memory"


def test_a_probe_of_a_port_that_is_not_exposed() -> None:
    args: dict[str, Any] = {"readiness": Probe(http="/", port=9000), "metrics": Metrics(port=9102)}
    assert problem(WebAppArgs, **args) == (
        "readiness.port = 9000: is not exposed: the container's ports are 8080, 9102; name one of them, or leave it out"
    )
    assert web(readiness=Probe(http="/", port=9102), metrics=Metrics(port=9102)).metrics is not None


def test_a_port_that_only_root_may_listen_on() -> None:
    assert problem(WebAppArgs, port=80) == (
        "port = 80: a process that is not root cannot listen on it on every node; listen on 1024 or above, for example"
        " 8080 (the Service answers on 80 all the same), or hardening: {low_ports: true}"
    )
    assert "metrics.port = 90" in problem(WorkerArgs, metrics=Metrics(port=90))
    assert web(port=80, hardening=Hardening(low_ports=True)).port == 80
    assert web(port=80, hardening=Hardening(user=0)).port == 80


def test_a_restart_of_whatever_is_busy() -> None:
    asked = Probe(http="/healthz")
    assert problem(WebAppArgs, readiness=asked, liveness=asked) == (
        "liveness: asks the same as readiness and gives up no later, after 30 seconds: whatever takes it out of service"
        " restarts it too; ask something that says less, for example {tcp: true}, or make period times failures more"
        " than 30"
    )
    assert "liveness" in problem(WebAppArgs, readiness=asked, liveness=Probe(http="/healthz", port=8080))
    assert web(readiness=asked, liveness=Probe(http="/healthz", failures=10)).liveness.failures == 10


def test_no_time_left_to_stop() -> None:
    assert problem(WebAppArgs, drain_seconds=30) == (
        "grace_seconds = 30: leaves no time to stop after 30 seconds of draining; write more than 30"
    )


def test_a_probe_asks_in_one_way() -> None:
    text = "(the whole file): must say exactly one of http, tcp and command; for example {http: /healthz}"
    assert problem(Probe) == text
    assert problem(Probe, tcp=True, http="/") == text
    assert problem(Probe, command=["a"], port=80).startswith("port = 80: has no effect")
    assert problem(Probe, tcp=True, period=1, timeout=2).startswith("timeout = 2: is longer than the time between")
    assert "at least 1 item" in said(Probe, command=[])


def test_a_worker_has_no_port_of_its_own() -> None:
    assert problem(WorkerArgs, liveness=Probe(tcp=True)) == (
        "liveness: asks a port, and a worker has none of its own; name the port, or ask with a command"
    )
    assert problem(WorkerArgs, metrics=Metrics()) == (
        "metrics.port: is needed: a worker serves on no port of its own; name the port"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_PASSWORD", "s3cr3t"),
        ("TOKEN", "s3cr3t"),
        ("AWS_SECRET_ACCESS_KEY", "s3cr3t"),
        ("stripe_api_key", "s3cr3t"),
        ("DJANGO_SECRET_KEY", "s3cr3t"),
    ],
)
def test_a_variable_that_is_a_secret_by_its_name_and_never_its_value(name: str, value: str) -> None:
    text = problem(WebAppArgs, env={name: value})
    assert text == (
        f"env.{name}: its name says that it is a secret, and its value stands in the program and in the cluster's API;"
        f" put it into a Secret and write {name}: {{secret: NAME, key: KEY}}"
    )
    assert value not in said(WebAppArgs, **SPEC, env={name: value})
    assert web(env={name: FromSecret(secret="db", key="k")}).env


def test_a_password_in_a_url() -> None:
    text = problem(WebAppArgs, env={"DATABASE_URL": "postgres://shop:s3cr3t@db/shop"})
    assert text.startswith("env.DATABASE_URL: holds a password, which would stand in the program")
    assert "s3cr3t" not in text


@pytest.mark.parametrize("name", ["PASSWORD_FILE", "TOKEN_URL", "SECRET_NAME", "ACCESS_KEY_ID", "KEY", "API_URL"])
def test_a_variable_that_only_leads_to_a_secret(name: str) -> None:
    assert web(env={name: "https://shop@acme.example/x"}).env


def test_a_secret_without_a_name() -> None:
    assert "secret" in said(FromSecret, key="url")
    assert "must be a DNS label" in said(FromSecret, secret="Shop DB", key="url")


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        ("registry.example/apps/web:1", "must be an image's name without tag or digest"),
        ("registry.example/apps/web@sha256:0", "must be an image's name without tag or digest"),
        ("web", "must be an image's full name"),
        ("Registry.example/web", "must be an image's full name"),
    ],
)
def test_an_image_is_a_full_name_alone(image: str, rule: str) -> None:
    assert rule in said(WebAppArgs, **{**SPEC, "image": image})


def test_a_tag_names_one_build() -> None:
    assert "must name one build; latest is another one tomorrow" in said(WebAppArgs, **{**SPEC, "tag": "latest"})
    assert "must be an image tag" in said(WebAppArgs, **{**SPEC, "tag": "a b"})
    assert "must be an image digest" in said(WebAppArgs, **SPEC, digest="sha256:1")
    assert web(tag=1234567).tag == "1234567"


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (
            {"memory": "256Mi", "memory_limit": "128Mi"},
            (
                'memory_limit = "128Mi": is less than what is reserved, 256Mi; the API refuses it; write "256Mi"'
                " or more, or reserve less"
            ),
        ),
        ({"cpu": "2", "cpu_limit": "500m"}, 'cpu_limit = "500m": is less than what is reserved, 2'),
        ({"disk": "1Gi", "disk_limit": "1G"}, 'disk_limit = "1G": is less than what is reserved, 1Gi'),
        (
            {"memory": "128m"},
            (
                'memory = "128m": is less than any process needs to start (m is a thousandth of a byte); for example'
                ' "256Mi"'
            ),
        ),
        (
            {"cpu": "100Mi"},
            (
                'cpu = "100Mi": must be at least a thousandth of a core, in cores or thousandths; for example "250m" (a'
                ' quarter of a core) or "2"'
            ),
        ),
        ({"cpu": "0.0005"}, 'cpu = "0.0005": must be at least a thousandth'),
        ({"cpu": "0"}, 'cpu = "0": must be at least a thousandth'),
        ({"cpu_limit": "1k"}, 'cpu_limit = "1k": must be at least a thousandth'),
        ({"disk": "64m"}, 'disk = "64m": is less than a log needs'),
    ],
)
def test_amounts_that_nobody_means(room: dict[str, str], text: str) -> None:
    assert problem(Resources, **room).startswith(text)


@pytest.mark.parametrize("room", [{"cpu": "1.5"}, {"cpu": "250m"}, {"memory": "1G"}, {"memory_limit": "0.5Gi"}])
def test_amounts_that_people_mean(room: dict[str, str]) -> None:
    assert Resources(**room)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            {"files": {"/scratch": "x"}, "hardening": Hardening(writable=["/scratch"])},
            'files["/scratch"] = "/scratch": is mounted twice; choose another path',
        ),
        (
            {"secret_files": {"/etc/tls": "a"}, "files": {"/etc/tls/ca.pem": "x"}},
            (
                'files["/etc/tls/ca.pem"] = "/etc/tls/ca.pem": lies below /etc/tls, which is read-only, so that'
                " nothing can be mounted in it; choose a path beside it"
            ),
        ),
        (
            {"files": {"/a/b_c": "x", "/a_b/c": "y"}},
            'files["/a_b/c"]: has the same key in the ConfigMap as /a/b_c: a_b_c; rename one of the files',
        ),
        (
            {"hardening": Hardening(writable=["/scratch", "/scratch"])},
            'hardening.writable[1] = "/scratch": is mounted twice; choose another path',
        ),
    ],
)
def test_mounts_that_are_in_each_others_way(more: dict[str, Any], text: str) -> None:
    assert problem(WebAppArgs, **more) == text


def test_a_file_may_stand_in_a_folder_to_write() -> None:
    assert web(files={"/scratch/app.yaml": "x"}, hardening=Hardening(writable=["/scratch"])).files


@pytest.mark.parametrize("path", ["etc/app", "/etc/app/", "/etc//app", "/etc/../root", "/"])
def test_paths_in_the_container_are_absolute_and_plain(path: str) -> None:
    assert "must be an absolute path in the container" in said(WebAppArgs, **SPEC, files={path: "x"})


def test_labels_that_selectors_rest_on_stay() -> None:
    text = problem(WebAppArgs, labels={"app.kubernetes.io/name": "other"})
    assert "is a label that homeport sets itself" in text
    assert "must be a key of a label" in said(WebAppArgs, **SPEC, labels={"a b": "c"})
    assert "must be a Kubernetes label value" in said(WebAppArgs, **SPEC, labels={"a": "b c"})


def test_hosts_and_paths_once_each() -> None:
    host = "web.stage.acme.example"
    assert problem(WebAppArgs, hosts=[host, host]) == f'hosts[1] = "{host}": is there twice; remove one of them'
    assert problem(WebAppArgs, paths=["/a", "/a"]) == 'paths[1] = "/a": is there twice; remove one of them'


@pytest.mark.parametrize("path", ["api", "/a//b", "/a/../b", "/a b", "/a#b", "/a/..", f"/{'a' * 1024}"])
def test_paths_that_a_gateway_would_refuse(path: str) -> None:
    text = said(WebAppArgs, **SPEC, paths=[path])
    assert "path" in text
    assert "for example /api" in str(said_fixes(paths=[path]))


def said_fixes(**values: Any) -> list[str]:
    with pytest.raises(ValidationError) as error:
        WebAppArgs(**SPEC, **values)
    return [found.get("ctx", {}).get("fix", "") for found in error.value.errors()]


def test_a_flow_leads_to_one_target() -> None:
    text = "(the whole file): must name exactly one of app, cidr and internet; for example {app: api}"
    assert problem(Flow) == text
    assert problem(Flow, app="api", internet=True) == text


def test_a_rollout_in_which_no_pod_could_ever_count() -> None:
    assert problem(Rollout, min_ready_seconds=60, deadline_seconds=60).startswith(
        "min_ready_seconds = 60: is as long as the whole rollout may take, 60 seconds"
    )


@pytest.mark.parametrize(
    ("name", "spec", "text"),
    [
        (
            "a" * 53,
            cron_job(),
            (
                "the name of a cron-job has 52 characters at most: Kubernetes adds the time of each run to it;"
                " shorten it in the program"
            ),
        ),
        (
            "a" * 55,
            job(),
            "the name of a job has 54 characters at most: a hash of what runs is added to it; shorten",
        ),
        (
            "a" * 54,
            HelmAppArgs(tenant="tools", chart="./charts/old"),
            "the name of a helm-app has 53 characters at most: charts add to the name of a release; shorten",
        ),
        ("9lives", web(), "the name of a web-app begins with a letter: its Service asks for it; rename it"),
        ("a" * 64, worker(), "the name of a worker has 63 characters at most; shorten it in the program"),
    ],
)
def test_names_that_are_too_long_for_what_is_added(name: str, spec: AppSpec, text: str) -> None:
    (found,) = name_problems(name, spec)
    assert text in found.text()


@pytest.mark.parametrize(("length", "spec"), [(52, cron_job()), (54, job()), (63, web()), (63, worker())])
def test_names_that_just_fit(length: int, spec: AppSpec) -> None:
    assert list(name_problems("a" * length, spec)) == []
