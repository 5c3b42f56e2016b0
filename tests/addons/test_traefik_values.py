"""What Traefik is told, on each cloud and with each profile."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.addons.items import Ref
from homeport.addons.overrides import at
from homeport.addons.traefik_args import Hsts, TraefikArgs
from homeport.addons.traefik_values import values
from homeport.values import Cloud
from tests.addons.gateway_sites import gateway_site

EVERY_CLOUD = pytest.mark.parametrize("cloud", ["gcp", "aws", "none"])
AWS = "service.beta.kubernetes.io/aws-load-balancer"


def of(cloud: Cloud = "gcp", *, site: dict[str, Any] | None = None, **args: Any) -> dict[str, Any]:
    return values(TraefikArgs(**args), gateway_site(cloud, **(site or {})))


def pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split(","))


class TestRouting:
    @EVERY_CLOUD
    def test_serves_routes_and_ingresses_and_none_of_its_own_kinds(self, cloud: Cloud) -> None:
        providers = of(cloud)["providers"]
        enabled = {name for name, value in providers.items() if value["enabled"]}
        assert enabled == {"kubernetesGateway", "kubernetesIngress", "file"}

    @EVERY_CLOUD
    def test_tenants_cannot_name_what_is_traefiks_own(self, cloud: Cloud) -> None:
        """Without the list a route of any tenant can put Traefik's API on the internet."""
        for name in ("kubernetesGateway", "kubernetesIngress"):
            assert of(cloud)["providers"][name]["crossProviderNamespaces"] == ["traefik"]

    def test_has_one_class_for_ingresses_which_is_the_default_and_one_for_gateways(self) -> None:
        got = of()
        assert got["ingressClass"] == {"enabled": True, "isDefaultClass": True, "name": "traefik"}
        assert got["gatewayClass"] == {"enabled": True, "name": "traefik"}

    def test_leaves_the_gateway_to_an_object_of_its_own(self) -> None:
        assert of()["gateway"] == {"enabled": False}


class TestHttps:
    @EVERY_CLOUD
    def test_plain_http_is_turned_to_https_for_good_whatever_the_route(self, cloud: Cloud) -> None:
        redirect = at(of(cloud), "ports.web.http.redirections.entryPoint")
        assert redirect == {"to": "websecure", "scheme": "https", "permanent": True}

    def test_hsts_holds_for_every_route_of_the_entry_point(self) -> None:
        got = of()
        assert got["ports"]["websecure"]["http"]["middlewares"] == ["hsts@file"]
        assert got["providers"]["file"]["content"]["http"]["middlewares"]["hsts"]["headers"] == {
            "stsSeconds": 31_536_000,
            "stsIncludeSubdomains": True,
            "stsPreload": False,
        }

    def test_hsts_lasts_as_long_as_it_is_told(self) -> None:
        headers = of(hsts=Hsts(max_age_days=1, include_subdomains=False))["providers"]["file"]["content"]["http"]
        assert headers["middlewares"]["hsts"]["headers"]["stsSeconds"] == 86_400
        assert headers["middlewares"]["hsts"]["headers"]["stsIncludeSubdomains"] is False

    def test_without_hsts_nothing_names_the_middleware_that_is_not_there(self) -> None:
        got = of(hsts=None)
        assert got["ports"]["websecure"]["http"]["middlewares"] == []
        assert "http" not in got["providers"]["file"]["content"]

    def test_old_tls_and_unknown_names_are_refused(self) -> None:
        options = of()["providers"]["file"]["content"]["tls"]["options"]["default"]
        assert options["minVersion"] == "VersionTLS12"
        assert options["sniStrict"] is True
        assert all(suite.startswith("TLS_ECDHE_") for suite in options["cipherSuites"])
        assert not any("CBC" in suite for suite in options["cipherSuites"])
        assert of()["core"] == {"strictTLSOptions": True}


