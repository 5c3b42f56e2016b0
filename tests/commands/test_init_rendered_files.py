"""The stack files of `homeport init`: right at once for every cloud, and of nobody else."""

from __future__ import annotations

import ipaddress
import itertools
import shutil
import string
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeport.init import Answers, AnswersError, parse_answers, render
from homeport.init.base_file import rewrite_base
from homeport.init.change import apply_changes, plan_changes
from homeport.init.render import EXAMPLE, shipped
from homeport.plan.evaluate import evaluate
from homeport.settings import load
from stacks.settings import ClusterStack, Stack

ROOT = Path(__file__).resolve().parents[2]
BASE = (ROOT / "stacks/base.yaml").read_text(encoding="utf-8")
GCP_REGIONS = ["europe-west3", "us-east1", "europe-west2", "asia-northeast1"]
AWS_REGIONS = ["eu-central-1", "us-west-1", "ca-central-1", "ap-northeast-1", "sa-east-1"]

labels = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=20).filter(
    lambda text: text[0] != "-" and text[-1] != "-"
)


def raw(cloud: str, **other: Any) -> dict[str, Any]:
    """Answers of another organisation than the example."""
    environments = other.get("environments", ["stage", "prod"])
    names = ["global", *environments]
    out: dict[str, Any] = {"organisation": "zeta", "domain": "zeta.example", "cloud": cloud, "cost_centre": "77"}
    if cloud != "aws":
        out |= {"gcp_region": "us-east1", "gcp_projects": {name: f"zeta-{name}" for name in names}}
    if cloud != "gcp":
        out |= {
            "aws_region": "us-west-1",
            "aws_accounts": {name: f"{number:012}" for number, name in enumerate(names, 1)},
            "office": "198.51.100.0/24",
        }
    return out | other


def settings_project(folder: Path, answers: Answers) -> list[str]:
    """The files in a project of settings alone; the names of its stacks."""
    (folder / "stacks").mkdir()
    for name in ("Pulumi.yaml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "stacks/base.yaml").write_text(rewrite_base(BASE, answers, file="stacks/base.yaml"), encoding="utf-8")
    files = render(answers)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [name.split(".")[1] for name in files]


def load_all(answers: Answers) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {stack: load(Stack, root=folder, stack=stack).settings for stack in settings_project(folder, answers)}


def test_the_shipped_files_are_what_the_example_organisation_gets() -> None:
    for name, text in shipped().items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, name
    assert rewrite_base(BASE, EXAMPLE, file="stacks/base.yaml") == BASE


@pytest.mark.parametrize(
    ("cloud", "stacks"),
    [
        ("gcp", ["global", "stage", "prod", "local"]),
        ("aws", ["global", "stage", "prod", "local"]),
        ("both", ["global", "stage", "prod", "stage-eks", "prod-eks", "local"]),
    ],
)
def test_each_cloud_gets_its_own_files_without_a_problem_and_without_the_example(cloud: str, stacks: list[str]) -> None:
    answers = parse_answers(raw(cloud))
    assert list(load_all(answers)) == stacks
    text = "".join(render(answers).values()) + rewrite_base(BASE, answers, file="stacks/base.yaml")
    assert "acme" not in text.replace("acme: {email: ", "")  # the protocol of certificates
    assert "Germany" not in text
    assert ("kind: gke" in text) == (cloud != "aws")
    assert ("kind: eks" in text) == (cloud != "gcp")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    organisation=labels,
    domain=st.lists(labels, min_size=2, max_size=3).map(".".join),
    cloud=st.sampled_from(["gcp", "aws", "both"]),
    gcp_region=st.sampled_from(GCP_REGIONS),
    aws_region=st.sampled_from(AWS_REGIONS),
    environments=st.lists(
        st.sampled_from(["stage", "prod", "dev", "live", "qa", "production"]), min_size=1, max_size=5, unique=True
    ),
    cost_centre=st.from_regex(r"[a-z0-9_-]{1,12}", fullmatch=True),
)
def test_whatever_is_accepted_loads(
    organisation: str,
    domain: str,
    cloud: str,
    gcp_region: str,
    aws_region: str,
    environments: list[str],
    cost_centre: str,
) -> None:
    given_answers = raw(cloud, organisation=organisation, domain=domain, environments=environments)
    given_answers |= {"cost_centre": cost_centre, "repository": f"{organisation}/homeport"}
    if cloud != "aws":
        given_answers["gcp_region"] = gcp_region
    if cloud != "gcp":
        given_answers["aws_region"] = aws_region
    try:
        parse_answers(given_answers)
    except AnswersError as error:
        refused = {str(problem.path[0]) for problem in error.problems}
    else:
        refused = set[str]()
    # The repository here is named after the organisation, which GitHub may not take as a name.
    assert refused <= {"--organisation", "--domain", "--repository"}
    if refused:
        return
    answers = parse_answers(given_answers)
    loaded = load_all(answers)
    assert loaded["global"].cost_centre == cost_centre
    ranges = [
        ipaddress.ip_network(stack.network.cidr)
        for stack in loaded.values()
        if isinstance(stack, ClusterStack) and stack.network is not None and stack.network.cidr
    ]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(ranges, 2))


