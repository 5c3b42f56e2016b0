"""The real engine on a copy of the project, with simulated clouds and a real API server."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML

from tests.engine.control_plane import TOKEN, ControlPlane
from tests.engine.events import Result, read_events
from tests.engine.processes import Processes
from tests.engine.shipped import install_what_gke_ships
from tests.engine.simcloud.cloud import Cloud
from tests.engine.simcloud.gcp import Gcp
from tests.engine.simcloud.server import CloudServer

ROOT: Final = Path(__file__).resolve().parents[2]
#: What of the project is run.
_COPIED: Final = ("Pulumi*.yaml", "__main__.py", "pyproject.toml", "stacks", "components")
_PASSPHRASE: Final = "engine-tests"
#: Seconds after which a command is killed: far more than any needs, so that a hang shows and nothing else does.
LONGEST: Final = 240

#: Stands in for the plugin that logs in to GKE: https://kubernetes.io/docs/reference/access-authn-authz/authentication/
_CREDENTIAL: Final = {
    "apiVersion": "client.authentication.k8s.io/v1beta1",
    "kind": "ExecCredential",
    "status": {"token": TOKEN},
}
_GKE_LOGIN: Final = f"#!/bin/sh\nprintf '%s' '{json.dumps(_CREDENTIAL)}'\n"


class Engine:
    """One stack of the project, its state, its clouds.

    Args:
        folder: for everything; made.
        stack: name of the stack.
        control_plane: answers as every simulated cluster; empty whenever one is made.
        processes: starts and ends the programs.
    """

    def __init__(self, folder: Path, stack: str, control_plane: ControlPlane, processes: Processes) -> None:
        self.folder = folder
        self.stack = stack
        self.cloud = Cloud()
        self.control_plane = control_plane
        self.work = folder / "work"
        self._processes = processes
        self._commands = 0
        self._server = CloudServer(self.cloud, [Gcp(self.cloud, self._new_cluster)])
        _copy_project(self.work)
        for name in ("backend", "home", "logs", "bin"):
            (folder / name).mkdir()
        login = folder / "bin" / "gke-gcloud-auth-plugin"
        login.write_text(_GKE_LOGIN)
        login.chmod(0o755)
        self._env = self._environment()

    # --- commands

    def init(self) -> None:
        """Make the stack."""
        self._run("stack", "init", self.stack).must()

    def preview(self, *arguments: str) -> Result:
        """What an update would do."""
        return self._update("preview", *arguments)

    def up(self, *arguments: str, during: Callable[[subprocess.Popen[bytes]], None] | None = None) -> Result:
        """Update, without a preview before it.

        Args:
            arguments: further ones.
            during: called with the engine while it works.
        """
        return self._update("up", "--yes", "--skip-preview", *arguments, during=during)

    def refresh(self, *arguments: str) -> Result:
        """Read what is there into the state."""
        return self._update("refresh", "--yes", "--skip-preview", *arguments)

    def destroy(self, *arguments: str) -> Result:
        """Destroy as people do, with the preview that refuses before the first deletion."""
        return self._update("destroy", "--yes", *arguments)

    def cancel(self) -> Result:
        """Remove the lock that a killed engine has left behind."""
        return self._run("cancel", "--yes", "--stack", self.stack)

    def export(self) -> dict[str, Any]:
        """The state, secrets encrypted."""
        return json.loads(self._run("stack", "export", "--stack", self.stack).must().output)

    def set_secret(self, name: str, value: str) -> None:
        """Set a secret of the stack, as a person would."""
        key = f"homeport:secrets.{name}"
        self._run("config", "set", "--secret", "--path", key, value, "--stack", self.stack).must()

    def pending_creations(self) -> list[str]:
        """URNs of what an engine that was killed had begun to make."""
        deployment: dict[str, Any] = self.export()["deployment"]
        pending: list[dict[str, Any]] = deployment.get("pending_operations", [])
        return [operation["resource"]["urn"] for operation in pending if operation["type"] == "creating"]

    def seconds_since_last_save(self) -> float:
        """How long the engine has not written the state."""
        states = (self.folder / "backend" / ".pulumi" / "stacks").rglob(f"{self.stack}.json")
        return min((time.time() - path.stat().st_mtime for path in states), default=0)

    def resources(self) -> Mapping[str, dict[str, Any]]:
        """The state's resources by URN."""
        deployment: dict[str, Any] = self.export()["deployment"]
        return {resource["urn"]: resource for resource in deployment.get("resources", [])}

    def edit(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the stack's settings.

        Args:
            change: gets the `config` of the stack's file, by key without `homeport:`, and changes it in place.
        """
        path = self.work / f"Pulumi.{self.stack}.yaml"
        yaml = YAML()
        # Without their quotes some texts would be numbers.
        yaml.preserve_quotes = True
        document: dict[str, Any] = yaml.load(path)  # pyright: ignore[reportUnknownMemberType]
        config = {key.removeprefix("homeport:"): value for key, value in document["config"].items()}
        change(config)
        document["config"] = {f"homeport:{key}": value for key, value in config.items()}
        with path.open("w", encoding="utf-8") as out:
            yaml.dump(document, out)  # pyright: ignore[reportUnknownMemberType]

    def use_existing_cluster(self) -> None:
        """Bring up a cluster of somebody else's, and name it as kubectl would."""
        self.control_plane.reset()
        kubeconfig = self.folder / "home" / ".kube" / "config"
        kubeconfig.parent.mkdir()
        kubeconfig.write_text(self.control_plane.kubeconfig())
        self.edit(lambda config: config["cluster"].update(context="control-plane"))

    def without_protection(self) -> Result:
        """The update that lets everything go."""
        consent = {"decommission": True} if self.stack == "prod" else {}
        self.edit(lambda config: config.update(protection="none", **consent))
        return self.up()

    def logs(self) -> Iterator[tuple[str, str]]:
        """Name and text of everything that was logged so far: what people see, and the event logs."""
        for path in sorted((self.folder / "logs").iterdir()):
            yield path.name, path.read_text(errors="replace")

    def stop(self) -> None:
        """Stop the simulated clouds."""
        self._server.stop()

    # --- how

    def _new_cluster(self) -> tuple[str, str, str]:
        self.control_plane.reset()
        install_what_gke_ships(self.control_plane)
        return self.control_plane.host_name(), self.control_plane.address, self.control_plane.ca_certificate

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's but PATH: no account, cluster or setting of theirs may be reached."""
        venv = Path(sys.prefix)
        path = os.pathsep.join([str(self.folder / "bin"), str(venv / "bin"), os.environ["PATH"]])
        return {
            "PATH": path,
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "PULUMI_HOME": str(self.folder / "home" / ".pulumi"),
            "PULUMI_BACKEND_URL": f"file://{self.folder / 'backend'}",
            "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DEBUG_PROVIDERS": self._server.debug_providers,
            "PYTHONPATH": str(self.work / "components"),
            # GKE's DNS endpoint has a certificate that every machine trusts; this is the machine's list here.
            "SSL_CERT_FILE": str(self.control_plane.ca_file),
        }

    def _update(
        self, command: str, *arguments: str, during: Callable[[subprocess.Popen[bytes]], None] | None = None
    ) -> Result:
        return self._run(command, "--stack", self.stack, *arguments, events=True, during=during)

    def _run(
        self,
        command: str,
        *arguments: str,
        events: bool = False,
        during: Callable[[subprocess.Popen[bytes]], None] | None = None,
    ) -> Result:
        self._commands += 1
        label = f"{self._commands:03d}-{command}"
        log, event_log = (self.folder / "logs" / f"{label}.{kind}" for kind in ("txt", "events"))
        line = ["pulumi", command, *arguments, "--non-interactive", "--color", "never"]
        if events:
            line += ["--event-log", str(event_log)]
        started = time.monotonic()
        process = self._processes.start(line, log=log, env=self._env, cwd=self.work)
        try:
            if during is not None:
                during(process)
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self._processes.end(process, grace=0, sig=signal.SIGKILL)
            raise AssertionError(f"pulumi {command} took over {LONGEST} s:\n{log.read_text()}") from None
        finally:
            self._processes.forget(process)
        seconds = time.monotonic() - started
        found = read_events(event_log)
        result = Result(
            command, process.returncode, found.steps, found.errors, found.warnings, log.read_text(), seconds
        )
        _say(f"{self.stack}: {command}: {len(result.steps)} steps, status {result.code}, {seconds:.1f} s")
        return result


def _copy_project(target: Path) -> None:
    target.mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for pattern in _COPIED:
        for source in ROOT.glob(pattern):
            if source.is_dir():
                shutil.copytree(source, target / source.name, ignore=ignored)
            else:
                shutil.copy(source, target / source.name)
    # Where Pulumi.yaml looks for the program's dependencies.
    (target / ".venv").symlink_to(sys.prefix, target_is_directory=True)


def _say(text: str) -> None:
    """Progress, for whoever watches with `pytest -s`."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"[engine] {text}\n")
