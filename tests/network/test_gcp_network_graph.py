"""What `GcpNetwork` declares: inputs, parents, providers, options, edges."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pytest

from homeport.network.gcp import GcpNetwork
from homeport.network.gcp_args import GcpNetworkArgs
from homeport.plan import Graph, Resource, record
from homeport.problems import SettingsError
from homeport.values import Protection

NETWORK = "gcp:compute/network:Network"
SUBNETWORK = "gcp:compute/subnetwork:Subnetwork"
ROUTER = "gcp:compute/router:Router"
NAT = "gcp:compute/routerNat:RouterNat"
ADDRESS = "gcp:compute/address:Address"
FIREWALL = "gcp:compute/firewall:Firewall"
RANGE = "gcp:compute/globalAddress:GlobalAddress"
CONNECTION = "gcp:servicenetworking/connection:Connection"
COMPONENT = "homeport:network:GcpNetwork"

EXISTING = {
    "network": "projects/acme-net/global/networks/shared",
    "subnetwork": "projects/acme-net/regions/europe-west3/subnetworks/shared",
    "pods_range": "their-pods",
    "services_range": "their-services",
}
PLAIN = {"cidr": "10.20.0.0/16"}
FULL = {**PLAIN, "nat": {"addresses": 2}, "databases": {"enabled": True}}


def graph(
    fields: dict[str, Any],
    *,
    name: str = "network",
    protection: Protection = "standard",
    then: Callable[[GcpNetwork], None] = lambda network: None,
    opts: pulumi.ResourceOptions | None = None,
) -> Graph:
    def program() -> None:
        provider = gcp.Provider("gcp", project="acme-stage", region="europe-west3")
        given = pulumi.ResourceOptions(providers=[provider])
        network = GcpNetwork(
            name,
            GcpNetworkArgs.model_validate(fields),
            project="acme-stage",
            region="europe-west3",
            protection=protection,
            opts=pulumi.ResourceOptions.merge(given, opts) if opts else given,
        )
        then(network)

    return record(program)


def outputs(fields: dict[str, Any], **options: Any) -> dict[str, Any]:
    def export(network: GcpNetwork) -> None:
        pulumi.export("network", network.network)
        pulumi.export("subnetwork", network.subnetwork)
        pulumi.export("pods_range", network.pods_range)
        pulumi.export("services_range", network.services_range)
        pulumi.export("nat_addresses", network.nat_addresses)
        pulumi.export("plain", [network.nodes_cidr, network.pods_cidr, network.control_plane_cidr, network.node_tag])

    return graph(fields, then=export, **options).outputs


def made(fields: dict[str, Any], **options: Any) -> list[Resource]:
    return [r for r in graph(fields, **options).resources if r.custom and not r.is_provider]


def test_the_vpc_is_in_custom_mode_and_keeps_its_default_route() -> None:
    assert graph(PLAIN).one(type=NETWORK).inputs == {
        "name": "network",
        "project": "acme-stage",
        "autoCreateSubnetworks": False,
        "deleteDefaultRoutesOnCreate": False,
        "routingMode": "REGIONAL",
    }


def test_the_subnet_carries_the_planned_ranges() -> None:
    assert graph(PLAIN).one(type=SUBNETWORK).inputs == {
        "name": "network-nodes",
        "project": "acme-stage",
        "region": "europe-west3",
        "network": "${network-vpc.id}",
        "ipCidrRange": "10.20.192.0/20",
        "secondaryIpRanges": [
            {"rangeName": "pods", "ipCidrRange": "10.20.0.0/17"},
            {"rangeName": "services", "ipCidrRange": "10.20.208.0/20"},
        ],
        "privateIpGoogleAccess": True,
        "purpose": "PRIVATE",
        "stackType": "IPV4_ONLY",
        "logConfig": {
            "aggregationInterval": "INTERVAL_5_MIN",
            "flowSampling": 0.5,
            "metadata": "INCLUDE_ALL_METADATA",
        },
    }


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("5s", "INTERVAL_5_SEC"),
        ("30s", "INTERVAL_30_SEC"),
        ("1m", "INTERVAL_1_MIN"),
        ("10m", "INTERVAL_10_MIN"),
        ("15m", "INTERVAL_15_MIN"),
    ],
)
def test_flow_logs_as_asked(interval: str, expected: str) -> None:
    fields = {**PLAIN, "flow_logs": {"interval": interval, "sampling": 1.0}}
    logs = graph(fields).one(type=SUBNETWORK).inputs["logConfig"]
    assert (logs["aggregationInterval"], logs["flowSampling"]) == (expected, 1)


def test_flow_logs_off() -> None:
    assert "logConfig" not in graph({**PLAIN, "flow_logs": {"enabled": False}}).one(type=SUBNETWORK).inputs


def test_ranges_that_gke_adds_to_the_subnet_are_left_alone() -> None:
    assert graph(PLAIN).one(type=SUBNETWORK).options.ignore_changes == ["secondaryIpRanges"]


def test_nothing_carries_a_description_because_a_change_of_it_would_replace() -> None:
    for resource in made(FULL):
        assert "description" not in resource.inputs, resource.urn


def test_nat_for_the_subnet_alone_with_addresses_of_google() -> None:
    assert graph(PLAIN).one(type=NAT).inputs == {
        "name": "network-nat",
        "project": "acme-stage",
        "region": "europe-west3",
        "router": "network-router",
        "natIpAllocateOption": "AUTO_ONLY",
        "sourceSubnetworkIpRangesToNat": "LIST_OF_SUBNETWORKS",
        "subnetworks": [{"name": "${network-subnetwork.id}", "sourceIpRangesToNats": ["ALL_IP_RANGES"]}],
        "enableDynamicPortAllocation": True,
        "enableEndpointIndependentMapping": False,
        "minPortsPerVm": 64,
        "logConfig": {"enable": True, "filter": "ERRORS_ONLY"},
    }


def test_nat_with_reserved_addresses() -> None:
    found = graph({**PLAIN, "nat": {"addresses": 2}})
    nat = found.one(type=NAT).inputs
    assert nat["natIpAllocateOption"] == "MANUAL_ONLY"
    assert nat["natIps"] == ["${network-nat-address-0.selfLink}", "${network-nat-address-1.selfLink}"]
    assert [address.inputs["name"] for address in found.find(type=ADDRESS)] == ["network-nat-0", "network-nat-1"]
    assert outputs({**PLAIN, "nat": {"addresses": 2}})["nat_addresses"] == [
        "${network-nat-address-0.address}",
        "${network-nat-address-1.address}",
    ]


def test_one_more_address_leaves_the_others_as_they_are() -> None:
    few = {address.urn: address for address in graph({**PLAIN, "nat": {"addresses": 2}}).find(type=ADDRESS)}
    more = {address.urn: address for address in graph({**PLAIN, "nat": {"addresses": 3}}).find(type=ADDRESS)}
    assert len(more) == 3
    assert all(more[urn] == address for urn, address in few.items())


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("none", {"enable": False, "filter": "ERRORS_ONLY"}),
        ("errors", {"enable": True, "filter": "ERRORS_ONLY"}),
        ("all", {"enable": True, "filter": "ALL"}),
    ],
)
def test_what_nat_logs_is_always_said(log: str, expected: dict[str, Any]) -> None:
    assert graph({**PLAIN, "nat": {"log": log}}).one(type=NAT).inputs["logConfig"] == expected


def test_without_nat_there_is_no_router_either() -> None:
    types = {resource.type for resource in made({**PLAIN, "nat": {"enabled": False}})}
    assert types == {NETWORK, SUBNETWORK, FIREWALL}
    assert outputs({**PLAIN, "nat": {"enabled": False}})["nat_addresses"] == []


def test_the_control_plane_reaches_webhooks() -> None:
    assert graph(PLAIN).one(name="network-webhooks").inputs == {
        "name": "network-webhooks",
        "project": "acme-stage",
        "network": "${network-vpc.id}",
        "direction": "INGRESS",
        "priority": 1000,
        "sourceRanges": ["10.20.240.0/28"],
        "targetTags": ["network-node"],
        "allows": [{"protocol": "tcp", "ports": ["8080", "8443", "9443"]}],
    }


def test_the_order_of_webhook_ports_is_no_difference() -> None:
    one, other = ({**PLAIN, "webhook_ports": ports} for ports in ([443, 9443], [9443, 443]))
    assert graph(one).to_json() == graph(other).to_json()


def test_no_webhook_ports_make_no_rule() -> None:
    assert not graph({**PLAIN, "webhook_ports": []}).find(name="network-webhooks")


def test_load_balancers_reach_nodes() -> None:
    rule = graph(PLAIN).one(name="network-health-checks").inputs
    assert rule["sourceRanges"] == ["35.191.0.0/16", "130.211.0.0/22"]
    assert rule["targetTags"] == ["network-node"]
    assert rule["allows"] == [{"protocol": "tcp"}]


def test_what_no_rule_allows_is_denied_and_logged_for_every_machine() -> None:
    assert graph(PLAIN).one(name="network-deny-ingress").inputs == {
        "name": "network-deny-ingress",
        "project": "acme-stage",
        "network": "${network-vpc.id}",
        "direction": "INGRESS",
        "priority": 65534,
        "sourceRanges": ["0.0.0.0/0"],
        "denies": [{"protocol": "all"}],
        "logConfig": {"metadata": "INCLUDE_ALL_METADATA"},
    }


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("none", set[str]()),
        ("denied", {"network-deny-ingress"}),
        ("all", {"network-deny-ingress", "network-webhooks", "network-health-checks"}),
    ],
)
def test_which_rules_log(log: str, expected: set[str]) -> None:
    rules = graph({**PLAIN, "firewall_log": log}).find(type=FIREWALL)
    assert {rule.name for rule in rules if "logConfig" in rule.inputs} == expected


def test_databases_get_the_planned_range_and_a_connection() -> None:
    found = graph(FULL)
    assert found.one(type=RANGE).inputs == {
        "name": "network-databases",
        "project": "acme-stage",
        "network": "${network-vpc.id}",
        "purpose": "VPC_PEERING",
        "addressType": "INTERNAL",
        "address": "10.20.224.0",
        "prefixLength": 20,
    }
    connection = found.one(type=CONNECTION).inputs
    assert connection["network"] == "${network-vpc.id}"
    assert connection["service"] == "servicenetworking.googleapis.com"
    assert connection["reservedPeeringRanges"] == ["network-databases"]
    assert connection["updateOnCreationFail"] is True


def test_asking_for_databases_changes_nothing_else() -> None:
    before = {r.urn: r for r in graph(PLAIN).resources}
    after = {r.urn: r for r in graph({**PLAIN, "databases": {"enabled": True}}).resources}
    assert {after[urn].type for urn in set(after) - set(before)} == {RANGE, CONNECTION}
    assert all(after[urn] == resource for urn, resource in before.items())


@pytest.mark.parametrize(
    ("protection", "policy"), [("none", "REMOVE_PEERING"), ("standard", "DELETE"), ("strict", "DELETE")]
)
def test_only_an_unprotected_connection_leaves_although_google_holds_it(protection: Protection, policy: str) -> None:
    assert graph(FULL, protection=protection).one(type=CONNECTION).inputs["deletionPolicy"] == policy


@pytest.mark.parametrize(
    ("protection", "expected"),
    [
        ("none", set[str]()),
        ("standard", {ADDRESS, RANGE}),
        ("strict", {ADDRESS, RANGE, NETWORK, SUBNETWORK, CONNECTION}),
    ],
)
def test_what_the_engine_refuses_to_delete(protection: Protection, expected: set[str]) -> None:
    resources = graph(FULL, protection=protection).resources
    assert {resource.type for resource in resources if resource.options.protect} == expected


def test_nothing_outlives_the_stack() -> None:
    assert not any(resource.options.retain_on_delete for resource in made(FULL, protection="strict"))


def test_what_a_caller_protects_as_a_whole_stays_protected() -> None:
    found = made(FULL, protection="none", opts=pulumi.ResourceOptions(protect=True))
    assert all(resource.options.protect for resource in found)


def test_everything_belongs_to_the_component_and_uses_the_given_provider() -> None:
    found = graph(FULL)
    component = found.one(type=COMPONENT, name="network")
    provider = found.one(type="pulumi:providers:gcp").urn
    resources = [r for r in found.resources if r.custom and not r.is_provider]
    assert len(resources) == 11
    for resource in resources:
        assert resource.parent == component.urn
        assert resource.provider == provider
        assert resource.name.startswith("network-")


def test_logical_names_do_not_depend_on_the_physical_ones() -> None:
    renamed = graph({**FULL, "name": "stage"})
    assert {r.urn for r in renamed.resources} == {r.urn for r in graph(FULL).resources}
    assert renamed.one(type=NETWORK).inputs["name"] == "stage"
    assert renamed.one(type=SUBNETWORK).inputs["name"] == "stage-nodes"
    assert renamed.one(name="network-webhooks").inputs["targetTags"] == ["stage-node"]


#: What each waits for, and therefore outlives on the way down: connection before range, NAT before router and subnet,
#: all before the VPC.
EDGES = {
    "network-subnetwork": {"network-vpc"},
    "network-router": {"network-vpc"},
    "network-nat": {"network-router", "network-subnetwork", "network-nat-address-0", "network-nat-address-1"},
    "network-webhooks": {"network-vpc"},
    "network-health-checks": {"network-vpc"},
    "network-deny-ingress": {"network-vpc"},
    "network-databases-range": {"network-vpc"},
    "network-databases": {"network-vpc", "network-databases-range"},
    "network-vpc": set[str](),
    "network-nat-address-0": set[str](),
    "network-nat-address-1": set[str](),
}


def test_the_order_of_creation_and_the_reverse_one_of_deletion() -> None:
    found = graph(FULL)
    names = {resource.urn: resource.name for resource in found.resources}
    edges = {r.name: {names[urn] for urn in r.dependencies} for r in found.resources if r.custom and not r.is_provider}
    assert edges == EDGES


def test_only_references_make_the_order() -> None:
    for resource in made(FULL):
        assert set(resource.dependencies) == set(itertools.chain(*resource.property_dependencies.values()))


def test_nodes_wait_for_their_way_out_and_the_firewall() -> None:
    def pool(network: GcpNetwork) -> None:
        gcp.compute.Disk("pool", zone="europe-west3-a", opts=_after(network))

    found = graph(FULL, then=pool)
    names = {resource.urn: resource.name for resource in found.resources}
    waits = {names[urn] for urn in found.one(name="pool").dependencies}
    assert waits == {"network-nat", "network-webhooks", "network-health-checks", "network-deny-ingress"}


def _after(network: GcpNetwork) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=network, depends_on=network.ready)


def test_who_takes_a_range_by_name_waits_for_the_subnet() -> None:
    def cluster(network: GcpNetwork) -> None:
        gcp.compute.Disk(
            "uses", zone="europe-west3-a", type=network.pods_range, opts=pulumi.ResourceOptions(parent=network)
        )

    found = graph(PLAIN, then=cluster)
    assert found.one(name="uses").inputs["type"] == "pods"
    assert found.one(name="uses").dependencies == [found.one(type=SUBNETWORK).urn]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (PLAIN, "has 10.99.0.0/17 for pods, the settings by network.cidr say 10.20.0.0/17"),
        ({**PLAIN, "pods": "10.64.0.0/17"}, "has 10.99.0.0/17 for pods, the settings say 10.64.0.0/17"),
    ],
)
def test_a_subnet_with_another_range_than_the_settings_say_ends_the_program(fields: dict[str, Any], words: str) -> None:
    def as_the_cloud_has_it(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != SUBNETWORK:
            return None
        ranges = [{"range_name": "pods", "ip_cidr_range": "10.99.0.0/17"}]
        return pulumi.ResourceTransformationResult({**args.props, "secondary_ip_ranges": ranges}, args.opts)

    with pytest.raises(pulumi.RunError, match=words):
        graph(fields, opts=pulumi.ResourceOptions(transformations=[as_the_cloud_has_it]))


def test_outputs_of_a_network_of_our_own() -> None:
    assert outputs(PLAIN) == {
        "network": "${network-vpc.id}",
        "subnetwork": "${network-subnetwork.id}",
        "pods_range": "pods",
        "services_range": "services",
        "nat_addresses": [],
        "plain": ["10.20.192.0/20", "10.20.0.0/17", "10.20.240.0/28", "network-node"],
    }


def test_databases_can_be_waited_for_only_where_there_are_any() -> None:
    seen: list[bool] = []
    graph(PLAIN, then=lambda network: seen.append(network.databases is None))
    graph(FULL, then=lambda network: seen.append(network.databases is None))
    assert set(seen[: len(seen) // 2]) == {True}
    assert set(seen[len(seen) // 2 :]) == {False}


def test_an_existing_network_is_used_as_it_is() -> None:
    assert made({"existing": EXISTING}) == []
    assert outputs({"existing": EXISTING}) == {
        "network": EXISTING["network"],
        "subnetwork": EXISTING["subnetwork"],
        "pods_range": "their-pods",
        "services_range": "their-services",
        "nat_addresses": [],
        "plain": [None, None, None, "network-node"],
    }


def test_an_existing_network_gets_the_rule_for_webhooks_in_the_project_that_owns_it() -> None:
    (rule,) = made({"existing": EXISTING, "control_plane": "10.1.0.0/28"})
    assert rule.name == "network-webhooks"
    assert rule.inputs["project"] == "acme-net"
    assert rule.inputs["network"] == EXISTING["network"]
    assert rule.inputs["sourceRanges"] == ["10.1.0.0/28"]


@pytest.mark.parametrize(
    ("link", "project"),
    [
        ("https://www.googleapis.com/compute/v1/projects/acme-net/global/networks/shared", "acme-net"),
        ("shared", "acme-stage"),
    ],
)
def test_the_project_of_an_existing_network_out_of_its_link(link: str, project: str) -> None:
    (rule,) = made({"existing": {**EXISTING, "network": link}, "control_plane": "10.1.0.0/28"})
    assert rule.inputs["project"] == project


def test_an_existing_network_may_come_from_another_resource() -> None:
    def program() -> None:
        other = gcp.compute.Network("other", project="acme-net")
        existing = {**EXISTING, "network": other.id}
        args = GcpNetworkArgs.model_validate({"existing": existing, "control_plane": "10.1.0.0/28"})
        GcpNetwork("network", args, project="acme-stage", region="europe-west3")

    rule = record(program).one(type=FIREWALL)
    assert rule.inputs["network"] == "${other.id}"
    assert rule.inputs["project"] == {"$unknown": True}


def test_the_same_arguments_give_the_same_graph() -> None:
    assert graph(FULL).to_json() == graph(FULL).to_json()


def test_two_networks_in_one_program_do_not_meet() -> None:
    def second(network: GcpNetwork) -> None:
        args = GcpNetworkArgs(cidr="10.21.0.0/16")
        opts = pulumi.ResourceOptions(parent=network)
        GcpNetwork("other", args, project="acme-stage", region="europe-west3", opts=opts)

    found = graph(PLAIN, then=second)
    assert {r.inputs["name"] for r in found.find(type=NETWORK)} == {"network", "other"}


def test_ranges_that_do_not_fit_are_refused_before_anything_is_declared() -> None:
    with pytest.raises(SettingsError) as caught:
        GcpNetwork(
            "network",
            GcpNetworkArgs(cidr="10.20.0.0/22", peers={"a": "10.64.0.0/16", "b": "10.64.0.0/16"}),
            project="acme-stage",
            region="europe-west3",
        )
    assert [problem.path for problem in caught.value.problems] == [("network", "cidr"), ("network", "peers", "b")]


def test_a_logical_name_that_is_too_long_for_a_physical_one_is_refused() -> None:
    with pytest.raises(SettingsError, match="has 74 characters; 63 are allowed"):
        GcpNetwork("n" * 60, GcpNetworkArgs(cidr="10.20.0.0/16"), project="acme-stage", region="europe-west3")
