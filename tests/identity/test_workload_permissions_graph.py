"""What `WorkloadPermissions` declares on each cloud, and what waits for what."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp
import pulumi_kubernetes as kubernetes
import pytest

from homeport.cluster.base import Cluster, WorkloadIdentity
from homeport.identity.aws import AwsWorkloadIdentity, EksWorkloadIdentity
from homeport.identity.binding import WorkloadPermissions
from homeport.identity.gcp import GkeWorkloadIdentity
from homeport.identity.permissions import (
    BucketReader,
    BucketWriter,
    DnsEditor,
    ImagePuller,
    KeyUser,
    Permission,
    RoleAssumer,
    SecretReader,
    SnapshotAdmin,
    VolumeAdmin,
)
from homeport.identity.reference import EXAMPLES, KEY, REGISTRY, ROLE, ZONE
from homeport.identity.refs import BucketRef, SecretRef
from homeport.identity.subjects import GcpWorkloadIdentity
from homeport.identity.unknown import UnknownIdentity
from homeport.identity.wildcards import violations
from homeport.plan import Graph, Resource, record
from homeport.problems import SettingsError
from homeport.values import Cloud

NO_DEFAULT_PROVIDERS = {"pulumi:disable-default-providers": '["*"]'}
COMPONENT = "homeport:identity:WorkloadPermissions"
MEMBERS = {
    "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember",
    "gcp:storage/bucketIAMMember:BucketIAMMember",
    "gcp:secretmanager/secretIamMember:SecretIamMember",
    "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
    "gcp:projects/iAMMember:IAMMember",
}
#: What one service account of GKE can hold at a time.
TOGETHER = tuple(example for example in EXAMPLES if not isinstance(example, RoleAssumer))
PRINCIPAL = (
    "principal://iam.googleapis.com/projects/${number.number}/locations/global/workloadIdentityPools/"
    "acme-stage.svc.id.goog/subject/ns/monitoring/sa/loki"
)


@dataclass
class StandInCluster:
    """As much of a cluster as permissions need, and the rest of the contract."""

    cloud: Cloud
    identity: WorkloadIdentity
    resource: pulumi.Resource | None
    provider: kubernetes.Provider
    name: pulumi.Output[str] = field(default_factory=lambda: pulumi.Output.from_input("stage"))
    region: str | None = None
    zones: Sequence[str] = ()
    kubeconfig: pulumi.Output[str] | None = None
    ready: Sequence[pulumi.Resource] = ()


@dataclass
class World:
    """A stand-in cluster and the cloud's provider."""

    cluster: Cluster
    provider: pulumi.ProviderResource | None

    @property
    def opts(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(providers=[self.provider] if self.provider else [])


def in_cluster() -> kubernetes.Provider:
    return kubernetes.Provider("in-cluster", kubeconfig="{}")


def gke() -> World:
    provider = gcp.Provider("gcp", project="acme-stage", region="europe-west3")
    cluster = gcp.container.Cluster("cluster", location="europe-west3", opts=pulumi.ResourceOptions(provider=provider))
    number = gcp.organizations.Project("number", name="n", opts=pulumi.ResourceOptions(provider=provider)).number
    identity = GkeWorkloadIdentity("acme-stage", number)
    return World(StandInCluster("gcp", identity, cluster, in_cluster()), provider)


def eks(*, oidc: bool = True) -> World:
    provider = aws.Provider("aws", region="eu-central-1")
    alone = pulumi.ResourceOptions(provider=provider)
    cluster = aws.eks.Cluster("cluster", role_arn="arn", vpc_config={"subnet_ids": ["subnet-1"]}, opts=alone)
    issuer = aws.iam.OpenIdConnectProvider("oidc", url="https://oidc.example/id/A", client_id_lists=[], opts=alone)
    identity = EksWorkloadIdentity(
        account="111122223333",
        region="eu-central-1",
        cluster_name=cluster.name,
        cluster_arn=cluster.arn,
        oidc_provider_arn=issuer.arn if oidc else None,
        oidc_issuer="https://oidc.example/id/A" if oidc else None,
    )
    return World(StandInCluster("aws", identity, cluster, in_cluster()), provider)


def declare(world: World, permissions: Sequence[Permission], **more: Any) -> WorkloadPermissions:
    arguments: dict[str, Any] = {"namespace": "monitoring", "service_account": "loki", "opts": world.opts, **more}
    name = arguments.pop("name", "loki")
    return WorkloadPermissions(name, cluster=world.cluster, permissions=permissions, **arguments)


def graph(make: Callable[[], World], permissions: Sequence[Permission], **more: Any) -> Graph:
    return record(lambda: declare(make(), permissions, **more) and None, config=NO_DEFAULT_PROVIDERS)


def inside(found: Graph) -> list[Resource]:
    return list(found.children(found.one(type=COMPONENT).urn))


def refused(make: Callable[[], World], permissions: Sequence[Permission], **more: Any) -> list[str]:
    texts: list[str] = []

    def program() -> None:
        with pytest.raises(SettingsError) as error:
            declare(make(), permissions, **more)
        texts[:] = [problem.text() for problem in error.value.problems]  # a program is run twice

    record(program)
    return texts


def test_the_identities_satisfy_what_the_binding_asks_for() -> None:
    def program() -> None:
        assert isinstance(GkeWorkloadIdentity("acme-stage", "1"), GcpWorkloadIdentity)
        aws_identity = EksWorkloadIdentity("111122223333", "eu-central-1", "a", "b")
        assert isinstance(aws_identity, AwsWorkloadIdentity)
        assert isinstance(aws_identity, WorkloadIdentity)
        assert not isinstance(UnknownIdentity("kind"), AwsWorkloadIdentity | GcpWorkloadIdentity)

    record(program)


def test_every_google_grant_is_additive_and_on_its_one_resource() -> None:
    found = inside(graph(gke, TOGETHER))
    assert {resource.type for resource in found} == MEMBERS
    assert {resource.inputs["member"] for resource in found} == {PRINCIPAL}
    assert [resource.name for resource in found if resource.type == "gcp:projects/iAMMember:IAMMember"] == [
        "loki-dns-reader-acme-global"
    ]


def test_google_grants_name_what_the_permissions_name() -> None:
    permissions = [
        DnsEditor(zones=[ZONE], list_zones=False),
        SecretReader(secrets=[SecretRef(name="grafana-admin")]),
        KeyUser(key=KEY),
        ImagePuller(registry=REGISTRY),
    ]
    found = {r.name: {k: v for k, v in r.inputs.items() if k != "member"} for r in inside(graph(gke, permissions))}
    assert found == {
        "loki-dns-editor-stage.acme.example": {
            "project": "acme-global",
            "managedZone": "stage-acme-example",
            "role": "roles/dns.admin",
        },
        "loki-secret-reader-grafana-admin": {
            "project": "acme-stage",
            "secretId": "grafana-admin",
            "role": "roles/secretmanager.secretAccessor",
        },
        "loki-key-user-stage": {
            "cryptoKeyId": KEY.gcp,
            "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
        },
        "loki-image-puller-acme": {
            "project": "acme-global",
            "location": "europe-west3",
            "repository": "acme",
            "role": "roles/artifactregistry.reader",
        },
    }


def test_google_grants_wait_for_the_cluster_and_with_it_for_the_identity_pool() -> None:
    found = graph(gke, TOGETHER)
    cluster = found.one(type="gcp:container/cluster:Cluster").urn
    assert all(cluster in resource.dependencies for resource in inside(found))


def test_removing_one_permission_touches_its_own_grants_alone() -> None:
    whole = {r.urn: r.inputs for r in inside(graph(gke, TOGETHER))}
    for index, example in enumerate(TOGETHER):
        rest = [*TOGETHER[:index], *TOGETHER[index + 1 :]]
        left = {r.urn: r.inputs for r in inside(graph(gke, rest))}
        assert left.items() <= whole.items(), example.kind
    backwards = {r.urn: r.inputs for r in inside(graph(gke, TOGETHER[::-1]))}
    assert backwards == whole


def test_a_service_account_of_gke_becomes_the_one_that_it_takes_on() -> None:
    def program() -> None:
        made = declare(gke(), [RoleAssumer(role=ROLE)])
        pulumi.export("principal", made.principal)
        pulumi.export("annotations", made.service_account_annotations)

    found = record(program, config=NO_DEFAULT_PROVIDERS)
    (grant,) = inside(found)
    assert grant.type == "gcp:serviceaccount/iAMMember:IAMMember"
    assert grant.inputs == {
        "serviceAccountId": "projects/acme-global/serviceAccounts/zone-stage@acme-global.iam.gserviceaccount.com",
        "role": "roles/iam.workloadIdentityUser",
        "member": "serviceAccount:acme-stage.svc.id.goog[monitoring/loki]",
    }
    assert found.one(type="gcp:container/cluster:Cluster").urn in grant.dependencies
    email = "zone-stage@acme-global.iam.gserviceaccount.com"
    assert found.outputs["principal"] == f"serviceAccount:{email}"
    assert found.outputs["annotations"] == {"iam.gke.io/gcp-service-account": email}


def test_beside_an_identity_that_is_taken_on_nothing_can_be_granted_on_gke() -> None:
    with pytest.raises(SettingsError) as caught:
        graph(gke, [DnsEditor(zones=[ZONE]), RoleAssumer(role=ROLE)])
    (problem,) = caught.value.problems
    assert problem.path == ("permissions", 1)
    assert "takes on zone-stage has no other right any more" in problem.rule


def test_roles_of_workloads_have_the_path_by_which_other_accounts_know_them() -> None:
    found = graph(eks, [RoleAssumer(role=ROLE), KeyUser(key=KEY)])
    (role,) = [resource for resource in inside(found) if resource.type == "aws:iam/role:Role"]
    assert role.inputs["path"] == "/homeport-workloads/"


def test_a_bucket_that_does_not_exist_yet_shows_as_a_token_on_google_cloud() -> None:
    def program() -> None:
        world = gke()
        bucket = gcp.storage.Bucket("chunks", location="EU", opts=pulumi.ResourceOptions(provider=world.provider))
        ref = BucketRef(name=bucket.name, label="chunks")
        declare(world, [BucketWriter(bucket=ref, prefix="loki/")])

    (member,) = inside(record(program, config=NO_DEFAULT_PROVIDERS))
    assert member.name == "loki-bucket-writer-chunks/loki/"
    assert member.inputs["bucket"] == "${chunks.name}"
    assert "projects/_/buckets/${chunks.name}/objects/loki/" in member.inputs["condition"]["expression"]


@pytest.mark.parametrize("permissions", [[], [VolumeAdmin(), SnapshotAdmin()]], ids=["nothing", "native"])
def test_what_gke_does_by_itself_is_no_resource(permissions: list[Permission]) -> None:
    assert inside(graph(gke, permissions)) == []


def test_nothing_asked_is_no_role() -> None:
    assert inside(graph(eks, [])) == []


def test_a_role_has_its_rights_inside_and_an_association_comes_last() -> None:
    found = graph(eks, [BucketWriter(bucket=BucketRef(name="acme-chunks"))])
    types = {resource.name: resource.type for resource in inside(found)}
    assert types == {
        "loki-role": "aws:iam/role:Role",
        "loki-policy": "aws:iam/rolePolicy:RolePolicy",
        "loki-association": "aws:eks/podIdentityAssociation:PodIdentityAssociation",
    }
    association = found.one(name="loki-association")
    assert association.inputs == {
        "clusterName": "${cluster.name}",
        "namespace": "monitoring",
        "serviceAccount": "loki",
        "roleArn": "${loki-role.arn}",
        "disableSessionTags": False,
    }
    for waited in ("loki-policy", "loki-role", "cluster"):
        assert found.one(name=waited).urn in association.dependencies
    assert "name" not in found.one(name="loki-role").inputs


def test_a_role_trusts_one_service_account_of_one_cluster() -> None:
    role = graph(eks, [BucketReader(bucket=BucketRef(name="acme-chunks"))]).one(name="loki-role")
    trust = json.loads(role.inputs["assumeRolePolicy"])
    assert trust["Statement"] == [
        {
            "Sid": "AssumeByPodIdentity",
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:RequestTag/eks-cluster-arn": "${cluster.arn}",
                    "aws:RequestTag/kubernetes-namespace": "monitoring",
                    "aws:RequestTag/kubernetes-service-account": "loki",
                    "aws:SourceAccount": "111122223333",
                }
            },
        }
    ]


