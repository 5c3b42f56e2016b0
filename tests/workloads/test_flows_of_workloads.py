"""Network policies let exactly the declared flows through, on both sides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.addons.exports import Exports
from homeport.identity.permissions import VolumeAdmin
from homeport.kube.manifest import Manifest
from homeport.tenancy.args import TenantArgs
from homeport.tenancy.manifests import tenant_objects
from homeport.values import Cloud
from homeport.workloads.args import Flow, WorkloadArgs
from homeport.workloads.context import Peer
from homeport.workloads.monitors import Metrics
from homeport.workloads.overlay import AppOverlay
from homeport.workloads.resolve import Ground, deployed
from homeport.workloads.specs import OwnSpec
from tests.workloads.flows import End, allowed, end, outside
from tests.workloads.places import EXPORTS, KINDS, LABELS, SPEC, one, place, rendered, template, web, worker

PROXY = end("traefik", {"app.kubernetes.io/name": "traefik"})
PROMETHEUS = end("monitoring", {"app.kubernetes.io/name": "prometheus"})
DNS = end("kube-system", {"k8s-app": "kube-dns"})
STRANGER = end("other", {"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "web"})
METADATA = outside("169.254.169.254")


def me(args: WorkloadArgs, app: str = "web") -> End:
    """The workload's pods."""
    return end("shop", template(rendered(args, place(app)))["metadata"]["labels"])


def other(app: str, namespace: str = "shop") -> End:
    return end(namespace, {"app.kubernetes.io/name": app, "app.kubernetes.io/instance": app})


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_every_pod_is_selected_in_both_directions(args: WorkloadArgs) -> None:
    manifests = rendered(args)
    spec = one(manifests, "NetworkPolicy").body["spec"]
    assert spec["podSelector"]["matchLabels"].items() <= template(manifests)["metadata"]["labels"].items()
    assert spec["policyTypes"] == ["Ingress", "Egress"]


@pytest.mark.parametrize("args", KINDS.values(), ids=KINDS)
def test_names_are_resolved_and_nothing_else_is_reached_by_default(args: WorkloadArgs) -> None:
    policies = rendered(args)
    assert allowed(policies, me(args), DNS, 53, "UDP")
    assert allowed(policies, me(args), outside("169.254.20.10"), 53, "TCP")
    for target, port in [(DNS, 443), (outside("203.0.113.7"), 443), (METADATA, 80), (other("api"), 8080)]:
        assert not allowed(policies, me(args), target, port)


def test_the_gateway_reaches_the_port_of_a_public_app_alone() -> None:
    assert allowed(rendered(web()), PROXY, me(web()), 8080)
    assert not allowed(rendered(web()), PROXY, me(web()), 9102)
    assert not allowed(rendered(web()), STRANGER, me(web()), 8080)
    assert not allowed(rendered(web(hosts=[])), PROXY, me(web()), 8080)
    assert not allowed(rendered(worker()), PROXY, me(worker()), 8080)


def test_prometheus_reaches_the_port_of_the_metrics_alone() -> None:
    args = web(metrics=Metrics(port=9102))
    assert allowed(rendered(args), PROMETHEUS, me(args), 9102)
    assert not allowed(rendered(args), PROMETHEUS, me(args), 8080)
    assert not allowed(rendered(args), end("monitoring", {"app.kubernetes.io/name": "grafana"}), me(args), 9102)
    assert not allowed(rendered(web()), PROMETHEUS, me(web()), 8080)


def test_addresses_that_may_connect_reach_the_port() -> None:
    args = web(hosts=[], admits=["192.0.2.0/24"])
    assert allowed(rendered(args), outside("192.0.2.9"), me(args), 8080)
    assert not allowed(rendered(args), outside("192.0.2.9"), me(args), 22)
    assert not allowed(rendered(args), outside("198.51.100.9"), me(args), 8080)


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.20.0.1",
        "192.168.1.1",
        "100.64.9.9",
        "169.254.169.254",
        "169.254.170.23",
        "127.0.0.1",
        "198.51.100.9",
    ],
)
def test_the_internet_is_neither_a_neighbour_nor_a_metadata_server_nor_a_pod(address: str) -> None:
    args = web(connects=[Flow(internet=True, ports=[443, 8443])])
    policies = rendered(args, place(pod_ranges=("198.51.100.0/24",)))
    assert allowed(policies, me(args), outside("203.0.113.7"), 443)
    assert allowed(policies, me(args), outside("203.0.113.7"), 8443)
    assert not allowed(policies, me(args), outside("203.0.113.7"), 80)
    assert not allowed(policies, me(args), outside(address), 443)


def test_a_range_is_reached_on_its_ports() -> None:
    args = worker(connects=[Flow(cidr="10.9.0.0/16", ports=[5432]), Flow(cidr="192.0.2.0/24")])
    assert allowed(rendered(args), me(args), outside("10.9.1.1"), 5432)
    assert not allowed(rendered(args), me(args), outside("10.9.1.1"), 443)
    assert allowed(rendered(args), me(args), outside("192.0.2.1"), 443)


