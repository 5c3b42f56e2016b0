"""`homeport seal cert` against fake `pulumi` and `kubectl`: which way it goes, what it writes, what it says."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from homeport.cli import main
from homeport.seal import fetch
from tests.seal.sealing_world import certificate, private_key

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake programs are shell scripts")
PEM = certificate(private_key())
PROXY = "/api/v1/namespaces/sealed-secrets/services/http:sealed-secrets-controller:/proxy/v1/cert.pem"
WRITTEN = f"# homeport: sealing certificate of the stack stage\n{PEM}"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose cluster hands its certificate out through the API server."""
    for name in list(os.environ):
        if name.startswith(("PULUMI_", "KUBE")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    for name in ("bin", "tmp", "project"):
        (tmp_path / name).mkdir()
    root = tmp_path / "project"
    (root / "Pulumi.yaml").write_text("name: homeport\nruntime: python\n")
    (root / "Pulumi.stage.yaml").write_text("config: {homeport:cluster: {kind: gke}}\n")
    (root / "Pulumi.local.yaml").write_text("config: {homeport:cluster: {kind: existing, context: kind-try}}\n")
    (tmp_path / "cert.pem").write_text(PEM)
    monkeypatch.chdir(root)
    program(tmp_path, "pulumi", "echo 'apiVersion: v1 # the kubeconfig'")
    program(
        tmp_path,
        "kubectl",
        f'echo "$@" >> {tmp_path}/asked\ncat "$2" >> {tmp_path}/used 2>/dev/null\ncat {tmp_path}/cert.pem',
    )
    return tmp_path


def program(home: Path, name: str, script: str) -> None:
    path = home / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def cert(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["seal", "cert", *arguments])


def test_the_certificate_comes_through_the_stacks_own_kubeconfig(project: Path) -> None:
    done = cert("-s", "stage")
    file = project / "project" / "sealed-secrets" / "stage.pem"
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"{file}: written, valid from ")
    assert done.stdout.endswith("commit it: it is public, and sealing needs nothing else\n")
    assert file.read_text() == WRITTEN
    asked = (project / "asked").read_text()
    assert asked.startswith("--kubeconfig ")
    assert f"get --raw {PROXY}" in asked
    assert "secret" not in asked.replace("sealed-secrets", ""), "no private key is read"
    assert (project / "used").read_text() == "apiVersion: v1 # the kubeconfig\n"
    assert list((project / "tmp").iterdir()) == [], "the kubeconfig is gone again"
    assert cert("-s", "stage").stdout.startswith(f"{file}: as it was, valid from ")


def test_what_it_wrote_is_what_sealing_takes(project: Path) -> None:
    cert("-s", "stage")
    sealed = ["seal", "-s", "stage", "--name", "db", "--namespace", "shop", "--from-stdin", "a"]
    assert CliRunner().invoke(main, sealed, input="1").exit_code == 0


def test_an_existing_cluster_is_reached_by_its_context(project: Path) -> None:
    assert cert("-s", "local", "-o", "-").stdout == WRITTEN.replace("stage", "local")
    assert (project / "asked").read_text().startswith("--context kind-try ")


def test_another_controller_can_be_named(project: Path) -> None:
    cert("-s", "local", "-o", "-", "--controller-namespace", "kube-system", "--controller-name", "sealed")
    assert "/namespaces/kube-system/services/http:sealed:/proxy/" in (project / "asked").read_text()


@pytest.fixture
def controller() -> Generator[int]:
    """The controller's own port, as a tunnel would show it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/v1/cert.pem"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PEM.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_where_a_firewall_is_in_the_way_it_goes_through_a_tunnel(project: Path, controller: int) -> None:
    program(
        project,
        "kubectl",
        'case "$*" in *port-forward*) '
        f"echo 'Forwarding from 127.0.0.1:{controller} -> 8080'; exec sleep 60;; esac\n"
        "echo 'Error from server (ServiceUnavailable): dial tcp 10.0.0.1:8080: i/o timeout' >&2; exit 1",
    )
    assert cert("-s", "stage", "-o", "-").stdout == WRITTEN


def test_a_tunnel_that_neither_opens_nor_fails_is_given_up(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "_PATIENCE", 0.5)
    program(project, "kubectl", 'case "$*" in *port-forward*) exec sleep 600;; esac; exit 1')
    done = cert("-s", "local")
    assert done.exit_code == 3
    assert done.stderr.startswith("the cluster did not hand out its certificate: no answer\n")


def test_where_both_ways_are_barred_both_commands_are_named(project: Path) -> None:
    program(project, "kubectl", "echo 'Error from server (NotFound): services not found' >&2; exit 1")
    done = cert("-s", "local")
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr == (
        "the cluster did not hand out its certificate: Error from server (NotFound): services not found\n"
        "    fix: see that the controller runs: kubectl --context kind-try --namespace sealed-secrets get pods\n"
        "    or ask it by hand: kubectl --context kind-try --namespace sealed-secrets port-forward"
        " service/sealed-secrets-controller :8080\n"
        "    and, at the port that it prints: curl http://127.0.0.1:PORT/v1/cert.pem\n"
    )


def test_a_missing_kubectl_is_said(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "bin" / "kubectl").unlink()
    monkeypatch.setenv("PATH", str(project / "bin"))
    program(project, "pulumi", "echo kubeconfig")
    done = cert("-s", "stage")
    assert (done.exit_code, done.stderr) == (
        3,
        "kubectl is not on PATH\n    fix: https://kubernetes.io/docs/tasks/tools/\n",
    )


def test_a_stack_that_was_never_deployed_is_said(project: Path) -> None:
    program(project, "pulumi", "echo \"error: no stack named 'stage' found\" >&2; exit 255")
    done = cert("-s", "stage")
    assert (done.exit_code, done.stderr) == (3, "no stack named 'stage' found\n    fix: pulumi up -s stage\n")


def test_what_is_no_certificate_is_not_written(project: Path) -> None:
    (project / "cert.pem").write_text(certificate(private_key(), hosts=("proxy.acme.example",)))
    done = cert("-s", "stage")
    assert done.exit_code == 1
    assert done.stderr.startswith("what the cluster handed out is a certificate for proxy.acme.example: a server's")
    assert not (project / "project" / "sealed-secrets").exists()


def test_the_file_is_readable_for_everybody_and_json_tells_about_it(project: Path) -> None:
    done = cert("-s", "stage", "-o", "own.pem", "--json")
    document = json.loads(done.stdout)
    assert (document["stack"], document["file"], document["changed"]) == ("stage", "own.pem", True)
    assert stat.S_IMODE((project / "project" / "own.pem").stat().st_mode) == 0o644
    assert len(document["certificate"]["fingerprint"].split(":")) == 32
