"""Every right in the plans of the shipped stacks is as narrow as it can be; the walk that says so sees what is not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from homeport.globals.presets import AWS_POLICIES
from homeport.globals.wildcards import AWS_ACCOUNT_WILDCARDS
from homeport.identity.managed_policies import AWS_MANAGED, listed
from homeport.identity.walk import rights, too_wide
from homeport.identity.wildcards import AWS_WILDCARDS
from homeport.plan.evaluate import evaluate
from homeport.plan.graph import Graph, Options, Resource

ROOT = Path(__file__).resolve().parents[2]
#: Stack to the fewest documents, attachments and grants that its plan has: fewer, and the walk would have lost some.
LEAST = {
    "global": (10, 7, 90),
    "stage": (0, 0, 3),
    "prod": (0, 0, 3),
    "stage-eks": (10, 4, 0),
    "prod-eks": (10, 5, 0),
}
#: Types that hold a document each.
HOLDERS = {
    "aws:ecr/repositoryPolicy:RepositoryPolicy",
    "aws:iam/policy:Policy",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
    "aws:sns/topicPolicy:TopicPolicy",
}


@cache
def plan(stack: str) -> Graph:
    return evaluate(ROOT, stack)


@pytest.mark.parametrize("stack", LEAST)
def test_no_right_of_a_shipped_stack_is_wider_than_it_must_be(stack: str) -> None:
    found = too_wide(plan(stack))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("stack", LEAST)
def test_the_walk_meets_every_document_and_grant(stack: str) -> None:
    graph = plan(stack)
    found = rights(graph)
    kinds = [right.kind for right in found]
    documents, attachments, grants = LEAST[stack]
    assert kinds.count("document") >= documents
    assert kinds.count("attachment") >= attachments
    assert kinds.count("grant") >= grants
    met = {right.resource.urn for right in found}
    for resource in graph.resources:
        if resource.type in HOLDERS or resource.type.endswith("Attachment:RolePolicyAttachment"):
            assert resource.urn in met, f"{resource.urn} was not walked"
        if resource.type.startswith("gcp:") and resource.type.lower().endswith("iammember"):
            assert resource.urn in met, f"{resource.urn} was not walked"
    assert all(right.value is not None for right in found)


def test_grants_on_google_cloud_are_members() -> None:
    for stack in ("global", "stage", "prod"):
        for right in rights(plan(stack)):
            if right.kind == "grant":
                assert right.resource.type.lower().endswith("iammember"), right.resource.urn


def resource(kind: str, inputs: Mapping[str, Any]) -> Resource:
    return Resource(
        urn=f"urn:pulumi:test::homeport::{kind}::x",
        type=kind,
        name="x",
        parent=None,
        custom=True,
        remote=False,
        provider=None,
        inputs=dict(inputs),
        dependencies=[],
        property_dependencies={},
        options=Options(),
        source=None,
    )


def graph_of(*resources: Resource) -> Graph:
    return Graph(project="homeport", stack="test", layer=None, resources=list(resources), outputs={})


def document(action: Any = "s3:GetObject", target: Any = "arn:aws:s3:::acme", **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": target, **more}]}


ROLE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
ROOT_OF_ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
SEEN: dict[str, tuple[Resource, str]] = {
    "every action": (resource(POLICY, {"policy": json.dumps(document("*"))}), "policy.Statement[0].Action[0]"),
    "every action of a service": (
        resource(POLICY, {"policy": json.dumps(document(["s3:*"]))}),
        "policy.Statement[0].Action[0]",
    ),
    "every resource": (
        resource(POLICY, {"policy": json.dumps(document("s3:GetObject", "*"))}),
        "policy.Statement[0].Resource[0]",
    ),
    "a document inside of a list": (
        resource(ROLE, {"inlinePolicies": [{"name": "x", "policy": json.dumps(document("*"))}]}),
        "inlinePolicies[0].policy.Statement[0].Action[0]",
    ),
    "a document that is data": (
        resource("aws:s3/bucketPolicy:BucketPolicy", {"policy": document("*")}),
        "policy.Statement[0].Action[0]",
    ),
    "a document under a name that nobody foresaw": (
        resource("aws:glue/resourcePolicy:ResourcePolicy", {"somewhere": {"else": json.dumps(document("glue:*"))}}),
        "somewhere.else.Statement[0].Action[0]",
    ),
    "a statement that stands alone": (
        resource(POLICY, {"policy": json.dumps({"Statement": document("*")["Statement"][0]})}),
        "policy.Statement[0].Action[0]",
    ),
    "trust in a whole account": (
        resource(
            ROLE,
            {
                "assumeRolePolicy": json.dumps(
                    {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": ROOT_OF_ACCOUNT}]}
                )
            },
        ),
        "assumeRolePolicy.Statement[0].Principal",
    ),
    "an unknown document": (resource(POLICY, {"policy": {"$unknown": True}}), "policy"),
    "a secret document": (resource(ROLE, {"assumeRolePolicy": {"$secret": True}}), "assumeRolePolicy"),
    "a document that is no JSON": (resource(POLICY, {"policy": '{"Statement": [,]}'}), "policy"),
    "a policy of AWS's that is not listed": (
        resource(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"policyArn": "arn:aws:iam::aws:policy/IAMFullAccess"}
        ),
        "policyArn",
    ),
    "a policy from elsewhere with a listed name": (
        resource(ROLE, {"managedPolicyArns": ["arn:aws:iam::999988887777:policy/ViewOnlyAccess"]}),
        "managedPolicyArns[0]",
    ),
    "an exclusive attachment": (resource("aws:iam/policyAttachment:PolicyAttachment", {}), "(the whole file)"),
    "an access key": (resource("aws:iam/accessKey:AccessKey", {"user": "x"}), "(the whole file)"),
    "a key of a service account": (resource("gcp:serviceaccount/key:Key", {}), "(the whole file)"),
    "an authoritative binding": (
        resource(
            "gcp:projects/iAMBinding:IAMBinding", {"role": "roles/dns.reader", "members": ["group:x@acme.example"]}
        ),
        "(the whole file)",
    ),
    "an authoritative policy": (
        resource("gcp:storage/bucketIAMPolicy:BucketIAMPolicy", {"policyData": "{}"}),
        "(the whole file)",
    ),
    "a basic role": (
        resource("gcp:projects/iAMMember:IAMMember", {"role": "roles/editor", "member": "group:x@acme.example"}),
        "role",
    ),
    "a basic role of the new kind": (
        resource("gcp:organizations/iAMMember:IAMMember", {"role": "roles/writer", "member": "group:x@acme.example"}),
        "role",
    ),
    "a grant to everybody": (
        resource(
            "gcp:storage/bucketIAMMember:BucketIAMMember", {"role": "roles/storage.objectViewer", "member": "allUsers"}
        ),
        "member",
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_the_walk_sees(what: str) -> None:
    declared, path = SEEN[what]
    (found,) = too_wide(graph_of(declared))
    assert found.problem.text().split(": ")[0].split(" = ")[0] == path
    assert found.problem.fix
    assert str(found).startswith(f"test: {declared.urn}\n")


@pytest.mark.parametrize(
    "declared",
    [
        resource(POLICY, {"policy": json.dumps(document())}),
        resource(POLICY, {"policy": json.dumps(document("kms:Decrypt", "${key.arn}"))}),
        # In a key's own policy the account decides, and * is that key.
        resource("aws:kms/key:Key", {"policy": json.dumps(document("kms:Decrypt", "*", Principal=ROOT_OF_ACCOUNT))}),
        resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"policyArn": "${x.arn}"}),
        # A boundary takes rights away.
        resource(ROLE, {"permissionsBoundary": "arn:aws:iam::111122223333:policy/homeport-boundary"}),
        # Not a policy, however it reads.
        resource("kubernetes:core/v1:ConfigMap", {"data": {"readme": 'a "Statement" is'}}),
        resource("gcp:projects/iAMMember:IAMMember", {"role": "roles/dns.reader", "member": "group:x@acme.example"}),
    ],
    ids=lambda item: item.type.rsplit(":", 1)[-1],
)
def test_the_walk_lets_pass_what_is_narrow(declared: Resource) -> None:
    assert too_wide(graph_of(declared)) == []


def test_a_wide_statement_in_a_shipped_plan_is_told_with_stack_and_resource() -> None:
    graph = plan("prod-eks")
    declared = next(item for item in graph.resources if item.type == POLICY)
    wider = declared.model_copy(update={"inputs": {**declared.inputs, "policy": json.dumps(document("*", "*"))}})
    others = [item for item in graph.resources if item is not declared]
    found = too_wide(graph.model_copy(update={"resources": [*others, wider]}))
    assert [str(item).split("\n")[0] for item in found] == [f"prod-eks: {declared.urn}"] * 2


def test_without_the_table_the_rights_of_people_and_ci_are_told() -> None:
    found = too_wide(plan("global"), listed=AWS_WILDCARDS)
    assert {item.urn.rsplit("::", 1)[-1] for item in found} == {
        name
        for account in ("", "-stage", "-prod")
        for name in (
            f"aws-global-access{account}-developers-connect",
            f"aws-global-access{account}-platform-connect",
            f"aws-global-ci{account}-homeport-deploy-roles",
        )
    }


def test_every_listed_right_is_used_and_has_a_page_and_a_date() -> None:
    used = {
        action
        for right in rights(plan("global"))
        if right.kind == "document"
        for statement in right.value["Statement"]
        for action in statement["Action"]
    }
    for row in AWS_ACCOUNT_WILDCARDS:
        assert row.right in used, f"{row.right} is listed and not used: remove it"
        assert re.fullmatch(r"https://docs\.aws\.amazon\.com/service-authorization/\S+", row.page)
        assert date.fromisoformat(row.date).year >= 2026
        assert len(row.reason) > 20


def test_every_listed_policy_of_aws_is_used_and_says_whose_it_is() -> None:
    used = {arn for policies in AWS_POLICIES.values() for arn in policies}
    used |= {right.value for stack in LEAST for right in rights(plan(stack)) if right.kind == "attachment"}
    assert all(map(listed, used)), sorted(arn for arn in used if not listed(arn))
    names = {arn.rsplit("/", 1)[-1] for arn in used}
    for policy in AWS_MANAGED:
        assert policy.name in names, f"{policy.name} is listed and not used: remove it"
        assert policy.holder
        assert len(policy.reason) > 20
        assert policy.page.endswith(f"/{policy.name}.html")
