from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from homeport.globals.ci_args import CiIdentity, GcpCiArgs
from homeport.globals.ci_documents import trust
from homeport.globals.ci_subjects import (
    attribute_condition,
    deploy_subjects,
    matches,
    preview_subjects,
)
from homeport.model import DEFER_CHECKS


def identity(**fields: Any) -> CiIdentity:
    return CiIdentity.model_validate(
        {"provider": "github", "repository": "acme/homeport", **fields}, context=dict(DEFER_CHECKS)
    )


def only_problem(**fields: Any) -> str:
    (problem,) = identity(**fields).check()
    return problem.text()


def test_github_subjects() -> None:
    who = identity(deploy={"branches": ["main"], "environments": ["prod"]})
    assert preview_subjects(who) == ["repo:acme/homeport:pull_request", "repo:acme/homeport:ref:refs/heads/*"]
    assert deploy_subjects(who) == ["repo:acme/homeport:environment:prod", "repo:acme/homeport:ref:refs/heads/main"]
    assert attribute_condition(who) == 'assertion.repository == "acme/homeport"'


def test_github_subjects_with_immutable_numbers() -> None:
    who = identity(owner_id="1001", repository_id="2002", deploy={"branches": ["main"]})
    assert deploy_subjects(who) == ["repo:acme@1001/homeport@2002:ref:refs/heads/main"]
    assert preview_subjects(who)[0] == "repo:acme@1001/homeport@2002:pull_request"
    assert attribute_condition(who) == (
        'assertion.repository == "acme/homeport" && assertion.repository_owner_id == "1001"'
        ' && assertion.repository_id == "2002"'
    )


def test_gitlab_subjects() -> None:
    who = identity(provider="gitlab", repository="acme/platform/homeport", deploy={"branches": ["main"]})
    assert preview_subjects(who) == ["project_path:acme/platform/homeport:ref_type:branch:ref:*"]
    assert deploy_subjects(who) == ["project_path:acme/platform/homeport:ref_type:branch:ref:main"]
    assert attribute_condition(who) == 'assertion.project_path == "acme/platform/homeport"'


def test_the_preview_pattern_of_aws_cannot_be_met_by_another_repository() -> None:
    patterns = preview_subjects(identity())
    for other in (
        "repo:acme/homeport-fork:pull_request",
        "repo:evil/homeport:pull_request",
        "repo:acme/homeport:environment:prod",
        "repo:acme/homeport:ref:refs/tags/v1",
    ):
        assert not any(matches(pattern, other) for pattern in patterns)
    assert any(matches(pattern, "repo:acme/homeport:ref:refs/heads/feature/x") for pattern in patterns)


