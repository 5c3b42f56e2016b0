"""A real Kubernetes control plane on the loopback interface; for nodes and a scheduler something stands in."""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.engine.certificates import make_certificates
from tests.engine.kubernetes_api import ApiAnswer, Watched
from tests.engine.processes import Processes, wait_until
from tests.engine.stand_in import StandIn

#: What the stand-ins for the clouds' login plugins answer with.
TOKEN: Final = "engine-tests-token"

#: What acts without nodes and without a cloud.
_CONTROLLERS: Final = ",".join(
    (
        "garbage-collector-controller",
        "namespace-controller",
        "serviceaccount-controller",
        "root-ca-certificate-publisher-controller",
        "clusterrole-aggregation-controller",
        "resourcequota-controller",
        "deployment-controller",
        "replicaset-controller",
        "statefulset-controller",
        "daemonset-controller",
        "job-controller",
        "cronjob-controller",
        "disruption-controller",
        "endpoints-controller",
        "endpointslice-controller",
        "persistentvolume-binder-controller",
    )
)


class ControlPlane:
    """etcd, kube-apiserver and kube-controller-manager; the same ports and certificates over resets.

    Args:
        folder: for its files; made.
        processes: starts and ends its programs.
    """

    def __init__(self, folder: Path, processes: Processes) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._processes = processes
        self._certificates = make_certificates(folder / "pki")
        self._etcd_port, self._peer_port, self._manager_port, self.port = _free_ports(4)
        self._running: list[subprocess.Popen[bytes]] = []
        self._trusting = ssl.create_default_context(cafile=str(self.ca_file))
        self._generation = 0
        self._lock = threading.Lock()
        self.stand_in = StandIn(self)
        """Lets what should run in pods look as if it did."""
        (folder / "tokens.csv").write_text(f'{TOKEN},admin,admin,"system:masters"\n')
        (folder / "admin.json").write_text(self.kubeconfig())

    @property
    def ca_file(self) -> Path:
        """Certificate that signs the server's."""
        return self._certificates.ca

    @property
    def ca_certificate(self) -> str:
        """The same, base64, as clouds give it."""
        return base64.b64encode(self.ca_file.read_bytes()).decode()

    @property
    def address(self) -> str:
        """IP address and port."""
        return f"127.0.0.1:{self.port}"

    def host_name(self) -> str:
        """Another name and port of the server for each reset, as every real cluster has one of its own.

        Host names do not tell capitals from small letters; state files do.
        """
        letters = [c.upper() if self._generation >> bit & 1 else c for bit, c in enumerate("localhost")]
        return f"{''.join(letters)}:{self.port}"

    def kubeconfig(self) -> str:
        """An administrator's kubeconfig, with one context, `control-plane`."""
        name = "control-plane"
        token = {"token": TOKEN}
        cluster = {"server": f"https://{self.address}", "certificate-authority-data": self.ca_certificate}
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": name, "cluster": cluster}],
                "users": [{"name": name, "user": token}],
                "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
                "current-context": name,
            }
        )

    def reset(self) -> None:
        """An empty cluster, running; also the way to start."""
        with self._lock:
            self._stop()
            shutil.rmtree(self._folder / "etcd", ignore_errors=True)
            self._generation += 1
            self._start()
            self.stand_in.start()

    def stop(self) -> None:
        """End its programs; what is in the cluster is lost."""
        with self._lock:
            self._stop()

    def go_away(self) -> None:
        """Answer nothing any more; what is in the cluster stays."""
        with self._lock:
            self._stop()

    def come_back(self) -> None:
        """Answer again, with all that was there."""
        with self._lock:
            self._start()
            self.stand_in.start()

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        merge: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> ApiAnswer:
        """Ask the API as an administrator.

        Args:
            method: of HTTP.
            path: of the resource.
            body: to send.
            merge: the body is merged into what is there.
            headers: laid over ours, to ask as somebody else.
        """
        connection = self._connection(timeout=10)
        try:
            text = None if body is None else json.dumps(body)
            kind = "application/merge-patch+json" if merge else "application/json"
            ours = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
            connection.request(method, path, text, {**ours, **(headers or {})})
            answer = connection.getresponse()
            data = answer.read()
            is_json = answer.headers.get_content_type() == "application/json"
            return ApiAnswer(answer.status, json.loads(data) if is_json else data.decode())
        finally:
            connection.close()

    def watch(self, path: str, *, since: str, seconds: int) -> Watched:
        """Follow the objects at a path, as an administrator."""
        # The server ends it; the limit here is for a server that is gone without a word.
        connection = self._connection(timeout=seconds + 30)
        query = f"watch=true&resourceVersion={since}&timeoutSeconds={seconds}"
        connection.request("GET", f"{path}?{query}", headers={"Authorization": f"Bearer {TOKEN}"})
        return Watched(connection, connection.getresponse())

    def create(self, path: str, body: Mapping[str, Any]) -> None:
        """Create an object.

        Raises:
            RuntimeError: the API refused.
        """
        answer = self.request("POST", path, body)
        if answer.status >= http.client.MULTIPLE_CHOICES:
            raise RuntimeError(f"POST {path}: {answer.status} {answer.body}")

    def _connection(self, *, timeout: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=self._trusting)

    def _stop(self) -> None:
        self.stand_in.stop()
        for process in reversed(self._running):
            # Nothing of it is kept: no reason to let it finish its work.
            self._processes.end(process, grace=0)
        self._running = []

    def _start(self) -> None:
        client = f"http://127.0.0.1:{self._etcd_port}"
        peer = f"http://127.0.0.1:{self._peer_port}"
        self._spawn(
            "etcd",
            *("--data-dir", str(self._folder / "etcd"), "--unsafe-no-fsync", "--log-level", "warn"),
            *("--listen-client-urls", client, "--advertise-client-urls", client),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--initial-cluster", f"default={peer}"),
        )
        made = self._certificates
        issuer = "https://kubernetes.default.svc"
        server = self._spawn(
            "kube-apiserver",
            *("--bind-address", "127.0.0.1", "--advertise-address", "127.0.0.1", "--secure-port", str(self.port)),
            *("--etcd-servers", client, "--cert-dir", str(self._folder / "run")),
            *("--tls-cert-file", str(made.certificate("apiserver"))),
            *("--tls-private-key-file", str(made.key("apiserver"))),
            *("--client-ca-file", str(made.ca), "--token-auth-file", str(self._folder / "tokens.csv")),
            *("--authorization-mode", "RBAC", "--allow-privileged=true", "--profiling=false"),
            *("--service-account-issuer", issuer, "--service-account-key-file", str(made.key("sa"))),
            *("--service-account-signing-key-file", str(made.key("sa"))),
            *("--service-cluster-ip-range", "10.96.0.0/16", "--endpoint-reconciler-type", "none"),
        )
        log = self._folder / "kube-apiserver.log"
        wait_until("kube-apiserver", self._ready, seconds=120, process=server, log=log)
        # The Kubernetes provider deletes in the foreground: without the garbage collector that never ends.
        self._spawn(
            "kube-controller-manager",
            *("--kubeconfig", str(self._folder / "admin.json"), "--bind-address", "127.0.0.1"),
            *("--secure-port", str(self._manager_port), "--cert-dir", str(self._folder / "run")),
            *("--leader-elect=false", "--profiling=false", "--controllers", _CONTROLLERS),
            # A quota made while the API server was away lets no pod in until it is counted: 5 min otherwise.
            "--resource-quota-sync-period=15s",
            *("--service-account-private-key-file", str(made.key("sa")), "--root-ca-file", str(made.ca)),
        )

    def _spawn(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        process = self._processes.start([program, *arguments], log=self._folder / f"{program}.log")
        self._running.append(process)
        return process

    def _ready(self) -> bool:
        try:
            return self.request("GET", "/readyz").status == http.client.OK
        except OSError:
            return False


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [server.getsockname()[1] for server in taken]
    finally:
        for server in taken:
            server.close()