class TestLogsAndMetrics:
    def test_access_logs_are_json_without_query_strings_and_headers(self) -> None:
        log = of()["accessLog"]
        assert log["enabled"]
        assert log["format"] == "json"
        assert log["fields"] == {"headers": {"defaultMode": "drop"}, "queryParameters": {"defaultMode": "drop"}}

    def test_nothing_is_sent_home_and_there_is_no_dashboard(self) -> None:
        assert of()["global"] == {"checkNewVersion": False, "sendAnonymousUsage": False}
        assert of()["api"] == {"dashboard": False}
        assert of()["ports"]["traefik"]["expose"] == {"default": False}

    def test_is_scraped_only_where_that_kind_is_known(self) -> None:
        path = "metrics.prometheus.serviceMonitor.enabled"
        assert at(of(), path) is True
        assert at(of(site={"installed": frozenset({"cert-manager"})}), path) is False

    def test_the_job_has_the_name_that_the_alerts_ask_for(self) -> None:
        """The chart's own label for it is on no Service, and Prometheus would name the job after the Service."""
        assert at(of(), "metrics.prometheus.serviceMonitor.jobLabel") == "app.kubernetes.io/name"


class TestReplacement:
    def test_standard_has_two_proxies_and_a_budget(self) -> None:
        got = of()
        assert got["deployment"]["replicas"] == 2
        assert got["podDisruptionBudget"] == {"enabled": True, "maxUnavailable": 1}
        assert got["updateStrategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}

    def test_minimal_has_one_and_no_budget(self) -> None:
        got = of(site={"profile": "minimal"})
        assert got["deployment"]["replicas"] == 1
        assert got["podDisruptionBudget"] == {"enabled": False}

    def test_the_number_can_be_chosen_and_brings_its_budget(self) -> None:
        got = of(site={"profile": "minimal"}, replicas=3)
        assert got["deployment"]["replicas"] == 3
        assert got["podDisruptionBudget"]["enabled"]

    @EVERY_CLOUD
    def test_a_proxy_that_ends_lives_longer_than_it_takes_connections_and_finishes_them(self, cloud: Cloud) -> None:
        got = of(cloud)
        for port in ("web", "websecure"):
            cycle = got["ports"][port]["transport"]["lifeCycle"]
            accept, finish = (
                int(cycle[key].removesuffix("s")) for key in ("requestAcceptGraceTimeout", "graceTimeOut")
            )
            assert got["deployment"]["terminationGracePeriodSeconds"] > accept + finish

    def test_on_aws_a_target_drains_as_long_as_its_proxy_takes_connections(self) -> None:
        got = of("aws")
        drain = pairs(got["service"]["annotations"][f"{AWS}-target-group-attributes"])
        accept = got["ports"]["websecure"]["transport"]["lifeCycle"]["requestAcceptGraceTimeout"]
        assert f"{drain['deregistration_delay.timeout_seconds']}s" == accept


class TestPods:
    @EVERY_CLOUD
    def test_meets_the_restricted_level(self, cloud: Cloud) -> None:
        got = of(cloud)
        assert got["podSecurityContext"]["runAsNonRoot"] is True
        assert got["podSecurityContext"]["runAsUser"] > 10_000
        assert got["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert got["securityContext"]["allowPrivilegeEscalation"] is False
        assert got["securityContext"]["readOnlyRootFilesystem"] is True
        assert got["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert all(got["ports"][name]["port"] > 1024 for name in got["ports"])

    def test_reserves_and_limits_cpu_memory_and_disk(self) -> None:
        for kind in ("requests", "limits"):
            assert set(of()["resources"][kind]) == {"cpu", "memory", "ephemeral-storage"}

    def test_spreads_by_the_label_that_the_chart_gives_its_pods(self) -> None:
        got = of()
        term = got["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"][0]
        [spread] = got["topologySpreadConstraints"]
        for selector in (spread["labelSelector"], term["podAffinityTerm"]["labelSelector"]):
            assert selector == {"matchLabels": {"app.kubernetes.io/instance": "traefik-traefik"}}


class TestServiceOnGke:
    def test_is_by_a_backend_service_at_the_reserved_address_with_the_clients_own(self) -> None:
        service = of("gcp")["service"]
        assert service["spec"] == {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}
        assert service["annotations"] == {
            "cloud.google.com/l4-rbs": "enabled",
            "networking.gke.io/load-balancer-ip-addresses": Ref("address", "name"),
        }

    def test_takes_any_address_where_none_is_reserved(self) -> None:
        assert of("gcp", address="automatic")["service"]["annotations"] == {"cloud.google.com/l4-rbs": "enabled"}

    def test_internal_is_another_kind_without_a_reserved_address(self) -> None:
        service = of("gcp", exposure="internal")["service"]
        assert service["annotations"] == {"networking.gke.io/load-balancer-type": "Internal"}
        assert service["spec"]["externalTrafficPolicy"] == "Local"


class TestServiceOnAws:
    def test_names_its_class_so_that_no_webhook_has_to(self) -> None:
        assert of("aws")["service"]["spec"] == {
            "type": "LoadBalancer",
            "loadBalancerClass": "service.k8s.aws/nlb",
            "allocateLoadBalancerNodePorts": False,
        }

    def test_sends_to_pods_with_the_clients_own_address_from_any_zone(self) -> None:
        annotations = of("aws")["service"]["annotations"]
        assert annotations[f"{AWS}-nlb-target-type"] == "ip"
        assert pairs(annotations[f"{AWS}-target-group-attributes"])["preserve_client_ip.enabled"] == "true"
        assert pairs(annotations[f"{AWS}-attributes"])["load_balancing.cross_zone.enabled"] == "true"

    def test_asks_the_proxy_itself_whether_it_is_well(self) -> None:
        annotations = of("aws")["service"]["annotations"]
        assert annotations[f"{AWS}-healthcheck-protocol"] == "http"
        assert annotations[f"{AWS}-healthcheck-port"] == str(of("aws")["ports"]["traefik"]["port"])
        assert annotations[f"{AWS}-healthcheck-path"] == "/ping"

    def test_is_public_at_reserved_addresses(self) -> None:
        annotations = of("aws")["service"]["annotations"]
        assert annotations[f"{AWS}-scheme"] == "internet-facing"
        assert annotations[f"{AWS}-eip-allocations"] == Ref("address", "allocations")

    def test_internal_has_no_reserved_addresses(self) -> None:
        annotations = of("aws", exposure="internal")["service"]["annotations"]
        assert annotations[f"{AWS}-scheme"] == "internal"
        assert f"{AWS}-eip-allocations" not in annotations

    @pytest.mark.parametrize(("level", "wanted"), [("none", "false"), ("standard", "false"), ("strict", "true")])
    def test_is_protected_against_deletion_when_the_stack_is_strict_and_says_off_aloud(
        self, level: str, wanted: str
    ) -> None:
        attributes = of("aws", site={"protection": level})["service"]["annotations"][f"{AWS}-attributes"]
        assert pairs(attributes)["deletion_protection.enabled"] == wanted

    def test_has_the_clusters_name_or_its_own(self) -> None:
        assert of("aws")["service"]["annotations"][f"{AWS}-name"] == "stage-gateway"
        named = of("aws", load_balancer_name="web")["service"]["annotations"]
        assert named[f"{AWS}-name"] == "web"

    def test_all_annotations_are_text(self) -> None:
        annotations = of("aws")["service"]["annotations"]
        assert all(isinstance(value, str | Ref) for value in annotations.values())


class TestServiceElsewhere:
    def test_without_a_known_cloud_there_is_no_load_balancer_that_nobody_would_make(self) -> None:
        got = of("none")
        assert got["service"] == {"spec": {"type": "ClusterIP"}}
        assert at(got, "providers.kubernetesIngress.publishedService.enabled") is False

    def test_who_has_one_says_so(self) -> None:
        got = of("none", exposure="public")
        assert got["service"] == {"spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}}
        assert at(got, "providers.kubernetesIngress.publishedService.enabled") is True

    @EVERY_CLOUD
    def test_source_ranges_reach_the_load_balancer(self, cloud: Cloud) -> None:
        service = of(cloud, exposure="internal", source_ranges=["192.0.2.0/24"])["service"]
        assert service["spec"]["loadBalancerSourceRanges"] == ["192.0.2.0/24"]
