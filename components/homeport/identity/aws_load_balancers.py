"""What the AWS Load Balancer Controller needs: `LoadBalancerAdmin`.

The controller's published policy names 80 actions, most of them on every resource, because it is one file for everyone.
This one is for one cluster: what carries the controller's tag is bound to this cluster's name and not only to the tag,
security groups are bound to the cluster's VPC, and everything else to the account and region. Actions that version 3
no longer calls (WAF Classic, IAM server certificates, Outposts) are left out; WAFv2, Shield and Cognito are asked for.
https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/installation/#configure-iam

Listeners and rules are bound by account and region alone, as in the published policy: those made by old versions have
no tags. Targets too: a TargetGroupBinding may name a target group that something else made.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from homeport.identity.aws_documents import Conditions, Statement
from homeport.identity.aws_scope import AwsScope
from homeport.identity.permissions import LoadBalancerAdmin

#: The controller's own tag; its value is the controller's clusterName.
TAG: Final = "elbv2.k8s.aws/cluster"
_SERVICE: Final = "elasticloadbalancing.amazonaws.com"


def load_balancer_statements(permission: LoadBalancerAdmin, scope: AwsScope) -> Iterator[Statement]:
    """Load balancers, target groups, listeners, and the security groups in front of pods."""
    cluster = str(permission.cluster or scope.cluster)
    yield from _reads(scope, str(permission.vpc))
    yield from _security_groups(scope, cluster, str(permission.vpc))
    yield from _load_balancers(scope, cluster)
    yield from _listeners(scope)
    if permission.waf:
        yield from _waf(scope)
    if permission.shield:
        yield from _shield(scope)
    if permission.cognito:
        pools = scope.arn("cognito-idp", "userpool/*")
        yield Statement("ReadUserPools", ("cognito-idp:DescribeUserPoolClient",), (pools,))


def _reads(scope: AwsScope, vpc: str) -> Iterator[Statement]:
    # Elastic Load Balancing reads a part of these in the caller's name when it makes a load balancer.
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html
    yield Statement(
        "ReadLoadBalancing",
        (
            "acm:ListCertificates",
            "ec2:DescribeAccountAttributes",
            "ec2:DescribeAddresses",
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeInstances",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeIpamPools",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeTags",
            "ec2:DescribeVpcPeeringConnections",
            "ec2:DescribeVpcs",
            "elasticloadbalancing:DescribeCapacityReservation",
            "elasticloadbalancing:DescribeListenerAttributes",
            "elasticloadbalancing:DescribeListenerCertificates",
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeLoadBalancerAttributes",
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeSSLPolicies",
            "elasticloadbalancing:DescribeTags",
            "elasticloadbalancing:DescribeTargetGroupAttributes",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "elasticloadbalancing:DescribeTrustStores",
        ),
        ("*",),
    )
    yield Statement("ReadGroupsOfVpc", ("ec2:GetSecurityGroupsForVpc",), (scope.arn("ec2", f"vpc/{vpc}"),))
    yield Statement("ReadCertificates", ("acm:DescribeCertificate",), (scope.arn("acm", "certificate/*"),))
    role = f"role/aws-service-role/{_SERVICE}/AWSServiceRoleForElasticLoadBalancing"
    yield Statement(
        "MakeServiceRole",
        ("iam:CreateServiceLinkedRole",),
        (f"arn:{scope.partition}:iam::{scope.account}:{role}",),
        {"StringEquals": {"iam:AWSServiceName": [_SERVICE]}},
    )


def _security_groups(scope: AwsScope, cluster: str, vpc: str) -> Iterator[Statement]:
    groups = scope.arn("ec2", "security-group/*")
    theirs, new = _tagged(cluster)
    yield Statement("MakeSecurityGroups", ("ec2:CreateSecurityGroup",), (groups,), new)
    yield Statement("MakeSecurityGroupsInVpc", ("ec2:CreateSecurityGroup",), (scope.arn("ec2", f"vpc/{vpc}"),))
    # Also groups without the tag: the nodes' own, which must let the load balancer in.
    yield Statement(
        "OpenSecurityGroups",
        ("ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"),
        (groups,),
        {"ArnEquals": {"ec2:Vpc": [scope.arn("ec2", f"vpc/{vpc}")]}},
    )
    yield Statement("DeleteSecurityGroups", ("ec2:DeleteSecurityGroup",), (groups,), theirs)
    yield Statement(
        "TagNewSecurityGroups",
        ("ec2:CreateTags",),
        (groups,),
        {"StringEquals": {"ec2:CreateAction": ["CreateSecurityGroup"], **new["StringEquals"]}},
    )
    yield Statement("TagSecurityGroups", ("ec2:CreateTags", "ec2:DeleteTags"), (groups,), _keeps_tag(theirs))


def _load_balancers(scope: AwsScope, cluster: str) -> Iterator[Statement]:
    balancers = tuple(scope.arn("elasticloadbalancing", f"loadbalancer/{kind}/*") for kind in ("app", "net"))
    targets = scope.arn("elasticloadbalancing", "targetgroup/*")
    both = (*balancers, targets)
    theirs, new = _tagged(cluster)
    yield Statement("MakeLoadBalancers", ("elasticloadbalancing:CreateLoadBalancer",), balancers, new)
    yield Statement("MakeTargetGroups", ("elasticloadbalancing:CreateTargetGroup",), (targets,), new)
    yield Statement(
        "KeepLoadBalancers",
        (
            "elasticloadbalancing:DeleteLoadBalancer",
            "elasticloadbalancing:ModifyCapacityReservation",
            "elasticloadbalancing:ModifyIpPools",
            "elasticloadbalancing:ModifyLoadBalancerAttributes",
            "elasticloadbalancing:SetIpAddressType",
            "elasticloadbalancing:SetSecurityGroups",
            "elasticloadbalancing:SetSubnets",
        ),
        balancers,
        theirs,
    )
    yield Statement(
        "KeepTargetGroups",
        (
            "elasticloadbalancing:DeleteTargetGroup",
            "elasticloadbalancing:ModifyTargetGroup",
            "elasticloadbalancing:ModifyTargetGroupAttributes",
        ),
        (targets,),
        theirs,
    )
    yield Statement(
        "FillTargetGroups",
        ("elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"),
        (targets,),
    )
    yield Statement(
        "TagNewLoadBalancers",
        ("elasticloadbalancing:AddTags",),
        both,
        {
            "StringEquals": {
                "elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"],
                **new["StringEquals"],
            }
        },
    )
    yield Statement(
        "TagLoadBalancers",
        ("elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"),
        both,
        _keeps_tag(theirs),
    )


def _listeners(scope: AwsScope) -> Iterator[Statement]:
    balancers, listeners, rules = (
        tuple(scope.arn("elasticloadbalancing", f"{what}/{kind}/*") for kind in ("app", "net"))
        for what in ("loadbalancer", "listener", "listener-rule")
    )
    yield Statement("MakeListeners", ("elasticloadbalancing:CreateListener",), balancers)
    yield Statement(
        "KeepListeners",
        (
            "elasticloadbalancing:AddListenerCertificates",
            "elasticloadbalancing:CreateRule",
            "elasticloadbalancing:DeleteListener",
            "elasticloadbalancing:ModifyListener",
            "elasticloadbalancing:ModifyListenerAttributes",
            "elasticloadbalancing:RemoveListenerCertificates",
        ),
        listeners,
    )
    yield Statement(
        "KeepRules",
        (
            "elasticloadbalancing:DeleteRule",
            "elasticloadbalancing:ModifyRule",
            "elasticloadbalancing:SetRulePriorities",
        ),
        rules,
    )
    yield Statement(
        "TagListeners",
        ("elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"),
        (*listeners, *rules),
    )


def _waf(scope: AwsScope) -> Iterator[Statement]:
    # https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
    yield Statement(
        "AttachWebAcls",
        (
            "wafv2:AssociateWebACL",
            "wafv2:DisassociateWebACL",
            "wafv2:GetWebACL",
            "wafv2:GetWebACLForResource",
        ),
        (
            scope.arn("elasticloadbalancing", "loadbalancer/app/*"),
            scope.arn("wafv2", "regional/webacl/*"),
        ),
    )
    yield Statement("AttachWebAclsToBalancers", ("elasticloadbalancing:SetWebAcl",), ("*",))


def _shield(scope: AwsScope) -> Iterator[Statement]:
    yield Statement("StartShield", ("shield:CreateProtection", "shield:GetSubscriptionState"), ("*",))
    yield Statement(
        "KeepShield",
        ("shield:DeleteProtection", "shield:DescribeProtection"),
        (f"arn:{scope.partition}:shield::{scope.account}:protection/*",),
    )


def _tagged(cluster: str) -> tuple[Conditions, Conditions]:
    """Conditions for what exists with the cluster's tag, and for what is made with it."""
    return (
        {"StringEquals": {f"aws:ResourceTag/{TAG}": [cluster]}},
        {"StringEquals": {f"aws:RequestTag/{TAG}": [cluster]}},
    )


def _keeps_tag(theirs: Conditions) -> Conditions:
    """The tag that binds a thing to its cluster is not among those that are changed."""
    return {**theirs, "Null": {f"aws:RequestTag/{TAG}": ["true"]}}
