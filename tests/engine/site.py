"""A copy of the project with a backend of its own, simulated clouds and a real API server: where stacks live."""

from __future__ import annotations

import os
import pickle
import shutil
import sys
from pathlib import Path
from typing import Final

from homeport.addons.pins import pins
from tests.engine import programs
from tests.engine.charts import write_charts
from tests.engine.control_plane import ControlPlane
from tests.engine.logins import install_logins
from tests.engine.processes import Processes
from tests.engine.shipped import install_what_an_eks_addon_brings, install_what_eks_ships, install_what_gke_ships
from tests.engine.simcloud.aws import Aws, AwsHooks
from tests.engine.simcloud.cloud import Cloud, Key, Live
from tests.engine.simcloud.eks_component import EksComponents
from tests.engine.simcloud.gcp import Gcp
from tests.engine.simcloud.plugin import Plugin
from tests.engine.simcloud.provider import Provider
from tests.engine.simcloud.random_values import RandomValues
from tests.engine.simcloud.server import CloudServer

ROOT: Final = Path(__file__).resolve().parents[2]
#: What of the project is run.
_COPIED: Final = ("Pulumi*.yaml", "__main__.py", "pyproject.toml", "stacks", "apps", "components")
_PASSPHRASE: Final = "engine-tests"


class Site:
    """The project, a backend and clouds, for any number of stacks, of which one has a cluster.

    Args:
        folder: for everything; made.
        control_plane: answers as every simulated cluster; empty whenever one is made.
        processes: starts and ends the programs.
        simulated_eks: pulumi_eks's component is simulated; default: where its plugin is not on PATH.
    """

    def __init__(
        self,
        folder: Path,
        control_plane: ControlPlane,
        processes: Processes,
        *,
        simulated_eks: bool | None = None,
    ) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.backend = folder / "backend"
        self.home = folder / "home"
        self.logs = folder / "logs"
        self.cloud = Cloud()
        self.control_plane = control_plane
        self.processes = processes
        _copy_project(self.work)
        for path in (self.backend, self.home, self.logs, folder / "bin"):
            path.mkdir()
        install_logins(folder / "bin")
        clouds = [
            Gcp(self.cloud, self._new_gke_cluster),
            Aws(self.cloud, AwsHooks(self._new_eks_cluster, self._new_eks_addon)),
            RandomValues(),
        ]
        plugins: list[Plugin] = [Provider(simulated, self.cloud) for simulated in clouds]
        if programs.why_not_eks() is not None if simulated_eks is None else simulated_eks:
            plugins.append(EksComponents())
        self._server = CloudServer(plugins)
        self._commands = 0
        self.variables: dict[str, str] = {}
        """Of the environment, as a person sets them for a command."""

    def next_log(self, command: str) -> tuple[Path, Path]:
        """Where a command's output and its event log go."""
        self._commands += 1
        label = f"{self._commands:03d}-{command}"
        return self.logs / f"{label}.txt", self.logs / f"{label}.events"

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's but PATH: no account, cluster or setting of theirs may be reached."""
        path = os.pathsep.join([str(self.folder / "bin"), str(Path(sys.prefix) / "bin"), os.environ["PATH"]])
        return {
            "PATH": path,
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PULUMI_HOME": str(self.home / ".pulumi"),
            "PULUMI_BACKEND_URL": f"file://{self.backend}",
            "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",
            "PULUMI_DEBUG_PROVIDERS": self._server.debug_providers,
            "PYTHONPATH": str(self.work / "components"),
            # GKE's DNS endpoint has a certificate that every machine trusts; this is the machine's list here.
            "SSL_CERT_FILE": str(self.control_plane.ca_file),
            **self.variables,
        }

    def have_cluster(self) -> None:
        """Bring up an empty cluster of somebody else's, in the kubeconfig of whoever works here."""
        self.control_plane.reset()
        kubeconfig = self.home / ".kube" / "config"
        kubeconfig.parent.mkdir()
        kubeconfig.write_text(self.control_plane.kubeconfig())

    def save(self, folder: Path) -> None:
        """Keep the stacks, their settings and what is live, without what is in clusters."""
        folder.mkdir(parents=True)
        shutil.copytree(self.backend, folder / "backend")
        for settings in self.work.glob("Pulumi.*.yaml"):
            shutil.copy(settings, folder)
        (folder / "live.pickle").write_bytes(pickle.dumps(self.cloud.live))

    def restore(self, folder: Path) -> None:
        """Take over what another site has kept."""
        shutil.copytree(folder / "backend", self.backend, dirs_exist_ok=True)
        for settings in folder.glob("Pulumi.*.yaml"):
            shutil.copy(settings, self.work)
        live: dict[Key, Live] = pickle.loads((folder / "live.pickle").read_bytes())  # noqa: S301 - our own
        self.cloud.live.update(live)

    def stop(self) -> None:
        """Stop the simulated clouds."""
        self._server.stop()

    def _new_gke_cluster(self) -> tuple[str, str, str]:
        self.control_plane.reset()
        install_what_gke_ships(self.control_plane)
        return self.control_plane.host_name(), self.control_plane.address, self.control_plane.ca_certificate

    def _new_eks_cluster(self, public: bool) -> tuple[str, str]:
        self.control_plane.reset()
        install_what_eks_ships(self.control_plane)
        # Nothing answers at a private endpoint from here; its name is what the server's certificate says.
        endpoint = self.control_plane.address if public else "localhost"
        return f"https://{endpoint}", self.control_plane.ca_certificate

    def _new_eks_addon(self, name: str) -> None:
        install_what_an_eks_addon_brings(self.control_plane, name)


def _copy_project(target: Path) -> None:
    target.mkdir(parents=True)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for pattern in _COPIED:
        for source in ROOT.glob(pattern):
            if source.is_dir():
                shutil.copytree(source, target / source.name, ignore=ignored)
            else:
                shutil.copy(source, target / source.name)
    # Charts come from repositories on the internet otherwise.
    write_charts(target / "charts", pins().values())
    with (target / "stacks" / "base.yaml").open("a", encoding="utf-8") as base:
        base.write("\nlayers: {cluster: {charts: {source: charts}}}\n")
    # Where Pulumi.yaml looks for the program's dependencies.
    (target / ".venv").symlink_to(sys.prefix, target_is_directory=True)
