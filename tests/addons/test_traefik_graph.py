"""The gateway's items, their edges, and what is declared for them."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.addons import graph
from homeport.addons.args import AddonArgs
from homeport.addons.aws_load_balancer_controller import AwsLoadBalancerController
from homeport.addons.base import Addon
from homeport.addons.cluster_autoscaler import ClusterAutoscaler
from homeport.addons.exports import GatewayExport
from homeport.addons.graph import AddonPlan
from homeport.addons.items import Chart, Object
from homeport.addons.namespace import namespace_manifest
from homeport.addons.samples import SAMPLE_LABELS, sample_site
from homeport.addons.section import CATALOGUE
from homeport.addons.traefik import Traefik
from homeport.addons.traefik_args import TraefikArgs
from homeport.plan import Graph
from homeport.problems import SettingsError
from homeport.tenancy.args import TenantArgs
from homeport.tenancy.manifests import tenant_objects
from homeport.values import Cloud, Protection
from tests.addons.places import recorded
from tests.addons.toys import thing, toy

RELEASE = "kubernetes:helm.sh/v3:Release"
GCP_ADDRESS, EIP = "gcp:compute/address:Address", "aws:ec2/eip:Eip"
AWS = "service.beta.kubernetes.io/aws-load-balancer"
BESIDE: list[Addon[Any]] = [
    toy("cert-manager", thing("release"), exports={"issuer": "letsencrypt", "internal_issuer": "internal"}),
    toy("gateway-api-crds", thing("release")),
    toy("external-dns", thing("release")),
    toy("prometheus-operator-crds", thing("release")),
]


def planned(cloud: Cloud = "gcp", *beside: Addon[Any], **args: Any) -> AddonPlan:
    addons = [Traefik(), AwsLoadBalancerController(), *(beside or BESIDE)]
    return graph.plan({"traefik": TraefikArgs(**args)}, sample_site(cloud), addons)


def edges(plan: AddonPlan, of: str) -> dict[str, str]:
    return {edge.on: edge.kind for edge in plan.edges if edge.of == of}


def item(plan: AddonPlan, key: str) -> Any:
    return next(step.item for step in plan.steps if step.key == key)


def body(plan: AddonPlan, key: str) -> dict[str, Any]:
    found = item(plan, key)
    assert isinstance(found, Object)
    return dict(found.manifest.document)


class TestEdges:
    def test_of_the_release_on_gke(self) -> None:
        assert edges(planned(), "traefik/release") == {
            "cluster/api": "create",
            "cluster/nodes": "create",
            "namespaces/traefik": "both",
            "traefik/priority": "create",
            "traefik/address": "both",
            "gateway-api-crds/release": "create",
            "prometheus-operator-crds/release": "create",
            "external-dns/release": "destroy",
        }

    def test_what_removes_records_is_waited_for_only_where_there_is_a_balancer(self) -> None:
        assert "external-dns/release" not in edges(planned(exposure="cluster"), "traefik/release")

    def test_on_eks_what_makes_its_load_balancer_comes_before_it_and_goes_after_it(self) -> None:
        found = edges(planned("aws"), "traefik/release")
        assert found["aws-load-balancer-controller/release"] == "both"

    def test_on_eks_it_cannot_do_without_that(self) -> None:
        sections: dict[str, AddonArgs] = {"aws-load-balancer-controller": AwsLoadBalancerController.args(enabled=False)}
        with pytest.raises(SettingsError) as found:
            graph.plan(sections, sample_site("aws"), [Traefik(), AwsLoadBalancerController(), *BESIDE])
        [problem] = found.value.problems
        assert problem.text() == (
            "addons.traefik: needs aws-load-balancer-controller: it makes the load balancer of its Service, without"
            " which the release is never ready, and deletes it; switch it on: aws-load-balancer-controller:"
            " {enabled: true}"
        )

    def test_a_gateway_for_pods_alone_can(self) -> None:
        sections: dict[str, AddonArgs] = {
            "aws-load-balancer-controller": AwsLoadBalancerController.args(enabled=False),
            "traefik": TraefikArgs(exposure="cluster"),
        }
        plan = graph.plan(sections, sample_site("aws"), [Traefik(), AwsLoadBalancerController(), *BESIDE])
        assert "aws-load-balancer-controller/release" not in edges(plan, "traefik/release")

    def test_the_gateway_waits_for_its_class_and_for_a_certificate(self) -> None:
        assert edges(planned(), "traefik/gateway") == {
            "cluster/api": "create",
            "namespaces/traefik": "both",
            "traefik/release": "create",
            "traefik/certificate": "create",
            "gateway-api-crds/release": "create",
            "external-dns/release": "destroy",
        }

    def test_the_certificate_waits_for_nobody_to_issue_it(self) -> None:
        plan = planned()
        assert edges(plan, "traefik/certificate") == {
            "cluster/api": "create",
            "namespaces/traefik": "both",
            "cert-manager/release": "create",
        }
        assert item(plan, "traefik/certificate").manifest.wait_for is None


class TestObjects:
    def test_the_gateway_listens_where_traefik_does(self) -> None:
        """Traefik finds the entry point of a listener by its port."""
        plan = planned()
        ports = item(plan, "traefik/release").values["ports"]
        listeners = {listener["name"]: listener for listener in body(plan, "traefik/gateway")["spec"]["listeners"]}
        assert set(listeners) == {"http", "https"}
        assert listeners["http"]["port"] == ports["web"]["port"]
        assert listeners["https"]["port"] == ports["websecure"]["port"]

    def test_the_gateway_is_waited_for_and_deleted_for_real(self) -> None:
        manifest = item(planned(), "traefik/gateway").manifest
        assert manifest.wait_for == "condition=Programmed"
        assert manifest.owns_cloud_objects

    def test_somebody_elses_certificate_is_not_waited_for(self) -> None:
        """It may be brought after the first update, by what that update makes possible."""
        plan = planned("gcp", certificate="company-tls")
        assert item(plan, "traefik/gateway").manifest.wait_for is None
        assert not any(step.key == "traefik/certificate" for step in plan.steps)
        [https] = [one for one in body(plan, "traefik/gateway")["spec"]["listeners"] if one["name"] == "https"]
        assert https["tls"]["certificateRefs"] == [{"group": "", "kind": "Secret", "name": "company-tls"}]

    def test_the_certificate_is_for_the_domain_and_below_and_is_there_at_once(self) -> None:
        certificate = body(planned("gcp", extra_hosts=["*.api.stage.acme.example"]), "traefik/certificate")
        assert certificate["spec"]["dnsNames"] == [
            "stage.acme.example",
            "*.stage.acme.example",
            "*.api.stage.acme.example",
        ]
        assert certificate["metadata"]["annotations"]["cert-manager.io/issue-temporary-certificate"] == "true"
        assert certificate["spec"]["privateKey"] == {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"}

    def test_the_certificate_and_the_gateway_mean_the_same_secret(self) -> None:
        plan = planned()
        [https] = [one for one in body(plan, "traefik/gateway")["spec"]["listeners"] if one["name"] == "https"]
        [reference] = https["tls"]["certificateRefs"]
        assert reference["name"] == body(plan, "traefik/certificate")["spec"]["secretName"]

    def test_browsers_trust_the_issuer_where_there_is_such_a_one(self) -> None:
        assert body(planned(), "traefik/certificate")["spec"]["issuerRef"]["name"] == "letsencrypt"
        internal = toy("cert-manager", thing("release"), exports={"internal_issuer": "internal"})
        plan = planned("none", internal, *BESIDE[1:])
        assert body(plan, "traefik/certificate")["spec"]["issuerRef"]["name"] == "internal"

    def test_routes_come_from_namespaces_that_homeport_makes_and_from_no_other(self) -> None:
        for listener in body(planned(), "traefik/gateway")["spec"]["listeners"]:
            routes = listener["allowedRoutes"]["namespaces"]
            assert routes["from"] == "Selector"
            [expression] = routes["selector"]["matchExpressions"]
            assert expression["operator"] == "Exists"
            [tenant] = tenant_objects("shop", TenantArgs(), labels=SAMPLE_LABELS).namespaces
            monitoring = namespace_manifest(Traefik.namespace, SAMPLE_LABELS)
            assert expression["key"] in tenant.labels
            assert expression["key"] in monitoring.labels
            assert expression["key"] not in {"kubernetes.io/metadata.name"}, "every namespace has it"

    def test_pods_have_a_class_that_is_there(self) -> None:
        plan = planned()
        name = item(plan, "traefik/release").values["priorityClassName"]
        assert body(plan, "traefik/priority")["metadata"] == {"name": name}

    def test_only_prometheus_reads_metrics_and_anybody_asks_for_pages(self) -> None:
        spec = body(planned(), "traefik/policy")["spec"]
        open_ports = [rule["ports"] for rule in spec["ingress"] if "from" not in rule]
        assert [[port["port"] for port in ports] for ports in open_ports] == [[8000, 8443, 8080]]

    def test_prometheus_may_where_there_is_one(self) -> None:
        rules = {rule.get("from") is not None for rule in _policy("monitoring")}
        assert rules == {True, False}
        assert {rule.get("from") is not None for rule in _policy(None)} == {False}

    def test_the_policy_selects_the_pods_of_the_release(self) -> None:
        plan = planned()
        selector = body(plan, "traefik/policy")["spec"]["podSelector"]["matchLabels"]
        [spread] = item(plan, "traefik/release").values["topologySpreadConstraints"]
        assert selector == spread["labelSelector"]["matchLabels"]

    def test_alerts_come_only_where_their_kind_is_known(self) -> None:
        assert any(step.key == "traefik/alerts" for step in planned().steps)
        assert not any(step.key == "traefik/alerts" for step in planned("gcp", *BESIDE[:3]).steps)

    def test_on_aws_a_proxy_is_ready_when_its_load_balancer_says_so(self) -> None:
        labels = namespace_manifest(Traefik.namespace, SAMPLE_LABELS).labels
        assert labels["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def _policy(monitoring: str | None) -> list[dict[str, Any]]:
    offers = [{"monitoring_namespace": monitoring}] if monitoring else []
    prometheus = [toy("monitoring", thing("release"), exports=given) for given in offers]
    return body(planned("gcp", *BESIDE, *prometheus), "traefik/policy")["spec"]["ingress"]


def test_it_offers_a_gateway_that_routes_can_attach_to() -> None:
    plan = planned()
    offered = plan.exports.gateway
    assert offered == GatewayExport(
        name="homeport",
        namespace="traefik",
        https="https",
        http="http",
        proxy_namespace="traefik",
        proxy_labels=(("app.kubernetes.io/name", "traefik"),),
        domain="stage.acme.example",
        item="traefik/gateway",
        covered=("stage.acme.example", "*.stage.acme.example"),
    )
    assert plan.exports.ingress_class == "traefik"
    assert ("gateway", "traefik/gateway") in plan.exports.items


def test_reserved_addresses_follow_the_zones_of_public_subnets() -> None:
    assert item(planned("aws"), "traefik/address").zones == ("eu-central-1a", "eu-central-1b")
    assert item(planned("gcp"), "traefik/address").zones == ()
    assert not any(step.key == "traefik/address" for step in planned("none").steps)


@pytest.mark.parametrize("cloud", ["gcp", "aws", "none"])
def test_a_release_without_a_load_balancer_goes_with_its_cluster(cloud: Cloud) -> None:
    release = item(planned(cloud, exposure="cluster"), "traefik/release")
    assert isinstance(release, Chart)
    assert not release.owns_cloud_objects


def declared(cloud: Cloud, level: Protection = "standard") -> Graph:
    """The gateway with what it needs, and with stand-ins for what the catalogue lacks."""
    there = {addon.name for addon in CATALOGUE}
    own = [Traefik(), AwsLoadBalancerController(), *BESIDE]
    extra = [(addon, addon.args()) for addon in own if addon.name not in there]
    return recorded(cloud, at=sample_site(cloud, protection=level), extra=extra)


class TestDeclared:
    def test_the_release_on_gke_has_the_addresss_name_and_waits_for_it(self) -> None:
        made = declared("gcp")
        release, address = made.one(name="support-traefik-release"), made.one(type=GCP_ADDRESS)
        annotations = release.inputs["values"]["service"]["annotations"]
        assert annotations["networking.gke.io/load-balancer-ip-addresses"] == "${support-traefik-address.name}"
        assert address.urn in release.dependencies
        assert address.inputs["networkTier"] == "PREMIUM"
        assert address.inputs["region"] == "europe-west3"

    def test_the_release_on_eks_has_an_address_for_each_zone(self) -> None:
        made = declared("aws")
        release, addresses = made.one(name="support-traefik-release"), made.find(type=EIP)
        assert sorted(address.name for address in addresses) == [
            "support-traefik-address-a",
            "support-traefik-address-b",
        ]
        assert {address.urn for address in addresses} <= set(release.dependencies)
        told = release.inputs["values"]["service"]["annotations"][f"{AWS}-eip-allocations"]
        assert "support-traefik-address-a.allocationId" in str(told)
        assert "support-traefik-address-b.allocationId" in str(told)

    @pytest.mark.parametrize(("cloud", "kind"), [("gcp", GCP_ADDRESS), ("aws", EIP)])
    def test_addresses_are_guarded_from_standard_on_and_have_a_provider_of_their_own(
        self, cloud: Cloud, kind: str
    ) -> None:
        for address in declared(cloud).find(type=kind):
            assert address.options.protect
            assert address.provider
            assert address.options.deleted_with is None
        assert not any(address.options.protect for address in declared(cloud, "none").find(type=kind))

    @pytest.mark.parametrize("cloud", ["gcp", "aws"])
    def test_what_owns_a_load_balancer_is_deleted_and_the_rest_goes_with_the_cluster(self, cloud: Cloud) -> None:
        made = declared(cloud)
        for name in ("support-traefik-release", "support-traefik-gateway"):
            assert made.one(name=name).options.deleted_with is None
        assert made.one(name="support-traefik-gateway").inputs["metadata"]["annotations"] == {
            "pulumi.com/waitFor": "condition=Programmed"
        }

    def test_a_controller_that_was_made_later_than_the_balancer_could_not_delete_it(self) -> None:
        made = declared("aws")
        controller = made.one(name="support-aws-load-balancer-controller-release")
        assert controller.urn in made.one(name="support-traefik-release").dependencies
        rights = [made_.urn for made_ in made.resources if "aws-load-balancer-controller-rights" in made_.name]
        assert set(controller.dependencies) & set(rights), "it could not delete what it may not"

    def test_the_provider_waits_for_what_helm_waits_for(self) -> None:
        release = declared("gcp").one(name="support-traefik-release")
        assert release.type == RELEASE
        assert release.inputs["name"] == "traefik"
        assert release.inputs["namespace"] == "traefik"
        assert release.inputs["skipCrds"] is True
        assert release.inputs["createNamespace"] is False


class TestAutoscalerBeside:
    def test_does_not_wait_for_the_gateway(self) -> None:
        addons = [Traefik(), AwsLoadBalancerController(), ClusterAutoscaler(), *BESIDE]
        plan = graph.plan({}, sample_site("aws"), addons)
        assert not any(on.startswith("traefik/") for on in edges(plan, "cluster-autoscaler/release"))
