"""What a GKE cluster declares: inputs, options, edges."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pytest

from homeport.cluster.gke import GkeCluster
from homeport.plan import Resource
from homeport.problems import SettingsError
from homeport.values import Protection
from tests.cluster.gke_world import CLUSTER, args, graph, pool

KEY = "gcp:kms/cryptoKey:CryptoKey"
GRANT = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
MEMBER = "gcp:projects/iAMMember:IAMMember"
ACCOUNT = "gcp:serviceaccount/account:Account"
AGENT = "gcp:projects/serviceIdentity:ServiceIdentity"
PROVIDER = "pulumi:providers:kubernetes"
EXISTING_KEY = "projects/acme-keys/locations/europe-west3/keyRings/gke/cryptoKeys/secrets"


def cluster(**changes: Any) -> Resource:
    return graph(args(**changes)).one(type=CLUSTER)


class TestApiAccess:
    def test_by_dns_no_address_answers(self) -> None:
        inputs = cluster().inputs
        assert inputs["controlPlaneEndpointsConfig"] == {
            "dnsEndpointConfig": {
                "allowExternalTraffic": True,
                "enableK8sTokensViaDns": False,
                "enableK8sCertsViaDns": False,
            },
            "ipEndpointsConfig": {"enabled": False},
        }
        assert inputs["privateClusterConfig"]["enablePrivateEndpoint"] is True
        assert inputs["masterAuthorizedNetworksConfig"]["cidrBlocks"] == []

    def test_by_dns_from_within_google_cloud_alone(self) -> None:
        endpoints = cluster(api={"access": "dns", "dns_from_outside": False}).inputs["controlPlaneEndpointsConfig"]
        assert endpoints["dnsEndpointConfig"]["allowExternalTraffic"] is False

    def test_private(self) -> None:
        inputs = cluster(api={"access": "private", "authorized_networks": {"vpn": "10.99.0.0/24"}}).inputs
        assert inputs["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["allowExternalTraffic"] is False
        assert inputs["controlPlaneEndpointsConfig"]["ipEndpointsConfig"] == {"enabled": True}
        assert inputs["privateClusterConfig"] == {
            "enablePrivateNodes": True,
            "enablePrivateEndpoint": True,
            "masterIpv4CidrBlock": "172.16.0.0/28",
            "masterGlobalAccessConfig": {"enabled": True},
        }
        assert inputs["masterAuthorizedNetworksConfig"] == {
            "cidrBlocks": [{"displayName": "vpn", "cidrBlock": "10.99.0.0/24"}],
            "gcpPublicCidrsAccessEnabled": False,
            "privateEndpointEnforcementEnabled": True,
        }

    def test_public_from_named_networks_alone_in_stable_order(self) -> None:
        networks = {"office": "203.0.113.0/24", "ci": "198.51.100.7/32"}
        inputs = cluster(api={"access": "public", "authorized_networks": networks}).inputs
        assert inputs["privateClusterConfig"]["enablePrivateEndpoint"] is False
        assert inputs["privateClusterConfig"]["enablePrivateNodes"] is True
        assert inputs["masterAuthorizedNetworksConfig"]["cidrBlocks"] == [
            {"displayName": "ci", "cidrBlock": "198.51.100.7/32"},
            {"displayName": "office", "cidrBlock": "203.0.113.0/24"},
        ]

    def test_without_a_planned_range_google_takes_one_from_the_subnet(self) -> None:
        private = graph(control_plane_cidr=None).one(type=CLUSTER).inputs["privateClusterConfig"]
        assert "masterIpv4CidrBlock" not in private

    @pytest.mark.parametrize(
        ("access", "server", "with_ca"),
        [
            ("dns", "https://${cluster-gke.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint}", False),
            ("private", "https://${cluster-gke.endpoint}", True),
            ("public", "https://${cluster-gke.endpoint}", True),
        ],
    )
    def test_the_kubeconfig_goes_the_way_that_is_open(self, access: str, server: str, *, with_ca: bool) -> None:
        networks = {"office": "203.0.113.0/24"} if access == "public" else {}
        shown = graph(
            args(api={"access": access, "authorized_networks": networks}),
            then=lambda made: {"kubeconfig": pulumi.Output.unsecret(made.kubeconfig)},
        ).outputs["kubeconfig"]
        entry = json.loads(shown)["clusters"][0]["cluster"]
        assert entry["server"] == server
        assert ("certificate-authority-data" in entry) == with_ca


class TestIdentityOfTheCluster:
    def test_the_provider_is_replaced_with_the_cluster_and_not_with_its_credentials(self) -> None:
        provider = graph().one(type=PROVIDER)
        # The DNS endpoint's host name holds Google's unique id; the name and id would be the same after a replacement.
        assert provider.inputs["clusterIdentifier"] == (
            "${cluster-gke.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint}"
        )

    def test_principals_wait_for_the_cluster_since_its_pool_of_identities_comes_with_it(self) -> None:
        def program(made: GkeCluster) -> None:
            gcp.projects.IAMMember(
                "grant",
                project="acme-stage",
                role="roles/storage.objectViewer",
                member=made.identity.principal("shop", "web"),
                opts=pulumi.ResourceOptions(parent=made),
            )

        made = graph(then=program)
        assert made.one(type=CLUSTER).urn in made.one(name="grant").property_dependencies["member"]


class TestNetwork:
    def test_ranges_are_given_by_name_so_that_google_does_not_choose_them(self) -> None:
        inputs = cluster().inputs
        assert inputs["networkingMode"] == "VPC_NATIVE"
        assert inputs["ipAllocationPolicy"] == {
            "clusterSecondaryRangeName": "${subnet.name}-pods",
            "servicesSecondaryRangeName": "${subnet.name}-services",
            "stackType": "IPV4",
        }
        assert inputs["network"] == "${vpc.selfLink}"
        assert inputs["subnetwork"] == "${subnet.selfLink}"

    def test_the_cluster_does_not_wait_for_what_only_nodes_need(self) -> None:
        made = graph(pools={"system": pool()})
        router = made.one(name="router").urn
        assert router not in made.depends(made.one(type=CLUSTER).urn)
        assert router in made.depends(made.one(name="system-pool").urn)

    def test_dataplane_v2_has_no_network_policy_block_beside_it(self) -> None:
        inputs = cluster().inputs
        assert inputs["datapathProvider"] == "ADVANCED_DATAPATH"
        assert "networkPolicy" not in inputs


class TestVersion:
    def test_the_channel_chooses_the_version(self) -> None:
        inputs = cluster(release_channel="stable").inputs
        assert inputs["releaseChannel"] == {"channel": "STABLE"}
        assert "minMasterVersion" not in inputs

    def test_regular_is_the_channel_where_nothing_is_said(self) -> None:
        assert cluster().inputs["releaseChannel"] == {"channel": "REGULAR"}

    def test_a_version_leaves_the_channel_by_its_off_value(self) -> None:
        made = cluster(version="1.34")
        assert made.inputs["releaseChannel"] == {"channel": "UNSPECIFIED"}
        assert made.inputs["minMasterVersion"] == "1.34"
        assert "minMasterVersion" not in made.options.ignore_changes


class TestDefaultPool:
    def test_it_is_removed_and_looks_like_a_pool_of_ours_meanwhile(self) -> None:
        made = graph(pools={"system": pool()})
        inputs = made.one(type=CLUSTER).inputs
        assert inputs["removeDefaultNodePool"] is True
        assert inputs["initialNodeCount"] == 1
        ours = made.one(name="system-pool").inputs["nodeConfig"]
        shared = (
            "serviceAccount",
            "oauthScopes",
            "tags",
            "metadata",
            "workloadMetadataConfig",
            "shieldedInstanceConfig",
            "imageType",
            "resourceLabels",
        )
        for key in shared:
            assert inputs["nodeConfig"][key] == ours[key], key

    def test_what_it_leaves_behind_in_the_state_is_ignored(self) -> None:
        assert cluster().options.ignore_changes == ["nodeConfig", "initialNodeCount", "nodeVersion", "nodePools"]


class TestNodeAccount:
    def test_it_gets_the_two_roles_that_nodes_need_additively(self) -> None:
        made = graph()
        assert made.one(type=ACCOUNT).inputs["accountId"] == "stage-nodes"
        assert {(grant.inputs["role"], grant.inputs["project"]) for grant in made.find(type=MEMBER)} == {
            ("roles/container.defaultNodeServiceAccount", "acme-stage"),
            ("roles/artifactregistry.reader", "acme-stage"),
        }
        assert not [resource for resource in made.resources if "IAMBinding" in resource.type]

    def test_images_come_from_the_named_projects(self) -> None:
        made = graph(args(registry_projects=["acme-registry", "acme-mirror"]))
        readers = {
            grant.name: grant.inputs["project"]
            for grant in made.find(type=MEMBER)
            if "artifact" in grant.inputs["role"]
        }
        assert readers == {
            "cluster-nodes-pull-acme-registry": "acme-registry",
            "cluster-nodes-pull-acme-mirror": "acme-mirror",
        }

    def test_nodes_wait_for_the_grants(self) -> None:
        made = graph(pools={"system": pool()})
        for grant in made.find(type=MEMBER):
            assert grant.urn in made.one(name="system-pool").dependencies


class TestEncryption:
    def test_a_key_beside_the_cluster_that_google_may_use_before_the_cluster_exists(self) -> None:
        made = graph(args(encryption={"rotation_days": 30}))
        key, grant = made.one(type=KEY), made.one(type=GRANT)
        assert key.inputs["rotationPeriod"] == "2592000s"
        assert made.one(type="gcp:kms/keyRing:KeyRing").inputs["location"] == "europe-west3"
        assert made.one(type=AGENT).inputs["service"] == "container.googleapis.com"
        assert grant.inputs == {
            "cryptoKeyId": "${cluster-secrets-key.id}",
            "role": "roles/cloudkms.cryptoKeyEncrypterDecrypter",
            "member": "${cluster-gke-agent.member}",
        }
        resource = made.one(type=CLUSTER)
        assert resource.inputs["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": "${cluster-secrets-key.id}"}
        assert grant.urn in resource.dependencies

    def test_ring_and_key_are_named_automatically_since_google_never_deletes_them(self) -> None:
        made = graph()
        assert "name" not in made.one(type=KEY).inputs
        assert "name" not in made.one(type="gcp:kms/keyRing:KeyRing").inputs

    def test_a_key_that_exists_is_used_and_granted(self) -> None:
        made = graph(args(encryption={"key": EXISTING_KEY}))
        assert not made.find(type=KEY)
        assert made.one(type=GRANT).inputs["cryptoKeyId"] == EXISTING_KEY
        assert made.one(type=CLUSTER).inputs["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": EXISTING_KEY}

    def test_off_is_said(self) -> None:
        made = graph(args(encryption={"enabled": False}))
        assert made.one(type=CLUSTER).inputs["databaseEncryption"] == {"state": "DECRYPTED"}
        assert not made.find(type=KEY)
        assert not made.find(type=AGENT)


class TestProtection:
    @pytest.mark.parametrize(
        ("protection", "by_google", "by_engine", "key", "retained"),
        [
            ("none", False, False, False, False),
            ("standard", True, True, True, False),
            ("strict", True, True, True, True),
        ],
    )
    def test_levels(
        self, protection: Protection, *, by_google: bool, by_engine: bool, key: bool, retained: bool
    ) -> None:
        made = graph(protection=protection, pools={"system": pool()})
        resource = made.one(type=CLUSTER)
        assert resource.inputs["deletionProtection"] is by_google
        assert resource.options.protect is by_engine
        assert made.one(type=KEY).options.protect is key
        assert made.one(type=KEY).options.retain_on_delete is retained

    def test_nothing_else_is_protected(self) -> None:
        made = graph(protection="strict", pools={"system": pool()})
        protected = {resource.type for resource in made.resources if resource.options.protect}
        assert protected == {CLUSTER, KEY}


class TestOffIsSaid:
    """Leaving a block out is no change at all for GKE, so what an argument switches on is also switched off."""

    @pytest.mark.parametrize(
        ("changes", "path", "off", "on"),
        [
            ({"logging": []}, "loggingConfig.enableComponents", [], ["SYSTEM_COMPONENTS", "WORKLOADS"]),
            ({"monitoring": []}, "monitoringConfig.enableComponents", [], ["SYSTEM_COMPONENTS"]),
            ({"security_posture": "disabled"}, "securityPostureConfig.mode", "DISABLED", "BASIC"),
            ({"cost_allocation": False}, "costManagementConfig.enabled", False, True),
        ],
    )
    def test_of_what_is_on_by_default(self, changes: dict[str, Any], path: str, off: object, on: object) -> None:
        assert at(cluster(**changes), path) == off
        assert at(cluster(), path) == on

    @pytest.mark.parametrize(
        ("changes", "path", "off", "on"),
        [
            ({"managed_prometheus": True}, "monitoringConfig.managedPrometheus.enabled", False, True),
            ({"gateway_api": True}, "gatewayApiConfig.channel", "CHANNEL_DISABLED", "CHANNEL_STANDARD"),
            (
                {"binary_authorization": True},
                "binaryAuthorization.evaluationMode",
                "DISABLED",
                "PROJECT_SINGLETON_POLICY_ENFORCE",
            ),
            (
                {"vulnerability_scanning": "basic"},
                "securityPostureConfig.vulnerabilityMode",
                "VULNERABILITY_DISABLED",
                "VULNERABILITY_BASIC",
            ),
        ],
    )
    def test_of_what_is_off_by_default(self, changes: dict[str, Any], path: str, off: object, on: object) -> None:
        assert at(cluster(), path) == off
        assert at(cluster(**changes), path) == on

    def test_old_ways_in_are_shut(self) -> None:
        inputs = cluster().inputs
        assert inputs["enableLegacyAbac"] is False
        assert inputs["masterAuth"] == {"clientCertificateConfig": {"issueClientCertificate": False}}
        assert inputs["anonymousAuthenticationConfig"] == {"mode": "LIMITED"}
        assert set(inputs["rbacBindingConfig"].values()) == {False}
        assert inputs["serviceExternalIpsConfig"] == {"enabled": False}
        assert inputs["clusterAutoscaling"]["enabled"] is False

    def test_the_group_for_rbac_is_named_where_it_is_given(self) -> None:
        made = cluster(rbac_group="gke-security-groups@acme.example")
        assert made.inputs["authenticatorGroupsConfig"] == {"securityGroup": "gke-security-groups@acme.example"}


def test_workloads_can_become_principals() -> None:
    assert cluster().inputs["workloadIdentityConfig"] == {"workloadPool": "acme-stage.svc.id.goog"}


def test_the_cluster_and_its_nodes_carry_the_labels_of_the_stack() -> None:
    inputs = cluster().inputs
    assert inputs["resourceLabels"]["cost-centre"] == "1000"
    assert inputs["nodeConfig"]["resourceLabels"] == inputs["resourceLabels"]


def test_the_order_of_components_in_the_settings_changes_nothing() -> None:
    one = cluster(logging=["workloads", "system", "apiserver"]).inputs["loggingConfig"]
    other = cluster(logging=["system", "apiserver", "workloads"]).inputs["loggingConfig"]
    assert one == other == {"enableComponents": ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER"]}


def test_a_name_that_leaves_no_room_for_derived_names_is_refused_before_anything_is_declared() -> None:
    long = args().model_copy(update={"name": "a" * 30})
    with pytest.raises(SettingsError, match="name of a service account derived from it"):
        graph(long)


def at(resource: Resource, path: str) -> object:
    value: Any = resource.inputs
    for part in path.split("."):
        value = value[part]
    return value
