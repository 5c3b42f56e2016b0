"""What `AwsNetwork` declares, as a first preview would show it."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from homeport.identity.wildcards import violations
from homeport.network import aws_endpoints
from homeport.network.aws import AwsNetwork
from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.aws_flow_logs import log_group_arn, trust_document
from homeport.plan import Graph, Resource, record
from homeport.problems import SettingsError
from homeport.values import Protection

REGION = "eu-central-1"
ZONES = ["eu-central-1a", "eu-central-1b"]
EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnets": {ZONES[0]: "subnet-0123456789abcdef0", ZONES[1]: "subnet-0123456789abcdef1"},
    "database_subnet_group": "stage",
}


def _graph(
    section: dict[str, Any] | None = None,
    *,
    zones: list[str] | None = None,
    protection: Protection = "standard",
    name: str = "network",
) -> Graph:
    args = AwsNetworkArgs.model_validate(section or {"cidr": "10.20.0.0/16"})

    def program() -> dict[str, Any]:
        provider = aws.Provider("aws", region=REGION)
        network = AwsNetwork(
            name,
            args,
            region=REGION,
            zones=ZONES if zones is None else zones,
            cluster_name="stage",
            protection=protection,
            opts=pulumi.ResourceOptions(providers=[provider]),
        )
        return {
            "vpc": network.vpc_id,
            "cidr": network.cidr,
            "private": network.private_subnets,
            "public": network.public_subnets,
            "intra": network.intra_subnets,
            "control_plane": network.control_plane_subnet_ids,
            "databases": network.database_subnet_group,
            "nat": network.nat_addresses,
            "ready": sorted(resource.pulumi_resource_name for resource in network.ready),
        }

    # An empty default provider would be refused, so that a resource without ours fails the test.
    return record(program, config={"pulumi:disable-default-providers": '["*"]'})


def _named(graph: Graph, type_: str) -> dict[str, Resource]:
    return {resource.name: resource for resource in graph.find(type=type_)}


def _waits(graph: Graph, name: str) -> set[str]:
    (resource,) = graph.find(name=name)
    return {graph.by_urn[urn].name for urn in resource.dependencies}


def test_everything_is_a_child_of_the_component_with_the_given_provider() -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "databases": {"enabled": True}, "endpoints": {"interface": "cluster"}})
    component = graph.one(type="homeport:network:AwsNetwork", name="network")
    provider = graph.one(type="pulumi:providers:aws", name="aws")
    others = [one for one in graph.resources if one.custom and one.type != "pulumi:providers:aws"]
    assert len(others) > 30
    for resource in others:
        assert resource.parent == component.urn, resource.name
        assert resource.name.startswith("network-"), resource.name
        assert resource.provider == provider.urn, resource.name
    assert graph.warnings == []


def test_the_same_arguments_give_the_same_graph() -> None:
    section = {"cidr": "10.20.0.0/16", "nat": "per-zone", "endpoints": {"interface": ["xray", "cluster"]}}
    assert _graph(section).to_json() == _graph(section).to_json()


def test_the_vpc_resolves_names() -> None:
    vpc = _graph().one(type="aws:ec2/vpc:Vpc", name="network-vpc")
    assert vpc.inputs == {
        "cidrBlock": "10.20.0.0/16",
        "enableDnsHostnames": True,
        "enableDnsSupport": True,
        "tags": {"Name": "network"},
    }


def test_the_default_security_group_lets_nothing_through() -> None:
    group = _graph().one(
        type="aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", name="network-default-security-group"
    )
    assert group.inputs["ingress"] == []
    assert group.inputs["egress"] == []
    assert group.inputs["vpcId"] == "${network-vpc.id}"


def test_subnets_carry_the_tags_that_controllers_look_for() -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "databases": {"enabled": True}, "name": "stage"})
    subnets = _named(graph, "aws:ec2/subnet:Subnet")
    assert {
        name: (one.inputs["availabilityZone"], one.inputs["cidrBlock"], one.inputs["tags"])
        for name, one in subnets.items()
        if name.endswith("-a")
    } == {
        "network-private-a": (
            "eu-central-1a",
            "10.20.0.0/19",
            {
                "Name": "stage-private-eu-central-1a",
                "kubernetes.io/role/internal-elb": "1",
                "karpenter.sh/discovery": "stage",
            },
        ),
        "network-public-a": (
            "eu-central-1a",
            "10.20.192.0/22",
            {"Name": "stage-public-eu-central-1a", "kubernetes.io/role/elb": "1"},
        ),
        "network-intra-a": ("eu-central-1a", "10.20.224.0/23", {"Name": "stage-intra-eu-central-1a"}),
        "network-databases-a": ("eu-central-1a", "10.20.240.0/24", {"Name": "stage-databases-eu-central-1a"}),
    }
    assert len(subnets) == 8
    assert not any(one.inputs["mapPublicIpOnLaunch"] for one in subnets.values())


@pytest.mark.parametrize(
    ("nat", "gateways", "routes"),
    [
        ("none", set[str](), dict[str, str]()),
        ("single", {"network-nat-a"}, {"a": "${network-nat-a.id}", "b": "${network-nat-a.id}"}),
        ("per-zone", {"network-nat-a", "network-nat-b"}, {"a": "${network-nat-a.id}", "b": "${network-nat-b.id}"}),
    ],
)
def test_private_subnets_go_out_by_the_nat_gateways_asked_for(
    nat: str, gateways: set[str], routes: dict[str, str]
) -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "nat": nat, "endpoints": {"interface": "cluster"}})
    assert _named(graph, "aws:ec2/natGateway:NatGateway").keys() == gateways
    assert len(graph.find(type="aws:ec2/eip:Eip")) == len(gateways)
    found = _named(graph, "aws:ec2/route:Route")
    for letter in "ab":
        route = found.get(f"network-route-private-{letter}")
        assert (route.inputs["natGatewayId"] if route else None) == routes.get(letter)
        if route:
            assert route.inputs["routeTableId"] == f"${{network-route-table-private-{letter}.id}}"
            assert route.inputs["destinationCidrBlock"] == "0.0.0.0/0"
    assert graph.outputs["nat"] == [f"${{{name}.publicIp}}" for name in sorted(gateways)]


def test_from_single_to_per_zone_nothing_is_replaced() -> None:
    single, per_zone = (_graph({"cidr": "10.20.0.0/16", "nat": nat}) for nat in ("single", "per-zone"))
    before = {one.urn: one.inputs for one in single.resources}
    after = {one.urn: one.inputs for one in per_zone.resources}
    assert before.keys() < after.keys()
    changed = {urn.rpartition("::")[2] for urn in before if before[urn] != after[urn]}
    assert changed == {"network-route-private-b"}


def test_public_subnets_alone_reach_the_internet_gateway() -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "databases": {"enabled": True}})
    tables = {
        one.inputs["subnetId"]: one.inputs["routeTableId"]
        for one in graph.find(type="aws:ec2/routeTableAssociation:RouteTableAssociation")
    }
    assert len(tables) == 8
    public = {subnet for subnet, table in tables.items() if table == "${network-route-table-public.id}"}
    assert public == {"${network-public-a.id}", "${network-public-b.id}"}
    out = {
        one.inputs["routeTableId"]
        for one in graph.find(type="aws:ec2/route:Route")
        if one.inputs.get("gatewayId") == "${network-internet-gateway.id}"
    }
    assert out == {"${network-route-table-public.id}"}
    closed = {subnet for subnet, table in tables.items() if table == "${network-route-table-intra.id}"}
    assert closed == {f"${{network-{role}-{letter}.id}}" for role in ("intra", "databases") for letter in "ab"}
    routed = {one.inputs["routeTableId"] for one in graph.find(type="aws:ec2/route:Route")}
    assert "${network-route-table-intra.id}" not in routed
    assert not any("routes" in one.inputs for one in graph.find(type="aws:ec2/routeTable:RouteTable"))


def test_nat_waits_for_the_internet_gateway_which_therefore_goes_last() -> None:
    graph = _graph()
    assert _waits(graph, "network-nat-a") == {
        "network-internet-gateway",
        "network-nat-address-a",
        "network-public-a",
    }


def test_without_public_subnets_there_is_no_internet_gateway() -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "public": False, "nat": "none", "endpoints": {"interface": "cluster"}})
    assert graph.find(type="aws:ec2/internetGateway:InternetGateway") == []
    assert not [name for name in _named(graph, "aws:ec2/subnet:Subnet") if "public" in name]
    assert graph.find(type="aws:ec2/route:Route") == []
    assert graph.outputs["public"] == {}


def test_an_elastic_ip_that_exists_is_used_instead_of_a_new_one() -> None:
    allocation = "eipalloc-0123456789abcdef0"
    graph = _graph({"cidr": "10.20.0.0/16", "nat": "per-zone", "nat_allocations": {ZONES[0]: allocation}})
    gateways = _named(graph, "aws:ec2/natGateway:NatGateway")
    assert gateways["network-nat-a"].inputs["allocationId"] == allocation
    assert gateways["network-nat-b"].inputs["allocationId"] == "${network-nat-address-b.id}"
    assert _named(graph, "aws:ec2/eip:Eip").keys() == {"network-nat-address-b"}


@pytest.mark.parametrize(
    ("protection", "protected"),
    [
        ("none", set[str]()),
        ("standard", {"aws:ec2/eip:Eip"}),
        ("strict", {"aws:ec2/eip:Eip", "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"}),
    ],
)
def test_protection_lies_on_what_holds_state_alone(protection: Protection, protected: set[str]) -> None:
    graph = _graph(protection=protection)
    assert {one.type for one in graph.resources if one.options.protect} == protected
    assert all(one.options.protect for one in graph.resources if one.type in protected)


def test_gateway_endpoints_serve_private_and_intra_subnets() -> None:
    endpoints = _named(_graph(), "aws:ec2/vpcEndpoint:VpcEndpoint")
    assert endpoints.keys() == {"network-endpoint-s3", "network-endpoint-dynamodb"}
    endpoint = endpoints["network-endpoint-s3"].inputs
    assert endpoint["vpcEndpointType"] == "Gateway"
    assert endpoint["serviceName"] == "com.amazonaws.eu-central-1.s3"
    assert endpoint["routeTableIds"] == [
        "${network-route-table-private-a.id}",
        "${network-route-table-private-b.id}",
        "${network-route-table-intra.id}",
    ]


def test_interface_endpoints_answer_under_the_services_names_from_the_vpc_alone() -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "endpoints": {"gateway": [], "interface": ["cluster", "route53"]}})
    endpoints = _named(graph, "aws:ec2/vpcEndpoint:VpcEndpoint")
    assert endpoints.keys() == {f"network-endpoint-{name}" for name in (*aws_endpoints.CLUSTER, "route53")}
    for endpoint in endpoints.values():
        assert endpoint.inputs["vpcEndpointType"] == "Interface"
        assert endpoint.inputs["privateDnsEnabled"] is True
        assert endpoint.inputs["subnetIds"] == ["${network-intra-a.id}", "${network-intra-b.id}"]
        assert endpoint.inputs["securityGroupIds"] == ["${network-endpoints.id}"]
    assert endpoints["network-endpoint-ecr.api"].inputs["serviceName"] == "com.amazonaws.eu-central-1.ecr.api"
    route53 = endpoints["network-endpoint-route53"].inputs
    assert (route53["serviceName"], route53["serviceRegion"]) == ("com.amazonaws.route53", "us-east-1")
    group = graph.one(type="aws:ec2/securityGroup:SecurityGroup", name="network-endpoints")
    assert not {"ingress", "egress", "name"} & group.inputs.keys()
    (rule,) = graph.find(type="aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    assert {key: rule.inputs[key] for key in ("cidrIpv4", "ipProtocol", "fromPort", "toPort", "securityGroupId")} == {
        "cidrIpv4": "10.20.0.0/16",
        "ipProtocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "securityGroupId": "${network-endpoints.id}",
    }
    assert graph.find(type="aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule") == []


def test_without_interface_endpoints_there_is_no_security_group_for_them() -> None:
    assert _graph().find(type="aws:ec2/securityGroup:SecurityGroup") == []


def test_flow_logs_go_to_a_group_with_retention_by_a_role_of_their_own() -> None:
    key = "arn:aws:kms:eu-central-1:123456789012:key/0123abcd"
    graph = _graph(
        {
            "cidr": "10.20.0.0/16",
            "name": "stage",
            "flow_logs": {"traffic": "rejected", "aggregation": "1m", "retention_days": 90, "key": key},
        }
    )
    group = graph.one(type="aws:cloudwatch/logGroup:LogGroup", name="network-flow-logs-group")
    assert group.inputs == {"name": "/homeport/stage/vpc-flow-logs", "retentionInDays": 90, "kmsKeyId": key}
    log = graph.one(type="aws:ec2/flowLog:FlowLog", name="network-flow-log")
    assert log.inputs == {
        "vpcId": "${network-vpc.id}",
        "trafficType": "REJECT",
        "maxAggregationInterval": 60,
        "logDestinationType": "cloud-watch-logs",
        "logDestination": "${network-flow-logs-group.arn}",
        "iamRoleArn": "${network-flow-logs-role.arn}",
        "tags": {"Name": "stage"},
    }
    assert log.options.delete_before_replace is True
    assert "network-flow-logs-policy" in _waits(graph, "network-flow-log")


def test_the_flow_logs_role_may_write_to_its_log_group_and_nothing_else() -> None:
    graph = _graph()
    policy = json.loads(graph.one(type="aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert policy == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "logs:CreateLogStream",
                    "logs:DescribeLogGroups",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                "Resource": (
                    "arn:aws:logs:eu-central-1:${network-vpc.ownerId}:log-group:/homeport/network/vpc-flow-logs:*"
                ),
            }
        ],
    }
    trust = json.loads(graph.one(type="aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert trust == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": "${network-vpc.ownerId}"},
                    "ArnLike": {
                        "aws:SourceArn": "arn:aws:ec2:eu-central-1:${network-vpc.ownerId}:vpc-flow-log/*",
                    },
                },
            }
        ],
    }


def test_no_policy_document_is_wider_than_it_needs_to_be() -> None:
    graph = _graph()
    documents = [
        value
        for resource in graph.find(type="aws:iam/role:Role") + graph.find(type="aws:iam/rolePolicy:RolePolicy")
        for key, value in resource.inputs.items()
        if key in {"assumeRolePolicy", "policy"}
    ]
    assert len(documents) == 2
    assert [problem.text() for document in documents for problem in violations(document)] == []


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-central-1", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")]
)
def test_documents_name_the_part_of_aws_that_the_region_belongs_to(region: str, partition: str) -> None:
    assert log_group_arn("stage", "123456789012", region) == (
        f"arn:{partition}:logs:{region}:123456789012:log-group:/homeport/stage/vpc-flow-logs"
    )
    assert f"arn:{partition}:ec2:{region}:123456789012:vpc-flow-log/*" in json.dumps(
        trust_document("123456789012", region)
    )


def test_no_flow_logs_when_switched_off() -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "flow_logs": {"enabled": False}})
    for type_ in ("aws:ec2/flowLog:FlowLog", "aws:iam/role:Role", "aws:cloudwatch/logGroup:LogGroup"):
        assert graph.find(type=type_) == []


def test_databases_have_a_subnet_group() -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "databases": {"enabled": True}})
    group = graph.one(type="aws:rds/subnetGroup:SubnetGroup", name="network-databases")
    assert group.inputs["subnetIds"] == ["${network-databases-a.id}", "${network-databases-b.id}"]
    assert "name" not in group.inputs
    assert graph.outputs["databases"] == "${network-databases.name}"
    assert "databases" not in _graph().outputs


def test_nodes_wait_for_their_way_out_and_their_endpoints() -> None:
    graph = _graph({"cidr": "10.20.0.0/16", "endpoints": {"interface": ["ecr.api"]}})
    assert graph.outputs["ready"] == [
        "network-association-private-a",
        "network-association-private-b",
        "network-association-public-a",
        "network-association-public-b",
        "network-endpoint-dynamodb",
        "network-endpoint-ecr.api",
        "network-endpoint-s3",
        "network-endpoints-https",
        "network-route-private-a",
        "network-route-private-b",
        "network-route-public",
    ]


def test_outputs_name_subnets_by_zone_in_the_order_given() -> None:
    graph = _graph(zones=["eu-central-1b", "eu-central-1a"])
    assert graph.outputs["vpc"] == "${network-vpc.id}"
    assert graph.outputs["cidr"] == "10.20.0.0/16"
    assert graph.outputs["private"] == {
        "eu-central-1b": "${network-private-b.id}",
        "eu-central-1a": "${network-private-a.id}",
    }
    assert graph.outputs["control_plane"] == ["${network-intra-b.id}", "${network-intra-a.id}"]
    assert _named(graph, "aws:ec2/natGateway:NatGateway").keys() == {"network-nat-b"}


def test_an_existing_vpc_is_left_as_it_is() -> None:
    graph = _graph({"existing": EXISTING})
    assert [one.name for one in graph.resources if one.custom] == ["aws"]
    assert graph.outputs == {
        "vpc": "vpc-0123456789abcdef0",
        "private": EXISTING["private_subnets"],
        "public": {},
        "intra": {},
        "control_plane": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        "databases": "stage",
        "nat": [],
        "ready": [],
    }


def test_an_existing_vpc_can_come_from_another_resource() -> None:
    def program() -> dict[str, Any]:
        provider = aws.Provider("aws", region=REGION)
        opts = pulumi.ResourceOptions(provider=provider)
        vpc = aws.ec2.Vpc("other", cidr_block="10.30.0.0/16", opts=opts)
        subnets = [
            aws.ec2.Subnet(f"other-{zone[-1]}", vpc_id=vpc.id, availability_zone=zone, opts=opts) for zone in ZONES
        ]
        args = AwsNetworkArgs.model_validate(
            {
                "existing": {
                    "vpc_id": vpc.id,
                    "private_subnets": {zone: subnet.id for zone, subnet in zip(ZONES, subnets, strict=True)},
                }
            }
        )
        network = AwsNetwork(
            "network",
            args,
            region=REGION,
            zones=ZONES,
            cluster_name="stage",
            opts=pulumi.ResourceOptions(providers=[provider]),
        )
        return {"vpc": network.vpc_id, "private": network.private_subnet_ids}

    assert record(program).outputs == {"vpc": "${other.id}", "private": ["${other-a.id}", "${other-b.id}"]}


def test_wrong_ranges_and_zones_stop_it_before_anything_is_declared() -> None:
    with pytest.raises(SettingsError) as caught:
        _graph({"cidr": "10.20.0.0/21"}, zones=["eu-central-1a"])
    assert [problem.path for problem in caught.value.problems] == [("network", "zones"), ("network", "cidr")]


def test_a_name_too_long_for_the_role_is_refused_unless_there_is_none() -> None:
    name = "network-of-the-stage-environment-of-the-shop"
    with pytest.raises(SettingsError, match="the name of a flow logs role derived from it"):
        _graph(name=name)
    _graph({"cidr": "10.20.0.0/16", "flow_logs": {"enabled": False}}, name=name)
