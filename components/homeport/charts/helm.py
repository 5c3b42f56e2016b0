"""The `helm` program: pulls charts and renders them. The only place that starts it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from homeport.charts.finding import Finding

#: Seconds after which a call is given up; the largest charts render in a few.
_PATIENCE: Final = 180


class HelmMissingError(Exception):
    """There is no `helm` on this machine; the message says how to get it."""


class HelmError(Exception):
    """A call failed.

    Args:
        text: what helm said, without its usual beginning.
    """

    def __init__(self, text: str) -> None:
        lines = [line for line in text.strip().splitlines() if not line.startswith(("WARNING:", "coalesce.go"))]
        self.text = "\n".join(lines).removeprefix("Error: ").strip() or "helm failed and said nothing"
        super().__init__(self.text)


@dataclass(frozen=True, slots=True)
class Helm:
    """The program.

    Attributes:
        program: its path.
        env: the environment that it gets.
    """

    program: str
    env: Mapping[str, str]

    def pull(self, chart: str, folder: Path, *, version: str | None, repository: str | None) -> None:
        """Put a chart's .tgz into a folder.

        https://helm.sh/docs/helm/helm_pull/

        Raises:
            HelmError: it cannot be had.
        """
        arguments = ["pull", chart, "--destination", str(folder)]
        if version is not None:
            arguments += ["--version", version]
        if repository is not None:
            arguments += ["--repo", repository]
        if is_loopback(chart):
            arguments.append("--plain-http")
        self._run(arguments)

    def template(
        self,
        chart: Path,
        *,
        release: str,
        namespace: str,
        values: Path,
        kubernetes: str,
        apis: Collection[str],
        skip_crds: bool,
    ) -> str:
        """Render a chart; its values are checked by its schema, where it has one.

        https://helm.sh/docs/helm/helm_template/

        Raises:
            HelmError: it does not render.
        """
        arguments = ["template", release, str(chart), "--namespace", namespace, "--values", str(values)]
        arguments += ["--kube-version", kubernetes, "--skip-tests"]
        if not skip_crds:
            arguments.append("--include-crds")
        for api in sorted(apis):
            arguments += ["--api-versions", api]
        return self._run(arguments)

    def _run(self, arguments: list[str]) -> str:
        try:
            ran = subprocess.run(  # noqa: S603 - no shell, and the program is the one that was found
                [self.program, *arguments],
                check=False,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                timeout=_PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise HelmError(f"no answer within {_PATIENCE} seconds (timeout)") from None
        except OSError as error:
            raise HelmMissingError(f"{self.program} cannot be started: {error.strerror}") from None
        if ran.returncode != 0:
            raise HelmError(ran.stderr or ran.stdout)
        return ran.stdout


def find_helm(cache: Path) -> Helm:
    """The `helm` on PATH, with a cache of its own; logins to registries are the user's.

    Raises:
        HelmMissingError: there is none.
    """
    program = shutil.which("helm")
    if program is None:
        raise HelmMissingError(
            "there is no helm on PATH, and charts are rendered with it: https://helm.sh/docs/intro/install/"
        )
    return Helm(program, {**os.environ, "HELM_CACHE_HOME": str(cache / "helm")})


def is_loopback(address: str) -> bool:
    """Whether an OCI address is on this machine, where registries have no certificate."""
    host = address.removeprefix("oci://").partition("/")[0].rpartition(":")[0] if address.startswith("oci://") else ""
    return host in {"127.0.0.1", "localhost", "[::1]"}


def explained(error: HelmError, chart: str, version: str | None, where: str) -> Finding:
    """Why a chart cannot be had, from what helm said."""
    said, wanted = error.text, f"{chart} {version}" if version else chart
    last = said.splitlines()[-1][:300]
    low = said.lower()
    if any(word in low for word in ("unauthorized", "401", "403", "denied")):
        return Finding(
            f"{where} refuses to hand out {wanted}: {last}", "log in with helm registry login, or see who may"
        )
    if any(word in low for word in UNREACHABLE):
        return Finding(
            f"{where} cannot be reached: {last}", "see the network, or set charts.source to a mirror or folder"
        )
    if "not found" in low or "404" in low or "no chart version" in low or "no chart name" in low:
        return Finding(f"{where} has no {wanted}: {last}", "name a version that is there, or fill the mirror")
    return Finding(f"{wanted} cannot be pulled from {where}: {last}")


UNREACHABLE: Final = (
    "connection refused",
    "no such host",
    "dial tcp",
    "timeout",
    "timed out",
    "network is unreachable",
    "tls: ",
    "x509",
    "eof",
    "connection reset",
)
