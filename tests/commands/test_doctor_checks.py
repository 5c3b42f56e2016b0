"""`homeport doctor`: what each check says of a machine made of dictionaries."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from homeport.doctor import clouds, engine, python_env
from homeport.doctor.examine import SettingsSeen, examine
from homeport.doctor.finding import Finding, blocking
from homeport.doctor.machine import Ran
from homeport.doctor.pulumi_cli import Trouble, ask
from homeport.doctor.show import lines
from homeport.doctor.stack_file import StackFile, contexts, project_file, stack_file
from homeport.problems import Location, Problem
from tests.commands.fake_machine import HOME, ROOT, FakeMachine

LOCK = """\
click==8.5.1 \\
    --hash=sha256:00
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:00
pulumi==3.272.0 \\
    --hash=sha256:00
"""
PROJECT = "name: homeport\nruntime: {name: python, options: {virtualenv: .venv}}\n"
STAGE = """\
encryptionsalt: v1:salt
config:
  homeport:cluster: {kind: gke, project: acme-stage}
  homeport:secrets: {token: {secure: AAAA}}
"""
ADC = HOME / ".config" / "gcloud" / "application_default_credentials.json"


def ready() -> FakeMachine:
    """A machine on which everything is as it should be."""
    return FakeMachine(
        env={"PULUMI_CONFIG_PASSPHRASE": "correct horse"},
        programs={"git", "pulumi", "pulumi-language-python", "gcloud", "gke-gcloud-auth-plugin", "kubectl"},
        answers={
            "version": Ran(0, "v3.260.0\n"),
            "whoami --json": Ran(0, '{"user": "me", "url": "gs://acme-admin-state"}'),
            "stack ls --json": Ran(0, '[{"name": "stage"}]'),
            "account --quiet": Ran(0, "ops@acme.example\n"),
        },
        texts={
            ROOT / "Pulumi.yaml": PROJECT,
            ROOT / "Pulumi.stage.yaml": STAGE,
            ROOT / "requirements.txt": LOCK,
            ROOT / ".venv" / "bin" / "python": "",
            ADC: '{"type": "authorized_user", "refresh_token": "marker-of-a-secret"}',
        },
        distributions={"click": "8.5.1", "pulumi": "3.272.0"},
    )


def no_settings(root: Path, stack: str) -> SettingsSeen | None:
    return SettingsSeen()


def found(machine: FakeMachine, name: str, *, stack: str | None = "stage") -> Finding:
    (finding,) = [item for item in examine(machine, ROOT, stack, no_settings) if item.name == name]
    return finding


def test_a_machine_with_everything_is_ready_to_deploy() -> None:
    findings = examine(ready(), ROOT, "stage", no_settings)
    assert [item.name for item in findings if item.status != "ok"] == []
    assert blocking(findings, deploy=True) == []
    assert lines(findings, deploy=True)[-1] == "Ready to deploy."


def test_a_bare_machine_gets_every_line_and_a_fix_for_each_at_once() -> None:
    bare = FakeMachine(
        texts={ROOT / "Pulumi.yaml": PROJECT, ROOT / "requirements.txt": LOCK, ROOT / "Pulumi.stage.yaml": STAGE}
    )
    findings = examine(bare, ROOT, "stage", no_settings)
    bad = {item.name for item in findings if item.status in {"missing", "wrong"}}
    assert bad == {
        "packages", "git", "pulumi", "pulumi-language-python", "environment", "login", "secrets",
        "credentials", "gcloud", "gke-gcloud-auth-plugin", "kubectl",
    }  # fmt: skip
    assert all(item.fix for item in findings if item.status in {"missing", "wrong"})
    assert [item.name for item in findings if item.status == "unknown"] == ["stack"]


def test_without_deploy_only_what_planning_needs_stops() -> None:
    machine = ready()
    machine.programs.clear()
    findings = examine(machine, ROOT, "stage", no_settings)
    assert blocking(findings, deploy=False) == []
    assert {item.name for item in blocking(findings, deploy=True)} >= {"pulumi", "login", "gcloud"}
    assert "Ready to plan. To deploy, mend first: pulumi" in lines(findings, deploy=False)[-1]
    assert lines(findings, deploy=True)[-1].startswith("Not ready to deploy: pulumi")


def test_optional_programs_never_stop() -> None:
    machine = ready()
    machine.programs -= {"git", "kubectl"}
    assert blocking(examine(machine, ROOT, "stage", no_settings), deploy=True) == []


def test_an_old_python_stops_planning() -> None:
    machine = ready()
    machine.python = (3, 10, 2)
    finding = found(machine, "python")
    assert finding.blocks(deploy=False)
    assert "3.10.2 is older than 3.11" in finding.text


@pytest.mark.parametrize(
    ("have", "status", "text"),
    [
        ({"pulumi": "3.272.0"}, "missing", "not installed: click"),
        ({"click": "8.5.1", "pulumi": "3.1.0"}, "wrong", "in another version: pulumi 3.1.0 (locked: 3.272.0)"),
    ],
)
def test_packages_are_compared_with_the_lock_file(have: dict[str, str], status: str, text: str) -> None:
    machine = ready()
    machine.distributions = have
    finding = found(machine, "packages")
    assert (finding.status, finding.text) == (status, text)
    assert finding.fix == ".venv/bin/python -m pip install --require-hashes -r requirements.txt"


def test_packages_of_other_platforms_are_not_asked_for() -> None:
    assert python_env.pins(LOCK) == {"click": "8.5.1", "pulumi": "3.272.0"}


def test_a_project_without_a_lock_file_gets_no_line_about_it() -> None:
    machine = ready()
    del machine.texts[ROOT / "requirements.txt"]
    assert "packages" not in {item.name for item in examine(machine, ROOT, None, no_settings)}


def test_the_environment_of_the_engine_is_made_by_pulumi_install() -> None:
    machine = ready()
    del machine.texts[ROOT / ".venv" / "bin" / "python"]
    assert found(machine, "environment").fix == "pulumi install"


@pytest.mark.parametrize(
    ("printed", "status", "part"),
    [
        ("v3.119.9\n", "wrong", "3.119.9 is older than 3.120.0"),
        ("v3.120.0\n", "ok", "tried with 3.260.0 to 3.262.0"),
        ("v3.262.0\n", "ok", "3.262.0"),
        ("v4.0.1-alpha.1+dirty\n", "ok", "4.0.1 (tried with"),
        ("nonsense", "wrong", "prints no version"),
    ],
)
def test_the_version_of_the_cli(printed: str, status: str, part: str) -> None:
    machine = ready()
    machine.answers["version"] = Ran(0, printed)
    finding = found(machine, "pulumi")
    assert finding.status == status
    assert part in finding.text


def test_the_language_host_may_lie_beside_the_cli() -> None:
    machine = ready()
    machine.programs.discard("pulumi-language-python")
    assert engine.language_host(machine).status == "missing"
    machine.texts[Path("/usr/bin/pulumi").resolve().with_name("pulumi-language-python")] = ""
    assert engine.language_host(machine).text == "beside pulumi"


@pytest.mark.parametrize(
    ("ran", "kind"),
    [
        (Ran(1, err="error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive"), "not-logged-in"),
        (Ran(3, err="error: something new"), "not-logged-in"),
        (Ran(255, err='error: unable to open state directory "file:///x": stat /x: no such file'), "no-backend"),
        (Ran(1, err="error: missing google credentials: unable to find gcp credentials"), "no-credentials"),
        (Ran(1, err="error: blob (code=NotFound): S3: ListObjectsV2, NoSuchBucket: none"), "no-backend"),
        (Ran(255, err='error: blob (code=NotFound): storage: bucket doesn\'t exist'), "no-backend"),
        (Ran(255, err="error: dial tcp: lookup storage.googleapis.com: no such host"), "unreachable"),
        (Ran(255, err="error: operation error S3, no EC2 IMDS role found, dial tcp"), "no-credentials"),
        (Ran(255, err="error: could not list bucket: api error ExpiredToken: the token has expired"), "no-credentials"),
        (Ran(6, err="error: no stack named 'stage' found"), "no-stack"),
        (Ran(1, err="error: no stack named 'stage' found"), "no-stack"),
        (Ran(1, err="error: current stack does not have output property 'kubeconfig'"), "no-output"),
        (Ran(1, err="error: failed to decrypt: incorrect passphrase, please set it"), "passphrase"),
        (Ran(1, err="warning: old\nerror: the first\nerror: the second"), "failed"),
        (Ran(None), "no-answer"),
    ],
)  # fmt: skip
def test_what_the_cli_says_becomes_a_cause_and_a_fix(ran: Ran, kind: str) -> None:
    machine = FakeMachine(programs={"pulumi"}, answers={"whoami --json": ran})
    trouble = ask(machine, ROOT, "whoami", "--json")
    assert isinstance(trouble, Trouble)
    assert trouble.kind == kind
    assert trouble.fix


@pytest.mark.parametrize("said", ["could not list bucket: blob (code=NotFound): NoSuchBucket", "not logged in"])
def test_where_no_place_for_the_state_is_the_command_that_makes_one_is_named(said: str) -> None:
    machine = ready()
    machine.answers["whoami --json"] = Ran(255, err=f"error: {said}")
    login = found(machine, "login")
    assert login.status == "missing"
    assert "homeport bootstrap" in login.fix
    assert "pulumi login gs://BUCKET" in login.fix


def test_the_first_error_is_shown_not_the_last() -> None:
    ran = Ran(1, err="warning: old\nerror: the first\nerror: grpc: the client connection is closing")
    trouble = ask(FakeMachine(programs={"pulumi"}, answers={"x": ran}), ROOT, "x")
    assert isinstance(trouble, Trouble)
    assert trouble.text == "the first"


def test_the_cli_is_never_asked_in_a_way_that_could_wait_for_an_answer() -> None:
    machine = ready()
    examine(machine, ROOT, "stage", no_settings)
    asked = [line for line in machine.asked if line.startswith("pulumi")]
    assert len(asked) == 3
    assert all(line.startswith("pulumi --non-interactive ") for line in asked)


def test_a_backend_that_does_not_answer_is_asked_once() -> None:
    machine = ready()
    machine.answers["whoami --json"] = Ran(None)
    findings = examine(machine, ROOT, "stage", no_settings)
    assert not any(line.endswith("stack ls --json") for line in machine.asked)
    (login,) = [item for item in findings if item.name == "login"]
    assert login.status == "wrong"
    assert "30 s" in login.text


@pytest.mark.parametrize(
    ("env", "project", "source"),
    [
        ({"PULUMI_BACKEND_URL": "gs://b"}, PROJECT, "PULUMI_BACKEND_URL"),
        ({}, PROJECT + "backend: {url: 'gs://b'}\n", "Pulumi.yaml"),
        ({}, PROJECT, "login"),
    ],
)
def test_login_says_where_the_place_of_the_state_was_named(env: dict[str, str], project: str, source: str) -> None:
    machine = ready()
    machine.env = env
    machine.texts[ROOT / "Pulumi.yaml"] = project
    assert found(machine, "login").text == f"gs://acme-admin-state (from {source})"


@pytest.mark.parametrize("listed", ["stage", "organization/stage", "acme/stage", "organization/homeport/stage"])
def test_a_stack_is_found_by_its_last_name(listed: str) -> None:
    machine = ready()
    machine.answers["stack ls --json"] = Ran(0, json.dumps([{"name": "prod"}, {"name": listed}]))
    assert found(machine, "stack").status == "ok"


def test_a_stack_may_be_given_in_full() -> None:
    findings = {item.name: item for item in examine(ready(), ROOT, "organization/homeport/stage", no_settings)}
    assert findings["stack file"].text == "Pulumi.stage.yaml"
    assert findings["stack"].status == "ok"


def test_a_stack_that_is_not_in_the_backend_is_made_with_the_key_that_its_file_names() -> None:
    machine = ready()
    machine.answers["stack ls --json"] = Ran(0, "[]")
    assert found(machine, "stack").fix == "pulumi stack init stage"
    machine.texts[ROOT / "Pulumi.stage.yaml"] = "secretsprovider: gcpkms://projects/acme-admin/k\nconfig: {}\n"
    assert found(machine, "stack").fix == (
        'pulumi stack init stage --secrets-provider "gcpkms://projects/acme-admin/k"'
    )


@pytest.mark.parametrize(
    ("env", "texts", "status"),
    [
        ({}, {}, "missing"),
        ({"PULUMI_CONFIG_PASSPHRASE": ""}, {}, "ok"),
        ({"PULUMI_CONFIG_PASSPHRASE_FILE": "/run/pass"}, {}, "wrong"),
        ({"PULUMI_CONFIG_PASSPHRASE_FILE": "/run/pass"}, {Path("/run/pass"): "marker-of-a-secret"}, "ok"),
    ],
)
def test_a_passphrase_is_needed_where_the_stack_file_has_a_salt(
    env: dict[str, str], texts: dict[Path, str], status: str
) -> None:
    machine = ready()
    machine.env = env
    machine.texts.update(texts)
    finding = found(machine, "secrets")
    assert finding.status == status
    assert "marker-of-a-secret" not in finding.text


def test_a_key_of_the_cloud_needs_no_passphrase_and_the_names_of_secrets_are_listed() -> None:
    machine = ready()
    machine.env = {}
    machine.texts[ROOT / "Pulumi.stage.yaml"] = (
        "secretsprovider: gcpkms://projects/acme-admin/k?x=y\nencryptedkey: AAAA\nencryptionsalt: left-over\n"
        "config: {'homeport:secrets': {token: {secure: AAAA}, key: {secure: BBBB}}}\n"
    )
    assert found(machine, "secrets") == Finding(
        "secrets", "ok", "by gcpkms://projects/acme-admin/k; 2 set: key, token", need="deploy"
    )


def test_a_missing_stack_file_names_the_stacks_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.stage.yaml").write_text("config: {}\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    findings = examine(ready(), tmp_path, "sttage", no_settings)
    (finding,) = [item for item in findings if item.name == "stack file"]
    assert finding.blocks(deploy=False)
    assert "stacks here: prod, stage" in finding.text
    assert "stack" not in {item.name for item in findings}


def test_wrong_settings_stop_planning_and_show_the_first_problem_with_its_place() -> None:
    problem = Problem(
        ("cluster", "region"), "is not allowed", value="mars", location=Location("Pulumi.stage.yaml", 7, 3)
    )

    def load(root: Path, stack: str) -> SettingsSeen:
        return SettingsSeen((problem, problem))

    (finding,) = [item for item in examine(ready(), ROOT, "stage", load) if item.name == "settings"]
    assert finding.blocks(deploy=False)
    assert finding.text == 'Pulumi.stage.yaml:7:3: cluster.region = "mars": is not allowed (and 1 more)'
    assert finding.fix.startswith("homeport config -s stage")


def test_the_cluster_is_what_the_merged_settings_say_not_what_the_file_alone_says() -> None:
    def load(root: Path, stack: str) -> SettingsSeen:
        return SettingsSeen((), StackFile(kind="existing", context="kind-homeport"))

    names = {item.name for item in examine(ready(), ROOT, "stage", load)}
    assert "context" in names
    assert "gcloud" not in names


@pytest.mark.parametrize(
    ("env", "texts", "status", "part"),
    [
        ({}, {}, "missing", "no application default credentials"),
        ({}, {ADC: '{"type": "authorized_user"}'}, "ok", "authorized_user, application default credentials"),
        ({}, {ADC: "garbage"}, "wrong", "no credential file"),
        ({}, {ADC: "[1]"}, "wrong", "no credential file"),
        (
            {"CLOUDSDK_CONFIG": "/cfg"},
            {Path("/cfg") / ADC.name: '{"type": "service_account"}'},
            "ok",
            "service_account",
        ),
        ({"GOOGLE_APPLICATION_CREDENTIALS": "/gone"}, {ADC: '{"type": "x"}'}, "wrong", "names /gone"),
        (
            {"GOOGLE_APPLICATION_CREDENTIALS": "/k"},
            {Path("/k"): '{"type": "external_account"}'},
            "ok",
            "external_account",
        ),
        ({"GOOGLE_OAUTH_ACCESS_TOKEN": "marker-of-a-secret"}, {}, "ok", "from GOOGLE_OAUTH_ACCESS_TOKEN"),
    ],
)
def test_where_google_credentials_are_looked_for(
    env: dict[str, str], texts: dict[Path, str], status: str, part: str
) -> None:
    finding = clouds.google_credentials(FakeMachine(env=env, texts=texts))
    assert finding.status == status
    assert part in finding.text
    assert "marker" not in finding.text


@pytest.mark.parametrize("ran", [Ran(0, "", "(unset)\n"), Ran(0, "(unset)\n"), Ran(1, err="ERROR: no")])
def test_gcloud_must_be_signed_in_for_the_plugin(ran: Ran) -> None:
    machine = ready()
    machine.answers["account --quiet"] = ran
    assert found(machine, "gcloud account").fix.startswith("gcloud auth login")


KUBECONFIG = "contexts: [{name: kind-homeport}, {name: minikube}]\n"


@pytest.mark.parametrize(
    ("file", "env", "texts", "status"),
    [
        (StackFile(context="kind-homeport"), {}, {HOME / ".kube" / "config": KUBECONFIG}, "ok"),
        (StackFile(context="kind-homeport"), {}, {}, "missing"),
        (StackFile(context="other"), {"KUBECONFIG": "/a:/b"}, {Path("/b"): KUBECONFIG}, "missing"),
        (StackFile(context="minikube"), {"KUBECONFIG": "/a:/b"}, {Path("/b"): KUBECONFIG}, "ok"),
        (StackFile(context="minikube", kubeconfig="~/mine"), {"KUBECONFIG": "/b"}, {HOME / "mine": KUBECONFIG}, "ok"),
        (StackFile(context="minikube", kubeconfig="mine"), {}, {ROOT / "mine": "%: ["}, "missing"),
    ],
)
def test_an_existing_cluster_needs_its_context(
    file: StackFile, env: dict[str, str], texts: dict[Path, str], status: str
) -> None:
    finding = next(clouds.existing(FakeMachine(env=env, texts=texts), ROOT, file, "local"))
    assert (finding.name, finding.status) == ("context", status)
    if status == "missing" and file.context == "kind-homeport":
        assert finding.fix.startswith("kind create cluster --name homeport")


@pytest.mark.parametrize(
    "text", ["", "[]", "a: [", "\t", "config: 3\nruntime: python", "&a [*a]", "config: {homeport:cluster: 7}"]
)
def test_files_that_cannot_be_read_give_no_facts_and_no_traceback(text: str) -> None:
    assert project_file(text).virtualenv is None
    assert stack_file(text) == StackFile()
    assert contexts(text) == []


def test_nothing_that_a_program_prints_may_carry_a_secret_out() -> None:
    secret = "marker-of-a-secret"
    machine = ready()
    machine.env = {
        "PULUMI_ACCESS_TOKEN": secret,
        "PULUMI_CONFIG_PASSPHRASE": f"p-{secret}",
        "AWS_SECRET_ACCESS_KEY": f"k-{secret}",
        "GOOGLE_CREDENTIALS": f'{{"private_key": "{secret}"}}',
    }
    bad = Ran(1, err=f"error: dial tcp postgres://user:{secret}@db.acme.example: token {secret} p-{secret} k-{secret}")
    for answers in (
        {**machine.answers, "whoami --json": bad},
        {**machine.answers, "stack ls --json": bad, "version": bad},
        {**machine.answers, "whoami --json": Ran(0, json.dumps({"url": f"postgres://user:{secret}@db.acme.example"}))},
    ):
        findings = examine(replace(machine, answers=answers), ROOT, "stage", no_settings)
        shown = "\n".join(lines(findings, deploy=True)) + json.dumps([item.as_json(deploy=True) for item in findings])
        assert secret not in shown
    assert "postgres://...@db.acme.example" in shown
