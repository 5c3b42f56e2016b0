"""sealed-secrets on each cloud: what it consists of, what waits for what, who may do what, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest
from kubernetes_validate import validate
from pydantic import ValidationError

from homeport.addons import graph
from homeport.addons.args import AddonArgs, ChartsArgs
from homeport.addons.graph import AddonPlan
from homeport.addons.items import Chart, Object, Ref
from homeport.addons.overrides import chart_values, lost_safety
from homeport.addons.sealed_secrets import KeyBackup, SealedSecrets, SealedSecretsArgs
from homeport.addons.sealed_secrets_args import KEYS_PER_PART
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.identity.refs import KeyRef
from homeport.kube.pod_security import violations
from homeport.plan import Graph
from homeport.problems import SettingsError
from homeport.values import Cloud
from tests.addons.places import recorded, site

ADDON = "sealed-secrets"
STORES = ["support-sealed-secrets-store-1", "support-sealed-secrets-store-2"]
SECRET = {"gcp": "gcp:secretmanager/secret:Secret", "aws": "aws:secretsmanager/secret:Secret"}
#: What is recorded: the others cost time and change nothing.
USED = {ADDON, "prometheus-operator-crds"}
clouds = pytest.mark.parametrize("cloud", ["gcp", "aws"])


def planned(cloud: Cloud = "gcp", args: SealedSecretsArgs | None = None, **changes: Any) -> AddonPlan:
    return graph.plan({ADDON: args or SealedSecretsArgs()}, site(cloud, **changes), CATALOGUE)


def items(plan: AddonPlan) -> dict[str, Any]:
    return {step.item.key: step.item for step in plan.steps if step.addon == ADDON}


def manifest(plan: AddonPlan, key: str) -> dict[str, Any]:
    item = items(plan)[key]
    assert isinstance(item, Object)
    return item.manifest.document


def edges(plan: AddonPlan, key: str) -> set[str]:
    (step,) = (step for step in plan.steps if step.key == f"{ADDON}/{key}")
    return {edge.on.removeprefix(f"{ADDON}/") for edge in step.edges}


def declared(cloud: Cloud, args: SealedSecretsArgs | None = None, **changes: Any) -> Graph:
    others = {addon.name: addon.args(enabled=False) for addon in CATALOGUE if addon.name not in USED}
    wanted = AddonsArgs.model_validate({**others, ADDON: args or SealedSecretsArgs()})
    return recorded(cloud, args=wanted, at=site(cloud, **changes))


def small(**backup: Any) -> SealedSecretsArgs:
    return SealedSecretsArgs(backup=KeyBackup(parts=2, **backup))


def release_values(plan: AddonPlan) -> dict[str, Any]:
    return chart_values(items(plan)["release"], {}, None)


@clouds
def test_keys_are_put_back_before_the_controller_starts(cloud: Cloud) -> None:
    plan = planned(cloud)
    assert "restore" in edges(plan, "release")
    assert {"access", "program", "role-binding", "network-keys", "cluster/nodes"} <= edges(plan, "restore")
    assert edges(plan, "access") == {"store-1", "store-2", "store-3", "store-4"}
    assert "release" in edges(plan, "backup")


@clouds
def test_the_graph_of_resources_has_these_edges_between_leaves(cloud: Cloud) -> None:
    found = declared(cloud, small())
    job = found.one(name="support-sealed-secrets-restore")
    release = found.one(name="support-sealed-secrets-release")
    assert job.urn in release.dependencies
    stores = [found.one(name=name).urn for name in STORES]
    assert set(stores) <= set(job.dependencies)
    by_urn = {resource.urn: resource for resource in found.resources}
    rights = {by_urn[urn].type for urn in job.dependencies}
    assert (
        "gcp:secretmanager/secretIamMember:SecretIamMember" in rights
        if cloud == "gcp"
        else "aws:eks/podIdentityAssociation:PodIdentityAssociation" in rights
    )


@clouds
@pytest.mark.parametrize(
    ("protection", "protect", "retain", "days"),
    [("none", False, False, 7), ("standard", True, False, 30), ("strict", True, True, 30)],
)
def test_the_store_is_guarded_like_a_key_and_does_not_go_with_the_cluster(
    cloud: Cloud, protection: Any, protect: bool, retain: bool, days: int
) -> None:
    found = declared(cloud, small(), protection=protection)
    for name in STORES:
        store = found.one(name=name)
        assert store.type == SECRET[cloud]
        assert (store.options.protect, store.options.retain_on_delete) == (protect, retain)
        assert store.options.deleted_with is None
        if cloud == "aws":
            assert store.inputs["recoveryWindowInDays"] == days


@clouds
def test_the_store_has_an_automatic_name_and_no_value(cloud: Cloud) -> None:
    found = declared(cloud, small())
    for name in STORES:
        inputs = found.one(name=name).inputs
        assert not {"secretId", "name", "namePrefix"} & inputs.keys()
    assert not [resource for resource in found.resources if "ecretVersion" in resource.type]


def test_google_keeps_keys_in_the_clusters_region_alone() -> None:
    inputs = declared("gcp", small()).one(name=STORES[0]).inputs
    assert inputs["replication"] == {"userManaged": {"replicas": [{"location": "europe-west3"}]}}
    assert inputs["versionDestroyTtl"] == "2592000s"
    assert inputs["project"] == "acme-stage"


def test_on_google_the_pods_may_read_and_add_versions_of_their_entries_alone() -> None:
    found = declared("gcp", small())
    members = [resource for resource in found.resources if resource.type.endswith(":SecretIamMember")]
    assert sorted((member.name, member.inputs["role"]) for member in members) == [
        (f"support-sealed-secrets-access-secret-{verb}-store-{number}", f"roles/secretmanager.{role}")
        for verb, role in (("reader", "secretAccessor"), ("writer", "secretVersionAdder"))
        for number in (1, 2)
    ]
    assert all("ns/sealed-secrets/sa/sealed-secrets-keys" in member.inputs["member"] for member in members)


def test_on_google_what_is_restored_from_is_read_and_not_written() -> None:
    found = declared("gcp", small(restore_from=["old-store-1"]))
    (member,) = (one for one in found.resources if one.inputs.get("secretId") == "old-store-1")
    assert member.inputs["role"] == "roles/secretmanager.secretAccessor"


def test_on_aws_the_pods_may_read_and_put_values_of_their_entries_alone() -> None:
    found = declared("aws", small(restore_from=["old-store-1"]))
    policy = found.one(name="support-sealed-secrets-access-policy")
    text = json.dumps(policy.inputs["policy"])
    assert "secretsmanager:PutSecretValue" in text
    assert "secretsmanager:GetSecretValue" in text
    assert ":secret:old-store-1-??????" in text, "what is restored from is read, too"
    assert "DeleteSecret" not in text
    assert "UpdateSecret" not in text
    association = found.one(name="support-sealed-secrets-access-association")
    assert association.inputs["namespace"] == "sealed-secrets"
    assert association.inputs["serviceAccount"] == "sealed-secrets-keys"


def test_in_the_cluster_the_pods_may_list_and_make_secrets_of_one_namespace() -> None:
    plan = planned()
    role = manifest(plan, "role")
    assert role["kind"] == "Role"
    assert role["metadata"]["namespace"] == "sealed-secrets"
    assert role["rules"] == [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "list"]}]


@pytest.mark.parametrize(("key", "path"), [("restore", ()), ("backup", ("jobTemplate", "spec"))])
@clouds
def test_the_pods_of_both_jobs_are_restricted_and_limited(cloud: Cloud, key: str, path: tuple[str, ...]) -> None:
    spec: Mapping[str, Any] = manifest(planned(cloud), key)["spec"]
    for part in path:
        spec = spec[part]
    pod = spec["template"]["spec"]
    assert list(violations(pod, "restricted")) == []
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    for kind in ("requests", "limits"):
        assert set(container["resources"][kind]) == {"cpu", "memory", "ephemeral-storage"}
    assert "@sha256:" in container["image"]
    assert spec["activeDeadlineSeconds"] > 480, "the program waits that long for rights to become known"


def test_the_jobs_image_comes_from_the_stacks_registry_if_there_is_one() -> None:
    plan = planned(charts=ChartsArgs(image_registry="registry.acme.example/hub"))
    (container,) = manifest(plan, "restore")["spec"]["template"]["spec"]["containers"]
    assert container["image"].startswith("registry.acme.example/hub/docker/library/python:3.13-slim-bookworm@sha256:")


def test_a_failed_restore_is_made_anew_by_the_next_update_which_waits_long_enough() -> None:
    annotations = manifest(planned(), "restore")["metadata"]["annotations"]
    assert annotations["pulumi.com/replaceUnready"] == "true"
    deadline = manifest(planned(), "restore")["spec"]["activeDeadlineSeconds"]
    assert int(annotations["pulumi.com/timeoutSeconds"]) > deadline


def test_a_backup_never_runs_twice_at_once_and_leaves_little_behind() -> None:
    spec = manifest(planned(), "backup")["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["startingDeadlineSeconds"] == 600
    assert spec["jobTemplate"]["spec"]["ttlSecondsAfterFinished"] == 86400
    assert "ttlSecondsAfterFinished" not in manifest(planned(), "restore")["spec"], "the engine would make it anew"


@pytest.mark.parametrize(
    ("cloud", "where"), [("gcp", ["--project", "acme-stage"]), ("aws", ["--region", "eu-central-1"])]
)
def test_the_program_is_told_its_store(cloud: Cloud, where: list[str]) -> None:
    found = declared(cloud, small(restore_from=["old-store-1"]))
    job = found.one(name="support-sealed-secrets-restore").inputs
    arguments = job["spec"]["template"]["spec"]["containers"][0]["args"]
    assert arguments[:5] == ["-m", "sealed_secrets_keys", "restore", "--namespace", "sealed-secrets"]
    assert arguments[5:7] == where
    assert [text for text in arguments if text == "--part"] == ["--part", "--part"]
    assert arguments[-2:] == ["--also", "old-store-1"]
    cron = found.one(name="support-sealed-secrets-backup").inputs
    assert "--also" not in json.dumps(cron), "what is taken over is kept with one's own"


@pytest.mark.parametrize(
    ("cloud", "addresses"),
    [
        ("gcp", {("169.254.169.254/32", 80), ("169.254.169.252/32", 988)}),
        ("aws", {("169.254.170.23/32", 80)}),
    ],
)
def test_the_namespace_is_closed_but_for_what_its_pods_need(cloud: Cloud, addresses: set[tuple[str, int]]) -> None:
    plan = planned(cloud)
    assert manifest(plan, "closed")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    keys = manifest(plan, "network-keys")["spec"]
    assert "ingress" not in keys
    named = {
        (peer["ipBlock"]["cidr"], port["port"])
        for rule in keys["egress"]
        for peer in rule.get("to", [])
        for port in rule["ports"]
    }
    assert named == addresses
    pod = manifest(plan, "restore")["spec"]["template"]["metadata"]["labels"]
    assert pod.items() >= keys["podSelector"]["matchLabels"].items()
    controller = manifest(plan, "network-controller")["spec"]
    assert [port["port"] for rule in controller["ingress"] for port in rule["ports"]] == [8080, 8081]
    assert not pod.items() >= controller["podSelector"]["matchLabels"].items()


def test_metrics_and_alerts_are_there_where_somebody_collects_them() -> None:
    without = graph.plan(
        {
            ADDON: SealedSecretsArgs(),
            "prometheus-operator-crds": AddonArgs(enabled=False),
            "kube-prometheus-stack": AddonArgs(enabled=False),
        },
        site("gcp"),
        CATALOGUE,
    )
    assert "alerts" not in items(without)
    assert "metrics" not in release_values(without)
    assert [port["port"] for rule in manifest(without, "network-controller")["spec"]["ingress"] for port in rule["ports"]] == [8080]  # fmt: skip  # noqa: E501
    plan = planned()
    assert release_values(plan)["metrics"]["serviceMonitor"] == {"enabled": True}
    assert "prometheus-operator-crds/release" in edges(plan, "release") & edges(plan, "alerts")
    names = [rule["alert"] for rule in manifest(plan, "alerts")["spec"]["groups"][0]["rules"]]
    assert names == [
        "SealedSecretsControllerDown",
        "SealedSecretNotOpened",
        "SealedSecretsKeysNotKept",
        "SealedSecretsKeysNotWatched",
    ]
    kept = next(r for r in manifest(plan, "alerts")["spec"]["groups"][0]["rules"] if r["alert"] == names[2])
    backup = manifest(plan, "backup")["metadata"]["name"]
    assert f'cronjob="{backup}"' in kept["expr"]


def test_alerts_about_the_backup_are_there_only_with_it() -> None:
    plan = planned("none")
    names = [rule["alert"] for rule in manifest(plan, "alerts")["spec"]["groups"][0]["rules"]]
    assert names == ["SealedSecretsControllerDown", "SealedSecretNotOpened"]


def test_the_kind_is_upgraded_with_the_controllers_version_and_outlives_the_addon() -> None:
    plan = planned()
    definitions, release = items(plan)["definitions"], items(plan)["release"]
    assert release.skip_crds
    assert "definitions" in edges(plan, "release")
    assert isinstance(definitions, Chart)
    found = declared("gcp", SealedSecretsArgs(version="2.19.0"))
    chart = found.one(name="support-sealed-secrets-definitions")
    assert chart.inputs["version"] == found.one(name="support-sealed-secrets-release").inputs["version"] == "2.19.0"
    assert chart.options.retain_on_delete
    assert declared("gcp").one(name="support-sealed-secrets-definitions").inputs["version"] == "2.18.5"


def test_in_a_cluster_of_somebody_elses_the_kind_may_be_somebody_elses_too() -> None:
    found = items(planned("none"))
    assert "definitions" not in found
    assert not found["release"].skip_crds, "Helm leaves a definition alone that it finds"


@clouds
def test_every_object_is_valid_to_the_last_field(cloud: Cloud) -> None:
    plan = planned(cloud, SealedSecretsArgs(backup=KeyBackup(parts=2, restore_from=["old"])))
    checked: set[str] = set()
    for item in items(plan).values():
        if isinstance(item, Object) and "monitoring" not in item.manifest.api_version:
            validate(filled(item.manifest.document), "1.34", strict=True)
            checked.add(item.manifest.kind)
    assert checked == {"ConfigMap", "CronJob", "Job", "NetworkPolicy", "Role", "RoleBinding", "ServiceAccount"}


def filled(value: Any) -> Any:
    """With a text where the engine puts the name of an entry."""
    if isinstance(value, Ref):
        return value.item
    if isinstance(value, Mapping):
        return {key: filled(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [filled(item) for item in cast("list[Any]", value)]
    return value


def test_the_controller_is_hardened_and_pinned() -> None:
    values = release_values(planned())
    assert values["fullnameOverride"] == "sealed-secrets-controller"
    assert values["image"] == {"registry": "ghcr.io", "repository": "bitnami-labs/sealed-secrets-controller", "tag": "0.36.6"}  # fmt: skip  # noqa: E501
    assert values["keyrenewperiod"] == "720h"
    assert values["rbac"] == {"serviceProxier": {"create": False}}
    security = values["containerSecurityContext"]
    pod = {
        "securityContext": values["podSecurityContext"],
        "containers": [{"name": "controller", "securityContext": security}],
    }
    assert list(violations(pod, "restricted")) == []
    assert security["readOnlyRootFilesystem"] is True
    assert SealedSecrets.namespace.pod_security == "restricted"
    assert release_values(planned(args=SealedSecretsArgs(renewal_days=90)))["keyrenewperiod"] == "2160h"


@pytest.mark.parametrize("profile", ["minimal", "standard"])
def test_both_profiles_have_it_with_its_backup(profile: Any) -> None:
    assert {"release", "restore", "backup", "store-1"} <= items(planned(profile=profile)).keys()


def test_an_override_of_what_keeps_it_safe_is_said_aloud() -> None:
    plan = planned(args=SealedSecretsArgs(values={"rbac": {"serviceProxier": {"create": True}}}))
    assert [path for path, _ in lost_safety(items(plan)["release"], plan.sections[ADDON].values)] == [
        "rbac.serviceProxier.create"
    ]


def test_a_cluster_without_a_store_has_the_controller_alone_and_a_warning() -> None:
    plan = planned("none")
    assert items(plan).keys() == {"closed", "network-controller", "release", "alerts"}
    (warning,) = (text for text in plan.warnings if ADDON in text)
    assert warning.endswith(
        "the sealing keys exist in the cluster alone; if it is lost, nothing that was sealed for it can be read: keep"
        " them by hand, docs/runbooks/restore-sealed-secrets.md"
    )


def test_so_has_one_whose_owner_switched_the_backup_off() -> None:
    plan = planned(args=SealedSecretsArgs(backup=KeyBackup(enabled=False)))
    assert "restore" not in items(plan)
    assert [text for text in plan.warnings if "exist in the cluster alone" in text]
    assert not [text for text in planned().warnings if ADDON in text]


@pytest.mark.parametrize(("cloud", "fact"), [("gcp", "project"), ("aws", "account")])
def test_an_existing_cluster_on_a_cloud_has_no_store_that_we_can_let_pods_into(cloud: Cloud, fact: str) -> None:
    others = (addon for addon in CATALOGUE if addon.name in USED)
    plan = graph.plan({ADDON: SealedSecretsArgs()}, site(cloud, **{fact: None}), others)
    assert "restore" not in items(plan)
    assert [text for text in plan.warnings if "exist in the cluster alone" in text]


@pytest.mark.parametrize(
    ("field", "value"), [("enabled", True), ("restore_from", ["old"]), ("key", KeyRef(label="keys", gcp=None))]
)
def test_a_backup_that_nothing_can_hold_is_refused(field: str, value: Any) -> None:
    args = SealedSecretsArgs(backup=KeyBackup.model_validate({field: value}))
    with pytest.raises(SettingsError) as caught:
        planned("none", args)
    (problem,) = caught.value.problems
    assert problem.text() == (
        f"addons.sealed-secrets.backup.{field}: this cluster has no secret store: its cloud, or whose it is, is not"
        f" known to the stack; remove backup.{field}, and keep the keys by hand:"
        " docs/runbooks/restore-sealed-secrets.md"
    )


def test_a_key_on_another_cloud_is_refused() -> None:
    key = KeyRef(label="keys", gcp="projects/p/locations/l/keyRings/r/cryptoKeys/k")
    with pytest.raises(SettingsError) as caught:
        planned("aws", small(key=key))
    (problem,) = caught.value.problems
    assert problem.text() == (
        "addons.sealed-secrets.backup.key: names no key on the cluster's cloud, aws; give its aws: ..."
    )


def test_a_key_of_ours_encrypts_the_store_on_google_once_its_agent_may_use_it() -> None:
    name = "projects/acme-stage/locations/europe-west3/keyRings/r/cryptoKeys/k"
    found = declared("gcp", small(key=KeyRef(label="keys", gcp=name)))
    store = found.one(name=STORES[0])
    (replica,) = store.inputs["replication"]["userManaged"]["replicas"]
    assert replica["customerManagedEncryption"] == {"kmsKeyName": name}
    grant = found.one(name="support-sealed-secrets-store-encryption-key")
    assert grant.inputs["role"] == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    assert grant.urn in store.dependencies


def test_a_key_of_ours_encrypts_the_store_on_aws_and_its_readers_may_use_it() -> None:
    arn = "arn:aws:kms:eu-central-1:111122223333:key/1234"
    found = declared("aws", small(key=KeyRef(label="keys", aws=arn)))
    assert found.one(name=STORES[0]).inputs["kmsKeyId"] == arn
    assert "kms:GenerateDataKey" in json.dumps(found.one(name="support-sealed-secrets-access-policy").inputs["policy"])


@pytest.mark.parametrize(
    ("parts", "days", "fix"),
    [(1, 30, "write parts: 2"), (4, 7, "write parts: 7"), (4, 1, "renew less often: renewal_days: 3")],
)
def test_too_little_room_for_two_years_of_keys_is_refused(parts: int, days: int, fix: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SealedSecretsArgs(renewal_days=days, backup=KeyBackup(parts=parts))
    assert fix in str(caught.value)
    assert f"has room for {parts * KEYS_PER_PART} keys" in str(caught.value)
    if fix.startswith("write"):
        SealedSecretsArgs(renewal_days=days, backup=KeyBackup(parts=int(fix.rpartition(" ")[2])))
    else:
        SealedSecretsArgs(renewal_days=int(fix.rpartition(" ")[2]), backup=KeyBackup(parts=20))


def test_room_is_not_asked_for_where_nothing_is_kept() -> None:
    SealedSecretsArgs(renewal_days=1, backup=KeyBackup(enabled=False))
    with pytest.raises(ValidationError, match="what is restored must be kept"):
        SealedSecretsArgs(backup=KeyBackup(enabled=False, restore_from=["old"]))


def test_the_defaults_last_for_five_years() -> None:
    args = SealedSecretsArgs()
    assert args.backup.parts * KEYS_PER_PART * args.renewal_days >= 5 * 365


def test_others_learn_that_sealed_secrets_are_opened_and_what_to_wait_for() -> None:
    exports = planned().exports
    assert exports.sealed_secrets
    assert dict(exports.items)["sealed-secrets"] == "sealed-secrets/release"