def test_irsa_trusts_the_subject_and_asks_for_an_annotation() -> None:
    def program() -> None:
        made = declare(eks(), [BucketReader(bucket=BucketRef(name="acme-chunks"))], method="irsa")
        pulumi.export("annotations", made.service_account_annotations)

    found = record(program, config=NO_DEFAULT_PROVIDERS)
    assert "loki-association" not in {resource.name for resource in inside(found)}
    trust = json.loads(found.one(name="loki-role").inputs["assumeRolePolicy"])
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Federated": "${oidc.arn}"}
    assert statement["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert statement["Condition"] == {
        "StringEquals": {
            "oidc.example/id/A:aud": "sts.amazonaws.com",
            "oidc.example/id/A:sub": "system:serviceaccount:monitoring:loki",
        }
    }
    assert found.outputs["annotations"] == {"eks.amazonaws.com/role-arn": "${loki-role.arn}"}
    assert violations(trust) == []


def test_pod_identity_asks_for_no_annotation() -> None:
    def program() -> None:
        made = declare(eks(), [BucketReader(bucket=BucketRef(name="acme-chunks"))])
        pulumi.export("annotations", made.service_account_annotations)

    assert record(program).outputs["annotations"] == {}


@pytest.mark.parametrize("method", ["pod-identity", "irsa"])
def test_every_document_in_the_graph_is_narrow(method: Literal["pod-identity", "irsa"]) -> None:
    found = graph(eks, EXAMPLES, method=method)
    documents = [
        resource.inputs[key]
        for resource in inside(found)
        for key in ("policy", "assumeRolePolicy")
        if key in resource.inputs
    ]
    assert len(documents) >= 2
    assert [problem.text() for text in documents for problem in violations(text)] == []


