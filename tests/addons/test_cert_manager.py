"""cert-manager: who signs, by which proof, with which rights, and how it is run."""

from __future__ import annotations

import json
from typing import Any

import pydantic
import pytest

from homeport.addons import graph
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.cert_manager import AcmeArgs, CertManager, CertManagerArgs
from homeport.addons.external_dns import ExternalDns
from homeport.addons.gateway_api_crds import GatewayApiCrds
from homeport.addons.graph import AddonPlan
from homeport.addons.items import Chart, Object, Ref, Rights
from homeport.addons.prometheus_operator_crds import PrometheusOperatorCrds
from homeport.addons.section import AddonsArgs
from homeport.addons.site import DnsZone, Site
from homeport.identity.permissions import DnsEditor, RoleAssumer
from homeport.identity.refs import RoleRef, ServiceAccount
from homeport.kube.manifest import WAIT_FOR
from homeport.problems import SettingsError
from tests.addons.places import recorded, site

ACME = AcmeArgs(email="platform@acme.example")
BESIDE: tuple[Addon[Any], ...] = (GatewayApiCrds(), PrometheusOperatorCrds(), ExternalDns())


def planned(
    at: Site | None = None, acme: AcmeArgs | None = ACME, without: frozenset[str] = frozenset(), **more: Any
) -> AddonPlan:
    sections: dict[str, AddonArgs] = {"cert-manager": CertManagerArgs(acme=acme, **more)}
    sections |= {addon.name: addon.args(enabled=False) for addon in BESIDE if addon.name in without}
    return graph.plan(sections, at or site("aws"), (CertManager(), *BESIDE))


def item(plan: AddonPlan, key: str) -> Any:
    [found] = [step.item for step in plan.steps if step.key == f"cert-manager/{key}"]
    return found


def spec(plan: AddonPlan, key: str) -> dict[str, Any]:
    found = item(plan, key)
    assert isinstance(found, Object)
    return dict(found.manifest.body["spec"])


def values(plan: AddonPlan) -> dict[str, Any]:
    found = item(plan, "release")
    assert isinstance(found, Chart)
    return dict(found.values)


def edges(plan: AddonPlan, key: str) -> set[str]:
    return {edge.on for edge in plan.edges if edge.of == f"cert-manager/{key}"}


def keys(plan: AddonPlan) -> set[str]:
    return {step.item.key for step in plan.steps if step.addon == "cert-manager"}