def test_a_trust_policy_names_audience_and_subjects() -> None:
    who = identity(deploy={"environments": ["prod"]})
    arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
    assert trust(arn, who, deploy=True) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Deploy",
                "Effect": "Allow",
                "Principal": {"Federated": arn},
                "Action": ["sts:AssumeRoleWithWebIdentity"],
                "Condition": {
                    "StringEquals": {
                        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                        "token.actions.githubusercontent.com:sub": ["repo:acme/homeport:environment:prod"],
                    }
                },
            }
        ],
    }
    preview = trust(arn, who, deploy=False)["Statement"][0]["Condition"]
    assert preview["StringEquals"] == {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
    assert set(preview["StringLike"]) == {"token.actions.githubusercontent.com:sub"}


def test_a_server_of_ones_own_is_its_own_issuer() -> None:
    who = identity(provider="gitlab", issuer="https://gitlab.acme.example", deploy={"branches": ["main"]})
    condition = trust("arn", who, deploy=True)["Statement"][0]["Condition"]["StringEquals"]
    assert set(condition) == {"gitlab.acme.example:aud", "gitlab.acme.example:sub"}


@pytest.mark.parametrize("repository", ["*/*", "acme/*", "*", "acme/home?ort"])
def test_a_subject_of_several_repositories_is_too_wide(repository: str) -> None:
    assert only_problem(repository=repository) == (
        f'repository = "{repository}": would trust the jobs of more than one repository, also of ones that others can'
        " make; name one repository in full, and add an identity for each further one"
    )


@pytest.mark.parametrize("branch", ["*", "release/*", "relea?e"])
def test_a_deploying_subject_of_any_branch_is_too_wide(branch: str) -> None:
    assert only_problem(deploy={"branches": [branch]}) == (
        f'deploy.branches[0] = "{branch}": would let any branch that it matches deploy, also one that somebody just'
        " made; name each branch in full"
    )


@pytest.mark.parametrize("branch", ["pull_request", "refs/heads/main", "refs/pull/1/merge", "a b", "main:x", ""])
def test_pull_requests_never_deploy(branch: str) -> None:
    assert "must be the bare name of a protected branch or environment; pull requests never deploy" in only_problem(
        deploy={"branches": [branch]}
    )


def test_environments_are_githubs() -> None:
    assert only_problem(provider="gitlab", deploy={"environments": ["prod"]}) == (
        'deploy.environments = "prod": GitLab\'s subject names a branch, not an environment: no job would match;'
        " use deploy.branches with protected branches"
    )


def test_githubs_numbers_come_in_pairs() -> None:
    assert only_problem(owner_id="1001") == (
        "repository_id: GitHub puts both numbers into the subject or none, and owner_id is given; add repository_id,"
        " or remove owner_id"
    )


def test_a_subject_too_long_for_google_cloud_is_found_before_a_job_fails() -> None:
    assert only_problem(deploy={"branches": ["x" * 120]}).endswith(
        "has 154 bytes; Google Cloud maps 127 at most; deploy from a branch or environment with a shorter name"
    )


def test_an_identity_without_use_is_a_mistake() -> None:
    assert only_problem(preview=False).startswith("preview = false: neither previews nor deploys")


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("provider", "githab", "is no CI provider that homeport knows: github, gitlab"),
        ("audience", "", "a token without a fixed audience can be replayed from any other service"),
        ("audience", "*", "a token without a fixed audience can be replayed from any other service"),
        ("issuer", "http://gitlab.acme.example", "must be the issuer's https:// address without a final slash"),
        ("issuer", "https://gitlab.acme.example/", "must be the issuer's https:// address without a final slash"),
    ],
)
def test_fields_say_their_rule(field: str, value: str, rule: str) -> None:
    with pytest.raises(ValidationError) as caught:
        CiIdentity.model_validate({"provider": "github", "repository": "acme/homeport", field: value})
    assert rule in str(caught.value)


def test_a_wrong_provider_shows_the_nearest() -> None:
    with pytest.raises(ValidationError) as caught:
        identity(provider="gihub")
    assert caught.value.errors()[0].get("ctx", {})["fix"] == "write github"


def test_basic_roles_are_refused() -> None:
    with pytest.raises(ValidationError, match=r'preview_roles\[0\] = "roles/viewer": is a basic role'):
        GcpCiArgs(preview_roles=["roles/viewer"])
    with pytest.raises(ValidationError, match="write roles/browser"):
        GcpCiArgs(deploy_roles=["browser"])


text = st.text(min_size=0, max_size=30)
name = st.from_regex(r"[A-Za-z0-9]{1,10}/[A-Za-z0-9._-]{1,10}", fullmatch=True)


@given(name, name, st.lists(text, max_size=3), st.lists(text, max_size=3), st.sampled_from(["github", "gitlab"]))
def test_whatever_is_accepted_trusts_one_repository_and_only_named_jobs(
    ours: str, theirs: str, branches: list[str], environments: list[str], provider: str
) -> None:
    who = identity(provider=provider, repository=ours, deploy={"branches": branches, "environments": environments})
    if any(who.check()):
        return
    other = identity(provider=provider, repository=theirs, deploy={"branches": branches, "environments": environments})
    for subject in deploy_subjects(who):
        assert "*" not in subject
        assert "?" not in subject
        assert not subject.endswith(":pull_request")
        assert len(subject.encode()) <= 127
    if ours != theirs:
        foreign = [*deploy_subjects(other), *(pattern.replace("*", "main") for pattern in preview_subjects(other))]
        for pattern in [*preview_subjects(who), *deploy_subjects(who)]:
            assert not any(matches(pattern, subject) for subject in foreign)


@given(text)
def test_no_repository_text_breaks_out_of_the_condition(repository: str) -> None:
    who = identity(repository=repository)
    if not any(who.check()):
        assert attribute_condition(who).count('"') == 2
