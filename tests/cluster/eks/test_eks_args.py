"""Rules between the settings of an EKS cluster, with their exact words."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from homeport.cluster.eks_addon_versions import PINS, AddonName, addon_version
from homeport.cluster.eks_args import EksClusterArgs, eks_name_problems
from homeport.cluster.eks_inner import inner_urn
from tests.cluster.eks.eks_world import ACCOUNT, ADMIN, DEPLOYER, args, found, given

SSO = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Admin_0123456789abcdef"
ENTRY = {"principal": ADMIN, "access": "admin"}
PUBLIC = {"public": True, "public_cidrs": {"office": "203.0.113.0/24"}}


def test_what_is_right_has_no_problem() -> None:
    assert found() == []


@pytest.mark.parametrize("path", ["network", "session-manager"])
def test_a_private_api_with_a_path_is_right(path: str) -> None:
    assert found(api={"path": path}) == []
    assert found(api={"path": "proxy", "proxy_url": "http://proxy.acme.example:3128"}) == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (
            {"api": {}},
            (
                'api.path = "none": the API answers inside the VPC alone and no way there is named: whoever deploys '
                "would lock themselves out at the first resource in the cluster; write path: network (the deploying "
                "machine is in the VPC or connected to it), path: proxy with proxy_url, or path: session-manager; or "
                "public: true with public_cidrs"
            ),
        ),
        (
            {"api": {**PUBLIC, "public_cidrs": {"all": "0.0.0.0/0"}}},
            (
                'api.public_cidrs.all = "0.0.0.0/0": opens the Kubernetes API to the whole internet; name the networks '
                "that need it, or consent with open_to_world: true"
            ),
        ),
        (
            {"api": {**PUBLIC, "private": False}},
            (
                "api.private = false: nodes come from the internet too where the private address does not answer, and "
                "public_cidrs would lock them out; write private: true"
            ),
        ),
        (
            {"api": {"public": True}},
            (
                "api.public_cidrs: public: true needs the networks that may connect; EKS would let the whole internet "
                "in; add them, for example {office: 203.0.113.0/24}"
            ),
        ),
        (
            {"api": {"path": "network", "public_cidrs": {"office": "203.0.113.0/24"}}},
            (
                "api.public_cidrs: has no effect: the API does not answer on the internet; write public: true, or "
                "remove them"
            ),
        ),
        (
            {"api": {**PUBLIC, "public_cidrs": {"vpn": "10.99.0.0/24"}}},
            (
                'api.public_cidrs.vpn = "10.99.0.0/24": is a private range, and nobody comes from there over the '
                "internet; EKS refuses it; write the public addresses that the network is seen with; from within, use "
                "path: network"
            ),
        ),
        (
            {"api": {"path": "proxy"}},
            (
                "api.proxy_url: path: proxy needs the proxy's URL; add proxy_url, for example "
                "http://proxy.acme.example:3128"
            ),
        ),
        (
            {"api": {"path": "network", "proxy_url": "http://proxy.acme.example:3128"}},
            (
                'api.proxy_url = "http://proxy.acme.example:3128": has no effect: path is network; write path: proxy, '
                "or remove proxy_url"
            ),
        ),
        (
            {"zones": ["eu-central-1a"]},
            (
                'zones = "eu-central-1a": EKS needs subnets in two zones at least, and the control plane keeps to the '
                "zones that it begins with; name two or three, for example [eu-central-1a, eu-central-1b, "
                "eu-central-1c]"
            ),
        ),
        (
            {"zones": ["eu-central-1a", "eu-west-1b"]},
            (
                'zones[1] = "eu-west-1b": is no zone of eu-central-1: the region and a letter from a to f; use zones '
                "of the region, for example eu-central-1a"
            ),
        ),
        (
            {"access": {"dev": {"principal": ADMIN, "access": "developer"}}},
            (
                "access: names no administrator beside the deployer: people could not help themselves when a "
                "deployment fails; add one, for example platform: {principal: arn:aws:iam::111122223333:role/platform, "
                "access: admin}"
            ),
        ),
        (
            {"access": {"platform": ENTRY, "again": {"principal": ADMIN, "access": "viewer"}}},
            (
                f'access.again.principal = "{ADMIN}": has an access entry already; EKS takes one for each principal '
                "and refuses the second (409); put both into one entry"
            ),
        ),
        (
            {"access": {"ci": {"principal": DEPLOYER, "access": "admin"}}},
            (
                f'access.ci.principal = "{DEPLOYER}": has an access entry already; EKS takes one for each principal '
                "and refuses the second (409); remove this one: the deployer is an administrator already"
            ),
        ),
        (
            {"deployer": f"arn:aws-cn:iam::{ACCOUNT}:role/deploy"},
            (
                f'deployer = "arn:aws-cn:iam::{ACCOUNT}:role/deploy": is of the partition aws-cn, and the cluster\'s '
                "region lies in aws; name a principal whose ARN begins with arn:aws:"
            ),
        ),
        (
            {"access": {"platform": ENTRY, "odd": {"principal": SSO}}},
            (
                "access.odd: grants nothing: it has neither access nor groups; add access, for example access: viewer, "
                "or groups"
            ),
        ),
        (
            {"access": {"platform": {**ENTRY, "namespaces": ["shop"]}}},
            (
                'access.platform.namespaces = "shop": an administrator is one of the whole cluster; use access: '
                "operator for everything in these namespaces, or remove namespaces"
            ),
        ),
        (
            {"encryption": {"key": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd"}},
            (
                f'encryption.key = "arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd": the key must lie in the cluster\'s '
                "region, eu-central-1; use a key whose ARN begins with arn:aws:kms:eu-central-1:"
            ),
        ),
        (
            {"addons": {"kube-proxy": "v1.35.2-eksbuild.4"}},
            (
                'addons.kube-proxy = "v1.35.2-eksbuild.4": kube-proxy must not be newer than the cluster, 1.34, nor '
                "more than three minor versions older; use a version that begins with v1.34."
            ),
        ),
        (
            {"addons": {"aws-ebs-csi-driver": "v1.57.1-eksbuild.1"}},
            (
                'addons.aws-ebs-csi-driver = "v1.57.1-eksbuild.1": the driver\'s rights end at volumes tagged with the '
                "cluster's name, which versions before v1.58 do not tag; use v1.58.0 or later"
            ),
        ),
        (
            {"logs": {"types": ["audit", "audit"]}},
            'logs.types[1] = "audit": stands in the list twice; remove one of them',
        ),
    ],
)
def test_what_is_wrong_says_so(changes: dict[str, Any], text: str) -> None:
    assert found(**changes) == [text]


def test_an_unknown_version_asks_for_pins_of_every_addon() -> None:
    [text] = found(version="1.37")
    assert text.startswith(
        "addons: homeport knows add-on versions for Kubernetes 1.33, 1.34, 1.35, 1.36; for 1.37 these"
    )
    assert "vpc-cni, eks-pod-identity-agent, kube-proxy, coredns, aws-ebs-csi-driver" in text
    assert "aws eks describe-addon-versions --kubernetes-version 1.37" in text
    pins = {**PINS["1.36"], "kube-proxy": "v1.37.0-eksbuild.1"}
    assert found(version="1.37", addons=pins) == []


@pytest.mark.parametrize("minor", PINS)
def test_every_addon_has_a_version_that_the_section_takes(minor: str) -> None:
    assert set(PINS[minor]) == set(get_args(AddonName))
    assert found(version=minor, addons=dict(PINS[minor])) == []
    assert PINS[minor]["kube-proxy"].startswith(f"v{minor}.")


def test_a_pin_wins_over_the_table() -> None:
    assert addon_version("coredns", kubernetes="1.34", pins={"coredns": "v1.12.4-eksbuild.1"}) == "v1.12.4-eksbuild.1"
    assert addon_version("coredns", kubernetes="1.34", pins={}) == PINS["1.34"]["coredns"]


@pytest.mark.parametrize(
    ("arn", "rule", "fix"),
    [
        (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/alice",
            "is a session, not the role behind it",
            f"write arn:aws:iam::{ACCOUNT}:role/deploy",
        ),
        (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_01/alice",
            "takes the role's ARN, with its path",
            "aws iam get-role --role-name AWSReservedSSO_Admin_01 --query Role.Arn",
        ),
        (f"arn:aws:iam::{ACCOUNT}:root", "is the root of an account", "write the ARN of a role"),
        (
            f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_Admin_01",
            "lacks the path",
            "role/aws-reserved/sso.amazonaws.com/REGION/AWSReservedSSO_",
        ),
        ("deploy", "must be the full ARN", "for example arn:aws:iam::"),
        (f"arn:aws:iam::{ACCOUNT}:role/*", "must be the full ARN", "for example arn:aws:iam::"),
    ],
)
def test_a_principal_that_eks_would_refuse_is_refused_with_what_to_write(arn: str, rule: str, fix: str) -> None:
    with pytest.raises(ValidationError) as refused:
        args(deployer=arn)
    [error] = refused.value.errors()
    assert error["loc"] == ("deployer",)
    assert rule in error["msg"]
    assert fix in error.get("ctx", {})["fix"]


def test_a_role_of_identity_center_keeps_its_path() -> None:
    made = args(access={"platform": {"principal": SSO, "access": "admin"}})
    assert made.access["platform"].principal == SSO


def test_a_proxy_with_a_password_is_refused_without_showing_it() -> None:
    with pytest.raises(ValidationError) as refused:
        args(api={"path": "proxy", "proxy_url": "http://user:hunter2@proxy.acme.example:3128"})
    assert "must not hold a user or password" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("group", ["system:masters", ""])
def test_groups_of_kubernetes_itself_are_refused(group: str) -> None:
    with pytest.raises(ValidationError, match="begin with system:"):
        args(access={"platform": {**ENTRY, "groups": [group]}})


@pytest.mark.parametrize("version", ["1.34.1", "1.4", "v1.34", 1.34])
def test_a_version_is_a_minor_version_as_text(version: object) -> None:
    with pytest.raises(ValidationError):
        args(version=version)


def test_there_is_no_default_for_who_reaches_the_api() -> None:
    settings = given()
    del settings["api"]
    with pytest.raises(ValidationError, match="api"):
        EksClusterArgs.model_validate(settings)


def test_a_name_that_is_too_long_is_not_cut() -> None:
    [problem] = eks_name_problems("x" * 101)
    assert "has 101 characters; 100 are allowed" in problem.rule
    assert not list(eks_name_problems("x" * 100))


def test_the_urn_of_the_cluster_inside_the_component() -> None:
    outer = "urn:pulumi:stage::homeport::homeport:cluster:EksCluster$eks:index:Cluster::cluster-eks"
    assert inner_urn(outer) == (
        "urn:pulumi:stage::homeport::homeport:cluster:EksCluster$eks:index:Cluster$aws:eks/cluster:Cluster"
        "::cluster-eks-eksCluster"
    )
