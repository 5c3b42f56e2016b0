"""What holds of whatever a team writes: any spec renders objects that the API takes and that fit together."""

from __future__ import annotations

from typing import Any

import kubernetes_validate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.kube.manifest import Manifest
from homeport.kube.pod_security import violations
from homeport.kube.quantity import amount
from homeport.workloads.args import Flow, FromSecret, Hardening, WorkloadArgs
from homeport.workloads.job import CronJobArgs, JobArgs
from homeport.workloads.monitors import Metrics
from homeport.workloads.names import name_problems
from homeport.workloads.probes import Probe
from homeport.workloads.replicated import Rollout
from homeport.workloads.resources import Resources
from homeport.workloads.scaling import Autoscale
from homeport.workloads.web_app import WebAppArgs
from homeport.workloads.worker import WorkerArgs
from tests.workloads.places import KINDS, SPEC, kinds, one, place, rendered, template

#: Groups whose kinds the validator has no schema of.
CUSTOM = ("gateway.networking.k8s.io", "monitoring.coreos.com")
LABEL = st.from_regex(r"[a-z]([-a-z0-9]{0,30}[a-z0-9])?", fullmatch=True)
PATH = st.from_regex(r"(/[a-z0-9]{1,6}){2,3}", fullmatch=True)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)


def room(cpu: int, memory: int, more: int) -> Resources:
    limit = f"{memory + more}Mi" if more else None
    return Resources(cpu=f"{cpu}m", memory=f"{memory}Mi", memory_limit=limit)


rooms = st.builds(room, st.integers(1, 4000), st.integers(16, 4096), st.integers(0, 64))
common = {
    "env": st.dictionaries(
        st.from_regex(r"X_[A-Z]{1,5}_[A-Z]{1,5}_X", fullmatch=True),
        TEXT | st.integers() | st.booleans() | st.builds(FromSecret, secret=LABEL, key=st.just("k")),
        max_size=3,
    ),
    "files": st.dictionaries(PATH.map(lambda path: f"/etc{path}.yaml"), TEXT, max_size=2),
    "secret_files": st.dictionaries(PATH.map(lambda path: f"/run{path}"), LABEL, max_size=1),
    "resources": rooms,
    "hardening": st.builds(
        Hardening,
        user=st.integers(1, 70000),
        read_only_root=st.booleans(),
        writable=st.lists(PATH.map(lambda path: f"/var{path}"), max_size=2, unique=True).filter(
            lambda paths: not any(a != b and a.startswith(f"{b}/") for a in paths for b in paths)
        ),
        capabilities=st.sampled_from([[], ["NET_BIND_SERVICE"]]),
        low_ports=st.just(True),
        service_account_token=st.booleans(),
    ),
    "connects": st.lists(
        st.builds(Flow, internet=st.just(True), ports=st.lists(st.integers(1, 65535), max_size=2)), max_size=2
    ),
    "labels": st.dictionaries(LABEL.map(lambda key: f"acme.example/{key}"), LABEL, max_size=2),
    "grace_seconds": st.integers(20, 300),
    "tolerates_spot": st.booleans(),
}
scaled = {
    "replicas": st.none(),
    "autoscale": st.none() | st.integers(1, 9).map(lambda low: Autoscale(min=low, max=2 * low)),
    "rollout": st.builds(Rollout, surge=st.integers(1, 100), strategy=st.sampled_from(["rolling", "recreate"])),
    "zones": st.sampled_from(["preferred", "required"]),
}  # fmt: skip
fixed = {**scaled, "replicas": st.integers(0, 9), "autoscale": st.none()}
metrics = st.none() | st.builds(Metrics, port=st.integers(1024, 65535))


