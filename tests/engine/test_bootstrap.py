"""`homeport bootstrap` on the real engine and simulated clouds: made, moved, found again, interrupted anywhere.

A second folder stands for the bucket (`--state`), since Pulumi keeps state in real ones alone. Google's keys cannot be
reached either, nor stood in for, so on both clouds the state is encrypted by the stand-in for AWS KMS: on AWS with the
key that was made, on Google Cloud with one that `--secrets-provider` names.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from homeport.bootstrap.folder import Folder
from homeport.bootstrap.state import read_state
from tests.engine.key_service import KeyService, key_service
from tests.engine.simcloud.cloud import Fault
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(900)]

CLOUDS = ("gcp", "aws")
ANOTHER_KEY = "awskms:///arn:aws:kms:eu-central-1:333344445555:key/of-somebody-else?region=eu-central-1"
OPTIONS = {
    "gcp": (
        *("--project", "acme-admin", "--location", "europe-west3", "--settle-seconds", "0"),
        *("--deployers", "group:platform@acme.example", "--secrets-provider", ANOTHER_KEY),
    ),
    "aws": (
        *("--account", "333344445555", "--region", "eu-central-1"),
        *("--deployers", "arn:aws:iam::111122223333:role/homeport/ci-homeport-deploy"),
    ),
}
MADE = {
    "gcp": {
        "store-services-admin-cloudkms",
        "store-services-admin-storage",
        "store-key-ring",
        "store-key-key",
        "store-key-user-group:platform@acme.example",
        "store-bucket-agent-key",
        "store-bucket-bucket",
        "store-user-group:platform@acme.example",
    },
    "aws": {
        "store-key-key",
        "store-key-alias",
        "store-bucket-bucket",
        "store-bucket-private",
        "store-bucket-ownership",
        "store-bucket-versions",
        "store-bucket-encryption",
        "store-bucket-lifecycle",
        "store-bucket-policy",
    },
}
EVERYTHING = ["make", "seal", "open", "move", "compare", "clear", "update"]


@dataclass
class Ran:
    """How the command ended."""

    code: int
    out: str
    said: str

    @property
    def result(self) -> dict[str, Any]:
        """What `--json` printed."""
        assert self.code == 0, f"{self.out}\n{self.said}"
        return json.loads(self.out)


@dataclass
class Machine:
    """Somebody's machine, where the command is run."""

    site: Site
    keys: KeyService
    cloud: Literal["gcp", "aws"]
    home: Path
    place: Path
    more: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def folder(self) -> Path:
        """Where the state is until it moves."""
        return self.home / ".homeport" / f"bootstrap-{self.cloud}"

    def environment(self) -> dict[str, str]:
        """As the engine's tests have it, without a place of the state or a passphrase of anybody's."""
        credentials = self.home / "credentials.json"
        credentials.write_text('{"type": "service_account"}')
        env = {**self.site.environment(), **self.keys.environment, **self.more}
        del env["PULUMI_BACKEND_URL"], env["PULUMI_CONFIG_PASSPHRASE"]
        return {**env, "GOOGLE_APPLICATION_CREDENTIALS": str(credentials)}

    def options(self) -> list[str]:
        """What every run is given."""
        return [*OPTIONS[self.cloud], "--cloud", self.cloud, "--state", self.place.as_uri()]

    def start(self, *options: str) -> tuple[subprocess.Popen[bytes], Path, Path]:
        """Begin a run; its output goes into files."""
        log, _ = self.site.next_log("bootstrap")
        out = log.with_suffix(".json")
        script = 'exec "$0" -m homeport bootstrap "$@" >"$OUT"'
        process = self.site.processes.start(
            ["sh", "-c", script, sys.executable, *self.options(), *options, "--yes", "--json"],
            log=log,
            env={**self.environment(), "OUT": str(out)},
            cwd=self.home,
        )
        return process, out, log

    def run(self, *options: str, during: Callable[[subprocess.Popen[bytes]], None] | None = None) -> Ran:
        """Run the command."""
        process, out, log = self.start(*options)
        if during is not None:
            during(process)
        process.wait(600)
        self.site.processes.forget(process)
        return Ran(process.returncode, out.read_text(), log.read_text())

    def state(self) -> dict[str, Any] | None:
        """What is in the place."""
        path = self.place / ".pulumi" / "stacks" / "homeport-bootstrap" / "admin.json"
        return json.loads(path.read_text())["checkpoint"]["latest"] if path.exists() else None

    def in_the_state(self) -> set[str]:
        """Logical names of the cloud's resources in the place."""
        found = read_state({"deployment": self.state()})
        own = ("pulumi:", "homeport:")
        return {one["urn"].split("::", 3)[3] for one in found.resources if not one["type"].startswith(own)}

    def live(self) -> list[str]:
        """Logical names of what is in the cloud, sorted."""
        return sorted(one.urn.split("::", 3)[3] for one in self.site.cloud.of_stack("admin").values())


