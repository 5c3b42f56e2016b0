"""Golden states: what a release leaves in the place of the state, kept to see that later code upgrades it.

    make golden-states

brings up `STACKS` and keeps them in `states/VERSION`; docs/upgrades.md says when. Kept are the stacks' settings as they
were, and of each stack the exported state: secrets encrypted, without times, and with names of documentation in place
of the API server's address and certificate. What is live in the simulated clouds is in the state already, as what a
provider gave back, and is read from there.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from homeport.plan.diff_state import loss
from tests.engine.control_plane import ControlPlane
from tests.engine.events import Result
from tests.engine.harness import Engine
from tests.engine.processes import Processes
from tests.engine.shipped import install_what_an_eks_addon_brings, install_what_eks_ships, install_what_gke_ships
from tests.engine.simcloud.aws import ADDON, Aws, AwsHooks
from tests.engine.simcloud.cloud import Cloud, Live
from tests.engine.simcloud.gcp import Gcp
from tests.engine.simcloud.provider import Simulated, _structured
from tests.engine.simcloud.random_values import RandomValues
from tests.engine.simcloud.values import SIGNATURE, Properties, Secret, as_list, as_map
from tests.engine.site import ROOT, Site

STATES: Final = Path(__file__).with_name("states")
#: What is kept of each release: what all share, and the smallest stack of each cloud.
STACKS: Final = ("global", "stage", "stage-eks")
#: Largest file, in bytes; more is a state that holds what no test needs.
LARGEST: Final = 1 << 20

#: Stand for the API server. https://www.rfc-editor.org/rfc/rfc5737
_ADDRESS: Final = "192.0.2.10:6443"
_HOST: Final = "api.cluster.example:6443"
_PRIVATE_HOST: Final = "private.cluster.example:6443"
_CERTIFICATE: Final = "Y2VydGlmaWNhdGUtb2YtdGhlLWNsdXN0ZXI="
_PLAINTEXT: Final = "plaintext"


def versions() -> list[str]:
    """Releases of which there are states, oldest first as their names sort."""
    return sorted(path.name for path in STATES.iterdir() if path.is_dir()) if STATES.is_dir() else []


def this_version() -> str:
    """The version that this code will be released as."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


# --- writing


def keep(engine: Engine, folder: Path) -> Path:
    """Keep a stack that is up; it is of no use afterwards.

    Raises:
        ValueError: something of this machine is left in the state, or it is too large.
    """
    document = _without_traces(_export(engine))
    text = _hidden(json.dumps(document), engine.control_plane)
    # The engine itself encrypts again what was changed.
    _import(engine, text)
    kept = json.dumps(_without_traces(engine.export()), indent=1, sort_keys=True)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(engine.work / f"Pulumi.{engine.stack}.yaml", folder)
    shutil.copy(engine.work / "stacks" / "base.yaml", folder)
    path = folder / f"{engine.stack}.json.gz"
    path.write_bytes(_compressed(kept))
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes, more than {LARGEST}")
    for trace in (str(engine.site.folder.parent), "127.0.0.1", "localhost:", str(Path.home()) + "/"):
        if trace in text:
            raise ValueError(f"{engine.stack}: the state holds {trace!r}: {_around(text, trace)}")
    return path


def _export(engine: Engine) -> dict[str, Any]:
    """The state with its secrets readable."""
    return json.loads(engine._run("stack", "export", "--show-secrets", "--stack", engine.stack).must().output)


def _import(engine: Engine, text: str) -> None:
    file = engine.site.folder / f"{engine.stack}.import.json"
    file.write_text(text, encoding="utf-8")
    engine._run("stack", "import", "--file", str(file), "--stack", engine.stack).must()
    file.unlink()


def _without_traces(document: dict[str, Any]) -> dict[str, Any]:
    deployment: dict[str, Any] = document["deployment"]
    deployment.get("manifest", {}).pop("time", None)
    for resource in deployment.get("resources", []):
        for key in ("created", "modified", "sourcePosition", "stackTrace"):
            resource.pop(key, None)
    return document


