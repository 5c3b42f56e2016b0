"""What every pod forbids and asks for, and how a spec changes it, visibly."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.cluster.pool_args import NodePoolArgs
from homeport.kube.pod_security import violations
from homeport.workloads.admission import admission_problems
from homeport.workloads.args import FromSecret, Hardening, WorkloadArgs
from homeport.workloads.resources import Resources
from tests.workloads.places import KINDS, container, job, one, place, pod, rendered, template, web

POOLS = {
    "spot": NodePoolArgs.model_validate(
        {"machines": ["e2-standard-4"], "spot": True, "min": 0, "max": 3,
         "taints": [{"key": "spot", "value": "true", "effect": "NoSchedule"}]}
    ),
    "gpu": NodePoolArgs.model_validate(
        {"machines": ["n1-standard-8"], "min": 0, "max": 3,
         "taints": [{"key": "acme.example/gpu", "value": "", "effect": "NoExecute"}]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_every_pod_is_locked_down(args: WorkloadArgs) -> None:
    spec, inner = pod(args), container(args)
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert spec["serviceAccountName"] == "web"
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert inner["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert violations(spec, "restricted") == []


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_every_container_has_requests_and_limits_of_all_it_uses(args: WorkloadArgs) -> None:
    room = container(args)["resources"]
    assert room["requests"] == {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "64Mi"}
    assert room["limits"] == {"cpu": "1", "memory": "128Mi", "ephemeral-storage": "512Mi"}


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_the_account_of_the_pods_exists_and_is_theirs_alone(args: WorkloadArgs) -> None:
    manifests = rendered(args)
    account = one(manifests, "ServiceAccount")
    assert account.name == template(manifests)["spec"]["serviceAccountName"] == "web"
    assert account.body["automountServiceAccountToken"] is False


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_the_registry_is_asked_for_a_moved_tag(args: WorkloadArgs) -> None:
    assert container(args)["imagePullPolicy"] == "Always"
    assert container(args)["image"] == "registry.example/apps/web:1.4.2"


def test_a_digest_wins_over_the_tag_which_stays_to_be_read() -> None:
    digest = f"sha256:{'a' * 64}"
    assert container(web(digest=digest))["image"] == f"registry.example/apps/web:1.4.2@{digest}"
    assert container(web(tag=None, digest=digest))["image"] == f"registry.example/apps/web@{digest}"


def test_a_tag_stands_in_one_object_alone() -> None:
    for args in KINDS.values():
        before = rendered(args)
        after = rendered(args.model_copy(update={"tag": "9.9.9"}))
        changed = [new.kind for old, new in zip(before, after, strict=True) if old != new]
        assert changed in (["Deployment"], ["CronJob"], ["Job"])


def test_owner_and_stack_do_not_restart_pods_nor_change_selectors() -> None:
    other = place(labels=place().labels.model_copy(update={"owner": "shop", "cost_centre": "2000"}))
    for args in KINDS.values():
        assert template(rendered(args)) == template(rendered(args, other))
        assert one(rendered(args), "NetworkPolicy").body == one(rendered(args, other), "NetworkPolicy").body
        assert rendered(args) != rendered(args, other)


def test_every_folder_to_write_has_an_end() -> None:
    args = web(hardening=Hardening(writable=["/scratch", "/var/cache/nginx"]), resources=Resources(disk_limit="2Gi"))
    spec = pod(args)
    assert [volume["emptyDir"] for volume in spec["volumes"]] == [{"sizeLimit": "2Gi"}] * 2
    assert {mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"]} == {"/scratch", "/var/cache/nginx"}


def test_folders_to_write_are_there_without_a_read_only_root_too() -> None:
    args = web(hardening=Hardening(read_only_root=False, writable=["/data"]))
    assert container(args)["securityContext"]["readOnlyRootFilesystem"] is False
    assert container(args)["volumeMounts"] == [{"name": "writable-0", "mountPath": "/data"}]


def test_root_shows_everywhere_and_is_refused_by_restricted_and_admitted_by_baseline() -> None:
    args = web(hardening=Hardening(user=0))
    assert pod(args)["securityContext"]["runAsNonRoot"] is False
    (problem,) = admission_problems(args, place(), "restricted")
    assert problem.text() == (
        "hardening.user = 0: the namespace shop enforces the level restricted and would refuse its pods:"
        " securityContext.runAsUser: must not be 0; containers[app].securityContext.runAsNonRoot: must be true;"
        " containers[app].securityContext.runAsUser: must not be 0; write 10001 or above, or lower pod_security of the"
        " tenant shop"
    )
    assert list(admission_problems(args, place(), "baseline")) == []


def test_each_part_of_the_hardening_that_is_refused_is_named() -> None:
    args = web(hardening=Hardening(user=0, capabilities=["SYS_ADMIN", "CHOWN"], seccomp="unconfined"))
    fields = {problem.path: problem.fix for problem in admission_problems(args, place(), "restricted")}
    assert set(fields) == {("hardening", "user"), ("hardening", "capabilities"), ("hardening", "seccomp")}
    assert fields["hardening", "seccomp"].startswith("write runtime-default, or lower pod_security")
    assert {problem.path for problem in admission_problems(args, place(), "baseline")} == {
        ("hardening", "capabilities"),
        ("hardening", "seccomp"),
    }
    assert list(admission_problems(args, place(), "privileged")) == []


def test_one_capability_is_admitted_by_restricted() -> None:
    args = web(hardening=Hardening(capabilities=["NET_BIND_SERVICE"]))
    assert container(args)["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}
    assert list(admission_problems(args, place(), "restricted")) == []


def test_low_ports_are_a_setting_of_the_pod_that_restricted_admits() -> None:
    args = web(port=80, hardening=Hardening(low_ports=True))
    assert pod(args)["securityContext"]["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    assert violations(pod(args), "restricted") == []
    assert "sysctls" not in pod(web())["securityContext"]


def test_a_token_for_the_api_is_mounted_on_request_alone() -> None:
    assert pod(web(hardening=Hardening(service_account_token=True)))["automountServiceAccountToken"] is True


def test_a_pool_brings_its_selector_and_tolerations() -> None:
    spec = pod(web(node_pool="gpu"), place(pools=POOLS))
    assert spec["nodeSelector"] == {"homeport.dev/node-pool": "gpu"}
    assert spec["tolerations"] == [{"key": "acme.example/gpu", "operator": "Equal", "value": "", "effect": "NoExecute"}]


def test_the_taint_of_spot_nodes_is_tolerated_once() -> None:
    spot = [{"key": "spot", "operator": "Equal", "value": "true", "effect": "NoSchedule"}]
    assert pod(web(tolerates_spot=True), place(pools=POOLS))["tolerations"] == spot
    assert pod(web(tolerates_spot=True, node_pool="spot"), place(pools=POOLS))["tolerations"] == spot
    assert "tolerations" not in pod(web(), place(pools=POOLS))


def test_pods_are_kept_apart_by_zone_and_node_but_rather_run_together_than_not() -> None:
    spec = pod(web())
    (zones,) = spec["topologySpreadConstraints"]
    assert zones["topologyKey"] == "topology.kubernetes.io/zone"
    assert zones["whenUnsatisfiable"] == "ScheduleAnyway"
    (nodes,) = spec["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    assert nodes["podAffinityTerm"]["topologyKey"] == "kubernetes.io/hostname"
    labels = template(rendered(web()))["metadata"]["labels"]
    for found in (zones, nodes["podAffinityTerm"]):
        assert found["labelSelector"]["matchLabels"].items() <= labels.items()


def test_zones_can_be_required() -> None:
    (zones,) = pod(web(zones="required"))["topologySpreadConstraints"]
    assert zones["whenUnsatisfiable"] == "DoNotSchedule"


def test_what_runs_alone_is_not_spread() -> None:
    assert not {"topologySpreadConstraints", "affinity"} & set(pod(job()))


def test_variables_are_text_keys_of_secrets_and_in_order() -> None:
    args = web(
        env={
            "WORKERS": 4,
            "DEBUG": False,
            "API": "http://api",
            "URL": FromSecret(secret="db", key="url", optional=True),
        }
    )
    assert container(args)["env"] == [
        {"name": "API", "value": "http://api"},
        {"name": "DEBUG", "value": "false"},
        {"name": "URL", "valueFrom": {"secretKeyRef": {"name": "db", "key": "url", "optional": True}}},
        {"name": "WORKERS", "value": "4"},
    ]


def test_files_are_mounted_one_by_one_and_a_change_of_them_is_another_config_map() -> None:
    before, after = (rendered(web(files={"/etc/app/app.yaml": text})) for text in ("a: 1", "a: 2"))
    old, new = one(before, "ConfigMap"), one(after, "ConfigMap")
    assert old.body == {"data": {"etc_app_app.yaml": "a: 1"}, "immutable": True}
    assert old.name != new.name
    assert new.name.startswith("web-files-")
    spec = template(after)["spec"]
    assert {"name": "files", "configMap": {"name": new.name}} in spec["volumes"]
    assert {
        "name": "files",
        "mountPath": "/etc/app/app.yaml",
        "subPath": "etc_app_app.yaml",
        "readOnly": True,
    } in spec["containers"][0]["volumeMounts"]


def test_secrets_as_files_are_readable_by_the_pod_alone() -> None:
    spec = pod(web(secret_files={"/etc/tls": "web-tls"}))
    assert {"name": "secret-0", "secret": {"secretName": "web-tls", "defaultMode": 0o440}} in spec["volumes"]
    assert spec["securityContext"]["fsGroup"] == 10001


def test_labels_and_annotations_of_a_spec_are_on_its_pods() -> None:
    found = template(rendered(web(labels={"acme.example/team": "a"}, annotations={"acme.example/note": "b c"})))
    assert found["metadata"]["labels"]["acme.example/team"] == "a"
    assert found["metadata"]["annotations"] == {"acme.example/note": "b c"}


def test_grace_entry_point_and_priority_are_what_the_spec_says() -> None:
    args: Any = web(grace_seconds=90, command=["/app"], arguments=["-v"], priority_class="shop-critical")
    assert (pod(args)["terminationGracePeriodSeconds"], pod(args)["priorityClassName"]) == (90, "shop-critical")
    assert (container(args)["command"], container(args)["args"]) == (["/app"], ["-v"])
