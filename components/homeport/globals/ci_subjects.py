"""Who a CI job is: the subjects and claims of GitHub's and GitLab's tokens, and which of them a role trusts.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from homeport.problems import Path, Problem

if TYPE_CHECKING:
    from homeport.globals.ci_args import CiIdentity

GITHUB_ISSUER: Final = "https://token.actions.githubusercontent.com"
GITLAB_ISSUER: Final = "https://gitlab.com"

#: Longest subject that a workload identity pool maps, in bytes.
#: https://cloud.google.com/iam/docs/workload-identity-federation#mapping
_GCP_SUBJECT_MAX: Final = 127
_GITHUB_REPOSITORY: Final = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9])*/[A-Za-z0-9._-]+")
_GITLAB_PROJECT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
_WILD: Final = re.compile(r"[*?]")


def repository_subject(identity: CiIdentity) -> str:
    """The beginning of every subject of the repository's jobs, up to the colon.

    GitHub appends immutable numbers to the names for repositories that have them.
    https://docs.github.com/en/actions/reference/security/oidc
    """
    if identity.provider == "gitlab":
        return f"project_path:{identity.repository}:"
    owner, _, repository = identity.repository.partition("/")
    if identity.owner_id is not None and identity.repository_id is not None:
        return f"repo:{owner}@{identity.owner_id}/{repository}@{identity.repository_id}:"
    return f"repo:{identity.repository}:"


def preview_subjects(identity: CiIdentity) -> list[str]:
    """Patterns of the jobs that may preview: every branch and pull request of the one repository."""
    prefix = repository_subject(identity)
    if identity.provider == "gitlab":
        # Pipelines of merge requests carry their source branch as well.
        return [f"{prefix}ref_type:branch:ref:*"]
    return [f"{prefix}pull_request", f"{prefix}ref:refs/heads/*"]


def deploy_subjects(identity: CiIdentity) -> list[str]:
    """Subjects of the jobs that may deploy, in full."""
    prefix = repository_subject(identity)
    if identity.provider == "gitlab":
        return sorted(f"{prefix}ref_type:branch:ref:{branch}" for branch in identity.deploy.branches)
    return sorted(
        [
            *(f"{prefix}ref:refs/heads/{branch}" for branch in identity.deploy.branches),
            *(f"{prefix}environment:{environment}" for environment in identity.deploy.environments),
        ]
    )


def matches(pattern: str, subject: str) -> bool:
    """Whether AWS's StringLike lets `pattern` stand for `subject`: * for any text, ? for one character."""
    expression = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    return re.fullmatch(expression, subject, re.DOTALL) is not None


def attribute_mapping(identity: CiIdentity) -> dict[str, str]:
    """Claims that a workload identity pool keeps.

    https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines
    """
    claim = "project_path" if identity.provider == "gitlab" else "repository"
    return {"google.subject": "assertion.sub", "attribute.repository": f"assertion.{claim}"}


def attribute_condition(identity: CiIdentity) -> str:
    """The condition, in CEL, that a token must meet before anything else: it is of this repository."""
    if identity.provider == "gitlab":
        return f'assertion.project_path == "{identity.repository}"'
    parts = [f'assertion.repository == "{identity.repository}"']
    if identity.owner_id is not None:
        parts.append(f'assertion.repository_owner_id == "{identity.owner_id}"')
    if identity.repository_id is not None:
        parts.append(f'assertion.repository_id == "{identity.repository_id}"')
    return " && ".join(parts)


def issuer_host(issuer: str) -> str:
    """The issuer as AWS spells it in condition keys: without https://."""
    return issuer.removeprefix("https://")


def identity_problems(identity: CiIdentity) -> Iterator[Problem]:
    """What makes the subjects of an identity too wide, or unable to match; paths relative to the identity."""
    yield from repository_problems(identity)
    yield from _number_problems(identity)
    for field in ("branches", "environments"):
        names: list[str] = getattr(identity.deploy, field)
        for index, name in enumerate(names):
            yield from _deploy_problems(identity, ("deploy", field, index), name, names[:index])
    if identity.provider == "gitlab" and identity.deploy.environments:
        yield Problem(
            ("deploy", "environments"),
            "GitLab's subject names a branch, not an environment: no job would match",
            "use deploy.branches with protected branches",
            ", ".join(identity.deploy.environments),
            related=(("provider",),),
        )
    if not identity.preview and not identity.deploys:
        yield Problem(
            ("preview",),
            "neither previews nor deploys: the identity would be of no use",
            "remove it, or add deploy: {branches: [main]}",
            value=False,
            related=(("deploy",),),
        )


def repository_problems(identity: CiIdentity) -> Iterator[Problem]:
    """What is wrong with the name of the repository; paths are relative to the identity."""
    path = ("repository",)
    if _WILD.search(identity.repository):
        yield Problem(
            path,
            "would trust the jobs of more than one repository, also of ones that others can make",
            "name one repository in full, and add an identity for each further one",
            identity.repository,
        )
    elif identity.provider == "github" and not _GITHUB_REPOSITORY.fullmatch(identity.repository):
        yield Problem(path, "must be ORGANISATION/REPOSITORY", "for example acme/homeport", identity.repository)
    elif identity.provider == "gitlab" and not _GITLAB_PROJECT.fullmatch(identity.repository):
        yield Problem(
            path,
            "must be the project's full path, groups included",
            "for example acme/platform/homeport",
            identity.repository,
        )


def _number_problems(identity: CiIdentity) -> Iterator[Problem]:
    given = [name for name in ("owner_id", "repository_id") if getattr(identity, name) is not None]
    if identity.provider == "gitlab":
        for name in given:
            yield Problem(
                (name,),
                "GitLab's subjects carry no numbers",
                f"remove {name}",
                getattr(identity, name),
                related=(("provider",),),
            )
    elif len(given) == 1:
        missing = "repository_id" if given == ["owner_id"] else "owner_id"
        yield Problem(
            (missing,),
            f"GitHub puts both numbers into the subject or none, and {given[0]} is given",
            f"add {missing}, or remove {given[0]}",
            related=((given[0],),),
        )


def _deploy_problems(identity: CiIdentity, path: Path, name: str, before: list[str]) -> Iterator[Problem]:
    if _WILD.search(name):
        what = "branch" if path[1] == "branches" else "environment"
        yield Problem(
            path,
            f"would let any {what} that it matches deploy, also one that somebody just made",
            f"name each {what} in full",
            name,
        )
    elif not name or name.startswith("refs/") or "pull_request" in name.split("/") or ":" in name or " " in name:
        yield Problem(
            path,
            "must be the bare name of a protected branch or environment; pull requests never deploy",
            "for example main",
            name,
        )
    elif name in before:
        yield Problem(path, "stands in the list twice", "remove one of them", name)
    else:
        prefix = "ref_type:branch:ref:" if identity.provider == "gitlab" else "ref:refs/heads/"
        subject = repository_subject(identity) + (prefix if path[1] == "branches" else "environment:") + name
        if len(subject.encode()) > _GCP_SUBJECT_MAX:
            yield Problem(
                path,
                f'the subject "{subject}" has {len(subject.encode())} bytes; Google Cloud maps'
                f" {_GCP_SUBJECT_MAX} at most",
                "deploy from a branch or environment with a shorter name",
                name,
            )
