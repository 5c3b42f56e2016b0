"""A cluster that its stack makes anew gets its sealing keys back from the cloud's store before the controller starts.

The program that keeps the keys is the real one, out of its ConfigMap, with the arguments of its Job and CronJob, the
token of its service account and the rights that this has at a real API server. The secret stores are stand-ins. What
stands in for the controller looks for a key at its start, as the real one does, and makes one if it finds none.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import pytest

from homeport.addons.sealed_secrets_keys.entries import LABEL
from tests.addons.key_store_world import Request, World, key, served
from tests.engine.control_plane import ControlPlane
from tests.engine.harness import Engine
from tests.engine.site import Site

pytestmark = [pytest.mark.engine_full, pytest.mark.timeout(1800)]

_NAMESPACE: Final = "/api/v1/namespaces/sealed-secrets"
_SECRETS: Final = f"{_NAMESPACE}/secrets"
_KEYS: Final = f"{_SECRETS}?labelSelector={LABEL.replace('/', '%2F')}"
_ACCOUNT: Final = "sealed-secrets-keys"
#: Runs the program of the ConfigMap as its pod would, but for the addresses of what is not on this machine.
_RUN: Final = """
import dataclasses, functools, pathlib, sys
import sealed_secrets_keys.__main__ as program
program.SecretManager = functools.partial(program.SecretManager, address={store!r}, metadata={store!r})
program.SecretsManager = functools.partial(program.SecretsManager, address={store!r})
sys.exit(program.main(sys.argv[1:], {environment!r}, pathlib.Path({account!r})))
"""


@dataclass
class Pods:
    """Runs the two pods of the program, and what stands in for the controller.

    Attributes:
        plane: the cluster.
        folder: for the program's files.
        store: address of the cloud's secret store.
        said: what the program printed, run by run.
        found: names of keys that were there whenever the controller first ran in a new cluster.
        seen: ids of Jobs and controllers.
    """

    plane: ControlPlane
    folder: Path
    store: str
    said: list[str] = field(default_factory=list[str])
    found: list[set[str]] = field(default_factory=list[set[str]])
    seen: set[str] = field(default_factory=set[str])

    def keys(self) -> Mapping[str, Any]:
        """Sealing keys of the cluster: name to data."""
        return {one["metadata"]["name"]: one["data"] for one in self.plane.request("GET", _KEYS).body["items"]}

    def run(self, container: Mapping[str, Any]) -> None:
        """What a pod with that container does."""
        home = self.folder / f"run-{len(self.said)}"
        package, account = home / "sealed_secrets_keys", home / "account"
        package.mkdir(parents=True, exist_ok=True)
        account.mkdir(exist_ok=True)
        program = self.plane.request("GET", f"{_NAMESPACE}/configmaps/{_ACCOUNT}").body["data"]
        for name, text in program.items():
            (package / name).write_text(text)
        request: dict[str, Any] = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        token = self.plane.request("POST", f"{_NAMESPACE}/serviceaccounts/{_ACCOUNT}/token", request)
        assert token.status == HTTPStatus.CREATED, token
        (account / "token").write_text(token.body["status"]["token"])
        (account / "ca.crt").write_bytes(self.plane.ca_file.read_bytes())
        (account / "pod-identity").write_text("of the pod")
        environment = {
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(self.plane.port),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.store}/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(account / "pod-identity"),
        }
        assert container["args"][:2] == ["-m", "sealed_secrets_keys"]
        code = _RUN.format(store=self.store, environment=environment, account=str(account))
        done = subprocess.run(
            [sys.executable, "-c", code, *container["args"][2:]], cwd=home, capture_output=True, text=True, check=False
        )
        self.said.append(done.stdout + done.stderr)

    def attend(self, process: subprocess.Popen[bytes]) -> None:
        """While the engine works: run the Job's pod when it is there, and the controller when that is."""
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None:
            # The API server may be on its way down or up; the next look sees what this one missed.
            with contextlib.suppress(OSError):
                self._look()
            time.sleep(0.1)

    def _look(self) -> None:
        job = self._new("/apis/batch/v1/namespaces/sealed-secrets/jobs/sealed-secrets-restore")
        if job is not None:
            self.run(job["spec"]["template"]["spec"]["containers"][0])
            self.plane.stand_in.never_ready = None
            self.seen.add(job["metadata"]["uid"])
        controller = self._new("/apis/apps/v1/namespaces/sealed-secrets/deployments/sealed-secrets")
        if controller is not None:
            self.found.append(set(self.keys()))
            self.seen.add(controller["metadata"]["uid"])
            if not self.found[-1]:
                self.make_key("made-by-a-controller-that-found-none")

    def _new(self, path: str) -> dict[str, Any] | None:
        """An object, unless it is not there or was there before."""
        answer = self.plane.request("GET", path)
        there = answer.status == HTTPStatus.OK and answer.body["metadata"]["uid"] not in self.seen
        return answer.body if there else None

    def make_key(self, name: str) -> None:
        """What the controller does every 30 days."""
        self.plane.create(_SECRETS, key(name).secret("sealed-secrets"))