def test_a_domain_that_begins_with_a_digit_has_a_zone_that_cloud_dns_takes() -> None:
    zones = load_all(parse_answers(raw("gcp", domain="3z.example")))["global"].dns.zones
    assert zones["zeta"].physical_name == "z-3z-example"


def test_backups_stay_under_the_same_law_or_say_that_they_do_not_leave_the_region() -> None:
    text = render(parse_answers(raw("gcp", gcp_region="us-central1")))["Pulumi.global.yaml"]
    assert "still in the United States" in text
    assert "location: us-east1" in text
    text = render(parse_answers(raw("gcp", gcp_region="europe-west2")))["Pulumi.global.yaml"]
    assert "In the clusters' own region" in text
    assert "location: europe-west2" in text


def test_all_bad_answers_are_told_at_once_in_the_words_of_the_options() -> None:
    with pytest.raises(AnswersError) as caught:
        parse_answers(
            {
                "organisation": "Zeta Ltd",
                "domain": "zeta",
                "cloud": "aws",
                "gcp_region": "us-east1",
                "aws_accounts": {"global": "12", "stage": "000000000002"},
                "office": "198.51.100.7",
            }
        )
    told = [str(problem.path[0]) for problem in caught.value.problems]
    assert sorted(set(told)) == [
        "--aws-accounts",
        "--aws-region",
        "--cost-centre",
        "--domain",
        "--gcp-region",
        "--office",
        "--organisation",
    ]
    text = str(caught.value)
    assert "global=12" in text
    assert "names none for prod" in text
    assert "has no effect: the cloud is aws" in text
    assert 'add a prefix, for example "198.51.100.7/32"' in text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"environments": ["stage", "stage"]}, "stands in the list twice"),
        ({"environments": ["eks"]}, "the zone of what runs on AWS"),
        ({"environments": ["1a"]}, "begin with a letter"),
        ({"organisation": "stage"}, "names a zone in the settings"),
        ({"aws_region": "cn-north-1"}, "a partition of its own"),
        (
            {"gcp_projects": {"global": "zeta-x", "stage": "zeta-x", "prod": "zeta-prod"}},
            "stage and global have the same",
        ),
        ({"gcp_projects": {"global": "zeta-x", "stage": "zeta-y", "prod": "zeta-z", "qa": "zeta-q"}}, "there is no qa"),
        ({"domain": f"{'z' * 60}.example"}, "63 are allowed"),
        ({"billing_account": "12"}, "012345-6789AB-CDEF01"),
    ],
)
def test_answers_that_contradict_each_other_are_refused(change: dict[str, Any], told: str) -> None:
    answers = raw("both", **change)
    if "environments" in change:
        answers |= {"gcp_projects": raw("both")["gcp_projects"], "aws_accounts": raw("both")["aws_accounts"]}
        for name in change["environments"]:
            answers["gcp_projects"].setdefault(name, f"zeta-{name}")
            answers["aws_accounts"].setdefault(name, "000000000009")
    with pytest.raises(AnswersError, match=told):
        parse_answers(answers)


def test_zones_are_those_that_the_region_has() -> None:
    files = render(parse_answers(raw("both", gcp_region="us-east1", aws_region="ca-central-1")))
    assert "zones: [us-east1-b, us-east1-c]" in files["Pulumi.stage.yaml"]
    assert "zones: [ca-central-1a, ca-central-1b, ca-central-1d]" in files["Pulumi.prod-eks.yaml"]


