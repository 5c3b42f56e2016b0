"""What is wrong with the options is said at once, by their names; what a later run does not say stays."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.bootstrap.args import AwsStateStoreArgs, GcpStateStoreArgs
from homeport.bootstrap.options import Given, OptionsError, check, complete_options

GCP = {"project": "acme-admin", "location": "europe-west3"}
AWS = {"account": "333344445555", "region": "eu-central-1"}


def problems(given: Given) -> dict[str, str]:
    with pytest.raises(OptionsError) as caught:
        check(given)
    assert len({problem.path for problem in caught.value.problems}) == len(caught.value.problems)
    return {str(problem.path[0]): f"{problem.rule}; {problem.fix}" for problem in caught.value.problems}


def test_all_that_is_missing_or_wrong_is_said_at_once() -> None:
    found = problems(
        Given(
            "gcp",
            {
                "location": "europe",
                "region": "eu-central-1",
                "bucket": "Acme_State",
                "deployers": ["user:me@acme.example"],
            },
            state="/srv/state",
            secrets_provider="passphrase",
        )
    )
    assert found.keys() == {
        "--project", "--location", "--region", "--bucket", "--deployers", "--state", "--secrets-provider",
    }  # fmt: skip
    assert "is missing; add --project, for example acme-admin" in found["--project"]
    assert "for example europe-west3" in found["--location"]
    assert "the cloud is gcp" in found["--region"]
    assert "group:" in found["--deployers"]


@pytest.mark.parametrize(
    ("arn", "rule"),
    [
        ("platform", "one role or user"),
        ("arn:aws:iam::111122223333:root", "one role or user"),
        ("arn:aws:s3:::acme", "one role or user"),
        ("arn:aws:iam::111122223333:role/*", "wildcard"),
        ("arn:aws:iam::111122223333:role/homeport/ci-*", "wildcard"),
        ("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*", "wildcard"),
    ],
)
def test_who_uses_it_on_aws_is_one_role(arn: str, rule: str) -> None:
    assert rule in problems(Given("aws", {**AWS, "deployers": [arn]}))["--deployers"]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::111122223333:role/homeport/ci-homeport-deploy",
        "arn:aws:iam::111122223333:user/backup",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_PlatformAdmin_*",
        "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_PlatformAdmin_*",
    ],
)
def test_roles_users_and_permission_sets_may_use_it(arn: str) -> None:
    check(Given("aws", {**AWS, "deployers": [arn]}))


def test_names_follow_from_project_or_account() -> None:
    google, amazon = complete_options(Given("gcp", GCP), {}), complete_options(Given("aws", AWS), {})
    assert google.state == "gs://acme-admin-state"
    assert amazon.state == "s3://pulumi-state-333344445555-eu-central-1?region=eu-central-1"
    assert complete_options(Given("gcp", {**GCP, "bucket": "acme-state"}), {}).state == "gs://acme-state"


@pytest.mark.parametrize(("bucket", "key"), [("EU", "europe"), ("US", "us"), ("europe-west3", "europe-west3")])
def test_the_key_lies_where_the_bucket_lies(bucket: str, key: str) -> None:
    args = GcpStateStoreArgs.model_validate({**GCP, "location": bucket})
    assert args.key_location == key


STANDING: dict[str, Any] = {
    "cloud": "gcp", **GCP, "bucket": "acme-state", "owner": "administration", "cost_centre": "1000",
    "old_versions_days": 30, "deployers": ["group:platform@acme.example"], "settle_seconds": 60,
}  # fmt: skip


def test_what_is_not_said_stays_as_it_stands_and_what_is_said_replaces_it() -> None:
    given = Given("gcp", {**GCP, "bucket": "acme-state", "deployers": []})
    args = complete_options(given, STANDING, standing="gs://acme-state")
    assert (args.owner, args.cost_centre, args.old_versions_days) == ("administration", "1000", 30)
    assert args.deployers == []
    kept = complete_options(Given("gcp", {**GCP, "bucket": "acme-state"}), STANDING, standing="gs://acme-state")
    assert kept.deployers == ["group:platform@acme.example"]


@pytest.mark.parametrize(
    ("name", "value"), [("project", "acme-other"), ("location", "europe-west10"), ("bucket", "acme-other-state")]
)
def test_a_store_that_stands_does_not_become_another(name: str, value: str) -> None:
    with pytest.raises(OptionsError) as caught:
        complete_options(Given("gcp", {**GCP, name: value}), STANDING, standing="gs://acme-state")
    (problem,) = caught.value.problems
    assert problem.path == (f"--{name}",)
    assert STANDING[name] in problem.rule
    assert "gs://acme-state" in problem.rule
    assert f"--{name} {STANDING[name]}" in problem.fix


def test_before_it_stands_a_wrong_option_can_be_mended() -> None:
    args = complete_options(Given("gcp", {**GCP, "bucket": "acme-other-state"}), STANDING)
    assert args.bucket_name == "acme-other-state"
    assert args.owner == "administration"


def test_what_another_cloud_was_given_is_of_no_use() -> None:
    args = complete_options(Given("aws", AWS), STANDING)
    assert isinstance(args, AwsStateStoreArgs)
    assert args.owner == "platform"
