"""AWS credentials and the programs that EKS needs, looked for without network; values of keys are never kept."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from homeport.doctor.finding import Finding, ok
from homeport.doctor.machine import Machine
from homeport.doctor.stack_file import StackFile

_CLI: Final = "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"
_TUNNEL: Final = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)
#: What a container's agent sets.
#: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
_CONTAINER: Final = ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI")
#: Says who made the machine, on Linux.
_VENDOR: Final = Path("/sys/devices/virtual/dmi/id/sys_vendor")
#: Setting of a profile to what it means, in the order in which it is looked for.
#: https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
_WAYS: Final[Mapping[str, str]] = {
    "role_arn": "a role",
    "aws_access_key_id": "an access key",
    "sso_session": "IAM Identity Center",
    "sso_start_url": "IAM Identity Center",
    "credential_process": "a program",
    "login_session": "a console login",
}
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/.+")


def aws(machine: Machine, file: StackFile) -> Iterator[Finding]:
    """What a stack on AWS needs: a credential and an account."""
    yield aws_credentials(machine, file.account if file.kind == "eks" else None)
    if file.account:
        yield ok("account", file.account)


def eks(machine: Machine, file: StackFile, stack: str) -> Iterator[Finding]:
    """What EKS needs besides: the programs that the plugin, kubeconfigs and the way to a private API run."""
    yield from aws(machine, file)
    if not file.account:
        fix = f"homeport set -s {stack} cluster.account=ACCOUNT"
        yield Finding("account", "missing", "the stack names no AWS account", fix)
    yield _program(machine, "aws", "the cluster's kubeconfig and the eks plugin run it", f"install it: {_CLI}")
    yield _program(
        machine, "node", "the eks plugin is a Node.js program", "install Node.js: https://nodejs.org/en/download"
    )
    if file.api_path == "session-manager":
        why = "the tunnel to the private API (api.path: session-manager) runs it"
        yield _program(machine, "session-manager-plugin", why, f"install it: {_TUNNEL}")
    if machine.which("kubectl"):
        yield ok("kubectl", "on PATH", "extra")
    else:
        fix = "install it: https://docs.aws.amazon.com/eks/latest/userguide/install-kubectl.html"
        yield Finding("kubectl", "missing", "not on PATH; Pulumi does without, people do not", fix, "extra")


def aws_credentials(machine: Machine, account: str | None = None) -> Finding:
    """The credential that the provider takes, in the order in which AWS's SDKs look.

    https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html

    Args:
        machine: where to look.
        account: the account that it should belong to; compared only where the configuration names one.
    """
    env, name = machine.env, "aws credentials"
    if env.get("AWS_ACCESS_KEY_ID"):
        if env.get("AWS_SECRET_ACCESS_KEY"):
            return ok(name, "an access key, from AWS_ACCESS_KEY_ID")
        fix = "export AWS_SECRET_ACCESS_KEY as well, or: unset AWS_ACCESS_KEY_ID"
        return Finding(name, "wrong", "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY", fix)
    if env.get("AWS_WEB_IDENTITY_TOKEN_FILE") and env.get("AWS_ROLE_ARN"):
        role, token = env["AWS_ROLE_ARN"], Path(env["AWS_WEB_IDENTITY_TOKEN_FILE"])
        if machine.exists(token):
            return _of_account(name, f"web identity as {role}, from AWS_ROLE_ARN", role, account)
        fix = "name the token's file, or: unset AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN"
        return Finding(name, "wrong", f"AWS_WEB_IDENTITY_TOKEN_FILE names {token}, which is not there", fix)
    found = _from_profile(machine, account)
    if found is not None:
        return found
    for variable in _CONTAINER:
        if env.get(variable):
            return Finding(name, "unknown", f"the container's role, from {variable}: asked for when Pulumi runs")
    if "amazon" in (machine.read(_VENDOR) or "").lower() and env.get("AWS_EC2_METADATA_DISABLED") != "true":
        return Finding(name, "unknown", "this is an EC2 instance: its role is used, if it has one")
    return Finding(
        name,
        "missing",
        "neither AWS_ACCESS_KEY_ID nor AWS_PROFILE, and no default profile",
        "aws configure sso --profile NAME && export AWS_PROFILE=NAME",
    )


def _from_profile(machine: Machine, account: str | None) -> Finding | None:
    """What the chosen profile says; None where none was chosen and there is no default one."""
    name, chosen = "aws credentials", machine.env.get("AWS_PROFILE") or machine.env.get("AWS_DEFAULT_PROFILE")
    profile = chosen or "default"
    profiles = _profiles(machine)
    if profile not in profiles:
        if chosen is None:
            return None
        has = f"there are: {', '.join(sorted(profiles))}" if profiles else "there is none at all"
        fix = f"aws configure sso --profile {chosen}   (or export AWS_PROFILE=ANOTHER)"
        return Finding(name, "wrong", f"AWS_PROFILE names {chosen}, which is no profile; {has}", fix)
    settings = profiles[profile]
    way = next((text for setting, text in _WAYS.items() if settings.get(setting)), None)
    if way is None:
        if chosen is None:
            return None
        fix = f"aws configure sso --profile {profile}"
        return Finding(name, "wrong", f"the profile {profile} says nothing of how to log in", fix)
    if settings.get("aws_access_key_id") and not settings.get("aws_secret_access_key") and way == "an access key":
        fix = f"aws configure --profile {profile}"
        return Finding(name, "wrong", f"the profile {profile} has an access key without its secret", fix)
    shown = f"{way}, profile {profile}"
    if way == "IAM Identity Center":
        shown += f" (logged out? aws sso login --profile {profile})"
    return _of_account(name, shown, settings.get("role_arn") or settings.get("sso_account_id") or "", account)


def _of_account(name: str, shown: str, named: str, account: str | None) -> Finding:
    """`named`: the ARN of a role, or an account, or nothing."""
    match = _ROLE.fullmatch(named)
    has = match[1] if match else named if named.isdigit() else None
    if has and account and has != account:
        return Finding(
            name,
            "wrong",
            f"{shown}, is of account {has}; the stack's is {account}",
            "export AWS_PROFILE=NAME   with a profile of that account (aws configure list-profiles)",
        )
    return ok(name, f"{shown}{f', account {has}' if has else ''}")


def _profiles(machine: Machine) -> dict[str, dict[str, str]]:
    """Profile to its settings, of both files; of secrets only that they are there.

    https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
    """
    folder = machine.home / ".aws"
    out: dict[str, dict[str, str]] = {}
    for variable, file in (("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")):
        given = machine.env.get(variable)
        text = machine.read(Path(given.replace("~", str(machine.home), 1)) if given else folder / file)
        parser = configparser.RawConfigParser(strict=False, default_section="\0", inline_comment_prefixes=(" #", " ;"))
        try:
            parser.read_string(text or "")
        except configparser.Error:
            continue
        for section in parser.sections():
            kind, _, rest = section.partition(" ")
            profile = rest.strip() if kind == "profile" and rest else section
            if file == "config" and profile == section and section != "default":
                continue  # an sso-session, services: no profile
            settings = {
                key: "set" if "secret" in key or key == "token" else value for key, value in parser[section].items()
            }
            out.setdefault(profile, {}).update(settings)
    return out


def _program(machine: Machine, program: str, why: str, fix: str) -> Finding:
    return ok(program, "on PATH") if machine.which(program) else Finding(program, "missing", f"not on PATH; {why}", fix)