def test_where_a_region_has_two_zones_production_has_as_many_and_says_so() -> None:
    text = render(parse_answers(raw("aws", aws_region="us-west-1")))["Pulumi.prod.yaml"]
    assert "two zones" in text
    assert "zones: [us-west-1a, us-west-1c]" in text


def test_production_is_booked_where_it_is_said_to_be() -> None:
    loaded = load_all(parse_answers(raw("gcp", production_cost_centre="88")))
    assert loaded["prod"].cost_centre == "88"
    assert loaded["stage"].cost_centre == "77"
    assert load_all(parse_answers(raw("gcp")))["prod"].cost_centre == "77"


def test_the_base_file_keeps_every_other_line() -> None:
    before = BASE + "\n# a rule of the house\nlayers: {}\n"
    after = rewrite_base(before, parse_answers(raw("aws", owner="core")), file="stacks/base.yaml")
    changed = [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [new.split(":")[0].strip() for _, new in changed] == [
        "owner",
        "cost_centre",
        "# Data stays in these regions",
        "allowed_regions",
        "cost_centre",
    ]


def initialised(folder: Path, answers: Answers) -> Path:
    """A checkout in which `homeport init` was run with the answers."""
    shutil.copytree(ROOT / "stacks", folder / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Pulumi.yaml", "pyproject.toml", "__main__.py"):
        shutil.copy(ROOT / name, folder / name)
    apply_changes(plan_changes(folder, answers))
    return folder


@pytest.mark.parametrize(
    ("cloud", "more"),
    [
        ("gcp", {"repository": "zeta/homeport"}),
        ("gcp", {"environments": ["dev"], "organisation": "z"}),
        ("aws", {"repository": "zeta/platform/homeport", "ci": "gitlab"}),
        ("aws", {"environments": ["qa", "live"]}),
        ("both", {"repository": "zeta/homeport", "environments": ["dev", "stage", "prod"]}),
    ],
    ids=["gcp", "gcp, no production", "aws, gitlab", "aws, no CI", "both, three environments"],
)
def test_every_stack_plans_after_init(cloud: str, more: dict[str, Any], tmp_path: Path) -> None:
    answers = parse_answers(raw(cloud, **more))
    root = initialised(tmp_path, answers)
    stacks = [name.split(".")[1] for name in render(answers)]
    for stack in stacks:
        graph = evaluate(root, stack)
        types = {resource.type for resource in graph.resources}
        # A new organisation has named nobody yet who is told of alerts, and the plan says so.
        told = [line for line in graph.logs if "nobody is told of alerts" not in line]
        assert told == [line for line in told if line.startswith("info: ")]
        if stack == "global":
            assert ("gcp:dns/managedZone:ManagedZone" in types) == (cloud != "aws")
            assert ("aws:route53/zone:Zone" in types) == (cloud != "gcp")
        elif stack != "local":
            on_aws = cloud == "aws" or stack.endswith("-eks")
            assert ("eks:index:Cluster" if on_aws else "gcp:container/cluster:Cluster") in types
            assert graph.outputs["zone"]["domain"] in graph.outputs["domain"]


@pytest.mark.parametrize("repository", ["zeta/homeport", None])
def test_the_roles_that_a_cluster_names_are_those_that_the_global_stack_makes(
    repository: str | None, tmp_path: Path
) -> None:
    answers = parse_answers(raw("aws", repository=repository) if repository else raw("aws"))
    root = initialised(tmp_path, answers)
    made = {
        f"{resource.inputs['path']}{resource.inputs['name']}"
        for resource in evaluate(root, "global").find(type="aws:iam/role:Role")
    }
    cluster = load(Stack, root=root, stack="stage").settings.cluster
    people = {entry.principal.split(":role")[1] for entry in cluster.access.values()}
    assert people == {"/homeport/access-platform", "/homeport/access-developers"}
    assert people <= made
    deployer = cluster.deployer.split(":role")[1]
    assert (deployer in made) == (repository is not None)
    assert deployer == ("/homeport/ci-homeport-deploy" if repository else "/homeport-deploy")