@pytest.fixture(scope="module")
def keys() -> Iterator[KeyService]:
    """The stand-in for AWS KMS."""
    with key_service() as service:
        yield service


@pytest.fixture(scope="module")
def new_machine(
    new_site: Callable[[], Site], keys: KeyService, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Any], Machine]:
    """Makes an empty cloud, an empty place and a machine."""

    def make(cloud: Any) -> Machine:
        home, place = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("place")
        return Machine(new_site(), keys, cloud, home, place)

    return make


@pytest.fixture(scope="module", params=CLOUDS)
def machine(request: pytest.FixtureRequest, new_machine: Callable[[Any], Machine]) -> Machine:
    """One for the life of a store, from nothing."""
    return new_machine(request.param)


def test_the_first_run_makes_all_and_leaves_the_state_in_its_place(machine: Machine) -> None:
    ran = machine.run()
    assert ran.result["did"] == EVERYTHING
    assert machine.live() == sorted(MADE[machine.cloud])
    assert machine.in_the_state() == MADE[machine.cloud]
    assert not machine.folder.exists(), "nothing is left on this machine"
    # The last step, an update from the moved state, found nothing to do.
    changed = [record for record in machine.site.cloud.since(0) if record.operation != "create"]
    assert changed == []


def test_the_key_encrypts_the_moved_state(machine: Machine) -> None:
    found = read_state({"deployment": machine.state()})
    wanted = ANOTHER_KEY if machine.cloud == "gcp" else found.outputs["secrets_provider"]
    assert found.provider == wanted
    assert ("Encrypt", wanted.removeprefix("awskms:///").partition("?")[0]) in machine.keys.used


def test_bucket_and_key_are_protected(machine: Machine) -> None:
    protected = {
        one["urn"].split("::", 3)[3]
        for one in read_state({"deployment": machine.state()}).resources
        if one.get("protect")
    }
    assert protected == {
        name for name in MADE[machine.cloud] if name in {"store-key-ring", "store-key-key", "store-bucket-bucket"}
    }


def test_a_second_run_changes_nothing_and_says_the_same(machine: Machine) -> None:
    before, mark = machine.site.cloud.snapshot(), machine.site.cloud.mark()
    ran = machine.run()
    assert ran.result["did"] == ["update"]
    assert machine.site.cloud.snapshot() == before
    assert machine.site.cloud.since(mark) == []
    assert not machine.folder.exists()
    assert ran.result["state"] == machine.place.as_uri()
    assert "pulumi login" in ran.result["next"][0]


def test_what_a_later_run_does_not_say_stays_as_it_is(machine: Machine) -> None:
    mark = machine.site.cloud.mark()
    ran = machine.run("--owner", "administration")
    assert ran.result["did"] == ["update"]
    touched = {record.name for record in machine.site.cloud.since(mark)}
    # Labels alone.
    assert touched
    assert {record.operation for record in machine.site.cloud.since(mark)} == {"update"}
    assert machine.run().result["did"] == ["update"]
    assert read_state({"deployment": machine.state()}).outputs["store"]["owner"] == "administration"


def test_another_store_is_refused_before_anything_is_done(machine: Machine) -> None:
    mark = machine.site.cloud.mark()
    ran = machine.run("--bucket", "acme-another-state")
    assert ran.code == 2
    problem = json.loads(ran.out)["problems"][0]
    assert problem["path"] == "--bucket"
    assert "cannot become another" in problem["rule"]
    assert machine.site.cloud.since(mark) == []


