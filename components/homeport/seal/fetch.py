"""The certificate out of a cluster: through the API server, or through a tunnel where a firewall is in the way.

Neither reads a private key: the controller hands its certificate to everybody who reaches it.
https://github.com/bitnami-labs/sealed-secrets#public-key--certificate
"""

from __future__ import annotations

import contextlib
import re
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Sequence
from typing import Final

from homeport.doctor.machine import Machine
from homeport.seal.errors import SealError

CONTROLLER: Final = "sealed-secrets-controller"
NAMESPACE: Final = "sealed-secrets"
_PORT: Final = 8080
_PATIENCE: Final = 20.0


def proxy_command(access: Sequence[str], namespace: str, controller: str) -> list[str]:
    """Asks the API server to pass the controller's answer on. It must reach the nodes' port 8080."""
    path = f"/api/v1/namespaces/{namespace}/services/http:{controller}:/proxy/v1/cert.pem"
    return ["kubectl", *access, "--request-timeout=15s", "get", "--raw", path]


def tunnel_command(access: Sequence[str], namespace: str, controller: str) -> list[str]:
    """Goes by way of the kubelet, which every API server reaches."""
    return ["kubectl", *access, "--namespace", namespace, "port-forward", f"service/{controller}", f":{_PORT}"]


def fetch(
    machine: Machine,
    access: Sequence[str],
    *,
    namespace: str = NAMESPACE,
    controller: str = CONTROLLER,
    tunnel: Callable[[Sequence[str], Machine], str] | None = None,
) -> str:
    """The certificate in PEM that the controller seals with now.

    Args:
        machine: with kubectl.
        access: options by which kubectl reaches the cluster.
        namespace: of the controller.
        controller: name of its Service.
        tunnel: fetches through a tunnel that a command opens.

    Raises:
        SealError: neither way led to it; with both commands, to be tried by hand.
    """
    if machine.which("kubectl") is None:
        raise SealError("kubectl is not on PATH", "https://kubernetes.io/docs/tasks/tools/")
    direct = proxy_command(access, namespace, controller)
    ran = machine.run(*direct, cwd=machine.home, patience=_PATIENCE)
    if ran.code == 0 and "BEGIN CERTIFICATE" in ran.out:
        return ran.out
    command = tunnel_command(access, namespace, controller)
    with contextlib.suppress(OSError, ValueError):
        text = (tunnel or through_tunnel)(command, machine)
        if "BEGIN CERTIFICATE" in text:
            return text
    lines = [line.strip() for line in (ran.err or ran.out).splitlines() if line.strip()]
    why = lines[-1][:300] if lines else "no answer"
    raise SealError(
        f"the cluster did not hand out its certificate: {why}",
        f"see that the controller runs: kubectl {' '.join([*access, '--namespace', namespace])} get pods"
        f"\n    or ask it by hand: {' '.join(command)}"
        "\n    and, at the port that it prints: curl http://127.0.0.1:PORT/v1/cert.pem",
    )


def through_tunnel(command: Sequence[str], machine: Machine) -> str:
    """Open a tunnel, ask through it, close it.

    Raises:
        OSError, ValueError: it does not open, or nothing answers in it.
    """
    program = machine.which(command[0]) or command[0]
    process = subprocess.Popen(  # noqa: S603 - kubectl, without a shell
        [program, *command[1:]],
        env=dict(machine.env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    watch = threading.Timer(_PATIENCE, process.kill)  # a tunnel that neither opens nor fails
    watch.start()
    with process:
        try:
            first = process.stdout.readline() if process.stdout else ""
            found = re.search(r"127\.0\.0\.1:([0-9]+)", first)
            if not found:
                raise ValueError("no tunnel")
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{found[1]}/v1/cert.pem", timeout=_PATIENCE) as answer:
                return answer.read().decode()
        finally:
            watch.cancel()
            process.terminate()
