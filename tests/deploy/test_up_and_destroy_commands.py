"""`homeport up` and `homeport destroy` with a program in the engine's place: what it is asked, what is shown."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from homeport.cli import main
from homeport.deploy.carry_out import Request, Tools, carry_out
from homeport.deploy.guards import guarded
from homeport.doctor.machine import Ran
from tests.commands.fake_machine import FakeMachine
from tests.deploy.engine_events import after, aftermath, before, failing
from tests.deploy.fake_pulumi import ROOT, Fake

NETWORK = "gcp:compute/network:Network"
PENDING = {
    "version": 3,
    "deployment": {
        "pending_operations": [
            {
                "type": "creating",
                "resource": {
                    "urn": "urn:pulumi:stage::theirs::gcp:container/cluster:Cluster::gke",
                    "type": "gcp:container/cluster:Cluster",
                    "inputs": {"name": "stage", "location": "europe-west3", "project": "acme-stage"},
                },
            }
        ]
    },
}


@dataclass
class Ended:
    returncode: int
    stdout: str
    stderr: str


@dataclass
class Runner(Fake):
    """Runs commands in this process, which is faster; the engine writes to the same descriptors."""

    capfd: pytest.CaptureFixture[str] | None = None

    def run(self, *arguments: str) -> Ended:
        assert self.capfd is not None
        code = 0
        try:
            main(self.command(*arguments)[3:], standalone_mode=True)
        except SystemExit as end:
            code = end.code
        out, err = self.capfd.readouterr()
        assert isinstance(code, int)
        return Ended(code, out, err)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    made = Runner(tmp_path, capfd=capfd)
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)
    return made


def wait_for(path: Path) -> None:
    until = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_an_update_refreshes_first_and_passes_on_what_is_for_the_engine(fake: Runner) -> None:
    fake.plan |= {"says": "Updating (stage)\n", "complains": "warning: old\n"}
    ran = fake.run("up", "--yes", "--", "--parallel", "4")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "Updating (stage)\n", "warning: old\n")
    assert fake.lines == ["up --stage --refresh".replace("--stage", "--stack stage") + " --parallel 4 --yes"]


@pytest.mark.parametrize(("given", "told"), [(None, "16"), ("3", "3")])
def test_as_much_is_done_at_once_as_the_graph_has_to_do_unless_somebody_says_otherwise(
    fake: Runner, monkeypatch: pytest.MonkeyPatch, given: str | None, told: str
) -> None:
    monkeypatch.delenv("PULUMI_PARALLEL", raising=False)
    if given is not None:
        monkeypatch.setenv("PULUMI_PARALLEL", given)
    fake.run("up", "--yes")
    assert [call["parallel"] for call in fake.calls] == [told]


def test_without_yes_nothing_is_agreed_to(fake: Runner) -> None:
    fake.plan |= {"complains": "error: --yes must be passed in to proceed\n", "codes": {"up": 255}}
    ran = fake.run("up")
    assert "--yes" not in fake.lines[0]
    assert ran.returncode == 1
    assert "homeport up -s stage --yes" in ran.stderr


def test_the_event_log_is_for_its_owner_alone_and_gone_afterwards(fake: Runner) -> None:
    assert fake.run("up", "--yes").returncode == 0
    [call] = fake.calls
    assert call["mode"] == ["0o700", "0o600"]
    assert call["debug"] == "true"
    assert not Path(call["log"]).exists()
    assert not Path(call["log"]).parent.exists()


def test_a_cli_without_an_event_log_deploys_all_the_same(fake: Runner) -> None:
    fake.plan["no_event_log"] = True
    assert fake.run("up", "--yes").returncode == 0
    assert [call["log"] for call in fake.calls] == [None]


def test_a_failure_is_explained_by_its_first_reason_in_one_block_at_the_end(fake: Runner) -> None:
    events = [
        before("keys", "gcp:kms/keyRing:KeyRing", "create"),
        after("keys", "gcp:kms/keyRing:KeyRing", "create"),
        *failing("vpc", NETWORK, "create", "Error 403: Required 'compute.networks.create' permission, forbidden"),
        *failing("nodes", "gcp:serviceaccount/account:Account", "create", "Error 500: " + "very long " * 40),
        *aftermath(),
    ]
    fake.plan |= {"events": {"up": events}, "codes": {"up": 255}, "complains": "error: update failed\n"}
    ran = fake.run("up", "--yes")
    assert ran.returncode == 1
    head, _, block = ran.stderr.partition("\nstage: up failed.\n")
    assert head == "error: update failed\n"
    lines = [line for line in block.splitlines() if line]
    assert lines[0] == f"  first: vpc ({NETWORK}, create): forbidden"
    assert lines[1] == "    | Error 403: Required 'compute.networks.create' permission, forbidden"
    assert "compute.networks.create" in lines[2]
    assert "docs/deploy.md" in lines[2]
    assert lines[3] == "  failed as well, for reasons of their own:"
    assert lines[4].startswith("    - nodes (gcp:serviceaccount/account:Account, create): Error 500: very long")
    assert len(lines[4]) < 120
    assert lines[5:] == ["done before: 1 create", "next: homeport up -s stage"]
    assert "grpc" not in block


def test_a_failure_without_any_reason_says_so(fake: Runner) -> None:
    fake.plan["codes"] = {"up": 255}
    ran = fake.run("up", "--yes")
    assert ran.returncode == 1
    assert "gave no reason" in ran.stderr


def test_json_is_one_document_on_standard_output_with_the_engine_on_the_other(fake: Runner) -> None:
    events = [
        before("keys", "gcp:kms/keyRing:KeyRing", "create"),
        after("keys", "gcp:kms/keyRing:KeyRing", "create"),
        *failing("vpc", NETWORK, "create", "Error 429: rateLimitExceeded"),
        *aftermath(),
    ]
    fake.plan |= {"events": {"up": events}, "codes": {"up": 255}, "says": "Updating\n", "complains": "warning: w\n"}
    ran = fake.run("up", "--yes", "--json")
    document = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert (document["result"], document["kind"], document["steps"]) == ("failed", "throttled", {"create": 1})
    assert [failure["name"] for failure in document["failures"]] == ["vpc"]
    assert ran.stderr == "Updating\nwarning: w\n"
    fake.plan |= {"events": {}, "codes": {}}
    done = json.loads(fake.run("up", "--yes", "--json").stdout)
    assert (done["result"], done["failures"], done["remedy"]) == ("done", [], None)


def test_a_machine_that_is_not_ready_does_not_ask_the_engine_for_anything(fake: Runner) -> None:
    fake.plan["stacks"] = ["prod"]
    ran = fake.run("up", "--yes")
    assert ran.returncode == 3
    assert "pulumi stack init stage" in ran.stderr
    assert "Not ready to deploy: stack." in ran.stderr
    assert fake.calls == []
    document = json.loads(fake.run("up", "--yes", "--json").stdout)
    assert document["result"] == "not_ready"
    assert [check["name"] for check in document["checks"] if check["blocks"]] == ["stack"]


@pytest.mark.parametrize("command", ["up", "destroy"])
def test_what_a_lost_run_had_begun_is_named_and_nothing_is_done(fake: Runner, command: str) -> None:
    fake.plan["state"] = PENDING
    ran = fake.run(command, "--yes")
    assert ran.returncode == 3
    assert fake.calls == []
    assert "gke (gcp:container/cluster:Cluster)" in ran.stderr
    assert "gcloud container clusters describe stage --location europe-west3 --project acme-stage" in ran.stderr
    assert f"homeport {command} -s stage --clear-pending" in ran.stderr
    assert "docs/runbooks/interrupted-update.md" in ran.stderr
    assert (ROOT / "docs" / "runbooks" / "interrupted-update.md").exists()
    document = json.loads(fake.run(command, "--yes", "--json").stdout)
    assert [item["name"] for item in document["pending"]] == ["gke"]


def test_with_consent_it_is_dropped_from_the_state_and_then_the_update_goes_on(fake: Runner) -> None:
    fake.plan["state"] = PENDING
    assert fake.run("up", "--yes", "--clear-pending").returncode == 0
    assert fake.lines == [
        "refresh --stack stage --clear-pending-creates --yes",
        "up --stack stage --refresh --yes",
    ]


def test_a_refresh_that_fails_is_the_end(fake: Runner) -> None:
    events = [*failing("vpc", NETWORK, "refresh", "Error 500: backendError"), *aftermath()]
    fake.plan |= {"state": PENDING, "events": {"refresh": events}, "codes": {"refresh": 255}}
    ran = fake.run("up", "--yes", "--clear-pending")
    assert ran.returncode == 1
    assert len(fake.calls) == 1
    assert "next: homeport up -s stage --clear-pending" in ran.stderr


def test_a_lock_in_a_folder_is_seen_before_and_never_taken_away(fake: Runner) -> None:
    folder = fake.folder / "state" / ".pulumi" / "locks" / "organization" / "theirs" / "stage"
    folder.mkdir(parents=True)
    lock = {"pid": 7, "username": "ann", "hostname": "laptop", "timestamp": "2026-11-21T17:40:07Z"}
    (folder / "1.json").write_text(json.dumps(lock))
    fake.plan |= {"url": f"file://{fake.folder / 'state'}", "state": PENDING}
    ran = fake.run("up", "--yes")
    assert ran.returncode == 3
    assert fake.calls == []
    assert "by ann@laptop (pid 7), since 2026-11-21T17:40:07Z" in ran.stderr
    assert ran.stderr.index("pulumi cancel stage") < ran.stderr.index("gke (gcp:container")
    assert (folder / "1.json").exists()


def test_a_lock_elsewhere_is_the_engines_refusal_and_nothing_was_begun(fake: Runner) -> None:
    text = (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the "
        "lock file with `pulumi cancel`.\n  gs://b/.pulumi/locks/x.json: created by ann@laptop (pid 7) at 2026-11-21\n"
    )
    fake.plan |= {"complains": text, "codes": {"up": 255}}
    ran = fake.run("up", "--yes")
    assert ran.returncode == 3
    assert ran.stderr.startswith(text)
    assert "stage: up did not begin." in ran.stderr
    assert "pulumi cancel stage, then: homeport up -s stage" in ran.stderr


def test_no_is_an_answer_and_no_failure_to_explain(fake: Runner) -> None:
    fake.plan |= {"complains": "error: confirmation declined, not proceeding with the update\n", "codes": {"up": 255}}
    ran = fake.run("up")
    assert ran.returncode == 1
    assert "stage: nothing was done." in ran.stderr
    assert "program" not in ran.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_reaches_the_engine_once_and_it_ends_by_itself(fake: Runner, number: signal.Signals) -> None:
    fake.plan |= {"waits": True, "codes": {"up": 255}}
    process = subprocess.Popen(
        fake.command("up", "--yes"),
        cwd=fake.folder,
        env=fake.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(fake.folder / "waiting")
    # As from a runner that stops a whole group, twice: the engine hears of it once, by this process.
    os.killpg(process.pid, number)
    time.sleep(0.1)
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert json.loads((fake.folder / "signals").read_text()) == ["INT"]
    assert "stage: up was interrupted, and the engine ended by itself." in err
    assert "next: homeport up -s stage" in err


def test_in_a_terminal_the_engine_asks_and_hears_the_answer_and_ctrl_c_comes_once(fake: Runner) -> None:
    fake.plan |= {"asks": True, "waits": True, "says": "Do it? ", "codes": {"up": 255}}
    line = fake.command("up")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(fake.folder)
        os.execve(line[0], line, fake.environment)  # noqa: S606 - fork and exec is what a terminal does
    shown = b""
    os.write(terminal, b"yes\n")
    wait_for(fake.folder / "waiting")
    os.write(terminal, b"\x03")
    while True:
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            break
        if not chunk:
            break
        shown += chunk
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 1
    [call] = fake.calls
    assert (call["stdin_tty"], call["stdout_tty"]) == (True, True)
    assert b"Do it? " in shown
    assert b"answer: yes" in shown
    assert json.loads((fake.folder / "signals").read_text()) == ["INT"]


def test_a_destroy_keeps_its_preview_and_says_how_to_remove_the_empty_stack(fake: Runner) -> None:
    for option in ("--skip-preview", "-f"):
        assert fake.run("destroy", "--yes", "--", option).returncode == 2
    assert fake.calls == []
    ran = fake.run("destroy", "--yes")
    assert ran.returncode == 0
    assert fake.lines == ["destroy --stack stage --refresh --yes"]
    assert "pulumi stack rm stage" in ran.stderr


@pytest.mark.parametrize("option", ["--stack=prod", "-s", "--event-log", "-C"])
def test_what_is_ours_to_say_is_refused_behind_the_dashes(fake: Runner, option: str) -> None:
    ran = fake.run("up", "--yes", "--", option)
    assert ran.returncode == 2
    assert fake.calls == []


def test_a_stack_that_holds_what_is_protected_is_not_touched(fake: Runner) -> None:
    urn = "urn:pulumi:stage::theirs::gcp:dns/managedZone:ManagedZone::zone"
    resource = {"urn": urn, "type": "gcp:dns/managedZone:ManagedZone", "protect": True}
    fake.plan["state"] = {"version": 3, "deployment": {"resources": [resource]}}
    ran = fake.run("destroy", "--yes")
    assert ran.returncode == 3
    assert fake.calls == []
    assert "Guarded: zone." in ran.stderr
    assert "homeport up -s stage" in ran.stderr
    assert fake.run("up", "--yes").returncode == 0


def test_the_stack_file_alone_keeps_a_stack_from_being_destroyed() -> None:
    stage = guarded(ROOT, "stage", [])
    assert stage is not None
    assert stage.why == "protection is standard"
    assert stage.commands == ("homeport set -s stage protection=none", "homeport up -s stage")
    prod = guarded(ROOT, "prod", ["cluster-gke"])
    assert prod is not None
    assert prod.commands[0] == "homeport set -s prod protection=none decommission=true"


def test_nothing_of_a_protected_stack_is_asked_of_the_engine() -> None:
    machine = FakeMachine(programs={"pulumi"}, answers={"stack export --stack stage": Ran(0, "{}")})
    outcome = carry_out(Request("destroy", "stage", ROOT, yes=True), Tools(machine, lambda _, __: []))
    assert outcome.result == "not_ready"
    text = "\n".join(outcome.lines())
    assert "stage is not to be destroyed: protection is standard." in text
    steps = ["homeport set -s stage protection=none", "homeport up -s stage", "homeport destroy -s stage"]
    assert [text.index(step) for step in steps] == sorted(text.index(step) for step in steps)


def test_protection_that_is_off_in_the_file_alone_has_to_be_applied_first(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "pyproject.toml", "stacks", "apps"):
        (tmp_path / name).symlink_to(ROOT / name)
    text = (ROOT / "Pulumi.stage.yaml").read_text(encoding="utf-8")
    (tmp_path / "Pulumi.stage.yaml").write_text(text.replace("protection: standard", "protection: none"))
    assert guarded(tmp_path, "stage", []) is None
    found = guarded(tmp_path, "stage", ["cluster-gke"])
    assert found is not None
    assert "no update has applied" in found.why
    assert found.commands == ("homeport up -s stage",)


def test_a_log_of_somebody_elses_run_is_explained_afterwards(tmp_path: Path) -> None:
    events = [*failing("vpc", NETWORK, "create", "Error 429: rateLimitExceeded"), *aftermath()]
    log = tmp_path / "events"
    log.write_text("".join(json.dumps(event) + "\n" for event in events))
    shown = CliRunner().invoke(main, ["explain", str(log)])
    assert shown.exit_code == 0
    assert shown.output.startswith(f"  first: vpc ({NETWORK}, create): throttled\n    | Error 429: rateLimitExceeded\n")
    document = json.loads(CliRunner().invoke(main, ["explain", str(log), "--json"]).stdout)
    assert document["explanation"]["kind"] == "throttled"
    log.write_text(json.dumps({"cancelEvent": {}}))
    assert "nothing failed" in CliRunner().invoke(main, ["explain", str(log)]).output
    log.write_text("")
    assert CliRunner().invoke(main, ["explain", str(log)]).exit_code == 2