def _hidden(text: str, control_plane: ControlPlane) -> str:
    """The API server's names replaced; each reset has given it another one, of capitals and small letters."""
    text = text.replace(control_plane.ca_certificate, _CERTIFICATE).replace(control_plane.address, _ADDRESS)
    text = text.replace(f"https://localhost:{control_plane.port}", f"https://{_PRIVATE_HOST}")
    return re.sub(rf"localhost:{control_plane.port}", _HOST, text, flags=re.IGNORECASE)


def _shown(text: str, control_plane: ControlPlane) -> str:
    """The other way round."""
    text = text.replace(_CERTIFICATE, control_plane.ca_certificate).replace(_ADDRESS, control_plane.address)
    private = text.replace(_PRIVATE_HOST, f"localhost:{control_plane.port}")
    return private.replace(_HOST, control_plane.host_name())


def _compressed(text: str) -> bytes:
    out = io.BytesIO()
    # Neither a name nor a time: the same state gives the same bytes.
    with gzip.GzipFile(filename="", mode="wb", fileobj=out, mtime=0) as file:
        file.write(text.encode())
    return out.getvalue()


def _around(text: str, trace: str) -> str:
    at = text.index(trace)
    return text[max(0, at - 80) : at + 80]


# --- reading


def kept_state(version: str, stack: str) -> dict[str, Any]:
    """A state as it is kept."""
    return json.loads(gzip.decompress((STATES / version / f"{stack}.json.gz").read_bytes()))


def restore(site: Site, version: str, stack: str) -> Engine:
    """A stack as a release has left it, under today's code: its settings, its state, what is live in the clouds.

    Args:
        site: a new one, or one in which other stacks were restored.
        version: which release.
        stack: which stack.
    """
    folder = STATES / version
    shutil.copy(folder / f"Pulumi.{stack}.yaml", site.work)
    shutil.copy(folder / "base.yaml", site.work / "stacks")
    engine = Engine(site, stack)
    engine.init()
    _import(engine, json.dumps(kept_state(version, stack)))
    readable = _export(engine)
    text = _shown(json.dumps(readable), site.control_plane)
    _import(engine, text)
    for live in live_in(json.loads(text)):
        site.cloud.add(live)
    return engine


def empty_cluster(engine: Engine) -> None:
    """An API server with what the cloud ships, and nothing of the stack."""
    engine.control_plane.reset()
    if engine.stack.endswith("-eks"):
        install_what_eks_ships(engine.control_plane)
        for live in engine.live.values():
            if live.type == ADDON:
                install_what_an_eks_addon_brings(engine.control_plane, str(live.properties["addonName"]))
    else:
        install_what_gke_ships(engine.control_plane)


def fill_cluster(engine: Engine) -> None:
    """The stack's objects, as far as the state shows them.

    Not what Helm has installed: its releases keep their own record in the cluster.
    """
    control_plane = engine.control_plane
    for resource in _export(engine)["deployment"]["resources"]:
        token: str = resource["type"]
        if token.startswith("kubernetes:") and "helm.sh" not in token and "id" in resource:
            body = _plain_values(_properties(resource["inputs"]))
            manager = _properties(resource["outputs"]).get("__fieldManager", "")
            collection = _collection(control_plane, body)
            if token.endswith("Patch"):
                path = f"{collection}/{body['metadata']['name']}?fieldManager={manager}"
                assert control_plane.request("PATCH", path, body, merge=True).status == HTTPStatus.OK, path
            else:
                control_plane.create(f"{collection}?fieldManager={manager}", body)


def live_in(document: Mapping[str, Any]) -> Iterator[Live]:
    """What of a state, its secrets readable, is live in the simulated clouds."""
    resources: Sequence[dict[str, Any]] = document["deployment"].get("resources", [])
    configs = {f"{r['urn']}::{r['id']}": _config(r) for r in resources if r["type"].startswith("pulumi:providers:")}
    simulated = _simulated()
    for resource in resources:
        cloud = simulated.get(resource["type"].partition(":")[0])
        if cloud is not None and resource.get("custom") and not resource.get("external"):
            scope = cloud.scope(resource["type"], configs.get(resource.get("provider", ""), {}))
            properties = _properties(resource.get("outputs", {}))
            yield Live(resource["type"], resource["id"], resource["urn"], properties, scope)