class TestIssuers:
    @pytest.mark.parametrize(
        ("name", "directory"),
        [
            ("letsencrypt", "https://acme-v02.api.letsencrypt.org/directory"),
            ("letsencrypt-staging", "https://acme-staging-v02.api.letsencrypt.org/directory"),
        ],
    )
    def test_on_aws_the_domain_is_proven_in_the_one_hosted_zone(self, name: str, directory: str) -> None:
        assert spec(planned(), f"issuer-{name}")["acme"] == {
            "server": directory,
            "email": "platform@acme.example",
            "privateKeySecretRef": {"name": f"{name}-account-key"},
            "solvers": [
                {
                    "selector": {"dnsZones": ["stage.acme.example"]},
                    "dns01": {"route53": {"hostedZoneID": "Z0123456789ABCDEFGHIJ", "region": "eu-central-1"}},
                }
            ],
        }

    def test_on_google_cloud_in_the_zone_of_its_own_project(self) -> None:
        [solver] = spec(planned(site("gcp")), "issuer-letsencrypt")["acme"]["solvers"]
        assert solver["dns01"] == {"cloudDNS": {"project": "acme-dns", "hostedZoneName": "stage-acme-example"}}

    def test_only_names_of_the_stacks_own_domain_are_proven_in_a_zone_that_others_share(self) -> None:
        own = site("aws").dns
        assert own is not None
        shared = site("aws", dns=DnsZone(own.ref, "aws", "acme.example"))
        [solver] = spec(planned(shared), "issuer-letsencrypt")["acme"]["solvers"]
        assert solver["selector"] == {"dnsZones": ["stage.acme.example"]}

    def test_the_clusters_own_ca_is_always_there(self) -> None:
        plan = planned(site("none"), acme=None)
        root = spec(plan, "ca")
        assert spec(plan, "issuer-self-signed") == {"selfSigned": {}}
        assert root["issuerRef"]["name"] == "self-signed"
        assert root["isCA"] is True
        assert root["duration"] == "87600h0m0s", "ten years"
        assert root["privateKey"] == {"algorithm": "ECDSA", "size": 384, "rotationPolicy": "Never"}
        assert root["subject"] == {"organizationalUnits": ["stage"]}
        assert item(plan, "ca").manifest.namespace == "cert-manager", "where issuers of the whole cluster look"
        assert spec(plan, "issuer-internal") == {"ca": {"secretName": root["secretName"]}}

    def test_each_is_awaited(self) -> None:
        plan = planned()
        for key in ("issuer-letsencrypt", "issuer-letsencrypt-staging", "issuer-internal", "issuer-self-signed", "ca"):
            assert item(plan, key).manifest.metadata["annotations"][WAIT_FOR] == "condition=Ready", key

    @pytest.mark.parametrize(("server", "issuer"), [("production", "letsencrypt"), ("staging", "letsencrypt-staging")])
    def test_the_setting_chooses_what_the_gateway_uses_and_both_are_there(self, server: Any, issuer: str) -> None:
        plan = planned(acme=AcmeArgs(email="a@acme.example", server=server))
        assert plan.exports.issuer == issuer
        assert plan.exports.internal_issuer == "internal"
        items = dict(plan.exports.items)
        assert items["issuer"] == f"cert-manager/issuer-{issuer}"
        assert items["internal_issuer"] == "cert-manager/issuer-internal"
        assert {"issuer-letsencrypt", "issuer-letsencrypt-staging"} <= keys(plan)

    def test_without_acme_there_is_nothing_that_browsers_trust_and_no_right_in_the_cloud(self) -> None:
        plan = planned(acme=None)
        assert plan.exports.issuer is None
        assert dict(plan.exports.items).keys() >= {"internal_issuer"}
        assert "issuer" not in dict(plan.exports.items)
        assert keys(plan) == {"quota", "issuer-self-signed", "ca", "issuer-internal", "release", "alerts"}


class TestRights:
    def test_it_may_write_proofs_into_the_zone_and_nothing_else(self) -> None:
        rights = item(planned(), "rights")
        assert isinstance(rights, Rights)
        [permission] = rights.permissions
        assert isinstance(permission, DnsEditor)
        assert permission.record_types == ["TXT"]
        assert permission.list_zones is False
        assert [zone.name for zone in permission.zones] == ["stage.acme.example"]
        assert rights.service_account == values(planned())["serviceAccount"]["name"] == "cert-manager"

    def test_in_another_account_it_takes_on_the_zones_role(self) -> None:
        own = site("aws").dns
        assert own is not None
        role = RoleRef(label="zone-stage", aws="arn:aws:iam::111122223333:role/zone-stage")
        plan = planned(site("aws", dns=DnsZone(own.ref, "aws", own.domain, role)))
        assert item(plan, "rights").permissions == [RoleAssumer(role=role)]
        [solver] = spec(plan, "issuer-letsencrypt")["acme"]["solvers"]
        assert solver["dns01"]["route53"]["role"] == "arn:aws:iam::111122223333:role/zone-stage"
        assert "annotations" not in values(plan)["serviceAccount"]

    def test_in_another_project_its_service_account_becomes_the_zones(self) -> None:
        own = site("gcp").dns
        assert own is not None
        account = ServiceAccount(project="acme-dns", email="zone@acme-dns.iam.gserviceaccount.com")
        role = RoleRef(label="zone-stage", gcp=account)
        plan = planned(site("gcp", dns=DnsZone(own.ref, "gcp", own.domain, role)))
        assert item(plan, "rights").permissions == [RoleAssumer(role=role)]
        assert values(plan)["serviceAccount"]["annotations"] == Ref("rights", "service_account_annotations")

    def test_on_aws_they_are_a_policy_on_that_zone_for_that_service_account(self) -> None:
        made = recorded("aws", args=AddonsArgs.model_validate({"cert-manager": {"acme": ACME.model_dump()}}))
        [policy] = [one for one in made.resources if one.name == "support-cert-manager-rights-policy"]
        statements = {one["Sid"]: one for one in json.loads(policy.inputs["policy"])["Statement"]}
        assert set(statements) == {"EditRecords", "ReadRecords", "WaitForRecords"}, "it lists no zones"
        edit = statements["EditRecords"]
        assert edit["Resource"] == ["arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ"]
        assert "TXT" in json.dumps(edit["Condition"])
        [association] = [one for one in made.resources if one.name == "support-cert-manager-rights-association"]
        assert (association.inputs["namespace"], association.inputs["serviceAccount"]) == (
            "cert-manager",
            "cert-manager",
        )


