"""A real API server takes what workloads render, in a namespace of the strictest level, and reads their schedules."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest

from homeport.kube.manifest import Manifest
from homeport.kube.pod_security import Level, violations
from homeport.tenancy.args import PodSecurity, TenantArgs
from homeport.tenancy.manifests import tenant_objects
from homeport.workloads.args import Hardening, WorkloadArgs
from homeport.workloads.scaling import Autoscale
from tests.engine.control_plane import ControlPlane
from tests.workloads.places import KINDS, LABELS, cron_job, place, pod, rendered, web, worker
from tests.workloads.test_schedules import NOT_READ, READ

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

BASES = {
    "v1": "/api/v1",
    "apps/v1": "/apis/apps/v1",
    "autoscaling/v2": "/apis/autoscaling/v2",
    "batch/v1": "/apis/batch/v1",
    "networking.k8s.io/v1": "/apis/networking.k8s.io/v1",
    "policy/v1": "/apis/policy/v1",
}
PLURALS = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}


@pytest.fixture(scope="module")
def plane(control_plane: ControlPlane) -> ControlPlane:
    """A cluster with the tenants shop, restricted, and lax, baseline."""
    control_plane.reset()
    levels: dict[str, PodSecurity] = {"shop": "restricted", "lax": "baseline"}
    for name, level in levels.items():
        objects = tenant_objects(name, TenantArgs(pod_security=level), labels=LABELS)
        for manifest in objects.namespaces:
            control_plane.create("/api/v1/namespaces", manifest.document)
            account = Manifest("v1", "ServiceAccount", "bare", manifest.name)
            control_plane.create(f"/api/v1/namespaces/{manifest.name}/serviceaccounts", account.document)
    return control_plane


def sent(plane: ControlPlane, manifest: Manifest) -> tuple[int, Any]:
    """Status and body of the answer of a strict creation that leaves nothing."""
    plural = PLURALS.get(manifest.kind, f"{manifest.kind.lower()}s")
    path = f"{BASES[manifest.api_version]}/namespaces/{manifest.namespace}/{plural}"
    body: dict[str, Any] = json.loads(json.dumps(manifest.document))
    answer = plane.request("POST", f"{path}?dryRun=All&fieldValidation=Strict", body)
    return answer.status, answer.body


def admitted(plane: ControlPlane, namespace: str, spec: dict[str, Any]) -> bool:
    alone = Manifest("v1", "Pod", "web", namespace, {"spec": {**spec, "serviceAccountName": "bare"}})
    status, body = sent(plane, alone)
    if status != HTTPStatus.CREATED:
        assert (status, "violates PodSecurity" in body["message"]) == (HTTPStatus.FORBIDDEN, True), body
    return status == HTTPStatus.CREATED


WORKLOADS: dict[str, WorkloadArgs] = {
    **KINDS,
    "scaled": web(autoscale=Autoscale(max=4), files={"/etc/app.yaml": "a"}, secret_files={"/etc/tls": "a"}),
    "low": web(port=80, hardening=Hardening(low_ports=True, capabilities=["NET_BIND_SERVICE"])),
    "spread": worker(zones="required", tolerates_spot=True),
}


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_object_is_taken_strictly(plane: ControlPlane, name: str) -> None:
    for manifest in rendered(WORKLOADS[name], place(name)):
        if manifest.api_version in BASES:
            status, body = sent(plane, manifest)
            assert status == HTTPStatus.CREATED, body


@pytest.mark.parametrize(
    "hardening",
    [
        Hardening(),
        Hardening(user=0),
        Hardening(capabilities=["CHOWN"]),
        Hardening(capabilities=["NET_ADMIN"]),
        Hardening(capabilities=["NET_BIND_SERVICE"], low_ports=True),
        Hardening(seccomp="unconfined"),
        Hardening(read_only_root=False, service_account_token=True),
    ],
    ids=lambda hardening: hardening.model_dump_json(exclude_defaults=True),
)
@pytest.mark.parametrize(("namespace", "level"), [("shop", "restricted"), ("lax", "baseline")])
def test_our_checks_say_what_the_admission_says(
    plane: ControlPlane, hardening: Hardening, namespace: str, level: Level
) -> None:
    spec = pod(web(hardening=hardening))
    assert admitted(plane, namespace, spec) == (violations(spec, level) == [])


@pytest.mark.parametrize("schedule", READ)
def test_schedules_that_we_take_kubernetes_takes(plane: ControlPlane, schedule: str) -> None:
    (found,) = [one for one in rendered(cron_job(schedule=schedule)) if one.kind == "CronJob"]
    assert sent(plane, found)[0] == HTTPStatus.CREATED


@pytest.mark.parametrize("schedule", NOT_READ)
def test_schedules_that_we_refuse_kubernetes_refuses(plane: ControlPlane, schedule: str) -> None:
    (found,) = [one for one in rendered(cron_job()) if one.kind == "CronJob"]
    body = {"spec": {**found.body["spec"], "schedule": schedule}}
    refused = Manifest(found.api_version, found.kind, found.name, found.namespace, body)
    assert sent(plane, refused)[0] == HTTPStatus.UNPROCESSABLE_ENTITY