def _wait_for(what: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        assert process.poll() is None, "it ended first"
        time.sleep(0.02)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """The command and its engine, at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _assert_stands(machine: Machine) -> None:
    assert machine.live() == sorted(MADE[machine.cloud])
    assert machine.in_the_state() == MADE[machine.cloud]
    assert not machine.folder.exists()
    mark = machine.site.cloud.mark()
    assert machine.run().result["did"] == ["update"]
    assert machine.site.cloud.since(mark) == []


def stop_before(machine: Machine, step: str) -> None:
    """Kill a run as soon as it announces a step: those before it are done."""

    def announced() -> bool:
        return f"== {step}" in max(machine.site.logs.glob("*-bootstrap.txt")).read_text()

    def during(process: subprocess.Popen[bytes]) -> None:
        _wait_for(announced, process)
        _kill(process)

    assert machine.run(during=during).code == -signal.SIGKILL


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_run_that_was_killed_after_any_step_is_taken_up_by_the_next(
    new_machine: Callable[[Any], Machine], cloud: str
) -> None:
    machine = new_machine(cloud)
    for step in ("encrypt the state", "make the stack in", "copy the state", "read it back", "remove the state"):
        stop_before(machine, step)
        assert machine.live() == sorted(MADE[machine.cloud]), "nothing twice, nothing lost"
    assert machine.run().code == 0
    _assert_stands(machine)


BEGUN = [
    ("gcp", "store-key-ring", True),
    ("gcp", "store-key-ring", False),
    ("gcp", "store-key-key", True),
    ("gcp", "store-bucket-bucket", True),
    ("aws", "store-bucket-bucket", True),
]


@pytest.mark.parametrize(("cloud", "resource", "made"), BEGUN)
def test_what_a_killed_engine_had_asked_the_cloud_for_is_taken_over_or_made(
    new_machine: Callable[[Any], Machine], cloud: str, resource: str, *, made: bool
) -> None:
    machine = new_machine(cloud)
    # The answer comes when nobody hears it any more.
    machine.site.cloud.inject(Fault(".*", "create", "nobody hears this", name=f"^{resource}$", wait=4, made=made))

    def during(process: subprocess.Popen[bytes]) -> None:
        _wait_for(lambda: not machine.site.cloud.pending_faults(), process)
        time.sleep(1.5)
        _kill(process)

    assert machine.run(during=during).code == -signal.SIGKILL
    time.sleep(4)
    assert (resource in machine.live()) is made
    assert machine.run().result["did"] == EVERYTHING
    _assert_stands(machine)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_failure_names_its_first_error_and_the_same_command_goes_on(
    new_machine: Callable[[Any], Machine], cloud: str
) -> None:
    machine = new_machine(cloud)
    machine.site.cloud.inject(Fault("storage/bucket:|s3/bucket:", "create", "Error 403: forbidden, billing is off"))
    ran = machine.run()
    assert ran.code == 1
    said = json.loads(ran.out)["error"]
    assert "billing is off" in said
    assert "the same command again" in said
    assert machine.folder.is_dir(), "the state of what was made is kept"
    assert (machine.folder / "passphrase").stat().st_mode & 0o77 == 0
    assert (machine.folder / ".gitignore").read_text() == "*\n"
    assert machine.run().result["did"] == EVERYTHING
    _assert_stands(machine)


def test_a_key_that_may_not_be_used_stops_before_anything_moves(
    new_machine: Callable[[Any], Machine], keys: KeyService
) -> None:
    machine = new_machine("aws")
    keys.refuses = True
    try:
        ran = machine.run()
    finally:
        keys.refuses = False
    assert ran.code == 1
    assert "not authorized to perform: kms:Encrypt" in json.loads(ran.out)["error"]
    assert machine.state() is None
    assert machine.run().result["did"] == EVERYTHING
    _assert_stands(machine)


def test_two_states_that_differ_are_never_chosen_between(new_machine: Callable[[Any], Machine]) -> None:
    machine = new_machine("gcp")
    stop_before(machine, "read it back")
    path = machine.place / ".pulumi" / "stacks" / "homeport-bootstrap" / "admin.json"
    written = path.read_text()
    # As if somebody had worked in the bucket meanwhile.
    assert '"platform"' in written
    path.write_text(written.replace('"platform"', '"somebody"'))
    mark = machine.site.cloud.mark()
    ran = machine.run()
    assert ran.code == 1
    said = json.loads(ran.out)["error"]
    assert "two states" in said
    assert str(machine.folder) in said
    assert machine.place.as_uri() in said
    assert machine.folder.is_dir()
    assert machine.site.cloud.since(mark) == []
    path.write_text(written)
    assert machine.run().result["did"] == ["compare", "clear", "update"]
    _assert_stands(machine)


def test_what_another_machine_began_is_left_to_it(new_machine: Callable[[Any], Machine], tmp_path: Path) -> None:
    machine = new_machine("aws")
    stop_before(machine, "copy the state")
    other = replace(machine, home=tmp_path)
    ran = other.run()
    assert ran.code == 1
    assert "on another machine" in json.loads(ran.out)["error"]
    assert not other.folder.exists()
    assert machine.run().result["did"] == ["make", "move", "compare", "clear", "update"]
    _assert_stands(machine)
    # With the state in its place any machine goes on.
    assert other.run().result["did"] == ["update"]


def test_an_engine_that_still_works_is_waited_for(new_machine: Callable[[Any], Machine]) -> None:
    machine = new_machine("gcp")
    machine.site.cloud.inject(Fault("keyRing:", "create", "Error 500: backendError", wait=15))

    def during(process: subprocess.Popen[bytes]) -> None:
        _wait_for(lambda: not machine.site.cloud.pending_faults(), process)
        # The command alone, as when a terminal is closed; its engine goes on.
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        second = subprocess.run(
            [sys.executable, "-m", "homeport", "bootstrap", *machine.options(), "--yes"],
            env=machine.environment(),
            cwd=machine.home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert second.returncode == 1, second.stdout
        assert "works on" in second.stderr
        assert "wait until it has ended" in second.stderr
        until = time.monotonic() + 120
        while list(Folder(machine.folder).locks()):
            assert time.monotonic() < until
            time.sleep(0.5)

    machine.run(during=during)
    assert machine.run().result["did"] == EVERYTHING
    _assert_stands(machine)