def specs(model: type[Any], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Valid specs of a kind; files and secrets that fall into each other are left out."""
    drawn = st.fixed_dictionaries({**common, **fields})
    return drawn.filter(_apart).map(lambda values: model(**SPEC, **values))


def _apart(values: dict[str, Any]) -> bool:
    keys = [path.strip("/").replace("/", "_") for path in values["files"]]
    return len(keys) == len(set(keys))


web_apps = st.one_of(
    *(
        specs(
            WebAppArgs,
            **numbers,
            port=st.integers(1, 65535),
            metrics=metrics,
            hosts=st.sampled_from([None, [], ["a.stage.acme.example", "stage.acme.example"]]),
            startup=st.none() | st.just(Probe(http="/up", failures=30)),
            drain_seconds=st.integers(0, 19),
        )
        for numbers in (scaled, fixed)
    )
)
workers = st.one_of(
    *(
        specs(WorkerArgs, **numbers, metrics=metrics, liveness=st.none() | st.just(Probe(tcp=True, port=9000)))
        for numbers in (scaled, fixed)
    )
)
jobs = specs(JobArgs, retries=st.integers(0, 9), deadline_seconds=st.integers(1, 9999))
cron_jobs = specs(CronJobArgs, schedule=st.sampled_from(["* * * * *", "@daily", "0 4 1,15 * MON-FRI"]))
workloads = st.one_of(web_apps, workers, jobs, cron_jobs)
examples = settings(max_examples=60, deadline=None)


def strictly_valid(manifest: Manifest) -> None:
    """Raises where the API of Kubernetes would not know a field or take a value."""
    if manifest.api_version.split("/")[0] not in CUSTOM:
        kubernetes_validate.validate(manifest.document, "1.34", strict=True)


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_the_validator_tells_unknown_fields(args: WorkloadArgs) -> None:
    wrong = one(rendered(args), "NetworkPolicy").document
    wrong["spec"]["polices"] = []
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, "1.34", strict=True)


@settings(max_examples=25, deadline=None)
@given(workloads)
def test_every_object_is_what_the_api_takes(args: WorkloadArgs) -> None:
    for manifest in rendered(args):
        strictly_valid(manifest)


@examples
@given(workloads)
def test_the_pods_are_admitted_by_the_strictest_level(args: WorkloadArgs) -> None:
    assert violations(template(rendered(args))["spec"], "restricted") == []


@examples
@given(workloads)
def test_everything_that_selects_finds_the_pods(args: WorkloadArgs) -> None:
    manifests = rendered(args)
    labels = template(manifests)["metadata"]["labels"]
    for manifest in manifests:
        spec = manifest.body.get("spec", {})
        selector: dict[str, Any] = spec.get("podSelector") or spec.get("selector") or {}
        wanted: dict[str, str] = selector if manifest.kind == "Service" else selector.get("matchLabels", {})
        assert wanted.items() <= labels.items()
        assert manifest.namespace == "shop"


@examples
@given(workloads)
def test_what_is_mounted_is_there(args: WorkloadArgs) -> None:
    manifests = rendered(args)
    spec = template(manifests)["spec"]
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    mounts = spec["containers"][0].get("volumeMounts", [])
    assert {mount["name"] for mount in mounts} == set(volumes)
    assert len({mount["mountPath"] for mount in mounts}) == len(mounts)
    if args.files:
        config = one(manifests, "ConfigMap")
        assert volumes["files"]["configMap"]["name"] == config.name
        keys = {mount["subPath"] for mount in mounts if mount["name"] == "files"}
        assert keys == set(config.body["data"])


@examples
@given(workloads)
def test_limits_are_never_below_what_is_reserved(args: WorkloadArgs) -> None:
    found = template(rendered(args))["spec"]["containers"][0]["resources"]
    assert found["requests"].keys() == found["limits"].keys()
    assert all(amount(found["limits"][name]) >= amount(found["requests"][name]) for name in found["requests"])


@examples
@given(web_apps)
def test_ports_that_are_asked_exist(args: WebAppArgs) -> None:
    manifests = rendered(args)
    container = template(manifests)["spec"]["containers"][0]
    exposed = {port["name"]: port["containerPort"] for port in container["ports"]}
    served = {port["name"]: port["targetPort"] for port in one(manifests, "Service").body["spec"]["ports"]}
    assert set(served.values()) <= set(exposed)
    for name in ("readinessProbe", "livenessProbe", "startupProbe"):
        handler = container.get(name, {})
        for how in ("httpGet", "tcpSocket"):
            assert how not in handler or handler[how]["port"] in exposed.values()
    if "ServiceMonitor" in kinds(manifests):
        (endpoint,) = one(manifests, "ServiceMonitor").body["spec"]["endpoints"]
        assert endpoint["port"] in served
        assert args.metrics is not None
        assert exposed[served[endpoint["port"]]] == args.metrics.port
    if "HTTPRoute" in kinds(manifests):
        (rule,) = one(manifests, "HTTPRoute").body["spec"]["rules"]
        numbers = [port["port"] for port in one(manifests, "Service").body["spec"]["ports"]]
        assert [backend["port"] in numbers for backend in rule["backendRefs"]] == [True]
        assert len(numbers) == len(set(numbers))


@examples
@given(workers)
def test_ports_of_workers_exist(args: WorkerArgs) -> None:
    manifests = rendered(args)
    container = template(manifests)["spec"]["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
    assert args.liveness is None or args.liveness.port in ports.values()
    if "PodMonitor" in kinds(manifests):
        assert args.metrics is not None
        assert ports["metrics"] == args.metrics.port


@examples
@given(st.one_of(web_apps, workers))
def test_either_a_number_or_an_autoscaler_says_how_many(args: WebAppArgs | WorkerArgs) -> None:
    manifests = rendered(args)
    said = "replicas" in one(manifests, "Deployment").body["spec"]
    assert said != ("HorizontalPodAutoscaler" in kinds(manifests))


@examples
@given(workloads, st.integers(1, 63))
def test_no_name_is_longer_than_what_holds_it(args: Any, length: int) -> None:
    app = "a" * length
    if list(name_problems(app, args)):
        return
    manifests = rendered(args, place(app))
    assert all(len(manifest.name) <= 63 for manifest in manifests if manifest.kind != "ConfigMap")
    assert all(len(manifest.name) <= 52 for manifest in manifests if manifest.kind == "CronJob")
    assert all(len(value) <= 63 for manifest in manifests for value in manifest.labels.values())


@examples
@given(workloads)
def test_rendering_is_deterministic_and_owes_nothing_to_the_order_of_maps(args: Any) -> None:
    turned = args.model_copy(
        update={
            name: dict(reversed(getattr(args, name).items())) for name in ("env", "files", "secret_files", "labels")
        }
    )
    assert [manifest.document for manifest in rendered(turned)] == [manifest.document for manifest in rendered(args)]
