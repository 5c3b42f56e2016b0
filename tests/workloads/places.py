"""Where the tests' workloads run, and shorthand for what is in their manifests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from homeport.addons.exports import Exports, GatewayExport
from homeport.kube.manifest import Manifest
from homeport.labels import Labels
from homeport.workloads.args import WorkloadArgs
from homeport.workloads.context import Place
from homeport.workloads.job import CronJobArgs, JobArgs, render_cron_job, render_job
from homeport.workloads.web_app import WebAppArgs, render_web_app
from homeport.workloads.worker import WorkerArgs, render_worker

LABELS = Labels(project="acme", environment="stage", stack="stage", owner="platform", cost_centre="1000")
GATEWAY = GatewayExport(
    name="gateway",
    namespace="traefik",
    https="https",
    http="http",
    proxy_namespace="traefik",
    proxy_labels=(("app.kubernetes.io/name", "traefik"),),
    domain="stage.acme.example",
    item="traefik/gateway",
)
EXPORTS = Exports(issuer="letsencrypt", gateway=GATEWAY, monitors=True, monitoring_namespace="monitoring")
#: What every spec says.
SPEC: dict[str, Any] = {"tenant": "shop", "image": "registry.example/apps/web", "tag": "1.4.2"}


def place(app: str = "web", **more: Any) -> Place:
    """A namespace `shop` on Google Cloud, with a gateway and monitoring."""
    given = {"namespace": "shop", "cloud": "gcp", "exports": EXPORTS, "labels": LABELS, **more}
    facts: dict[str, Any] = given
    return Place(app=app, tenant="shop", environment="stage", domain="stage.acme.example", **facts)


def web(**more: Any) -> WebAppArgs:
    return WebAppArgs(**{**SPEC, **more})


def worker(**more: Any) -> WorkerArgs:
    return WorkerArgs(**{**SPEC, **more})


def job(**more: Any) -> JobArgs:
    return JobArgs(**{**SPEC, **more})


def cron_job(**more: Any) -> CronJobArgs:
    given: dict[str, Any] = {**SPEC, "schedule": "15 3 * * *", **more}
    return CronJobArgs(**given)


#: One of each kind.
KINDS = {"web": web(), "worker": worker(), "cleanup": cron_job(), "migrate": job()}


def rendered(args: WorkloadArgs, where: Place | None = None) -> list[Manifest]:
    """All manifests of a workload of any kind."""
    where = where or place()
    if isinstance(args, WebAppArgs):
        return render_web_app(args, where)
    if isinstance(args, WorkerArgs):
        return render_worker(args, where)
    if isinstance(args, CronJobArgs):
        return render_cron_job(args, where)
    assert isinstance(args, JobArgs)
    return render_job(args, where)


def one(manifests: Iterable[Manifest], kind: str) -> Manifest:
    """The only one of its kind."""
    (found,) = [manifest for manifest in manifests if manifest.kind == kind]
    return found


def kinds(manifests: Iterable[Manifest]) -> list[str]:
    return [manifest.kind for manifest in manifests]


def template(manifests: Iterable[Manifest]) -> dict[str, Any]:
    """The pod template among them."""
    for manifest in manifests:
        if manifest.kind in {"Deployment", "Job"}:
            return manifest.body["spec"]["template"]
        if manifest.kind == "CronJob":
            return manifest.body["spec"]["jobTemplate"]["spec"]["template"]
    raise AssertionError("nothing runs")


def pod(args: WorkloadArgs, where: Place | None = None) -> dict[str, Any]:
    return template(rendered(args, where))["spec"]


def container(args: WorkloadArgs, where: Place | None = None) -> dict[str, Any]:
    return pod(args, where)["containers"][0]
