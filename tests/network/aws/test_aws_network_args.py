"""What the arguments of an AWS network say about themselves."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from homeport.model import DEFER_CHECKS, walk_checks
from homeport.network import aws_endpoints
from homeport.network.aws_args import AwsNetworkArgs
from homeport.network.aws_values import ServicesCidr
from homeport.network.plan import widened

VPC = "vpc-0123456789abcdef0"
SUBNETS = {"eu-central-1a": "subnet-0123456789abcdef0", "eu-central-1b": "subnet-0123456789abcdef1"}


def _problems(**section: Any) -> list[str]:
    args = AwsNetworkArgs.model_validate(section, context=dict(DEFER_CHECKS))
    return [problem.text() for problem in walk_checks(args)]


def _rule(**section: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        AwsNetworkArgs.model_validate(section)
    (error,) = caught.value.errors()
    context: dict[str, Any] = error.get("ctx", {})
    return f"{'.'.join(str(part) for part in error['loc'])}: {context.get('rule')}; {context.get('fix')}"


def test_a_range_is_all_that_is_needed() -> None:
    assert _problems(cidr="10.20.0.0/16") == []
    args = AwsNetworkArgs(cidr="10.20.0.0/16")
    assert args.nat == "single"
    assert args.endpoints.gateway == ["s3", "dynamodb"]
    assert args.endpoints.services == ()
    assert args.flow_logs.enabled
    assert args.flow_logs.retention_days == 30


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ({}, "cidr: a VPC of our own needs a range; add cidr, for example 10.20.0.0/16, or existing"),
        (
            {"cidr": "198.51.100.0/24"},
            (
                'cidr = "198.51.100.0/24": must lie in private address space, and this range is for documentation'
                " (RFC 5737); use a range in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"
            ),
        ),
        (
            {"cidr": "10.20.0.0/15"},
            (
                'cidr = "10.20.0.0/15": AWS takes VPCs between /16 and /28; use /16, or split what is larger over'
                " several VPCs"
            ),
        ),
        (
            {"cidr": "10.20.0.0/29"},
            'cidr = "10.20.0.0/29": AWS takes VPCs between /16 and /28; use /20 or larger',
        ),
        (
            {"cidr": "10.20.0.0/16", "peers": {"office": "10.20.128.0/20", "mill": "10.21.0.0/16"}},
            (
                'peers.office = "10.20.128.0/20": shares addresses with the VPC\'s own range 10.20.0.0/16; neither'
                ' side could reach the other there; write cidr: "10.0.0.0/16"'
            ),
        ),
        (
            {"cidr": "10.20.0.0/16", "public": False},
            "public = false: a NAT gateway lies in a public subnet, and nat is single; set public: true, or nat: none",
        ),
        (
            {
                "cidr": "10.20.0.0/16",
                "nat": "none",
                "endpoints": {"interface": "cluster"},
                "nat_allocations": {"eu-central-1a": "eipalloc-0123456789abcdef0"},
            },
            "nat_allocations: has no effect: nat is none; remove it, or set nat to single or per-zone",
        ),
        (
            {"cidr": "10.20.0.0/16", "nat": "none", "endpoints": {"interface": "cluster", "gateway": ["dynamodb"]}},
            (
                "endpoints.gateway: with nat: none image layers cannot be pulled: ECR keeps them in S3; add s3;"
                " or set nat: single"
            ),
        ),
        (
            {"cidr": "10.20.0.0/16", "nat": "none"},
            (
                "endpoints.interface: with nat: none these services cannot be reached, and a cluster needs them:"
                " autoscaling (the cluster autoscaler), ec2 (nodes that join, the VPC CNI, the EBS CSI driver),"
                " ecr.api (image pulls), ecr.dkr (image pulls), eks (nodes that look their cluster up), eks-auth"
                " (EKS Pod Identity), elasticloadbalancing (the load balancer controller), sts (IAM roles for"
                " service accounts); set interface: cluster; or set nat: single"
            ),
        ),
        (
            {
                "cidr": "10.20.0.0/16",
                "nat": "none",
                "endpoints": {"interface": [*(sorted(set(aws_endpoints.NEEDED) - {"sts", "eks-auth"})), "xray"]},
            },
            (
                "endpoints.interface: with nat: none these services cannot be reached, and a cluster needs them:"
                " eks-auth (EKS Pod Identity), sts (IAM roles for service accounts); set interface: cluster, or"
                " add eks-auth, sts; or set nat: single"
            ),
        ),
        (
            {"cidr": "10.20.0.0/16", "endpoints": {"interface": ["xray", "s3", "xray"]}},
            [
                (
                    'endpoints.interface[1] = "s3": has a gateway endpoint, which is free; an interface endpoint'
                    " with the same private name fails; remove it, and keep s3 in gateway"
                ),
                'endpoints.interface[2] = "xray": stands in the list twice; remove one of them',
            ],
        ),
        (
            {"cidr": "10.20.0.0/16", "subnets": {"databases": {"eu-central-1a": "10.20.250.0/24"}}},
            (
                "subnets.databases: these subnets are made only with databases.enabled: true; set databases:"
                " {enabled: true}, or remove them"
            ),
        ),
        (
            {"existing": {"vpc_id": VPC, "private_subnets": {"eu-central-1a": "subnet-0123456789abcdef0"}}},
            (
                "existing.private_subnets: 1 zone; EKS needs subnets in two at least; add the subnet of another"
                " zone, for example eu-central-1b: subnet-0123456789abcdef0"
            ),
        ),
        (
            {"existing": {"vpc_id": VPC, "private_subnets": {}}},
            (
                "existing.private_subnets: no zones; EKS needs subnets in two at least; add the subnet of another"
                " zone, for example eu-central-1b: subnet-0123456789abcdef0"
            ),
        ),
        (
            {
                "existing": {
                    "vpc_id": VPC,
                    "private_subnets": SUBNETS,
                    "public_subnets": {"eu-central-1a": SUBNETS["eu-central-1b"]},
                }
            },
            (
                'existing.public_subnets.eu-central-1a = "subnet-0123456789abcdef1": the subnet stands here'
                " twice; one subnet lies in one zone and is either public or private; give each zone the id of"
                " its own subnet"
            ),
        ),
        (
            {
                "existing": {"vpc_id": VPC, "private_subnets": SUBNETS},
                "cidr": "10.20.0.0/16",
                "nat": "per-zone",
            },
            [
                (
                    "cidr: has no effect on an existing VPC, which whoever made it looks after; remove cidr, or"
                    " remove existing"
                ),
                (
                    "nat: has no effect on an existing VPC, which whoever made it looks after; remove nat, or remove"
                    " existing"
                ),
            ],
        ),
        (
            {
                "existing": {"vpc_id": VPC, "private_subnets": SUBNETS, "cidr": "10.30.0.0/16"},
                "peers": {"office": "10.0.0.0/8"},
            },
            (
                'peers.office = "10.0.0.0/8": shares addresses with the VPC\'s own range 10.30.0.0/16; neither'
                " side could reach the other there; remove the peer, or use a VPC of another range"
            ),
        ),
    ],
)
def test_wrong_sections_say_what_is_wrong_and_what_to_write(section: dict[str, Any], text: str | list[str]) -> None:
    assert _problems(**section) == ([text] if isinstance(text, str) else text)


def test_an_existing_vpc_with_its_subnets_is_enough() -> None:
    assert _problems(existing={"vpc_id": VPC, "private_subnets": SUBNETS, "intra_subnets": SUBNETS}) == []


def test_needed_endpoints_are_in_the_preset() -> None:
    assert set(aws_endpoints.NEEDED) < set(aws_endpoints.CLUSTER)
    assert {"ssm", "ssmmessages", "logs", "kms", "secretsmanager"} < set(aws_endpoints.CLUSTER)
    assert "ec2messages" not in aws_endpoints.CLUSTER
    assert _problems(cidr="10.20.0.0/16", nat="none", endpoints={"interface": "cluster"}) == []


def test_the_preset_can_be_extended_in_a_list() -> None:
    args = AwsNetworkArgs.model_validate(
        {"cidr": "10.20.0.0/16", "endpoints": {"interface": ["xray", "cluster", "sts"]}}
    )
    assert args.endpoints.services == tuple(sorted({*aws_endpoints.CLUSTER, "xray"}))


@pytest.mark.parametrize("value", ["clustr", 3, None, {"ecr.api": True}, [3]])
def test_interface_endpoints_of_the_wrong_kind_are_one_error(value: object) -> None:
    assert _rule(cidr="10.20.0.0/16", endpoints={"interface": value}) == (
        "endpoints.interface: must be none, cluster (all that a cluster without a way to the internet needs) or a"
        " list of services; for example [ecr.api, ecr.dkr, xray]; in a list, cluster stands for that set"
    )


@pytest.mark.parametrize(
    ("value", "fix"),
    [
        ("com.amazonaws.eu-central-1.ecr.api", "write ecr.api"),
        ("com.amazonaws.us-gov-west-1.ecr.api", "write ecr.api"),
        ("ECR", "for example ecr.api"),
    ],
)
def test_services_are_written_by_their_short_names(value: str, fix: str) -> None:
    assert _rule(cidr="10.20.0.0/16", endpoints={"interface": [value]}) == (
        f"endpoints.interface: services are written by their short names, without the region; {fix}"
    )


@pytest.mark.parametrize("zone", ["euc1-az1", "us-east-1-bos-1a", "eu-central-1", "a", "europe-west3-a"])
def test_zones_that_eks_does_not_take_are_refused(zone: str) -> None:
    assert "must be an availability zone" in _rule(cidr="10.20.0.0/16", subnets={"private": {zone: "10.20.0.0/20"}})


@pytest.mark.parametrize("zone", ["eu-central-1a", "us-gov-west-1b", "ap-southeast-5c"])
def test_zones_of_every_kind_of_region_are_taken(zone: str) -> None:
    AwsNetworkArgs.model_validate({"cidr": "10.20.0.0/16", "subnets": {"private": {zone: "10.20.0.0/20"}}})


def test_ids_of_the_wrong_kind_are_refused() -> None:
    assert _rule(existing={"vpc_id": "stage", "private_subnets": SUBNETS}) == (
        "existing.vpc_id: must be the id of a VPC; for example vpc-0123456789abcdef0"
    )
    assert "eipalloc-" in _rule(cidr="10.20.0.0/16", nat_allocations={"eu-central-1a": "203.0.113.7"})


def test_retention_takes_the_numbers_of_cloudwatch_alone() -> None:
    with pytest.raises(ValidationError):
        AwsNetworkArgs.model_validate({"cidr": "10.20.0.0/16", "flow_logs": {"retention_days": 31}})
    AwsNetworkArgs.model_validate({"cidr": "10.20.0.0/16", "flow_logs": {"retention_days": 365}})


@pytest.mark.parametrize("cidr", ["172.20.0.0/16", "10.100.0.0/12", "192.168.4.0/24"])
def test_ranges_for_services_that_eks_takes(cidr: str) -> None:
    value = widened(cidr, int(cidr.split("/")[1]))
    assert TypeAdapter[str](ServicesCidr).validate_python(value) == value


@pytest.mark.parametrize("cidr", ["100.64.0.0/16", "10.0.0.0/11", "10.0.0.0/25", "203.0.113.0/24"])
def test_ranges_for_services_that_eks_refuses(cidr: str) -> None:
    with pytest.raises(ValidationError, match="what EKS takes for Services"):
        TypeAdapter[str](ServicesCidr).validate_python(cidr)


@pytest.mark.parametrize(
    ("service", "region", "name", "home"),
    [
        ("ecr.api", "eu-central-1", "com.amazonaws.eu-central-1.ecr.api", None),
        ("route53", "eu-central-1", "com.amazonaws.route53", "us-east-1"),
        ("route53", "us-east-1", "com.amazonaws.route53", None),
    ],
)
def test_endpoint_services_are_named_as_aws_names_them(service: str, region: str, name: str, home: str | None) -> None:
    found = aws_endpoints.endpoint_service(service, region)
    assert (found.name, found.region) == (name, home)
