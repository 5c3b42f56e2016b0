"""The real engine, working on one stack of a site."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ruamel.yaml import YAML

from tests.engine.control_plane import ControlPlane
from tests.engine.events import BUILT_IN, Result, read_events
from tests.engine.simcloud.cloud import Cloud, Key, Live
from tests.engine.site import Site

#: Seconds after which a command is killed: far more than any needs, so that a hang shows and nothing else does.
LONGEST: Final = 900
#: Stacks that need consent before they may be unprotected.
_PRODUCTION: Final = ("global", "prod", "prod-eks")

_POOLS: Final = ("gcp:container/nodePool:", "aws:eks/nodeGroup:")


class Engine:
    """One stack of the project.

    Args:
        site: where it lives.
        stack: name of the stack.
    """

    def __init__(self, site: Site, stack: str) -> None:
        self.site = site
        self.stack = stack
        self.work = site.work

    @property
    def cloud(self) -> Cloud:
        """The simulated clouds, with what other stacks have there."""
        return self.site.cloud

    @property
    def control_plane(self) -> ControlPlane:
        """Answers as the cluster."""
        return self.site.control_plane

    @property
    def has_nodes(self) -> bool:
        """Whether its cluster has node pools by now; before that the control plane is as another stack left it."""
        return any(live.type.startswith(_POOLS) for live in self.live.values())

    @property
    def live(self) -> Mapping[Key, Live]:
        """What the stack has in the simulated clouds."""
        return self.cloud.of_stack(self.stack)

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

    def destroy(self, *arguments: str, during: Callable[[subprocess.Popen[bytes]], None] | None = None) -> Result:
        """Destroy as people do, with the preview that refuses before the first deletion; arguments as of `up`."""
        return self._update("destroy", "--yes", *arguments, during=during)

    def cancel(self) -> Result:
        """Remove the lock that a killed engine has left behind."""
        return self._run("cancel", "--yes", "--stack", self.stack)

    def export(self, *arguments: str) -> dict[str, Any]:
        """The state, secrets encrypted unless `--show-secrets` is given."""
        return json.loads(self._run("stack", "export", "--stack", self.stack, *arguments).must().output)

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
        states = (self.site.backend / ".pulumi" / "stacks").rglob(f"{self.stack}.json")
        return min((time.time() - path.stat().st_mtime for path in states), default=0)

    def resources(self) -> Mapping[str, dict[str, Any]]:
        """The state's resources by URN, without the engine's own provider."""
        deployment: dict[str, Any] = self.export()["deployment"]
        found: list[dict[str, Any]] = deployment.get("resources", [])
        return {resource["urn"]: resource for resource in found if resource["type"] != BUILT_IN}

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
        self.site.have_cluster()
        self.edit(lambda config: config["cluster"].update(context="control-plane"))

    def open_tunnel(self) -> None:
        """Reach a private endpoint as through a tunnel, whose own end is the API server here."""
        port = self.control_plane.port
        self.edit(lambda config: config["cluster"]["api"].update(local_port=port))

    def without_waiting(self) -> None:
        """Let no API settle: the simulated ones are ready at once."""
        self.edit(lambda config: config["gcp"].setdefault("services", {}).update(settle_seconds=0))

    def without_protection(self) -> Result:
        """The update that lets everything go."""
        consent = {"decommission": True} if self.stack in _PRODUCTION else {}
        self.edit(lambda config: config.update(protection="none", **consent))
        return self.up()

    def logs(self) -> Iterator[tuple[str, str]]:
        """Name and text of everything that was logged so far: what people see, and the event logs."""
        for path in sorted(self.site.logs.iterdir()):
            yield path.name, path.read_text(errors="replace")

    # --- how

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
        log, event_log = self.site.next_log(command)
        line = ["pulumi", command, *arguments, "--non-interactive", "--color", "never"]
        if events:
            line += ["--event-log", str(event_log)]
        started = time.monotonic()
        process = self.site.processes.start(line, log=log, env=self.site.environment(), cwd=self.work)
        try:
            if during is not None:
                during(process)
            process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.site.processes.end(process, grace=0, sig=signal.SIGKILL)
            raise AssertionError(f"pulumi {command} took over {LONGEST} s:\n{log.read_text()}") from None
        finally:
            self.site.processes.forget(process)
        seconds = time.monotonic() - started
        found = read_events(event_log)
        result = Result(
            command,
            process.returncode,
            found.steps,
            found.errors,
            found.warnings,
            log.read_text(),
            seconds,
            event_log if events else None,
        )
        _say(f"{self.stack}: {command}: {len(result.steps)} steps, status {result.code}, {seconds:.1f} s")
        return result


def _say(text: str) -> None:
    """Progress, for whoever watches with `pytest -s`."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"[engine] {text}\n")
