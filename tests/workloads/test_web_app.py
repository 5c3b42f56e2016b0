"""What a server of HTTP consists of."""

from __future__ import annotations

import pytest

from homeport.addons.exports import Exports
from homeport.workloads.monitors import Metrics
from homeport.workloads.probes import Probe
from homeport.workloads.replicated import Rollout
from homeport.workloads.scaling import Autoscale
from tests.workloads.places import container, kinds, one, place, pod, rendered, template, web


def test_by_default_there_are_two_pods_a_budget_and_a_public_route() -> None:
    assert kinds(rendered(web())) == [
        "ServiceAccount", "NetworkPolicy", "Deployment", "Service", "PodDisruptionBudget", "HTTPRoute",
    ]  # fmt: skip
    assert one(rendered(web()), "Deployment").body["spec"]["replicas"] == 2


def test_every_object_is_called_like_the_app() -> None:
    assert {manifest.name for manifest in rendered(web(metrics=Metrics(), autoscale=Autoscale(max=3)))} == {"web"}


def test_rollouts_lose_no_request() -> None:
    spec = one(rendered(web()), "Deployment").body["spec"]
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"},
    }
    assert (spec["minReadySeconds"], spec["progressDeadlineSeconds"], spec["revisionHistoryLimit"]) == (5, 600, 3)
    assert container(web())["lifecycle"] == {"preStop": {"sleep": {"seconds": 10}}}
    assert pod(web())["terminationGracePeriodSeconds"] > 10


def test_a_rollout_can_be_told_otherwise_and_is_waited_for_as_long() -> None:
    args = web(rollout=Rollout(surge=50, min_ready_seconds=30, deadline_seconds=1800, history=1))
    deployment = one(rendered(args), "Deployment")
    spec = deployment.body["spec"]
    assert spec["strategy"]["rollingUpdate"]["maxSurge"] == "50%"
    assert (spec["minReadySeconds"], spec["progressDeadlineSeconds"], spec["revisionHistoryLimit"]) == (30, 1800, 1)
    assert deployment.annotations["pulumi.com/timeoutSeconds"] == "1800"


def test_what_must_not_run_twice_is_stopped_first() -> None:
    args = web(replicas=1, rollout=Rollout(strategy="recreate"))
    assert one(rendered(args), "Deployment").body["spec"]["strategy"] == {"type": "Recreate"}


