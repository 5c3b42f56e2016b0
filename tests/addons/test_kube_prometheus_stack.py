"""The monitoring: what its chart is told, what stands beside it, its edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pytest

from homeport.addons import graph
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.exports import GatewayExport
from homeport.addons.graph import AddonPlan
from homeport.addons.install import Addons
from homeport.addons.items import Chart, GivenSecret, Object, Password
from homeport.addons.kube_prometheus_stack import KubePrometheusStack
from homeport.addons.kube_prometheus_stack_args import KubePrometheusStackArgs
from homeport.addons.overrides import at, image_values
from homeport.addons.samples import SAMPLE_CLOUDS, sample_site
from homeport.addons.section import AddonsArgs
from homeport.plan import Graph, record
from homeport.plan.graph import Resource
from homeport.problems import SettingsError
from homeport.values import Cloud, Protection
from tests.addons.places import cluster, providers
from tests.addons.toys import thing, toy
from tests.cluster.gke_world import NO_DEFAULT_PROVIDERS

NAME = "kube-prometheus-stack"
RELEASE = "kubernetes:helm.sh/v3:Release"
GATEWAY = GatewayExport(
    name="homeport",
    namespace="traefik",
    https="https",
    http="http",
    proxy_namespace="traefik",
    proxy_labels=(("app.kubernetes.io/name", "traefik"),),
    domain="stage.acme.example",
    item="traefik/gateway",
)
BASE: list[Addon[Any]] = [
    toy("cert-manager", thing("release")),
    toy("prometheus-operator-crds", thing("release")),
]
BESIDE: list[Addon[Any]] = [
    *BASE,
    toy("external-dns", thing("release")),
    toy("gateway-api-crds", thing("release")),
    toy("traefik", thing("gateway"), exports={"gateway": GATEWAY}),
]
RECEIVERS: dict[str, Any] = {
    "chat": {"kind": "slack", "secret": "slack_url", "channel": "#alerts"},
    "pager": {"kind": "pagerduty", "secret": "pager_key"},
    "teams": {"kind": "msteams", "secret": "teams_url"},
    "own": {"kind": "webhook", "secret": "own_url"},
}
CLOUDS = pytest.mark.parametrize("cloud", SAMPLE_CLOUDS)


def planned(
    cloud: Cloud = "gcp",
    *,
    beside: Sequence[Addon[Any]] | None = None,
    facts: dict[str, Any] | None = None,
    **args: Any,
) -> AddonPlan:
    sections: dict[str, AddonArgs] = {NAME: KubePrometheusStackArgs.model_validate({"enabled": True, **args})}
    addons = [KubePrometheusStack(), *(BESIDE if beside is None else beside)]
    return graph.plan(sections, sample_site(cloud, **(facts or {})), addons)


def item(plan: AddonPlan, key: str) -> Any:
    return next(step.item for step in plan.steps if step.key == f"{NAME}/{key}")


def keys(plan: AddonPlan) -> set[str]:
    return {step.item.key for step in plan.steps if step.addon == NAME}


def values(plan: AddonPlan) -> dict[str, Any]:
    found = item(plan, "release")
    assert isinstance(found, Chart)
    return dict(found.values)


def edges(plan: AddonPlan, of: str) -> dict[str, str]:
    return {edge.on: edge.kind for edge in plan.edges if edge.of == of}


def body(plan: AddonPlan, key: str) -> dict[str, Any]:
    found = item(plan, key)
    assert isinstance(found, Object)
    return dict(found.manifest.body)


def one(found: Graph, type_: str, name: str) -> Resource:
    return next(resource for resource in found.resources if resource.type == type_ and resource.name == name)


def in_a_cluster_of_ones_own(protection: Protection) -> Graph:
    """What is declared where the cluster is a resource of the same stack."""

    def program() -> None:
        made = cluster("gcp")
        object.__setattr__(made, "resource", pulumi.ComponentResource("test:index:Cluster", "made-here"))
        Addons("support", AddonsArgs(), cluster=made, site=sample_site(protection=protection), opts=providers("gcp"))

    return record(program, config=NO_DEFAULT_PROVIDERS)


class TestProfiles:
    def test_standard_has_it(self) -> None:
        assert NAME in graph.plan({}, sample_site(), [KubePrometheusStack(), *BESIDE]).sections

    def test_minimal_has_it_only_when_asked(self) -> None:
        plan = graph.plan({}, sample_site(profile="minimal"), [KubePrometheusStack(), *BESIDE])
        assert plan.left_out[NAME] == "not part of the profile minimal"
        assert NAME in planned(facts={"profile": "minimal"}).sections

    def test_standard_has_two_of_each_of_which_one_at_a_time_may_go(self) -> None:
        told = values(planned())
        assert told["prometheus"]["prometheusSpec"]["replicas"] == 2
        assert told["alertmanager"]["alertmanagerSpec"]["replicas"] == 2
        budget = {"enabled": True, "minAvailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"}
        assert told["prometheus"]["podDisruptionBudget"] == budget
        assert told["alertmanager"]["podDisruptionBudget"] == budget

    def test_of_three_two_stay(self) -> None:
        assert values(planned(replicas=3))["prometheus"]["podDisruptionBudget"]["minAvailable"] == 2

    def test_minimal_has_one_of_each_and_nothing_that_holds_up_a_drained_node(self) -> None:
        told = values(planned(facts={"profile": "minimal"}))
        assert told["prometheus"]["prometheusSpec"]["replicas"] == 1
        assert told["alertmanager"]["alertmanagerSpec"]["replicas"] == 1
        assert told["prometheus"]["podDisruptionBudget"] == {"enabled": False}
        assert told["alertmanager"]["podDisruptionBudget"] == {"enabled": False}


class TestWhatIsWatched:
    @CLOUDS
    def test_nothing_that_a_managed_control_plane_hides(self, cloud: Cloud) -> None:
        told = values(planned(cloud))
        for part in ("kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy"):
            assert told[part] == {"enabled": False}

    @pytest.mark.parametrize(
        ("cloud", "core", "kube"), [("gcp", False, True), ("aws", True, False), ("none", True, False)]
    )
    def test_the_clusters_own_dns(self, cloud: Cloud, core: bool, kube: bool) -> None:
        told = values(planned(cloud))
        assert (told["coreDns"], told["kubeDns"]) == ({"enabled": core}, {"enabled": kube})

    def test_monitors_and_rules_of_everybody(self) -> None:
        spec = values(planned())["prometheus"]["prometheusSpec"]
        for kind in ("serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"):
            assert spec[f"{kind}SelectorNilUsesHelmValues"] is False

    def test_samples_and_alerts_say_which_cluster_they_are_of(self) -> None:
        told = values(planned(facts={"cluster": "blue", "environment": "prod"}))["prometheus"]["prometheusSpec"]
        assert told["externalLabels"] == {"cluster": "blue", "environment": "prod"}


class TestStorage:
    @pytest.mark.parametrize(("volume", "kept"), [("50Gi", "43520MB"), ("100Gi", "87040MB"), ("1Ti", "891289MB")])
    def test_samples_fill_85_percent_of_a_volume(self, volume: str, kept: str) -> None:
        spec = values(planned(volume_size=volume))["prometheus"]["prometheusSpec"]
        assert spec["retentionSize"] == kept
        assert spec["storageSpec"]["volumeClaimTemplate"]["spec"]["resources"] == {"requests": {"storage": volume}}

    def test_a_size_of_ones_own_is_told_in_mebibytes(self) -> None:
        assert values(planned(retention_size="40Gi"))["prometheus"]["prometheusSpec"]["retentionSize"] == "40960MB"

    def test_retention_is_told_in_days(self) -> None:
        assert values(planned(retention_days=30))["prometheus"]["prometheusSpec"]["retention"] == "30d"

    @CLOUDS
    def test_volumes_are_of_the_stacks_class(self, cloud: Cloud) -> None:
        told = values(planned(cloud))
        own = sample_site(cloud).storage_class
        for spec in (
            told["prometheus"]["prometheusSpec"]["storageSpec"],
            told["alertmanager"]["alertmanagerSpec"]["storage"],
        ):
            assert spec["volumeClaimTemplate"]["spec"]["storageClassName"] == own

    def test_another_class_is_everybodys(self) -> None:
        told = values(planned(storage_class="fast", grafana={"volume_size": "5Gi"}))
        claim = told["prometheus"]["prometheusSpec"]["storageSpec"]["volumeClaimTemplate"]["spec"]
        assert claim["storageClassName"] == "fast"
        assert told["grafana"]["persistence"] == {"enabled": True, "size": "5Gi", "storageClassName": "fast"}

    @pytest.mark.parametrize(
        ("protection", "when_deleted"), [("none", "Delete"), ("standard", "Delete"), ("strict", "Retain")]
    )
    def test_disks_go_with_it_unless_strictly_protected(self, protection: Protection, when_deleted: str) -> None:
        told = values(planned(facts={"protection": protection}))
        kept = {"whenDeleted": when_deleted, "whenScaled": "Retain"}
        assert told["prometheus"]["prometheusSpec"]["persistentVolumeClaimRetentionPolicy"] == kept
        assert told["alertmanager"]["alertmanagerSpec"]["persistentVolumeClaimRetentionPolicy"] == kept

    @pytest.mark.parametrize("protection", ["none", "standard"])
    def test_the_namespace_is_deleted_for_real_and_before_the_driver(self, protection: Protection) -> None:
        found = in_a_cluster_of_ones_own(protection)
        namespace = one(found, "kubernetes:core/v1:Namespace", "support-namespace-monitoring")
        assert namespace.options.deleted_with is None
        assert edges(planned(), "namespaces/monitoring") == {"cluster/api": "create", "cluster/storage": "both"}

    def test_strictly_protected_it_stays_with_its_claims_when_the_cluster_goes(self) -> None:
        found = in_a_cluster_of_ones_own("strict")
        namespace = one(found, "kubernetes:core/v1:Namespace", "support-namespace-monitoring")
        assert namespace.options.deleted_with is not None

    def test_namespaces_without_claims_go_with_the_cluster(self) -> None:
        found = in_a_cluster_of_ones_own("standard")
        namespace = one(found, "kubernetes:core/v1:Namespace", "support-namespace-cert-manager")
        assert namespace.options.deleted_with is not None

    def test_the_release_is_deleted_for_real(self) -> None:
        release = one(in_a_cluster_of_ones_own("standard"), RELEASE, f"support-{NAME}-release")
        assert release.options.deleted_with is None


class TestEdges:
    def test_of_the_release(self) -> None:
        assert edges(planned(), f"{NAME}/release") == {
            "cluster/api": "create",
            "cluster/nodes": "create",
            "cluster/storage": "both",
            "namespaces/monitoring": "both",
            f"{NAME}/namespace-nodes": "both",
            f"{NAME}/priority": "create",
            f"{NAME}/grafana-admin": "create",
            f"{NAME}/grafana-role": "create",
            "prometheus-operator-crds/release": "create",
            "cert-manager/release": "create",
        }

    def test_of_the_release_with_receivers(self) -> None:
        found = edges(planned(alerting={"receivers": RECEIVERS}), f"{NAME}/release")
        assert found[f"{NAME}/receivers"] == "create"

    def test_grafanas_route_goes_while_somebody_removes_its_record(self) -> None:
        assert edges(planned(), f"{NAME}/grafana-route") == {
            "cluster/api": "create",
            "namespaces/monitoring": "both",
            "gateway-api-crds/release": "create",
            "traefik/gateway": "both",
            "external-dns/release": "destroy",
        }

    def test_nothing_waits_for_it(self) -> None:
        """Rules and monitors of others come beside it: its webhook lets them pass while it is away."""
        assert not [edge for edge in planned().edges if edge.on == f"{NAME}/release"]
        assert values(planned())["prometheusOperator"]["admissionWebhooks"]["failurePolicy"] == "Ignore"

    def test_definitions_that_somebody_else_brought_are_enough(self) -> None:
        without_release = [toy("cert-manager", thing("release")), toy("prometheus-operator-crds")]
        assert "prometheus-operator-crds/release" not in edges(planned(beside=without_release), f"{NAME}/release")

    @pytest.mark.parametrize(
        ("off", "text"),
        [
            (
                "prometheus-operator-crds",
                (
                    "addons.kube-prometheus-stack: needs prometheus-operator-crds: Prometheus, Alertmanager,"
                    " ServiceMonitor and PrometheusRule are kinds of its; switch it on: prometheus-operator-crds:"
                    " {enabled: true}"
                ),
            ),
            (
                "cert-manager",
                (
                    "addons.kube-prometheus-stack: needs cert-manager: the operator does not start without its"
                    " webhook's certificate; switch it on: cert-manager: {enabled: true}"
                ),
            ),
        ],
    )
    def test_what_it_cannot_do_without_is_named_with_the_line_to_add(self, off: str, text: str) -> None:
        sections: dict[str, AddonArgs] = {off: AddonArgs(enabled=False)}
        with pytest.raises(SettingsError) as found:
            graph.plan(sections, sample_site(), [KubePrometheusStack(), *BASE])
        assert [problem.text() for problem in found.value.problems] == [text]


class TestHooks:
    def test_the_webhooks_certificate_is_cert_managers_and_no_hook_makes_one(self) -> None:
        hooks = values(planned())["prometheusOperator"]["admissionWebhooks"]
        assert hooks["certManager"] == {"enabled": True}
        assert hooks["patch"] == {"enabled": False}

    def test_definitions_are_somebody_elses(self) -> None:
        release = item(planned(), "release")
        assert release.values["crds"] == {"enabled": False}
        assert release.skip_crds is True


class TestRights:
    def test_node_exporter_alone_is_in_a_privileged_namespace(self) -> None:
        plan = planned()
        labels = item(plan, "namespace-nodes").manifest.labels
        assert labels["pod-security.kubernetes.io/enforce"] == "privileged"
        assert values(plan)["prometheus-node-exporter"]["namespaceOverride"] == "monitoring-nodes"
        assert KubePrometheusStack.namespace.pod_security == "restricted"

    def test_grafana_reads_dashboards_and_no_secrets(self) -> None:
        plan = planned()
        told = values(plan)["grafana"]
        assert told["rbac"] == {"useExistingClusterRole": item(plan, "grafana-role").manifest.name}
        [rule] = body(plan, "grafana-role")["rules"]
        assert rule["resources"] == ["configmaps"]
        assert told["sidecar"]["dashboards"]["resource"] == told["sidecar"]["datasources"]["resource"] == "configmap"

    def test_nobody_lists_secrets_for_metrics(self) -> None:
        assert values(planned())["kube-state-metrics"]["collectorsExclude"] == ["secrets"]

    def test_only_its_own_pods_and_the_api_server_reach_it(self) -> None:
        plan = planned()
        own, webhook = body(plan, "policy")["spec"], body(plan, "policy-webhook")["spec"]
        assert own == {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]}
        assert webhook["podSelector"]["matchLabels"] == {"app": f"{NAME}-operator", "release": NAME}
        assert webhook["ingress"] == [{"ports": [{"protocol": "TCP", "port": 10250}]}]

    def test_every_safety_path_is_one_that_we_set_or_the_chart_has_off(self) -> None:
        release = item(planned(alerting={"receivers": RECEIVERS}), "release")
        missing = {path for path in release.safety if at(release.values, path) == at({}, "x")}
        assert missing == {
            "prometheus.prometheusSpec.enableAdminAPI",
            "prometheus.prometheusSpec.securityContext",
            "defaultRules.create",
            "grafana.adminPassword",
        }


class TestImages:
    def test_a_registry_of_ones_own_stands_in_for_all(self) -> None:
        told = image_values(item(planned(), "release").images, "registry.acme.example/hub")
        assert told["prometheus"]["prometheusSpec"]["image"] == {"registry": "registry.acme.example/hub"}
        assert told["grafana"]["sidecar"]["image"] == {"registry": "registry.acme.example/hub"}
        assert told["prometheus-node-exporter"]["image"] == {"registry": "registry.acme.example/hub"}


class TestAlerting:
    def config(self, **alerting: Any) -> dict[str, Any]:
        return values(planned(alerting=alerting))["alertmanager"]["config"]

    def receiver(self, name: str, **alerting: Any) -> dict[str, Any]:
        return next(one for one in self.config(**alerting)["receivers"] if one["name"] == name)

    def test_no_address_is_in_the_values(self) -> None:
        plan = planned(alerting={"receivers": RECEIVERS, "heartbeat": {"secret": "beat_url"}})
        secret = item(plan, "receivers")
        assert isinstance(secret, GivenSecret)
        assert secret.data == {
            "chat": "slack_url",
            "pager": "pager_key",
            "teams": "teams_url",
            "own": "own_url",
            "heartbeat": "beat_url",
        }
        assert values(plan)["alertmanager"]["alertmanagerSpec"]["secrets"] == [secret.secret]

    def test_each_kind_reads_its_address_from_a_file_that_is_mounted(self) -> None:
        everyone = self.receiver("warning", receivers=RECEIVERS)
        mount = "/etc/alertmanager/secrets/alertmanager-receivers"
        [slack], [pager] = everyone["slack_configs"], everyone["pagerduty_configs"]
        [teams], [own] = everyone["msteamsv2_configs"], everyone["webhook_configs"]
        assert (slack["api_url_file"], slack["channel"]) == (f"{mount}/chat", "#alerts")
        assert pager["routing_key_file"] == f"{mount}/pager"
        assert teams["webhook_url_file"] == f"{mount}/teams"
        assert own["url_file"] == f"{mount}/own"

    def test_critical_alerts_and_the_rest_have_receivers_of_their_own(self) -> None:
        alerting: dict[str, Any] = {"receivers": RECEIVERS, "critical": ["pager"], "warning": ["chat"]}
        assert self.receiver("critical", **alerting).keys() == {"name", "pagerduty_configs"}
        assert self.receiver("warning", **alerting).keys() == {"name", "slack_configs"}

    def test_an_alert_without_a_known_severity_goes_where_warnings_go(self) -> None:
        route = self.config(receivers=RECEIVERS)["route"]
        assert route["receiver"] == "warning"
        by_matcher = {one["matchers"][0]: one["receiver"] for one in route["routes"]}
        assert by_matcher == {
            'alertname = "Watchdog"': "nobody",
            'severity =~ "info|none"': "nobody",
            'severity = "critical"': "critical",
        }

    def test_the_watchdog_calls_the_heartbeat_at_short_intervals_and_comes_before_all_else(self) -> None:
        config = self.config(heartbeat={"secret": "beat_url", "minutes": 2})
        watchdog = config["route"]["routes"][0]
        assert watchdog["receiver"] == "heartbeat"
        assert watchdog["matchers"] == ['alertname = "Watchdog"']
        assert watchdog["repeat_interval"] == "2m"
        assert config["receivers"][-1] == {
            "name": "heartbeat",
            "webhook_configs": [
                {"url_file": "/etc/alertmanager/secrets/alertmanager-receivers/heartbeat", "send_resolved": False}
            ],
        }

    def test_every_route_names_a_receiver_that_is_there(self) -> None:
        for alerting in ({}, {"receivers": RECEIVERS}, {"receivers": RECEIVERS, "heartbeat": {"secret": "beat"}}):
            config = self.config(**alerting)
            known = {one["name"] for one in config["receivers"]}
            assert {config["route"]["receiver"], *(one["receiver"] for one in config["route"]["routes"])} <= known

    def test_the_inhibitor_silences_what_only_informs(self) -> None:
        assert {
            "source_matchers": ['alertname = "InfoInhibitor"'],
            "target_matchers": ['severity = "info"'],
            "equal": ["namespace"],
        } in self.config()["inhibit_rules"]

    def test_without_receivers_there_is_no_secret(self) -> None:
        plan = planned()
        assert "receivers" not in keys(plan)
        assert "secrets" not in values(plan)["alertmanager"]["alertmanagerSpec"]

    def test_addresses_reach_the_cluster_as_a_secret_and_are_shown_nowhere(self) -> None:
        address = "https://hooks.slack.example/T0/B0"
        args = AddonsArgs.model_validate({NAME: {"alerting": {"receivers": {"chat": RECEIVERS["chat"]}}}})

        def program() -> None:
            site = sample_site(secrets={"slack_url": pulumi.Output.secret(address)})
            Addons("support", args, cluster=cluster("gcp"), site=site, opts=providers("gcp"))

        found = record(program, config=NO_DEFAULT_PROVIDERS)
        secret = one(found, "kubernetes:core/v1:Secret", f"support-{NAME}-receivers")
        assert secret.inputs["metadata"]["name"] == "alertmanager-receivers"
        assert "$secret" in str(secret.inputs["stringData"])
        assert secret.urn in one(found, RELEASE, f"support-{NAME}-release").dependencies
        assert address not in str(found)


class TestGrafana:
    def test_its_password_is_generated_and_named_to_the_chart(self) -> None:
        plan = planned()
        password = item(plan, "grafana-admin")
        assert isinstance(password, Password)
        assert values(plan)["grafana"]["admin"] == {
            "existingSecret": password.secret,
            "userKey": password.user_key,
            "passwordKey": password.password_key,
        }

    def test_the_gateway_serves_it_below_the_domain_over_https(self) -> None:
        plan = planned()
        route = body(plan, "grafana-route")["spec"]
        assert route["hostnames"] == ["grafana.stage.acme.example"]
        assert route["parentRefs"][0]["sectionName"] == "https"
        told = values(plan)["grafana"]["grafana.ini"]
        assert told["server"]["root_url"] == "https://grafana.stage.acme.example/"
        assert told["security"]["cookie_secure"] is True
        assert item(plan, "grafana-route").manifest.owns_cloud_objects is True

    def test_a_host_of_ones_own(self) -> None:
        route = body(planned(grafana={"host": "metrics.stage.acme.example"}), "grafana-route")["spec"]
        assert route["hostnames"] == ["metrics.stage.acme.example"]

    def test_only_the_gateways_proxy_reaches_it_from_outside(self) -> None:
        policy = body(planned(), "policy-grafana")["spec"]
        assert policy["ingress"] == [
            {
                "from": [
                    {
                        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "traefik"}},
                        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "traefik"}},
                    }
                ],
                "ports": [{"protocol": "TCP", "port": 3000}],
            }
        ]

    @pytest.mark.parametrize("beside", [BASE, BESIDE], ids=["no gateway", "not exposed"])
    def test_without_the_gateway_it_is_reached_by_port_forward(self, beside: Sequence[Addon[Any]]) -> None:
        plan = planned(beside=beside, grafana={"exposed": False} if beside is BESIDE else {})
        assert "grafana-route" not in keys(plan)
        assert body(plan, "policy-grafana")["spec"]["ingress"] == []
        told = values(plan)["grafana"]["grafana.ini"]
        assert told["server"]["root_url"] == "http://localhost:3000/"
        assert told["security"]["cookie_secure"] is False

    def test_nobody_gets_in_without_the_password(self) -> None:
        told = values(planned())["grafana"]["grafana.ini"]
        assert told["auth.anonymous"] == {"enabled": False}
        assert told["users"]["allow_sign_up"] is False

    def test_whoever_may_not_write_to_the_root_has_a_place_for_temporary_files(self) -> None:
        """The sidecars end as soon as they begin without one."""
        told = values(planned())["grafana"]
        mount = {"name": "tmp", "mountPath": "/tmp"}  # noqa: S108 - a volume of the pod
        assert told["containerSecurityContext"]["readOnlyRootFilesystem"] is True
        assert told["sidecar"]["securityContext"]["readOnlyRootFilesystem"] is True
        assert told["extraEmptyDirMounts"] == [mount]
        assert told["sidecar"]["dashboards"]["extraMounts"] == [mount]
        assert told["sidecar"]["datasources"]["extraMounts"] == [mount]

    def test_it_fetches_nothing_from_the_internet_when_it_starts(self) -> None:
        assert values(planned())["grafana"]["grafana.ini"]["plugins"] == {"preinstall_disabled": True}

    def test_with_a_volume_one_pod_ends_before_the_next_begins(self) -> None:
        assert values(planned())["grafana"]["deploymentStrategy"] == {"type": "RollingUpdate"}
        told = values(planned(grafana={"volume_size": "5Gi"}))["grafana"]
        assert told["deploymentStrategy"] == {"type": "Recreate"}
        assert told["initChownData"] == {"enabled": False}

    def test_none_leaves_nothing_of_it(self) -> None:
        plan = planned(grafana=None)
        assert values(plan)["grafana"] == {"enabled": False}
        assert not [key for key in keys(plan) if "grafana" in key]


class TestAlertsAboutItself:
    """The chart has none for an exporter that is not there at all."""

    def exprs(self, **args: Any) -> dict[str, str]:
        [group] = body(planned(**args), "alerts")["spec"]["groups"]
        return {rule["alert"]: rule["expr"] for rule in group["rules"]}

    def test_each_part_that_could_be_missing_in_silence_has_one(self) -> None:
        found = self.exprs()
        assert found.keys() == {"KubeStateMetricsDown", "NodeExporterDown", "PrometheusOperatorDown", "GrafanaDown"}
        assert found["NodeExporterDown"] == 'absent(up{job="node-exporter",namespace="monitoring-nodes"} == 1)'
        assert found["GrafanaDown"] == 'absent(up{job="kube-prometheus-stack-grafana",namespace="monitoring"} == 1)'

    def test_a_grafana_that_is_not_wanted_is_not_missed(self) -> None:
        assert "GrafanaDown" not in self.exprs(grafana=None)


def test_others_are_told_where_prometheus_runs() -> None:
    assert planned().exports.monitoring_namespace == "monitoring"
