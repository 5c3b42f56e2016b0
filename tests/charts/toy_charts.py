"""Small charts, and the three kinds of places that charts come from: a folder, http, an OCI registry; all loopback."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import ssl
import tarfile
import threading
from collections.abc import Generator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  size: {{ .Values.size | quote }}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: toy
          image: "{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}"
      {{- with .Values.nodeSelector }}
      nodeSelector: {{ toYaml . | nindent 8 }}
      {{- end }}
"""
VALUES = """\
# How much.
size: 10Gi
replicas: 1
image:
  registry: registry.acme.example
  repository: toy/toy
  tag: 1.2.3
nodeSelector: {}
budget:
  enabled: false
  # minAvailable: 1
"""


def chart(
    name: str = "toy",
    version: str = "1.2.3",
    *,
    values: str = VALUES,
    templates: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    about: str = "",
) -> bytes:
    """A chart's .tgz; the same bytes for the same content."""
    content = {
        "Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: '4.5'\n{about}",
        "values.yaml": values,
        **{f"templates/{key}": text for key, text in (templates or {"config.yaml": CONFIG_MAP}).items()},
        **(files or {}),
    }
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz", compresslevel=1) as tar:
        for path, text in sorted(content.items()):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return data.getvalue()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    asked: list[str]
    answers: Mapping[str, tuple[str, bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(f"{self.command} {path}")
        kind, data = self.server.answers.get(path, ("", b""))
        self.send_response(200 if kind else 404)
        if kind:
            self.send_header("Content-Type", kind)
            self.send_header("Docker-Content-Digest", _digest(data))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        return


@contextlib.contextmanager
def _served(answers: Mapping[str, tuple[str, bytes]], tls: tuple[Path, Path] | None = None) -> Generator[_Server]:
    server = _Server(("127.0.0.1", 0), _Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.asked, server.answers = [], answers
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def http_mirror(charts: Mapping[tuple[str, str], bytes]) -> Generator[tuple[str, list[str]]]:
    """A chart repository with these charts; its address, and what it was asked for.

    https://helm.sh/docs/topics/chart_repository/
    """
    entries: dict[str, list[Any]] = {}
    answers: dict[str, tuple[str, bytes]] = {}
    for (name, version), data in charts.items():
        file = f"{name}-{version}.tgz"
        digest = hashlib.sha256(data).hexdigest()
        about = {"apiVersion": "v2", "name": name, "version": version, "urls": [file], "digest": digest}
        entries.setdefault(name, []).append(about)
        answers[f"/{file}"] = ("application/gzip", data)
    index = json.dumps({"apiVersion": "v1", "entries": entries}).encode()
    with _served({**answers, "/index.yaml": ("application/yaml", index)}) as server:
        yield f"http://127.0.0.1:{server.server_port}", server.asked


@contextlib.contextmanager
def oci_registry(
    charts: Mapping[tuple[str, str], bytes], tls: tuple[Path, Path] | None = None
) -> Generator[tuple[str, list[str]]]:
    """A registry with these charts below `charts/`; its address, and what it was asked for.

    Args:
        charts: by name and version.
        tls: files of a certificate and its key; None for plain http.

    https://github.com/opencontainers/distribution-spec/blob/main/spec.md
    https://helm.sh/docs/topics/registries/
    """
    answers: dict[str, tuple[str, bytes]] = {"/v2/": ("application/json", b"{}")}
    tags: dict[str, list[str]] = {}
    for (name, version), data in charts.items():
        config = json.dumps({"name": name, "version": version, "apiVersion": "v2"}).encode()
        kind = "application/vnd.oci.image.manifest.v1+json"
        layers = [_described("application/vnd.cncf.helm.chart.content.v1.tar+gzip", data)]
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": kind,
                "config": _described("application/vnd.cncf.helm.config.v1+json", config),
                "layers": layers,
            }
        ).encode()
        base = f"/v2/charts/{name}"
        for reference in (version, _digest(manifest)):
            answers[f"{base}/manifests/{reference}"] = (kind, manifest)
        for blob in (config, data):
            answers[f"{base}/blobs/{_digest(blob)}"] = ("application/octet-stream", blob)
        tags.setdefault(name, []).append(version)
    for name, versions in tags.items():
        listed = json.dumps({"name": f"charts/{name}", "tags": versions}).encode()
        answers[f"/v2/charts/{name}/tags/list"] = ("application/json", listed)
    with _served(answers, tls) as server:
        yield f"oci://127.0.0.1:{server.server_port}/charts", server.asked


def _described(kind: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": kind, "digest": _digest(data), "size": len(data)}


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def folder_of(path: Path, charts: Mapping[tuple[str, str], bytes]) -> Path:
    """A folder with these charts as `helm pull` leaves them."""
    path.mkdir(parents=True, exist_ok=True)
    for (name, version), data in charts.items():
        (path / f"{name}-{version}.tgz").write_bytes(data)
    return path
