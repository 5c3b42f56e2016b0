"""One thing with two owners is found in the plan, on Kubernetes and in clouds; two things that look alike are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp
import pulumi_kubernetes as k8s
import pytest
from click.testing import CliRunner

from homeport.cli import main
from homeport.plan import Graph, record
from homeport.plan.duplicates import duplicates
from homeport.plan.evaluate import evaluate
from homeport.plan.identities import identity
from homeport.settings.project import read_project

ROOT = Path(__file__).resolve().parents[2]


class Providers:
    """Options with a provider, which is made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, pulumi.ProviderResource] = {}

    def opts(self, name: str = "cluster", **given: Any) -> pulumi.ResourceOptions:
        if name not in self._made:
            self._made[name] = k8s.Provider(name, kubeconfig="", **given)
        return pulumi.ResourceOptions(provider=self._made[name])

    def aws(self, name: str = "aws") -> pulumi.ResourceOptions:
        if name not in self._made:
            self._made[name] = aws.Provider(name, region="eu-central-1")
        return pulumi.ResourceOptions(provider=self._made[name])

    def gcp(self, name: str = "gcp") -> pulumi.ResourceOptions:
        if name not in self._made:
            self._made[name] = gcp.Provider(name, project="acme-stage", region="europe-west3")
        return pulumi.ResourceOptions(provider=self._made[name])


Program = Callable[[Providers], Any]


def plan(program: Program) -> Graph:
    return record(lambda: program(Providers()) and None)


def config_map(label: str, p: Providers, **metadata: Any) -> k8s.core.v1.ConfigMap:
    untyped: Any = metadata
    return k8s.core.v1.ConfigMap(label, metadata=untyped, opts=p.opts())


def deployment(name: str, p: Providers, api: Any = k8s.apps.v1) -> Any:
    pod = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": pod}
    return api.Deployment(name, metadata={"name": "web", "namespace": "shop"}, spec=spec, opts=p.opts())


def custom(name: str, p: Providers, version: str) -> Any:
    return k8s.apiextensions.CustomResource(
        name, api_version=f"acme.example/{version}", kind="Shop", metadata={"name": "main"}, opts=p.opts()
    )


def release(label: str, p: Providers, **given: Any) -> Any:
    return k8s.helm.v3.Release(label, chart="x", opts=p.opts(), **given)


def grant(label: str, p: Providers, **given: Any) -> Any:
    inputs: Any = {"project": "acme-stage", "role": "roles/dns.reader", "member": "group:a@acme.example", **given}
    return gcp.projects.IAMMember(label, opts=p.gcp(), **inputs)


def _number(p: Providers, project: str) -> pulumi.Output[str]:
    opts = pulumi.InvokeOutputOptions(provider=p.gcp().provider)
    return gcp.organizations.get_project_output(project_id=project, opts=opts).number


def inline(name: str, p: Providers, role: aws.iam.Role) -> Any:
    return aws.iam.RolePolicy(name, name="connect", role=role.name, policy="{}", opts=p.aws())