def test_rights_too_long_for_a_role_become_policies_of_their_own() -> None:
    found = graph(eks, EXAMPLES)
    policies = found.find(type="aws:iam/policy:Policy")
    attachments = found.find(type="aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert len(policies) > 1
    assert [policy.name for policy in policies] == [f"loki-policy-{i + 1}" for i in range(len(policies))]
    assert [item.inputs["policyArn"] for item in attachments] == [f"${{{policy.name}.arn}}" for policy in policies]
    assert not found.find(type="aws:iam/rolePolicy:RolePolicy")
    association = found.one(name="loki-association")
    assert {item.urn for item in attachments} <= set(association.dependencies)


def test_documents_show_what_does_not_exist_yet_as_tokens() -> None:
    def program() -> None:
        world = eks()
        bucket = aws.s3.Bucket("chunks", opts=pulumi.ResourceOptions(provider=world.provider))
        declare(world, [BucketWriter(bucket=BucketRef(name=bucket.bucket, label="chunks"))])

    found = record(program, config=NO_DEFAULT_PROVIDERS)
    policy = found.one(name="loki-policy")
    (read,) = (s for s in json.loads(policy.inputs["policy"])["Statement"] if s["Sid"] == "ReadObjects")
    assert read["Resource"] == ["arn:aws:s3:::${chunks.bucket}/*"]
    assert found.one(name="chunks").urn in policy.dependencies


@pytest.mark.parametrize("make", [gke, eks], ids=["gke", "eks"])
def test_the_same_permissions_are_the_same_graph(make: Callable[[], World]) -> None:
    assert graph(make, TOGETHER).to_json() == graph(make, TOGETHER).to_json()


@pytest.mark.parametrize("make", [gke, eks], ids=["gke", "eks"])
def test_everything_is_a_child_with_the_explicit_provider(make: Callable[[], World]) -> None:
    found = graph(make, TOGETHER)
    children = inside(found)
    assert all(resource.name.startswith("loki-") for resource in children)
    assert all(resource.provider for resource in children)
    assert found.warnings == []


def test_a_name_too_long_for_a_role_is_an_error() -> None:
    name = "a" * 60
    (text,) = refused(eks, [BucketReader(bucket=BucketRef(name="acme-chunks"))], name=name)
    assert text == (
        f'name = "{name}": the name of a IAM role derived from it, "{name}-role", has 65 characters; 56 are allowed '
        "(8 more are added when it is made); shorten the name of the component"
    )
    assert inside(graph(gke, [SecretReader(secrets=[SecretRef(name="a")])], name=name))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            {"namespace": "*"},
            (
                'namespace = "*": must be the name of a namespace: up to 63 characters of a-z, 0-9 and -; '
                "name one namespace; there is no wildcard"
            ),
        ),
        (
            {"service_account": "loki-*"},
            (
                'service_account = "loki-*": must be the name of a service account: up to 253 characters of a-z, '
                "0-9, - and .; name one service account; there is no wildcard"
            ),
        ),
        (
            {"service_account": "default"},
            (
                'service_account = "default": the default service account is every pod\'s that names none: all of '
                "them would get the rights; give the workload a service account of its own"
            ),
        ),
    ],
)
@pytest.mark.parametrize("make", [gke, eks], ids=["gke", "eks"])
def test_rights_have_exactly_one_holder(make: Callable[[], World], arguments: dict[str, str], text: str) -> None:
    assert refused(make, [SecretReader(secrets=[SecretRef(name="a")])], **arguments) == [text]


