"""Each dangerous change of a list is flagged by name, and what is harmless is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from homeport.plan.diff import compare
from homeport.plan.diff_flags import MEANING, Flag, digest
from homeport.plan.diff_judge import judge
from homeport.plan.graph import Graph, Resource
from tests.plan.graphs import BUCKET, CLUSTER, DEPLOYMENT, FIREWALL, GROUP, MEMBER, ZONE, graph, resource, urn

NODE_POOL = "gcp:container/nodePool:NodePool"
GCP = "pulumi:providers:gcp"
POLICY = "aws:iam/rolePolicy:RolePolicy"
SECURITY_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"


def flags(before: list[Resource], after: list[Resource]) -> list[tuple[str, str, str]]:
    found = judge(compare(graph(*before), graph(*after)))
    return [(item.level, item.kind, item.name) for item in found]


def one(before: Resource, after: Resource) -> list[tuple[str, str]]:
    return [(level, kind) for level, kind, _ in flags([before], [after])]


def statement(**fields: Any) -> str:
    return json.dumps({"Statement": [{"Sid": "S", "Effect": "Allow", "Action": "s3:GetObject", **fields}]})


#: What it is, type, inputs before, inputs after, options before, options after, level and kind.
MUTATIONS: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any], str, str]] = [
    ("protect off", BUCKET, {}, {}, {"protect": True}, {}, "danger", "lost-protection"),
    ("retain off", BUCKET, {}, {}, {"retain_on_delete": True}, {}, "danger", "lost-protection"),
    ("deleted_with off", DEPLOYMENT, {}, {}, {"deleted_with": urn(CLUSTER, "c")}, {}, "caution", "lost-protection"),
    ("initial nodes watched again", CLUSTER, {}, {}, {"ignore_changes": ["initialNodeCount"]}, {}, "danger",
     "lost-protection"),
    ("labels watched again", CLUSTER, {}, {}, {"ignore_changes": ["resourceLabels"]}, {}, "caution", "lost-protection"),
    ("an alias gone", BUCKET, {}, {}, {"aliases": [urn(BUCKET, "x")]}, {}, "caution", "alias-removed"),
    ("deletion protection off", CLUSTER, {"deletionProtection": True}, {"deletionProtection": False}, {}, {}, "danger",
     "lost-protection"),
    ("deletion protection off by default", "aws:rds/instance:Instance", {"deletionProtection": True}, {}, {}, {},
     "danger", "lost-protection"),
    ("emptied by force", BUCKET, {}, {"forceDestroy": True}, {}, {}, "danger", "lost-protection"),
    ("no final snapshot", "aws:rds/instance:Instance", {}, {"skipFinalSnapshot": True}, {}, {}, "danger",
     "lost-protection"),
    ("versions off", BUCKET, {"versioning": {"enabled": True}}, {}, {}, {}, "danger", "lost-protection"),
    ("fewer backups", "aws:rds/instance:Instance", {"backupRetentionPeriod": 14}, {"backupRetentionPeriod": 0}, {}, {},
     "danger", "lost-protection"),
    ("less time to notice", "aws:kms/key:Key", {"deletionWindowInDays": 30}, {"deletionWindowInDays": 7}, {}, {},
     "danger", "lost-protection"),
    ("shorter logs", "aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 0}, {"retentionInDays": 7}, {}, {},
     "danger", "lost-protection"),
    ("volumes go with claims", "kubernetes:storage.k8s.io/v1:StorageClass", {"reclaimPolicy": "Retain"},
     {"reclaimPolicy": "Delete"}, {}, {}, "danger", "lost-protection"),
    ("tags can move", "aws:ecr/repository:Repository", {"imageTagMutability": "IMMUTABLE"},
     {"imageTagMutability": "MUTABLE"}, {}, {}, "danger", "lost-protection"),
    ("another network", CLUSTER, {"network": "a"}, {"network": "b"}, {}, {}, "danger", "stateful-replacement"),
    ("another description", CLUSTER, {"description": "a"}, {"description": "b"}, {}, {}, "danger",
     "stateful-replacement"),
    ("a range inside of a block", CLUSTER, {"ipAllocationPolicy": {"clusterSecondaryRangeName": "a"}},
     {"ipAllocationPolicy": {"clusterSecondaryRangeName": "b"}}, {}, {}, "danger", "stateful-replacement"),
    ("another storage class", CLAIM, {"spec": {"storageClassName": "a"}}, {"spec": {"storageClassName": "b"}}, {}, {},
     "danger", "stateful-replacement"),
    ("another namespace", CLAIM, {"metadata": {"namespace": "a"}}, {"metadata": {"namespace": "b"}}, {}, {}, "danger",
     "stateful-replacement"),
    ("another password", "random:index/randomPassword:RandomPassword", {"length": 20}, {"length": 24}, {}, {}, "danger",
     "stateful-replacement"),
    ("spot on", NODE_POOL, {"nodeConfig": {"spot": False}}, {"nodeConfig": {"spot": True}}, {}, {}, "caution",
     "replacement"),
    ("by the program's own word", NODE_POOL, {"version": "1"}, {"version": "2"}, {},
     {"replace_on_changes": ["version"]}, "caution", "replacement"),
    ("a selector", DEPLOYMENT, {"spec": {"selector": {"a": "b"}}}, {"spec": {"selector": {"a": "c"}}}, {}, {},
     "caution", "replacement"),
    ("a block that is kept", CLUSTER, {"workloadIdentityConfig": {"workloadPool": "p"}}, {}, {}, {}, "caution",
     "no-effect"),
    ("everybody may come in", FIREWALL, {"sourceRanges": ["192.0.2.0/24"]},
     {"sourceRanges": ["192.0.2.0/24", "0.0.0.0/0"]}, {}, {}, "danger", "public-access"),
    ("everybody by no list", FIREWALL, {"sourceRanges": ["192.0.2.0/24"]}, {}, {}, {}, "danger", "public-access"),
    ("everybody over IPv6", SECURITY_RULE, {"cidrIpv6": "2001:db8::/32"}, {"cidrIpv6": "::/0"}, {}, {}, "danger",
     "public-access"),
    ("more networks", FIREWALL, {"sourceRanges": ["192.0.2.0/25"]}, {"sourceRanges": ["192.0.2.0/24"]}, {}, {},
     "caution", "wider-access"),
    ("API on the internet", "eks:index:Cluster", {"endpointPublicAccess": False}, {"endpointPublicAccess": True}, {},
     {}, "danger", "public-access"),
    ("API from outside", CLUSTER,
     {"controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"allowExternalTraffic": False}}},
     {"controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"allowExternalTraffic": True}}}, {}, {}, "danger",
     "public-access"),
    ("no list for the API", CLUSTER,
     {"masterAuthorizedNetworksConfig": {"cidrBlocks": [{"cidrBlock": "192.0.2.0/24"}]}}, {}, {}, {}, "danger",
     "public-access"),
    ("public database", "aws:rds/instance:Instance", {"publiclyAccessible": False}, {"publiclyAccessible": True}, {},
     {}, "danger", "public-access"),
    ("public bucket", BUCKET, {"publicAccessPrevention": "enforced"}, {"publicAccessPrevention": "inherited"}, {}, {},
     "danger", "public-access"),
    ("anybody as a member", MEMBER, {"member": "group:a@acme.example", "role": "r"},
     {"member": "allUsers", "role": "r"}, {}, {}, "danger", "public-access"),
    ("another role", MEMBER, {"role": "roles/viewer", "member": "m"}, {"role": "roles/browser", "member": "m"}, {}, {},
     "caution", "wider-access"),
    ("owner", MEMBER, {"role": "roles/viewer", "member": "m"}, {"role": "roles/owner", "member": "m"}, {}, {},
     "danger", "wider-access"),
    ("every action", POLICY, {"policy": statement()}, {"policy": statement(Action="*")}, {}, {}, "danger",
     "wider-access"),
    ("one more action", POLICY, {"policy": statement()}, {"policy": statement(Action="s3:PutObject")}, {}, {},
     "caution", "wider-access"),
    ("no condition", MEMBER, {"role": "r", "condition": {"expression": "e"}}, {"role": "r"}, {}, {}, "danger",
     "wider-access"),
    ("one more subject", BINDING, {"subjects": [{"kind": "Group", "name": "a"}]},
     {"subjects": [{"kind": "Group", "name": "a"}, {"kind": "Group", "name": "b"}]}, {}, {}, "caution",
     "wider-access"),
    ("mighty pods", "kubernetes:core/v1:Namespace",
     {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}},
     {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}, {}, {}, "danger", "public-access"),
    ("a secret in the open", BUCKET, {"key": {"$secret": True}}, {"key": "hunter2"}, {}, {}, "danger",
     "secret-exposed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "before", "after", "options_before", "options_after", "level", "kind"),
    [row[1:] for row in MUTATIONS],
    ids=[row[0] for row in MUTATIONS],
)
def test_a_dangerous_change_is_flagged(
    type_: str,
    before: dict[str, Any],
    after: dict[str, Any],
    options_before: dict[str, Any],
    options_after: dict[str, Any],
    level: str,
    kind: str,
) -> None:
    was, now = resource(type_, "x", before, **options_before), resource(type_, "x", after, **options_after)
    assert (level, kind) in one(was, now)
    # The way back is no danger of the same kind, unless it replaces or grants something.
    if kind not in {"stateful-replacement", "replacement", "wider-access"}:
        assert (level, kind) not in one(now, was)


def test_every_kind_is_in_the_list_of_mutations_or_has_a_test_of_its_own() -> None:
    apart = {"renamed-without-alias", "stateful-removal", "stack-removed", "provider-moved", "not-compared"}
    assert {row[7] for row in MUTATIONS} | apart == set(MEANING)


HARMLESS: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("labels", CLUSTER, {"resourceLabels": {"a": "b"}}, {"resourceLabels": {"a": "c"}}, {}),
    ("a block that comes", NODE_POOL, {}, {"nodeConfig": {"machineType": "b"}}, {}),
    ("machines", NODE_POOL, {"nodeConfig": {"machineType": "a"}}, {"nodeConfig": {"machineType": "b"}}, {}),
    ("an ignored input", CLUSTER, {"initialNodeCount": 1}, {"initialNodeCount": 2},
     {"ignore_changes": ["initialNodeCount"]}),
    ("a growing subnet", "gcp:compute/subnetwork:Subnetwork", {"ipCidrRange": "10.0.0.0/24"},
     {"ipCidrRange": "10.0.0.0/20"}, {}),
    ("fewer networks", FIREWALL, {"sourceRanges": ["192.0.2.0/24", "198.51.100.0/24"]},
     {"sourceRanges": ["192.0.2.0/24"]}, {}),
    ("a part of a network", FIREWALL, {"sourceRanges": ["192.0.2.0/24"]}, {"sourceRanges": ["192.0.2.128/25"]}, {}),
    ("outgoing to everywhere", FIREWALL, {"direction": "EGRESS", "destinationRanges": []},
     {"direction": "EGRESS", "destinationRanges": ["0.0.0.0/0"]}, {}),
    ("a refusal for everybody", FIREWALL, {"denies": [{"protocol": "all"}], "sourceRanges": ["192.0.2.0/24"]},
     {"denies": [{"protocol": "all"}], "sourceRanges": ["0.0.0.0/0"]}, {}),
    ("longer backups", "aws:rds/instance:Instance", {"backupRetentionPeriod": 7}, {"backupRetentionPeriod": 14}, {}),
    ("the default said", CLUSTER, {}, {"deletionProtection": True}, {}),
    ("the default not said", CLUSTER, {"deletionProtection": True}, {}, {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "before", "after", "options"), [r[1:] for r in HARMLESS], ids=[r[0] for r in HARMLESS]
)
def test_a_harmless_change_is_not_flagged(
    type_: str, before: dict[str, Any], after: dict[str, Any], options: dict[str, Any]
) -> None:
    assert one(resource(type_, "x", before, **options), resource(type_, "x", after, **options)) == []


def found(before: Graph | None, after: Graph | None) -> list[Flag]:
    return list(judge(compare(before, after)))


def test_removing_what_holds_state_is_flagged_by_name_and_says_what_is_lost() -> None:
    keep = resource(DEPLOYMENT, "web")
    (flag,) = found(graph(keep, resource(ZONE, "main")), graph(keep))
    assert (flag.level, flag.kind, flag.name) == ("danger", "stateful-removal", "main")
    assert "name servers" in flag.text
    (guarded,) = found(graph(resource(ZONE, "main", protect=True)), graph())
    assert "refuses" in guarded.text
    (kept,) = found(graph(resource(ZONE, "main", retain_on_delete=True)), graph())
    assert "leaves it in the cloud" in kept.text


def test_removing_what_holds_nothing_or_was_only_read_is_not_flagged() -> None:
    assert found(graph(resource(DEPLOYMENT, "web"), resource(ZONE, "z", external="z1")), graph()) == []


@pytest.mark.parametrize(
    ("before", "after", "fix"),
    [
        (
            [resource(ZONE, "old", {"dnsName": "acme.example."})],
            [resource(ZONE, "new", {"dnsName": "acme.example."})],
            "aliases=[pulumi.Alias(name='old')]",
        ),
        (
            [resource(DEPLOYMENT, "old", {"spec": {"replicas": 2, "paused": False}, "metadata": {"name": "web"}})],
            [resource(DEPLOYMENT, "new", {"spec": {"replicas": 2, "paused": False}, "metadata": {"name": "web"}})],
            "aliases=[pulumi.Alias(name='old')]",
        ),
        (
            [resource(BUCKET, "b")],
            [g := resource(GROUP, "g"), resource(BUCKET, "b", {"location": "EU"}, parent=g)],
            f"aliases=['{urn(BUCKET, 'b')}']",
        ),
    ],
    ids=["stateful", "stateless", "moved"],
)
def test_a_rename_without_alias_is_flagged_with_the_alias_to_write(
    before: list[Resource], after: list[Resource], fix: str
) -> None:
    (flag,) = found(graph(*before), graph(*after))
    assert (flag.level, flag.kind) == ("danger", "renamed-without-alias")
    assert fix in flag.fix


def test_a_renamed_component_is_one_flag_that_counts_what_is_below_it() -> None:
    def group(name: str, type_: str = GROUP) -> list[Resource]:
        top = resource(type_, name)
        children = [resource(BUCKET, f"{name}-{role}", {"name": role}, parent=top) for role in ("logs", "data")]
        return [top, *children, resource(DEPLOYMENT, f"{name}-web", {}, parent=top)]

    (flag,) = found(graph(*group("net")), graph(*group("network")))
    assert (flag.kind, flag.name) == ("renamed-without-alias", "network")
    assert "3 resources" in flag.text
    assert "2 of them hold state: net-data, net-logs" in flag.text
    (retyped,) = found(graph(*group("net")), graph(*group("net", "shop:index:Other")))
    assert retyped.fix == "aliases=[pulumi.Alias(type_='shop:index:Group')] in its options"


def test_one_grant_for_another_is_no_rename() -> None:
    def member(name: str, role: str) -> Resource:
        return resource(MEMBER, name, {"project": "acme-stage", "role": role, "member": f"group:{name}@acme.example"})

    kinds = {item.kind for item in found(graph(member("a", "roles/viewer")), graph(member("b", "roles/browser")))}
    assert kinds == {"wider-access"}


def test_a_new_grant_is_named_and_a_mighty_one_is_a_danger() -> None:
    (flag,) = found(graph(), graph(resource(MEMBER, "m", {"role": "roles/viewer", "member": "group:a@acme.example"})))
    assert (flag.level, flag.kind) == ("caution", "wider-access")
    assert "role roles/viewer" in flag.text
    assert "group:a@acme.example" in flag.text
    (owner,) = found(graph(), graph(resource(MEMBER, "m", {"role": "roles/owner", "member": "group:a@acme.example"})))
    assert owner.level == "danger"


def test_what_guarded_or_walled_and_is_gone_is_flagged() -> None:
    versions = resource("aws:s3/bucketVersioning:BucketVersioning", "v")
    wall = resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", "deny")
    assert {(item.kind, item.name) for item in found(graph(versions, wall), graph())} == {
        ("lost-protection", "v"),
        ("wider-access", "deny"),
    }


def test_a_provider_that_moves_says_how_many_resources_it_takes_along() -> None:
    def stack(project: str) -> Graph:
        provider = resource(GCP, "gcp", {"project": project})
        return graph(provider, resource(BUCKET, "b", provider=provider.urn), resource(ZONE, "z", provider=provider.urn))

    (flag,) = found(stack("acme-stage"), stack("acme-prod"))
    assert (flag.level, flag.kind) == ("danger", "provider-moved")
    assert "2 resources" in flag.text


def test_another_provider_for_a_stateful_resource_is_a_danger() -> None:
    def stack(used: str) -> Graph:
        providers = {name: resource(GCP, name) for name in ("one", "two")}
        return graph(*providers.values(), resource(BUCKET, "b", provider=providers[used].urn))

    (flag,) = found(stack("one"), stack("two"))
    assert (flag.level, flag.kind) == ("danger", "stateful-replacement")


def test_a_new_stack_has_cautions_only_and_a_removed_one_a_danger() -> None:
    one_ = graph(resource(MEMBER, "m", {"role": "roles/owner", "member": "allUsers"}), resource(ZONE, "z"))
    assert {item.level for item in found(None, one_)} == {"caution"}
    (flag,) = found(one_, None)
    assert (flag.level, flag.kind) == ("danger", "stack-removed")
    assert "2 resources, 1 of which hold state" in flag.text


def test_a_digest_names_exactly_the_dangers() -> None:
    zones = [resource(ZONE, "a", {"dnsName": "a."}), resource(ZONE, "b", {"dnsName": "b."})]
    both = found(graph(*zones), graph())
    first = found(graph(*zones), graph(zones[1]))
    assert len(digest(both)) == 12
    assert digest(both) != digest(first)
    assert digest(both) == digest(reversed(both))
    assert digest([]) == ""