class TestEdges:
    def test_pods_start_when_their_rights_their_quota_and_the_kinds_are_there(self) -> None:
        assert edges(planned(), "release") == {
            "cluster/api",
            "cluster/nodes",
            "namespaces/cert-manager",
            "cert-manager/quota",
            "cert-manager/rights",
            "gateway-api-crds/release",
            "prometheus-operator-crds/release",
        }

    def test_issuers_wait_for_the_webhook_and_for_rights_and_never_for_external_dns(self) -> None:
        plan = planned()
        for name in ("letsencrypt", "letsencrypt-staging"):
            assert edges(plan, f"issuer-{name}") == {"cluster/api", "cert-manager/release", "cert-manager/rights"}
        assert not [edge for edge in plan.edges if edge.of.startswith("cert-manager/") and "external-dns" in edge.on]

    def test_the_own_ca_waits_for_nothing_in_the_cloud(self) -> None:
        plan = planned()
        assert edges(plan, "issuer-internal") == {"cluster/api", "cert-manager/release", "cert-manager/ca"}
        assert edges(plan, "ca") == {
            "cluster/api",
            "namespaces/cert-manager",
            "cert-manager/release",
            "cert-manager/issuer-self-signed",
        }


class TestValues:
    def test_what_serves_requests_has_several_replicas_that_stay_apart(self) -> None:
        found = values(planned())
        parts = {"": found, "webhook": found["webhook"], "cainjector": found["cainjector"]}
        assert {name: part["replicaCount"] for name, part in parts.items()} == {"": 2, "webhook": 3, "cainjector": 2}
        for part in parts.values():
            assert part["podDisruptionBudget"] == {
                "enabled": True,
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
            }
            assert part["topologySpreadConstraints"]
            assert part["affinity"]
        # The three share their instance label: each keeps its distance from its own kind only.
        own = {
            name: part["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"]["app.kubernetes.io/component"]
            for name, part in parts.items()
        }
        assert own == {"": "controller", "webhook": "webhook", "cainjector": "cainjector"}

    def test_a_minimal_one_has_one_of_each_and_no_budget_that_blocks_a_drain(self) -> None:
        found = values(planned(site("aws", profile="minimal")))
        for part in (found, found["webhook"], found["cainjector"]):
            assert part["replicaCount"] == 1
            assert part["podDisruptionBudget"] == {"enabled": False}

    @pytest.mark.parametrize("profile", ["minimal", "standard"])
    def test_every_pod_is_small_restricted_and_closed(self, profile: Any) -> None:
        found = values(planned(site("aws", profile=profile)))
        for part in (found, found["webhook"], found["cainjector"], found["startupapicheck"]):
            assert part["securityContext"]["runAsNonRoot"] is True
            assert part["securityContext"]["runAsUser"] > 10000
            assert part["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            for kind in ("requests", "limits"):
                assert set(part["resources"][kind]) == {"cpu", "memory", "ephemeral-storage"}
        for part in (found, found["webhook"], found["cainjector"]):
            assert part["networkPolicy"]["enabled"] is True
            assert part["networkPolicy"]["egress"]

    def test_it_looks_for_the_gateway_api_only_where_that_is(self) -> None:
        assert values(planned())["config"]["gatewayAPI"] == {"enabled": True}
        managed = site("gcp", provides=frozenset({"gateway-api-crds"}))
        assert values(planned(managed))["config"]["gatewayAPI"] == {"enabled": True}
        without = planned(without=frozenset({"gateway-api-crds"}))
        assert "config" not in values(without)
        assert not [on for on in edges(without, "release") if "gateway-api" in on]

    def test_its_definitions_come_with_it_and_stay_without_it(self) -> None:
        assert values(planned())["crds"] == {"enabled": True, "keep": True}

    def test_it_needs_nothing_in_kube_system(self) -> None:
        assert values(planned())["global"]["leaderElection"] == {"namespace": "cert-manager"}

    def test_gke_admits_pods_of_its_priority_because_a_quota_says_so(self) -> None:
        plan = planned(site("gcp"))
        priority = values(plan)["global"]["priorityClassName"]
        assert spec(plan, "quota") == {
            "hard": {"pods": "20"},
            "scopeSelector": {
                "matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": [priority]}]
            },
        }

    def test_a_firewall_lets_a_private_control_plane_reach_the_port_of_the_webhook(self) -> None:
        assert "securePort" not in values(planned())["webhook"], (
            "the chart's own is 10250, which GKE and EKS leave open"
        )
        warnings = planned(values={"webhook": {"securePort": 9443}}).warnings
        assert any("webhook.securePort" in warning and "10250" in warning for warning in warnings)

    def test_switching_its_definitions_off_is_said_aloud(self) -> None:
        warnings = planned(values={"crds": {"keep": False}}).warnings
        assert any(
            "crds.keep" in warning and "every certificate, issuer and request of the cluster goes" in warning
            for warning in warnings
        )