def test_irsa_without_an_oidc_provider_is_an_error() -> None:
    assert refused(lambda: eks(oidc=False), [VolumeAdmin()], method="irsa") == [
        (
            'method = "irsa": IRSA needs the cluster\'s OIDC provider in IAM, and this cluster has none; '
            "make the provider with the cluster, or use pod-identity"
        )
    ]


def test_a_cluster_of_an_unknown_cloud_says_what_to_do() -> None:
    def kind() -> World:
        return World(StandInCluster("none", UnknownIdentity("kind"), None, in_cluster()), None)

    (text,) = refused(kind, [SecretReader(secrets=[SecretRef(name="a")])])
    assert text.startswith("cluster: the workload monitoring/loki asks for permissions of a cloud, but 'kind' is a")
    assert text.endswith("leave the permission out on this stack, or give the workload credentials of its own")
    assert inside(graph(kind, [])) == []


def test_all_problems_come_at_once() -> None:
    texts = refused(eks, [KeyUser(key=KEY.model_copy(update={"aws": None}))], namespace="*", service_account="default")
    assert [text.split(" = ")[0].split(":")[0] for text in texts] == [
        "namespace",
        "service_account",
        "permissions[0].key.aws",
    ]


def test_an_eks_service_account_is_no_principal_by_itself() -> None:
    with pytest.raises(LookupError, match="use WorkloadPermissions, whose role_arn"):
        EksWorkloadIdentity("111122223333", "eu-central-1", "a", "b").principal("monitoring", "loki")