def _respond(world: World) -> Callable[[Request], tuple[int, Any]]:
    """The secret stores of both clouds, and what signs pods in."""

    def respond(request: Request) -> tuple[int, Any]:
        if request.path == "/v1/credentials":
            return 200, {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "secret", "Token": "session"}
        return world.amazon(request) if "X-Amz-Target" in request.headers else world.google(request)

    return respond


def _entries(engine: Engine) -> dict[str, str]:
    """Logical name to name of the entries of the store."""
    found = {one.urn.rpartition("::")[2]: one.properties for one in engine.live.values() if "ecret:Secret" in one.type}
    return {
        name: str(given.get("secretId") or given["name"])
        for name, given in found.items()
        if name.startswith("support-sealed-secrets-store-")
    }


def _with_little_in_it(config: dict[str, Any]) -> None:
    """What stands on the controller, and nothing beside it; other stacks are not read."""
    off = {"enabled": False}
    for name in ("apps", "global"):
        del config[name]
    config["protection"] = "none"
    config["addons"] = {"profile": "minimal", "cert-manager": off, "external-dns": off, "traefik": off}


@pytest.mark.parametrize(
    ("stack", "type_", "cluster", "edit"),
    [
        ("stage", "container/cluster:", "cluster-gke", {"max_pods": 64}),
        ("stage-eks", "eks/cluster:", "cluster-eks-eksCluster", {"service_cidr": "172.21.0.0/16"}),
    ],
    ids=["stage", "stage-eks"],
)
def test_a_cluster_that_is_made_anew_opens_what_was_sealed_for_the_old_one(
    new_site: Callable[[], Site], tmp_path: Path, stack: str, type_: str, cluster: str, edit: dict[str, Any]
) -> None:
    engine = Engine(new_site(), stack)
    engine.init()
    engine.edit(_with_little_in_it)
    # Of another stack's cluster nothing may be looked at.
    engine.control_plane.reset()
    world = World()
    with served(_respond(world)) as store:
        pods = Pods(engine.control_plane, tmp_path, store)

        def up() -> Any:
            engine.control_plane.stand_in.never_ready = "^sealed-secrets-restore"
            return engine.up(during=pods.attend).must()

        try:
            up()
            entries = _entries(engine)
            assert len(entries) == 4
            # The first time there is nothing to put back, and the controller makes its first key.
            assert pods.said == ["restore: 0 keys in the store, 0 were in the cluster, 0 put back\n"]
            assert pods.found == [set()]
            pods.make_key("made-a-month-later")
            world.entries.update({name: [] for name in entries.values()})
            cron_job = engine.control_plane.request(
                "GET", "/apis/batch/v1/namespaces/sealed-secrets/cronjobs/sealed-secrets-backup"
            ).body
            pods.run(cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0])
            assert pods.said[-1].startswith("backup: 2 keys in the cluster, 2 added to the store")
            before = pods.keys()

            old = engine.cloud.one(type_, cluster)
            engine.edit(lambda c: c["cluster"].update(edit))
            rebuilt = up()
            assert rebuilt.touched[cluster] == "replace"
            assert engine.cloud.one(type_, cluster) is not old
        finally:
            engine.control_plane.stand_in.never_ready = None
        # The store is not the cluster's.
        assert _entries(engine) == entries
        assert rebuilt.touched.keys().isdisjoint(entries)
        assert rebuilt.touched["support-sealed-secrets-restore"] == "replace"
        assert rebuilt.touched["support-sealed-secrets-release"] == "replace"
        # They were there before the controller was, and the same.
        assert pods.found[1] == {"made-by-a-controller-that-found-none", "made-a-month-later"}
        assert pods.said[-1].startswith("restore: 2 keys in the store, 0 were in the cluster, 2 put back")
        assert pods.keys() == before
        assert engine.up().must().touched == {}
    for where, text in [*engine.logs(), ("state", json.dumps(engine.export()))]:
        for name, data in before.items():
            assert f"KEY OF {name}" not in text, where
            assert data["tls.key"] not in text, where