class TestMonitoring:
    def test_it_is_watched_where_monitors_are_known(self) -> None:
        assert values(planned())["prometheus"]["servicemonitor"] == {"enabled": True, "honorLabels": True}
        without = planned(without=frozenset({"prometheus-operator-crds"}))
        assert values(without)["prometheus"]["servicemonitor"] == {"enabled": False}
        assert "alerts" not in keys(without)

    def test_somebody_hears_of_a_certificate_that_is_not_renewed_for_two_weeks_before_its_end(self) -> None:
        [group] = spec(planned(), "alerts")["groups"]
        rules = {rule["alert"]: rule for rule in group["rules"]}
        soon = rules["CertificateExpiresSoon"]
        assert "(certmanager_certificate_expiration_timestamp_seconds) - time() < 14 * 24 * 3600" in soon["expr"]
        assert "certmanager_certificate_renewal_timestamp_seconds" in soon["expr"], "one for a week is no alarm"
        assert "$labels.namespace }}/{{ $labels.name" in soon["annotations"]["summary"]
        assert {"CertificateNotReady", "CertificateIssuerNotReady", "CertManagerDown"} <= rules.keys()
        assert all(rule["labels"]["severity"] in {"warning", "critical"} for rule in rules.values())


class TestProblems:
    def refused(self, at: Site) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            graph.plan({"cert-manager": CertManagerArgs(acme=ACME)}, at, [CertManager()])
        return [problem.text() for problem in caught.value.problems]

    def test_acme_without_a_zone(self) -> None:
        [text] = self.refused(site("aws", dns=None))
        assert text == (
            "addons.cert-manager.acme: ACME needs a DNS zone to prove the domain, and this stack has none; name the"
            " stack of the global layer, whose zones hold the domain: homeport:global: global; or remove acme"
        )

    def test_acme_with_a_zone_on_another_cloud(self) -> None:
        [text] = self.refused(site("aws", dns=site("gcp").dns))
        assert text == (
            "addons.cert-manager.acme: ACME needs a DNS zone to prove the domain; the zone stage.acme.example is on"
            " Google Cloud, and a cluster on AWS has no identity there; keep the zone of stage.acme.example on the"
            " cluster's cloud; or remove acme"
        )

    def test_acme_without_an_address(self) -> None:
        with pytest.raises(pydantic.ValidationError, match=r"acme\.email\n  Field required"):
            CertManagerArgs.model_validate({"acme": {}})

    @pytest.mark.parametrize(
        "email", ["platform", "platform@acme", "a b@acme.example", "@acme.example", "a@@acme.example"]
    )
    def test_an_address_that_is_none(self, email: str) -> None:
        with pytest.raises(pydantic.ValidationError, match="must be an e-mail address") as caught:
            AcmeArgs(email=email)
        assert email not in str(caught.value)

    @pytest.mark.parametrize("domain", ["example.com", "Example.ORG", "example.net"])
    def test_an_address_that_lets_encrypt_refuses(self, domain: str) -> None:
        with pytest.raises(pydantic.ValidationError, match="Let's Encrypt refuses such accounts"):
            AcmeArgs(email=f"platform@{domain}")
