"""What an EKS cluster declares: inputs, options, edges."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pulumi
import pulumi_aws as aws
import pytest

from homeport.cluster.eks import EksCluster
from homeport.cluster.eks_inner import cluster_transform, field
from homeport.identity.wildcards import violations
from homeport.plan import record
from homeport.problems import SettingsError
from homeport.protection import guard
from homeport.values import Protection
from tests.cluster.eks.eks_world import (
    ADDON,
    ASSOCIATION,
    ATTACHMENT,
    COMPONENT,
    ENTRY,
    POD_IDENTITY,
    PROVIDER,
    REGION,
    args,
    graph,
    stand_in_vpc,
)
from tests.cluster.gke_world import NO_DEFAULT_PROVIDERS

KEY = "aws:kms/key:Key"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
EXISTING_KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd"


def inputs(**changes: Any) -> dict[str, Any]:
    return graph(args(**changes)).one(type=COMPONENT).inputs


class TestTheComponent:
    def test_it_makes_no_nodes_no_groups_no_addons_and_no_oidc_provider(self) -> None:
        found = inputs()
        assert found["skipDefaultNodeGroup"] is True
        assert found["skipDefaultSecurityGroups"] is True
        assert found["createOidcProvider"] is False
        assert found["useDefaultVpcCni"] is True
        assert found["kubeProxyAddonOptions"]["enabled"] is False
        assert found["corednsAddonOptions"]["enabled"] is False
        assert found["bootstrapSelfManagedAddons"] is False
        assert found["authenticationMode"] == "API"

    def test_who_reaches_the_api(self) -> None:
        found = inputs()
        assert (found["endpointPrivateAccess"], found["endpointPublicAccess"]) == (True, True)
        assert found["publicAccessCidrs"] == ["203.0.113.0/24"]
        private = inputs(api={"path": "network"})
        assert private["endpointPublicAccess"] is False
        assert "publicAccessCidrs" not in private, "the component refuses them beside a private endpoint alone"

    @pytest.mark.parametrize(("support", "kind"), [("standard", "STANDARD"), ("extended", "EXTENDED")])
    def test_what_happens_when_the_version_gets_old(self, support: str, kind: str) -> None:
        assert inputs(support=support)["upgradePolicy"] == {"supportType": kind}

    def test_logs_have_a_group_of_our_own_before_the_cluster(self) -> None:
        made = graph(args(logs={"types": ["controller-manager", "audit"], "retention_days": 30}))
        group = made.one(type=LOGS)
        assert group.inputs["name"] == "/aws/eks/stage/cluster"
        assert group.inputs["retentionInDays"] == 30
        component = made.one(type=COMPONENT)
        assert component.inputs["enabledClusterLogTypes"] == ["audit", "controllerManager"]
        assert group.urn in component.dependencies

    def test_without_logs_there_is_no_group(self) -> None:
        assert graph(args(logs={"types": []})).find(type=LOGS) == []

    def test_its_role_has_its_rights_before_it(self) -> None:
        made = graph()
        waits = {made.by_urn[urn].name for urn in made.one(type=COMPONENT).dependencies}
        assert {"cluster-control-plane-AmazonEKSClusterPolicy", "cluster-control-plane-key", "cluster-logs"} <= waits

    @pytest.mark.parametrize(("protection", "on"), [("none", False), ("standard", True), ("strict", True)])
    def test_eks_refuses_to_delete_it_while_it_is_protected(self, protection: Protection, on: bool) -> None:
        component = graph(protection=protection).one(type=COMPONENT)
        assert component.inputs["deletionProtection"] is on
        assert not component.options.protect, "everything in it would inherit it"


class TestTheInnerCluster:
    @staticmethod
    def transformed(type_: str, protection: Protection) -> pulumi.ResourceTransformResult | None:
        given = pulumi.ResourceTransformArgs(
            custom=True,
            type_=type_,
            name="cluster-eks-eksCluster",
            props={"name": "stage", "accessConfig": {"bootstrapClusterCreatorAdminPermissions": True}},
            opts=pulumi.ResourceOptions(ignore_changes=["bootstrapSelfManagedAddons"]),
        )
        return cluster_transform(guard(protection, "cluster"))(given)  # pyright: ignore[reportReturnType]

    def test_its_creator_is_no_hidden_administrator(self) -> None:
        result = self.transformed("aws:eks/cluster:Cluster", "standard")
        assert result is not None
        assert result.props == {
            "name": "stage",
            "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        }
        assert result.opts.ignore_changes == ["bootstrapSelfManagedAddons"], "what the component ignores stays ignored"

    @pytest.mark.parametrize(("protection", "on"), [("none", None), ("standard", True), ("strict", True)])
    def test_the_engine_refuses_to_delete_it(self, protection: Protection, on: bool | None) -> None:
        result = self.transformed("aws:eks/cluster:Cluster", protection)
        assert result is not None
        assert result.opts.protect is on

    def test_another_key_of_its_secrets_replaces_it(self) -> None:
        """A key where there was none does not: the paths below it do not change one by one."""
        result = self.transformed("aws:eks/cluster:Cluster", "none")
        assert result is not None
        assert result.opts.replace_on_changes == ["encryptionConfig.provider.keyArn"]

    @pytest.mark.parametrize("type_", ["eks:index:Cluster", "pulumi:providers:kubernetes", "aws:iam/role:Role"])
    def test_nothing_else_is_changed(self, type_: str) -> None:
        assert self.transformed(type_, "strict") is None


class TestEncryption:
    def test_a_key_of_our_own_with_an_alias_that_rotates(self) -> None:
        made = graph()
        key = made.one(type=KEY)
        assert key.inputs["enableKeyRotation"] is True
        assert made.one(type="aws:kms/alias:Alias").inputs["name"] == "alias/eks/stage"
        assert made.one(type=COMPONENT).inputs["encryptionConfigKeyArn"] == "${cluster-secrets-key.arn}"
        assert key.options.protect

    def test_the_control_plane_may_use_that_key_alone(self) -> None:
        policy = json.loads(graph().one(name="cluster-control-plane-key").inputs["policy"])
        [statement] = policy["Statement"]
        assert statement["Resource"] == ["${cluster-secrets-key.arn}"]

    def test_an_existing_key(self) -> None:
        made = graph(args(encryption={"key": EXISTING_KEY}))
        assert made.find(type=KEY) == []
        assert made.one(type=COMPONENT).inputs["encryptionConfigKeyArn"] == EXISTING_KEY

    def test_off(self) -> None:
        made = graph(args(encryption={"enabled": False}))
        assert made.find(type=KEY) == []
        assert "encryptionConfigKeyArn" not in made.one(type=COMPONENT).inputs


class TestAccess:
    PEOPLE: ClassVar[dict[str, Any]] = {
        "platform": {"principal": "arn:aws:iam::111122223333:role/platform", "access": "admin"},
        "shop": {
            "principal": "arn:aws:iam::444455556666:role/shop",
            "access": "developer",
            "namespaces": ["shop", "basket"],
        },
        "auditors": {"principal": "arn:aws:iam::111122223333:role/audit", "groups": ["acme:audit"]},
    }

    def test_entries_and_policies(self) -> None:
        made = graph(args(access=self.PEOPLE))
        assert {one.name: one.inputs["principalArn"] for one in made.find(type=ENTRY)} == {
            "cluster-deployer": "arn:aws:iam::111122223333:role/deploy",
            "cluster-access-platform": "arn:aws:iam::111122223333:role/platform",
            "cluster-access-shop": "arn:aws:iam::444455556666:role/shop",
            "cluster-access-auditors": "arn:aws:iam::111122223333:role/audit",
        }
        assert made.one(name="cluster-access-auditors").inputs["kubernetesGroups"] == ["acme:audit"]
        prefix = "arn:aws:eks::aws:cluster-access-policy/"
        assert {
            one.name: (one.inputs["policyArn"].removeprefix(prefix), one.inputs["accessScope"])
            for one in made.find(type=ASSOCIATION)
        } == {
            "cluster-deployer-policy": ("AmazonEKSClusterAdminPolicy", {"type": "cluster"}),
            "cluster-access-platform-policy": ("AmazonEKSClusterAdminPolicy", {"type": "cluster"}),
            "cluster-access-shop-policy": (
                "AmazonEKSEditPolicy",
                {"type": "namespace", "namespaces": ["basket", "shop"]},
            ),
        }

    def test_nodes_get_no_entry_from_us(self) -> None:
        assert all(one.inputs["type"] == "STANDARD" for one in graph().find(type=ENTRY))

    def test_the_deployer_can_get_in_before_anything_in_the_cluster_is_touched(self) -> None:
        made = graph()
        assert made.one(name="cluster-deployer-policy").urn in made.one(type=PROVIDER).dependencies

    def test_the_deployer_does_not_wait_for_other_people(self) -> None:
        made = graph()
        assert made.one(name="cluster-access-platform").urn not in made.depends(made.one(type=PROVIDER).urn)


class TestNodeAddons:
    def test_what_nodes_need_is_there_before_them_pinned_and_with_sorted_configuration(self) -> None:
        found = {one.inputs["addonName"]: one.inputs for one in graph().find(type=ADDON)}
        assert set(found) == {"vpc-cni", "eks-pod-identity-agent", "kube-proxy"}
        assert found["kube-proxy"]["addonVersion"].startswith("v1.34.")
        assert found["vpc-cni"]["configurationValues"] == (
            '{"enableNetworkPolicy":"true","env":{"ENABLE_PREFIX_DELEGATION":"true","WARM_PREFIX_TARGET":"1"}}'
        )
        assert all(one["resolveConflictsOnCreate"] == "OVERWRITE" for one in found.values())

    def test_a_pin_of_the_stack_wins(self) -> None:
        made = graph(args(addons={"vpc-cni": "v1.22.4-eksbuild.3"}))
        assert made.one(name="cluster-vpc-cni").inputs["addonVersion"] == "v1.22.4-eksbuild.3"

    def test_the_cni_and_not_the_node_attaches_interfaces(self) -> None:
        made = graph()
        association = made.one(type=POD_IDENTITY)
        assert (association.inputs["namespace"], association.inputs["serviceAccount"]) == ("kube-system", "aws-node")
        assert association.urn in made.one(name="cluster-vpc-cni").dependencies
        trust = json.loads(made.one(name="cluster-cni").inputs["assumeRolePolicy"])
        assert trust["Statement"][0]["Condition"]["StringEquals"]["aws:RequestTag/eks-cluster-arn"] == (
            "arn:aws:eks:eu-central-1:111122223333:cluster/stage"
        )


class TestNodeRole:
    def test_it_may_find_itself_and_pull_images_and_nothing_else(self) -> None:
        made = graph()
        names = [one.name for one in made.find(type=ATTACHMENT) if one.name.startswith("cluster-nodes-")]
        assert names == [
            "cluster-nodes-AmazonEC2ContainerRegistryPullOnly",
            "cluster-nodes-AmazonEKSWorkerNodeMinimalPolicy",
        ]
        policy = json.loads(made.one(name="cluster-nodes-find-themselves").inputs["policy"])
        assert [one["Action"] for one in policy["Statement"]] == [["ec2:DescribeInstances"]]

    def test_tunnels_over_nodes_only_where_they_are_the_path(self) -> None:
        made = graph(args(api={"path": "session-manager"}))
        assert made.one(name="cluster-nodes-AmazonSSMManagedInstanceCore")


def test_every_policy_document_is_as_narrow_as_its_api_lets_it_be() -> None:
    documents = [
        one.inputs[field]
        for one in graph(args(encryption={"key": EXISTING_KEY})).resources
        for field in ("policy", "assumeRolePolicy")
        if isinstance(one.inputs.get(field), str)
    ]
    assert len(documents) == 5
    for text in documents:
        assert [problem.text() for problem in violations(json.loads(text))] == []


class TestKubeconfig:
    @staticmethod
    def config(**changes: Any) -> dict[str, Any]:
        def reveal(cluster: EksCluster, *_: object) -> dict[str, Any]:
            return {"kubeconfig": pulumi.Output.unsecret(cluster.kubeconfig)}

        return json.loads(graph(args(**changes), then=reveal).outputs["kubeconfig"])

    def test_the_aws_cli_logs_in_as_whoever_runs_the_command(self) -> None:
        user = self.config()["users"][0]["user"]["exec"]
        assert user["command"] == "aws"
        assert user["args"][:4] == ["--region", "eu-central-1", "eks", "get-token"]
        assert "--profile" not in user["args"]
        assert "--role" not in user["args"]

    def test_through_a_proxy(self) -> None:
        [cluster] = self.config(api={"path": "proxy", "proxy_url": "http://proxy.acme.example:3128"})["clusters"]
        assert cluster["cluster"]["proxy-url"] == "http://proxy.acme.example:3128"

    def test_through_a_tunnel_with_the_endpoints_own_certificate(self) -> None:
        [cluster] = self.config(api={"path": "session-manager", "local_port": 9443})["clusters"]
        assert cluster["cluster"]["server"] == "https://127.0.0.1:9443"
        assert cluster["cluster"]["tls-server-name"]


def test_what_is_in_the_cluster_goes_with_it() -> None:
    def then(cluster: EksCluster, *_: object) -> dict[str, Any]:
        return {"urn": cluster.resource.urn, "name": cluster.name, "arn": cluster.arn}

    outputs = graph(then=then).outputs
    assert outputs["urn"].endswith("$eks:index:Cluster$aws:eks/cluster:Cluster::cluster-eks-eksCluster")
    assert outputs["name"] == "stage"
    assert outputs["arn"] == "arn:aws:eks:eu-central-1:111122223333:cluster/stage"


def test_without_a_provider_for_the_plugin_the_error_names_it() -> None:
    def program() -> None:
        provider = aws.Provider("aws", region=REGION)
        network = stand_in_vpc(pulumi.ResourceOptions(provider=provider))
        EksCluster("cluster", args(), network=network, opts=pulumi.ResourceOptions(providers=[provider]))

    with pytest.raises(Exception, match="Default provider for 'eks' disabled: 'cluster-eks'"):
        record(program, config=NO_DEFAULT_PROVIDERS)


def test_the_provider_is_replaced_with_the_cluster_and_only_then() -> None:
    identifier = graph().one(type=PROVIDER).inputs["clusterIdentifier"]
    assert "issuer" in identifier, "name and ARN stay the same when the cluster is another one"


def test_a_name_that_is_too_long_is_refused_before_anything_is_declared() -> None:
    with pytest.raises(SettingsError):
        graph(args().model_copy(update={"name": "x" * 101}))


class TestFieldsOfTheInnerCluster:
    def test_of_an_object(self) -> None:
        assert field(aws.eks.outputs.ClusterCertificateAuthority(data="QQ=="), "data") == "QQ=="

    @pytest.mark.parametrize("key", ["cluster_security_group_id", "clusterSecurityGroupId"])
    def test_of_a_plain_mapping_in_either_spelling(self, key: str) -> None:
        assert field({key: "sg-1"}, "cluster_security_group_id") == "sg-1"

    def test_what_a_preview_of_a_change_does_not_know_is_no_error(self) -> None:
        config = aws.eks.outputs.ClusterVpcConfig(subnet_ids=["subnet-1"])
        assert field(config, "cluster_security_group_id") is None
        assert field({}, "data") is None