def test_an_autoscaler_leaves_the_number_to_itself() -> None:
    manifests = rendered(web(autoscale=Autoscale(min=3, max=9, cpu=60, memory=80)))
    assert "replicas" not in one(manifests, "Deployment").body["spec"]
    spec = one(manifests, "HorizontalPodAutoscaler").body["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (3, 9)
    targets = {metric["resource"]["name"]: metric["resource"]["target"] for metric in spec["metrics"]}
    assert targets == {
        "cpu": {"type": "Utilization", "averageUtilization": 60},
        "memory": {"type": "Utilization", "averageUtilization": 80},
    }


def test_a_budget_lets_one_pod_go_at_a_time_and_sick_ones_always() -> None:
    spec = one(rendered(web()), "PodDisruptionBudget").body["spec"]
    assert (spec["maxUnavailable"], spec["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    assert spec["selector"]["matchLabels"].items() <= template(rendered(web()))["metadata"]["labels"].items()


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_pod_has_no_budget(count: int) -> None:
    assert "PodDisruptionBudget" not in kinds(rendered(web(replicas=count)))
    assert one(rendered(web(replicas=count)), "Deployment").body["spec"]["replicas"] == count


def test_the_service_answers_on_80_whatever_the_container_listens_on() -> None:
    spec = one(rendered(web(port=3000)), "Service").body["spec"]
    assert spec["type"] == "ClusterIP"
    assert spec["ports"] == [
        {"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP", "appProtocol": "http"}
    ]
    assert container(web(port=3000))["ports"] == [{"name": "http", "containerPort": 3000, "protocol": "TCP"}]


def test_the_route_hangs_on_the_https_listener_and_takes_the_default_host() -> None:
    route = one(rendered(web(timeout_seconds=60)), "HTTPRoute")
    (parent,) = route.body["spec"]["parentRefs"]
    assert (parent["name"], parent["namespace"], parent["sectionName"]) == ("gateway", "traefik", "https")
    assert route.body["spec"]["hostnames"] == ["web.stage.acme.example"]
    (rule,) = route.body["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/"}}]
    assert (rule["backendRefs"][0]["name"], rule["backendRefs"][0]["port"]) == ("web", 80)
    assert rule["timeouts"] == {"request": "60s"}


def test_a_route_is_deleted_for_real_so_that_its_records_go() -> None:
    assert one(rendered(web()), "HTTPRoute").owns_cloud_objects
    assert not one(rendered(web()), "Deployment").owns_cloud_objects


def test_hosts_and_paths_are_what_the_spec_says() -> None:
    spec = one(rendered(web(hosts=["a.stage.acme.example"], paths=["/api", "/v2"])), "HTTPRoute").body["spec"]
    assert spec["hostnames"] == ["a.stage.acme.example"]
    assert [match["path"]["value"] for match in spec["rules"][0]["matches"]] == ["/api", "/v2"]


def test_without_hosts_nothing_leads_in_from_outside() -> None:
    manifests = rendered(web(hosts=[]))
    assert not {"HTTPRoute", "Ingress"} & set(kinds(manifests))
    assert one(manifests, "NetworkPolicy").body["spec"]["ingress"] == []


def test_without_a_gateway_an_ingress_with_tls_does_it() -> None:
    where = place(exports=Exports(ingress_class="nginx", issuer="letsencrypt"))
    manifests = rendered(web(paths=["/", "/api"]), where)
    ingress = one(manifests, "Ingress")
    assert "HTTPRoute" not in kinds(manifests)
    assert ingress.body["spec"]["ingressClassName"] == "nginx"
    assert ingress.body["spec"]["tls"] == [{"hosts": ["web.stage.acme.example"], "secretName": "web-tls"}]
    assert ingress.annotations == {"cert-manager.io/cluster-issuer": "letsencrypt"}
    (rule,) = ingress.body["spec"]["rules"]
    assert [path["path"] for path in rule["http"]["paths"]] == ["/", "/api"]
    assert ingress.owns_cloud_objects


def test_a_public_app_without_any_way_in_is_no_manifest() -> None:
    with pytest.raises(LookupError, match="gateway"):
        rendered(web(), place(exports=Exports()))


def test_probes_differ_by_default_and_ask_the_port_of_the_app() -> None:
    inner = container(web(port=3000))
    assert inner["readinessProbe"]["httpGet"] == {"path": "/", "port": 3000, "scheme": "HTTP"}
    assert inner["livenessProbe"]["tcpSocket"] == {"port": 3000}
    assert "startupProbe" not in inner


def test_probes_can_run_a_command_and_be_held_back_by_a_startup_probe() -> None:
    args = web(
        readiness=Probe(command=["/app", "ready"], period=5, timeout=2, failures=1),
        startup=Probe(http="/up", failures=60),
    )
    inner = container(args)
    assert inner["readinessProbe"] == {
        "exec": {"command": ["/app", "ready"]}, "periodSeconds": 5, "timeoutSeconds": 2, "failureThreshold": 1,
    }  # fmt: skip
    assert inner["startupProbe"]["failureThreshold"] == 60


def test_prometheus_asks_the_port_of_the_app() -> None:
    manifests = rendered(web(metrics=Metrics(path="/m", interval=15)))
    (endpoint,) = one(manifests, "ServiceMonitor").body["spec"]["endpoints"]
    assert endpoint == {"port": "http", "path": "/m", "interval": "15s"}


def test_prometheus_asks_another_port_that_container_and_service_have() -> None:
    manifests = rendered(web(metrics=Metrics(port=9102)))
    (endpoint,) = one(manifests, "ServiceMonitor").body["spec"]["endpoints"]
    ports = {port["name"]: port["targetPort"] for port in one(manifests, "Service").body["spec"]["ports"]}
    exposed = {port["name"]: port["containerPort"] for port in container(web(metrics=Metrics(port=9102)))["ports"]}
    assert exposed[ports[endpoint["port"]]] == 9102


def test_the_same_port_for_metrics_is_named_once() -> None:
    args = web(metrics=Metrics(port=8080))
    assert [port["name"] for port in container(args)["ports"]] == ["http"]
    assert one(rendered(args), "ServiceMonitor").body["spec"]["endpoints"][0]["port"] == "http"


def test_where_nobody_knows_monitors_there_is_none() -> None:
    assert "ServiceMonitor" not in kinds(rendered(web(metrics=Metrics()), place(exports=Exports(ingress_class="x"))))