SAME: dict[str, tuple[Program, str]] = {
    "the same name in one namespace": (
        lambda p: [config_map("a", p, name="web", namespace="shop"), config_map("b", p, name="web", namespace="shop")],
        "the ConfigMap shop/web",
    ),
    "the default namespace said and unsaid": (
        lambda p: [config_map("a", p, name="web", namespace="default"), config_map("b", p, name="web")],
        "the ConfigMap default/web",
    ),
    "an object of no namespace": (
        lambda p: [
            k8s.core.v1.Namespace("a", metadata={"name": "shop"}, opts=p.opts()),
            k8s.core.v1.Namespace("b", metadata={"name": "shop", "labels": {"c": "d"}}, opts=p.opts()),
        ],
        "the Namespace shop",
    ),
    "a workload": (lambda p: [deployment("a", p), deployment("b", p)], "the Deployment shop/web"),
    "two versions of one kind": (lambda p: [custom("a", p, "v1"), custom("b", p, "v1beta1")], "the Shop main"),
    "a Helm release": (
        lambda p: [release("a", p, name="loki", namespace="logs"), release("b", p, name="loki", namespace="logs")],
        "the Helm release logs/loki",
    ),
    "a bucket, whose name the whole world shares": (
        lambda p: [
            aws.s3.Bucket("a", bucket="acme-logs", opts=p.aws()),
            aws.s3.Bucket("b", bucket="acme-logs", opts=p.aws("other")),
        ],
        "the S3 bucket acme-logs",
    ),
    "a role": (
        lambda p: [
            aws.iam.Role("a", name="deploy", assume_role_policy="{}", opts=p.aws()),
            aws.iam.Role("b", name="deploy", assume_role_policy="{}", path="/other/", opts=p.aws()),
        ],
        "the IAM role deploy",
    ),
    "an inline policy of a role that has no name yet": (
        lambda p: (
            role := aws.iam.Role("role", assume_role_policy="{}", opts=p.aws()),
            inline("a", p, role),
            inline("b", p, role),
        ),
        "the inline policy connect",
    ),
    "a service account, with the provider's project said and unsaid": (
        lambda p: [
            gcp.serviceaccount.Account("a", account_id="nodes", opts=p.gcp()),
            gcp.serviceaccount.Account("b", account_id="nodes", project="acme-stage", opts=p.gcp()),
        ],
        "the service account nodes",
    ),
    "one grant for two reasons": (
        lambda p: [grant("a", p), grant("b", p)],
        "the grant of roles/dns.reader to group:a@acme.example",
    ),
    "a grant to an account that has no address yet": (
        lambda p: (
            account := gcp.serviceaccount.Account("account", account_id="nodes", opts=p.gcp()),
            grant("a", p, member=account.member),
            grant("b", p, member=account.member),
        ),
        "the grant of roles/dns.reader to ${account.member}",
    ),
}


@pytest.mark.parametrize("what", SAME)
def test_one_thing_with_two_owners_is_found(what: str) -> None:
    program, words = SAME[what]
    graph = plan(program)
    [problem] = duplicates(graph)
    a, b = (next(item for item in graph.resources if item.name == name) for name in "ab")
    assert a.source
    assert problem.rule.startswith(f"{words} is declared twice, and is one thing: ")
    assert a.urn in problem.rule
    assert b.urn in problem.rule
    assert f"{a.source.file}:{a.source.line}" in problem.rule
    assert problem.fix.startswith("remove one")
    assert problem.location is not None


