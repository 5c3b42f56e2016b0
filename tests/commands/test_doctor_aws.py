"""`homeport doctor` for EKS and for the global layer: what it says of a machine made of dictionaries."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeport.doctor.clouds_aws import aws_credentials
from homeport.doctor.examine import SettingsSeen, examine
from homeport.doctor.finding import Finding, blocking
from homeport.doctor.settings import load_settings
from tests.commands.fake_machine import HOME, ROOT, FakeMachine

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG, CREDENTIALS = HOME / ".aws" / "config", HOME / ".aws" / "credentials"
VENDOR = Path("/sys/devices/virtual/dmi/id/sys_vendor")
ACCOUNT = "222233334444"
PRIVATE = """\
config:
  homeport:layer: cluster
  homeport:cluster: {kind: eks, account: "222233334444", api: {path: session-manager}}
"""
SSO = """\
[profile stage]
sso_session = acme
sso_account_id = 222233334444
sso_role_name = Deploy
[profile other]
role_arn = arn:aws:iam::333344445555:role/deploy
source_profile = stage
[profile region-only]
region = eu-central-1
[sso-session acme]
sso_start_url = https://acme.example/start
"""


def as_in_the_file(root: Path, stack: str) -> SettingsSeen | None:
    return SettingsSeen()


def checks(machine: FakeMachine, text: str) -> dict[str, Finding]:
    machine.texts[ROOT / "Pulumi.stage-eks.yaml"] = text
    return {item.name: item for item in examine(machine, ROOT, "stage-eks", as_in_the_file)}


def test_a_bare_machine_is_told_every_program_that_eks_runs_each_with_its_fix() -> None:
    found = checks(FakeMachine(), PRIVATE)
    for name in ("aws", "node", "session-manager-plugin", "kubectl", "aws credentials"):
        assert found[name].status == "missing", name
        assert "https://" in found[name].fix or found[name].fix.startswith("aws configure"), name
    assert found["account"].text == ACCOUNT
    stops = {item.name for item in blocking(found.values(), deploy=True)}
    assert {"aws", "node", "session-manager-plugin", "aws credentials"} <= stops
    assert "kubectl" not in stops
    assert "gcloud" not in found


def test_a_machine_with_everything_has_nothing_of_aws_to_mend() -> None:
    machine = FakeMachine(programs={"aws", "node", "session-manager-plugin", "kubectl"}, env={"AWS_PROFILE": "stage"})
    machine.texts[CONFIG] = SSO
    found = checks(machine, PRIVATE)
    for name in ("aws", "node", "session-manager-plugin", "kubectl", "aws credentials", "account"):
        assert found[name].status == "ok", name


def test_the_tunnels_plugin_is_asked_for_only_where_the_api_is_reached_through_it() -> None:
    public = PRIVATE.replace("api: {path: session-manager}", "api: {public: true}")
    assert "session-manager-plugin" not in checks(FakeMachine(), public)


def test_a_stack_without_account_is_told_the_command_that_sets_it() -> None:
    found = checks(FakeMachine(), PRIVATE.replace('account: "222233334444", ', ""))
    assert found["account"].fix == "homeport set -s stage-eks cluster.account=ACCOUNT"


@pytest.mark.parametrize(
    ("env", "texts", "status", "part"),
    [
        ({}, {}, "missing", "no default profile"),
        ({"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x"}, {}, "ok", "from AWS_ACCESS_KEY_ID"),
        ({"AWS_ACCESS_KEY_ID": "AKIA"}, {}, "wrong", "without AWS_SECRET_ACCESS_KEY"),
        ({"AWS_PROFILE": "stage"}, {CONFIG: SSO}, "ok", "profile stage (logged out? aws sso login"),
        ({"AWS_PROFILE": "other"}, {CONFIG: SSO}, "wrong", "of account 333344445555; the stack's is 222233334444"),
        ({"AWS_PROFILE": "acme"}, {CONFIG: SSO}, "wrong", "no profile; there are: other, region-only, stage"),
        ({"AWS_PROFILE": "region-only"}, {CONFIG: SSO}, "wrong", "nothing of how to log in"),
        ({"AWS_PROFILE": "gone"}, {}, "wrong", "there is none at all"),
        ({}, {CONFIG: "[default]\nregion = eu-central-1\n"}, "missing", "no default profile"),
        ({}, {CREDENTIALS: "[default]\naws_access_key_id = AKIA\naws_secret_access_key = x\n"}, "ok", "an access key"),
        ({}, {CREDENTIALS: "[default]\naws_access_key_id = AKIA\n"}, "wrong", "without its secret"),
        ({}, {CREDENTIALS: "nonsense\n"}, "missing", "no default profile"),
        (
            {"AWS_CONFIG_FILE": "~/elsewhere"},
            {HOME / "elsewhere": "[default]\ncredential_process = /bin/login\n"},
            "ok",
            "a program, profile default",
        ),
        (
            {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/ci"},
            {Path("/token"): "x"},
            "ok",
            f"account {ACCOUNT}",
        ),
        (
            {"AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/ci"},
            {},
            "wrong",
            "/token, which is not there",
        ),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/"}, {}, "unknown", "the container's role"),
        ({}, {VENDOR: "Amazon EC2\n"}, "unknown", "its role is used, if it has one"),
        ({"AWS_EC2_METADATA_DISABLED": "true"}, {VENDOR: "Amazon EC2\n"}, "missing", "no default profile"),
    ],
)
def test_where_credentials_come_from(env: dict[str, str], texts: dict[Path, str], status: str, part: str) -> None:
    finding = aws_credentials(FakeMachine(env=env, texts=texts), ACCOUNT)
    assert finding.status == status, finding
    assert part in finding.text
    assert bool(finding.fix) == (status in {"missing", "wrong"})


def test_no_part_of_a_credential_is_shown() -> None:
    texts = {CREDENTIALS: "[default]\naws_access_key_id = AKIAMARKER\naws_secret_access_key = marker-of-a-secret\n"}
    for machine in (
        FakeMachine(texts=texts),
        FakeMachine(env={"AWS_ACCESS_KEY_ID": "AKIAMARKER", "AWS_SECRET_ACCESS_KEY": "marker-of-a-secret"}),
    ):
        shown = repr(aws_credentials(machine, ACCOUNT)).lower()
        assert "marker" not in shown


def test_the_global_layer_asks_for_the_clouds_that_have_a_section() -> None:
    both = (
        "config:\n  homeport:layer: global\n  homeport:gcp: {project: acme-global}\n"
        '  homeport:aws: {account: "111122223333"}\n'
    )
    found = checks(FakeMachine(), both)
    assert found["project"].text == "acme-global"
    assert found["account"].text == "111122223333"
    assert {"credentials", "aws credentials"} <= found.keys()
    assert not {"gcloud", "aws", "node", "kubectl"} & found.keys()
    google = checks(FakeMachine(), both.replace("homeport:aws", "homeport:unused"))
    assert "credentials" in google
    assert "aws credentials" not in google
    amazon = checks(FakeMachine(), both.replace("homeport:gcp", "homeport:unused"))
    assert "aws credentials" in amazon
    assert "credentials" not in amazon


def test_facts_of_the_shipped_stacks_come_from_their_settings() -> None:
    eks = load_settings(REPOSITORY, "prod-eks")
    shared = load_settings(REPOSITORY, "global")
    assert eks is not None
    assert eks.cluster is not None
    assert shared is not None
    assert shared.cluster is not None
    assert (eks.cluster.kind, eks.cluster.account, eks.cluster.api_path) == ("eks", "333344445555", "session-manager")
    assert (shared.cluster.layer, shared.cluster.google, shared.cluster.amazon) == (
        "global",
        "acme-global",
        "111122223333",
    )