@pytest.mark.parametrize(
    ("cloud", "ends"),
    [("gcp", {("169.254.169.252", 988), ("169.254.169.254", 80)}), ("aws", {("169.254.170.23", 80)})],
)
def test_credentials_are_reached_by_who_has_rights_alone(cloud: Cloud, ends: set[tuple[str, int]]) -> None:
    plain, entitled = worker(), worker(permissions=[VolumeAdmin()])
    for address, port in ends:
        assert allowed(rendered(entitled, place(cloud=cloud)), me(entitled), outside(address), port)
        assert not allowed(rendered(plain, place(cloud=cloud)), me(plain), outside(address), port)
    assert allowed(rendered(entitled, place(cloud=cloud)), me(entitled), outside("203.0.113.7"), 443)
    assert not allowed(rendered(plain, place(cloud=cloud)), me(plain), outside("203.0.113.7"), 443)


def test_the_instance_metadata_of_aws_is_never_reached() -> None:
    args = worker(permissions=[VolumeAdmin()], connects=[Flow(internet=True, ports=[80])])
    assert not allowed(rendered(args, place(cloud="aws")), me(args), METADATA, 80)


def test_the_api_of_a_cloud_may_have_private_addresses_on_aws_but_is_no_pod() -> None:
    args = worker(permissions=[VolumeAdmin()])
    on_aws = rendered(args, place(cloud="aws", pod_ranges=("10.30.0.0/16",)))
    assert allowed(on_aws, me(args), outside("10.20.5.5"), 443)
    assert not allowed(on_aws, me(args), outside("10.30.5.5"), 443)
    assert not allowed(rendered(args, place(cloud="gcp")), me(args), outside("10.20.5.5"), 443)


def test_a_flow_whose_port_nobody_knows_opens_nothing() -> None:
    where = place(reaches=(Peer("api", "shop"),))
    assert not allowed(rendered(web(connects=[Flow(app="api")]), where), me(web()), other("api"), 1)
    where = place("worker", reached_by=(Peer("web", "shop"),))
    assert not allowed(rendered(worker(), where), other("web"), me(worker(), "worker"), 1)


def test_each_flow_to_an_app_has_its_own_ports() -> None:
    args = web(connects=[Flow(app="api", ports=[9000]), Flow(app="api")])
    where = place(reaches=(Peer("api", "shop", (9000,)), Peer("api", "shop", (8080,))))
    assert [port for port in (80, 8080, 9000) if allowed(rendered(args, where), me(web()), other("api"), port)] == [
        8080,
        9000,
    ]


def test_whoever_is_connected_to_stands_in_the_place() -> None:
    with pytest.raises(LookupError, match="web connects to api, whom its place does not name"):
        rendered(web(connects=[Flow(app="api")]))
    with pytest.raises(LookupError, match="connects to api"):
        rendered(web(connects=[Flow(app="api")]), place(reaches=(Peer("db", "shop", (1,)),)))


APPS = ("a", "b", "c", "d")
TENANTS = {"shop": TenantArgs(quota=None), "blog": TenantArgs(quota=None)}


@st.composite
def stacks(draw: st.DrawFn) -> dict[str, OwnSpec]:
    """Some apps of two tenants that connect to each other."""
    specs: dict[str, OwnSpec] = {}
    names = draw(st.lists(st.sampled_from(APPS), min_size=1, unique=True))
    for index, name in enumerate(names):
        common = {
            **SPEC,
            "tenant": draw(st.sampled_from(sorted(TENANTS))),
            "connects": [Flow(app=to) for to in draw(st.lists(st.sampled_from(names), unique=True, max_size=3))],
            "admits_tenants": sorted(TENANTS),
        }
        serves = {"port": 8000 + index, "hosts": draw(st.sampled_from([None, []])), "metrics": draw(metrics)}
        specs[name] = web(**common, **serves)
    return specs


metrics = st.sampled_from([None, Metrics(), Metrics(port=9102)])


@settings(max_examples=60, deadline=None)
@given(stacks())
def test_apps_of_a_stack_reach_each_other_exactly_as_declared(specs: dict[str, OwnSpec]) -> None:
    ground = Ground(
        environment="stage", domain="stage.acme.example", labels=LABELS, tenants=TENANTS, cloud="gcp", exports=EXPORTS
    )
    overlays = {name: AppOverlay() for name in specs}
    placed = deployed(specs, overlays, ground)
    policies: list[Manifest] = []
    ends: dict[str, End] = {}
    for name, app in placed.items():
        assert isinstance(app.spec, OwnSpec)
        manifests = rendered(app.spec, app.place)
        policies += manifests
        ends[name] = end(app.place.namespace, template(manifests)["metadata"]["labels"])
    for name, tenant in TENANTS.items():
        for inside in tenant_objects(name, tenant, labels=LABELS).inside.values():
            policies += inside
    for source, source_spec in specs.items():
        declared = {flow.app for flow in source_spec.connects}
        for target, spec in specs.items():
            port = getattr(spec, "port", 0)
            assert allowed(policies, ends[source], ends[target], port) == (target in declared)
            assert not allowed(policies, ends[source], ends[target], port + 1)
            assert not allowed(policies, STRANGER, ends[target], port)


def test_without_monitoring_and_gateway_nobody_of_them_is_let_in() -> None:
    where = place(exports=Exports(ingress_class="nginx"))
    assert one(rendered(web(metrics=Metrics()), where), "NetworkPolicy").body["spec"]["ingress"] == []