LIKE: dict[str, Program] = {
    "two names": lambda p: [config_map("a", p, name="web"), config_map("b", p, name="api")],
    "two namespaces": lambda p: [config_map("a", p, name="web", namespace="x"), config_map("b", p, name="web")],
    "automatic names": lambda p: [config_map("a", p), config_map("b", p)],
    "names that the cluster completes": lambda p: [
        config_map("a", p, generate_name="web-"),
        config_map("b", p, generate_name="web-"),
    ],
    "secret names": lambda p: [config_map(name, p, name=pulumi.Output.secret("web")) for name in "ab"],
    "names that only the cloud can say": lambda p: (
        bucket := aws.s3.Bucket("bucket", opts=p.aws()),
        *(config_map(name, p, name=bucket.bucket) for name in "ab"),
    ),
    "two kinds": lambda p: [
        config_map("a", p, name="web"),
        k8s.core.v1.Secret("b", metadata={"name": "web"}, opts=p.opts()),
    ],
    "two clusters": lambda p: [
        config_map("a", p, name="web"),
        k8s.core.v1.ConfigMap("b", metadata={"name": "web"}, opts=p.opts("other")),
    ],
    "namespaces of two providers": lambda p: [
        k8s.core.v1.ConfigMap("a", metadata={"name": "web"}, opts=p.opts("x", namespace="x")),
        k8s.core.v1.ConfigMap("b", metadata={"name": "web"}, opts=p.opts("y", namespace="y")),
    ],
    "a patch beside its object": lambda p: [
        config_map("a", p, name="web"),
        k8s.core.v1.ConfigMapPatch("b", metadata={"name": "web"}, opts=p.opts()),
        k8s.core.v1.ConfigMapPatch("c", metadata={"name": "web"}, opts=p.opts()),
    ],
    "an object that is only read": lambda p: [
        config_map("a", p, name="web"),
        k8s.core.v1.ConfigMap.get("b", "default/web", opts=p.opts()),
    ],
    "releases without names": lambda p: [release("a", p, namespace="x"), release("b", p, namespace="x")],
    "releases in two namespaces": lambda p: [
        release("a", p, name="loki", namespace="x"),
        release("b", p, name="loki", namespace="y"),
    ],
    "roles of two accounts": lambda p: [
        aws.iam.Role("a", name="deploy", assume_role_policy="{}", opts=p.aws()),
        aws.iam.Role("b", name="deploy", assume_role_policy="{}", opts=p.aws("other")),
    ],
    "log groups of two regions": lambda p: [
        aws.cloudwatch.LogGroup("a", name="x", opts=p.aws()),
        aws.cloudwatch.LogGroup("b", name="x", region="eu-west-1", opts=p.aws()),
    ],
    "inline policies of two roles": lambda p: [
        inline(name, p, aws.iam.Role(f"role-{name}", assume_role_policy="{}", opts=p.aws())) for name in "ab"
    ],
    "accounts of two projects": lambda p: [
        gcp.serviceaccount.Account("a", account_id="nodes", opts=p.gcp()),
        gcp.serviceaccount.Account("b", account_id="nodes", project="acme-prod", opts=p.gcp()),
    ],
    "a grant with a condition": lambda p: [
        grant("a", p),
        grant("b", p, condition={"title": "x", "expression": "request.time < timestamp('2027-01-01T00:00:00Z')"}),
    ],
    "grants to what two look-ups answer": lambda p: [
        grant(name, p, member=pulumi.Output.concat("group:", _number(p, project))) for name, project in ("ax", "by")
    ],
    "names of what may exist twice": lambda p: [
        aws.ec2.SecurityGroup("a", tags={"Name": "x"}, opts=p.aws()),
        aws.ec2.SecurityGroup("b", tags={"Name": "x"}, opts=p.aws()),
    ],
}


@pytest.mark.parametrize("what", LIKE)
def test_two_things_that_look_alike_are_left_alone(what: str) -> None:
    assert duplicates(plan(LIKE[what])) == []


def test_three_owners_are_one_problem() -> None:
    [problem] = duplicates(plan(lambda p: [config_map(name, p, name="web") for name in "abc"]))
    assert "declared 3 times" in problem.rule
    assert problem.rule.count("urn:pulumi:") == 3


@pytest.mark.parametrize("stack", read_project(ROOT).stacks())
def test_shipped_stacks_declare_nothing_twice(stack: str) -> None:
    graph = evaluate(ROOT, stack)
    assert [problem.text() for problem in duplicates(graph)] == []
    if stack != "local":
        assert sum(identity(resource, graph) is not None for resource in graph.resources) > 15


PROGRAM = """\
import pulumi_kubernetes as k8s

k8s.core.v1.ConfigMap("a", metadata={"name": "web"})
k8s.core.v1.ConfigMap("b", metadata={"name": "web"})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {}\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


def test_plan_draws_the_tree_says_what_is_there_twice_and_ends_with_one(project: Path) -> None:
    result = CliRunner().invoke(main, ["plan", "-s", "dev", "--name", "^a$", "--root", str(project)])
    assert result.exit_code == 1
    assert "└── a  kubernetes:core/v1:ConfigMap" in result.stdout
    urn = "urn:pulumi:dev::shop::kubernetes:core/v1:ConfigMap::"
    assert result.stderr.splitlines() == [
        "1 problem in the plan:",
        "",
        "__main__.py:4:1: b",
        f"    the ConfigMap web is declared twice, and is one thing: {urn}a (__main__.py:3); {urn}b (__main__.py:4)",
        "    fix: remove one, or give it another metadata.name or metadata.namespace",
    ]


def test_plan_in_json_ends_with_one_and_lists_it(project: Path) -> None:
    result = CliRunner().invoke(main, ["plan", "-s", "dev", "--json", "--root", str(project)])
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert document["error"] == "the plan declares things twice"
    assert [problem["path"] for problem in document["problems"]] == ["b"]
