"""A node of a cluster stack can pull from the registries of the global layer: both halves of the right are there."""

from __future__ import annotations

import fnmatch
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from homeport.globals.members import all_service_accounts
from homeport.globals.registry_documents import PULL, repository_policy
from homeport.identity.wildcards import violations
from homeport.plan import Graph
from homeport.plan.evaluate import evaluate

ROOT = Path(__file__).resolve().parents[2]


@cache
def plan(stack: str) -> Graph:
    return evaluate(ROOT, stack)


def pull_statements() -> list[dict[str, Any]]:
    policies = plan("global").find(type="aws:ecr/repositoryPolicy:RepositoryPolicy")
    repositories = plan("global").find(type="aws:ecr/repository:Repository")
    assert len(policies) == len(repositories) > 0
    return [json.loads(policy.inputs["policy"])["Statement"][0] for policy in policies]


@pytest.mark.parametrize(("stack", "account"), [("stage-eks", "222233334444"), ("prod-eks", "333344445555")])
def test_a_node_on_aws_is_let_in_and_may_ask(stack: str, account: str) -> None:
    nodes = plan(stack).one(name="cluster-nodes", type="aws:iam/role:Role")
    arn = f"arn:aws:iam::{account}:role{nodes.inputs['path']}cluster-nodes-1234567"
    for statement in pull_statements():
        assert f"arn:aws:iam::{account}:root" in statement["Principal"]["AWS"]
        patterns = statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
        assert any(fnmatch.fnmatchcase(arn, pattern) for pattern in patterns)
        assert set(PULL) <= set(statement["Action"])
    attached = plan(stack).find(type="aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert [
        one.name
        for one in attached
        if nodes.urn in one.dependencies and one.inputs["policyArn"].endswith("AmazonEC2ContainerRegistryPullOnly")
    ]


def test_other_roles_of_the_account_are_not_let_in() -> None:
    for statement in pull_statements():
        for pattern in statement["Condition"]["ArnLike"]["aws:PrincipalArn"]:
            for role in ("/homeport/access-developers", "/anything", "/homeport-nodesx/a"):
                assert not fnmatch.fnmatchcase(f"arn:aws:iam::222233334444:role{role}", pattern)


def test_repository_policies_are_as_narrow_as_can_be() -> None:
    document = repository_policy(["222233334444"], ["arn:aws:iam::444455556666:role/build"])
    assert document is not None
    assert violations(document) == []


@pytest.mark.parametrize(("stack", "project"), [("stage", "acme-stage"), ("prod", "acme-prod")])
def test_a_node_on_google_cloud_is_let_in(stack: str, project: str) -> None:
    assert plan(stack).one(name="cluster-nodes", type="gcp:serviceaccount/account:Account").inputs["project"] == project
    grant = plan("global").one(name=f"gcp-global-registry-apps-puller-{stack}").inputs
    assert (grant["role"], grant["repository"]) == (
        "roles/artifactregistry.reader",
        "${gcp-global-registry-apps-repository.name}",
    )
    assert str(grant["member"]).startswith("principalSet://cloudresourcemanager.googleapis.com/projects/")
    assert str(grant["member"]).endswith("/type/ServiceAccount")


def test_all_service_accounts_of_a_project_are_named_by_its_number() -> None:
    assert all_service_accounts("123456789012") == (
        "principalSet://cloudresourcemanager.googleapis.com/projects/123456789012/type/ServiceAccount"
    )


def test_no_cluster_stack_changes_a_policy_of_the_global_project_or_account() -> None:
    """Whoever deploys a cluster needs no right there but to lend a zone's identity."""
    for stack in ("stage", "prod"):
        for resource in plan(stack).resources:
            if resource.type.lower().endswith("iammember") and resource.inputs.get("project") == "acme-global":
                raise AssertionError(f"{stack}: {resource.urn}")
