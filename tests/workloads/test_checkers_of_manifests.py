"""kube-score has nothing to say about what we render with defaults."""

from __future__ import annotations

import io
import json
import shutil
import subprocess

import pytest
from ruamel.yaml import YAML

from homeport.addons.exports import Exports
from homeport.kube.manifest import Manifest
from homeport.workloads.args import Hardening
from homeport.workloads.monitors import Metrics
from homeport.workloads.probes import Probe
from homeport.workloads.scaling import Autoscale
from tests.workloads.places import cron_job, job, place, rendered, web, worker

KUBE_SCORE = shutil.which("kube-score")
needs_kube_score = pytest.mark.skipif(
    KUBE_SCORE is None, reason="kube-score is not on PATH: https://github.com/zegl/kube-score"
)


def score(manifests: list[Manifest]) -> tuple[int, str]:
    """Exit code and findings."""
    text = io.StringIO()
    YAML(typ="safe").dump_all([json.loads(json.dumps(manifest.document)) for manifest in manifests], text)
    assert KUBE_SCORE is not None
    done = subprocess.run(
        [KUBE_SCORE, "score", "--output-format", "ci", "-"],
        input=text.getvalue(), capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, "\n".join(
        line for line in done.stdout.splitlines() if line.startswith(("[CRITICAL]", "[WARNING]"))
    )


@needs_kube_score
def test_it_finds_nothing_about_any_kind() -> None:
    ingress = place("plain", exports=Exports(ingress_class="nginx"))
    manifests = [
        *rendered(web(), place("web")),
        *rendered(web(hosts=[], metrics=Metrics(port=9102), files={"/etc/app.yaml": "a"}), place("api")),
        *rendered(web(autoscale=Autoscale(max=5), startup=Probe(http="/up")), place("scaled")),
        *rendered(web(), ingress),
        *rendered(worker(), place("worker")),
        *rendered(worker(autoscale=Autoscale(max=3), metrics=Metrics(port=9102)), place("scaled-worker")),
        *rendered(job(), place("migrate")),
        *rendered(cron_job(), place("cleanup")),
    ]
    assert score(manifests) == (0, "")


@needs_kube_score
def test_it_finds_what_was_switched_off() -> None:
    code, findings = score(rendered(web(hardening=Hardening(user=0, read_only_root=False)), place("web")))
    assert code != 0
    assert "[CRITICAL]" in findings