def _simulated() -> Mapping[str, Simulated]:
    """For their rules alone: nothing is made."""
    hooks = AwsHooks(lambda _public: ("", ""), lambda _name: None)
    clouds: Sequence[Simulated] = (Gcp(Cloud(), lambda: ("", "", "")), Aws(Cloud(), hooks), RandomValues())
    return {cloud.package: cloud for cloud in clouds}


def _config(provider: dict[str, Any]) -> Properties:
    return {key: _structured(value) for key, value in _plain_values(_properties(provider.get("inputs", {}))).items()}


def _properties(value: Any) -> Any:
    """Values of a state as simulated clouds hold them."""
    entries, items = as_map(value), as_list(value)
    if entries is not None and SIGNATURE in entries:
        return Secret(_properties(json.loads(entries[_PLAINTEXT]))) if _PLAINTEXT in entries else entries.get("value")
    if entries is not None:
        return {key: _properties(item) for key, item in entries.items()}
    return value if items is None else [_properties(item) for item in items]


def _plain_values(value: Any) -> Any:
    """Without secrets, and without a provider's own notes."""
    if isinstance(value, Secret):
        return _plain_values(value.value)
    entries, items = as_map(value), as_list(value)
    if entries is not None:
        return {key: _plain_values(item) for key, item in entries.items() if not key.startswith("__")}
    return value if items is None else [_plain_values(item) for item in items]


def _collection(control_plane: ControlPlane, body: Mapping[str, Any]) -> str:
    """Path at which objects of a kind are made."""
    version, kind = body["apiVersion"], body["kind"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    kinds = control_plane.request("GET", root).body["resources"]
    found = next(one for one in kinds if one["kind"] == kind and "/" not in one["name"])
    namespace = f"/namespaces/{body['metadata']['namespace']}" if found["namespaced"] else ""
    return f"{root}{namespace}/{found['name']}"


# --- judging


def going(result: Result) -> dict[str, str]:
    """Logical name of all that an update deletes or replaces, to what is lost with it; empty text: nothing."""
    gone = [step for step in result.steps if "delete" in step.operation or "replace" in step.operation]
    return {step.name: loss(step.type) or "" for step in gone}


# --- the command


def write(version: str, *, project: Path = ROOT) -> None:
    """Bring up the stacks of a project, and keep them.

    Args:
        version: name of the folder.
        project: the code; default: this.
    """
    processes = Processes()
    with tempfile.TemporaryDirectory() as temporary:
        plane = ControlPlane(Path(temporary) / "plane", processes)
        site = Site(Path(temporary) / "site", plane, processes)
        if project != ROOT:
            _use(project, site)
        try:
            shutil.rmtree(STATES / version, ignore_errors=True)
            made = [_bring_up(site, stack) for stack in STACKS]
            for engine in made:
                path = keep(engine, STATES / version)
                print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB")  # noqa: T201 - a command
        finally:
            site.stop()
            plane.stop()
            processes.end_all()


def _bring_up(site: Site, stack: str) -> Engine:
    engine = Engine(site, stack)
    engine.init()
    if stack == "global":
        engine.without_waiting()
    engine.up().must()
    return engine


def _use(project: Path, site: Site) -> None:
    """Run other code than this, as far as it was copied."""
    for name in ("components", "stacks", "apps", "charts"):
        shutil.rmtree(site.work / name, ignore_errors=True)
        if (project / name).is_dir():
            shutil.copytree(project / name, site.work / name)
    for path in (*project.glob("Pulumi*.yaml"), project / "__main__.py", project / "pyproject.toml"):
        shutil.copy(path, site.work)


def main(arguments: Sequence[str]) -> None:
    """Write the states of a version."""
    parser = argparse.ArgumentParser(description="Keep the states of this version, for tests of upgrades.")
    parser.add_argument("--version", default=this_version(), help="name of the folder; default: of pyproject.toml")
    parser.add_argument("--project", type=Path, default=ROOT, help="older code, as git worktree shows it")
    chosen = parser.parse_args(arguments)
    write(chosen.version, project=chosen.project.resolve())


if __name__ == "__main__":
    main(sys.argv[1:])
